//! Analyses that take photos one at a time: opened, each photo put to any node and measured there at once, submitted on any
//! node. Between the nodes stand rows and sealed partial results, never a photo.

mod partial;
mod photo;
#[cfg(test)]
mod tests;

pub(super) use partial::{clear, gather};
pub use photo::{Put, PutPhoto};

use std::time::Duration;

use super::admission::RETRY_AFTER_SECS;
use super::once;
use super::request::Accepting;
use super::{Accepted, AdmissionError, AnalysisRequest, LEASE, New, Once, OpenError, Pipeline, SubmitError, Submitter, run};
use crate::db::{AgencyScope, AnalysisRecord, OpenRecord, PartialRecord, Tx, WrappedKeyColumns};
use crate::domain::{AgencyId, AgencyProfile, AnalysisId, AnalysisState, Failpoint, Timestamp, failpoint};
use crate::vault::{Purpose, ReportKey, VaultError, WrappedKey};

/// What a submission finds.
enum Submission {
    /// This node carries it on, under this fence.
    Begun { record: Box<AnalysisRecord>, open: OpenRecord, fence: i64 },
    /// It was submitted before.
    Before(AnalysisState),
}

impl Pipeline {
    /// Opens an analysis for photos that are put one at a time, until `upload.open_secs` from now.
    ///
    /// # Errors
    /// [`SubmitError`]; then there is no analysis.
    pub async fn open(
        &self,
        submitter: Submitter,
        request: AnalysisRequest,
        once: Option<&Once>,
    ) -> Result<Accepted, SubmitError> {
        let parts = &self.inner.parts;
        let accepting = Accepting::new(submitter, request, self.now())?;
        let agency = &accepting.submitter.agency;
        let wrapped = parts.vault.wrap_partials_key(&ReportKey::generate(), agency, &accepting.id)?;
        let key = WrappedKeyColumns { kid: wrapped.kid, nonce: wrapped.nonce, wrapped: wrapped.wrapped };
        let open_until = accepting.now.plus(Duration::from_secs(parts.admission.open_secs));
        let row = accepting.row(&parts.vault, AnalysisState::Open, Vec::new(), &parts.node)?;
        let asked = once::asked_of_new(&accepting.request, None);
        let keyed = once.map(|once| once.keyed(&parts.vault, &asked, accepting.now));
        self.insert(agency, New { row, keyed, open: Some(OpenRecord { open_until, key }) }).await
    }

    /// All photos are here: this node makes the report, once those still being measured are done. Answers the state; one that
    /// was submitted before is left as it is.
    ///
    /// # Errors
    /// [`OpenError::PhotosMissing`] for numbers without a photo, [`OpenError::NotOpen`] for one that failed or whose time is
    /// over, [`OpenError::NotFound`] for another agency's.
    pub async fn submit_open(
        &self,
        agency: &AgencyId,
        analysis: &AnalysisId,
        profile: AgencyProfile,
    ) -> Result<AnalysisState, OpenError> {
        if self.inner.stopping.is_cancelled() {
            return Err(AdmissionError::NodeFull { retry_after_secs: RETRY_AFTER_SECS }.into());
        }
        let (now, node, id) = (self.now(), self.inner.parts.node.clone(), analysis.clone());
        let submission = self.db.as_agency(agency).write(move |tx| submit(tx, &id, &node, now)).await?;
        let (record, open, fence) = match submission {
            Submission::Before(state) => return Ok(state),
            Submission::Begun { record, open, fence } => (*record, open, fence),
        };
        failpoint(Failpoint::Submitted);
        self.inner.watching.wake(analysis);
        let vault = &self.inner.parts.vault;
        // From here on a failure of ours leaves a held analysis: its lease ends, and recovery ends it.
        let key = self.unwrap(agency, analysis, open.key)?;
        let reference = match &record.reference_sealed {
            Some(sealed) => Some(vault.open_text(Purpose::Reference, analysis.as_str(), sealed)?.as_str().to_owned()),
            None => None,
        };
        self.start(run::Carried::of_open(record, (profile, reference), key, (fence, now)));
        Ok(AnalysisState::Processing)
    }

    fn unwrap(&self, agency: &AgencyId, analysis: &AnalysisId, key: WrappedKeyColumns) -> Result<ReportKey, VaultError> {
        let wrapped = WrappedKey { kid: key.kid, nonce: key.nonce, wrapped: key.wrapped };
        self.inner.parts.vault.unwrap_partials_key(&wrapped, agency, analysis)
    }
}

fn submit(tx: &mut Tx<'_, AgencyScope>, id: &AnalysisId, node: &str, now: Timestamp) -> Result<Submission, OpenError> {
    let found = tx.hold_analysis(id)?;
    if let Some(AnalysisRecord { state: state @ (AnalysisState::Processing | AnalysisState::Completed), .. }) = &found {
        return Ok(Submission::Before(*state));
    }
    let (record, open) = opened(found, tx.find_open(id)?, now)?;
    let missing = missing_numbers(&tx.list_partials(id)?, now);
    if !missing.is_empty() {
        return Err(OpenError::PhotosMissing { numbers: missing });
    }
    let fence = tx.begin_processing(&record, node, (now, now.plus(LEASE)))?;
    Ok(Submission::Begun { record: Box::new(record), open, fence })
}

/// The analysis if it still takes photos.
fn opened(
    record: Option<AnalysisRecord>,
    open: Option<OpenRecord>,
    now: Timestamp,
) -> Result<(AnalysisRecord, OpenRecord), OpenError> {
    let record = record.ok_or(OpenError::NotFound)?;
    match open {
        Some(open) if record.state == AnalysisState::Open && now < open.open_until => Ok((record, open)),
        _ => Err(OpenError::NotOpen { state: record.state }),
    }
}

/// Numbers from 1 to the highest that have no photo, or lost it with the node that measured it. Of none at all, 1.
fn missing_numbers(photos: &[PartialRecord], now: Timestamp) -> Vec<u16> {
    let highest = photos.iter().map(|photo| photo.number).max().unwrap_or(1);
    let is_there = |number: i32| photos.iter().any(|photo| photo.number == number && !photo.is_lost(now));
    (1..=highest).filter(|number| !is_there(*number)).filter_map(|number| u16::try_from(number).ok()).collect()
}
