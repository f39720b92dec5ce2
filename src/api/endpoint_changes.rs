//! What an owner does to a webhook endpoint: `PATCH`, another secret, a pause.

use std::collections::BTreeMap;
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::endpoint_view::EndpointView;
use super::endpoints::kinds;
use super::openapi::words;
use super::parse_id;
use crate::domain::{EndpointId, Timestamp};
use crate::http::caller::{ApiCaller, WebhooksManage};
use crate::http::extractors::JsonIfAny;
use crate::http::idempotency::Mutation;
use crate::http::{JsonObject, Problem, Services};
use crate::webhooks::{self, OVERLAP_DEFAULT};

/// What is to be different; fields that are not there stay as they are (RFC 7396).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndpointChange {
    /// Another address.
    #[schema(max_length = 2048, example = "https://hooks.customer.example/proofsheet")]
    #[serde(default)]
    url: Option<String>,
    /// Other event kinds; an empty list: all.
    #[schema(value_type = Option<Vec<words::EventType>>)]
    #[serde(default)]
    events: Option<Vec<String>>,
    /// Another description; null takes it away.
    #[schema(value_type = Option<String>, max_length = 200, example = "accounting")]
    #[serde(default, deserialize_with = "there", skip_serializing_if = "Option::is_none")]
    description: Option<Option<String>>,
    /// Headers to set, and with null to take away; others stay. Null in place of all takes all away.
    #[schema(value_type = Option<BTreeMap<String, Option<String>>>, example = json!({"authorization": "Bearer 8f14e45f", "x-old": null}))]
    #[serde(default, deserialize_with = "there", skip_serializing_if = "Option::is_none")]
    headers: Option<Option<BTreeMap<String, Option<String>>>>,
}

/// Tells null from nothing.
fn there<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

/// `PATCH /{id}`.
///
/// # Errors
/// 404, 422 for what may not be.
#[utoipa::path(
    patch, path = "/v1/webhook-endpoints/{id}", operation_id = "changeEndpoint", tag = "Webhook endpoints",
    summary = "Change an endpoint",
    description = "Fields that are not there stay as they are. A new address is checked like that of a new endpoint, and begins with a clean record.",
    params(("id" = words::EndpointId, Path, description = "The endpoint.")),
    request_body = EndpointChange,
    responses((status = 200, description = "The endpoint as it is now.", body = EndpointView)),
    security(("key" = ["webhooks:manage"])),
)]
pub async fn patch(
    caller: ApiCaller<WebhooksManage>,
    id: web::Path<String>,
    asked: JsonObject<EndpointChange>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let id: EndpointId = parse_id(&id)?;
    let mutation = Mutation::begin(&request, &services, &caller, id.as_str(), &*asked).await?;
    let EndpointChange { url, events, description, headers } = asked.into_inner();
    let kinds = events.map(|names| kinds(&names)).transpose()?;
    let patch = webhooks::EndpointPatch { url, kinds, description, headers };
    let changed = match mutation.before() {
        Some(_) => services.webhooks.find_endpoint(&caller.agency, &caller.key, &id).await?,
        None => mutation.services().webhooks.patch_endpoint(&caller.agency, &caller.key, &id, patch).await?,
    };
    Ok(mutation.answer(HttpResponse::Ok()).json(EndpointView::from(changed)))
}

/// How long the secret there is goes on signing.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// Seconds both secrets sign: 0 to 604,800 (7 days); 86,400 (a day) if nothing is said.
    #[schema(minimum = 0, maximum = 604_800, example = 86_400)]
    #[serde(default)]
    overlap_secs: Option<u64>,
}

/// The new secret.
#[derive(Debug, Serialize, ToSchema)]
struct RotatedSecret {
    #[schema(value_type = words::EndpointId)]
    id: String,
    /// Shown in this answer only.
    #[schema(example = "whsec_C2FVsBQIhrscChlQIMVb5sSYspob7oDe")]
    secret: String,
    /// Its number.
    #[schema(example = 2, minimum = 1)]
    secret_generation: i32,
    /// The one before it signs as well until then.
    #[schema(value_type = Option<words::Time>)]
    previous_secret_ends_at: Option<String>,
}

/// `POST /{id}/rotate-secret`: the new secret, which is shown this once, and again to the same request under the same key.
///
/// # Errors
/// 404, 422 for an overlap of more than 7 days.
#[utoipa::path(
    post, path = "/v1/webhook-endpoints/{id}/rotate-secret", operation_id = "rotateSecret", tag = "Webhook endpoints",
    summary = "Give an endpoint a new secret",
    description = "The one it has goes on signing for the overlap: `webhook-signature` then holds both signatures, the newest first. Of an earlier rotation nothing signs any more.",
    params(("id" = words::EndpointId, Path, description = "The endpoint.")),
    request_body(content = Option<Rotation>, description = "Nothing: the overlap is a day."),
    responses((status = 200, description = "The new secret.", body = RotatedSecret)),
    security(("key" = ["webhooks:manage"])),
)]
pub async fn rotate(
    caller: ApiCaller<WebhooksManage>,
    id: web::Path<String>,
    asked: JsonIfAny<Rotation>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let id: EndpointId = parse_id(&id)?;
    let asked = asked.0.unwrap_or_default();
    let mutation = Mutation::begin(&request, &services, &caller, id.as_str(), &asked).await?;
    let overlap = asked.overlap_secs.map_or(OVERLAP_DEFAULT, Duration::from_secs);
    if mutation.before().is_none() {
        mutation.services().webhooks.rotate_secret(&caller.agency, &caller.key, &id, overlap).await?;
    }
    // The same way for a first answer and a later one: what is stored, opened.
    let (endpoint, secret) = services.webhooks.show_again(&caller.agency, &caller.key, &id).await?;
    Ok(mutation.answer(HttpResponse::Ok()).json(RotatedSecret {
        id: endpoint.id.to_string(),
        secret: secret.expose().to_owned(),
        secret_generation: endpoint.secret_generation,
        previous_secret_ends_at: endpoint.previous_secret_ends_at.map(Timestamp::rfc3339),
    }))
}

