//! `POST /v1/analyses`: photos in, 202 out, or 200 with the outcome for who waits.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};

use super::view::{AnalysisView, ask_again_secs};
use crate::db::Origin;
use crate::domain::{AgencyId, AnalysisId};
use crate::http::analysis::Seen;
use crate::http::caller::{ApiCaller, Uploads};
use crate::http::idempotency::{IDEMPOTENCY_REPLAYED, once};
use crate::http::prefer::{PREFERENCE_APPLIED, Preferences};
use crate::http::upload::{accept, receive};
use crate::http::{Problem, Services, Settings};

/// Takes 1 to 50 photos as a form, or one as the whole body.
///
/// # Errors
/// Every fault of the request; 409 and 422 for its key; 429 and 503 when there is no room.
pub async fn submit(
    caller: ApiCaller<Uploads>,
    request: HttpRequest,
    body: web::Payload,
    services: web::Data<Services>,
    settings: web::Data<Settings>,
) -> Result<HttpResponse, Problem> {
    let once = once(&request, &services, &caller.key)?;
    let (sent, upload) = receive(&request, body, &services).await?;
    let origin = Origin::ApiKey(caller.key.clone());
    let accepted = accept(&services, &caller.agency, origin, sent, upload, once.as_ref()).await?;
    let (mut response, seen) = waited(&request, (&caller.agency, &accepted.id), accepted.is_replay, &services, &settings).await?;
    if accepted.is_replay {
        response.insert_header((IDEMPOTENCY_REPLAYED, "true"));
    }
    // The connection's buffer may still hold bytes of a photo: it ends here.
    Ok(response.force_close().json(AnalysisView::from(seen)))
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
