//! Cross-site requests: what changes something must come from our own pages. Two layers: the browser's word about where a
//! request came from (here), and a token bound to the session in every form ([`super::session`]).

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName};
use actix_web::middleware::Next;
use actix_web::web;

use super::{Problem, ProblemKind, Settings};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What the request's own headers say about where it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Our own page, or the person's own hand.
    Own,
    /// Another site.
    Foreign,
    /// Nothing was said: no browser of this decade.
    Unsaid,
}

/// The rules of Go's `CrossOriginProtection`: `Sec-Fetch-Site` first, else `Origin` against our own origin or the host asked for.
pub fn source(headers: &HeaderMap, own_origin: &str) -> Source {
    let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    match (text(&SEC_FETCH_SITE), text(&header::ORIGIN)) {
        (Some("same-origin" | "none"), _) => Source::Own,
        (Some(_), _) => Source::Foreign,
        (None, None) => Source::Unsaid,
        (None, Some(origin)) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            let is_own = origin == own_origin || (host.is_some() && host == text(&header::HOST));
            if is_own { Source::Own } else { Source::Foreign }
        }
    }
}

/// Whether a request may change something by cookie: safe methods always; else it must not be foreign.
///
/// # Errors
/// 403 `cross-site-request`.
pub fn check(method: &Method, headers: &HeaderMap, own_origin: &str) -> Result<(), Problem> {
    let is_safe = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    match source(headers, own_origin) {
        _ if is_safe => Ok(()),
        Source::Own | Source::Unsaid => Ok(()),
        Source::Foreign => Err(Problem::new(ProblemKind::CrossSiteRequest)),
    }
}

/// Signing in has no session yet whose token could be asked for, so the request itself must say that it is ours; otherwise
/// another site could sign its visitor in as somebody else.
///
/// # Errors
/// 403 `cross-site-request`.
pub fn check_sign_in(headers: &HeaderMap, own_origin: &str) -> Result<(), Problem> {
    match source(headers, own_origin) {
        Source::Own => Ok(()),
        Source::Foreign | Source::Unsaid => Err(Problem::new(ProblemKind::CrossSiteRequest)
            .detail("Signing in needs the header Origin or Sec-Fetch-Site of our own page.")),
    }
}

/// Middleware: the first layer for everything outside `/v1`, where cookies mean nothing.
///
/// # Errors
/// Those of the inner services.
pub async fn guard(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let own_origin = request.app_data::<web::Data<Settings>>().map_or("", |settings| settings.origin());
    if !request.path().starts_with("/v1/")
        && let Err(problem) = check(request.method(), request.headers(), own_origin)
    {
        return Ok(request.error_response(problem.closing()));
    }
    next.call(request).await
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    const OWN: &str = "https://proofs.example";

    fn asked(headers: &[(&'static str, &str)]) -> Source {
        let mut request = TestRequest::post();
        for header in headers {
            request = request.insert_header((header.0, header.1));
        }
        source(request.to_http_request().headers(), OWN)
    }

    #[test]
    fn the_browsers_word_comes_first() {
        assert_eq!(asked(&[("sec-fetch-site", "same-origin")]), Source::Own);
        assert_eq!(asked(&[("sec-fetch-site", "none")]), Source::Own);
        assert_eq!(asked(&[("sec-fetch-site", "same-site")]), Source::Foreign);
        assert_eq!(asked(&[("sec-fetch-site", "cross-site"), ("origin", OWN)]), Source::Foreign);
    }

    #[test]
    fn older_browsers_are_judged_by_origin() {
        assert_eq!(asked(&[("origin", OWN)]), Source::Own);
        assert_eq!(asked(&[("origin", "https://evil.example")]), Source::Foreign);
        assert_eq!(asked(&[("origin", "null")]), Source::Foreign);
        assert_eq!(asked(&[("origin", "http://127.0.0.1:9"), ("host", "127.0.0.1:9")]), Source::Own);
        assert_eq!(asked(&[("origin", "https://proofs.example.evil.example")]), Source::Foreign);
        assert_eq!(asked(&[]), Source::Unsaid);
    }

    #[test]
    fn safe_methods_pass_and_sign_in_is_stricter() {
        let foreign = TestRequest::get().insert_header(("sec-fetch-site", "cross-site")).to_http_request();
        assert!(check(&Method::GET, foreign.headers(), OWN).is_ok());
        assert!(check(&Method::POST, foreign.headers(), OWN).is_err());
        let unsaid = TestRequest::post().to_http_request();
        assert!(check(&Method::POST, unsaid.headers(), OWN).is_ok());
        assert!(check_sign_in(unsaid.headers(), OWN).is_err());
    }
}
