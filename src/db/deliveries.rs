//! Deliveries and their attempts, as the agency sees them.

use std::str::FromStr;

use diesel::prelude::*;

use super::DbError;
use super::delivery_ends::EndReason;
use super::endpoint_status::EndpointStatus;
use super::schema::{attempts, deliveries, events, webhook_endpoints as endpoints};
use super::scope::{AgencyScope, Tx};
use super::words::{number, time_or_none, word, word_or_none};
use crate::domain::{DeliveryId, EndpointId, EventId, EventKind, Timestamp};

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// Will be attempted.
    Pending,
    /// Waits until its endpoint is active again. The row says `pending`: what ends what waits ends it too.
    Held,
    /// The receiver took it.
    Delivered,
    /// No attempt is left, or the event is too old.
    Exhausted,
    /// The receiver answered that it is gone.
    EndpointGone,
    /// Its endpoint, key or report ended first, or the receiver wants no more of it.
    Cancelled,
}

impl DeliveryState {
    /// All states.
    pub const ALL: [Self; 6] = [Self::Pending, Self::Held, Self::Delivered, Self::Exhausted, Self::EndpointGone, Self::Cancelled];

    /// The word in the API and database.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Held => "held",
            Self::Delivered => "delivered",
            Self::Exhausted => "exhausted",
            Self::EndpointGone => "endpoint_gone",
            Self::Cancelled => "cancelled",
        }
    }
}

impl FromStr for DeliveryState {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|state| state.slug() == text).ok_or(())
    }
}

/// One event to one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRecord {
    /// Its id.
    pub id: DeliveryId,
    /// The endpoint.
    pub endpoint: EndpointId,
    /// The event, also the `webhook-id`.
    pub event: EventId,
    /// What it tells.
    pub kind: EventKind,
    /// Where it stands.
    pub state: DeliveryState,
    /// Attempts begun.
    pub attempt_count: i32,
    /// The next attempt, while it is pending.
    pub next_attempt_at: Option<Timestamp>,
    /// Since when.
    pub created_at: Timestamp,
    /// When it left `pending`.
    pub ended_at: Option<Timestamp>,
    /// Not attempted after this.
    pub not_after: Timestamp,
    /// Why it ended, if it was not accepted.
    pub end_reason: Option<EndReason>,
    /// Whether a person asked for it again.
    pub is_manual: bool,
}

/// One HTTP try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptRow {
    /// Number within its delivery, from 1.
    pub number: i32,
    /// When.
    pub started_at: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// How it ended, as a slug.
    pub outcome: String,
    /// The beginning of the answer, sealed; none after the report's end.
    pub response_excerpt_sealed: Option<Vec<u8>>,
    /// What was sent; none if nothing was.
    pub sent: Option<SentRecord>,
    /// Whether it is of a redelivery somebody asked for.
    pub is_manual: bool,
}

/// What makes an attempt verifiable once more, beside the event's body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentRecord {
    /// `webhook-timestamp`, in seconds.
    pub timestamp: i64,
    /// `webhook-signature` as sent; none after the body was erased.
    pub signatures: Option<String>,
    /// The generations of the secrets that signed, newest first, apart by spaces.
    pub signed_by: String,
    /// Names of the endpoint's further headers.
    pub header_names: Vec<String>,
}

pub(super) type DeliveryColumns =
    (String, String, String, String, String, i32, Option<i64>, i64, Option<i64>, (i64, Option<String>, bool, String));

/// The agency's deliveries as [`record`] reads them, with their events and endpoints joined.
macro_rules! delivery_rows {
    ($agency:expr) => {
        deliveries::table
            .inner_join(events::table.on(events::id.eq(deliveries::event_id)))
            .inner_join(endpoints::table.on(endpoints::id.eq(deliveries::endpoint_id)))
            .filter(deliveries::agency_id.eq($agency))
            .select((
                deliveries::id,
                deliveries::endpoint_id,
                deliveries::event_id,
                events::kind,
                deliveries::state,
                deliveries::attempt_count,
                deliveries::next_attempt_at,
                deliveries::created_at,
                deliveries::ended_at,
                (deliveries::not_after, deliveries::end_reason, deliveries::manual, endpoints::status),
            ))
    };
}
pub(super) use delivery_rows;

