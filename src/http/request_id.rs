//! Every request gets an id of ours; none is taken from outside, so that a log line cannot be forged.

use std::fmt::Write as _;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest};
use rand::Rng as _;

/// The header that carries it out.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// `rq_` and 32 hex digits, 128 random bits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// A new one.
    pub fn generate() -> Self {
        let mut random = [0_u8; 16];
        rand::rng().fill_bytes(&mut random);
        let mut text = String::with_capacity(35);
        text.push_str("rq_");
        for byte in random {
            let _ = write!(text, "{byte:02x}");
        }
        Self(text)
    }

    /// A given one.
    #[cfg(test)]
    pub fn for_test(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id of this request; empty only outside [`assign`].
    pub fn of(request: &HttpRequest) -> Self {
        request.extensions().get::<Self>().cloned().unwrap_or(Self(String::new()))
    }
}

/// Middleware: gives the id and sends it back in `X-Request-Id`.
///
/// # Errors
/// Those of the inner services.
pub async fn assign(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let id = RequestId::generate();
    request.extensions_mut().insert(id.clone());
    let mut response = next.call(request).await?;
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(X_REQUEST_ID, value);
    }
    Ok(response)
}
