//! The outbox as the dispatcher takes from it: which endpoints are ready, and the head of each one's queue.
//!
//! Nothing here reads a queue: its head and what is under way are found by index, so that an endpoint with ten thousand events
//! waiting costs a claim as much as one with a single event.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::DbError;
use super::conn::Conn;
use super::deliveries::DeliveryState;
use super::delivery_ends::{EndReason, end_pending};
use super::dispatch::{ClaimedDelivery, DueClaim, PENDING};
use super::endpoints::PreviousSecret;
use super::schema::{deliveries, events, webhook_endpoints as endpoints};
use super::scope::{SystemScope, Tx};
use super::words::word;
use crate::domain::Timestamp;

/// Deliveries whose time is over that one step ends at most.
pub const LATE_BATCH_MAX: u32 = 500;

#[derive(Queryable)]
struct DueRow {
    id: String,
    agency_id: String,
    attempt_count: i32,
    schedule_start: i32,
    fence: i64,
    manual: bool,
    event_id: String,
    kind: String,
    body: Option<String>,
    not_after: i64,
    endpoint: EndpointColumns,
}

#[derive(Queryable)]
struct EndpointColumns {
    id: String,
    api_key_id: String,
    url_sealed: Vec<u8>,
    secret_sealed: Vec<u8>,
    secret_generation: i32,
    previous_secret_sealed: Option<Vec<u8>>,
    previous_ends_at: Option<i64>,
    headers_sealed: Option<Vec<u8>>,
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = Text)]
    id: String,
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(QueryableByName)]
struct TimeRow {
    #[diesel(sql_type = Nullable<BigInt>)]
    at: Option<i64>,
}

/// The active endpoints something waits for, as `e`, each with the time its longest due delivery is due at, as `first_at`.
/// From one endpoint's rows to the next one's by index, never along them.
fn waiting_endpoints() -> String {
    let next_after =
        |bound: &str| format!("(SELECT endpoint_id FROM deliveries WHERE {PENDING} {bound} ORDER BY endpoint_id LIMIT 1)");
    format!(
        "WITH RECURSIVE waiting (waiting_id) AS (SELECT {first} UNION ALL SELECT {further} FROM waiting \
         WHERE waiting_id IS NOT NULL), \
         heads AS (SELECT waiting_id, (SELECT next_attempt_at FROM deliveries WHERE {PENDING} AND endpoint_id = waiting_id \
         ORDER BY next_attempt_at LIMIT 1) AS first_at FROM waiting WHERE waiting_id IS NOT NULL), \
         ready AS (SELECT e.id, e.breaker_trips, first_at, \
         CASE WHEN e.not_before > first_at THEN e.not_before ELSE first_at END AS ready_at \
         FROM heads JOIN webhook_endpoints e ON e.id = waiting_id WHERE e.status = 'active')",
        first = next_after(""),
        further = next_after("AND endpoint_id > waiting_id"),
    )
}

/// Deliveries under way to an endpoint, on all nodes together.
fn under_way(endpoint: &str, now: i64) -> String {
    format!(
        "(SELECT count(*) FROM deliveries WHERE endpoint_id = {endpoint} AND lease_owner IS NOT NULL AND lease_until > {now})"
    )
}

