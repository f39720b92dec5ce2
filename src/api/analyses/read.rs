//! Reading: state, result, PDF, previews. The report's end is checked on every read, also where the client has the bytes already.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::view::{AnalysisView, ask_again_secs};
use crate::api::openapi::{Binary, IfNoneMatch, Prefer, ResultDocument, words};
use crate::api::parse_id;
use crate::domain::AnalysisId;
use crate::http::caller::{AnalysesRead, ApiCaller};
use crate::http::prefer::{PREFERENCE_APPLIED, Preferences};
use crate::http::{Problem, ProblemKind, Services, Settings, conditional};
use crate::pipeline::Part;

/// `GET /v1/analyses/{id}`: its state, at once or after a wait for its outcome; 410 with what is left once its report has ended.
///
/// # Errors
/// 404, 410.
#[utoipa::path(
    get, path = "/v1/analyses/{id}", operation_id = "getAnalysis", tag = "Analyses",
    summary = "Read an analysis",
    description = "Its state, its photos and where its parts are. After the report's end the answer is 410 with what is left: ids, times, \
        cause and the receipt.",
    params(("id" = words::AnalysisId, Path, description = "The analysis."), Prefer, IfNoneMatch),
    responses(
        (status = 200, description = "The analysis as it stands.", body = AnalysisView,
            headers(("Retry-After" = u32, description = "While it is open or running: seconds after which to ask again."),
                ("Preference-Applied" = String, description = "The wait that was kept to."))),
        (status = 410, description = "Its report has ended; this is what is left.", body = AnalysisView),
    ),
    security(("key" = ["analyses:read"])),
)]
pub async fn show(
    caller: ApiCaller<AnalysesRead>,
    id: web::Path<String>,
    request: HttpRequest,
    services: web::Data<Services>,
    settings: web::Data<Settings>,
) -> Result<HttpResponse, Problem> {
    let id: AnalysisId = parse_id(&id)?;
    let mut seen = services.see(&caller.agency, &id).await?;
    let preferred = Preferences::of(&request, settings.wait_max);
    if let Some(wait) = preferred.wait.filter(|_| !seen.record.state.is_outcome()) {
        services.pipeline.wait(&caller.agency, &id, wait).await;
        seen = services.see(&caller.agency, &id).await?;
    }
    // The tombstone is the whole resource as it stands, with the receipt's link.
    let mut response = if seen.tombstone.is_some() { HttpResponse::Gone() } else { HttpResponse::Ok() };
    if let Some(secs) = ask_again_secs(seen.record.state) {
        response.insert_header((header::RETRY_AFTER, secs.to_string()));
    }
    if let Some(applied) = preferred.applied(seen.record.state.is_outcome()) {
        response.insert_header((PREFERENCE_APPLIED, applied));
    }
    conditional::json(&request, response, &AnalysisView::from(seen))
}

/// A part of a report that never changes, unless the client has it.
async fn part(
    (caller, id): (&ApiCaller<AnalysesRead>, &str),
    (part, name, content_type): (Part, &str, &str),
    (request, services): (&HttpRequest, &Services),
) -> Result<HttpResponse, Problem> {
    let id: AnalysisId = parse_id(id)?;
    let live = services.pipeline.live_report(&caller.agency, &id).await?;
    let tag = conditional::tag_of_name(&format!("{}-{name}", live.id()));
    // Whether there is a preview of this number only the report knows.
    let is_certain = !matches!(part, Part::Preview(_));
    if is_certain && conditional::is_known(request, &tag) {
        return Ok(conditional::not_modified(tag));
    }
    let bytes = services.pipeline.open_part(&caller.agency, &live, part).await?;
    if conditional::is_known(request, &tag) {
        return Ok(conditional::not_modified(tag));
    }
    let mut response = HttpResponse::Ok();
    if matches!(part, Part::Pdf) {
        let name = format!("attachment; filename=\"proofsheet-{id}.pdf\"");
        response.insert_header((header::CONTENT_DISPOSITION, name));
    }
    Ok(conditional::whole(response, tag, content_type, bytes))
}

/// `GET /v1/analyses/{id}/result`.
///
/// # Errors
/// 404, 409 before or without a report, 410.
#[utoipa::path(
    get, path = "/v1/analyses/{id}/result", operation_id = "getResult", tag = "Analyses",
    summary = "Read the result as JSON",
    description = "Every measurement, finding and verdict. The same facts as the PDF report.",
    params(("id" = words::AnalysisId, Path, description = "The analysis."), IfNoneMatch),
    responses((status = 200, description = "The result.", body = ResultDocument)),
    security(("key" = ["analyses:read"])),
    extensions(("x-problems" = json!(["not-finished", "analysis-failed", "report-gone"]))),
)]
pub async fn result(
    caller: ApiCaller<AnalysesRead>,
    id: web::Path<String>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    part((&caller, &id), (Part::ResultJson, "result", "application/json"), (&request, &services)).await
}

/// `GET /v1/analyses/{id}/report.pdf`.
///
/// # Errors
/// As [`result`].
#[utoipa::path(
    get, path = "/v1/analyses/{id}/report.pdf", operation_id = "getReport", tag = "Analyses",
    summary = "Download the report as PDF",
    params(("id" = words::AnalysisId, Path, description = "The analysis."), IfNoneMatch),
    responses((status = 200, description = "The report, PDF/A and tagged.", body = Binary, content_type = "application/pdf",
        headers(("Content-Disposition" = String, description = "A file name for the report.")))),
    security(("key" = ["analyses:read"])),
    extensions(("x-problems" = json!(["not-finished", "analysis-failed", "report-gone"]))),
)]
pub async fn pdf(
    caller: ApiCaller<AnalysesRead>,
    id: web::Path<String>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    part((&caller, &id), (Part::Pdf, "pdf", "application/pdf"), (&request, &services)).await
}

/// `GET /v1/analyses/{id}/previews/{number}`.
///
/// # Errors
/// As [`result`]; 404 also for a photo that has no preview.
#[utoipa::path(
    get, path = "/v1/analyses/{id}/previews/{number}", operation_id = "getPreview", tag = "Analyses",
    summary = "Download the preview of a photo",
    description = "A small JPEG of one photo, long edge at most 768 px, without metadata. 404 for a photo that has none.",
    params(
        ("id" = words::AnalysisId, Path, description = "The analysis."),
        ("number" = words::PhotoNumber, Path, description = "The photo's number, from 1."),
        IfNoneMatch,
    ),
    responses((status = 200, description = "The preview.", body = Binary, content_type = "image/jpeg")),
    security(("key" = ["analyses:read"])),
    extensions(("x-problems" = json!(["not-finished", "analysis-failed", "report-gone"]))),
)]
pub async fn preview(
    caller: ApiCaller<AnalysesRead>,
    path: web::Path<(String, String)>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (id, number) = path.into_inner();
    let number: u16 = number.parse().map_err(|_| Problem::new(ProblemKind::NotFound))?;
    part((&caller, &id), (Part::Preview(number), &format!("preview-{number}"), "image/jpeg"), (&request, &services)).await
}
