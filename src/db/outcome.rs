//! The outcome of an analysis, in one transaction: the transition of `domain`, the report and its key, the event and its
//! deliveries. Either all of it is there or none.

use diesel::prelude::*;

use super::DbError;
use super::analyses::AnalysisRecord;
use super::conn::Conn;
use super::events;
use super::leases::check_fence;
use super::progress::{self, Step};
use super::reports::ReportObject;
use super::schema::{analyses, report_keys, reports};
use super::scope::{SystemScope, Tx};
use super::{Counts, idempotency, open_analyses, usage};
use crate::domain::{AnalysisId, Event, FailureReason, ReportId, ReportLife, Timestamp, Transition};

/// A stored report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReport {
    /// Its id.
    pub id: ReportId,
    /// The PDF.
    pub pdf_object: ReportObject,
    /// Result JSON and previews.
    pub result_object: ReportObject,
    /// Not readable from then on.
    pub expires_at: Timestamp,
}

/// A report key, wrapped under a ring key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKeyColumns {
    /// The ring key's id.
    pub kid: String,
    /// The nonce.
    pub nonce: Vec<u8>,
    /// The wrapped key.
    pub wrapped: Vec<u8>,
}

/// An analysis that ends with a report.
#[derive(Debug, Clone)]
pub struct Completion {
    /// The analysis.
    pub analysis: AnalysisId,
    /// The lease's fence.
    pub fence: i64,
    /// The report; its objects are stored already.
    pub report: NewReport,
    /// What opens it.
    pub key: WrappedKeyColumns,
    /// What is told.
    pub event: Event,
    /// Now.
    pub now: Timestamp,
}

/// An analysis that ends without one.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The analysis.
    pub analysis: AnalysisId,
    /// The lease's fence.
    pub fence: i64,
    /// Why.
    pub reason: FailureReason,
    /// What is told.
    pub event: Event,
    /// Now.
    pub now: Timestamp,
}

impl Tx<'_, SystemScope> {
    /// Ends an analysis with a report. Answers how many deliveries wait.
    ///
    /// # Errors
    /// [`DbError::StaleFence`], [`DbError::IllegalTransition`], [`DbError::NotThere`] for an event of another agency or
    /// analysis, and what the engine refuses; nothing is changed then, if the transaction ends with this error.
    pub fn complete_analysis(&mut self, completion: &Completion) -> Result<usize, DbError> {
        let Completion { analysis, fence, report, key, event, now } = completion;
        let found = end(self.conn, analysis, *fence, Transition::Complete, event, *now)?;
        insert_report(self.conn, &found, report, *now)?;
        diesel::insert_into(report_keys::table)
            .values((
                report_keys::report_id.eq(report.id.as_str()),
                report_keys::agency_id.eq(found.agency.as_str()),
                report_keys::kid.eq(&key.kid),
                report_keys::nonce.eq(&key.nonce),
                report_keys::wrapped.eq(&key.wrapped),
            ))
            .execute(self.conn)
            .map_err(DbError::of_insert)?;
        let waiting = events::insert(self.conn, event)?;
        usage::count(self.conn, analysis, Counts { reports: 1, ..Counts::default() }, *now)?;
        Ok(waiting)
    }

    /// Ends an analysis without a report. Answers how many deliveries wait.
    ///
    /// # Errors
    /// As [`Tx::complete_analysis`].
    pub fn fail_analysis(&mut self, failure: &Failure) -> Result<usize, DbError> {
        let Failure { analysis, fence, reason, event, now } = failure;
        end(self.conn, analysis, *fence, Transition::Fail(*reason), event, *now)?;
        events::insert(self.conn, event)
    }
}

fn insert_report(conn: &mut Conn, of: &AnalysisRecord, report: &NewReport, now: Timestamp) -> Result<(), DbError> {
    diesel::insert_into(reports::table)
        .values((
            (
                reports::id.eq(report.id.as_str()),
                reports::agency_id.eq(of.agency.as_str()),
                reports::analysis_id.eq(of.id.as_str()),
                reports::life.eq(ReportLife::Live.slug()),
                reports::pdf_object.eq(&report.pdf_object.name),
                reports::pdf_bytes.eq(report.pdf_object.size_bytes),
            ),
            (
                reports::result_object.eq(&report.result_object.name),
                reports::result_bytes.eq(report.result_object.size_bytes),
                reports::created_at.eq(now.epoch_millis()),
                reports::expires_at.eq(report.expires_at.epoch_millis()),
                reports::objects_deleted.eq(false),
            ),
        ))
        .execute(conn)
        .map_err(DbError::of_insert)?;
    Ok(())
}

/// The one place where an analysis reaches its outcome. Its partial results are destroyed with it, and an interrupted one lets
/// go of the key it was sent under.
fn end(
    conn: &mut Conn,
    analysis: &AnalysisId,
    fence: i64,
    transition: Transition,
    event: &Event,
    now: Timestamp,
) -> Result<AnalysisRecord, DbError> {
    let found = check_fence(conn, analysis, fence)?;
    let state = found.state.apply(transition)?;
    if event.agency != found.agency || event.analysis.as_ref() != Some(analysis) {
        return Err(DbError::NotThere { what: "event of this analysis" });
    }
    diesel::update(analyses::table.find(analysis.as_str()))
        .set((
            analyses::state.eq(state.slug()),
            analyses::failure_reason.eq(state.failure_reason().map(FailureReason::slug)),
            analyses::lease_owner.eq(None::<String>),
            analyses::lease_until.eq(None::<i64>),
            analyses::ended_at.eq(Some(now.epoch_millis())),
        ))
        .execute(conn)?;
    progress::note(conn, (&found.agency, analysis), Step::of_outcome(state).as_slice(), now)?;
    open_analyses::delete_key(conn, analysis)?;
    if state.failure_reason() == Some(FailureReason::Interrupted) {
        idempotency::release(conn, analysis.as_str())?;
    }
    Ok(found)
}
