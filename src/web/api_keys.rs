//! API keys: list, make (shown once), revoke.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::frame::{Frame, Section, page_with, see_other};
use super::parse_id;
use crate::accounts::{ApiKeyRecord, KEY_LIFE_DAYS_MAX, KeyMaker, Networks, NewKey, Permission, may};
use crate::domain::{ApiKeyId, KeyMode, Scope, ScopeSet, Timestamp};
use crate::http::session::SignedIn;
use crate::http::{Problem, ProblemKind, Services, Settings};

struct KeyLine {
    id: String,
    label: String,
    hint: String,
    scopes: String,
    times: String,
    /// Its end and where it may be used from; empty if neither is set.
    bounds: String,
    /// Of one that was rolled.
    rolled: Option<String>,
    is_test: bool,
    is_revoked: bool,
    is_over: bool,
}

struct ScopeLine {
    slug: &'static str,
    words: &'static str,
    is_chosen: bool,
}

/// A key that is shown once.
pub(super) struct Made {
    /// None: it was shown in an answer before this one, and is kept nowhere.
    pub secret: Option<String>,
    /// What becomes of the text it had.
    pub before: Option<String>,
}

#[derive(Template)]
#[template(path = "keys.html")]
struct KeysPage<'a> {
    frame: Frame,
    keys: Vec<KeyLine>,
    scopes: Vec<ScopeLine>,
    made: Option<Made>,
    wrong: Option<String>,
    public_url: &'a str,
    days_max: u64,
}

/// The first characters of a key, as people tell keys apart.
pub fn hint(prefix: &str) -> String {
    format!("{prefix}…")
}

fn line(key: ApiKeyRecord, now: Timestamp) -> KeyLine {
    let used = key.last_used_at.map_or_else(|| "never used".to_owned(), |at| format!("last used {}", at.long_date_time()));
    let is_over = key.expires_at.is_some_and(|end| end <= now);
    let end = key.expires_at.map(|end| format!("{} {}", if is_over { "Ended" } else { "Ends" }, end.long_date_time()));
    let networks = (!key.networks.is_empty()).then(|| format!("From {} only", key.networks.texts().join(", ")));
    KeyLine {
        id: key.id.to_string(),
        hint: hint(&key.prefix),
        scopes: key.scopes.iter().map(Scope::slug).collect::<Vec<_>>().join(", "),
        times: format!("Made {}, {used}", key.created_at.long_date()),
        bounds: [end, networks].into_iter().flatten().collect::<Vec<_>>().join(". "),
        rolled: key.previous_ends_at.map(|end| before(end, now)),
        is_test: key.mode.is_test(),
        is_revoked: key.revoked_at.is_some(),
        is_over,
        label: key.label,
    }
}

/// What is said of the text a key had before it was rolled.
pub(super) fn before(end: Timestamp, now: Timestamp) -> String {
    let word = if end > now { "works until" } else { "ended" };
    format!("The key it had before {word} {}", end.long_date_time())
}

/// What a scope lets a program do, in words.
const fn words(scope: Scope) -> &'static str {
    match scope {
        Scope::AnalysesWrite => "Send photos and cancel",
        Scope::AnalysesRead => "Read states, results and reports",
        Scope::AnalysesDelete => "Destroy reports",
        Scope::SpecsManage => "Manage delivery specs",
        Scope::WebhooksManage => "Manage webhook endpoints",
        Scope::KeysManage => "Manage API keys",
        Scope::AdminRetention => "Start retention sweeps",
    }
}

fn scope_lines() -> Vec<ScopeLine> {
    let usual = [Scope::AnalysesWrite, Scope::AnalysesRead, Scope::AnalysesDelete, Scope::WebhooksManage];
    Scope::AGENCY
        .into_iter()
        .filter(|scope| *scope != Scope::SpecsManage)
        .map(|scope| ScopeLine { slug: scope.slug(), words: words(scope), is_chosen: usual.contains(&scope) })
        .collect()
}

/// Whoever may manage keys.
///
/// # Errors
/// 403.
pub fn check(person: &SignedIn, permission: Permission) -> Result<(), Problem> {
    if may(person.principal.role, permission) { Ok(()) } else { Err(Problem::new(ProblemKind::RoleNotAllowed)) }
}

pub(super) async fn draw(
    person: &SignedIn,
    services: &Services,
    settings: &Settings,
    outcome: Result<Option<Made>, String>,
) -> Result<HttpResponse, Problem> {
    let keys = services.accounts.list_api_keys(&person.agency).await?;
    let (made, wrong) = match outcome {
        Ok(made) => (made, None),
        Err(wrong) => (None, Some(wrong)),
    };
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let now = services.clock.now();
    let page = KeysPage {
        frame: Frame::of(person, Section::Keys, "API keys"),
        keys: keys.into_iter().map(|key| line(key, now)).collect(),
        scopes: scope_lines(),
        made,
        wrong,
        public_url: &settings.public_url,
        days_max: KEY_LIFE_DAYS_MAX,
    };
    page_with(status, &page)
}

