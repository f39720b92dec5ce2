//! Cancelling and deleting.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::domain::{AnalysisId, DeletionCause};
use crate::http::session::SignedIn;
use crate::http::{Problem, ProblemKind, Services};
use crate::web::frame::{Frame, Section, page, see_other};
use crate::web::{parse_id, words};

/// A form of one button.
#[derive(Debug, Deserialize)]
pub struct Button {
    csrf: String,
}

#[derive(Template)]
#[template(path = "analysis_delete.html")]
struct AskPage<'a> {
    frame: Frame,
    id: &'a str,
    title: &'a str,
}

/// `GET /analyses/{id}/delete`: asks before anything is destroyed.
///
/// # Errors
/// 404, 410.
pub async fn ask(person: SignedIn, id: web::Path<String>, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let seen = services.see(&person.agency, &parse_id(&id)?).await?;
    if let Some(tombstone) = &seen.tombstone {
        return Err(crate::http::analysis::gone(tombstone));
    }
    let title = words::title(seen.reference.as_deref(), seen.record.photo_count);
    let frame = Frame::of(&person, Section::Reports, "Delete a report");
    page(&AskPage { frame, id: seen.record.id.as_str(), title: &title })
}

/// `POST /analyses/{id}/delete`: destroys it and shows the receipt.
///
/// # Errors
/// 403 for a stale form, 404.
pub async fn delete(
    person: SignedIn,
    id: web::Path<String>,
    form: web::Form<Button>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let id: AnalysisId = parse_id(&id)?;
    let mut once = person.once(&services, &request, &form.csrf, &()).await?;
    let destroyed =
        once.run(async |services| services.destroy(&person.agency, &id, DeletionCause::Requested, None).await).await?;
    let receipt = match destroyed {
        Some(receipt) => receipt,
        None => services.destroy(&person.agency, &id, DeletionCause::Requested, None).await?,
    };
    Ok(see_other(&format!("/receipts/{}", receipt.id)))
}

/// `POST /analyses/{id}/cancel`. One that ended meanwhile is simply shown.
///
/// # Errors
/// 403 for a stale form, 404.
pub async fn cancel(
    person: SignedIn,
    id: web::Path<String>,
    form: web::Form<Button>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let id: AnalysisId = parse_id(&id)?;
    let mut once = person.once(&services, &request, &form.csrf, &()).await?;
    match once.run(async |services| Ok(services.pipeline.cancel(&person.agency, &id).await?)).await {
        Ok(_) => {}
        Err(problem) if problem.kind() == ProblemKind::AlreadyFinished => {}
        Err(problem) => return Err(problem),
    }
    Ok(see_other(&format!("/analyses/{id}")))
}
