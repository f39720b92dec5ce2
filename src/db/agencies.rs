//! Agencies: the tenants.

use diesel::prelude::*;

use super::DbError;
use super::schema::agencies;
use super::scope::{AgencyScope, SystemScope, Tx};
use super::words::word;
use crate::domain::{AgencyId, Timestamp};

/// A new tenant.
#[derive(Debug, Clone)]
pub struct NewAgency {
    /// Its id.
    pub id: AgencyId,
    /// Its name, sealed.
    pub name_sealed: Vec<u8>,
    /// When.
    pub created_at: Timestamp,
}

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgencyRecord {
    /// Its id.
    pub id: AgencyId,
    /// Its name, sealed.
    pub name_sealed: Vec<u8>,
    /// Since when.
    pub created_at: Timestamp,
    /// How its reports look, sealed; None for the product's own look.
    pub branding_sealed: Option<Vec<u8>>,
}

type AgencyRow = (String, Vec<u8>, i64, Option<Vec<u8>>);

impl Tx<'_, SystemScope> {
    /// A new tenant.
    ///
    /// # Errors
    /// [`DbError::AlreadyThere`].
    pub fn insert_agency(&mut self, new: &NewAgency) -> Result<(), DbError> {
        diesel::insert_into(agencies::table)
            .values((
                agencies::id.eq(new.id.as_str()),
                agencies::name_sealed.eq(&new.name_sealed),
                agencies::created_at.eq(new.created_at.epoch_millis()),
            ))
            .execute(self.conn)
            .map_err(DbError::of_insert)?;
        Ok(())
    }

    /// How the tenant's reports look from now on, sealed; None for the product's own look.
    ///
    /// # Errors
    /// [`DbError::NotThere`], and what the engine refuses.
    pub fn set_branding(&mut self, agency: &AgencyId, sealed: Option<&[u8]>) -> Result<(), DbError> {
        let changed =
            diesel::update(agencies::table.find(agency.as_str())).set(agencies::branding_sealed.eq(sealed)).execute(self.conn)?;
        if changed == 0 { Err(DbError::NotThere { what: "agency" }) } else { Ok(()) }
    }

    /// All tenants, oldest first; at most `limit`.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn list_agencies(&mut self, limit: i64) -> Result<Vec<AgencyRecord>, DbError> {
        let rows: Vec<AgencyRow> = agencies::table.order(agencies::id.asc()).limit(limit).load(self.conn)?;
        rows.into_iter().map(record).collect()
    }
}

impl Tx<'_, AgencyScope> {
    /// The tenant's own row; `None` for an agency that does not exist.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn find_agency(&mut self) -> Result<Option<AgencyRecord>, DbError> {
        let row = agencies::table.find(self.scope.0.as_str()).first(self.conn).optional()?;
        row.map(record).transpose()
    }
}

fn record((id, name_sealed, created_at, branding_sealed): AgencyRow) -> Result<AgencyRecord, DbError> {
    let created_at = Timestamp::from_epoch_millis(created_at);
    Ok(AgencyRecord { id: word("agencies.id", &id)?, name_sealed, created_at, branding_sealed })
}
