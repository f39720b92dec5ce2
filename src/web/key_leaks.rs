//! A key has leaked: a page that asks before it ends the key, what the key did, and a button that destroys that.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::api_keys::{check, hint};
use super::frame::{Frame, Section, page, see_other};
use super::parse_id;
use crate::accounts::{DEEDS_DEFAULT, LeakQuestion, LeakReport, Permission, parse_cursor};
use crate::db::{DeedKind, KeyDeed};
use crate::domain::{ApiKeyId, Timestamp};
use crate::http::leak::DESTROYED_MAX;
use crate::http::session::SignedIn;
use crate::http::{Problem, ProblemKind, Services};

struct DeedLine {
    at: String,
    words: &'static str,
    id: String,
    /// A page about it, if there is one.
    href: Option<String>,
    state: String,
}

#[derive(Template)]
#[template(path = "key_leak.html")]
struct LeakPage {
    frame: Frame,
    id: String,
    label: String,
    hint: String,
    is_revoked: bool,
    revoked: String,
    since: Option<String>,
    paused: usize,
    deeds: Vec<DeedLine>,
    older: Option<String>,
    /// Analyses that can be destroyed: as a number, or that there are more.
    destroyable: Option<String>,
}

struct ReceiptLine {
    analysis: String,
    receipt: String,
}

#[derive(Template)]
#[template(path = "key_destroyed.html")]
struct DestroyedPage {
    frame: Frame,
    id: String,
    label: String,
    since: Option<String>,
    receipts: Vec<ReceiptLine>,
    has_more: bool,
}

/// Which part of what the key did.
#[derive(Debug, Deserialize)]
pub struct Query {
    since: Option<String>,
    after: Option<String>,
}

impl From<&KeyDeed> for DeedLine {
    fn from(deed: &KeyDeed) -> Self {
        let (words, href) = match deed.kind {
            DeedKind::AnalysisMade => ("Sent an analysis", Some(format!("/analyses/{}", deed.id))),
            DeedKind::AnalysisDeleted => ("Destroyed an analysis", Some(format!("/receipts/{}", deed.state))),
            DeedKind::EndpointMade => ("Made a webhook endpoint", None),
            DeedKind::KeyMade => ("Made an API key", None),
        };
        let state = if deed.kind == DeedKind::AnalysisDeleted { String::new() } else { deed.state.clone() };
        Self { at: deed.at.long_date_time(), words, id: deed.id.clone(), href, state }
    }
}

/// A day (`2026-11-22`) or a time of RFC 3339; nothing: since the key was made.
fn since(text: Option<&str>) -> Result<Option<Timestamp>, Problem> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let time = Timestamp::from_rfc3339(text).or_else(|| Timestamp::from_rfc3339(&format!("{text}T00:00:00Z")));
    time.map(Some).ok_or_else(|| Problem::field("since", "not_a_time", "Give a day such as 2026-11-22."))
}

fn question(query: &Query) -> Result<LeakQuestion, Problem> {
    let after = query.after.as_deref().map(|text| parse_cursor(text).ok_or_else(|| Problem::new(ProblemKind::InvalidCursor)));
    Ok(LeakQuestion { since: since(query.since.as_deref())?, after: after.transpose()?, limit: DEEDS_DEFAULT })
}

/// `GET /api-keys/{id}/leak`: asks before it ends a key; of one that has ended, says what it did.
///
/// # Errors
/// 400 for a wrong cursor, 403, 404, 422 for a wrong day.
pub async fn show(
    person: SignedIn,
    id: web::Path<String>,
    query: web::Query<Query>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    check(&person, Permission::ManageKeys)?;
    let id: ApiKeyId = parse_id(&id)?;
    let question = question(&query)?;
    let left = services.accounts.undestroyed_of_key(&person.agency, &id, question.since, DESTROYED_MAX).await?;
    let report = services.accounts.key_activity(&person.agency, &id, question).await?;
    page(&drawn(&person, report, left.len(), query.into_inner().since))
}

