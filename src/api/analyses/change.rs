//! Cancelling and destroying.

use actix_web::{HttpResponse, web};

use super::view::AnalysisView;
use crate::api::parse_id;
use crate::domain::{AnalysisId, DeletionCause};
use crate::http::caller::{AnalysesDelete, AnalysesWrite, ApiCaller};
use crate::http::{Problem, Services};

/// `POST /v1/analyses/{id}/cancel`.
///
/// # Errors
/// 404, 409 past the outcome.
pub async fn cancel(
    caller: ApiCaller<AnalysesWrite>,
    id: web::Path<String>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let id: AnalysisId = parse_id(&id)?;
    services.pipeline.cancel(&caller.agency, &id).await?;
    Ok(HttpResponse::Ok().json(AnalysisView::from(services.see(&caller.agency, &id).await?)))
}

/// `DELETE /v1/analyses/{id}`: destroys report and results, answers the signed receipt. Again: the same receipt. While it is
/// still running it is cancelled first.
///
/// # Errors
/// 404.
pub async fn delete(
    caller: ApiCaller<AnalysesDelete>,
    id: web::Path<String>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let id: AnalysisId = parse_id(&id)?;
    let receipt = services.destroy(&caller.agency, &id, DeletionCause::Requested).await?;
    Ok(HttpResponse::Ok().json(receipt.document()))
}
