//! The deliveries to one endpoint: pages, newest first. The cursor is the last id seen; ids sort by time.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::filters::{time, word};
use crate::api::openapi::words;
use crate::api::{pages, parse_id};
use crate::db::{DeliveryQuery, DeliveryRecord, DeliveryState, EndReason};
use crate::domain::{DeliveryId, EndpointId, EventKind, Timestamp};
use crate::http::caller::{ApiCaller, WebhooksManage};
use crate::http::{Problem, Services};

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
    /// Only those that stand so.
    #[param(value_type = Option<words::DeliveryState>)]
    state: Option<String>,
    /// Only those of this event type.
    #[serde(rename = "type")]
    #[param(value_type = Option<words::EventType>)]
    kind: Option<String>,
    /// Only those made at this time or later.
    #[param(value_type = Option<words::Time>)]
    since: Option<String>,
    /// Only those made before this time.
    #[param(value_type = Option<words::Time>)]
    until: Option<String>,
}

impl Query {
    /// What a cursor is bound to.
    fn filter(&self, endpoint: &EndpointId) -> String {
        format!("{endpoint} {:?} {:?} {:?} {:?}", self.state, self.kind, self.since, self.until)
    }

    fn read(&self, endpoint: EndpointId) -> Result<DeliveryQuery, Problem> {
        let filter = self.filter(&endpoint);
        let cursor = self.cursor.as_deref();
        Ok(DeliveryQuery {
            endpoint,
            before: cursor.map(|cursor| pages::read_cursor::<DeliveryId>(&filter, cursor)).transpose()?,
            state: word("state", self.state.as_deref(), &DeliveryState::ALL.map(DeliveryState::slug))?,
            kind: word("type", self.kind.as_deref(), &EventKind::ALL.map(EventKind::slug))?,
            since: time("since", self.since.as_deref())?,
            until: time("until", self.until.as_deref())?,
            limit: pages::limit_of(self.limit)?,
        })
    }
}

/// One event to one endpoint.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
pub struct DeliveryLine {
    #[schema(value_type = words::DeliveryId)]
    id: String,
    #[schema(value_type = words::EndpointId)]
    endpoint: String,
    /// Also the `webhook-id`.
    #[schema(value_type = words::EventId)]
    event: String,
    #[serde(rename = "type")]
    #[schema(value_type = words::EventType)]
    kind: &'static str,
    #[schema(value_type = words::DeliveryState)]
    state: &'static str,
    /// Why it ended, if the receiver did not take it.
    #[schema(value_type = Option<words::DeliveryEnd>)]
    end_reason: Option<&'static str>,
    /// Attempts begun.
    #[schema(minimum = 0, example = 1)]
    attempt_count: i32,
    /// The next attempt, not before this time.
    #[schema(value_type = Option<words::Time>)]
    next_attempt_at: Option<String>,
    /// Never attempted after this.
    #[schema(value_type = words::Time)]
    not_after: String,
    #[schema(value_type = words::Time)]
    created_at: String,
    #[schema(value_type = Option<words::Time>)]
    ended_at: Option<String>,
}

impl From<&DeliveryRecord> for DeliveryLine {
    fn from(record: &DeliveryRecord) -> Self {
        Self {
            id: record.id.to_string(),
            endpoint: record.endpoint.to_string(),
            event: record.event.to_string(),
            kind: record.kind.slug(),
            state: record.state.slug(),
            end_reason: record.end_reason.map(EndReason::slug),
            attempt_count: record.attempt_count,
            next_attempt_at: record.next_attempt_at.map(Timestamp::rfc3339),
            not_after: record.not_after.rfc3339(),
            created_at: record.created_at.rfc3339(),
            ended_at: record.ended_at.map(Timestamp::rfc3339),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeliveryPage)]
struct Page {
    deliveries: Vec<DeliveryLine>,
    /// Whether there are older ones.
    has_more: bool,
    /// Where the next page begins; null on the last one.
    #[schema(example = "6UxnQZ8")]
    next_cursor: Option<String>,
}

/// Lists them.
///
/// # Errors
/// 404, 400 for a wrong cursor, 422 for a filter that cannot be.
#[utoipa::path(
    get, path = "/v1/webhook-endpoints/{id}/deliveries", operation_id = "listDeliveries", tag = "Deliveries",
    summary = "List the deliveries to an endpoint",
    description = "Newest first, in pages.",
    params(("id" = words::EndpointId, Path, description = "The endpoint."), Query),
    responses((status = 200, description = "A page.", body = Page)),
    security(("key" = ["webhooks:manage"])),
    extensions(("x-problems" = json!(["invalid-cursor"]))),
)]
pub async fn list(
    caller: ApiCaller<WebhooksManage>,
    id: web::Path<String>,
    query: web::Query<Query>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let endpoint: EndpointId = parse_id(&id)?;
    let filter = query.filter(&endpoint);
    let asked = query.read(endpoint)?;
    let limit = asked.limit;
    let asked = DeliveryQuery { limit: limit + 1, ..asked };
    let mut found = services.webhooks.list_deliveries(&caller.agency, &caller.key, asked).await?;
    let (has_more, next_cursor) = pages::cut(&mut found, limit, |last| pages::cursor_after(&filter, last.id.as_str()));
    let deliveries = found.iter().map(DeliveryLine::from).collect();
    Ok(HttpResponse::Ok().json(Page { deliveries, has_more, next_cursor }))
}
