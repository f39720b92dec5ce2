//! The parts of a report, for the page and to keep.

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use crate::domain::AnalysisId;
use crate::http::session::SignedIn;
use crate::http::{Problem, ProblemKind, Services};
use crate::pipeline::Part;
use crate::web::parse_id;

async fn open(person: &SignedIn, id: &str, part: Part, services: &Services) -> Result<(AnalysisId, Vec<u8>), Problem> {
    let id: AnalysisId = parse_id(id)?;
    let bytes = services.pipeline.open_report(&person.agency, &id, part).await?;
    Ok((id, bytes))
}

fn attachment(media_type: &'static str, name: &str, bytes: Vec<u8>) -> HttpResponse {
    let disposition = format!("attachment; filename=\"{name}\"");
    HttpResponse::Ok().content_type(media_type).insert_header((header::CONTENT_DISPOSITION, disposition)).body(bytes)
}

/// `GET /analyses/{id}/report.pdf`.
///
/// # Errors
/// 404, 409, 410.
pub async fn pdf(person: SignedIn, id: web::Path<String>, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let (id, bytes) = open(&person, &id, Part::Pdf, &services).await?;
    Ok(attachment("application/pdf", &format!("proofsheet-{id}.pdf"), bytes))
}

/// `GET /analyses/{id}/result.json`.
///
/// # Errors
/// 404, 409, 410.
pub async fn result(person: SignedIn, id: web::Path<String>, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let (id, bytes) = open(&person, &id, Part::ResultJson, &services).await?;
    Ok(attachment("application/json", &format!("proofsheet-{id}.json"), bytes))
}

/// `GET /analyses/{id}/previews/{number}`.
///
/// # Errors
/// 404, 409, 410.
pub async fn preview(
    person: SignedIn,
    path: web::Path<(String, String)>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (id, number) = path.into_inner();
    let number = number.parse().map_err(|_| Problem::new(ProblemKind::NotFound))?;
    let (_, jpeg) = open(&person, &id, Part::Preview(number), &services).await?;
    Ok(HttpResponse::Ok().content_type("image/jpeg").body(jpeg))
}
