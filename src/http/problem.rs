//! One thing that went wrong, on its way to the client as RFC 9457 problem+json or as a page.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use serde::Serialize;
use serde_json::{Map, Value};

pub use super::kind::{ProblemKind, Row};

/// Media type of RFC 9457.
pub const PROBLEM_JSON: &str = "application/problem+json";
/// Where the catalogue of problems is published; the slug follows after `#`.
pub const CATALOGUE_PATH: &str = "/docs/errors";

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The field's name as the client wrote it, cleaned and at most 60 characters.
    pub field: String,
    /// A stable word: `missing`, `unknown_field`, `unknown_value`, `too_many`, `too_long`, `not_allowed`, `repeated`.
    pub code: &'static str,
    /// A sentence.
    pub detail: String,
}

/// A problem. What the client may read is kept apart from what only the log gets.
#[derive(Debug, Clone)]
pub struct Problem(Box<Facts>);

#[derive(Debug, Clone)]
struct Facts {
    kind: ProblemKind,
    detail: Option<Cow<'static, str>>,
    limit: Option<u64>,
    actual: Option<u64>,
    scope: Option<&'static str>,
    errors: Vec<FieldError>,
    retry_after: Option<Duration>,
    allow: Vec<Method>,
    headers: Vec<(header::HeaderName, String)>,
    more: Map<String, Value>,
    internal: Option<String>,
    close: bool,
}

impl Problem {
    /// Of this kind, with nothing more to say.
    pub fn new(kind: ProblemKind) -> Self {
        Self(Box::new(Facts {
            kind,
            detail: None,
            limit: None,
            actual: None,
            scope: None,
            errors: Vec::new(),
            retry_after: None,
            allow: Vec::new(),
            headers: Vec::new(),
            more: Map::new(),
            internal: None,
            close: false,
        }))
    }

    /// A fault of ours: the text goes to the log, never to the client.
    pub fn internal(cause: impl fmt::Display) -> Self {
        let mut problem = Self::new(ProblemKind::Internal);
        problem.0.internal = Some(cause.to_string());
        problem
    }

    /// One field is wrong.
    pub fn field(field: &str, code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(ProblemKind::InvalidFields).and_field(field, code, detail)
    }

    /// One more field is wrong.
    #[must_use]
    pub fn and_field(mut self, field: &str, code: &'static str, detail: impl Into<String>) -> Self {
        self.0.errors.push(FieldError { field: clean_name(field), code, detail: detail.into() });
        self
    }

    /// A sentence about this very case.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// The limit that was hit and what was seen, both in the unit the detail names (bytes unless said otherwise).
    #[must_use]
    pub fn limit(mut self, limit: u64, actual: Option<u64>) -> Self {
        self.0.limit = Some(limit);
        self.0.actual = actual;
        self
    }

    /// The scope that is missing.
    #[must_use]
    pub fn scope(mut self, scope: &'static str) -> Self {
        self.0.scope = Some(scope);
        self
    }

    /// When to try again; rounded up to whole seconds.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// The methods the address takes.
    #[must_use]
    pub fn allow(mut self, methods: Vec<Method>) -> Self {
        self.0.allow = methods;
        self
    }

    /// A further header.
    #[must_use]
    pub fn header(mut self, name: header::HeaderName, value: impl Into<String>) -> Self {
        self.0.headers.push((name, value.into()));
        self
    }

    /// A further member of the JSON object.
    #[must_use]
    pub fn member(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.more.insert(name.to_owned(), value.into());
        self
    }

    /// The connection ends with this answer, because its body was not read to the end.
    #[must_use]
    pub fn closing(mut self) -> Self {
        self.0.close = true;
        self
    }

    /// The row it is of.
    pub fn kind(&self) -> ProblemKind {
        self.0.kind
    }

    /// What only the log may hold.
    pub fn log_text(&self) -> Option<&str> {
        self.0.internal.as_deref()
    }

