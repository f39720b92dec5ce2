//! Headers that several operations read.

use utoipa::IntoParams;

/// `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header). An operation that has it answers its problems, too.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only described here; `http::idempotency` reads it")]
pub struct IdempotencyKey {
    /// A key of your own choice that makes the same request sent twice one; 1 to 255 visible characters, with or without quotation
    /// marks.
    #[param(
        rename = "Idempotency-Key",
        min_length = 1,
        max_length = 255,
        pattern = "^[A-Za-z0-9._~:/+-]+$",
        example = "shoot-14"
    )]
    idempotency_key: Option<String>,
}

/// `Prefer` (RFC 7240).
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only described here; the handlers read it")]
pub struct Prefer {
    /// `wait=N`: answer only when the outcome is there, at most N seconds from now.
    #[param(rename = "Prefer", example = "wait=10")]
    prefer: Option<String>,
}

/// `If-None-Match` (RFC 9110 section 13.1.2). An operation that has it answers with `ETag`, and 304 for who has the body.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only described here; `http::conditional` reads it")]
pub struct IfNoneMatch {
    /// The `ETag` of the body you have: 304 if it is still that one.
    #[param(rename = "If-None-Match")]
    if_none_match: Option<String>,
}
