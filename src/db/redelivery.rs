//! Deliveries made due again because somebody asked: one, all that failed, or everything since a time.
//!
//! A delivery keeps its row, its event and the event's body; its attempts are counted on, its schedule begins anew. Nothing
//! here reaches past an event's end, and nothing is sent to an endpoint that is not active.

use diesel::prelude::*;
use diesel::sql_types::Text;

use super::DbError;
use super::conn::{held, locked};
use super::deliveries::DeliveryState;
use super::endpoint_status::EndpointStatus;
use super::endpoints;
use super::schema::{deliveries, events, webhook_endpoints};
use super::scope::{AgencyScope, Tx};
use super::words::word;
use crate::domain::{ApiKeyId, DeliveryId, EndpointId, EventId, EventKind, Timestamp};

/// What came of asking for one delivery again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redelivery {
    /// It is due now.
    Due,
    /// Its endpoint takes none.
    NotActive,
    /// Its event's time is over.
    Over,
    /// Its event's body was erased.
    Erased,
    /// An attempt is being made at this moment.
    UnderWay,
}

/// What came of asking for many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RedeliveredCount {
    /// Due again now.
    pub redelivered: usize,
    /// Failed, and cannot be sent any more: their events' time is over, or their bodies were erased.
    pub over: usize,
    /// Whether there are more than one call takes.
    pub has_more: bool,
}

/// What came of asking for everything since a time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReplayCount {
    /// Deliveries made or made due again.
    pub replayed: usize,
    /// Those that were waiting to be sent anyway.
    pub waiting: usize,
    /// Whether there are more than one call takes.
    pub has_more: bool,
    /// The last event looked at; the next call goes on behind it.
    pub last: Option<EventId>,
}

/// Everything since when, and how much of it.
#[derive(Debug, Clone)]
pub struct ReplayQuery {
    /// The endpoint.
    pub endpoint: EndpointId,
    /// The key it belongs to.
    pub api_key: ApiKeyId,
    /// Events of this time or later.
    pub since: Timestamp,
    /// Only those behind this one.
    pub after: Option<EventId>,
    /// At most so many.
    pub limit: u32,
}

/// States that ended without the receiver taking it.
const FAILED: [&str; 3] = [DeliveryState::Exhausted.slug(), DeliveryState::EndpointGone.slug(), DeliveryState::Cancelled.slug()];

/// A delivery that is due at once, by hand, with its schedule before it.
macro_rules! due_again {
    ($now:expr) => {
        (
            deliveries::state.eq(DeliveryState::Pending.slug()),
            deliveries::next_attempt_at.eq(Some($now.epoch_millis())),
            deliveries::lease_owner.eq(None::<String>),
            deliveries::lease_until.eq(None::<i64>),
            deliveries::fence.eq(deliveries::fence + 1),
            deliveries::ended_at.eq(None::<i64>),
            deliveries::end_reason.eq(None::<String>),
            deliveries::manual.eq(true),
            deliveries::schedule_start.eq(deliveries::attempt_count),
        )
    };
}

