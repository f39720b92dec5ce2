//! API keys: their hashes, never the keys.

use diesel::prelude::*;

use super::DbError;
use super::delivery_ends::{EndReason, cancel_pending_of_endpoint};
use super::schema::{api_keys, webhook_endpoints as endpoints};
use super::scope::{AgencyScope, AuthenticatorScope, Tx};
use super::words::{time_or_none, word, word_or_none};
use crate::domain::{AgencyId, ApiKeyId, ScopeSet, StopReason, Timestamp, UserId};

/// A new API key of the agency in scope.
#[derive(Debug, Clone)]
pub struct NewApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// The name people gave it, sealed.
    pub label_sealed: Vec<u8>,
    /// Its first characters, by which people know it again.
    pub prefix: String,
    /// SHA-256 of the whole key.
    pub hash: [u8; 32],
    /// What it may do.
    pub scopes: ScopeSet,
    /// Who made it; none from the command line.
    pub created_by: Option<UserId>,
    /// When.
    pub created_at: Timestamp,
    /// Refused from then on.
    pub expires_at: Option<Timestamp>,
    /// Whether what is made with it is for trying out.
    pub is_test: bool,
    /// Networks it may be used from, sealed; none: from everywhere.
    pub networks_sealed: Option<Vec<u8>>,
    /// The key that made it; none from the web or the command line.
    pub created_by_key: Option<ApiKeyId>,
}

/// An API key's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// Whose.
    pub agency: AgencyId,
    /// The name people gave it, sealed.
    pub label_sealed: Vec<u8>,
    /// Its first characters.
    pub prefix: String,
    /// What it may do.
    pub scopes: ScopeSet,
    /// Who made it; none from the command line.
    pub created_by: Option<UserId>,
    /// Since when.
    pub created_at: Timestamp,
    /// Last seen use, to about a minute.
    pub last_used_at: Option<Timestamp>,
    /// Refused from then on.
    pub expires_at: Option<Timestamp>,
    /// Refused since.
    pub revoked_at: Option<Timestamp>,
    /// Whether what is made with it is for trying out.
    pub is_test: bool,
    /// Networks it may be used from, sealed; none: from everywhere.
    pub networks_sealed: Option<Vec<u8>>,
    /// The key that made it; none from the web or the command line.
    pub created_by_key: Option<ApiKeyId>,
    /// Until when the text it had before it was rolled is taken too; in the past, it was.
    pub previous_ends_at: Option<Timestamp>,
}

/// A key that was found by a text of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundApiKey {
    /// The key.
    pub key: StoredApiKey,
    /// Whether it was the text it had before it was rolled.
    pub is_previous: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = api_keys)]
struct ApiKeyRow {
    id: String,
    agency_id: String,
    label_sealed: Vec<u8>,
    prefix: String,
    scopes: String,
    created_by: Option<String>,
    created_at: i64,
    last_used_at: Option<i64>,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    is_test: bool,
    networks_sealed: Option<Vec<u8>>,
    created_by_key: Option<String>,
    previous_ends_at: Option<i64>,
}

impl TryFrom<ApiKeyRow> for StoredApiKey {
    type Error = DbError;
    fn try_from(row: ApiKeyRow) -> Result<Self, DbError> {
        Ok(Self {
            id: word("api_keys.id", &row.id)?,
            agency: word("api_keys.agency_id", &row.agency_id)?,
            label_sealed: row.label_sealed,
            prefix: row.prefix,
            scopes: word("api_keys.scopes", &row.scopes)?,
            created_by: word_or_none("api_keys.created_by", row.created_by.as_deref())?,
            created_at: Timestamp::from_epoch_millis(row.created_at),
            last_used_at: time_or_none(row.last_used_at),
            expires_at: time_or_none(row.expires_at),
            revoked_at: time_or_none(row.revoked_at),
            is_test: row.is_test,
            networks_sealed: row.networks_sealed,
            created_by_key: word_or_none("api_keys.created_by_key", row.created_by_key.as_deref())?,
            previous_ends_at: time_or_none(row.previous_ends_at),
        })
    }
}

