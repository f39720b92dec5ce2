//! How endpoints fare, in their rows: what each attempt says of them, and the end of those that are given up, with notice.

use diesel::prelude::*;

use super::DbError;
use super::conn::{Conn, locked};
use super::endpoint_status::EndpointStatus;
use super::events;
use super::schema::webhook_endpoints as endpoints;
use super::words::{number, time_or_none, word};
use crate::domain::{BreakerPolicy, EndpointHealth, Event, StopReason, Timestamp, Verdict};

/// What an attempt says about its endpoint, and by which rules that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HealthNote {
    /// What it says.
    pub verdict: Verdict,
    /// The receiver wants nothing more at all.
    pub ends_endpoint: bool,
    /// The rules.
    pub policy: BreakerPolicy,
    /// Spread of a pause, in thousandths.
    pub jitter_permille: i32,
}

type HealthColumns = (Option<i64>, i32, i32, i64);

pub(super) fn health_of_row((failing_since, failures, trips, not_before): HealthColumns) -> Result<EndpointHealth, DbError> {
    Ok(EndpointHealth {
        failing_since: time_or_none(failing_since),
        failure_count: number("webhook_endpoints.failure_count", failures.into())?,
        breaker_trips: number("webhook_endpoints.breaker_trips", trips.into())?,
        not_before: (not_before > 0).then(|| Timestamp::from_epoch_millis(not_before)),
    })
}

/// An endpoint held until the transaction ends.
pub(super) struct HeldEndpoint {
    pub(super) id: String,
    agency: String,
    api_key: String,
    is_active: bool,
    health: EndpointHealth,
}

/// Holds the endpoint of an attempt, and the key's other endpoints with it if it may be ended by it: they are to be told.
/// Always in the order of their ids, so that two that end each other's neighbors do not wait for each other.
pub(super) fn hold(conn: &mut Conn, endpoint: &str, note: &HealthNote, now: Timestamp) -> Result<Option<HeldEndpoint>, DbError> {
    let Some(seen) = find(conn, endpoint, false)? else { return Ok(None) };
    // The clock of failures is set once, so what is read without holding it is enough to choose by.
    let is_old = seen.health.failing_since.is_some_and(|since| now >= since.plus(note.policy.disable_after));
    if note.ends_endpoint || is_old {
        let of_key =
            || endpoints::table.filter(endpoints::api_key_id.eq(&seen.api_key)).order(endpoints::id.asc()).select(endpoints::id);
        let _held: Vec<String> = locked!(conn, of_key(), load)?;
    }
    find(conn, endpoint, true)
}

fn find(conn: &mut Conn, endpoint: &str, is_held: bool) -> Result<Option<HeldEndpoint>, DbError> {
    type Columns = (String, String, String, HealthColumns);
    let one = || {
        endpoints::table.find(endpoint).select((
            endpoints::agency_id,
            endpoints::api_key_id,
            endpoints::status,
            (endpoints::failing_since, endpoints::failure_count, endpoints::breaker_trips, endpoints::not_before),
        ))
    };
    let row: Option<Columns> = if is_held { locked!(conn, one(), first) } else { one().first(conn) }.optional()?;
    row.map(|(agency, api_key, status, health)| {
        let is_active = status == EndpointStatus::Active.word();
        Ok(HeldEndpoint { id: endpoint.to_owned(), agency, api_key, is_active, health: health_of_row(health)? })
    })
    .transpose()
}

/// Writes down what an attempt says about its endpoint; ends the endpoint if it is time.
pub(super) fn note(conn: &mut Conn, held: &HeldEndpoint, note: &HealthNote, now: Timestamp) -> Result<(), DbError> {
    let next = held.health.after(note.verdict, now, &note.policy, note.jitter_permille);
    if next != held.health {
        write(conn, &held.id, next)?;
    }
    if note.ends_endpoint {
        stop(conn, held, StopReason::Receiver, next, now)
    } else if next.is_given_up(now, &note.policy) {
        stop(conn, held, StopReason::Failures, next, now)
    } else {
        Ok(())
    }
}

pub(super) fn write(conn: &mut Conn, endpoint: &str, health: EndpointHealth) -> Result<(), DbError> {
    diesel::update(endpoints::table.find(endpoint))
        .set((
            endpoints::failing_since.eq(health.failing_since.map(Timestamp::epoch_millis)),
            endpoints::failure_count.eq(i32::try_from(health.failure_count).unwrap_or(i32::MAX)),
            endpoints::breaker_trips.eq(i32::try_from(health.breaker_trips).unwrap_or(i32::MAX)),
            endpoints::not_before.eq(health.not_before.map_or(0, Timestamp::epoch_millis)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stops an active endpoint and tells the others of its key. What waits for it stays, held.
fn stop(conn: &mut Conn, held: &HeldEndpoint, reason: StopReason, health: EndpointHealth, now: Timestamp) -> Result<(), DbError> {
    if !held.is_active {
        return Ok(());
    }
    diesel::update(endpoints::table.find(&held.id))
        .set((
            endpoints::status.eq(EndpointStatus::stopped(reason).word()),
            endpoints::status_reason.eq(Some(reason.slug())),
            endpoints::disabled_at.eq(Some(now.epoch_millis())),
        ))
        .execute(conn)?;
    let event = Event::endpoint_disabled(
        word("webhook_endpoints.agency_id", &held.agency)?,
        word("webhook_endpoints.api_key_id", &held.api_key)?,
        &word("webhook_endpoints.id", &held.id)?,
        reason,
        health.failing_since,
        now,
    );
    events::insert_for_active(conn, &event)?;
    Ok(())
}