pub(super) fn record(columns: DeliveryColumns) -> Result<DeliveryRecord, DbError> {
    let (id, endpoint, event, kind, state, attempt_count, next_attempt_at, created_at, ended_at, more) = columns;
    let (not_after, end_reason, is_manual, status) = more;
    let state = match word("deliveries.state", &state)? {
        DeliveryState::Pending if status != EndpointStatus::Active.word() => DeliveryState::Held,
        state => state,
    };
    Ok(DeliveryRecord {
        id: word("deliveries.id", &id)?,
        endpoint: word("deliveries.endpoint_id", &endpoint)?,
        event: word("deliveries.event_id", &event)?,
        kind: word("events.kind", &kind)?,
        state,
        attempt_count,
        next_attempt_at: time_or_none(next_attempt_at),
        created_at: Timestamp::from_epoch_millis(created_at),
        ended_at: time_or_none(ended_at),
        not_after: Timestamp::from_epoch_millis(not_after),
        end_reason: word_or_none("deliveries.end_reason", end_reason.as_deref())?,
        is_manual,
    })
}

type SentColumns = (Option<i64>, Option<String>, Option<String>, Option<String>);
type AttemptColumns = (i32, i64, i64, Option<i32>, String, Option<Vec<u8>>, bool, SentColumns);

fn attempt(columns: AttemptColumns) -> Result<AttemptRow, DbError> {
    let (at, started_at, duration_ms, status, outcome, response_excerpt_sealed, is_manual, sent) = columns;
    let (timestamp, signatures, signed_by, header_names) = sent;
    Ok(AttemptRow {
        number: at,
        started_at: Timestamp::from_epoch_millis(started_at),
        duration_ms,
        status: status.map(|code| number("attempts.status", i64::from(code))).transpose()?,
        outcome,
        response_excerpt_sealed,
        sent: timestamp.map(|timestamp| SentRecord {
            timestamp,
            signatures,
            signed_by: signed_by.unwrap_or_default(),
            header_names: header_names.unwrap_or_default().split_ascii_whitespace().map(str::to_owned).collect(),
        }),
        is_manual,
    })
}

impl Tx<'_, AgencyScope> {
    /// The deliveries to one of the agency's endpoints, newest first, at most `limit`.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn list_deliveries(&mut self, endpoint: &EndpointId, limit: u32) -> Result<Vec<DeliveryRecord>, DbError> {
        let rows: Vec<DeliveryColumns> = delivery_rows!(self.scope.0.as_str())
            .filter(deliveries::endpoint_id.eq(endpoint.as_str()))
            .order(deliveries::id.desc())
            .limit(i64::from(limit))
            .load(self.conn)?;
        rows.into_iter().map(record).collect()
    }

    /// The attempts of one of the agency's deliveries, in order.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn list_attempts(&mut self, delivery: &DeliveryId) -> Result<Vec<AttemptRow>, DbError> {
        let rows: Vec<AttemptColumns> = attempts::table
            .filter(attempts::delivery_id.eq(delivery.as_str()))
            .filter(attempts::agency_id.eq(self.scope.0.as_str()))
            .order(attempts::number.asc())
            .select((
                attempts::number,
                attempts::started_at,
                attempts::duration_ms,
                attempts::status,
                attempts::outcome,
                attempts::response_excerpt_sealed,
                attempts::manual,
                (attempts::webhook_timestamp, attempts::signatures, attempts::signed_by, attempts::header_names),
            ))
            .load(self.conn)?;
        rows.into_iter().map(attempt).collect()
    }
}
