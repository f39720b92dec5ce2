//! A key gets a new text: a page that asks for how long the old one is still taken, and the answer that shows the new one once.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::api_keys::{Made, before, check, draw, hint, said};
use super::frame::{Frame, Section, page};
use super::parse_id;
use crate::accounts::{KeyMaker, Permission};
use crate::domain::ApiKeyId;
use crate::http::session::SignedIn;
use crate::http::{Problem, Services, Settings};

#[derive(Template)]
#[template(path = "key_roll.html")]
struct RollPage {
    frame: Frame,
    id: String,
    label: String,
    hint: String,
    /// A key from an earlier roll that would be refused at once.
    before: Option<String>,
}

/// `GET /api-keys/{id}/roll`: asks for the overlap.
///
/// # Errors
/// 403, 404.
pub async fn ask(person: SignedIn, id: web::Path<String>, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    check(&person, Permission::ManageKeys)?;
    let key = services.accounts.find_api_key(&person.agency, &parse_id(&id)?).await?;
    let now = services.clock.now();
    page(&RollPage {
        frame: Frame::of(&person, Section::Keys, "Roll an API key"),
        id: key.id.to_string(),
        label: key.label,
        hint: hint(&key.prefix),
        before: key.previous_ends_at.filter(|end| *end > now).map(|end| before(end, now)),
    })
}

/// The form.
#[derive(Debug, Deserialize)]
pub struct Roll {
    csrf: String,
    overlap_secs: u64,
}

/// `POST /api-keys/{id}/roll`: shows the new text on this very answer.
///
/// # Errors
/// 403 for a stale form or a role that may not, 404, 409 for a key that has ended.
pub async fn roll(
    person: SignedIn,
    id: web::Path<String>,
    form: web::Form<Roll>,
    request: HttpRequest,
    services: web::Data<Services>,
    settings: web::Data<Settings>,
) -> Result<HttpResponse, Problem> {
    check(&person, Permission::ManageKeys)?;
    let id: ApiKeyId = parse_id(&id)?;
    let mut once = person.once(&services, &request, &form.csrf, &form.overlap_secs).await?;
    let by = KeyMaker::Person(person.principal.user.clone());
    let overlap = Duration::from_secs(form.overlap_secs);
    let roll = async |services: &Services| Ok(services.accounts.roll_api_key(&person.agency, &id, overlap, &by).await?);
    let outcome = match once.run(roll).await {
        Ok(Some((plain, rolled))) => {
            let now = services.clock.now();
            let before = rolled.previous_ends_at.map(|end| before(end, now));
            Ok(Some(Made { secret: Some(plain.reveal().to_owned()), before }))
        }
        Ok(None) => Ok(Some(Made { secret: None, before: None })),
        Err(problem) => Err(said(problem)?),
    };
    draw(&person, &services, &settings, outcome).await
}
