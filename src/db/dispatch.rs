//! The outbox as the dispatcher works it off: claim what is due, try it outside any transaction, record what came of it.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use super::DbError;
use super::conn::{Conn, locked};
use super::deliveries::{DeliveryState, cancel_pending_of_endpoint};
use super::endpoints::EndpointStatus;
use super::schema::{attempts, deliveries, events, webhook_endpoints as endpoints};
use super::scope::{SystemScope, Tx};
use super::words::word;
use crate::domain::{AgencyId, ApiKeyId, DeliveryId, EndpointId, EventId, EventKind, Timestamp};

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
    /// Number of this attempt, from 1.
    pub attempt: i32,
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
    /// Nothing: no attempt is left, or the event is too old.
    Exhausted,
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
    /// What follows.
    pub next: DeliveryNext,
}

#[derive(Queryable)]
struct DueRow {
    id: String,
    agency_id: String,
    attempt_count: i32,
    fence: i64,
    event_id: String,
    kind: String,
    body: Option<String>,
    not_after: i64,
    endpoint_id: String,
    api_key_id: String,
    url_sealed: Vec<u8>,
    secret_sealed: Vec<u8>,
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = diesel::sql_types::Text)]
    id: String,
}

/// As the partial index has it, word for word: with bound values neither engine would see that the index fits.
const PENDING: &str = "deliveries.state = 'pending'";

