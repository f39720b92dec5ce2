//! API keys: made, listed, revoked, and recognised when a program shows one.

use super::api_key::PlainKey;
use super::people::check_name;
use super::{AccountError, Accounts, TOUCH_EVERY};
use crate::db::{DbError, NewApiKey, StoredApiKey};
use crate::domain::{AgencyId, ApiKeyId, Scope, ScopeSet, Timestamp, UserId};
use crate::vault::Purpose;

/// A program that has shown a good key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPrincipal {
    /// The tenant.
    pub agency: AgencyId,
    /// The key's row.
    pub key: ApiKeyId,
    /// What it may do.
    pub scopes: ScopeSet,
}

/// An API key as its agency sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyRecord {
    /// Its id.
    pub id: ApiKeyId,
    /// The name people gave it.
    pub label: String,
    /// Its first characters, `ps_live_` and four.
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
}

impl Accounts {
    /// Whose key is this, and what may it do? A mistyped key is refused before the database is asked.
    ///
    /// # Errors
    /// [`AccountError::MalformedKey`], [`AccountError::UnknownKey`], [`AccountError::KeyRevoked`],
    /// [`AccountError::KeyExpired`], and what the database refuses.
    pub async fn authenticate_key(&self, text: &str) -> Result<KeyPrincipal, AccountError> {
        let hash = PlainKey::parse(text)?.hash();
        let now = self.clock.now();
        let found = self.db.as_authenticator().read(move |tx| tx.find_api_key_by_hash(&hash).map_err(AccountError::from)).await?;
        let stored = found.ok_or(AccountError::UnknownKey)?;
        if stored.revoked_at.is_some() {
            return Err(AccountError::KeyRevoked);
        }
        if stored.expires_at.is_some_and(|end| end <= now) {
            return Err(AccountError::KeyExpired);
        }
        if stored.last_used_at.is_none_or(|last| now.since(last) >= TOUCH_EVERY) {
            let key = stored.id.clone();
            self.db.as_authenticator().write(move |tx| tx.touch_api_key(&key, now).map_err(AccountError::from)).await?;
        }
        Ok(KeyPrincipal { agency: stored.agency, key: stored.id, scopes: stored.scopes })
    }

    /// A new key. The plain key exists only in this answer.
    ///
    /// # Errors
    /// [`AccountError::NameLength`], [`AccountError::NoScope`], [`AccountError::ScopeNotForAgencies`],
    /// [`AccountError::NoSuchAgency`], and what database and vault refuse.
    pub async fn create_api_key(
        &self,
        agency: &AgencyId,
        label: &str,
        scopes: ScopeSet,
        created_by: Option<UserId>,
    ) -> Result<(PlainKey, ApiKeyRecord), AccountError> {
        let label = check_name(label)?.to_owned();
        check_scopes(&scopes)?;
        self.agency_name(agency).await?;
        let now = self.clock.now();
        let id = ApiKeyId::generate(now);
        let plain = PlainKey::generate();
        let new = NewApiKey {
            label_sealed: self.vault.seal(Purpose::KeyLabel, id.as_str(), label.as_bytes())?,
            prefix: plain.shown_prefix(),
            hash: plain.hash(),
            scopes,
            created_by,
            created_at: now,
            expires_at: None,
            is_test: false,
            networks_sealed: None,
            created_by_key: None,
            id,
        };
        let record = ApiKeyRecord {
            id: new.id.clone(),
            label,
            prefix: new.prefix.clone(),
            scopes: new.scopes.clone(),
            created_by: new.created_by.clone(),
            created_at: now,
            last_used_at: None,
            expires_at: None,
            revoked_at: None,
        };
        self.db.as_agency(agency).write(move |tx| tx.insert_api_key(&new).map_err(AccountError::from)).await?;
        Ok((plain, record))
    }

    /// The agency's keys, newest first, revoked ones too.
    ///
    /// # Errors
    /// What database and vault refuse.
    pub async fn list_api_keys(&self, agency: &AgencyId) -> Result<Vec<ApiKeyRecord>, AccountError> {
        let stored = self.db.as_agency(agency).read(|tx| tx.list_api_keys().map_err(AccountError::from)).await?;
        stored.into_iter().map(|key| self.open_key(key)).collect()
    }

    /// One of the agency's keys.
    ///
    /// # Errors
    /// [`AccountError::NoSuchKey`], and what database and vault refuse.
    pub async fn find_api_key(&self, agency: &AgencyId, key: &ApiKeyId) -> Result<ApiKeyRecord, AccountError> {
        let key = key.clone();
        let stored = self.db.as_agency(agency).read(move |tx| tx.find_api_key(&key).map_err(AccountError::from)).await?;
        self.open_key(stored.ok_or(AccountError::NoSuchKey)?)
    }

    fn open_key(&self, stored: StoredApiKey) -> Result<ApiKeyRecord, AccountError> {
        let label = self.vault.open_text(Purpose::KeyLabel, stored.id.as_str(), &stored.label_sealed)?.to_string();
        Ok(ApiKeyRecord {
            id: stored.id,
            label,
            prefix: stored.prefix,
            scopes: stored.scopes,
            created_by: stored.created_by,
            created_at: stored.created_at,
            last_used_at: stored.last_used_at,
            expires_at: stored.expires_at,
            revoked_at: stored.revoked_at,
        })
    }

    /// Refuses the key from now on and pauses its endpoints. Revoking again changes nothing.
    ///
    /// # Errors
    /// [`AccountError::NoSuchKey`], also for another agency's; what the database refuses.
    pub async fn revoke_api_key(&self, agency: &AgencyId, key: &ApiKeyId) -> Result<(), AccountError> {
        let (key, now) = (key.clone(), self.clock.now());
        let known = self.db.as_agency(agency).write::<bool, DbError>(move |tx| tx.revoke_api_key(&key, now)).await?;
        if known { Ok(()) } else { Err(AccountError::NoSuchKey) }
    }
}

fn check_scopes(scopes: &ScopeSet) -> Result<(), AccountError> {
    if scopes.is_empty() {
        return Err(AccountError::NoScope);
    }
    match scopes.iter().find(|scope| !Scope::AGENCY.contains(scope)) {
        Some(scope) => Err(AccountError::ScopeNotForAgencies(scope)),
        None => Ok(()),
    }
}
