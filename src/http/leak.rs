//! Destroys what a key that leaked has made, a batch at a time, for both edges.

use super::{Problem, Services};
use crate::domain::{AgencyId, AnalysisId, ApiKeyId, DeletionCause, ReceiptId, Timestamp};

/// Analyses of a key destroyed by one request: each may have to be cancelled first, which takes up to 5 s.
pub const DESTROYED_MAX: u32 = 20;

/// What one request destroyed.
#[derive(Debug, Clone)]
pub struct Destroyed {
    /// Each analysis with its receipt.
    pub analyses: Vec<(AnalysisId, ReceiptId)>,
    /// Whether there is more: ask again.
    pub has_more: bool,
}

impl Services {
    /// Destroys analyses the key made since then, or since it was made, oldest first, at most [`DESTROYED_MAX`]. `asked_by` is
    /// the key that asks, if it is one. If one cannot be destroyed, those before it are, and asking again goes on.
    ///
    /// # Errors
    /// 404 for another agency's key; what keeps one from being destroyed.
    pub async fn destroy_of_key(
        &self,
        agency: &AgencyId,
        key: &ApiKeyId,
        since: Option<Timestamp>,
        asked_by: Option<&ApiKeyId>,
    ) -> Result<Destroyed, Problem> {
        let mut found = self.accounts.undestroyed_of_key(agency, key, since, DESTROYED_MAX).await?;
        let has_more = found.len() > DESTROYED_MAX as usize;
        found.truncate(DESTROYED_MAX as usize);
        let mut analyses = Vec::with_capacity(found.len());
        for analysis in found {
            let receipt = self.destroy(agency, &analysis, DeletionCause::Requested, asked_by).await?;
            analyses.push((analysis, receipt.id));
        }
        Ok(Destroyed { analyses, has_more })
    }
}