/// `DELETE /{id}/previous-secret`.
///
/// # Errors
/// 404.
#[utoipa::path(
    delete, path = "/v1/webhook-endpoints/{id}/previous-secret", operation_id = "endPreviousSecret", tag = "Webhook endpoints",
    summary = "End an overlap now",
    description = "Only the newest secret signs from now on. Without an overlap nothing changes.",
    params(("id" = words::EndpointId, Path, description = "The endpoint.")),
    responses((status = 200, description = "The endpoint as it is now.", body = EndpointView)),
    security(("key" = ["webhooks:manage"])),
)]
pub async fn end_previous_secret(
    caller: ApiCaller<WebhooksManage>,
    id: web::Path<String>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let id: EndpointId = parse_id(&id)?;
    let mutation = Mutation::begin(&request, &services, &caller, id.as_str(), &()).await?;
    let changed = match mutation.before() {
        Some(_) => services.webhooks.find_endpoint(&caller.agency, &caller.key, &id).await?,
        None => mutation.services().webhooks.end_previous_secret(&caller.agency, &caller.key, &id).await?,
    };
    Ok(mutation.answer(HttpResponse::Ok()).json(EndpointView::from(changed)))
}

/// `POST /{id}/pause`.
///
/// # Errors
/// 404.
#[utoipa::path(
    post, path = "/v1/webhook-endpoints/{id}/pause", operation_id = "pauseEndpoint", tag = "Webhook endpoints",
    summary = "Pause an endpoint",
    description = "Nothing is sent to it. What happens meanwhile is held for it, at most 10,000 deliveries. Again: nothing more happens.",
    params(("id" = words::EndpointId, Path, description = "The endpoint.")),
    responses((status = 200, description = "The endpoint as it is now.", body = EndpointView)),
    security(("key" = ["webhooks:manage"])),
)]
pub async fn pause(
    caller: ApiCaller<WebhooksManage>,
    id: web::Path<String>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let id: EndpointId = parse_id(&id)?;
    let mutation = Mutation::begin(&request, &services, &caller, id.as_str(), &()).await?;
    let changed = match mutation.before() {
        Some(_) => services.webhooks.find_endpoint(&caller.agency, &caller.key, &id).await?,
        None => mutation.services().webhooks.pause_endpoint(&caller.agency, &caller.key, &id).await?,
    };
    Ok(mutation.answer(HttpResponse::Ok()).json(EndpointView::from(changed)))
}

/// `POST /{id}/resume`.
///
/// # Errors
/// 404, 409 if its key was revoked.
#[utoipa::path(
    post, path = "/v1/webhook-endpoints/{id}/resume", operation_id = "resumeEndpoint", tag = "Webhook endpoints",
    summary = "Resume an endpoint",
    description = "Whyever it was stopped. What it holds is sent, as far as its time is not over; the record of its failures begins anew.",
    params(("id" = words::EndpointId, Path, description = "The endpoint.")),
    responses((status = 200, description = "The endpoint as it is now.", body = EndpointView)),
    security(("key" = ["webhooks:manage"])),
    extensions(("x-problems" = json!(["endpoint-not-active"]))),
)]
pub async fn resume(
    caller: ApiCaller<WebhooksManage>,
    id: web::Path<String>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let id: EndpointId = parse_id(&id)?;
    let mutation = Mutation::begin(&request, &services, &caller, id.as_str(), &()).await?;
    let changed = match mutation.before() {
        Some(_) => services.webhooks.find_endpoint(&caller.agency, &caller.key, &id).await?,
        None => mutation.services().webhooks.resume_endpoint(&caller.agency, &caller.key, &id).await?,
    };
    Ok(mutation.answer(HttpResponse::Ok()).json(EndpointView::from(changed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_is_told_from_nothing() {
        let read = |text| serde_json::from_str::<EndpointChange>(text).unwrap();
        assert!(read("{}").description.is_none());
        assert_eq!(read(r#"{"description": null}"#).description, Some(None));
        assert_eq!(read(r#"{"headers": {"x-a": null}}"#).headers, Some(Some(BTreeMap::from([("x-a".to_owned(), None)]))));
        assert_eq!(read(r#"{"headers": null}"#).headers, Some(None));
        assert!(serde_json::from_str::<EndpointChange>(r#"{"status": "active"}"#).is_err());
    }
}
