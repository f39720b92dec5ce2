//! The closed table of everything that can go wrong at the edge. Slugs never change meaning; a new meaning gets a new row.

use actix_web::http::StatusCode;

/// What went wrong, as a row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    MalformedRequest,
    MalformedJson,
    MalformedMultipart,
    InvalidCursor,
    MissingKey,
    InvalidKey,
    ExpiredKey,
    RevokedKey,
    NotSignedIn,
    MissingScope,
    NetworkNotAllowed,
    RoleNotAllowed,
    CrossSiteRequest,
    StaleForm,
    NotFound,
    MethodNotAllowed,
    BodyTooSlow,
    NotFinished,
    AnalysisFailed,
    AlreadyFinished,
    NotOpen,
    PhotoTaken,
    PhotosMissing,
    RequestInFlight,
    LimitReached,
    NotDeliverable,
    KeyEnded,
    EndpointNotActive,
    ReportGone,
    RequestTooLarge,
    PhotoTooLarge,
    HeadTooLarge,
    AddressTooLong,
    UnsupportedMediaType,
    InvalidFields,
    KeyReused,
    TooManyRequests,
    QuotaExceeded,
    Internal,
    NoRoom,
    NotReady,
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The `code`, and the end of the `type` address.
    pub slug: &'static str,
    /// HTTP status.
    pub status: u16,
    /// Fixed for the kind.
    pub title: &'static str,
    /// What to do, as a sentence; the catalogue and the error pages show it.
    pub advice: &'static str,
}

const fn row(slug: &'static str, status: u16, title: &'static str, advice: &'static str) -> Row {
    Row { slug, status, title, advice }
}

impl ProblemKind {
    /// All, by status.
    pub const ALL: [Self; 41] = [
        Self::MalformedRequest,
        Self::MalformedJson,
        Self::MalformedMultipart,
        Self::InvalidCursor,
        Self::MissingKey,
        Self::InvalidKey,
        Self::ExpiredKey,
        Self::RevokedKey,
        Self::NotSignedIn,
        Self::MissingScope,
        Self::NetworkNotAllowed,
        Self::RoleNotAllowed,
        Self::CrossSiteRequest,
        Self::StaleForm,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::BodyTooSlow,
        Self::NotFinished,
        Self::AnalysisFailed,
        Self::AlreadyFinished,
        Self::NotOpen,
        Self::PhotoTaken,
        Self::PhotosMissing,
        Self::RequestInFlight,
        Self::LimitReached,
        Self::NotDeliverable,
        Self::KeyEnded,
        Self::EndpointNotActive,
        Self::ReportGone,
        Self::RequestTooLarge,
        Self::PhotoTooLarge,
        Self::AddressTooLong,
        Self::UnsupportedMediaType,
        Self::InvalidFields,
        Self::KeyReused,
        Self::TooManyRequests,
        Self::QuotaExceeded,
        Self::HeadTooLarge,
        Self::Internal,
        Self::NoRoom,
        Self::NotReady,
    ];

