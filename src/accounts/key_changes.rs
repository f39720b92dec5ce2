//! A key after its making: another label, end or networks, or a new text while the old one is still taken.

use std::time::Duration;

use super::api_key::PlainKey;
use super::key_service::{ApiKeyRecord, KeyMaker, check_end};
use super::networks::Networks;
use super::people::check_name;
use super::{AccountError, Accounts};
use crate::db::{AgencyScope, ApiKeyChange, Roll, StoredApiKey, Tx};
use crate::domain::{AgencyId, ApiKeyId, KeyMode, Timestamp};
use crate::vault::Purpose;

/// Longest time both texts of a rolled key are taken.
pub const OVERLAP_MAX: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// The same time, if nobody says how long.
pub const OVERLAP_DEFAULT: Duration = Duration::from_secs(24 * 60 * 60);

/// What of a key is to be other than it was; None: as it is.
#[derive(Debug, Clone, Default)]
pub struct KeyEdit {
    /// Another name.
    pub label: Option<String>,
    /// Another end; Some(None): none.
    pub expires_at: Option<Option<Timestamp>>,
    /// Other networks; empty: everywhere.
    pub networks: Option<Networks>,
}

impl Accounts {
    /// Changes a key. One that has expired works again if its new end lies ahead.
    ///
    /// # Errors
    /// [`AccountError::NoSuchKey`], [`AccountError::KeyEnded`] for a revoked one, those of [`KeyMaker::check_reach`],
    /// [`AccountError::NameLength`], [`AccountError::ExpiryInPast`], [`AccountError::ExpiryTooFar`], and what database and vault
    /// refuse.
    pub async fn edit_api_key(
        &self,
        agency: &AgencyId,
        key: &ApiKeyId,
        edit: KeyEdit,
        maker: &KeyMaker,
    ) -> Result<ApiKeyRecord, AccountError> {
        let (maker, id) = (maker.clone(), key.clone());
        let KeyEdit { label, expires_at, networks } = edit;
        let label = label.as_deref().map(check_name).transpose()?;
        check_end(expires_at.flatten(), self.clock.now())?;
        let seal = |label: &str| self.vault.seal(Purpose::KeyLabel, key.as_str(), label.as_bytes());
        let label_sealed = label.map(seal).transpose()?;
        let networks_sealed = networks.map(|networks| self.seal_networks(key, &networks)).transpose()?;
        let change = ApiKeyChange { label_sealed, expires_at, networks_sealed };
        let changed = self.db.as_agency(agency).write(move |tx| {
            reached(tx, &id, &maker)?;
            tx.change_api_key(&id, &change)?;
            tx.find_api_key(&id)?.ok_or(AccountError::NoSuchKey)
        });
        self.open_key(changed.await?)
    }

    /// Gives a key a new text. Its id, scopes and endpoints stay, and the text it has now is taken for `overlap` more; one from
    /// a roll before that is refused at once. The plain key exists only in this answer.
    ///
    /// # Errors
    /// [`AccountError::OverlapTooLong`], [`AccountError::NoSuchKey`], [`AccountError::KeyEnded`] for one that was revoked or has
    /// expired, those of [`KeyMaker::check_reach`], and what database and vault refuse.
    pub async fn roll_api_key(
        &self,
        agency: &AgencyId,
        key: &ApiKeyId,
        overlap: Duration,
        maker: &KeyMaker,
    ) -> Result<(PlainKey, ApiKeyRecord), AccountError> {
        if overlap > OVERLAP_MAX {
            return Err(AccountError::OverlapTooLong { max_secs: OVERLAP_MAX.as_secs() });
        }
        let (maker, id, now) = (maker.clone(), key.clone(), self.clock.now());
        let rolled = self.db.as_agency(agency).write(move |tx| {
            let found = reached(tx, &id, &maker)?;
            if found.expires_at.is_some_and(|end| end <= now) {
                return Err(AccountError::KeyEnded);
            }
            let plain = PlainKey::generate(KeyMode::of(found.is_test));
            let roll = Roll { hash: plain.hash(), prefix: plain.shown_prefix(), previous_ends_at: now.plus(overlap) };
            tx.roll_api_key(&id, &roll)?;
            let stored = tx.find_api_key(&id)?.ok_or(AccountError::NoSuchKey)?;
            Ok((plain, stored))
        });
        let (plain, stored) = rolled.await?;
        Ok((plain, self.open_key(stored)?))
    }
}

/// The key, held until the transaction ends, if `maker` may change it.
fn reached(tx: &mut Tx<'_, AgencyScope>, key: &ApiKeyId, maker: &KeyMaker) -> Result<StoredApiKey, AccountError> {
    tx.lock_api_key(key).map_err(|error| match error {
        crate::db::DbError::NotThere { .. } => AccountError::NoSuchKey,
        other => other.into(),
    })?;
    let found = tx.find_api_key(key)?.ok_or(AccountError::NoSuchKey)?;
    maker.check_reach(&found.scopes, KeyMode::of(found.is_test))?;
    if found.revoked_at.is_some() { Err(AccountError::KeyEnded) } else { Ok(found) }
}
