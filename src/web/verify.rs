//! How anybody checks that a report belongs to its result. Says nothing about whether a report exists, or whose it is.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::frame::{Frame, Section, page};
use crate::domain::ReportId;
use crate::http::Problem;
use crate::http::session::SignedIn;

/// What a report's QR code adds to the address.
#[derive(Debug, serde::Deserialize)]
pub struct Asked {
    r: Option<String>,
}

#[derive(Template)]
#[template(path = "verify.html")]
struct Verify {
    frame: Frame,
    report: Option<ReportId>,
}

/// `GET /verify`, with the report's id as `r`; an id of the wrong form is left out.
///
/// # Errors
/// When the page cannot be drawn.
pub async fn show(person: Option<SignedIn>, asked: web::Query<Asked>) -> Result<HttpResponse, Problem> {
    const TITLE: &str = "Verify a report";
    let frame = person.map_or_else(|| Frame::visitor(TITLE), |person| Frame::of(&person, Section::Elsewhere, TITLE));
    page(&Verify { frame, report: asked.into_inner().r.and_then(|text| text.parse().ok()) })
}
