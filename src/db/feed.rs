//! Events as the holder of their key reads them again, oldest first, and what became of their deliveries.

use diesel::prelude::*;

use super::DbError;
use super::deliveries::{DeliveryColumns, DeliveryRecord, DeliveryState, delivery_rows, record};
use super::endpoint_status::EndpointStatus;
use super::schema::{deliveries, events, webhook_endpoints as endpoints};
use super::scope::{AgencyScope, Tx};
use super::words::{word, word_or_none};
use crate::domain::{AnalysisId, ApiKeyId, DeliveryId, EndpointId, EventId, EventKind, Timestamp};

/// An event as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRecord {
    /// Its id, the `webhook-id`.
    pub id: EventId,
    /// What it is about; none for a test.
    pub analysis: Option<AnalysisId>,
    /// What happened.
    pub kind: EventKind,
    /// Number among the events of its analysis, from 1.
    pub sequence: i32,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// Never attempted after this.
    pub not_after: Timestamp,
    /// The JSON that is sent; none after the end of the report it tells of.
    pub body: Option<String>,
}

/// Which events of a key.
#[derive(Debug, Clone)]
pub struct EventQuery {
    /// The key that started their analyses.
    pub api_key: ApiKeyId,
    /// Only those behind this one.
    pub after: Option<EventId>,
    /// Only those of this time or later.
    pub since: Option<Timestamp>,
    /// Only those of this kind.
    pub kind: Option<EventKind>,
    /// Only those of this analysis.
    pub analysis: Option<AnalysisId>,
    /// At most so many.
    pub limit: u32,
}

/// Which deliveries to an endpoint.
#[derive(Debug, Clone)]
pub struct DeliveryQuery {
    /// The endpoint.
    pub endpoint: EndpointId,
    /// Only those made before this one.
    pub before: Option<DeliveryId>,
    /// Only those that stand so.
    pub state: Option<DeliveryState>,
    /// Only those of events of this kind.
    pub kind: Option<EventKind>,
    /// Only those made at this time or later.
    pub since: Option<Timestamp>,
    /// Only those made before this time.
    pub until: Option<Timestamp>,
    /// At most so many.
    pub limit: u32,
}

type EventColumns = (String, Option<String>, String, i32, i64, i64, Option<String>);

const EVENT_COLUMNS: (
    events::id,
    events::analysis_id,
    events::kind,
    events::sequence,
    events::occurred_at,
    events::not_after,
    events::body,
) = (events::id, events::analysis_id, events::kind, events::sequence, events::occurred_at, events::not_after, events::body);

fn event(columns: EventColumns) -> Result<EventRecord, DbError> {
    let (id, analysis, kind, sequence, occurred_at, not_after, body) = columns;
    Ok(EventRecord {
        id: word("events.id", &id)?,
        analysis: word_or_none("events.analysis_id", analysis.as_deref())?,
        kind: word("events.kind", &kind)?,
        sequence,
        occurred_at: Timestamp::from_epoch_millis(occurred_at),
        not_after: Timestamp::from_epoch_millis(not_after),
        body,
    })
}

impl Tx<'_, AgencyScope> {
    /// Events of one of the agency's keys, oldest first.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn list_events(&mut self, asked: &EventQuery) -> Result<Vec<EventRecord>, DbError> {
        let mut query = events::table
            .filter(events::agency_id.eq(self.scope.0.as_str()))
            .filter(events::api_key_id.eq(asked.api_key.as_str()))
            .order(events::id.asc())
            .limit(i64::from(asked.limit))
            .select(EVENT_COLUMNS)
            .into_boxed();
        if let Some(after) = &asked.after {
            query = query.filter(events::id.gt(after.as_str()));
        }
        if let Some(since) = asked.since {
            // An event's id begins with its time.
            query = query.filter(events::id.ge(EventId::earliest(since).as_str().to_owned()));
        }
        if let Some(kind) = asked.kind {
            query = query.filter(events::kind.eq(kind.slug()));
        }
        if let Some(analysis) = &asked.analysis {
            query = query.filter(events::analysis_id.eq(analysis.as_str()));
        }
        let rows: Vec<EventColumns> = query.load(self.conn)?;
        rows.into_iter().map(event).collect()
    }

    /// One event of one of the agency's keys.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn find_event(&mut self, api_key: &ApiKeyId, id: &EventId) -> Result<Option<EventRecord>, DbError> {
        let row: Option<EventColumns> = events::table
            .find(id.as_str())
            .filter(events::agency_id.eq(self.scope.0.as_str()))
            .filter(events::api_key_id.eq(api_key.as_str()))
            .select(EVENT_COLUMNS)
            .first(self.conn)
            .optional()?;
        row.map(event).transpose()
    }

    /// The deliveries of these events of the agency, in no order between events; each event's are bounded by its key's endpoints.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn list_deliveries_of(&mut self, told: &[EventId]) -> Result<Vec<DeliveryRecord>, DbError> {
        let ids: Vec<&str> = told.iter().map(EventId::as_str).collect();
        let rows: Vec<DeliveryColumns> = delivery_rows!(self.scope.0.as_str())
            .filter(deliveries::event_id.eq_any(ids))
            .order(deliveries::id.asc())
            .load(self.conn)?;
        rows.into_iter().map(record).collect()
    }

    /// The deliveries to one of the agency's endpoints that are asked for, newest first.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn page_of_deliveries(&mut self, asked: &DeliveryQuery) -> Result<Vec<DeliveryRecord>, DbError> {
        let mut query = delivery_rows!(self.scope.0.as_str())
            .filter(deliveries::endpoint_id.eq(asked.endpoint.as_str()))
            .order(deliveries::id.desc())
            .limit(i64::from(asked.limit))
            .into_boxed();
        if let Some(before) = &asked.before {
            query = query.filter(deliveries::id.lt(before.as_str()));
        }
        if let Some(kind) = asked.kind {
            query = query.filter(events::kind.eq(kind.slug()));
        }
        if let Some(since) = asked.since {
            query = query.filter(deliveries::created_at.ge(since.epoch_millis()));
        }
        if let Some(until) = asked.until {
            query = query.filter(deliveries::created_at.lt(until.epoch_millis()));
        }
        let waits = deliveries::state.eq(DeliveryState::Pending.slug());
        query = match asked.state {
            None => query,
            Some(DeliveryState::Pending) => query.filter(waits.and(endpoints::status.eq(EndpointStatus::Active.word()))),
            Some(DeliveryState::Held) => query.filter(waits.and(endpoints::status.ne(EndpointStatus::Active.word()))),
            Some(state) => query.filter(deliveries::state.eq(state.slug())),
        };
        let rows: Vec<DeliveryColumns> = query.load(self.conn)?;
        rows.into_iter().map(record).collect()
    }

    /// One delivery to one of the agency's endpoints.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn find_delivery(&mut self, endpoint: &EndpointId, id: &DeliveryId) -> Result<Option<DeliveryRecord>, DbError> {
        let row: Option<DeliveryColumns> = delivery_rows!(self.scope.0.as_str())
            .filter(deliveries::id.eq(id.as_str()))
            .filter(deliveries::endpoint_id.eq(endpoint.as_str()))
            .first(self.conn)
            .optional()?;
        row.map(record).transpose()
    }
}
