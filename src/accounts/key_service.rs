//! API keys: made, listed, revoked, and recognised when a program shows one.

use std::net::IpAddr;
use std::time::Duration;

use super::api_key::PlainKey;
use super::networks::Networks;
use super::people::check_name;
use super::{AccountError, Accounts, TOUCH_EVERY};
use crate::db::{DbError, FoundApiKey, NewApiKey, StoredApiKey};
use crate::domain::{AgencyId, ApiKeyId, KeyMode, Scope, ScopeSet, Timestamp, UserId};
use crate::vault::Purpose;

/// Days until a key's end at most: two years, one of them a leap year.
pub const KEY_LIFE_DAYS_MAX: u64 = 731;
/// The same as a time.
pub const KEY_LIFE_MAX: Duration = Duration::from_secs(KEY_LIFE_DAYS_MAX * 24 * 60 * 60);

/// A program that has shown a good key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPrincipal {
    /// The tenant.
    pub agency: AgencyId,
    /// The key's row.
    pub key: ApiKeyId,
    /// What it may do.
    pub scopes: ScopeSet,
    /// Whether what it makes is for trying out.
    pub mode: KeyMode,
    /// Shown was the text from before the key was rolled: refused from then on.
    pub text_ends_at: Option<Timestamp>,
}

/// What a new key is to be.
#[derive(Debug, Clone, Default)]
pub struct NewKey {
    /// The name people give it.
    pub label: String,
    /// What it may do.
    pub scopes: ScopeSet,
    /// For the real thing or for trying out.
    pub mode: KeyMode,
    /// Refused from then on; at most [`KEY_LIFE_MAX`] away.
    pub expires_at: Option<Timestamp>,
    /// Where it may be used from.
    pub networks: Networks,
}

/// Who makes or changes a key.
#[derive(Debug, Clone)]
pub enum KeyMaker {
    /// The operator, by a command.
    Operator,
    /// An owner, on the web.
    Person(UserId),
    /// A program. It makes and changes only what may no more than itself.
    Key(KeyPrincipal),
}

impl KeyMaker {
    /// Whether it may make or change a key of these scopes and mode.
    ///
    /// # Errors
    /// [`AccountError::ScopeBeyond`], [`AccountError::OnlyTestKeys`].
    pub(super) fn check_reach(&self, scopes: &ScopeSet, mode: KeyMode) -> Result<(), AccountError> {
        let Self::Key(own) = self else { return Ok(()) };
        if let Some(scope) = own.scopes.first_missing(scopes) {
            return Err(AccountError::ScopeBeyond(scope));
        }
        if own.mode.is_test() && !mode.is_test() { Err(AccountError::OnlyTestKeys) } else { Ok(()) }
    }

    fn user(&self) -> Option<UserId> {
        if let Self::Person(user) = self { Some(user.clone()) } else { None }
    }

    fn key(&self) -> Option<ApiKeyId> {
        if let Self::Key(own) = self { Some(own.key.clone()) } else { None }
    }
}

/// An API key as its agency sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyRecord {
    /// Its id.
    pub id: ApiKeyId,
    /// The name people gave it.
    pub label: String,
    /// Its first characters, `ps_live_` or `ps_test_` and four.
    pub prefix: String,
    /// What it may do.
    pub scopes: ScopeSet,
    /// For the real thing or for trying out.
    pub mode: KeyMode,
    /// Where it may be used from.
    pub networks: Networks,
    /// Who made it; none from the command line, or by a key.
    pub created_by: Option<UserId>,
    /// The key that made it; none from the web or the command line.
    pub created_by_key: Option<ApiKeyId>,
    /// Since when.
    pub created_at: Timestamp,
    /// Last seen use, to about a minute.
    pub last_used_at: Option<Timestamp>,
    /// Refused from then on.
    pub expires_at: Option<Timestamp>,
    /// Refused since.
    pub revoked_at: Option<Timestamp>,
    /// Until when the text it had before it was rolled is taken too; in the past, it was.
    pub previous_ends_at: Option<Timestamp>,
}

impl Accounts {
    /// Whose key is this, and what may it do? A mistyped key is refused before the database is asked. `from` is the address of
    /// the connection.
    ///
    /// # Errors
    /// [`AccountError::MalformedKey`], [`AccountError::UnknownKey`], [`AccountError::KeyRevoked`],
    /// [`AccountError::KeyExpired`], [`AccountError::KeyFromElsewhere`], and what database and vault refuse.
    pub async fn authenticate_key(&self, text: &str, from: Option<IpAddr>) -> Result<KeyPrincipal, AccountError> {
        let hash = PlainKey::parse(text)?.hash();
        let now = self.clock.now();
        let found = self.db.as_authenticator().read(move |tx| tx.find_api_key_by_hash(&hash).map_err(AccountError::from)).await?;
        let FoundApiKey { key: stored, is_previous } = found.ok_or(AccountError::UnknownKey)?;
        if stored.revoked_at.is_some() {
            return Err(AccountError::KeyRevoked);
        }
        let text_ends_at = stored.previous_ends_at.filter(|_| is_previous);
        if [stored.expires_at, text_ends_at].into_iter().flatten().any(|end| end <= now) {
            return Err(AccountError::KeyExpired);
        }
        if !self.networks_of(&stored)?.allow(from) {
            return Err(AccountError::KeyFromElsewhere);
        }
        if stored.last_used_at.is_none_or(|last| now.since(last) >= TOUCH_EVERY) {
            let key = stored.id.clone();
            self.db.as_authenticator().write(move |tx| tx.touch_api_key(&key, now).map_err(AccountError::from)).await?;
        }
        let mode = KeyMode::of(stored.is_test);
        Ok(KeyPrincipal { agency: stored.agency, key: stored.id, scopes: stored.scopes, mode, text_ends_at })
    }

