//! Webhook endpoints. An endpoint belongs to one API key; its address and secret are sealed.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::DbError;
use super::conn::locked;
use super::delivery_ends::{EndReason, cancel_pending_of_endpoint};
use super::endpoint_status::{DELETED, EndpointStatus};
use super::health::health_of_row;
use super::idempotency;
use super::schema::{api_keys, webhook_endpoints as endpoints};
use super::scope::{AgencyScope, Tx};
use super::words::{time_or_none, word, word_or_none};
use crate::domain::{AgencyId, ApiKeyId, EndpointHealth, EndpointId, EventKind, StopReason, Timestamp};

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

/// The secret before the newest one, while it still signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviousSecret {
    /// Sealed.
    pub sealed: Vec<u8>,
    /// It signs before this time.
    pub ends_at: Timestamp,
}

impl PreviousSecret {
    pub(super) fn of_row(sealed: Option<Vec<u8>>, ends_at: Option<i64>) -> Option<Self> {
        Some(Self { sealed: sealed?, ends_at: Timestamp::from_epoch_millis(ends_at?) })
    }
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
    /// Number of that secret, from 1.
    pub secret_generation: i32,
    /// The one before, if its overlap is not known to be over.
    pub previous_secret: Option<PreviousSecret>,
    /// Headers its owner wants on every delivery, sealed.
    pub headers_sealed: Option<Vec<u8>>,
    /// What its owner calls it, sealed.
    pub description_sealed: Option<Vec<u8>>,
    /// The kinds it wants; empty: all.
    pub kinds: BTreeSet<EventKind>,
    /// Where it stands.
    pub status: EndpointStatus,
    /// Why it is not active.
    pub reason: Option<StopReason>,
    /// Since when it is not.
    pub disabled_at: Option<Timestamp>,
    /// How it fares.
    pub health: EndpointHealth,
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
    secret_generation: i32,
    previous_secret_sealed: Option<Vec<u8>>,
    previous_ends_at: Option<i64>,
    headers_sealed: Option<Vec<u8>>,
    description_sealed: Option<Vec<u8>>,
    status_reason: Option<String>,
    disabled_at: Option<i64>,
    failing_since: Option<i64>,
    failure_count: i32,
    breaker_trips: i32,
    not_before: i64,
}

impl TryFrom<EndpointRow> for EndpointRecord {
    type Error = DbError;
    fn try_from(row: EndpointRow) -> Result<Self, DbError> {
        let reason = word_or_none("webhook_endpoints.status_reason", row.status_reason.as_deref())?;
        Ok(Self {
            id: word("webhook_endpoints.id", &row.id)?,
            agency: word("webhook_endpoints.agency_id", &row.agency_id)?,
            api_key: word("webhook_endpoints.api_key_id", &row.api_key_id)?,
            url_sealed: row.url_sealed,
            secret_sealed: row.secret_sealed,
            secret_generation: row.secret_generation,
            previous_secret: PreviousSecret::of_row(row.previous_secret_sealed, row.previous_ends_at),
            headers_sealed: row.headers_sealed,
            description_sealed: row.description_sealed,
            kinds: parse_kinds(&row.kinds)?,
            status: EndpointStatus::of_row(&row.status, reason)?,
            reason,
            disabled_at: time_or_none(row.disabled_at),
            health: health_of_row((row.failing_since, row.failure_count, row.breaker_trips, row.not_before))?,
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
                endpoints::status.eq(EndpointStatus::Active.word()),
                endpoints::created_at.eq(new.created_at.epoch_millis()),
            ))
            .execute(self.conn)
            .map_err(DbError::of_insert)?;
        self.came_of(new.id.as_str());
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

    /// Ends an endpoint: its address, secrets and headers are erased and what waits for it is cancelled. False if the agency
    /// has none such.
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
                endpoints::previous_secret_sealed.eq(None::<Vec<u8>>),
                endpoints::previous_ends_at.eq(None::<i64>),
                endpoints::headers_sealed.eq(None::<Vec<u8>>),
                endpoints::description_sealed.eq(None::<Vec<u8>>),
            ))
            .execute(self.conn)?;
        if ended > 0 {
            cancel_pending_of_endpoint(self.conn, endpoint.as_str(), EndReason::EndpointDeleted, now)?;
            idempotency::erase(self.conn, endpoint.as_str())?;
        }
        Ok(ended > 0)
    }
}
