//! One log line a request: id, method, route pattern, status, sizes, time. Never a query, a header, a body or a name.

use std::time::Instant;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;

use super::RequestId;

/// Middleware: writes it.
///
/// # Errors
/// Those of the inner services.
pub async fn record(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let started = Instant::now();
    let method = request.method().clone();
    let bytes_in = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let response = next.call(request).await?;
    let bytes_out = match response.response().body().size() {
        BodySize::Sized(size) => Some(size),
        BodySize::None | BodySize::Stream => None,
    };
    let id = RequestId::of(response.request());
    tracing::info!(
        request_id = id.as_str(),
        method = method.as_str(),
        route = response.request().match_pattern().as_deref().unwrap_or("none"),
        status = response.status().as_u16(),
        bytes_in,
        bytes_out,
        ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "request"
    );
    Ok(response)
}
