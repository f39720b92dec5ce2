//! `/v1/webhook-endpoints`: they belong to the key that asks.

use std::collections::BTreeSet;

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::parse_id;
use crate::domain::{EndpointId, EventKind};
use crate::http::caller::{ApiCaller, WebhooksManage};
use crate::http::{Problem, Services};
use crate::webhooks;

/// What is asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewEndpoint {
    url: String,
    /// Event kinds it wants; none named: all.
    #[serde(default)]
    events: Vec<String>,
}

#[derive(Debug, Serialize)]
struct EndpointView {
    id: String,
    url: String,
    events: Vec<&'static str>,
    status: &'static str,
    created_at: String,
    /// Shown in the answer to its creation only.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

#[derive(Debug, Serialize)]
struct Endpoints {
    endpoints: Vec<EndpointView>,
}

impl From<webhooks::EndpointView> for EndpointView {
    fn from(endpoint: webhooks::EndpointView) -> Self {
        Self {
            id: endpoint.id.to_string(),
            url: endpoint.url,
            events: endpoint.kinds.into_iter().map(EventKind::slug).collect(),
            status: endpoint.status.slug(),
            created_at: endpoint.created_at.rfc3339(),
            secret: None,
        }
    }
}

fn kinds(names: &[String]) -> Result<BTreeSet<EventKind>, Problem> {
    let known = || EventKind::ALL.map(EventKind::slug).join(", ");
    names
        .iter()
        .map(|name| name.parse().map_err(|()| Problem::field("events", "unknown_value", format!("The events are {}.", known()))))
        .collect()
}

/// `POST`: 201 with the secret, which is shown this once.
///
/// # Errors
/// 422 for an address we may not call or an unknown event, 409 when the key has enough.
pub async fn create(
    caller: ApiCaller<WebhooksManage>,
    asked: web::Json<NewEndpoint>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let kinds = kinds(&asked.events)?;
    let (made, secret) = services.webhooks.create_endpoint(&caller.agency, &caller.key, &asked.url, kinds).await?;
    let location = format!("/v1/webhook-endpoints/{}", made.id);
    let view = EndpointView { secret: Some(secret.expose().to_owned()), ..made.into() };
    Ok(HttpResponse::Created().insert_header((header::LOCATION, location)).json(view))
}

/// `GET`.
///
/// # Errors
/// When the database fails.
pub async fn list(caller: ApiCaller<WebhooksManage>, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let found = services.webhooks.list_endpoints(&caller.agency, &caller.key).await?;
    Ok(HttpResponse::Ok().json(Endpoints { endpoints: found.into_iter().map(EndpointView::from).collect() }))
}

/// `DELETE /{id}`: ends it; what waits for it is cancelled.
///
/// # Errors
/// 404.
pub async fn delete(
    caller: ApiCaller<WebhooksManage>,
    id: web::Path<String>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let id: EndpointId = parse_id(&id)?;
    services.webhooks.delete_endpoint(&caller.agency, &caller.key, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /{id}/test`: 202 with the id the receiver will see as `webhook-id`.
///
/// # Errors
/// 404, 409 for one that takes no events any more.
pub async fn test(
    caller: ApiCaller<WebhooksManage>,
    id: web::Path<String>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let id: EndpointId = parse_id(&id)?;
    let event = services.webhooks.send_test(&caller.agency, &caller.key, &id).await?;
    Ok(HttpResponse::Accepted().json(serde_json::json!({ "event": event, "type": EventKind::EndpointTest.slug() })))
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
