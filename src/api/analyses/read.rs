//! Reading: state, result, PDF, previews. The report's end is checked on every read.

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use super::view::{AnalysisView, ask_again_secs};
use crate::api::parse_id;
use crate::domain::AnalysisId;
use crate::http::caller::{AnalysesRead, ApiCaller};
use crate::http::{Problem, ProblemKind, Services};
use crate::pipeline::Part;

/// `GET /v1/analyses/{id}`: its state; 410 with what is left once its report has ended.
///
/// # Errors
/// 404, 410.
pub async fn show(
    caller: ApiCaller<AnalysesRead>,
    id: web::Path<String>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let seen = services.see(&caller.agency, &parse_id(&id)?).await?;
    let ask_again = ask_again_secs(seen.record.state);
    // The tombstone is the whole resource as it stands, with the receipt's link.
    let mut response = if seen.tombstone.is_some() { HttpResponse::Gone() } else { HttpResponse::Ok() };
    if let Some(secs) = ask_again {
        response.insert_header((header::RETRY_AFTER, secs.to_string()));
    }
    Ok(response.json(AnalysisView::from(seen)))
}

async fn open(caller: &ApiCaller<AnalysesRead>, id: &str, part: Part, services: &Services) -> Result<Vec<u8>, Problem> {
    let id: AnalysisId = parse_id(id)?;
    Ok(services.pipeline.open_report(&caller.agency, &id, part).await?)
}

/// `GET /v1/analyses/{id}/result`.
///
/// # Errors
/// 404, 409 before or without a report, 410.
pub async fn result(
    caller: ApiCaller<AnalysesRead>,
    id: web::Path<String>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let json = open(&caller, &id, Part::ResultJson, &services).await?;
    Ok(HttpResponse::Ok().content_type("application/json").body(json))
}

/// `GET /v1/analyses/{id}/report.pdf`.
///
/// # Errors
/// As [`result`].
pub async fn pdf(
    caller: ApiCaller<AnalysesRead>,
    id: web::Path<String>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let pdf = open(&caller, &id, Part::Pdf, &services).await?;
    let name = format!("attachment; filename=\"proofsheet-{}.pdf\"", parse_id::<AnalysisId>(&id)?);
    Ok(HttpResponse::Ok().content_type("application/pdf").insert_header((header::CONTENT_DISPOSITION, name)).body(pdf))
}

/// `GET /v1/analyses/{id}/previews/{number}`.
///
/// # Errors
/// As [`result`]; 404 also for a photo that has no preview.
pub async fn preview(
    caller: ApiCaller<AnalysesRead>,
    path: web::Path<(String, String)>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (id, number) = path.into_inner();
    let number = number.parse().map_err(|_| Problem::new(ProblemKind::NotFound))?;
    let jpeg = open(&caller, &id, Part::Preview(number), &services).await?;
    Ok(HttpResponse::Ok().content_type("image/jpeg").body(jpeg))
}
