//! Events and to whom they go. An event is stored and fanned out in the transaction of the fact it tells.

use diesel::prelude::*;

use super::DbError;
use super::conn::{Conn, held};
use super::deliveries::DeliveryState;
use super::delivery_ends::{EndReason, end_pending};
use super::dispatch;
use super::endpoint_status::{DELETED, EndpointStatus};
use super::endpoints;
use super::schema::{deliveries, events, webhook_endpoints};
use super::scope::{AgencyScope, SystemScope, Tx};
use crate::domain::{AgencyId, AnalysisId, ApiKeyId, DeliveryId, Event, StopReason, Timestamp};

/// Deliveries that wait for one endpoint while it is not active; older ones give way to newer.
pub const HELD_PER_ENDPOINT_MAX: u32 = 10_000;

/// Who hears of an event.
pub(super) struct Listener {
    id: String,
    kinds: String,
    is_active: bool,
}

/// Stores the event and makes a delivery for each endpoint of its key that wants its kind; for one that is not active it is
/// held. Answers how many.
pub(super) fn insert(conn: &mut Conn, event: &Event) -> Result<usize, DbError> {
    insert_row(conn, event)?;
    let mut made = 0;
    for listener in listeners(conn, event)? {
        if endpoints::wants(&endpoints::parse_kinds(&listener.kinds)?, event.kind) {
            if !listener.is_active {
                make_room(conn, &listener.id, event.occurred_at)?;
            }
            insert_delivery(conn, event, &listener.id)?;
            made += 1;
        }
    }
    Ok(made)
}

/// As [`insert`], for active endpoints only, and not at all if nobody hears.
pub(super) fn insert_for_active(conn: &mut Conn, event: &Event) -> Result<usize, DbError> {
    let mut hearing = Vec::new();
    for listener in listeners(conn, event)? {
        if listener.is_active && endpoints::wants(&endpoints::parse_kinds(&listener.kinds)?, event.kind) {
            hearing.push(listener.id);
        }
    }
    if !hearing.is_empty() {
        insert_row(conn, event)?;
    }
    for endpoint in &hearing {
        insert_delivery(conn, event, endpoint)?;
    }
    Ok(hearing.len())
}

/// The endpoints of the event's key: all but deleted ones, and none of a revoked key. They stay as they are until the
/// transaction ends: whoever ends one waits, and then cancels the deliveries made here as well.
pub(super) fn listeners(conn: &mut Conn, event: &Event) -> Result<Vec<Listener>, DbError> {
    let Some(api_key) = &event.api_key else { return Ok(Vec::new()) };
    let of_key = || {
        webhook_endpoints::table
            .filter(webhook_endpoints::api_key_id.eq(api_key.as_str()))
            .filter(webhook_endpoints::agency_id.eq(event.agency.as_str()))
            .filter(webhook_endpoints::status.ne(DELETED))
            .order(webhook_endpoints::id.asc())
            .select((
                webhook_endpoints::id,
                webhook_endpoints::kinds,
                webhook_endpoints::status,
                webhook_endpoints::status_reason,
            ))
    };
    let rows: Vec<(String, String, String, Option<String>)> = held!(conn, of_key(), load)?;
    let hears = |reason: &Option<String>| reason.as_deref() != Some(StopReason::KeyRevoked.slug());
    let heard = rows.into_iter().filter(|(.., reason)| hears(reason));
    Ok(heard.map(|(id, kinds, status, _)| Listener { id, kinds, is_active: status == EndpointStatus::Active.word() }).collect())
}

/// Cancels the oldest of what an endpoint holds, so that there is room for one more.
fn make_room(conn: &mut Conn, endpoint: &str, now: Timestamp) -> Result<(), DbError> {
    let waiting = || {
        deliveries::table
            .filter(deliveries::endpoint_id.eq(endpoint))
            .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(dispatch::PENDING))
    };
    let held: i64 = waiting().count().get_result(conn)?;
    let too_many = held + 1 - i64::from(HELD_PER_ENDPOINT_MAX);
    if too_many > 0 {
        let oldest: Vec<String> = waiting().order(deliveries::id.asc()).limit(too_many).select(deliveries::id).load(conn)?;
        end_pending(conn, &oldest, (DeliveryState::Cancelled, EndReason::HeldLimit), now)?;
    }
    Ok(())
}