impl Tx<'_, AgencyScope> {
    /// Makes one delivery of the endpoint due again. `None` if the endpoint has no such delivery.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn redeliver(
        &mut self,
        endpoint: &EndpointId,
        delivery: &DeliveryId,
        now: Timestamp,
    ) -> Result<Option<Redelivery>, DbError> {
        let active = self.hold_if_active(endpoint)?.is_some();
        let ours = || {
            deliveries::table
                .find(delivery.as_str())
                .filter(deliveries::endpoint_id.eq(endpoint.as_str()))
                .filter(deliveries::agency_id.eq(self.scope.0.as_str()))
                .select((deliveries::event_id, deliveries::lease_until))
        };
        let found: Option<(String, Option<i64>)> = locked!(self.conn, ours(), first).optional()?;
        let Some((event, lease_until)) = found else { return Ok(None) };
        let (not_after, is_there): (i64, bool) =
            events::table.find(event).select((events::not_after, events::body.is_not_null())).first(self.conn)?;
        let came_of_it = if !is_there {
            Redelivery::Erased
        } else if not_after < now.epoch_millis() {
            Redelivery::Over
        } else if !active {
            Redelivery::NotActive
        } else if lease_until.is_some_and(|until| until > now.epoch_millis()) {
            Redelivery::UnderWay
        } else {
            diesel::update(deliveries::table.find(delivery.as_str())).set(due_again!(now)).execute(self.conn)?;
            Redelivery::Due
        };
        Ok(Some(came_of_it))
    }

    /// Makes the endpoint's failed deliveries of events since `since`, and before `until`, due again, oldest first. `None` if it
    /// is not active.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn redeliver_failed(
        &mut self,
        endpoint: &EndpointId,
        since: Timestamp,
        until: Option<Timestamp>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Option<RedeliveredCount>, DbError> {
        if self.hold_if_active(endpoint)?.is_none() {
            return Ok(None);
        }
        let failed = || {
            deliveries::table
                .inner_join(events::table.on(events::id.eq(deliveries::event_id)))
                .filter(deliveries::endpoint_id.eq(endpoint.as_str()))
                .filter(deliveries::agency_id.eq(self.scope.0.as_str()))
                .filter(deliveries::state.eq_any(FAILED))
                .filter(events::occurred_at.ge(since.epoch_millis()))
                .filter(events::occurred_at.lt(until.map_or(i64::MAX, Timestamp::epoch_millis)))
        };
        let can_be_sent = || events::body.is_not_null().and(events::not_after.ge(now.epoch_millis()));
        let mut ids: Vec<String> = failed()
            .filter(can_be_sent())
            .order(deliveries::id.asc())
            .limit(i64::from(limit) + 1)
            .select(deliveries::id)
            .load(self.conn)?;
        let over: i64 = failed().filter(diesel::dsl::not(can_be_sent())).count().get_result(self.conn)?;
        let has_more = ids.len() > limit as usize;
        ids.truncate(limit as usize);
        // Looked at again: what became pending meanwhile is somebody else's.
        let redelivered = diesel::update(deliveries::table.filter(deliveries::id.eq_any(&ids)))
            .filter(deliveries::state.eq_any(FAILED))
            .set(due_again!(now))
            .execute(self.conn)?;
        Ok(Some(RedeliveredCount { redelivered, over: usize::try_from(over).unwrap_or(usize::MAX), has_more }))
    }

    /// Makes or renews a delivery of every event of the key the endpoint wants and that can still be sent, oldest first, tests
    /// excepted. `None` if the endpoint is not active.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn replay(&mut self, asked: &ReplayQuery, now: Timestamp) -> Result<Option<ReplayCount>, DbError> {
        let Some(kinds) = self.hold_if_active(&asked.endpoint)? else { return Ok(None) };
        let filter = endpoints::parse_kinds(&kinds)?;
        // A test was meant for one endpoint at one moment.
        let told_again = EventKind::ALL.into_iter().filter(|kind| *kind != EventKind::EndpointTest);
        let wanted: Vec<&str> = told_again.filter(|kind| endpoints::wants(&filter, *kind)).map(EventKind::slug).collect();
        let first = EventId::earliest(asked.since);
        let after = asked.after.as_ref().map_or("", EventId::as_str);
        let mut told: Vec<(String, i64)> = events::table
            .filter(events::agency_id.eq(self.scope.0.as_str()))
            .filter(events::api_key_id.eq(asked.api_key.as_str()))
            .filter(events::id.ge(first.as_str()))
            .filter(events::id.gt(after))
            .filter(events::kind.eq_any(wanted))
            .filter(events::body.is_not_null())
            .filter(events::not_after.ge(now.epoch_millis()))
            .order(events::id.asc())
            .limit(i64::from(asked.limit) + 1)
            .select((events::id, events::not_after))
            .load(self.conn)?;
        let has_more = told.len() > asked.limit as usize;
        told.truncate(asked.limit as usize);
        let last = told.last().map(|(id, _)| word("events.id", id)).transpose()?;
        let mut count = ReplayCount { has_more, last, ..ReplayCount::default() };
        for (event, not_after) in told {
            if self.send_again(&event, not_after, &asked.endpoint, now)? { count.replayed += 1 } else { count.waiting += 1 }
        }
        Ok(Some(count))
    }

    /// One event to one endpoint, whether it was sent before or not. False if it waits to be sent anyway.
    fn send_again(&mut self, event: &str, not_after: i64, endpoint: &EndpointId, now: Timestamp) -> Result<bool, DbError> {
        let now_ms = now.epoch_millis();
        // The numbers came from no outside.
        let sent = diesel::sql_query(format!(
            "INSERT INTO deliveries (id, agency_id, event_id, endpoint_id, state, attempt_count, next_attempt_at, fence, \
             created_at, not_after, manual, schedule_start) \
             VALUES ($1, $2, $3, $4, 'pending', 0, {now_ms}, 0, {now_ms}, {not_after}, TRUE, 0) \
             ON CONFLICT (event_id, endpoint_id) DO UPDATE SET state = 'pending', next_attempt_at = {now_ms}, \
             lease_owner = NULL, lease_until = NULL, fence = deliveries.fence + 1, ended_at = NULL, end_reason = NULL, \
             manual = TRUE, schedule_start = deliveries.attempt_count WHERE deliveries.state <> 'pending'"
        ))
        .bind::<Text, _>(DeliveryId::generate(now).as_str())
        .bind::<Text, _>(self.scope.0.as_str())
        .bind::<Text, _>(event)
        .bind::<Text, _>(endpoint.as_str())
        .execute(self.conn)?;
        Ok(sent == 1)
    }

    /// The kinds an active endpoint of the agency wants; it stays active until the transaction ends.
    fn hold_if_active(&mut self, endpoint: &EndpointId) -> Result<Option<String>, DbError> {
        let ours = || {
            webhook_endpoints::table
                .find(endpoint.as_str())
                .filter(webhook_endpoints::agency_id.eq(self.scope.0.as_str()))
                .filter(webhook_endpoints::status.eq(EndpointStatus::Active.word()))
                .select(webhook_endpoints::kinds)
        };
        Ok(held!(self.conn, ours(), first).optional()?)
    }
}
