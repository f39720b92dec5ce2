//! The same request sent twice is one: a key of the client's own choice, kept for a day with a keyed digest of all that was
//! asked, in the transaction of what came of it.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::error::SubmitError;
use super::request::AnalysisRequest;
use super::{HeldPhoto, Pipeline};
use crate::db::{AgencyScope, KeyedRequest, NewAnalysis, Tx};
use crate::domain::{AnalysisId, ApiKeyId, Timestamp};
use crate::vault::{Digest, Purpose, Vault};

/// How long a key means the request it was first sent with.
pub const KEY_LIFE: Duration = Duration::from_secs(24 * 60 * 60);
/// Longest key, in visible characters.
pub const KEY_CHARS_MAX: usize = 255;
/// Seconds after which a request whose twin is still arriving may be sent again.
pub const IN_FLIGHT_RETRY_SECS: u64 = 5;

/// The keys of requests this node is reading now; as many as it has connections.
type InFlight = Arc<Mutex<HashSet<Digest>>>;

/// Requests under keys, on this node.
#[derive(Debug, Default)]
pub(super) struct Keys {
    in_flight: InFlight,
}

/// A request under a key; while it lives no other under the same key is read on this node.
#[derive(Debug)]
pub struct Once {
    api_key: ApiKeyId,
    operation: &'static str,
    /// Under every key of the ring, the active one first.
    digests: Vec<Digest>,
    in_flight: InFlight,
}

impl Drop for Once {
    fn drop(&mut self) {
        if let Some(digest) = self.digests.first() {
            self.in_flight.lock().unwrap_or_else(PoisonError::into_inner).remove(digest);
        }
    }
}

/// An accepted analysis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The analysis.
    pub id: AnalysisId,
    /// Whether it was accepted before, by the same request under the same key.
    pub is_replay: bool,
    /// Whether a test key made it; says nothing of a replay.
    pub is_test: bool,
}

impl Pipeline {
    /// Begins a request that makes an analysis, under a key the client chose.
    ///
    /// # Errors
    /// [`SubmitError::InFlight`] while its twin is being read here.
    pub fn once(&self, api_key: &ApiKeyId, key: &str) -> Result<Once, SubmitError> {
        let vault = &self.inner.parts.vault;
        let operation = "analyses.create";
        // An API key id has one length: no two pairs give the same bytes.
        let digests = vault.keyed_digests(Purpose::IdempotencyKey, format!("{api_key}{operation} {key}").as_bytes());
        let in_flight = Arc::clone(&self.inner.keys.in_flight);
        let active = digests.first().copied().unwrap_or_default();
        if !in_flight.lock().unwrap_or_else(PoisonError::into_inner).insert(active) {
            return Err(SubmitError::InFlight { retry_after_secs: IN_FLIGHT_RETRY_SECS });
        }
        Ok(Once { api_key: api_key.clone(), operation, digests, in_flight })
    }
}

/// Everything a request asks, under every key of the ring, the active one first.
pub(super) fn fingerprints(vault: &Vault, request: &AnalysisRequest, photos: Option<&[HeldPhoto]>) -> Vec<Digest> {
    let photos = photos.map(|photos| photos.iter().map(|photo| (&photo.file_name, photo.sha256)).collect::<Vec<_>>());
    let AnalysisRequest { product, previews, reference, life_days } = request;
    let asked = serde_json::json!([1, product.slug(), previews, reference, life_days, photos]);
    vault.keyed_digests(Purpose::RequestFingerprint, asked.to_string().as_bytes())
}

/// A request under a key as its transaction needs it.
#[derive(Debug, Clone)]
pub(super) struct Keyed {
    api_key: ApiKeyId,
    operation: &'static str,
    digests: Vec<Digest>,
    fingerprints: Vec<Digest>,
}

impl Keyed {
    pub(super) fn new(once: &Once, fingerprints: Vec<Digest>) -> Self {
        Self { api_key: once.api_key.clone(), operation: once.operation, digests: once.digests.clone(), fingerprints }
    }

    /// The analysis this very request made before; None: it is new, and `row` repeats one that was interrupted if there is one.
    ///
    /// # Errors
    /// [`SubmitError::KeyReused`] if the key was used for something else.
    pub(super) fn find_first(
        &self,
        tx: &mut Tx<'_, AgencyScope>,
        row: &mut NewAnalysis,
        now: Timestamp,
    ) -> Result<Option<AnalysisId>, SubmitError> {
        let Some(found) = tx.find_key_use(&self.api_key, self.operation, &self.digests)? else { return Ok(None) };
        let is_same = self.fingerprints.iter().any(|ours| ours.as_slice() == found.fingerprint);
        let is_over = found.created_at.plus(KEY_LIFE) <= now;
        if !is_over && !found.released {
            return if is_same { Ok(found.resource.parse().ok()) } else { Err(SubmitError::KeyReused) };
        }
        if is_same && found.released {
            row.retry_of = found.resource.parse().ok();
        }
        tx.delete_key_use(&self.api_key, self.operation, &found)?;
        Ok(None)
    }

    /// Keeps what came of it.
    pub(super) fn keep(&self, tx: &mut Tx<'_, AgencyScope>, made: &AnalysisId, now: Timestamp) -> Result<(), SubmitError> {
        Ok(tx.insert_key_use(&KeyedRequest {
            api_key: self.api_key.clone(),
            operation: self.operation,
            key_digest: self.digests.first().copied().unwrap_or_default(),
            fingerprint: self.fingerprints.first().copied().unwrap_or_default(),
            resource: made.to_string(),
            created_at: now,
        })?)
    }
}