fn insert_row(conn: &mut Conn, event: &Event) -> Result<(), DbError> {
    diesel::insert_into(events::table)
        .values((
            events::id.eq(event.id.as_str()),
            events::agency_id.eq(event.agency.as_str()),
            events::api_key_id.eq(event.api_key.as_ref().map(ApiKeyId::as_str)),
            events::analysis_id.eq(event.analysis.as_ref().map(AnalysisId::as_str)),
            events::kind.eq(event.kind.slug()),
            events::sequence.eq(event.sequence),
            events::occurred_at.eq(event.occurred_at.epoch_millis()),
            events::not_after.eq(event.not_after.epoch_millis()),
            events::body.eq(Some(&event.body)),
        ))
        .execute(conn)
        .map_err(DbError::of_insert)?;
    Ok(())
}

/// Makes one delivery, due at once.
fn insert_delivery(conn: &mut Conn, event: &Event, endpoint: &str) -> Result<(), DbError> {
    let now = event.occurred_at;
    diesel::insert_into(deliveries::table)
        .values((
            deliveries::id.eq(DeliveryId::generate(now).as_str()),
            deliveries::agency_id.eq(event.agency.as_str()),
            deliveries::event_id.eq(event.id.as_str()),
            deliveries::endpoint_id.eq(endpoint),
            deliveries::state.eq(DeliveryState::Pending.slug()),
            deliveries::attempt_count.eq(0),
            deliveries::next_attempt_at.eq(Some(now.epoch_millis())),
            deliveries::fence.eq(0_i64),
            deliveries::created_at.eq(now.epoch_millis()),
            deliveries::not_after.eq(event.not_after.epoch_millis()),
        ))
        .execute(conn)
        .map_err(DbError::of_insert)?;
    Ok(())
}

/// The number of the next event of an analysis, from 1. Good within the writing transaction it was asked in.
pub(super) fn next_sequence(conn: &mut Conn, analysis: &AnalysisId) -> Result<i32, DbError> {
    let last: Option<i32> =
        events::table.filter(events::analysis_id.eq(analysis.as_str())).select(diesel::dsl::max(events::sequence)).first(conn)?;
    Ok(last.unwrap_or(0) + 1)
}

fn check_agency(event: &Event, agency: &AgencyId) -> Result<(), DbError> {
    if event.agency == *agency { Ok(()) } else { Err(DbError::NotThere { what: "event of this agency" }) }
}

impl Tx<'_, AgencyScope> {
    /// An event of the agency itself, to every endpoint of its key that wants it. Answers how many deliveries it made.
    ///
    /// # Errors
    /// [`DbError::NotThere`] for another agency's event, [`DbError::AlreadyThere`], and what the engine refuses.
    pub fn insert_event(&mut self, event: &Event) -> Result<usize, DbError> {
        check_agency(event, &self.scope.0)?;
        insert(self.conn, event)
    }

    /// An event for one endpoint alone, whatever its filter: a test. False if the agency has no such endpoint, or it is
    /// not active.
    ///
    /// # Errors
    /// [`DbError::NotThere`] for another agency's event, [`DbError::AlreadyThere`], and what the engine refuses.
    pub fn insert_event_for(&mut self, event: &Event, endpoint: &crate::domain::EndpointId) -> Result<bool, DbError> {
        check_agency(event, &self.scope.0)?;
        let ours = || {
            webhook_endpoints::table
                .find(endpoint.as_str())
                .filter(webhook_endpoints::agency_id.eq(self.scope.0.as_str()))
                .filter(webhook_endpoints::status.eq(EndpointStatus::Active.word()))
                .select(webhook_endpoints::id)
        };
        let active = held!(self.conn, ours(), first).optional()?.is_some_and(|id: String| id == endpoint.as_str());
        if active {
            insert_row(self.conn, event)?;
            insert_delivery(self.conn, event, endpoint.as_str())?;
            self.came_of(event.id.as_str());
        }
        Ok(active)
    }
}

impl Tx<'_, SystemScope> {
    /// The number of the next event of an analysis, from 1, and nobody else's until the transaction ends. Ask in the writing
    /// transaction that inserts the event.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn next_event_sequence(&mut self, analysis: &AnalysisId) -> Result<i32, DbError> {
        super::analyses::find_locked(self.conn, analysis)?;
        next_sequence(self.conn, analysis)
    }
}
