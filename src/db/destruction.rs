//! The end of a report. Deleting the row of its wrapped key is the deletion; the objects follow.

use diesel::prelude::*;

use super::DbError;
use super::conn::Conn;
use super::delivery_ends::cancel_pending_of_analysis;
use super::receipts::{self, NewReceipt, ReceiptRecord};
use super::schema::{analyses, attempts, deliveries, events, photos, report_keys, reports as table};
use super::scope::{SystemScope, Tx};
use super::words::word;
use super::{analyses as analysis_rows, events as event_rows, idempotency, progress, reports};
use crate::domain::{AgencyId, AnalysisId, DeletionCause, Event, ReportId, ReportLife, Timestamp};

/// A report to destroy.
#[derive(Debug, Clone)]
pub struct Destruction {
    /// The report.
    pub report: ReportId,
    /// Why.
    pub cause: DeletionCause,
    /// What proves it.
    pub receipt: NewReceipt,
    /// What is told.
    pub event: Event,
    /// Now.
    pub now: Timestamp,
}

/// An analysis without a report whose traces are to be erased.
#[derive(Debug, Clone)]
pub struct FailedErasure {
    /// The analysis; it has failed.
    pub analysis: AnalysisId,
    /// What proves it.
    pub receipt: NewReceipt,
    /// Now.
    pub now: Timestamp,
}

/// Objects of an ended report that are still in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectsToDelete {
    /// The report.
    pub report: ReportId,
    /// Whose it was.
    pub agency: AgencyId,
    /// Names in the store.
    pub objects: Vec<String>,
}

impl Tx<'_, SystemScope> {
    /// Destroys a report: deletes its key, drops its photo rows and its progress, the customer's reference, the bodies of its events and
    /// what its receivers answered, cancels what still waits, and tells of the deletion. If it was destroyed before,
    /// nothing changes. Answers the receipt that is stored: this one, or the first.
    ///
    /// # Errors
    /// [`DbError::NotThere`] for no such report, or an event of another analysis; what the engine refuses.
    pub fn destroy_report(&mut self, destruction: &Destruction) -> Result<ReceiptRecord, DbError> {
        let Destruction { report, cause, receipt, event, now } = destruction;
        analysis_rows::find_locked(self.conn, &analysis_of(event)?)?;
        let found = reports::find_locked(self.conn, report)?.ok_or(DbError::NotThere { what: "report" })?;
        if let Some(first) = receipts::find_by_analysis(self.conn, &found.analysis)? {
            self.came_of(first.id.as_str());
            return Ok(first);
        }
        if event.agency != found.agency || event.analysis.as_ref() != Some(&found.analysis) {
            return Err(DbError::NotThere { what: "event of this analysis" });
        }
        // Endpoints before deliveries, as everywhere.
        event_rows::listeners(self.conn, event)?;
        diesel::delete(report_keys::table.find(report.as_str())).execute(self.conn)?;
        diesel::update(table::table.find(report.as_str()))
            .set((
                table::life.eq(cause.life().slug()),
                table::ended_at.eq(Some(now.epoch_millis())),
                table::cause.eq(Some(cause.slug())),
                table::receipt_id.eq(Some(receipt.id.as_str())),
            ))
            .execute(self.conn)?;
        erase_traces(self.conn, &found.analysis, *now)?;
        let stored = record(receipt, found.agency, found.analysis, Some(found.id), *now);
        receipts::insert(self.conn, &stored)?;
        event_rows::insert(self.conn, event)?;
        self.came_of(stored.id.as_str());
        Ok(stored)
    }

    /// Erases the traces of an analysis that failed, as [`Tx::destroy_report`] does; there is no key, no object and no
    /// event. Answers the receipt that is stored: this one, or the first.
    ///
    /// # Errors
    /// [`DbError::NotThere`] if there is no such failed analysis; what the engine refuses.
    pub fn erase_failed(&mut self, erasure: &FailedErasure) -> Result<ReceiptRecord, DbError> {
        let FailedErasure { analysis, receipt, now } = erasure;
        let failed = analysis_rows::find_locked(self.conn, analysis)?.filter(|found| found.state.failure_reason().is_some());
        let found = failed.ok_or(DbError::NotThere { what: "failed analysis" })?;
        if let Some(first) = receipts::find_by_analysis(self.conn, analysis)? {
            self.came_of(first.id.as_str());
            return Ok(first);
        }
        erase_traces(self.conn, analysis, *now)?;
        let stored = record(receipt, found.agency, found.id, None, *now);
        receipts::insert(self.conn, &stored)?;
        self.came_of(stored.id.as_str());
        Ok(stored)
    }

    /// Ended reports whose objects are still in the store, longest ended first.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn list_objects_to_delete(&mut self, limit: u32) -> Result<Vec<ObjectsToDelete>, DbError> {
        let rows: Vec<(String, String, String, String)> = table::table
            .filter(diesel::dsl::sql::<diesel::sql_types::Bool>("life <> 'live' AND NOT objects_deleted"))
            .order(table::ended_at.asc())
            .limit(i64::from(limit))
            .select((table::id, table::agency_id, table::pdf_object, table::result_object))
            .load(self.conn)?;
        rows.into_iter()
            .map(|(report, agency, pdf, result)| {
                Ok(ObjectsToDelete {
                    report: word("reports.id", &report)?,
                    agency: word("reports.agency_id", &agency)?,
                    objects: vec![pdf, result],
                })
            })
            .collect()
    }

    /// The store has confirmed that the objects of an ended report are gone. Without effect on a live one.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn mark_objects_deleted(&mut self, report: &ReportId) -> Result<(), DbError> {
        diesel::update(table::table.find(report.as_str()))
            .filter(table::life.ne(ReportLife::Live.slug()))
            .set(table::objects_deleted.eq(true))
            .execute(self.conn)?;
        Ok(())
    }
}

