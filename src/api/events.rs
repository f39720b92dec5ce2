//! `/v1/events`: what happened to the analyses of the key that asks, for whoever wants to make sure that nothing was missed.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::deliveries::list::DeliveryLine;
use super::filters::{time, word};
use super::openapi::words;
use super::{pages, parse_id};
use crate::db::{DeliveryRecord, EventQuery, EventRecord};
use crate::domain::{AnalysisId, ApiKeyId, EventId, EventKind, Timestamp};
use crate::http::caller::{AnalysesRead, ApiCaller};
use crate::http::{Problem, ProblemKind, Services};

/// A cursor does not pass younger events: until then one with a smaller id may still come in from a slower transaction.
const SETTLED_AFTER: Duration = Duration::from_secs(60);

/// The query.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Query {
    /// How many at most; 20 if nothing is said.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Only those of this type.
    #[serde(rename = "type")]
    #[param(value_type = Option<words::EventType>)]
    kind: Option<String>,
    /// Only those of this time or later.
    #[param(value_type = Option<words::Time>)]
    since: Option<String>,
    /// Only those of this analysis.
    #[param(value_type = Option<words::AnalysisId>)]
    analysis: Option<String>,
}

impl Query {
    /// What a cursor is bound to.
    fn filter(&self) -> String {
        format!("events {:?} {:?} {:?}", self.kind, self.since, self.analysis)
    }

    fn read(&self, api_key: ApiKeyId) -> Result<EventQuery, Problem> {
        let after = self.cursor.as_deref().map(|cursor| pages::read_cursor::<EventId>(&self.filter(), cursor)).transpose()?;
        let analysis = self.analysis.as_deref().map(str::parse::<AnalysisId>).transpose();
        Ok(EventQuery {
            api_key,
            after,
            since: time("since", self.since.as_deref())?,
            kind: word("type", self.kind.as_deref(), &EventKind::ALL.map(EventKind::slug))?,
            analysis: analysis.map_err(|_| Problem::field("analysis", "not_allowed", "analysis is the id of an analysis."))?,
            limit: pages::limit_of(self.limit)?,
        })
    }
}

/// Something that happened, and to whom it was told.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event)]
struct EventLine {
    /// Also the `webhook-id`.
    #[schema(value_type = words::EventId)]
    id: String,
    #[serde(rename = "type")]
    #[schema(value_type = words::EventType)]
    kind: &'static str,
    /// What it is about; null for a test.
    #[schema(value_type = Option<words::AnalysisId>)]
    analysis: Option<String>,
    /// Number among the events of its analysis, from 1.
    #[schema(minimum = 0, example = 1)]
    sequence: i32,
    #[schema(value_type = words::Time)]
    occurred_at: String,
    /// Never sent after this.
    #[schema(value_type = words::Time)]
    not_after: String,
    /// The body, byte for byte as it is sent; null after the end of the report it tells of.
    #[schema(example = r#"{"type":"endpoint.test","timestamp":"2026-11-22T09:30:00.000Z","data":{}}"#)]
    body: Option<String>,
    /// One for each endpoint that is told.
    deliveries: Vec<DeliveryLine>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventPage)]
struct Page {
    events: Vec<EventLine>,
    /// Whether there are more of them now.
    has_more: bool,
    /// Where to go on, now or later; events of the last minute come again behind it. Null as long as there is none.
    #[schema(example = "6UxnQZ8")]
    next_cursor: Option<String>,
}

fn line(event: EventRecord, deliveries: &[DeliveryRecord]) -> EventLine {
    EventLine {
        deliveries: deliveries.iter().filter(|delivery| delivery.event == event.id).map(DeliveryLine::from).collect(),
        id: event.id.to_string(),
        kind: event.kind.slug(),
        analysis: event.analysis.map(|analysis| analysis.to_string()),
        sequence: event.sequence,
        occurred_at: event.occurred_at.rfc3339(),
        not_after: event.not_after.rfc3339(),
        body: event.body,
    }
}

