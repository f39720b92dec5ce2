//! Webhook endpoints: list, make (secret shown once), test, delete.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::api_keys::{capital, check, hint};
use super::frame::{Frame, Section, page_with, see_other};
use super::parse_id;
use crate::accounts::{ApiKeyRecord, Permission};
use crate::db::EndpointStatus;
use crate::domain::{ApiKeyId, EndpointId, StopReason, Timestamp};
use crate::http::session::SignedIn;
use crate::http::{Problem, ProblemKind, Services};
use crate::webhooks::{EndpointDraft, EndpointView, OVERLAP_DEFAULT};

/// Failures in a row after which the page speaks of them.
const FAILURES_TOLD: u32 = 5;

struct EndpointLine {
    id: String,
    url: String,
    kinds: String,
    status: String,
    /// What its owner must know: it fails, or was stopped.
    alarm: Option<String>,
    is_active: bool,
    /// Whether it can be active again.
    may_resume: bool,
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
    /// The one before it signs for another day.
    is_rotation: bool,
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
        url: endpoint.url.clone(),
        kinds: if kinds.is_empty() { "all events".to_owned() } else { kinds.join(", ") },
        status: status(&endpoint),
        alarm: alarm(&endpoint),
        is_active: endpoint.status == EndpointStatus::Active,
        may_resume: endpoint.status != EndpointStatus::Active && endpoint.reason != Some(StopReason::KeyRevoked),
        key: key.label.clone(),
        key_id: key.id.to_string(),
    }
}

fn status(endpoint: &EndpointView) -> String {
    let stands = match (endpoint.status, endpoint.reason) {
        (EndpointStatus::Active, _) => "Active",
        (EndpointStatus::Paused, Some(StopReason::KeyRevoked)) => "Stopped: its key was revoked",
        (EndpointStatus::Paused, _) => "Paused",
        (EndpointStatus::Disabled, _) => "Disabled: it failed for too long",
        (EndpointStatus::Gone, _) => "Stopped: the receiver said it is gone",
    };
    match endpoint.held_count {
        0 => stands.to_owned(),
        1 => format!("{stands} · 1 event kept for it"),
        count => format!("{stands} · {count} events kept for it"),
    }
}

