//! The same request sent twice is one: a key of the client's own choice, kept for a day with a keyed digest of all that was
//! asked. Here for requests whose photos arrive first; the rest, and the rows, are in `db`.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::error::InFlight;
use super::request::AnalysisRequest;
use super::{HeldPhoto, Pipeline};
use crate::db::KeyedRequest;
use crate::domain::{AgencyId, AnalysisId, Timestamp};
use crate::vault::{Digest, Purpose, Vault};

/// Longest key, in visible characters.
pub const KEY_CHARS_MAX: usize = 255;
/// Seconds after which a request whose twin is still arriving may be sent again.
pub const IN_FLIGHT_RETRY_SECS: u64 = 5;

/// The keys of requests this node is reading now; as many as it has connections.
type Reading = Arc<Mutex<HashSet<Digest>>>;

/// Requests under keys, on this node.
#[derive(Debug, Default)]
pub(super) struct Keys {
    reading: Reading,
}

/// A request under a key; while it lives no other under the same key is read on this node.
#[derive(Debug)]
pub struct Once {
    agency: AgencyId,
    owner: String,
    /// Under every key of the ring, the active one first.
    digests: Vec<Digest>,
    /// None: it was read before it began.
    reading: Option<Reading>,
}

impl Drop for Once {
    fn drop(&mut self) {
        if let (Some(digest), Some(reading)) = (self.digests.first(), &self.reading) {
            reading.lock().unwrap_or_else(PoisonError::into_inner).remove(digest);
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

/// A client's key under every key of the ring, the active one first. `owner` is the API key or the person it comes with.
pub fn key_digests(vault: &Vault, owner: &str, key: &str) -> Vec<Digest> {
    // An id holds no space: no two pairs give the same bytes.
    vault.keyed_digests(Purpose::IdempotencyKey, format!("{owner} {key}").as_bytes())
}

/// Everything a request asks, under every key of the ring, the active one first. The form of each kind of request has a number.
pub fn fingerprints(vault: &Vault, asked: &serde_json::Value) -> Vec<Digest> {
    vault.keyed_digests(Purpose::RequestFingerprint, asked.to_string().as_bytes())
}

impl Pipeline {
    /// Begins a request with photos, or one that makes an analysis, under a key the client chose.
    ///
    /// # Errors
    /// [`InFlight`] while its twin is being read here.
    pub fn once(&self, agency: &AgencyId, owner: &str, key: &str) -> Result<Once, InFlight> {
        let digests = key_digests(&self.inner.parts.vault, owner, key);
        let reading = Arc::clone(&self.inner.keys.reading);
        let active = digests.first().copied().unwrap_or_default();
        if !reading.lock().unwrap_or_else(PoisonError::into_inner).insert(active) {
            return Err(InFlight { retry_after_secs: IN_FLIGHT_RETRY_SECS });
        }
        Ok(Once { agency: agency.clone(), owner: owner.to_owned(), digests, reading: Some(reading) })
    }

    /// As [`Pipeline::once`], for a request that is here already: its twin is not refused but answered after it.
    pub fn once_read(&self, agency: &AgencyId, owner: &str, key: &str) -> Once {
        let digests = key_digests(&self.inner.parts.vault, owner, key);
        Once { agency: agency.clone(), owner: owner.to_owned(), digests, reading: None }
    }
}

/// What is asked of a new analysis; its photos by name and content, or None if they come later.
pub(super) fn asked_of_new(request: &AnalysisRequest, photos: Option<&[HeldPhoto]>) -> serde_json::Value {
    let photos = photos.map(|photos| photos.iter().map(|photo| (&photo.file_name, photo.sha256)).collect::<Vec<_>>());
    let AnalysisRequest { product, previews, reference, life_days } = request;
    serde_json::json!([1, product.slug(), previews, reference, life_days, photos])
}

/// What is asked when a photo is put: its place and its content; the name is no part of either.
pub(super) fn asked_of_photo(analysis: &AnalysisId, number: u16, sha256: &Digest) -> serde_json::Value {
    serde_json::json!([3, analysis, number, sha256])
}

impl Once {
    /// As its transaction needs it.
    pub(super) fn keyed(&self, vault: &Vault, asked: &serde_json::Value, now: Timestamp) -> KeyedRequest {
        KeyedRequest {
            agency: self.agency.clone(),
            owner: self.owner.clone(),
            key_digests: self.digests.clone(),
            fingerprints: fingerprints(vault, asked),
            about: String::new(),
            now,
        }
    }
}
