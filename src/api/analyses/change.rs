//! Cancelling and destroying.

use actix_web::{HttpRequest, HttpResponse, web};

use super::view::AnalysisView;
use crate::api::openapi::words;
use crate::api::parse_id;
use crate::api::receipts::ReceiptView;
use crate::domain::{AnalysisId, DeletionCause};
use crate::http::caller::{AnalysesDelete, AnalysesWrite, ApiCaller};
use crate::http::idempotency::Mutation;
use crate::http::{Problem, Services};

/// `POST /v1/analyses/{id}/cancel`.
///
/// # Errors
/// 404, 409 past the outcome.
#[utoipa::path(
    post, path = "/v1/analyses/{id}/cancel", operation_id = "cancelAnalysis", tag = "Analyses",
    summary = "Cancel an analysis",
    description = "Ends an analysis that is open or running. It fails with the reason `cancelled`; nothing of its photos is kept.",
    params(("id" = words::AnalysisId, Path, description = "The analysis.")),
    responses((status = 200, description = "It has ended.", body = AnalysisView)),
    security(("key" = ["analyses:write"])),
    extensions(("x-problems" = json!(["already-finished"]))),
)]
pub async fn cancel(
    caller: ApiCaller<AnalysesWrite>,
    id: web::Path<String>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let id: AnalysisId = parse_id(&id)?;
    let mutation = Mutation::begin(&request, &services, &caller, id.as_str(), &()).await?;
    if mutation.before().is_none() {
        mutation.services().pipeline.cancel(&caller.agency, &id).await?;
    }
    Ok(mutation.answer(HttpResponse::Ok()).json(AnalysisView::from(services.see(&caller.agency, &id).await?)))
}

/// `DELETE /v1/analyses/{id}`: destroys report and results, answers the signed receipt. Again: the same receipt. While it is
/// still running it is cancelled first.
///
/// # Errors
/// 404.
#[utoipa::path(
    delete, path = "/v1/analyses/{id}", operation_id = "deleteAnalysis", tag = "Analyses",
    summary = "Destroy an analysis",
    description = "Destroys report, previews and result now, and answers the signed receipt. Asked again it answers the same receipt. \
        An analysis that is still running is cancelled first.",
    params(("id" = words::AnalysisId, Path, description = "The analysis.")),
    responses((status = 200, description = "It is destroyed; this is the receipt.", body = ReceiptView)),
    security(("key" = ["analyses:delete"])),
    extensions(("x-problems" = json!(["not-finished"]))),
)]
pub async fn delete(
    caller: ApiCaller<AnalysesDelete>,
    id: web::Path<String>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let id: AnalysisId = parse_id(&id)?;
    let mutation = Mutation::begin(&request, &services, &caller, id.as_str(), &()).await?;
    // Destroying again answers the first receipt and changes nothing.
    let services = if mutation.before().is_some() { &services } else { mutation.services() };
    let receipt = services.destroy(&caller.agency, &id, DeletionCause::Requested, Some(&caller.key)).await?;
    Ok(mutation.answer(HttpResponse::Ok()).json(ReceiptView::from(receipt)))
}
