//! API keys: list, make (shown once), revoke.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::frame::{Frame, Section, page_with, see_other};
use super::parse_id;
use crate::accounts::{ApiKeyRecord, Permission, may};
use crate::domain::{ApiKeyId, Scope, ScopeSet};
use crate::http::session::SignedIn;
use crate::http::{Problem, ProblemKind, Services, Settings};

struct KeyLine {
    id: String,
    label: String,
    hint: String,
    scopes: String,
    times: String,
    is_revoked: bool,
}

struct ScopeLine {
    slug: &'static str,
    words: &'static str,
    is_chosen: bool,
}

struct Made {
    secret: String,
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
}

/// The first characters of a key, as people tell keys apart.
pub fn hint(prefix: &str) -> String {
    format!("{prefix}…")
}

impl From<ApiKeyRecord> for KeyLine {
    fn from(key: ApiKeyRecord) -> Self {
        let used = key.last_used_at.map_or_else(|| "never used".to_owned(), |at| format!("last used {}", at.long_date_time()));
        Self {
            id: key.id.to_string(),
            hint: hint(&key.prefix),
            scopes: key.scopes.iter().map(Scope::slug).collect::<Vec<_>>().join(", "),
            times: format!("Made {}, {used}", key.created_at.long_date()),
            is_revoked: key.revoked_at.is_some(),
            label: key.label,
        }
    }
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

async fn draw(
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
    let page = KeysPage {
        frame: Frame::of(person, Section::Keys, "API keys"),
        keys: keys.into_iter().map(KeyLine::from).collect(),
        scopes: scope_lines(),
        made,
        wrong,
        public_url: &settings.public_url,
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

/// `POST /api-keys`: makes one and shows it on this very answer, which no browser keeps.
///
/// # Errors
/// 403 for a stale form or a role that may not.
pub async fn create(
    person: SignedIn,
    form: web::Form<Vec<(String, String)>>,
    services: web::Data<Services>,
    settings: web::Data<Settings>,
) -> Result<HttpResponse, Problem> {
    check(&person, Permission::ManageKeys)?;
    let first = |name: &str| form.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str()).unwrap_or_default();
    person.check_form(first("csrf"))?;
    let chosen = form.iter().filter(|(field, _)| field == "scope").map(|(_, value)| value.parse::<Scope>());
    let Ok(scopes) = chosen.collect::<Result<ScopeSet, _>>() else {
        return draw(&person, &services, &settings, Err("There is no such permission.".to_owned())).await;
    };
    let by = Some(person.principal.user.clone());
    let outcome = match services.accounts.create_api_key(&person.agency, first("label"), scopes, by).await {
        Ok((plain, _)) => Ok(Some(Made { secret: plain.reveal().to_owned() })),
        Err(error) => match Problem::from(error) {
            problem if problem.kind() == ProblemKind::InvalidFields => {
                Err(problem.field_errors().iter().map(|error| capital(&error.detail)).collect::<Vec<_>>().join(" "))
            }
            problem => return Err(problem),
        },
    };
    draw(&person, &services, &settings, outcome).await
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
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    check(&person, Permission::ManageKeys)?;
    person.check_form(&form.csrf)?;
    let id: ApiKeyId = parse_id(&id)?;
    services.accounts.revoke_api_key(&person.agency, &id).await?;
    Ok(see_other("/api-keys"))
}
