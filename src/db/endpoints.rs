//! Webhook endpoints. An endpoint belongs to one API key; its address and secret are sealed.

use std::collections::BTreeSet;
use std::str::FromStr;

use diesel::prelude::*;

use super::DbError;
use super::conn::locked;
use super::deliveries::cancel_pending_of_endpoint;
use super::schema::{api_keys, webhook_endpoints as endpoints};
use super::scope::{AgencyScope, Tx};
use super::words::word;
use crate::domain::{AgencyId, ApiKeyId, EndpointId, EventKind, Timestamp};

/// Where an endpoint stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndpointStatus {
    /// Hears of events.
    Active,
    /// Its key was revoked.
    Paused,
    /// The receiver answered that it is gone.
    Gone,
}

impl EndpointStatus {
    /// All that anybody sees; the rows of deleted ones stay for their deliveries' sake, unseen.
    pub const ALL: [Self; 3] = [Self::Active, Self::Paused, Self::Gone];

    /// The word in the API and database.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Gone => "gone",
        }
    }
}

/// The word in the rows of deleted endpoints.
const DELETED: &str = "deleted";

impl FromStr for EndpointStatus {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|status| status.slug() == text).ok_or(())
    }
}

/// A new endpoint of the agency in scope.
#[derive(Debug, Clone)]
pub struct NewEndpoint {
    /// Its id.
    pub id: EndpointId,
    /// The key it belongs to.
    pub api_key: ApiKeyId,
    /// Its address, sealed.
    pub url_sealed: Vec<u8>,
    /// Its signing secret, sealed.
    pub secret_sealed: Vec<u8>,
    /// The kinds it wants; empty: all.
    pub kinds: BTreeSet<EventKind>,
    /// When.
    pub created_at: Timestamp,
}

/// An endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointRecord {
    /// Its id.
    pub id: EndpointId,
    /// Whose.
    pub agency: AgencyId,
    /// The key it belongs to.
    pub api_key: ApiKeyId,
    /// Its address, sealed.
    pub url_sealed: Vec<u8>,
    /// Its signing secret, sealed.
    pub secret_sealed: Vec<u8>,
    /// The kinds it wants; empty: all.
    pub kinds: BTreeSet<EventKind>,
    /// Where it stands.
    pub status: EndpointStatus,
    /// Since when.
    pub created_at: Timestamp,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = endpoints)]
struct EndpointRow {
    id: String,
    agency_id: String,
    api_key_id: String,
    url_sealed: Vec<u8>,
    secret_sealed: Vec<u8>,
    kinds: String,
    status: String,
    created_at: i64,
}

impl TryFrom<EndpointRow> for EndpointRecord {
    type Error = DbError;
    fn try_from(row: EndpointRow) -> Result<Self, DbError> {
        Ok(Self {
            id: word("webhook_endpoints.id", &row.id)?,
            agency: word("webhook_endpoints.agency_id", &row.agency_id)?,
            api_key: word("webhook_endpoints.api_key_id", &row.api_key_id)?,
            url_sealed: row.url_sealed,
            secret_sealed: row.secret_sealed,
            kinds: parse_kinds(&row.kinds)?,
            status: word("webhook_endpoints.status", &row.status)?,
            created_at: Timestamp::from_epoch_millis(row.created_at),
        })
    }
}

pub(super) fn parse_kinds(text: &str) -> Result<BTreeSet<EventKind>, DbError> {
    text.split_ascii_whitespace().map(|kind| word("webhook_endpoints.kinds", kind)).collect()
}

/// The filter rule: an empty filter wants everything.
pub(super) fn wants(filter: &BTreeSet<EventKind>, kind: EventKind) -> bool {
    filter.is_empty() || filter.contains(&kind)
}

