//! What is sent again because its receiver asks: one delivery, all that failed, everything since a time.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::list::DeliveryLine;
use crate::api::filters::time;
use crate::api::openapi::words;
use crate::api::{pages, parse_id};
use crate::domain::{DeliveryId, EndpointId, EventId, Timestamp};
use crate::http::caller::{ApiCaller, Redeliver};
use crate::http::idempotency::Mutation;
use crate::http::{JsonObject, Problem, Services};

/// Which failed deliveries.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RedeliverAsked {
    /// Those of events of this time or later.
    #[schema(value_type = words::Time)]
    since: String,
    /// Those of events before this time.
    #[schema(value_type = Option<words::Time>)]
    until: Option<String>,
}

/// How many are due again.
#[derive(Debug, Serialize, ToSchema)]
struct Redelivered {
    /// Deliveries that are due again now.
    #[schema(minimum = 0, example = 12)]
    redelivered: usize,
    /// Failed ones that cannot be sent any more: their events' time is over, or their bodies were erased.
    #[schema(minimum = 0, example = 0)]
    over: usize,
    /// Whether there are more than one call takes: ask again.
    has_more: bool,
}

/// Which events.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayAsked {
    /// Those of this time or later.
    #[schema(value_type = words::Time)]
    since: String,
    /// `next_cursor` of the call before.
    #[schema(example = "6UxnQZ8")]
    cursor: Option<String>,
}

/// How many are on their way.
#[derive(Debug, Serialize, ToSchema)]
struct Replayed {
    /// Deliveries made, or made due again.
    #[schema(minimum = 0, example = 40)]
    replayed: usize,
    /// Those that were waiting to be sent anyway.
    #[schema(minimum = 0, example = 0)]
    waiting: usize,
    /// Whether there are more than one call takes: ask again with the cursor.
    has_more: bool,
    /// Where to go on: behind the last event looked at; null if there was none.
    #[schema(example = "6UxnQZ8")]
    next_cursor: Option<String>,
}

fn since(text: &str) -> Result<Timestamp, Problem> {
    time("since", Some(text))?.ok_or_else(|| Problem::field("since", "missing", "Say since when."))
}

/// `POST …/deliveries/{delivery}/redeliver`: 202 with the delivery as it stands now.
///
/// # Errors
/// 404, 409 for one that cannot be sent any more.
#[utoipa::path(
    post, path = "/v1/webhook-endpoints/{id}/deliveries/{delivery}/redeliver", operation_id = "redeliver",
    tag = "Deliveries",
    summary = "Send a delivery again",
    description = "Event and body are the same, the signature is new, the schedule begins anew. The endpoint's health does not change.",
    params(
        ("id" = words::EndpointId, Path, description = "The endpoint."),
        ("delivery" = words::DeliveryId, Path, description = "The delivery."),
    ),
    responses((status = 202, description = "It is due now.", body = DeliveryLine)),
    security(("key" = ["webhooks:manage"])),
    extensions(("x-problems" = json!(["not-deliverable"]))),
)]
pub async fn one(
    caller: ApiCaller<Redeliver>,
    path: web::Path<(String, String)>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (endpoint, delivery): (EndpointId, DeliveryId) = (parse_id(&path.0)?, parse_id(&path.1)?);
    let mutation = Mutation::begin(&request, &services, &caller, delivery.as_str(), &()).await?;
    let webhooks = &mutation.services().webhooks;
    let renewed = match mutation.before() {
        Some(_) => webhooks.find_delivery(&caller.agency, &caller.key, &endpoint, &delivery).await?.record,
        None => webhooks.redeliver(&caller.agency, &caller.key, &endpoint, &delivery).await?,
    };
    Ok(mutation.answer(HttpResponse::Accepted()).json(DeliveryLine::from(&renewed)))
}

/// `POST /{id}/redeliver`: everything that failed since a time.
///
/// # Errors
/// 404, 409 for an endpoint that takes none, 422 for a time that is none.
#[utoipa::path(
    post, path = "/v1/webhook-endpoints/{id}/redeliver", operation_id = "redeliverFailed", tag = "Deliveries",
    summary = "Send everything again that failed since a time",
    description = "At most 1,000 deliveries a call. What was delivered in the meantime is left out.",
    params(("id" = words::EndpointId, Path, description = "The endpoint.")),
    request_body = RedeliverAsked,
    responses((status = 202, description = "They are due now.", body = Redelivered)),
    security(("key" = ["webhooks:manage"])),
    extensions(("x-problems" = json!(["not-deliverable"]))),
)]
pub async fn failed(
    caller: ApiCaller<Redeliver>,
    id: web::Path<String>,
    asked: JsonObject<RedeliverAsked>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let endpoint: EndpointId = parse_id(&id)?;
    let (since, until) = (since(&asked.since)?, time("until", asked.until.as_deref())?);
    let mutation = Mutation::begin(&request, &services, &caller, endpoint.as_str(), &*asked).await?;
    let (redelivered, over, has_more) = match mutation.noted_before()? {
        Some(noted) => noted,
        None => {
            let webhooks = &mutation.services().webhooks;
            let count = webhooks.redeliver_failed(&caller.agency, &caller.key, &endpoint, since, until).await?;
            (count.redelivered, count.over, count.has_more)
        }
    };
    Ok(mutation.answer(HttpResponse::Accepted()).json(Redelivered { redelivered, over, has_more }))
}

/// `POST /{id}/replay`: every event since a time, sent before or not.
///
/// # Errors
/// 404, 400 for a wrong cursor, 409 for an endpoint that takes none, 422 for a time that is none.
#[utoipa::path(
    post, path = "/v1/webhook-endpoints/{id}/replay", operation_id = "replay", tag = "Deliveries",
    summary = "Send every event since a time",
    description = "For a receiver that was away or lost what it had: all events of the key the endpoint wants, delivered before or \
        not, also those from before it was made; none past its time. At most 1,000 events a call.",
    params(("id" = words::EndpointId, Path, description = "The endpoint.")),
    request_body = ReplayAsked,
    responses((status = 202, description = "They are due now.", body = Replayed)),
    security(("key" = ["webhooks:manage"])),
    extensions(("x-problems" = json!(["invalid-cursor", "not-deliverable"]))),
)]
pub async fn replay(
    caller: ApiCaller<Redeliver>,
    id: web::Path<String>,
    asked: JsonObject<ReplayAsked>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let endpoint: EndpointId = parse_id(&id)?;
    let filter = format!("{endpoint} {}", asked.since);
    let after = asked.cursor.as_deref().map(|cursor| pages::read_cursor::<EventId>(&filter, cursor)).transpose()?;
    let since = since(&asked.since)?;
    let mutation = Mutation::begin(&request, &services, &caller, endpoint.as_str(), &*asked).await?;
    let (replayed, waiting, has_more, last): (_, _, _, Option<String>) = match mutation.noted_before()? {
        Some(noted) => noted,
        None => {
            let webhooks = &mutation.services().webhooks;
            let count = webhooks.replay(&caller.agency, &caller.key, &endpoint, since, after).await?;
            (count.replayed, count.waiting, count.has_more, count.last.map(|last| last.to_string()))
        }
    };
    let next_cursor = last.map(|last| pages::cursor_after(&filter, &last));
    Ok(mutation.answer(HttpResponse::Accepted()).json(Replayed { replayed, waiting, has_more, next_cursor }))
}