    /// A new live key that may be used from everywhere and does not end; as [`Accounts::make_api_key`].
    ///
    /// # Errors
    /// As [`Accounts::make_api_key`].
    pub async fn create_api_key(
        &self,
        agency: &AgencyId,
        label: &str,
        scopes: ScopeSet,
        created_by: Option<UserId>,
    ) -> Result<(PlainKey, ApiKeyRecord), AccountError> {
        let maker = created_by.map_or(KeyMaker::Operator, KeyMaker::Person);
        self.make_api_key(agency, NewKey { label: label.to_owned(), scopes, ..NewKey::default() }, &maker).await
    }

    /// A new key. The plain key exists only in this answer.
    ///
    /// # Errors
    /// [`AccountError::NameLength`], [`AccountError::NoScope`], [`AccountError::ScopeNotForAgencies`],
    /// [`AccountError::ScopeBeyond`], [`AccountError::OnlyTestKeys`], [`AccountError::ExpiryInPast`],
    /// [`AccountError::ExpiryTooFar`], [`AccountError::NoSuchAgency`], and what database and vault refuse.
    pub async fn make_api_key(
        &self,
        agency: &AgencyId,
        new: NewKey,
        maker: &KeyMaker,
    ) -> Result<(PlainKey, ApiKeyRecord), AccountError> {
        let NewKey { label, scopes, mode, expires_at, networks } = new;
        let (label, now) = (check_name(&label)?.to_owned(), self.clock.now());
        check_scopes(&scopes)?;
        maker.check_reach(&scopes, mode)?;
        check_end(expires_at, now)?;
        self.agency_name(agency).await?;
        let id = ApiKeyId::generate(now);
        let plain = PlainKey::generate(mode);
        let new = NewApiKey {
            label_sealed: self.vault.seal(Purpose::KeyLabel, id.as_str(), label.as_bytes())?,
            prefix: plain.shown_prefix(),
            hash: plain.hash(),
            scopes,
            created_by: maker.user(),
            created_at: now,
            expires_at,
            is_test: mode.is_test(),
            networks_sealed: self.seal_networks(&id, &networks)?,
            created_by_key: maker.key(),
            id,
        };
        let record = ApiKeyRecord {
            id: new.id.clone(),
            label,
            prefix: new.prefix.clone(),
            scopes: new.scopes.clone(),
            mode,
            networks,
            created_by: new.created_by.clone(),
            created_by_key: new.created_by_key.clone(),
            created_at: now,
            last_used_at: None,
            expires_at,
            revoked_at: None,
            previous_ends_at: None,
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
    /// [`AccountError::NoSuchKey`], also for another agency's; what database and vault refuse.
    pub async fn find_api_key(&self, agency: &AgencyId, key: &ApiKeyId) -> Result<ApiKeyRecord, AccountError> {
        let key = key.clone();
        let found = self.db.as_agency(agency).read(move |tx| tx.find_api_key(&key).map_err(AccountError::from)).await?;
        self.open_key(found.ok_or(AccountError::NoSuchKey)?)
    }

    pub(super) fn open_key(&self, stored: StoredApiKey) -> Result<ApiKeyRecord, AccountError> {
        let label = self.vault.open_text(Purpose::KeyLabel, stored.id.as_str(), &stored.label_sealed)?.to_string();
        Ok(ApiKeyRecord {
            networks: self.networks_of(&stored)?,
            id: stored.id,
            label,
            prefix: stored.prefix,
            scopes: stored.scopes,
            mode: KeyMode::of(stored.is_test),
            created_by: stored.created_by,
            created_by_key: stored.created_by_key,
            created_at: stored.created_at,
            last_used_at: stored.last_used_at,
            expires_at: stored.expires_at,
            revoked_at: stored.revoked_at,
            previous_ends_at: stored.previous_ends_at,
        })
    }

    fn networks_of(&self, stored: &StoredApiKey) -> Result<Networks, AccountError> {
        let Some(sealed) = &stored.networks_sealed else { return Ok(Networks::default()) };
        let text = self.vault.open_text(Purpose::KeyNetworks, stored.id.as_str(), sealed)?;
        Networks::parse(&text.split_ascii_whitespace().collect::<Vec<_>>())
    }

    pub(super) fn seal_networks(&self, key: &ApiKeyId, networks: &Networks) -> Result<Option<Vec<u8>>, AccountError> {
        if networks.is_empty() {
            return Ok(None);
        }
        Ok(Some(self.vault.seal(Purpose::KeyNetworks, key.as_str(), networks.stored().as_bytes())?))
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

/// An end lies ahead, but not further than [`KEY_LIFE_MAX`].
pub(super) fn check_end(end: Option<Timestamp>, now: Timestamp) -> Result<(), AccountError> {
    match end {
        Some(end) if end <= now => Err(AccountError::ExpiryInPast),
        Some(end) if end > now.plus(KEY_LIFE_MAX) => Err(AccountError::ExpiryTooFar { max_days: KEY_LIFE_DAYS_MAX }),
        _ => Ok(()),
    }
}
