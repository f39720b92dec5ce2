//! `POST /v1/analyses`: photos in, 202 out, or 200 with the outcome for who waits.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use utoipa::IntoParams;

use super::open::Opening;
use super::upload_body::{Picture, UploadForm};
use super::view::{AnalysisView, ask_again_secs};
use crate::api::openapi::{IdempotencyKey, Prefer, words};
use crate::db::Origin;
use crate::domain::{AgencyId, AnalysisId};
use crate::http::analysis::Seen;
use crate::http::caller::{ApiCaller, Uploads};
use crate::http::idempotency::{mark, once};
use crate::http::prefer::{PREFERENCE_APPLIED, Preferences};
use crate::http::upload::{accept, receive};
use crate::http::{Problem, Services, Settings};

/// Takes 1 to 50 photos as a form, or one as the whole body.
///
/// # Errors
/// Every fault of the request; 409 and 422 for its key; 429 and 503 when there is no room.
#[utoipa::path(
    post, path = "/v1/analyses", operation_id = "createAnalysis", tag = "Analyses",
    summary = "Send photos, or open an analysis",
    description = "Photos come as a form, 1 to 50 of them; or one as the whole body with the fields in the query. As JSON with \
        `open: true` an analysis is opened for photos that are put one at a time. The photos are measured in memory and never stored.",
    params(UploadQuery, IdempotencyKey, Prefer),
    request_body(
        content((UploadForm = "multipart/form-data"), (Opening = "application/json"), (Picture = "image/*"),
            (Picture = "application/octet-stream")),
        description = "The query's fields belong to a picture as the whole body; a form and JSON hold their own.",
    ),
    responses(
        (status = 202, description = "The photos are being measured.", body = AnalysisView, headers(
            ("Location" = String, description = "The analysis."),
            ("Retry-After" = u32, description = "Seconds after which to ask again."))),
        (status = 201, description = "It is open; put its photos.", body = AnalysisView,
            headers(("Location" = String, description = "The analysis."))),
        (status = 200, description = "It has its outcome already: you waited, or sent the same request again.", body = AnalysisView,
            headers(
                ("Location" = String, description = "The analysis."),
                ("Preference-Applied" = String, description = "The wait that was kept to."))),
    ),
    security(("key" = ["analyses:write"])),
    extensions(("x-problems" = json!(["malformed-multipart", "photo-too-large", "limit-reached", "quota-exceeded"]))),
)]
pub async fn submit(
    caller: ApiCaller<Uploads>,
    request: HttpRequest,
    body: web::Payload,
    services: web::Data<Services>,
    settings: web::Data<Settings>,
) -> Result<HttpResponse, Problem> {
    let once = once(&request, &services, &caller)?;
    let (sent, upload) = receive(&request, body, &services).await?;
    let origin = Origin::ApiKey(caller.key.clone());
    let accepted = accept(&services, &caller.agency, origin, sent, upload, once.as_ref()).await?;
    let (mut response, seen) = waited(&request, (&caller.agency, &accepted.id), accepted.is_replay, &services, &settings).await?;
    mark(&mut response, accepted.is_replay);
    // The connection's buffer may still hold bytes of a photo: it ends here.
    Ok(response.force_close().json(AnalysisView::from(seen)))
}

/// The fields of an upload whose body is one photo.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only described here; `http::upload` reads it from the address")]
pub struct UploadQuery {
    /// What is asked; a photo as the whole body needs it.
    #[param(value_type = Option<words::Product>)]
    product: Option<String>,
    /// Whether the report shows the photos; `full` if nothing is said.
    #[param(value_type = Option<words::Previews>)]
    previews: Option<String>,
    /// Your own id.
    #[param(max_length = 100)]
    reference: Option<String>,
    /// Days the report lives; at most, and without it, the product's.
    #[param(minimum = 1, maximum = 30)]
    life_days: Option<u32>,
    /// The file's name, as the report shows it.
    file_name: Option<String>,
}

/// The head of an answer about an analysis that was submitted: 202, or 200 with its outcome for who waits or asks `again`.
///
/// # Errors
/// When it cannot be looked up.
pub async fn waited(
    request: &HttpRequest,
    (agency, id): (&AgencyId, &AnalysisId),
    again: bool,
    services: &Services,
    settings: &Settings,
) -> Result<(HttpResponseBuilder, Seen), Problem> {
    let preferred = Preferences::of(request, settings.wait_max);
    if let Some(wait) = preferred.wait {
        services.pipeline.wait(agency, id, wait).await;
    }
    let seen = services.see(agency, id).await?;
    let is_over = seen.record.state.is_outcome() && (preferred.wait.is_some() || again);
    let mut response = if is_over { HttpResponse::Ok() } else { HttpResponse::Accepted() };
    if let Some(secs) = ask_again_secs(seen.record.state) {
        response.insert_header((header::RETRY_AFTER, secs.to_string()));
    }
    if let Some(applied) = preferred.applied(is_over) {
        response.insert_header((PREFERENCE_APPLIED, applied));
    }
    response.insert_header((header::LOCATION, format!("/v1/analyses/{id}")));
    Ok((response, seen))
}