impl Tx<'_, SystemScope> {
    /// Claims deliveries that are due, of the endpoint with the longest due one first, and counts the attempt: one that kills
    /// its node each time still comes to an end. A claim whose lease ends without a record is due again. No endpoint gets more
    /// than its share, one whose breaker is open a single probe, and one that is left alone nothing. One write to disk for the
    /// whole batch; of two nodes that ask at the same moment the second passes over the endpoints the first is taking from.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn claim_due_deliveries(&mut self, claim_of: &DueClaim) -> Result<Vec<ClaimedDelivery>, DbError> {
        let ready = self.list_ready(claim_of)?;
        let mut taken = Vec::new();
        for (endpoint, trips) in self.hold_ready(&ready)? {
            let share = if trips > 0 { 1 } else { claim_of.per_endpoint };
            let room = i64::from(claim_of.limit).saturating_sub(i64::try_from(taken.len()).unwrap_or(i64::MAX));
            if room <= 0 {
                break;
            }
            let room = room.min(i64::from(share) - self.count_under_way(&endpoint, claim_of.now)?);
            if room > 0 {
                taken.extend(self.take_head(claim_of, &endpoint, room)?);
            }
        }
        if taken.is_empty() {
            return Ok(Vec::new());
        }
        self.list_taken(&taken)?.into_iter().map(claim).collect()
    }

    /// Endpoints with something due and room for it, longest due first.
    fn list_ready(&mut self, claim_of: &DueClaim) -> Result<Vec<String>, DbError> {
        let DueClaim { now, limit, per_endpoint, .. } = claim_of;
        let now = now.epoch_millis();
        let under_way = under_way("ready.id", now);
        // The numbers came from no outside.
        let rows: Vec<IdRow> = diesel::sql_query(format!(
            "{} SELECT id FROM ready WHERE ready_at <= {now} \
             AND {under_way} < CASE WHEN breaker_trips > 0 THEN 1 ELSE {per_endpoint} END ORDER BY first_at, id LIMIT {limit}",
            waiting_endpoints()
        ))
        .load(self.conn)?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    /// Of these endpoints those nobody else is taking from, held until the transaction ends, with the state of their breaker.
    fn hold_ready(&mut self, ready: &[String]) -> Result<Vec<(String, i32)>, DbError> {
        let of = endpoints::table
            .filter(endpoints::id.eq_any(ready))
            .order(endpoints::id.asc())
            .select((endpoints::id, endpoints::breaker_trips));
        let mut held: Vec<(String, i32)> = match self.conn {
            Conn::Sqlite(conn) => of.load(conn)?,
            #[cfg(feature = "postgres")]
            Conn::Postgres(conn) => of.for_no_key_update().skip_locked().load(conn)?,
        };
        held.sort_by_key(|(id, _)| ready.iter().position(|wanted| wanted == id));
        Ok(held)
    }

    /// A statement of its own after the endpoint is held: on PostgreSQL it then sees what the holder before has taken.
    fn count_under_way(&mut self, endpoint: &str, now: Timestamp) -> Result<i64, DbError> {
        let count: CountRow = diesel::sql_query(format!("SELECT {} AS count", under_way("$1", now.epoch_millis())))
            .bind::<Text, _>(endpoint)
            .get_result(self.conn)?;
        Ok(count.count)
    }

    /// Takes the head of an endpoint's queue.
    fn take_head(&mut self, claim_of: &DueClaim, endpoint: &str, room: i64) -> Result<Vec<String>, DbError> {
        let (now, until) = (claim_of.now.epoch_millis(), claim_of.lease_until.epoch_millis());
        let passing_over = match self.conn {
            Conn::Sqlite(_) => "",
            #[cfg(feature = "postgres")]
            Conn::Postgres(_) => "FOR NO KEY UPDATE SKIP LOCKED",
        };
        // MATERIALIZED: the rows are chosen once.
        let rows: Vec<IdRow> = diesel::sql_query(format!(
            "WITH mine AS MATERIALIZED (SELECT id AS mine_id FROM deliveries WHERE {PENDING} AND endpoint_id = $1 \
             AND next_attempt_at <= {now} ORDER BY next_attempt_at, id LIMIT {room} {passing_over}) \
             UPDATE deliveries SET lease_owner = $2, lease_until = {until}, next_attempt_at = {until}, \
             attempt_count = attempt_count + 1, fence = fence + 1 FROM mine WHERE id = mine_id RETURNING id"
        ))
        .bind::<Text, _>(endpoint)
        .bind::<Text, _>(&claim_of.owner)
        .load(self.conn)?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    fn list_taken(&mut self, ids: &[String]) -> Result<Vec<DueRow>, DbError> {
        let rows = deliveries::table
            .inner_join(events::table.on(events::id.eq(deliveries::event_id)))
            .inner_join(endpoints::table.on(endpoints::id.eq(deliveries::endpoint_id)))
            .filter(deliveries::id.eq_any(ids))
            .order(deliveries::id.asc())
            .select((
                deliveries::id,
                deliveries::agency_id,
                deliveries::attempt_count,
                deliveries::schedule_start,
                deliveries::fence,
                deliveries::manual,
                events::id,
                events::kind,
                events::body,
                deliveries::not_after,
                (
                    endpoints::id,
                    endpoints::api_key_id,
                    endpoints::url_sealed,
                    endpoints::secret_sealed,
                    endpoints::secret_generation,
                    endpoints::previous_secret_sealed,
                    endpoints::previous_ends_at,
                    endpoints::headers_sealed,
                ),
            ))
            .load(self.conn)?;
        Ok(rows)
    }

    /// Ends deliveries whose time is over and that nobody is attempting, at most [`LATE_BATCH_MAX`]: those that waited behind
    /// an open breaker, or for an endpoint that is not active. Answers how many.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn end_late_deliveries(&mut self, now: Timestamp) -> Result<usize, DbError> {
        let millis = now.epoch_millis();
        let passing_over = match self.conn {
            Conn::Sqlite(_) => "",
            #[cfg(feature = "postgres")]
            Conn::Postgres(_) => "FOR NO KEY UPDATE SKIP LOCKED",
        };
        let late: Vec<IdRow> = diesel::sql_query(format!(
            "SELECT id FROM deliveries WHERE {PENDING} AND not_after < {millis} \
             AND (lease_until IS NULL OR lease_until <= {millis}) ORDER BY not_after, id LIMIT {LATE_BATCH_MAX} {passing_over}"
        ))
        .load(self.conn)?;
        let ids: Vec<String> = late.into_iter().map(|row| row.id).collect();
        if ids.is_empty() { Ok(0) } else { end_pending(self.conn, &ids, (DeliveryState::Exhausted, EndReason::Expired), now) }
    }

    /// Erases secrets whose overlap is over; they sign nothing any more.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn erase_ended_secrets(&mut self, now: Timestamp) -> Result<usize, DbError> {
        let ended = || {
            endpoints::table
                .filter(endpoints::previous_ends_at.le(now.epoch_millis()))
                .order(endpoints::id.asc())
                .limit(i64::from(LATE_BATCH_MAX))
                .select(endpoints::id)
        };
        let ids: Vec<String> = match self.conn {
            Conn::Sqlite(conn) => ended().load(conn)?,
            #[cfg(feature = "postgres")]
            Conn::Postgres(conn) => ended().for_no_key_update().skip_locked().load(conn)?,
        };
        let none = (endpoints::previous_secret_sealed.eq(None::<Vec<u8>>), endpoints::previous_ends_at.eq(None::<i64>));
        Ok(diesel::update(endpoints::table.filter(endpoints::id.eq_any(&ids))).set(none).execute(self.conn)?)
    }

    /// When there is something to do next: a delivery is due to an active endpoint that is not left alone, a claim's lease
    /// ends, something that waits is too late, or a secret's overlap is over. `None` if nothing waits.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn next_delivery_at(&mut self) -> Result<Option<Timestamp>, DbError> {
        let rows: Vec<TimeRow> = diesel::sql_query(format!(
            "{} SELECT min(ready_at) AS at FROM ready UNION ALL \
             SELECT (SELECT not_after + 1 FROM deliveries WHERE {PENDING} ORDER BY not_after LIMIT 1) AS at \
             UNION ALL SELECT min(previous_ends_at) AS at FROM webhook_endpoints WHERE previous_ends_at IS NOT NULL",
            waiting_endpoints()
        ))
        .load(self.conn)?;
        Ok(rows.into_iter().filter_map(|row| row.at).min().map(Timestamp::from_epoch_millis))
    }
}

fn claim(row: DueRow) -> Result<ClaimedDelivery, DbError> {
    let endpoint = row.endpoint;
    Ok(ClaimedDelivery {
        id: word("deliveries.id", &row.id)?,
        agency: word("deliveries.agency_id", &row.agency_id)?,
        api_key: word("webhook_endpoints.api_key_id", &endpoint.api_key_id)?,
        event: word("events.id", &row.event_id)?,
        kind: word("events.kind", &row.kind)?,
        body: row.body.ok_or(DbError::BadRow { column: "events.body" })?,
        not_after: Timestamp::from_epoch_millis(row.not_after),
        endpoint: word("webhook_endpoints.id", &endpoint.id)?,
        url_sealed: endpoint.url_sealed,
        secret_sealed: endpoint.secret_sealed,
        secret_generation: endpoint.secret_generation,
        previous_secret: PreviousSecret::of_row(endpoint.previous_secret_sealed, endpoint.previous_ends_at),
        headers_sealed: endpoint.headers_sealed,
        is_manual: row.manual,
        attempt: row.attempt_count,
        planned: row.attempt_count - row.schedule_start,
        fence: row.fence,
    })
}
