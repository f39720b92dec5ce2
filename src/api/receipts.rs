//! Receipts, for whoever knows the id.

use actix_web::{HttpResponse, web};

use super::parse_id;
use crate::domain::ReceiptId;
use crate::http::{Problem, ProblemKind, Services};

/// `GET /v1/receipts/{id}`: the signed receipt; needs no key, because it holds nothing but ids, times and digests.
///
/// # Errors
/// 404.
pub async fn show(id: web::Path<String>, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let id: ReceiptId = parse_id(&id)?;
    let receipt = services.retention.find_receipt(&id).await?;
    receipt.map(|receipt| HttpResponse::Ok().json(receipt.document())).ok_or_else(|| Problem::new(ProblemKind::NotFound))
}
