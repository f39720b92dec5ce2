//! Entity tags and `If-None-Match` (RFC 9110 sections 8.8.3 and 13.1.2). Answers stay `private, no-store`: no cache may keep them,
//! but a program that keeps its own copy need not fetch it twice.

use actix_web::http::header::{self, ETag, EntityTag, Header as _, IfNoneMatch};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::Problem;

/// Bytes of a digest that a tag shows: 128 bits.
const TAG_BYTES: usize = 16;

/// The strong tag of something known by its content.
pub fn tag_of_content(bytes: &[u8]) -> EntityTag {
    use std::fmt::Write as _;
    let digest = Sha256::digest(bytes);
    let hex = digest.iter().take(TAG_BYTES).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    EntityTag::new_strong(hex)
}

/// The strong tag of something that never changes, known by its name: ASCII letters, digits, `_` and `-`.
pub fn tag_of_name(name: &str) -> EntityTag {
    EntityTag::new_strong(name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')).collect())
}

/// Whether the client has what this tag names.
pub fn is_known(request: &HttpRequest, tag: &EntityTag) -> bool {
    if !request.headers().contains_key(header::IF_NONE_MATCH) {
        return false;
    }
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(items)) => items.iter().any(|known| known.weak_eq(tag)),
        // A condition nobody can read is none (RFC 9110 section 13.1.2).
        Err(_) => false,
    }
}

/// 304.
pub fn not_modified(tag: EntityTag) -> HttpResponse {
    HttpResponse::NotModified().insert_header(ETag(tag)).finish()
}

/// A whole body with its tag, in one piece only: a report is fetched again rather than resumed.
pub fn whole(mut response: HttpResponseBuilder, tag: EntityTag, content_type: &str, body: Vec<u8>) -> HttpResponse {
    response.insert_header(ETag(tag)).insert_header((header::ACCEPT_RANGES, "none")).content_type(content_type).body(body)
}

/// JSON with the tag of its content, or 304 if the client has it and the answer would be 200.
///
/// # Errors
/// 500 if it is no JSON.
pub fn json(request: &HttpRequest, mut response: HttpResponseBuilder, view: &impl Serialize) -> Result<HttpResponse, Problem> {
    let body = serde_json::to_vec(view).map_err(Problem::internal)?;
    let tag = tag_of_content(&body);
    let answer = response.insert_header(ETag(tag.clone())).content_type("application/json").body(body);
    if answer.status() == actix_web::http::StatusCode::OK && is_known(request, &tag) {
        return Ok(not_modified(tag));
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn any_tag_of_the_list_counts_weak_ones_too_and_nonsense_never() {
        let tag = tag_of_name("rp_1-pdf");
        let known = |value: &'static str| {
            let request = TestRequest::get().insert_header((header::IF_NONE_MATCH, value)).to_http_request();
            is_known(&request, &tag)
        };
        for yes in [r#""rp_1-pdf""#, r#""a", "rp_1-pdf""#, r#"W/"rp_1-pdf""#, "*"] {
            assert!(known(yes), "{yes}");
        }
        for no in [r#""rp_1""#, "rp_1-pdf", r#""other""#, ""] {
            assert!(!known(no), "{no}");
        }
        assert!(!is_known(&TestRequest::get().to_http_request(), &tag));
    }

    #[test]
    fn a_tag_follows_the_content() {
        assert_eq!(tag_of_content(b"a"), tag_of_content(b"a"));
        assert_ne!(tag_of_content(b"a"), tag_of_content(b"b"));
        assert_eq!(tag_of_content(b"").tag().len(), 2 * TAG_BYTES);
    }
}