    /// The sentence about this very case, if there is one.
    pub fn detail_text(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// The fields that are wrong.
    pub fn field_errors(&self) -> &[FieldError] {
        &self.0.errors
    }

    /// A further member, if it is a text.
    pub fn member_text(&self, name: &str) -> Option<&str> {
        self.0.more.get(name).and_then(Value::as_str)
    }

    /// The JSON object of RFC 9457. `public_url` has no slash at its end.
    pub fn to_json(&self, public_url: &str, request_id: &str) -> Value {
        let row = self.0.kind.row();
        let mut object = Map::new();
        object.insert("type".to_owned(), format!("{public_url}{CATALOGUE_PATH}#{}", row.slug).into());
        object.insert("title".to_owned(), row.title.into());
        object.insert("status".to_owned(), row.status.into());
        object.insert("detail".to_owned(), self.detail_text().unwrap_or(row.advice).into());
        object.insert("code".to_owned(), row.slug.into());
        object.insert("request_id".to_owned(), request_id.into());
        if let Some(limit) = self.0.limit {
            object.insert("limit".to_owned(), limit.into());
        }
        if let Some(actual) = self.0.actual {
            object.insert("actual".to_owned(), actual.into());
        }
        if let Some(scope) = self.0.scope {
            object.insert("scope".to_owned(), scope.into());
        }
        if !self.0.errors.is_empty() {
            object.insert("errors".to_owned(), serde_json::json!(self.0.errors));
        }
        object.extend(self.0.more.clone());
        Value::Object(object)
    }

    /// An answer with the status and every header, still without a body.
    pub fn response(&self) -> HttpResponseBuilder {
        let mut response = HttpResponse::build(self.0.kind.status());
        if let Some(wait) = self.0.retry_after {
            response.insert_header((header::RETRY_AFTER, whole_seconds(wait).to_string()));
        }
        if !self.0.allow.is_empty() {
            response.insert_header(header::Allow(self.0.allow.clone()));
        }
        if self.0.kind.status() == StatusCode::UNAUTHORIZED && self.0.kind != ProblemKind::NotSignedIn {
            response.insert_header((header::WWW_AUTHENTICATE, challenge(self.0.kind)));
        }
        if self.0.kind == ProblemKind::MissingScope {
            let scope = self.0.scope.unwrap_or_default();
            let value = format!(r#"Bearer realm="proofsheet", error="insufficient_scope", scope="{scope}""#);
            response.insert_header((header::WWW_AUTHENTICATE, value));
        }
        for (name, value) in &self.0.headers {
            response.append_header((name.clone(), value.as_str()));
        }
        if self.0.close {
            response.force_close();
        }
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        response
    }
}

/// RFC 6750 section 3: no error code when no key was sent at all.
fn challenge(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::MissingKey => r#"Bearer realm="proofsheet""#,
        _ => r#"Bearer realm="proofsheet", error="invalid_token""#,
    }
}

/// Seconds for `Retry-After`, never less than the wait and at least one.
pub fn whole_seconds(wait: Duration) -> u64 {
    (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
}

/// A name from outside, fit to be shown: printable, at most 60 characters.
fn clean_name(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_control() && !matches!(*c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
        .take(60)
        .collect()
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.kind.row().slug)
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.kind.status()
    }

    /// Without a body: the outer layer ([`super::answers`]) writes JSON or a page, as the address asks for.
    fn error_response(&self) -> HttpResponse<BoxBody> {
        self.response().finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carries_limit_and_fields_and_never_the_cause() {
        let problem = Problem::new(ProblemKind::PhotoTooLarge).limit(10, Some(11));
        let json = problem.to_json("https://p.example", "rq_1");
        assert_eq!(json["type"], "https://p.example/docs/errors#photo-too-large");
        assert_eq!((json["limit"].as_u64(), json["actual"].as_u64()), (Some(10), Some(11)));
        assert_eq!(json["request_id"], "rq_1");

        let json = Problem::field("prod\nuct", "unknown_value", "no").and_field("x", "unknown_field", "no").to_json("", "rq_2");
        assert_eq!(json["errors"][0]["field"], "product");
        assert_eq!(json["errors"].as_array().map(Vec::len), Some(2));

        let problem = Problem::internal("secret path /srv/keys");
        assert!(!problem.to_json("", "rq_3").to_string().contains("secret"));
        assert_eq!(problem.log_text(), Some("secret path /srv/keys"));
    }

    #[test]
    fn missing_scope_is_named_in_body_and_challenge() {
        let problem = Problem::new(ProblemKind::MissingScope).scope("analyses:read");
        assert_eq!(problem.to_json("", "r")["scope"], "analyses:read");
        let response = problem.response().finish();
        let challenge = response.headers().get(header::WWW_AUTHENTICATE).unwrap().to_str().unwrap();
        assert!(challenge.contains(r#"scope="analyses:read""#));
    }

    #[test]
    fn waits_are_rounded_up() {
        assert_eq!(whole_seconds(Duration::from_millis(1200)), 2);
        assert_eq!(whole_seconds(Duration::from_secs(2)), 2);
        assert_eq!(whole_seconds(Duration::ZERO), 1);
    }
}
