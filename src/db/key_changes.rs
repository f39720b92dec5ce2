//! What changes in an API key's row after its making: label, networks, end, and the text it is known by.

use diesel::prelude::*;

use super::DbError;
use super::schema::api_keys;
use super::scope::{AgencyScope, Tx};
use crate::domain::{ApiKeyId, Timestamp};

/// What is to be other than it was; None: as it is.
#[derive(Debug, Clone, Default)]
pub struct ApiKeyChange {
    /// The name people gave it, sealed.
    pub label_sealed: Option<Vec<u8>>,
    /// Refused from then on; Some(None): never.
    pub expires_at: Option<Option<Timestamp>>,
    /// Networks it may be used from, sealed; Some(None): from everywhere.
    pub networks_sealed: Option<Option<Vec<u8>>>,
}

/// A new text for a key. The one it has is taken until the overlap ends; one it had before that is forgotten.
#[derive(Debug, Clone)]
pub struct Roll {
    /// SHA-256 of the new text.
    pub hash: [u8; 32],
    /// The new text's first characters.
    pub prefix: String,
    /// When the text it has now is refused.
    pub previous_ends_at: Timestamp,
}

#[derive(AsChangeset)]
#[diesel(table_name = api_keys)]
struct Columns {
    label_sealed: Option<Vec<u8>>,
    expires_at: Option<Option<i64>>,
    networks_sealed: Option<Option<Vec<u8>>>,
}

impl Tx<'_, AgencyScope> {
    /// Changes one of the agency's keys, which is held by [`Tx::lock_api_key`].
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn change_api_key(&mut self, key: &ApiKeyId, change: &ApiKeyChange) -> Result<(), DbError> {
        let ApiKeyChange { label_sealed, expires_at, networks_sealed } = change.clone();
        if label_sealed.is_none() && expires_at.is_none() && networks_sealed.is_none() {
            return Ok(());
        }
        let expires_at = expires_at.map(|end| end.map(Timestamp::epoch_millis));
        diesel::update(api_keys::table.find(key.as_str()))
            .filter(api_keys::agency_id.eq(self.scope.0.as_str()))
            .set(&Columns { label_sealed, expires_at, networks_sealed })
            .execute(self.conn)?;
        Ok(())
    }

    /// Gives one of the agency's keys a new text; it is held by [`Tx::lock_api_key`].
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn roll_api_key(&mut self, key: &ApiKeyId, roll: &Roll) -> Result<(), DbError> {
        diesel::update(api_keys::table.find(key.as_str()))
            .filter(api_keys::agency_id.eq(self.scope.0.as_str()))
            .set((
                api_keys::previous_hash.eq(api_keys::hash.nullable()),
                api_keys::previous_ends_at.eq(Some(roll.previous_ends_at.epoch_millis())),
                api_keys::hash.eq(roll.hash.to_vec()),
                api_keys::prefix.eq(&roll.prefix),
            ))
            .execute(self.conn)?;
        Ok(())
    }
}