    /// Its row.
    #[expect(clippy::too_many_lines, reason = "it is one table")]
    pub const fn row(self) -> Row {
        match self {
            Self::MalformedRequest => {
                row("malformed-request", 400, "The request cannot be read", "Check the address and its query.")
            }
            Self::MalformedJson => {
                row("malformed-json", 400, "The JSON cannot be read", "Send one JSON object with the named fields.")
            }
            Self::MalformedMultipart => row(
                "malformed-multipart",
                400,
                "The form cannot be read",
                "Send multipart/form-data with a boundary, to its end.",
            ),
            Self::InvalidCursor => row("invalid-cursor", 400, "The cursor is not one of ours", "Start again without a cursor."),
            Self::MissingKey => row("missing-key", 401, "An API key is needed", "Send Authorization: Bearer and your key."),
            Self::InvalidKey => row("invalid-key", 401, "The API key is not known", "Check that the whole key was copied."),
            Self::ExpiredKey => row("expired-key", 401, "The API key has ended", "Create a new key."),
            Self::RevokedKey => row("revoked-key", 401, "The API key was revoked", "Create a new key."),
            Self::NotSignedIn => row("not-signed-in", 401, "You are not signed in", "Sign in and try again."),
            Self::MissingScope => row("missing-scope", 403, "The API key lacks a scope", "Use a key that has the named scope."),
            Self::NetworkNotAllowed => row(
                "network-not-allowed",
                403,
                "The API key may not be used from this address",
                "Use it from one of its networks, or change them with another key or on the web.",
            ),
            Self::RoleNotAllowed => row("role-not-allowed", 403, "Your role may not do this", "Ask an owner of your agency."),
            Self::CrossSiteRequest => row(
                "cross-site-request",
                403,
                "The request came from another site",
                "Open the page here and send its form again.",
            ),
            Self::StaleForm => {
                row("stale-form", 403, "The form is no longer valid", "Go back, load the page again and send the form.")
            }
            Self::NotFound => {
                row("not-found", 404, "There is nothing here", "Check the address; it may belong to somebody else.")
            }
            Self::MethodNotAllowed => {
                row("method-not-allowed", 405, "This address does not take that method", "Use one of the methods in Allow.")
            }
            Self::BodyTooSlow => row("body-too-slow", 408, "The body came too slowly", "Send it again over a better connection."),
            Self::NotFinished => {
                row("not-finished", 409, "The analysis is still running", "Ask again after the time in Retry-After.")
            }
            Self::AnalysisFailed => row("analysis-failed", 409, "The analysis ended without a report", "Send the photos again."),
            Self::AlreadyFinished => {
                row("already-finished", 409, "The analysis has already ended", "Read its state; nothing was changed.")
            }
            Self::NotOpen => {
                row("not-open", 409, "The analysis takes no more photos", "Read its state; for other photos open a new one.")
            }
            Self::PhotoTaken => row(
                "photo-taken",
                409,
                "That number has another photo",
                "Put it under a free number; the photo that is there stays.",
            ),
            Self::PhotosMissing => row(
                "photos-missing",
                409,
                "Some numbers have no photo",
                "Put the photos listed under missing, then submit again.",
            ),
            Self::RequestInFlight => row(
                "request-in-flight",
                409,
                "The same request is still arriving",
                "Send it again after the time in Retry-After.",
            ),
            Self::LimitReached => row("limit-reached", 409, "There can be no more of these", "Delete one that is not needed."),
            Self::NotDeliverable => row(
                "not-deliverable",
                409,
                "It cannot be sent again",
                "The reason says why; the feed of events has what can no longer be sent.",
            ),
            Self::KeyEnded => row("key-ended", 409, "That API key has ended", "Create a new key."),
            Self::EndpointNotActive => row(
                "endpoint-not-active",
                409,
                "The webhook endpoint is not active",
                "Resume it; if its key was revoked, make it anew with another key.",
            ),
            Self::ReportGone => row("report-gone", 410, "The report was destroyed", "The receipt says when and why."),
            Self::RequestTooLarge => row("request-too-large", 413, "The request is too large", "Send fewer photos at a time."),
            Self::PhotoTooLarge => row("photo-too-large", 413, "A photo is too large", "Export it smaller, or leave it out."),
            Self::AddressTooLong => row(
                "address-too-long",
                414,
                "The address is too long",
                "Send at most 8 KiB of path and query; what is longer belongs in a body.",
            ),
            Self::UnsupportedMediaType => {
                row("unsupported-media-type", 415, "That type is not taken here", "Send one of the types named.")
            }
            Self::InvalidFields => {
                row("invalid-fields", 422, "Some fields are not right", "Mend the fields listed under errors.")
            }
            Self::KeyReused => row(
                "idempotency-key-reused",
                422,
                "The Idempotency-Key belongs to another request",
                "Choose a new key for a new request; send the same fields and photos to repeat one.",
            ),
            Self::TooManyRequests => {
                row("too-many-requests", 429, "You have had your share for now", "Wait for the time in Retry-After.")
            }
            Self::QuotaExceeded => row(
                "quota-exceeded",
                429,
                "The agency has had its share for now",
                "Send it after the time in Retry-After; RateLimit-Policy names the share.",
            ),
            Self::HeadTooLarge => row("head-too-large", 431, "The request's head is too large", "Send fewer or shorter headers."),
            Self::Internal => {
                row("internal", 500, "Something broke on our side", "Try again; if it stays, tell us the request id.")
            }
            Self::NoRoom => row("no-room", 503, "The service is full at the moment", "Try again after the time in Retry-After."),
            Self::NotReady => row("not-ready", 503, "The service is not ready", "Try again in a moment."),
        }
    }

    /// Its HTTP status.
    pub fn status(self) -> StatusCode {
        StatusCode::from_u16(self.row().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The row that stands for a status the framework answered with by itself.
    pub fn from_framework(status: StatusCode) -> Self {
        match status.as_u16() {
            401 => Self::NotSignedIn,
            403 => Self::RoleNotAllowed,
            404 => Self::NotFound,
            405 => Self::MethodNotAllowed,
            408 => Self::BodyTooSlow,
            410 => Self::ReportGone,
            413 => Self::RequestTooLarge,
            414 => Self::AddressTooLong,
            415 => Self::UnsupportedMediaType,
            422 => Self::InvalidFields,
            429 => Self::TooManyRequests,
            431 => Self::HeadTooLarge,
            503 => Self::NotReady,
            400..=499 => Self::MalformedRequest,
            _ => Self::Internal,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The public catalogue: a change here is a change of the contract.
    const CATALOGUE: &str = "\
400 malformed-request
400 malformed-json
400 malformed-multipart
400 invalid-cursor
401 missing-key
401 invalid-key
401 expired-key
401 revoked-key
401 not-signed-in
403 missing-scope
403 network-not-allowed
403 role-not-allowed
403 cross-site-request
403 stale-form
404 not-found
405 method-not-allowed
408 body-too-slow
409 not-finished
409 analysis-failed
409 already-finished
409 not-open
409 photo-taken
409 photos-missing
409 request-in-flight
409 limit-reached
409 not-deliverable
409 key-ended
409 endpoint-not-active
410 report-gone
413 request-too-large
413 photo-too-large
414 address-too-long
415 unsupported-media-type
422 invalid-fields
422 idempotency-key-reused
429 too-many-requests
429 quota-exceeded
431 head-too-large
500 internal
503 no-room
503 not-ready
";

    #[test]
    fn the_catalogue_is_the_contract() {
        let table: String = ProblemKind::ALL.iter().map(|kind| format!("{} {}\n", kind.row().status, kind.row().slug)).collect();
        assert_eq!(table, CATALOGUE);
        let slugs: BTreeSet<&str> = ProblemKind::ALL.iter().map(|kind| kind.row().slug).collect();
        assert_eq!(slugs.len(), ProblemKind::ALL.len());
    }

    #[test]
    fn every_framework_status_maps_to_a_row_of_that_status_or_its_class() {
        for code in 400..600 {
            let status = StatusCode::from_u16(code).unwrap();
            let row = ProblemKind::from_framework(status).row();
            assert!(row.status == code || row.status == if code < 500 { 400 } else { 500 }, "{code} became {}", row.status);
        }
    }
}
