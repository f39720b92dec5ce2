//! Reading a report: its end is checked on each read, whatever the sweep has done so far.

use super::error::{ReadError, Tombstone};
use super::{Pipeline, bundle};
use crate::db::{AnalysisRecord, ReportRecord, WrappedKeyColumns};
use crate::domain::{AgencyId, AnalysisId, DeletionCause, ReportId, ReportLife};
use crate::storage;
use crate::vault::{WrappedKey, open_object};

/// A part of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The PDF.
    Pdf,
    /// The result JSON.
    ResultJson,
    /// The preview of the photo with this number.
    Preview(u16),
}

/// A report that can be read, with what opens it.
#[derive(Debug, Clone)]
pub struct LiveReport {
    report: ReportRecord,
    key: WrappedKeyColumns,
}

impl LiveReport {
    /// Its id. What a report holds never changes.
    pub const fn id(&self) -> &ReportId {
        &self.report.id
    }
}

impl Pipeline {
    /// Opens a part of a live report.
    ///
    /// # Errors
    /// [`ReadError::NotFound`] for another agency's analysis, [`ReadError::NoReport`] before or without a report,
    /// [`ReadError::Gone`] from its end on.
    pub async fn open_report(&self, agency: &AgencyId, analysis: &AnalysisId, part: Part) -> Result<Vec<u8>, ReadError> {
        let live = self.live_report(agency, analysis).await?;
        self.open_part(agency, &live, part).await
    }

    /// The report of one of the agency's analyses, if it can be read now.
    ///
    /// # Errors
    /// As [`Pipeline::open_report`].
    pub async fn live_report(&self, agency: &AgencyId, analysis: &AnalysisId) -> Result<LiveReport, ReadError> {
        let (found, report, key) = self.look_up(agency, analysis).await?;
        let record = found.ok_or(ReadError::NotFound)?;
        let report = report.ok_or(ReadError::NoReport { state: record.state })?;
        if let Some(tombstone) = self.tombstone(&report) {
            return Err(ReadError::Gone(tombstone));
        }
        let key = key.ok_or(ReadError::NotFound)?;
        Ok(LiveReport { report, key })
    }

    /// Opens a part of a report that was live a moment ago.
    ///
    /// # Errors
    /// [`ReadError::NotFound`] for a preview that is not in it, [`ReadError::Damaged`], and what the store refuses.
    pub async fn open_part(&self, agency: &AgencyId, live: &LiveReport, part: Part) -> Result<Vec<u8>, ReadError> {
        let LiveReport { report, key } = live.clone();
        let wrapped = WrappedKey { kid: key.kid, nonce: key.nonce, wrapped: key.wrapped };
        let vault = &self.inner.parts.vault;
        let report_key = vault.unwrap_report_key(&wrapped, agency, &report.id)?;
        let (object, name) = match part {
            Part::Pdf => (&report.pdf_object.name, storage::Part::Report.slug()),
            Part::ResultJson | Part::Preview(_) => (&report.result_object.name, storage::Part::Result.slug()),
        };
        let object = object.parse().map_err(|_| ReadError::Damaged)?;
        let sealed = self.inner.parts.store.get(&object).await?;
        let plain = open_object(&report_key, agency, &report.id, name, &sealed)?;
        match part {
            Part::Pdf => Ok(plain),
            Part::ResultJson => bundle::result_json(&plain).map_err(|_| ReadError::Damaged),
            Part::Preview(number) => bundle::preview(&plain, number).map_err(|_| ReadError::Damaged)?.ok_or(ReadError::NotFound),
        }
    }

    /// What remains of a report that is past its end, by date or by request.
    pub fn tombstone(&self, report: &ReportRecord) -> Option<Tombstone> {
        match (report.life, report.ended_at) {
            (ReportLife::Live, _) if self.now() < report.expires_at => None,
            (ReportLife::Live, _) => {
                Some(Tombstone { cause: DeletionCause::Expired, ended_at: report.expires_at, receipt: None })
            }
            (_, ended_at) => Some(Tombstone {
                cause: report.cause.unwrap_or(DeletionCause::Expired),
                ended_at: ended_at.unwrap_or(report.expires_at),
                receipt: report.receipt.clone(),
            }),
        }
    }

    async fn look_up(&self, agency: &AgencyId, analysis: &AnalysisId) -> Result<LookedUp, ReadError> {
        let id = analysis.clone();
        let rows = self.inner.parts.db.as_agency(agency).read(move |tx| {
            let record = tx.find_analysis(&id)?;
            let report = tx.find_report(&id)?;
            let key = match &report {
                Some(report) => tx.find_report_key(&report.id)?,
                None => None,
            };
            Ok::<LookedUp, crate::db::DbError>((record, report, key))
        });
        Ok(rows.await?)
    }
}

type LookedUp = (Option<AnalysisRecord>, Option<ReportRecord>, Option<WrappedKeyColumns>);