impl Tx<'_, SystemScope> {
    /// Claims deliveries that are due, longest due first, and counts the attempt: one that kills its node each time still
    /// comes to an end. A claim whose lease ends without a record is due again. No endpoint gets more than its share, so a
    /// dead one with a long queue does not fill the batch. Two statements and one write to disk for the whole batch; of two
    /// nodes that ask at the same moment the second passes over what the first is taking.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn claim_due_deliveries(&mut self, claim_of: &DueClaim) -> Result<Vec<ClaimedDelivery>, DbError> {
        let taken = self.take_fair_share(claim_of)?;
        if taken.is_empty() {
            return Ok(Vec::new());
        }
        self.list_taken(&taken)?.into_iter().map(claim).collect()
    }

    /// What is due, numbered within its endpoint behind what is under way there; the first few of each, longest due first.
    fn take_fair_share(&mut self, claim_of: &DueClaim) -> Result<Vec<String>, DbError> {
        let DueClaim { owner, now, lease_until, limit, per_endpoint } = claim_of;
        let (now, until) = (now.epoch_millis(), lease_until.epoch_millis());
        let passing_over = match self.conn {
            Conn::Sqlite(_) => "",
            #[cfg(feature = "postgres")]
            Conn::Postgres(_) => "FOR NO KEY UPDATE SKIP LOCKED",
        };
        // MATERIALIZED: the rows are chosen once. The numbers came from no outside.
        let rows: Vec<IdRow> = diesel::sql_query(format!(
            "WITH mine AS MATERIALIZED (SELECT id AS mine_id FROM deliveries WHERE id IN (\
             SELECT id FROM (SELECT id, next_attempt_at, row_number() OVER (PARTITION BY endpoint_id \
             ORDER BY CASE WHEN lease_until > {now} THEN 0 ELSE 1 END, next_attempt_at, id) AS place \
             FROM deliveries WHERE {PENDING} AND (next_attempt_at <= {now} OR lease_until > {now})) AS waiting \
             WHERE place <= {per_endpoint} AND next_attempt_at <= {now} ORDER BY next_attempt_at, id LIMIT {limit}) \
             AND {PENDING} AND next_attempt_at <= {now} {passing_over}) \
             UPDATE deliveries SET lease_owner = $1, lease_until = {until}, next_attempt_at = {until}, \
             attempt_count = attempt_count + 1, fence = fence + 1 FROM mine WHERE id = mine_id RETURNING id"
        ))
        .bind::<Text, _>(owner)
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
                deliveries::fence,
                events::id,
                events::kind,
                events::body,
                events::not_after,
                endpoints::id,
                endpoints::api_key_id,
                endpoints::url_sealed,
                endpoints::secret_sealed,
            ))
            .load(self.conn)?;
        Ok(rows)
    }

    /// Records an attempt and what follows. False, and nothing changed, if the claim is not the newest: its lease ended and
    /// somebody else has it, or it was cancelled meanwhile.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn record_attempt(&mut self, attempt: &AttemptRecord) -> Result<bool, DbError> {
        if attempt.next == DeliveryNext::EndpointGone {
            self.lock_endpoint_of(attempt)?;
        }
        let ours = || {
            deliveries::table
                .find(attempt.delivery.as_str())
                .filter(deliveries::fence.eq(attempt.fence))
                .filter(sql::<Bool>(PENDING))
                .select((deliveries::agency_id, deliveries::attempt_count, deliveries::endpoint_id))
        };
        let held: Option<(String, i32, String)> = locked!(self.conn, ours(), first).optional()?;
        let Some((agency, number, endpoint)) = held else { return Ok(false) };
        self.insert_attempt(attempt, &agency, number)?;
        self.apply_next(attempt, &endpoint)?;
        Ok(true)
    }

    /// The endpoint before its deliveries, as everywhere.
    fn lock_endpoint_of(&mut self, attempt: &AttemptRecord) -> Result<(), DbError> {
        let its = deliveries::table.find(attempt.delivery.as_str()).select(deliveries::endpoint_id);
        let endpoint: Option<String> = its.first(self.conn).optional()?;
        let row = || endpoints::table.find(endpoint.clone().unwrap_or_default()).select(endpoints::id);
        let _there: Option<String> = locked!(self.conn, row(), first).optional()?;
        Ok(())
    }

    fn insert_attempt(&mut self, attempt: &AttemptRecord, agency: &str, number: i32) -> Result<(), DbError> {
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
            ))
            .execute(self.conn)
            .map_err(DbError::of_insert)?;
        Ok(())
    }

    fn apply_next(&mut self, attempt: &AttemptRecord, endpoint: &str) -> Result<(), DbError> {
        let ended_at = attempt.started_at.plus(std::time::Duration::from_millis(attempt.duration_ms.unsigned_abs()));
        let (state, next_at) = match attempt.next {
            DeliveryNext::RetryAt(at) => (DeliveryState::Pending, Some(at)),
            DeliveryNext::Delivered => (DeliveryState::Delivered, None),
            DeliveryNext::Exhausted => (DeliveryState::Exhausted, None),
            DeliveryNext::EndpointGone => (DeliveryState::EndpointGone, None),
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
            ))
            .execute(self.conn)?;
        if attempt.next == DeliveryNext::EndpointGone {
            diesel::update(endpoints::table.find(endpoint))
                .filter(endpoints::status.eq(EndpointStatus::Active.slug()))
                .set(endpoints::status.eq(EndpointStatus::Gone.slug()))
                .execute(self.conn)?;
            cancel_pending_of_endpoint(self.conn, endpoint, ended_at)?;
        }
        Ok(())
    }

    /// When the next delivery is due, or a claim's lease ends; `None` if nothing waits.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn next_delivery_at(&mut self) -> Result<Option<Timestamp>, DbError> {
        let earliest: Option<i64> = deliveries::table
            .filter(sql::<Bool>(PENDING))
            .select(diesel::dsl::min(deliveries::next_attempt_at))
            .first(self.conn)?;
        Ok(earliest.map(Timestamp::from_epoch_millis))
    }
}

fn claim(row: DueRow) -> Result<ClaimedDelivery, DbError> {
    Ok(ClaimedDelivery {
        id: word("deliveries.id", &row.id)?,
        agency: word("deliveries.agency_id", &row.agency_id)?,
        api_key: word("webhook_endpoints.api_key_id", &row.api_key_id)?,
        event: word("events.id", &row.event_id)?,
        kind: word("events.kind", &row.kind)?,
        body: row.body.ok_or(DbError::BadRow { column: "events.body" })?,
        not_after: Timestamp::from_epoch_millis(row.not_after),
        endpoint: word("webhook_endpoints.id", &row.endpoint_id)?,
        url_sealed: row.url_sealed,
        secret_sealed: row.secret_sealed,
        attempt: row.attempt_count,
        fence: row.fence,
    })
}
