//! How deliveries end that no receiver has accepted, and why.

use std::str::FromStr;

use diesel::prelude::*;

use super::DbError;
use super::conn::Conn;
use super::deliveries::DeliveryState;
use super::schema::{deliveries, events};
use crate::domain::{AnalysisId, Timestamp};

/// Why a delivery ended without being accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// The list of attempts is at its end.
    Attempts,
    /// The event's time was over.
    Expired,
    /// The receiver wants no more of this one: `webhook-delivery: abort-message`.
    Aborted,
    /// The receiver wants nothing at all any more.
    Receiver,
    /// Its endpoint was deleted.
    EndpointDeleted,
    /// Its endpoint's key was revoked.
    KeyRevoked,
    /// What it tells of was deleted.
    Deleted,
    /// Newer ones took its place in the queue of an endpoint that is not active.
    HeldLimit,
}

impl EndReason {
    /// All reasons.
    pub const ALL: [Self; 8] = [
        Self::Attempts,
        Self::Expired,
        Self::Aborted,
        Self::Receiver,
        Self::EndpointDeleted,
        Self::KeyRevoked,
        Self::Deleted,
        Self::HeldLimit,
    ];

    /// The word in the API and database.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Attempts => "attempts",
            Self::Expired => "expired",
            Self::Aborted => "aborted",
            Self::Receiver => "receiver",
            Self::EndpointDeleted => "endpoint_deleted",
            Self::KeyRevoked => "key_revoked",
            Self::Deleted => "deleted",
            Self::HeldLimit => "held_limit",
        }
    }
}

impl FromStr for EndReason {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|reason| reason.slug() == text).ok_or(())
    }
}

/// The columns of a delivery that is over. The fence rises, so that an attempt under way records nothing.
macro_rules! ended {
    ($state:expr, $reason:expr, $now:expr) => {
        (
            deliveries::state.eq($state.slug()),
            deliveries::next_attempt_at.eq(None::<i64>),
            deliveries::lease_owner.eq(None::<String>),
            deliveries::lease_until.eq(None::<i64>),
            deliveries::fence.eq(deliveries::fence + 1),
            deliveries::ended_at.eq(Some($now.epoch_millis())),
            deliveries::end_reason.eq(Some($reason.slug())),
        )
    };
}

/// Cancels what waits for an endpoint.
pub(super) fn cancel_pending_of_endpoint(
    conn: &mut Conn,
    endpoint: &str,
    reason: EndReason,
    now: Timestamp,
) -> Result<usize, DbError> {
    let cancelled = diesel::update(deliveries::table.filter(deliveries::endpoint_id.eq(endpoint)))
        .filter(deliveries::state.eq(DeliveryState::Pending.slug()))
        .set(ended!(DeliveryState::Cancelled, reason, now))
        .execute(conn)?;
    Ok(cancelled)
}

/// Cancels what waits of an analysis's events.
pub(super) fn cancel_pending_of_analysis(conn: &mut Conn, analysis: &AnalysisId, now: Timestamp) -> Result<usize, DbError> {
    let told = events::table.filter(events::analysis_id.eq(analysis.as_str())).select(events::id);
    let cancelled = diesel::update(deliveries::table.filter(deliveries::event_id.eq_any(told)))
        .filter(deliveries::state.eq(DeliveryState::Pending.slug()))
        .set(ended!(DeliveryState::Cancelled, EndReason::Deleted, now))
        .execute(conn)?;
    Ok(cancelled)
}

/// Ends these deliveries, if they still wait.
pub(super) fn end_pending(
    conn: &mut Conn,
    ids: &[String],
    (state, reason): (DeliveryState, EndReason),
    now: Timestamp,
) -> Result<usize, DbError> {
    let ended = diesel::update(deliveries::table.filter(deliveries::id.eq_any(ids)))
        .filter(deliveries::state.eq(DeliveryState::Pending.slug()))
        .set(ended!(state, reason, now))
        .execute(conn)?;
    Ok(ended)
}
