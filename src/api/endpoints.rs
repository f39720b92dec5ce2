//! `/v1/webhook-endpoints`: they belong to the key that asks.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::endpoint_view::EndpointView;
use super::openapi::words;
use super::parse_id;
use crate::domain::{EndpointId, EventId, EventKind};
use crate::http::caller::{ApiCaller, WebhooksManage};
use crate::http::idempotency::Mutation;
use crate::http::{JsonObject, Problem, Services};
use crate::webhooks::{EndpointDraft, ExtraHeaders, WebhookError};

/// What is asked for.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEndpoint {
    /// Where events are posted: https, no user name, no private address.
    #[schema(max_length = 2048, example = "https://hooks.customer.example/proofsheet")]
    url: String,
    /// Event kinds it wants; none named: all.
    #[schema(value_type = Vec<words::EventType>)]
    #[serde(default)]
    events: Vec<String>,
    /// What you call it.
    #[schema(max_length = 200, example = "accounting")]
    #[serde(default)]
    description: Option<String>,
    /// Headers on every delivery, by name; at most 8, sealed at rest, shown back with their values masked.
    #[schema(example = json!({"authorization": "Bearer 8f14e45f"}))]
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// Whether an `endpoint.test` is sent to it at once.
    #[schema(default = true)]
    #[serde(default = "yes")]
    ping: bool,
}

fn draft(asked: NewEndpoint) -> Result<EndpointDraft, Problem> {
    let NewEndpoint { url, events, description, headers, ping } = asked;
    let headers = ExtraHeaders::parse(headers).map_err(WebhookError::from)?;
    Ok(EndpointDraft { url, kinds: kinds(&events)?, headers, description, ping })
}

const fn yes() -> bool {
    true
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EndpointList)]
struct Endpoints {
    endpoints: Vec<EndpointView>,
}

/// The kinds by their names.
///
/// # Errors
/// 422 for one there is not.
pub(super) fn kinds(names: &[String]) -> Result<BTreeSet<EventKind>, Problem> {
    let known = || EventKind::ALL.map(EventKind::slug).join(", ");
    names
        .iter()
        .map(|name| name.parse().map_err(|()| Problem::field("events", "unknown_value", format!("The events are {}.", known()))))
        .collect()
}

/// `POST`: 201 with the secret, which is shown this once, and again to the same request under the same key.
///
/// # Errors
/// 422 for an address we may not call or an unknown event, 409 when the key has enough.
#[utoipa::path(
    post, path = "/v1/webhook-endpoints", operation_id = "createEndpoint", tag = "Webhook endpoints",
    summary = "Make an endpoint",
    description = "It belongs to the key that asks and hears of that key's analyses. The secret is shown this once. A test event is on its way to it, unless `ping` is false.",
    request_body = NewEndpoint,
    responses((status = 201, description = "The endpoint with its secret.", body = EndpointView,
        headers(("Location" = String, description = "The endpoint.")))),
    security(("key" = ["webhooks:manage"])),
    extensions(("x-problems" = json!(["limit-reached"]))),
)]
pub async fn create(
    caller: ApiCaller<WebhooksManage>,
    asked: JsonObject<NewEndpoint>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let mutation = Mutation::begin(&request, &services, &caller, "", &*asked).await?;
    let (made, secret) = match mutation.made_before()? {
        Some(made) => services.webhooks.show_again(&caller.agency, &caller.key, &made).await?,
        None => mutation.services().webhooks.create_from(&caller.agency, &caller.key, draft(asked.into_inner())?).await?,
    };
    let location = format!("/v1/webhook-endpoints/{}", made.id);
    let view = EndpointView::from(made).with(&secret);
    Ok(mutation.answer(HttpResponse::Created()).insert_header((header::LOCATION, location)).json(view))
}

