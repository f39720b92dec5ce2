//! What an endpoint's owner changes: its secret, its settings, whether it is active.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::DbError;
use super::conn::locked;
use super::dispatch::PENDING;
use super::endpoint_status::{DELETED, EndpointStatus};
use super::endpoints::EndpointRecord;
use super::health;
use super::schema::{deliveries, webhook_endpoints as endpoints};
use super::scope::{AgencyScope, Tx};
use crate::domain::{EndpointHealth, EndpointId, EventKind, StopReason, Timestamp};

/// What is to be different; what is `None` stays. Within, `None` takes away.
#[derive(Debug, Clone, Default)]
pub struct EndpointChange {
    /// Another address, sealed.
    pub url_sealed: Option<Vec<u8>>,
    /// Other kinds; empty: all.
    pub kinds: Option<BTreeSet<EventKind>>,
    /// Other headers, sealed.
    pub headers_sealed: Option<Option<Vec<u8>>>,
    /// Another description, sealed.
    pub description_sealed: Option<Option<Vec<u8>>>,
}

/// Writes columns of one of the agency's endpoints.
macro_rules! set {
    ($tx:expr, $endpoint:expr, $columns:expr $(,)?) => {
        diesel::update(endpoints::table.find($endpoint.as_str()))
            .filter(endpoints::agency_id.eq($tx.scope.0.as_str()))
            .filter(endpoints::status.ne(DELETED))
            .set($columns)
            .execute($tx.conn)
            .map_err(DbError::from)
            .and_then(|changed| if changed == 0 { Err(DbError::NotThere { what: "webhook endpoint" }) } else { Ok(()) })
    };
}

impl Tx<'_, AgencyScope> {
    /// One of the agency's endpoints, held until the transaction ends; not a deleted one.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn hold_endpoint(&mut self, endpoint: &EndpointId) -> Result<Option<EndpointRecord>, DbError> {
        let row = || {
            endpoints::table.find(endpoint.as_str()).filter(endpoints::agency_id.eq(self.scope.0.as_str())).select(endpoints::id)
        };
        let _held: Option<String> = locked!(self.conn, row(), first).optional()?;
        self.find_endpoint(endpoint)
    }

    /// Gives an endpoint a new secret. The one it has goes on signing until `overlap_ends`, if that is given; an older one is
    /// erased. Answers the new one's generation. Ask for it with [`Self::hold_endpoint`] before.
    ///
    /// # Errors
    /// [`DbError::NotThere`], and what the engine refuses.
    pub fn rotate_secret(
        &mut self,
        endpoint: &EndpointRecord,
        secret_sealed: Vec<u8>,
        overlap_ends: Option<Timestamp>,
    ) -> Result<i32, DbError> {
        let generation = endpoint.secret_generation + 1;
        set!(
            self,
            endpoint.id,
            (
                endpoints::secret_sealed.eq(secret_sealed),
                endpoints::secret_generation.eq(generation),
                endpoints::previous_secret_sealed.eq(overlap_ends.map(|_| endpoint.secret_sealed.clone())),
                endpoints::previous_ends_at.eq(overlap_ends.map(Timestamp::epoch_millis)),
            ),
        )?;
        Ok(generation)
    }

    /// Erases the secret before the newest: it signs nothing from now on.
    ///
    /// # Errors
    /// [`DbError::NotThere`], and what the engine refuses.
    pub fn end_previous_secret(&mut self, endpoint: &EndpointId) -> Result<(), DbError> {
        let none = (endpoints::previous_secret_sealed.eq(None::<Vec<u8>>), endpoints::previous_ends_at.eq(None::<i64>));
        set!(self, endpoint, none)
    }

    /// Changes what is given. A new address is another receiver: how the old one fared says nothing about it.
    ///
    /// # Errors
    /// [`DbError::NotThere`], and what the engine refuses.
    pub fn change_endpoint(&mut self, endpoint: &EndpointId, change: EndpointChange) -> Result<(), DbError> {
        let EndpointChange { url_sealed, kinds, headers_sealed, description_sealed } = change;
        if let Some(sealed) = url_sealed {
            set!(self, endpoint, endpoints::url_sealed.eq(sealed))?;
            health::write(self.conn, endpoint.as_str(), EndpointHealth::default())?;
        }
        if let Some(kinds) = kinds {
            let words: Vec<&str> = kinds.iter().map(|kind| kind.slug()).collect();
            set!(self, endpoint, endpoints::kinds.eq(words.join(" ")))?;
        }
        if let Some(sealed) = headers_sealed {
            set!(self, endpoint, endpoints::headers_sealed.eq(sealed))?;
        }
        if let Some(sealed) = description_sealed {
            set!(self, endpoint, endpoints::description_sealed.eq(sealed))?;
        }
        Ok(())
    }

    /// Stops an endpoint by its owner's wish; what comes for it is held.
    ///
    /// # Errors
    /// [`DbError::NotThere`], and what the engine refuses.
    pub fn pause_endpoint(&mut self, endpoint: &EndpointId, now: Timestamp) -> Result<(), DbError> {
        let reason = StopReason::Owner;
        set!(
            self,
            endpoint,
            (
                endpoints::status.eq(EndpointStatus::stopped(reason).word()),
                endpoints::status_reason.eq(Some(reason.slug())),
                endpoints::disabled_at.eq(Some(now.epoch_millis())),
            ),
        )
    }

    /// Starts an endpoint anew, with a clean record: what it holds goes out, as far as its time is not over.
    ///
    /// # Errors
    /// [`DbError::NotThere`], and what the engine refuses.
    pub fn resume_endpoint(&mut self, endpoint: &EndpointId) -> Result<(), DbError> {
        set!(
            self,
            endpoint,
            (
                endpoints::status.eq(EndpointStatus::Active.word()),
                endpoints::status_reason.eq(None::<String>),
                endpoints::disabled_at.eq(None::<i64>),
            ),
        )?;
        health::write(self.conn, endpoint.as_str(), EndpointHealth::default())
    }

    /// Deliveries that wait for one of the agency's endpoints.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn count_waiting(&mut self, endpoint: &EndpointId) -> Result<u32, DbError> {
        let waiting: i64 = deliveries::table
            .filter(deliveries::endpoint_id.eq(endpoint.as_str()))
            .filter(deliveries::agency_id.eq(self.scope.0.as_str()))
            .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(PENDING))
            .count()
            .get_result(self.conn)?;
        super::words::number("deliveries.count", waiting)
    }
}