/// The analysis an event tells of.
fn analysis_of(event: &Event) -> Result<AnalysisId, DbError> {
    event.analysis.clone().ok_or(DbError::NotThere { what: "event of this analysis" })
}

fn record(
    receipt: &NewReceipt,
    agency: AgencyId,
    analysis: AnalysisId,
    report: Option<ReportId>,
    now: Timestamp,
) -> ReceiptRecord {
    let NewReceipt { id, body, kid, signature, requested_by } = receipt.clone();
    ReceiptRecord { id, agency, analysis, report, body, kid, signature, created_at: now, requested_by }
}

/// Photo rows, what happened to them, the reference, the digests of what was sent, event bodies and receivers' answers. Ids, states, times and the outcome stay: the tombstone.
fn erase_traces(conn: &mut Conn, analysis: &AnalysisId, now: Timestamp) -> Result<(), DbError> {
    diesel::delete(photos::table.filter(photos::analysis_id.eq(analysis.as_str()))).execute(conn)?;
    diesel::update(analyses::table.find(analysis.as_str()))
        .set((analyses::reference_sealed.eq(None::<Vec<u8>>), analyses::reference_digest.eq(None::<Vec<u8>>)))
        .execute(conn)?;
    progress::erase(conn, analysis)?;
    idempotency::erase(conn, analysis.as_str())?;
    cancel_pending_of_analysis(conn, analysis, now)?;
    let told = || events::table.filter(events::analysis_id.eq(analysis.as_str())).select(events::id);
    let sent = deliveries::table.filter(deliveries::event_id.eq_any(told())).select(deliveries::id);
    diesel::update(attempts::table.filter(attempts::delivery_id.eq_any(sent)))
        .set((attempts::response_excerpt_sealed.eq(None::<Vec<u8>>), attempts::signatures.eq(None::<String>)))
        .execute(conn)?;
    diesel::update(events::table.filter(events::analysis_id.eq(analysis.as_str())))
        .set(events::body.eq(None::<String>))
        .execute(conn)?;
    Ok(())
}