/// `GET`.
///
/// # Errors
/// When the database fails.
#[utoipa::path(
    get, path = "/v1/webhook-endpoints", operation_id = "listEndpoints", tag = "Webhook endpoints",
    summary = "List the key's endpoints",
    responses((status = 200, description = "All of them.", body = Endpoints)),
    security(("key" = ["webhooks:manage"])),
)]
pub async fn list(caller: ApiCaller<WebhooksManage>, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let found = services.webhooks.list_endpoints(&caller.agency, &caller.key).await?;
    Ok(HttpResponse::Ok().json(Endpoints { endpoints: found.into_iter().map(EndpointView::from).collect() }))
}

/// `GET /{id}`.
///
/// # Errors
/// 404.
#[utoipa::path(
    get, path = "/v1/webhook-endpoints/{id}", operation_id = "showEndpoint", tag = "Webhook endpoints",
    summary = "Show an endpoint",
    description = "With how it fares: why it is not active, since when it fails, what it holds.",
    params(("id" = words::EndpointId, Path, description = "The endpoint.")),
    responses((status = 200, description = "The endpoint.", body = EndpointView)),
    security(("key" = ["webhooks:manage"])),
)]
pub async fn show(
    caller: ApiCaller<WebhooksManage>,
    id: web::Path<String>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let id: EndpointId = parse_id(&id)?;
    let found = services.webhooks.find_endpoint(&caller.agency, &caller.key, &id).await?;
    Ok(HttpResponse::Ok().json(EndpointView::from(found)))
}

/// `DELETE /{id}`: ends it; what waits for it is cancelled.
///
/// # Errors
/// 404.
#[utoipa::path(
    delete, path = "/v1/webhook-endpoints/{id}", operation_id = "deleteEndpoint", tag = "Webhook endpoints",
    summary = "End an endpoint",
    description = "What waits for it is cancelled.",
    params(("id" = words::EndpointId, Path, description = "The endpoint.")),
    responses((status = 204, description = "It has ended.")),
    security(("key" = ["webhooks:manage"])),
)]
pub async fn delete(
    caller: ApiCaller<WebhooksManage>,
    id: web::Path<String>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let id: EndpointId = parse_id(&id)?;
    let mutation = Mutation::begin(&request, &services, &caller, id.as_str(), &()).await?;
    if mutation.before().is_none() {
        mutation.services().webhooks.delete_endpoint(&caller.agency, &caller.key, &id).await?;
    }
    Ok(mutation.answer(HttpResponse::NoContent()).finish())
}

/// The event that was sent.
#[derive(Debug, Serialize, ToSchema)]
struct TestSent {
    /// The receiver sees it as `webhook-id`.
    #[schema(value_type = words::EventId)]
    event: String,
    #[serde(rename = "type")]
    #[schema(value_type = words::EventType)]
    kind: &'static str,
}

/// `POST /{id}/test`: 202 with the id the receiver will see as `webhook-id`.
///
/// # Errors
/// 404, 409 for one that is not active.
#[utoipa::path(
    post, path = "/v1/webhook-endpoints/{id}/test", operation_id = "testEndpoint", tag = "Webhook endpoints",
    summary = "Send a test event",
    params(("id" = words::EndpointId, Path, description = "The endpoint.")),
    responses((status = 202, description = "The event is on its way.", body = TestSent)),
    security(("key" = ["webhooks:manage"])),
    extensions(("x-problems" = json!(["endpoint-not-active"]))),
)]
pub async fn test(
    caller: ApiCaller<WebhooksManage>,
    id: web::Path<String>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let id: EndpointId = parse_id(&id)?;
    let mutation = Mutation::begin(&request, &services, &caller, id.as_str(), &()).await?;
    let event: EventId = match mutation.made_before()? {
        Some(event) => event,
        None => mutation.services().webhooks.send_test(&caller.agency, &caller.key, &id).await?,
    };
    Ok(mutation
        .answer(HttpResponse::Accepted())
        .json(TestSent { event: event.to_string(), kind: EventKind::EndpointTest.slug() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_events_are_named_and_none_means_all() {
        assert!(kinds(&[]).unwrap().is_empty());
        assert_eq!(kinds(&["report.deleted".to_owned()]).unwrap(), BTreeSet::from([EventKind::ReportDeleted]));
        assert_eq!(kinds(&["report.gone".to_owned()]).unwrap_err().field_errors()[0].field, "events");
    }
}