/// `GET /api-keys`.
///
/// # Errors
/// 403 for a role that may not.
pub async fn list(
    person: SignedIn,
    services: web::Data<Services>,
    settings: web::Data<Settings>,
) -> Result<HttpResponse, Problem> {
    check(&person, Permission::ManageKeys)?;
    draw(&person, &services, &settings, Ok(None)).await
}

type Form = [(String, String)];

fn first<'f>(form: &'f Form, name: &str) -> &'f str {
    form.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str()).unwrap_or_default()
}

/// The key a form asks for.
fn asked(form: &Form, now: Timestamp) -> Result<NewKey, String> {
    let chosen = form.iter().filter(|(field, _)| field == "scope").map(|(_, value)| value.parse::<Scope>());
    let scopes = chosen.collect::<Result<ScopeSet, _>>().map_err(|_| "There is no such permission.")?;
    let days = match first(form, "days").trim() {
        "" => None,
        text => Some(text.parse::<u64>().ok().filter(|days| (1..=KEY_LIFE_DAYS_MAX).contains(days))),
    };
    let days = days.map(|days| days.ok_or_else(|| format!("A key lives 1 to {KEY_LIFE_DAYS_MAX} days."))).transpose()?;
    let networks: Vec<&str> =
        first(form, "networks").split([' ', ',', ';', '\t', '\r', '\n']).filter(|text| !text.is_empty()).collect();
    Ok(NewKey {
        label: first(form, "label").to_owned(),
        scopes,
        mode: KeyMode::of(first(form, "mode") == KeyMode::Test.slug()),
        expires_at: days.map(|days| now.plus(Duration::from_secs(days * 24 * 60 * 60))),
        networks: Networks::parse(&networks).map_err(|error| capital(&error.to_string()))?,
    })
}

/// `POST /api-keys`: makes one and shows it on this very answer, which no browser keeps.
///
/// # Errors
/// 403 for a stale form or a role that may not.
pub async fn create(
    person: SignedIn,
    form: web::Form<Vec<(String, String)>>,
    request: HttpRequest,
    services: web::Data<Services>,
    settings: web::Data<Settings>,
) -> Result<HttpResponse, Problem> {
    check(&person, Permission::ManageKeys)?;
    let fields: Vec<_> = form.iter().filter(|(field, _)| field != "csrf").collect();
    let mut once = person.once(&services, &request, first(&form, "csrf"), &fields).await?;
    let new = match asked(&form, services.clock.now()) {
        Ok(new) => new,
        Err(wrong) => return draw(&person, &services, &settings, Err(wrong)).await,
    };
    let by = KeyMaker::Person(person.principal.user.clone());
    let make = async |services: &Services| {
        let (plain, _) = services.accounts.make_api_key(&person.agency, new, &by).await?;
        Ok(plain.reveal().to_owned())
    };
    let outcome = match once.run(make).await {
        Ok(secret) => Ok(Some(Made { secret, before: None })),
        Err(problem) => Err(said(problem)?),
    };
    draw(&person, &services, &settings, outcome).await
}

/// What is said on the page of a form that is not right.
///
/// # Errors
/// Every other problem.
pub(super) fn said(problem: Problem) -> Result<String, Problem> {
    if problem.kind() != ProblemKind::InvalidFields {
        return Err(problem);
    }
    Ok(problem.field_errors().iter().map(|error| capital(&error.detail)).collect::<Vec<_>>().join(" "))
}

/// A sentence as it stands on a page: with a capital and a full stop.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    let stop = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{stop}", chars.as_str())
}

/// A form of one button.
#[derive(Debug, Deserialize)]
pub struct Button {
    csrf: String,
}

/// `POST /api-keys/{id}/revoke`.
///
/// # Errors
/// 403, 404.
pub async fn revoke(
    person: SignedIn,
    id: web::Path<String>,
    form: web::Form<Button>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    check(&person, Permission::ManageKeys)?;
    let id: ApiKeyId = parse_id(&id)?;
    let mut once = person.once(&services, &request, &form.csrf, &()).await?;
    once.run(async |services| Ok(services.accounts.revoke_api_key(&person.agency, &id).await?)).await?;
    Ok(see_other("/api-keys"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(fields: &[(&str, &str)]) -> Result<NewKey, String> {
        let form: Vec<_> = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        asked(&form, Timestamp::from_epoch_millis(0))
    }

    #[test]
    fn a_form_is_read_at_its_limits_and_one_past() {
        let new = key(&[("days", "731"), ("networks", "192.0.2.0/24, 2001:db8::1\r\n"), ("mode", "test")]).unwrap();
        assert_eq!(new.expires_at.unwrap().epoch_millis(), 731 * 86_400_000);
        assert_eq!(new.networks.texts(), ["192.0.2.0/24", "2001:db8::1/128"]);
        assert!(new.mode.is_test());
        let plain = key(&[("days", " "), ("networks", ""), ("mode", "live")]).unwrap();
        assert_eq!((plain.expires_at, plain.networks.is_empty(), plain.mode), (None, true, KeyMode::Live));
        for bad in [("days", "0"), ("days", "732"), ("days", "x"), ("networks", "home"), ("scope", "all")] {
            assert!(key(&[bad]).is_err(), "{bad:?}");
        }
    }
}