impl Tx<'_, AgencyScope> {
    /// A new key.
    ///
    /// # Errors
    /// [`DbError::AlreadyThere`], and what the engine refuses.
    pub fn insert_api_key(&mut self, new: &NewApiKey) -> Result<(), DbError> {
        diesel::insert_into(api_keys::table)
            .values((
                api_keys::id.eq(new.id.as_str()),
                api_keys::agency_id.eq(self.scope.0.as_str()),
                api_keys::label_sealed.eq(&new.label_sealed),
                api_keys::prefix.eq(&new.prefix),
                api_keys::hash.eq(new.hash.to_vec()),
                api_keys::scopes.eq(new.scopes.to_string()),
                api_keys::created_by.eq(new.created_by.as_ref().map(UserId::as_str)),
                api_keys::created_at.eq(new.created_at.epoch_millis()),
                api_keys::expires_at.eq(new.expires_at.map(Timestamp::epoch_millis)),
                api_keys::is_test.eq(new.is_test),
                api_keys::networks_sealed.eq(new.networks_sealed.as_ref()),
                api_keys::created_by_key.eq(new.created_by_key.as_ref().map(ApiKeyId::as_str)),
            ))
            .execute(self.conn)
            .map_err(DbError::of_insert)?;
        self.came_of(new.id.as_str());
        Ok(())
    }

    /// The agency's keys, newest first, revoked ones too.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn list_api_keys(&mut self) -> Result<Vec<StoredApiKey>, DbError> {
        let rows: Vec<ApiKeyRow> = api_keys::table
            .filter(api_keys::agency_id.eq(self.scope.0.as_str()))
            .order(api_keys::id.desc())
            .select(ApiKeyRow::as_select())
            .load(self.conn)?;
        rows.into_iter().map(StoredApiKey::try_from).collect()
    }

    /// One of the agency's keys.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn find_api_key(&mut self, key: &ApiKeyId) -> Result<Option<StoredApiKey>, DbError> {
        let row: Option<ApiKeyRow> = api_keys::table
            .find(key.as_str())
            .filter(api_keys::agency_id.eq(self.scope.0.as_str()))
            .select(ApiKeyRow::as_select())
            .first(self.conn)
            .optional()?;
        row.map(StoredApiKey::try_from).transpose()
    }

    /// Refuses the key from now on, pauses its endpoints and cancels what waits for them. False if the agency has no such
    /// key; true, and nothing changed, if it was revoked before.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn revoke_api_key(&mut self, key: &ApiKeyId, now: Timestamp) -> Result<bool, DbError> {
        match self.lock_api_key(key) {
            Ok(()) => {}
            Err(DbError::NotThere { .. }) => return Ok(false),
            Err(refused) => return Err(refused),
        }
        let Some(found) = self.find_api_key(key)? else { return Ok(false) };
        if found.revoked_at.is_some() {
            return Ok(true);
        }
        diesel::update(api_keys::table.find(key.as_str()))
            .set(api_keys::revoked_at.eq(Some(now.epoch_millis())))
            .execute(self.conn)?;
        let live: Vec<String> = endpoints::table
            .filter(endpoints::api_key_id.eq(key.as_str()))
            .filter(endpoints::status.ne(super::endpoint_status::DELETED))
            .order(endpoints::id.asc())
            .select(endpoints::id)
            .load(self.conn)?;
        for endpoint in &live {
            let reason = StopReason::KeyRevoked;
            diesel::update(endpoints::table.find(endpoint))
                .set((
                    endpoints::status.eq(super::EndpointStatus::stopped(reason).word()),
                    endpoints::status_reason.eq(Some(reason.slug())),
                    endpoints::disabled_at.eq(Some(now.epoch_millis())),
                ))
                .execute(self.conn)?;
            cancel_pending_of_endpoint(self.conn, endpoint, EndReason::KeyRevoked, now)?;
        }
        Ok(true)
    }
}

impl Tx<'_, AuthenticatorScope> {
    /// The key whose text has this SHA-256, or had it before it was rolled; whatever its state.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn find_api_key_by_hash(&mut self, hash: &[u8; 32]) -> Result<Option<FoundApiKey>, DbError> {
        let hash = hash.to_vec();
        let row: Option<(ApiKeyRow, Vec<u8>)> = api_keys::table
            .filter(api_keys::hash.eq(&hash).or(api_keys::previous_hash.eq(&hash)))
            .select((ApiKeyRow::as_select(), api_keys::hash))
            .first(self.conn)
            .optional()?;
        let Some((row, current)) = row else { return Ok(None) };
        Ok(Some(FoundApiKey { is_previous: current != hash, key: row.try_into()? }))
    }

    /// The key was used now.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn touch_api_key(&mut self, key: &ApiKeyId, now: Timestamp) -> Result<(), DbError> {
        diesel::update(api_keys::table.find(key.as_str()))
            .set(api_keys::last_used_at.eq(Some(now.epoch_millis())))
            .execute(self.conn)?;
        Ok(())
    }
}
