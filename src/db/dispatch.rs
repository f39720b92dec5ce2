//! What the dispatcher takes from the outbox and gives back to it: a claim, tried outside any transaction, and its record.

use std::time::Duration;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::DbError;
use super::conn::locked;
use super::deliveries::{DeliveryState, SentRecord};
use super::delivery_ends::EndReason;
use super::endpoints::PreviousSecret;
use super::health::{self, HealthNote};
use super::schema::{attempts, deliveries};
use super::scope::{SystemScope, Tx};
use crate::domain::{AgencyId, ApiKeyId, DeliveryId, EndpointId, EventId, EventKind, Timestamp, Verdict};

/// A delivery to attempt now. Until its lease ends nobody else gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedDelivery {
    /// Its id.
    pub id: DeliveryId,
    /// The tenant.
    pub agency: AgencyId,
    /// The key of the endpoint.
    pub api_key: ApiKeyId,
    /// The event, also the `webhook-id`.
    pub event: EventId,
    /// What it tells.
    pub kind: EventKind,
    /// The JSON to send.
    pub body: String,
    /// Not to be attempted after this.
    pub not_after: Timestamp,
    /// The endpoint.
    pub endpoint: EndpointId,
    /// Its address, sealed.
    pub url_sealed: Vec<u8>,
    /// Its signing secret, sealed.
    pub secret_sealed: Vec<u8>,
    /// Number of that secret.
    pub secret_generation: i32,
    /// The secret before it, while both sign.
    pub previous_secret: Option<PreviousSecret>,
    /// Headers its owner wants, sealed.
    pub headers_sealed: Option<Vec<u8>>,
    /// Whether a person asked for it.
    pub is_manual: bool,
    /// Number of this attempt, from 1.
    pub attempt: i32,
    /// Its place in the schedule, from 1; a schedule may have begun anew.
    pub planned: i32,
    /// To be given back with the record of the attempt.
    pub fence: i64,
}

/// Who claims, and how much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueClaim {
    /// The node.
    pub owner: String,
    /// Now.
    pub now: Timestamp,
    /// Due again for others after this.
    pub lease_until: Timestamp,
    /// Deliveries claimed at most.
    pub limit: u32,
    /// Deliveries of one endpoint under way at the same moment, on all nodes together.
    pub per_endpoint: u32,
}

/// What follows an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryNext {
    /// Nothing: the receiver took it.
    Delivered,
    /// Another attempt, not before this time.
    RetryAt(Timestamp),
    /// Nothing: no attempt is left.
    Exhausted,
    /// Nothing: the event is too old.
    Expired,
    /// Nothing: the receiver wants no more of this one.
    Aborted,
    /// Nothing any more to this endpoint: the receiver said it is gone.
    EndpointGone,
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptRecord {
    /// The delivery.
    pub delivery: DeliveryId,
    /// As claimed.
    pub fence: i64,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// How it ended, as a slug.
    pub outcome: String,
    /// The beginning of the answer, sealed.
    pub response_excerpt_sealed: Option<Vec<u8>>,
    /// What was sent; none if nothing was.
    pub sent: Option<SentRecord>,
    /// What follows.
    pub next: DeliveryNext,
    /// What it says about the endpoint.
    pub health: HealthNote,
}

/// As the partial index has it, word for word: with bound values neither engine would see that the index fits.
pub(super) const PENDING: &str = "deliveries.state = 'pending'";

