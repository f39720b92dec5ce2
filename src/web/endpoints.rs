//! Webhook endpoints: list, make (secret shown once), test, delete.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::api_keys::{capital, check, hint};
use super::frame::{Frame, Section, page_with, see_other};
use super::parse_id;
use crate::accounts::{ApiKeyRecord, Permission};
use crate::domain::{ApiKeyId, EndpointId, EventKind};
use crate::http::session::SignedIn;
use crate::http::{Problem, ProblemKind, Services};
use crate::webhooks::EndpointView;

struct EndpointLine {
    id: String,
    url: String,
    kinds: String,
    status: &'static str,
    key: String,
    key_id: String,
}

struct KeyChoice {
    id: String,
    label: String,
    hint: String,
}

struct Made {
    secret: String,
    url: String,
}

#[derive(Template)]
#[template(path = "endpoints.html")]
struct EndpointsPage {
    frame: Frame,
    endpoints: Vec<EndpointLine>,
    keys: Vec<KeyChoice>,
    made: Option<Made>,
    told: Option<&'static str>,
    wrong: Option<String>,
    url: String,
}

#[derive(Default)]
struct Said {
    made: Option<Made>,
    told: Option<&'static str>,
    wrong: Option<String>,
    url: String,
}

fn line(endpoint: EndpointView, key: &ApiKeyRecord) -> EndpointLine {
    let kinds: Vec<&str> = endpoint.kinds.iter().map(|kind| kind.slug()).collect();
    EndpointLine {
        id: endpoint.id.to_string(),
        url: endpoint.url,
        kinds: if kinds.is_empty() { "all events".to_owned() } else { kinds.join(", ") },
        status: match endpoint.status.slug() {
            "active" => "Active",
            "paused" => "Paused: its key was revoked",
            _ => "Ended: the receiver said it is gone",
        },
        key: key.label.clone(),
        key_id: key.id.to_string(),
    }
}

async fn draw(person: &SignedIn, services: &Services, said: Said) -> Result<HttpResponse, Problem> {
    let keys = services.accounts.list_api_keys(&person.agency).await?;
    let mut endpoints = Vec::new();
    for key in &keys {
        let found = services.webhooks.list_endpoints(&person.agency, &key.id).await?;
        endpoints.extend(found.into_iter().map(|endpoint| line(endpoint, key)));
    }
    let choices = keys.iter().filter(|key| key.revoked_at.is_none());
    let keys =
        choices.map(|key| KeyChoice { id: key.id.to_string(), label: key.label.clone(), hint: hint(&key.prefix) }).collect();
    let status = if said.wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let Said { made, told, wrong, url } = said;
    let frame = Frame::of(person, Section::Endpoints, "Webhook endpoints");
    page_with(status, &EndpointsPage { frame, endpoints, keys, made, told, wrong, url })
}

/// The query: what was done a moment ago.
#[derive(Debug, Deserialize)]
pub struct Query {
    sent: Option<String>,
}

/// `GET /endpoints`.
///
/// # Errors
/// 403 for a role that may not.
pub async fn list(person: SignedIn, query: web::Query<Query>, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    check(&person, Permission::ManageWebhooks)?;
    let told = query.sent.as_ref().map(|_| "A test event is on its way to the endpoint.");
    draw(&person, &services, Said { told, ..Said::default() }).await
}

/// The form.
#[derive(Debug, Deserialize)]
pub struct NewEndpoint {
    csrf: String,
    url: String,
    key: String,
}

/// `POST /endpoints`: makes one for all events and shows its secret on this very answer.
///
/// # Errors
/// 403, 404.
pub async fn create(
    person: SignedIn,
    form: web::Form<NewEndpoint>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    check(&person, Permission::ManageWebhooks)?;
    person.check_form(&form.csrf)?;
    let key = live_key(&person, &form.key, &services).await?;
    let said = match services.webhooks.create_endpoint(&person.agency, &key, &form.url, BTreeSet::<EventKind>::new()).await {
        Ok((made, secret)) => Said { made: Some(Made { secret: secret.expose().to_owned(), url: made.url }), ..Said::default() },
        Err(error) => {
            let text = capital(&error.to_string());
            match Problem::from(error).kind() {
                ProblemKind::InvalidFields | ProblemKind::LimitReached => {
                    Said { wrong: Some(text), url: form.url.clone(), ..Said::default() }
                }
                _ => return Err(Problem::internal(text)),
            }
        }
    };
    draw(&person, &services, said).await
}

async fn live_key(person: &SignedIn, id: &str, services: &Services) -> Result<ApiKeyId, Problem> {
    let id: ApiKeyId = parse_id(id)?;
    let keys = services.accounts.list_api_keys(&person.agency).await?;
    let is_live = keys.iter().any(|key| key.id == id && key.revoked_at.is_none());
    if is_live { Ok(id) } else { Err(Problem::new(ProblemKind::NotFound)) }
}

/// A button beside an endpoint.
#[derive(Debug, Deserialize)]
pub struct Button {
    csrf: String,
    key: String,
}

/// `POST /endpoints/{id}/test`.
///
/// # Errors
/// 403, 404, 409 for one that takes no events any more.
pub async fn test(
    person: SignedIn,
    id: web::Path<String>,
    form: web::Form<Button>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    check(&person, Permission::ManageWebhooks)?;
    person.check_form(&form.csrf)?;
    let (id, key): (EndpointId, ApiKeyId) = (parse_id(&id)?, parse_id(&form.key)?);
    services.webhooks.send_test(&person.agency, &key, &id).await?;
    Ok(see_other("/endpoints?sent=1"))
}

/// `POST /endpoints/{id}/delete`.
///
/// # Errors
/// 403, 404.
pub async fn delete(
    person: SignedIn,
    id: web::Path<String>,
    form: web::Form<Button>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    check(&person, Permission::ManageWebhooks)?;
    person.check_form(&form.csrf)?;
    let (id, key): (EndpointId, ApiKeyId) = (parse_id(&id)?, parse_id(&form.key)?);
    services.webhooks.delete_endpoint(&person.agency, &key, &id).await?;
    Ok(see_other("/endpoints"))
}