fn drawn(person: &SignedIn, report: LeakReport, left: usize, since: Option<String>) -> LeakPage {
    let many = left > DESTROYED_MAX as usize;
    LeakPage {
        frame: Frame::of(person, Section::Keys, "A leaked API key"),
        older: report.next_cursor(),
        deeds: report.deeds.iter().map(DeedLine::from).collect(),
        id: report.key.id.to_string(),
        hint: hint(&report.key.prefix),
        is_revoked: report.key.revoked_at.is_some(),
        revoked: report.key.revoked_at.map(Timestamp::long_date_time).unwrap_or_default(),
        label: report.key.label,
        since: since.filter(|text| !text.trim().is_empty()),
        paused: report.paused.len(),
        destroyable: (left > 0).then(|| if many { format!("more than {DESTROYED_MAX}") } else { left.to_string() }),
    }
}

/// The forms of the page.
#[derive(Debug, Deserialize)]
pub struct Since {
    csrf: String,
    #[serde(default)]
    since: Option<String>,
}

/// `POST /api-keys/{id}/leak`: ends the key, pauses its endpoints, and shows what it did.
///
/// # Errors
/// 403 for a stale form or a role that may not, 404, 422 for a wrong day.
pub async fn report(
    person: SignedIn,
    id: web::Path<String>,
    form: web::Form<Since>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    check(&person, Permission::ManageKeys)?;
    let id: ApiKeyId = parse_id(&id)?;
    let mut once = person.once(&services, &request, &form.csrf, &form.since).await?;
    let text = form.since.as_deref().unwrap_or_default().trim();
    let question = LeakQuestion { since: since(Some(text))?, after: None, limit: 1 };
    once.run(async |services| Ok(services.accounts.report_leak(&person.agency, &id, question).await?)).await?;
    let query: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("since", text).finish();
    Ok(see_other(&if text.is_empty() { format!("/api-keys/{id}/leak") } else { format!("/api-keys/{id}/leak?{query}") }))
}

/// `POST /api-keys/{id}/destroy-analyses`: destroys what the key made, a batch at a time, and shows the receipts.
///
/// # Errors
/// 403 for a stale form or a role that may not, 404, 422 for a wrong day; what keeps one from being destroyed.
pub async fn destroy(
    person: SignedIn,
    id: web::Path<String>,
    form: web::Form<Since>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    check(&person, Permission::ManageKeys)?;
    check(&person, Permission::DeleteAnalyses)?;
    let id: ApiKeyId = parse_id(&id)?;
    let mut once = person.once(&services, &request, &form.csrf, &form.since).await?;
    let key = services.accounts.find_api_key(&person.agency, &id).await?;
    let since = since(form.since.as_deref())?;
    let destroy = async |services: &Services| services.destroy_of_key(&person.agency, &id, since, None).await;
    let Some(destroyed) = once.run(destroy).await? else { return Ok(see_other(&format!("/api-keys/{id}/leak"))) };
    let receipt = |(analysis, receipt): (crate::domain::AnalysisId, crate::domain::ReceiptId)| ReceiptLine {
        analysis: analysis.to_string(),
        receipt: receipt.to_string(),
    };
    page(&DestroyedPage {
        frame: Frame::of(&person, Section::Keys, "Destroyed analyses"),
        id: id.to_string(),
        label: key.label,
        since: form.into_inner().since.filter(|text| !text.trim().is_empty()),
        receipts: destroyed.analyses.into_iter().map(receipt).collect(),
        has_more: destroyed.has_more,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_and_nothing_means_since_the_key_was_made() {
        let of = |text| since(Some(text)).unwrap().map(Timestamp::rfc3339);
        assert_eq!(of("2026-11-22").as_deref(), Some("2026-11-22T00:00:00.000Z"));
        assert_eq!(of("2026-11-22T10:00:00Z").as_deref(), Some("2026-11-22T10:00:00.000Z"));
        assert_eq!((of(" "), since(None).unwrap()), (None, None));
        assert!(since(Some("yesterday")).is_err());
    }
}