impl Tx<'_, SystemScope> {
    /// Records an attempt and what follows, for the delivery and for its endpoint. False, and nothing changed, if the claim is
    /// not the newest: its lease ended and somebody else has it, or it was cancelled meanwhile.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn record_attempt(&mut self, attempt: &AttemptRecord) -> Result<bool, DbError> {
        let ended_at = attempt.started_at.plus(Duration::from_millis(attempt.duration_ms.unsigned_abs()));
        let its = deliveries::table.find(attempt.delivery.as_str()).select((deliveries::endpoint_id, deliveries::manual));
        let Some((endpoint, is_manual)) = its.first::<(String, bool)>(self.conn).optional()? else { return Ok(false) };
        let mut note = attempt.health;
        if is_manual {
            note.verdict = match note.verdict {
                Verdict::Failed { .. } | Verdict::FailedByHand => Verdict::FailedByHand,
                Verdict::Heard | Verdict::Silent => Verdict::Silent,
            };
        }
        // The endpoint before its deliveries, as everywhere.
        let Some(endpoint) = health::hold(self.conn, &endpoint, &note, ended_at)? else { return Ok(false) };
        let ours = || {
            deliveries::table
                .find(attempt.delivery.as_str())
                .filter(deliveries::fence.eq(attempt.fence))
                .filter(sql::<Bool>(PENDING))
                .select((deliveries::agency_id, deliveries::attempt_count))
        };
        let held: Option<(String, i32)> = locked!(self.conn, ours(), first).optional()?;
        let Some((agency, number)) = held else { return Ok(false) };
        self.insert_attempt(attempt, &agency, number, is_manual)?;
        self.apply_next(attempt, ended_at)?;
        health::note(self.conn, &endpoint, &note, ended_at)?;
        super::usage::count_attempt(self.conn, &attempt.delivery, attempt.started_at)?;
        Ok(true)
    }

    fn insert_attempt(&mut self, attempt: &AttemptRecord, agency: &str, number: i32, is_manual: bool) -> Result<(), DbError> {
        let sent = attempt.sent.as_ref();
        diesel::insert_into(attempts::table)
            .values((
                attempts::delivery_id.eq(attempt.delivery.as_str()),
                attempts::number.eq(number),
                attempts::agency_id.eq(agency),
                attempts::started_at.eq(attempt.started_at.epoch_millis()),
                attempts::duration_ms.eq(attempt.duration_ms),
                attempts::status.eq(attempt.status.map(i32::from)),
                attempts::outcome.eq(&attempt.outcome),
                attempts::response_excerpt_sealed.eq(attempt.response_excerpt_sealed.as_ref()),
                attempts::signed_by.eq(sent.map(|sent| &sent.signed_by)),
                attempts::webhook_timestamp.eq(sent.map(|sent| sent.timestamp)),
                attempts::signatures.eq(sent.and_then(|sent| sent.signatures.as_ref())),
                attempts::header_names.eq(sent.map(|sent| sent.header_names.join(" "))),
                attempts::manual.eq(is_manual),
            ))
            .execute(self.conn)
            .map_err(DbError::of_insert)?;
        Ok(())
    }

    fn apply_next(&mut self, attempt: &AttemptRecord, ended_at: Timestamp) -> Result<(), DbError> {
        let (state, next_at, reason) = match attempt.next {
            DeliveryNext::RetryAt(at) => (DeliveryState::Pending, Some(at), None),
            DeliveryNext::Delivered => (DeliveryState::Delivered, None, None),
            DeliveryNext::Exhausted => (DeliveryState::Exhausted, None, Some(EndReason::Attempts)),
            DeliveryNext::Expired => (DeliveryState::Exhausted, None, Some(EndReason::Expired)),
            DeliveryNext::Aborted => (DeliveryState::Cancelled, None, Some(EndReason::Aborted)),
            DeliveryNext::EndpointGone => (DeliveryState::EndpointGone, None, Some(EndReason::Receiver)),
        };
        // The fence rises when the claim ends, so that the same record twice counts once.
        diesel::update(deliveries::table.find(attempt.delivery.as_str()))
            .set((
                deliveries::state.eq(state.slug()),
                deliveries::next_attempt_at.eq(next_at.map(Timestamp::epoch_millis)),
                deliveries::lease_owner.eq(None::<String>),
                deliveries::lease_until.eq(None::<i64>),
                deliveries::fence.eq(attempt.fence + 1),
                deliveries::ended_at.eq(next_at.is_none().then_some(ended_at.epoch_millis())),
                deliveries::end_reason.eq(reason.map(EndReason::slug)),
            ))
            .execute(self.conn)?;
        Ok(())
    }
}
