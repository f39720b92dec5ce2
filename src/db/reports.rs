//! Reports: where their sealed objects are, how long they live, and the wrapped key that opens them.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::DbError;
use super::conn::{Conn, locked};
use super::outcome::WrappedKeyColumns;
use super::schema::{partials, report_keys, reports};
use super::scope::{AgencyScope, SystemScope, Tx};
use super::words::{time_or_none, word, word_or_none};
use crate::domain::{AgencyId, AnalysisId, DeletionCause, ReceiptId, ReportId, ReportLife, Timestamp};

/// One sealed object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportObject {
    /// Its name in the store.
    pub name: String,
    /// Its sealed size in bytes.
    pub size_bytes: i64,
}

/// A report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRecord {
    /// Its id.
    pub id: ReportId,
    /// Whose.
    pub agency: AgencyId,
    /// Of which analysis.
    pub analysis: AnalysisId,
    /// Where it stands.
    pub life: ReportLife,
    /// The PDF.
    pub pdf_object: ReportObject,
    /// Result JSON and previews.
    pub result_object: ReportObject,
    /// Since when.
    pub created_at: Timestamp,
    /// Not readable from then on, whatever `life` says.
    pub expires_at: Timestamp,
    /// When its key was destroyed.
    pub ended_at: Option<Timestamp>,
    /// Why.
    pub cause: Option<DeletionCause>,
    /// What proves it.
    pub receipt: Option<ReceiptId>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = reports)]
struct ReportRow {
    id: String,
    agency_id: String,
    analysis_id: String,
    life: String,
    pdf_object: String,
    pdf_bytes: i64,
    result_object: String,
    result_bytes: i64,
    created_at: i64,
    expires_at: i64,
    ended_at: Option<i64>,
    cause: Option<String>,
    receipt_id: Option<String>,
}

impl TryFrom<ReportRow> for ReportRecord {
    type Error = DbError;
    fn try_from(row: ReportRow) -> Result<Self, DbError> {
        Ok(Self {
            id: word("reports.id", &row.id)?,
            agency: word("reports.agency_id", &row.agency_id)?,
            analysis: word("reports.analysis_id", &row.analysis_id)?,
            life: word("reports.life", &row.life)?,
            pdf_object: ReportObject { name: row.pdf_object, size_bytes: row.pdf_bytes },
            result_object: ReportObject { name: row.result_object, size_bytes: row.result_bytes },
            created_at: Timestamp::from_epoch_millis(row.created_at),
            expires_at: Timestamp::from_epoch_millis(row.expires_at),
            ended_at: time_or_none(row.ended_at),
            cause: word_or_none("reports.cause", row.cause.as_deref())?,
            receipt: word_or_none("reports.receipt_id", row.receipt_id.as_deref())?,
        })
    }
}

/// One report, whoever's, for whoever decides upon it.
pub(super) fn find_locked(conn: &mut Conn, report: &ReportId) -> Result<Option<ReportRecord>, DbError> {
    let row: Option<ReportRow> =
        locked!(conn, reports::table.find(report.as_str()).select(ReportRow::as_select()), first).optional()?;
    row.map(ReportRecord::try_from).transpose()
}

fn find_by_analysis(conn: &mut Conn, analysis: &AnalysisId) -> Result<Option<ReportRecord>, DbError> {
    let row: Option<ReportRow> = reports::table
        .filter(reports::analysis_id.eq(analysis.as_str()))
        .select(ReportRow::as_select())
        .first(conn)
        .optional()?;
    row.map(ReportRecord::try_from).transpose()
}

impl Tx<'_, AgencyScope> {
    /// The report of one of the agency's analyses.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn find_report(&mut self, analysis: &AnalysisId) -> Result<Option<ReportRecord>, DbError> {
        Ok(find_by_analysis(self.conn, analysis)?.filter(|found| found.agency == self.scope.0))
    }

    /// The wrapped key of one of the agency's reports; `None` once it is destroyed.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn find_report_key(&mut self, report: &ReportId) -> Result<Option<WrappedKeyColumns>, DbError> {
        let row: Option<(String, Vec<u8>, Vec<u8>)> = report_keys::table
            .find(report.as_str())
            .filter(report_keys::agency_id.eq(self.scope.0.as_str()))
            .select((report_keys::kid, report_keys::nonce, report_keys::wrapped))
            .first(self.conn)
            .optional()?;
        Ok(row.map(|(kid, nonce, wrapped)| WrappedKeyColumns { kid, nonce, wrapped }))
    }
}

impl Tx<'_, SystemScope> {
    /// The report of an analysis, whoever's.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn find_report_any(&mut self, analysis: &AnalysisId) -> Result<Option<ReportRecord>, DbError> {
        find_by_analysis(self.conn, analysis)
    }

    /// Which of these object names a report, live or ended, or a photo's partial result has. Objects of a report that the store has
    /// confirmed as deleted are not known any more.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn known_objects(&mut self, names: &[String]) -> Result<BTreeSet<String>, DbError> {
        let stored = reports::objects_deleted.eq(false);
        let pdfs: Vec<String> = reports::table
            .filter(stored)
            .filter(reports::pdf_object.eq_any(names))
            .select(reports::pdf_object)
            .load(self.conn)?;
        let results: Vec<String> = reports::table
            .filter(stored)
            .filter(reports::result_object.eq_any(names))
            .select(reports::result_object)
            .load(self.conn)?;
        let partial: Vec<String> =
            partials::table.filter(partials::object.eq_any(names)).select(partials::object).load(self.conn)?;
        Ok(pdfs.into_iter().chain(results).chain(partial).collect())
    }

    /// Live reports whose time is not over, in the order of their ids, those after `after`.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn list_live_reports(
        &mut self,
        after: Option<&ReportId>,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<ReportRecord>, DbError> {
        let rows: Vec<ReportRow> = reports::table
            .filter(reports::life.eq(ReportLife::Live.slug()))
            .filter(reports::expires_at.gt(now.epoch_millis()))
            .filter(reports::id.gt(after.map_or("", ReportId::as_str)))
            .order(reports::id.asc())
            .limit(i64::from(limit))
            .select(ReportRow::as_select())
            .load(self.conn)?;
        rows.into_iter().map(ReportRecord::try_from).collect()
    }

    /// Live reports whose time is over, longest over first.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn list_ended_reports(&mut self, now: Timestamp, limit: u32) -> Result<Vec<ReportRecord>, DbError> {
        let rows: Vec<ReportRow> = reports::table
            .filter(diesel::dsl::sql::<diesel::sql_types::Bool>("life = 'live'"))
            .filter(reports::expires_at.le(now.epoch_millis()))
            .order(reports::expires_at.asc())
            .limit(i64::from(limit))
            .select(ReportRow::as_select())
            .load(self.conn)?;
        rows.into_iter().map(ReportRecord::try_from).collect()
    }
}
