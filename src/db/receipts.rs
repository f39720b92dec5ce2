//! Signed deletion receipts. Kept for good: they hold ids, times and a cause, nothing personal.

use diesel::prelude::*;

use super::DbError;
use super::conn::Conn;
use super::schema::receipts;
use super::scope::{AgencyScope, PublicScope, SystemScope, Tx};
use super::words::{word, word_or_none};
use crate::domain::{AgencyId, AnalysisId, ApiKeyId, ReceiptId, ReportId, Timestamp};

/// A receipt to store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReceipt {
    /// Its id.
    pub id: ReceiptId,
    /// The signed JSON, exactly as signed.
    pub body: String,
    /// The signing key's id.
    pub kid: String,
    /// Ed25519 over the body.
    pub signature: Vec<u8>,
    /// The key that asked for it; none of the web or of an end by time.
    pub requested_by: Option<ApiKeyId>,
}

/// A stored receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptRecord {
    /// Its id.
    pub id: ReceiptId,
    /// Whose report it was.
    pub agency: AgencyId,
    /// What was destroyed.
    pub analysis: AnalysisId,
    /// Its report; none of an analysis that failed.
    pub report: Option<ReportId>,
    /// The signed JSON, exactly as signed.
    pub body: String,
    /// The signing key's id.
    pub kid: String,
    /// Ed25519 over the body.
    pub signature: Vec<u8>,
    /// When.
    pub created_at: Timestamp,
    /// The key that asked for it; none of the web or of an end by time.
    pub requested_by: Option<ApiKeyId>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = receipts)]
struct ReceiptRow {
    id: String,
    agency_id: String,
    analysis_id: String,
    report_id: Option<String>,
    body: String,
    kid: String,
    signature: Vec<u8>,
    created_at: i64,
    requested_by_key: Option<String>,
}

impl TryFrom<ReceiptRow> for ReceiptRecord {
    type Error = DbError;
    fn try_from(row: ReceiptRow) -> Result<Self, DbError> {
        Ok(Self {
            id: word("receipts.id", &row.id)?,
            agency: word("receipts.agency_id", &row.agency_id)?,
            analysis: word("receipts.analysis_id", &row.analysis_id)?,
            report: word_or_none("receipts.report_id", row.report_id.as_deref())?,
            body: row.body,
            kid: row.kid,
            signature: row.signature,
            created_at: Timestamp::from_epoch_millis(row.created_at),
            requested_by: word_or_none("receipts.requested_by_key", row.requested_by_key.as_deref())?,
        })
    }
}

pub(super) fn find_by_analysis(conn: &mut Conn, analysis: &AnalysisId) -> Result<Option<ReceiptRecord>, DbError> {
    let row: Option<ReceiptRow> = receipts::table
        .filter(receipts::analysis_id.eq(analysis.as_str()))
        .select(ReceiptRow::as_select())
        .first(conn)
        .optional()?;
    row.map(ReceiptRecord::try_from).transpose()
}

fn find(conn: &mut Conn, receipt: &ReceiptId) -> Result<Option<ReceiptRecord>, DbError> {
    let row: Option<ReceiptRow> =
        receipts::table.find(receipt.as_str()).select(ReceiptRow::as_select()).first(conn).optional()?;
    row.map(ReceiptRecord::try_from).transpose()
}

pub(super) fn insert(conn: &mut Conn, receipt: &ReceiptRecord) -> Result<(), DbError> {
    diesel::insert_into(receipts::table)
        .values((
            receipts::id.eq(receipt.id.as_str()),
            receipts::agency_id.eq(receipt.agency.as_str()),
            receipts::analysis_id.eq(receipt.analysis.as_str()),
            receipts::report_id.eq(receipt.report.as_ref().map(ReportId::as_str)),
            receipts::body.eq(&receipt.body),
            receipts::kid.eq(&receipt.kid),
            receipts::signature.eq(&receipt.signature),
            receipts::created_at.eq(receipt.created_at.epoch_millis()),
            receipts::requested_by_key.eq(receipt.requested_by.as_ref().map(ApiKeyId::as_str)),
        ))
        .execute(conn)
        .map_err(DbError::of_insert)?;
    Ok(())
}

impl Tx<'_, AgencyScope> {
    /// One of the agency's receipts.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn find_receipt(&mut self, receipt: &ReceiptId) -> Result<Option<ReceiptRecord>, DbError> {
        Ok(find(self.conn, receipt)?.filter(|found| found.agency == self.scope.0))
    }

    /// The agency's receipts, newest first; those older than `before`; at most `limit`.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn list_receipts(&mut self, before: Option<&ReceiptId>, limit: u32) -> Result<Vec<ReceiptRecord>, DbError> {
        let mut query = receipts::table
            .filter(receipts::agency_id.eq(self.scope.0.as_str()))
            .order(receipts::id.desc())
            .limit(i64::from(limit))
            .select(ReceiptRow::as_select())
            .into_boxed();
        if let Some(before) = before {
            query = query.filter(receipts::id.lt(before.as_str()));
        }
        let rows: Vec<ReceiptRow> = query.load(self.conn)?;
        rows.into_iter().map(ReceiptRecord::try_from).collect()
    }

    /// The receipt for one of the agency's analyses.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn find_receipt_of(&mut self, analysis: &AnalysisId) -> Result<Option<ReceiptRecord>, DbError> {
        Ok(find_by_analysis(self.conn, analysis)?.filter(|found| found.agency == self.scope.0))
    }
}

impl Tx<'_, PublicScope> {
    /// A receipt, for whoever knows its id.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn find_receipt(&mut self, receipt: &ReceiptId) -> Result<Option<ReceiptRecord>, DbError> {
        find(self.conn, receipt)
    }
}

impl Tx<'_, SystemScope> {
    /// The receipt for an analysis, whoever's.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn find_receipt_any(&mut self, analysis: &AnalysisId) -> Result<Option<ReceiptRecord>, DbError> {
        find_by_analysis(self.conn, analysis)
    }
}