/// Lists them, oldest first. `has_more` and the cursor end before the first event that is not settled.
///
/// # Errors
/// 400 for a wrong cursor, 422 for a filter that cannot be.
#[utoipa::path(
    get, path = "/v1/events", operation_id = "listEvents", tag = "Events",
    summary = "List events",
    description = "What happened to the analyses of the key that asks, oldest first, in pages. Keep the cursor and come back with it; \
        events of the last minute come again, so pass over ids you know.",
    params(Query),
    responses((status = 200, description = "A page.", body = Page)),
    security(("key" = ["analyses:read"])),
    extensions(("x-problems" = json!(["invalid-cursor"]))),
)]
pub async fn list(
    caller: ApiCaller<AnalysesRead>,
    query: web::Query<Query>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let mut asked = query.read(caller.key.clone())?;
    let (limit, given) = (asked.limit as usize, asked.after.clone());
    asked.limit += 1;
    let (mut found, deliveries) = services
        .db
        .as_agency(&caller.agency)
        .read(move |tx| {
            let found = tx.list_events(&asked)?;
            let ids: Vec<EventId> = found.iter().map(|event| event.id.clone()).collect();
            let deliveries = tx.list_deliveries_of(&ids)?;
            Ok::<_, Problem>((found, deliveries))
        })
        .await?;
    let is_cut = found.len() > limit;
    found.truncate(limit);
    let (settled, all_settled) = settled(&found, services.clock.now());
    let next_cursor = settled.or(given).map(|id| pages::cursor_after(&query.filter(), id.as_str()));
    let events = found.into_iter().map(|event| line(event, &deliveries)).collect();
    Ok(HttpResponse::Ok().json(Page { events, has_more: is_cut && all_settled, next_cursor }))
}

/// The last of the events before the first that is younger than a minute, and whether that is all of them.
fn settled(events: &[EventRecord], now: Timestamp) -> (Option<EventId>, bool) {
    let settled = events.iter().take_while(|event| now.since(event.occurred_at) >= SETTLED_AFTER).count();
    (events.get(..settled).and_then(<[_]>::last).map(|event| event.id.clone()), settled == events.len())
}

/// One of them.
///
/// # Errors
/// 404.
#[utoipa::path(
    get, path = "/v1/events/{id}", operation_id = "getEvent", tag = "Events",
    summary = "Read an event",
    params(("id" = words::EventId, Path, description = "The event.")),
    responses((status = 200, description = "The event.", body = EventLine)),
    security(("key" = ["analyses:read"])),
)]
pub async fn show(
    caller: ApiCaller<AnalysesRead>,
    id: web::Path<String>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let id: EventId = parse_id(&id)?;
    let key = caller.key.clone();
    let found = services.db.as_agency(&caller.agency).read(move |tx| {
        let event = tx.find_event(&key, &id)?.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
        let deliveries = tx.list_deliveries_of(&[id])?;
        Ok::<_, Problem>((event, deliveries))
    });
    let (event, deliveries) = found.await?;
    Ok(HttpResponse::Ok().json(line(event, &deliveries)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_stops_before_the_first_event_of_the_last_minute() {
        let now = Timestamp::from_epoch_millis(1_795_270_800_000);
        let event = |secs: u64| {
            let occurred_at = now.minus(Duration::from_secs(secs));
            EventRecord {
                id: EventId::generate(occurred_at),
                analysis: None,
                kind: EventKind::EndpointTest,
                sequence: 0,
                occurred_at,
                not_after: now,
                body: None,
            }
        };
        let events = [event(90), event(60), event(59), event(70)];
        assert_eq!(settled(&events, now), (Some(events[1].id.clone()), false));
        assert_eq!(settled(&events[..2], now), (Some(events[1].id.clone()), true));
        assert_eq!(settled(&events[2..], now), (None, false));
        assert_eq!(settled(&[], now), (None, true));
    }
}