fn alarm(endpoint: &EndpointView) -> Option<String> {
    let day = |at: Timestamp| at.rfc3339().chars().take(16).collect::<String>().replace('T', " ");
    match (endpoint.status, endpoint.failing_since) {
        (EndpointStatus::Disabled, since) => Some(format!(
            "Nothing has arrived here since {} UTC, so we have stopped sending. Events are kept. Resume it when the receiver is back.",
            since.or(endpoint.disabled_at).map(day).unwrap_or_default()
        )),
        (EndpointStatus::Gone, _) => {
            Some("The receiver said it wants nothing more, so we have stopped sending. Events are kept.".to_owned())
        }
        (EndpointStatus::Active, Some(since)) if endpoint.failure_count >= FAILURES_TOLD => Some(format!(
            "{} attempts in a row have failed since {} UTC. Events are kept and tried again.",
            endpoint.failure_count,
            day(since)
        )),
        (EndpointStatus::Active | EndpointStatus::Paused, _) => None,
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
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    check(&person, Permission::ManageWebhooks)?;
    let mut once = person.once(&services, &request, &form.csrf, &(&form.url, &form.key)).await?;
    let key = live_key(&person, &form.key, &services).await?;
    let make = async |services: &Services| {
        let draft = EndpointDraft { url: form.url.clone(), ..EndpointDraft::default() };
        Ok(services.webhooks.create_from(&person.agency, &key, draft).await?)
    };
    let made = match (once.run(make).await, once.made_before()?) {
        (Ok(Some(made)), _) => Ok(made),
        (Ok(None), Some(before)) => Ok(services.webhooks.show_again(&person.agency, &key, &before).await?),
        (Ok(None), None) => Err(Problem::new(ProblemKind::NotFound)),
        (Err(problem), _) => Err(problem),
    };
    let said = match made {
        Ok((made, secret)) => {
            Said { made: Some(Made { secret: secret.expose().to_owned(), url: made.url, is_rotation: false }), ..Said::default() }
        }
        Err(problem) if matches!(problem.kind(), ProblemKind::InvalidFields | ProblemKind::LimitReached) => {
            let text = problem.field_errors().first().map(|error| error.detail.as_str()).or(problem.detail_text());
            Said { wrong: text.map(capital), url: form.url.clone(), ..Said::default() }
        }
        Err(problem) => return Err(problem),
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

fn pressed(person: &SignedIn, id: &str, form: &Button) -> Result<(EndpointId, ApiKeyId), Problem> {
    check(person, Permission::ManageWebhooks)?;
    person.check_form(&form.csrf)?;
    Ok((parse_id(id)?, parse_id(&form.key)?))
}

/// `POST /endpoints/{id}/test`.
///
/// # Errors
/// 403, 404, 409 for one that is not active.
pub async fn test(
    person: SignedIn,
    id: web::Path<String>,
    form: web::Form<Button>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (id, key) = pressed(&person, &id, &form)?;
    let mut once = person.once(&services, &request, &form.csrf, &key).await?;
    once.run(async |services| Ok(services.webhooks.send_test(&person.agency, &key, &id).await?)).await?;
    Ok(see_other("/endpoints?sent=1"))
}

/// `POST /endpoints/{id}/pause`.
///
/// # Errors
/// 403, 404.
pub async fn pause(
    person: SignedIn,
    id: web::Path<String>,
    form: web::Form<Button>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (id, key) = pressed(&person, &id, &form)?;
    let mut once = person.once(&services, &request, &form.csrf, &key).await?;
    once.run(async |services| Ok(services.webhooks.pause_endpoint(&person.agency, &key, &id).await?)).await?;
    Ok(see_other("/endpoints"))
}

/// `POST /endpoints/{id}/resume`.
///
/// # Errors
/// 403, 404, 409 if its key was revoked.
pub async fn resume(
    person: SignedIn,
    id: web::Path<String>,
    form: web::Form<Button>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (id, key) = pressed(&person, &id, &form)?;
    let mut once = person.once(&services, &request, &form.csrf, &key).await?;
    once.run(async |services| Ok(services.webhooks.resume_endpoint(&person.agency, &key, &id).await?)).await?;
    Ok(see_other("/endpoints"))
}

/// `POST /endpoints/{id}/rotate-secret`: shows the new secret on this very answer; both sign for a day.
///
/// # Errors
/// 403, 404.
pub async fn rotate(
    person: SignedIn,
    id: web::Path<String>,
    form: web::Form<Button>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (id, key) = pressed(&person, &id, &form)?;
    let mut once = person.once(&services, &request, &form.csrf, &key).await?;
    let rotate =
        async |services: &Services| Ok(services.webhooks.rotate_secret(&person.agency, &key, &id, OVERLAP_DEFAULT).await?);
    once.run(rotate).await?;
    // The newest secret, also when the form came before.
    let (endpoint, secret) = services.webhooks.show_again(&person.agency, &key, &id).await?;
    let made = Made { secret: secret.expose().to_owned(), url: endpoint.url, is_rotation: true };
    draw(&person, &services, Said { made: Some(made), ..Said::default() }).await
}

/// `POST /endpoints/{id}/delete`.
///
/// # Errors
/// 403, 404.
pub async fn delete(
    person: SignedIn,
    id: web::Path<String>,
    form: web::Form<Button>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (id, key) = pressed(&person, &id, &form)?;
    let mut once = person.once(&services, &request, &form.csrf, &key).await?;
    once.run(async |services| Ok(services.webhooks.delete_endpoint(&person.agency, &key, &id).await?)).await?;
    Ok(see_other("/endpoints"))
}
