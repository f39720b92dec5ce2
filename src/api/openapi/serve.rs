//! The document as a file.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::IfNoneMatch;
use crate::http::{ApiDocument, conditional};

/// How long it may be kept without asking: it changes only with the program.
const KEPT: &str = "public, max-age=300";

/// `GET /openapi.json`: 304 for who has it.
#[utoipa::path(
    get, path = "/openapi.json", operation_id = "getOpenApi", tag = "The service",
    summary = "Read this document",
    params(IfNoneMatch),
    responses((status = 200, description = "OpenAPI 3.1.", body = Object)),
)]
pub async fn show(request: HttpRequest, document: web::Data<ApiDocument>) -> HttpResponse {
    let mut response = if conditional::is_known(&request, &document.tag) {
        conditional::not_modified(document.tag.clone())
    } else {
        let body = document.json.clone().into_bytes();
        conditional::whole(HttpResponse::Ok(), document.tag.clone(), "application/json", body)
    };
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static(KEPT));
    response
}
