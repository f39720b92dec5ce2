//! One analysis as both edges show it: row, photos, report, what is left after the end, the customer's reference.

use super::{Problem, ProblemKind, Services};
use crate::db::{AnalysisRecord, DbError, PhotoRecord, ReceiptRecord, ReportRecord};
use crate::domain::{AgencyId, AnalysisId, AnalysisState, ApiKeyId, DeletionCause, ReceiptId, Timestamp};
use crate::pipeline::{CancelError, Tombstone};
use crate::retention::Receipt;

/// All there is to know about an analysis without opening its report.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The row.
    pub record: AnalysisRecord,
    /// Its photos; none after the end.
    pub photos: Vec<PhotoRecord>,
    /// Its report.
    pub report: Option<ReportRecord>,
    /// What is left of a report past its end, or of a failed analysis that was deleted.
    pub tombstone: Option<Tombstone>,
    /// The customer's own reference.
    pub reference: Option<String>,
    /// Of one that is open: until when it takes photos.
    pub open_until: Option<Timestamp>,
    /// When it was looked at.
    pub seen_at: Timestamp,
}

impl Services {
    /// Looks an analysis of the agency up.
    ///
    /// # Errors
    /// 404 for another agency's, 500 or 503 when the database fails.
    pub async fn see(&self, agency: &AgencyId, analysis: &AnalysisId) -> Result<Seen, Problem> {
        let id = analysis.clone();
        let rows = self.db.as_agency(agency).read(move |tx| {
            let found = tx.find_analysis(&id)?;
            let photos = tx.list_photos(&id)?;
            let report = tx.find_report(&id)?;
            let receipt = if report.is_none() { tx.find_receipt_of(&id)? } else { None };
            let open = if report.is_none() { tx.find_open(&id)? } else { None };
            Ok::<_, DbError>((found, photos, report, receipt, open))
        });
        let (found, photos, report, receipt, open) = rows.await?;
        let record = found.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
        let reference = self.reference(&record)?;
        let tombstone = match (&report, receipt) {
            (Some(report), _) => self.pipeline.tombstone(report),
            (None, Some(receipt)) => Some(erased(receipt)?),
            (None, None) => None,
        };
        let open_until = open.filter(|_| record.state == AnalysisState::Open).map(|open| open.open_until);
        Ok(Seen { record, photos, report, tombstone, reference, open_until, seen_at: self.clock.now() })
    }

    /// Destroys report and results of an analysis; one that still runs is cancelled first. Again: the same receipt. `asked_by` is
    /// the key that asks, if it is one.
    ///
    /// # Errors
    /// 404 for another agency's.
    pub async fn destroy(
        &self,
        agency: &AgencyId,
        analysis: &AnalysisId,
        cause: DeletionCause,
        asked_by: Option<&ApiKeyId>,
    ) -> Result<Receipt, Problem> {
        // What a key is kept with is the end of it all, not the cancelling before.
        match self.pipeline.over(self.db.clone()).cancel(agency, analysis).await {
            Ok(()) | Err(CancelError::Finished { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(self.retention.destroy_for(agency, analysis, cause, asked_by).await?)
    }

    /// The customer's own reference of an analysis, opened.
    ///
    /// # Errors
    /// 500 when it does not open.
    pub fn reference(&self, record: &AnalysisRecord) -> Result<Option<String>, Problem> {
        let Some(sealed) = &record.reference_sealed else { return Ok(None) };
        let plain = self.vault.open(crate::vault::Purpose::Reference, record.id.as_str(), sealed)?;
        Ok(Some(String::from_utf8_lossy(&plain).into_owned()))
    }
}

/// What is left of a failed analysis that was deleted: its receipt says the rest.
fn erased(record: ReceiptRecord) -> Result<Tombstone, Problem> {
    let receipt = Receipt::from(record);
    let cause = receipt.facts()?.cause.parse().unwrap_or(DeletionCause::Requested);
    Ok(Tombstone { cause, ended_at: receipt.created_at, receipt: Some(receipt.id) })
}

/// 410 with what is left.
pub fn gone(tombstone: &Tombstone) -> Problem {
    let mut problem = Problem::new(ProblemKind::ReportGone)
        .detail(format!("It was destroyed on {}.", tombstone.ended_at.long_date_time()))
        .member("cause", tombstone.cause.slug())
        .member("ended_at", tombstone.ended_at.rfc3339());
    if let Some(receipt) = &tombstone.receipt {
        problem = problem.member("receipt_id", receipt.as_str()).member("receipt", receipt_path(receipt));
    }
    problem
}

/// Where a receipt is for programs.
pub fn receipt_path(receipt: &ReceiptId) -> String {
    format!("/v1/receipts/{receipt}")
}