impl Tx<'_, AgencyScope> {
    /// A new, active endpoint.
    ///
    /// # Errors
    /// [`DbError::NotThere`] for a key of another agency, [`DbError::AlreadyThere`], and what the engine refuses.
    pub fn insert_endpoint(&mut self, new: &NewEndpoint) -> Result<(), DbError> {
        self.lock_api_key(&new.api_key)?;
        let kinds: Vec<&str> = new.kinds.iter().map(|kind| kind.slug()).collect();
        diesel::insert_into(endpoints::table)
            .values((
                endpoints::id.eq(new.id.as_str()),
                endpoints::agency_id.eq(self.scope.0.as_str()),
                endpoints::api_key_id.eq(new.api_key.as_str()),
                endpoints::url_sealed.eq(&new.url_sealed),
                endpoints::secret_sealed.eq(&new.secret_sealed),
                endpoints::kinds.eq(kinds.join(" ")),
                endpoints::status.eq(EndpointStatus::Active.slug()),
                endpoints::created_at.eq(new.created_at.epoch_millis()),
            ))
            .execute(self.conn)
            .map_err(DbError::of_insert)?;
        Ok(())
    }

    /// Holds one of the agency's keys until the transaction ends: whoever counts its endpoints before making one asks first,
    /// and whoever revokes it waits.
    ///
    /// # Errors
    /// [`DbError::NotThere`] for a key of another agency, and what the engine refuses.
    pub fn lock_api_key(&mut self, api_key: &ApiKeyId) -> Result<(), DbError> {
        let ours = || {
            let agency = self.scope.0.as_str();
            api_keys::table.find(api_key.as_str()).filter(api_keys::agency_id.eq(agency)).select(api_keys::id)
        };
        let found: Option<String> = locked!(self.conn, ours(), first).optional()?;
        found.map(drop).ok_or(DbError::NotThere { what: "API key" })
    }

    /// The endpoints of one of the agency's keys, oldest first.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn list_endpoints(&mut self, api_key: &ApiKeyId) -> Result<Vec<EndpointRecord>, DbError> {
        let all = self.list_agency_endpoints()?;
        Ok(all.into_iter().filter(|endpoint| endpoint.api_key == *api_key).collect())
    }

    /// The endpoints of all the agency's keys, oldest first.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn list_agency_endpoints(&mut self) -> Result<Vec<EndpointRecord>, DbError> {
        let rows: Vec<EndpointRow> = endpoints::table
            .filter(endpoints::agency_id.eq(self.scope.0.as_str()))
            .filter(endpoints::status.ne(DELETED))
            .order(endpoints::id.asc())
            .select(EndpointRow::as_select())
            .load(self.conn)?;
        rows.into_iter().map(EndpointRecord::try_from).collect()
    }

    /// One of the agency's endpoints; not a deleted one.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn find_endpoint(&mut self, endpoint: &EndpointId) -> Result<Option<EndpointRecord>, DbError> {
        let row: Option<EndpointRow> = endpoints::table
            .find(endpoint.as_str())
            .filter(endpoints::agency_id.eq(self.scope.0.as_str()))
            .filter(endpoints::status.ne(DELETED))
            .select(EndpointRow::as_select())
            .first(self.conn)
            .optional()?;
        row.map(EndpointRecord::try_from).transpose()
    }

    /// Ends an endpoint: its address and secret are erased and what waits for it is cancelled. False if the agency has none
    /// such.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn delete_endpoint(&mut self, endpoint: &EndpointId, now: Timestamp) -> Result<bool, DbError> {
        let ended = diesel::update(endpoints::table.find(endpoint.as_str()))
            .filter(endpoints::agency_id.eq(self.scope.0.as_str()))
            .filter(endpoints::status.ne(DELETED))
            .set((
                endpoints::status.eq(DELETED),
                endpoints::url_sealed.eq(Vec::<u8>::new()),
                endpoints::secret_sealed.eq(Vec::<u8>::new()),
            ))
            .execute(self.conn)?;
        if ended > 0 {
            cancel_pending_of_endpoint(self.conn, endpoint.as_str(), now)?;
        }
        Ok(ended > 0)
    }
}
