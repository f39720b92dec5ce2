//! `Proofsheet-Key-Ends`: whoever still sends the text from before a key was rolled is told until when it is taken.

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest};

use crate::domain::Timestamp;

/// An HTTP date (RFC 9110, section 5.6.7), as in `Sunset`.
pub const KEY_ENDS: HeaderName = HeaderName::from_static("proofsheet-key-ends");

#[derive(Debug, Clone, Copy)]
struct Ends(Timestamp);

/// The key of this request is taken until then.
pub fn note(request: &HttpRequest, end: Timestamp) {
    request.extensions_mut().insert(Ends(end));
}

/// Middleware: says so in the answer.
///
/// # Errors
/// Those of the inner services.
pub async fn say(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let mut response = next.call(request).await?;
    let ends = response.request().extensions().get::<Ends>().copied();
    if let Some(value) = ends.and_then(|Ends(end)| HeaderValue::from_str(&end.http_date()).ok()) {
        response.headers_mut().insert(KEY_ENDS, value);
    }
    Ok(response)
}
