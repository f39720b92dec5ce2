//! What a client's own key was used for, so that the same request sent twice is one.

use diesel::prelude::*;

use super::DbError;
use super::conn::Conn;
use super::schema::idempotency_keys as keys;
use super::scope::{AgencyScope, SystemScope, Tx};
use crate::domain::{AnalysisId, ApiKeyId, Timestamp};

/// A request that was accepted under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyedRequest {
    /// The API key it came with; each has its own keys.
    pub api_key: ApiKeyId,
    /// What was asked, such as `analyses.create`.
    pub operation: &'static str,
    /// Keyed digest of the client's key.
    pub key_digest: [u8; 32],
    /// Keyed digest of everything that was asked.
    pub fingerprint: [u8; 32],
    /// What came of it.
    pub resource: String,
    /// When.
    pub created_at: Timestamp,
}

/// What a key was used for before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUse {
    /// The digest it was found by.
    pub key_digest: Vec<u8>,
    /// Keyed digest of everything that was asked.
    pub fingerprint: Vec<u8>,
    /// What came of it.
    pub resource: String,
    /// Whether that came to nothing through no fault of the client: the key may be used again.
    pub released: bool,
    /// When.
    pub created_at: Timestamp,
}

type Row = (Vec<u8>, Vec<u8>, String, bool, i64);

/// The keys of an analysis that was interrupted may be used again.
pub(super) fn release(conn: &mut Conn, analysis: &AnalysisId) -> Result<(), DbError> {
    diesel::update(keys::table.filter(keys::resource_id.eq(analysis.as_str()))).set(keys::released.eq(true)).execute(conn)?;
    Ok(())
}

/// Nothing of what was asked stays.
pub(super) fn erase(conn: &mut Conn, analysis: &AnalysisId) -> Result<(), DbError> {
    diesel::delete(keys::table.filter(keys::resource_id.eq(analysis.as_str()))).execute(conn)?;
    Ok(())
}

impl Tx<'_, AgencyScope> {
    /// What the key with one of these digests was used for.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn find_key_use(
        &mut self,
        api_key: &ApiKeyId,
        operation: &str,
        key_digests: &[[u8; 32]],
    ) -> Result<Option<KeyUse>, DbError> {
        let digests: Vec<Vec<u8>> = key_digests.iter().map(|digest| digest.to_vec()).collect();
        let row: Option<Row> = keys::table
            .filter(keys::agency_id.eq(self.scope.0.as_str()))
            .filter(keys::api_key_id.eq(api_key.as_str()))
            .filter(keys::operation.eq(operation))
            .filter(keys::key_digest.eq_any(digests))
            .order(keys::created_at.desc())
            .select((keys::key_digest, keys::fingerprint, keys::resource_id, keys::released, keys::created_at))
            .first(self.conn)
            .optional()?;
        Ok(row.map(|(key_digest, fingerprint, resource, released, created_at)| KeyUse {
            key_digest,
            fingerprint,
            resource,
            released,
            created_at: Timestamp::from_epoch_millis(created_at),
        }))
    }

    /// Forgets what a key was used for.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn delete_key_use(&mut self, api_key: &ApiKeyId, operation: &str, key_use: &KeyUse) -> Result<(), DbError> {
        diesel::delete(keys::table.find((api_key.as_str(), operation, &key_use.key_digest)))
            .filter(keys::agency_id.eq(self.scope.0.as_str()))
            .execute(self.conn)?;
        Ok(())
    }

    /// Keeps what a key was used for, in the transaction of what came of it.
    ///
    /// # Errors
    /// [`DbError::AlreadyThere`] if somebody was faster, and what the engine refuses.
    pub fn insert_key_use(&mut self, request: &KeyedRequest) -> Result<(), DbError> {
        diesel::insert_into(keys::table)
            .values((
                keys::api_key_id.eq(request.api_key.as_str()),
                keys::operation.eq(request.operation),
                keys::key_digest.eq(request.key_digest.to_vec()),
                keys::agency_id.eq(self.scope.0.as_str()),
                keys::fingerprint.eq(request.fingerprint.to_vec()),
                keys::resource_id.eq(&request.resource),
                keys::released.eq(false),
                keys::created_at.eq(request.created_at.epoch_millis()),
            ))
            .execute(self.conn)
            .map_err(DbError::of_insert)?;
        Ok(())
    }
}

impl Tx<'_, SystemScope> {
    /// Forgets every key used before then. Answers how many.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn delete_key_uses_before(&mut self, cutoff: Timestamp) -> Result<usize, DbError> {
        Ok(diesel::delete(keys::table.filter(keys::created_at.le(cutoff.epoch_millis()))).execute(self.conn)?)
    }
}
