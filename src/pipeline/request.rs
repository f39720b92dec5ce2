//! Who asks, and what is asked about the photos.

use std::time::Duration;

use super::LEASE;
use super::admission::clean_text;
use super::error::SubmitError;
use crate::db::{NewAnalysis, Origin};
use crate::domain::{AgencyId, AgencyProfile, AnalysisId, AnalysisState, Product, Timestamp};
use crate::report::facts::REFERENCE_CHARS_MAX;
use crate::vault::{Purpose, Vault};

/// Who sends photos.
#[derive(Debug, Clone)]
pub struct Submitter {
    /// The tenant.
    pub agency: AgencyId,
    /// Through what.
    pub origin: Origin,
    /// The agency as its reports name and show it.
    pub profile: AgencyProfile,
}

/// What is asked about the photos.
#[derive(Debug, Clone)]
pub struct AnalysisRequest {
    /// What to answer.
    pub product: Product,
    /// Whether the report may hold picture content.
    pub previews: bool,
    /// The customer's own reference, at most 100 characters.
    pub reference: Option<String>,
    /// Days the report lives; None: the product's.
    pub life_days: Option<u32>,
}

impl AnalysisRequest {
    fn life(&self) -> Result<Duration, SubmitError> {
        let max_days = self.product.retention_days();
        match self.life_days.unwrap_or(max_days) {
            days if (1..=max_days).contains(&days) => Ok(Duration::from_secs(u64::from(days) * 24 * 60 * 60)),
            _ => Err(SubmitError::LifeDays { max_days }),
        }
    }

    fn reference(&self) -> Result<Option<String>, SubmitError> {
        let Some(given) = &self.reference else { return Ok(None) };
        if given.chars().count() > REFERENCE_CHARS_MAX {
            return Err(SubmitError::ReferenceTooLong { limit_chars: REFERENCE_CHARS_MAX });
        }
        Ok(Some(clean_text(given, REFERENCE_CHARS_MAX)).filter(|text| !text.is_empty()))
    }
}

/// What an agency's reference is found by: its digest under every key of the ring, the active one first.
pub(super) fn reference_digests(vault: &Vault, agency: &AgencyId, reference: &str) -> Vec<Vec<u8>> {
    // Bound to the agency: equal references of two agencies have nothing in common. An agency's id has one length.
    let digests = vault.keyed_digests(Purpose::Reference, format!("{agency}{reference}").as_bytes());
    digests.iter().map(|digest| digest.to_vec()).collect()
}

/// A request that was found good, on its way to a row.
#[derive(Debug, Clone)]
pub(super) struct Accepting {
    pub id: AnalysisId,
    pub now: Timestamp,
    pub submitter: Submitter,
    pub request: AnalysisRequest,
    /// The customer's own reference, cleaned.
    pub reference: Option<String>,
    /// How long the report will live.
    pub life: Duration,
}

impl Accepting {
    /// Checks what can be known before a photo is looked at.
    ///
    /// # Errors
    /// [`SubmitError::LifeDays`], [`SubmitError::ReferenceTooLong`].
    pub(super) fn new(submitter: Submitter, request: AnalysisRequest, now: Timestamp) -> Result<Self, SubmitError> {
        let (life, reference) = (request.life()?, request.reference()?);
        Ok(Self { id: AnalysisId::generate(now), now, submitter, request, reference, life })
    }

    /// The row of the new analysis, in the hands of `node`; photos by their sizes.
    ///
    /// # Errors
    /// The vault's.
    pub(super) fn row(
        &self,
        vault: &Vault,
        state: AnalysisState,
        photos: Vec<i64>,
        node: &str,
    ) -> Result<NewAnalysis, SubmitError> {
        let reference_sealed = match &self.reference {
            Some(text) => Some(vault.seal(Purpose::Reference, self.id.as_str(), text.as_bytes())?),
            None => None,
        };
        let reference_digest =
            self.reference.as_ref().and_then(|text| reference_digests(vault, &self.submitter.agency, text).into_iter().next());
        Ok(NewAnalysis {
            id: self.id.clone(),
            origin: self.submitter.origin.clone(),
            product: self.request.product,
            previews: self.request.previews,
            reference_sealed,
            reference_digest,
            life_ms: i64::try_from(self.life.as_millis()).unwrap_or(i64::MAX),
            photos,
            state,
            retry_of: None,
            lease_owner: node.to_owned(),
            lease_until: self.now.plus(LEASE),
            created_at: self.now,
        })
    }
}
