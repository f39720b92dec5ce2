//! `Idempotency-Key`: a key of the client's own choice that makes the same request sent twice one.

use actix_web::HttpRequest;
use actix_web::http::header::HeaderName;

use super::{Problem, Services};
use crate::domain::ApiKeyId;
use crate::pipeline::Once;
use crate::pipeline::once::KEY_CHARS_MAX;

/// The request's header, of draft-ietf-httpapi-idempotency-key-header.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says `true` in an answer that was given before.
pub const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// The header's name as a field of a problem.
const FIELD: &str = "Idempotency-Key";

/// The key of a request, quoted (a string of RFC 9651) or bare; None without the header.
///
/// # Errors
/// 422 for one that is repeated, empty, longer than 255 characters, or of characters that cannot be seen.
pub fn key_of(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let mut values = request.headers().get_all(IDEMPOTENCY_KEY);
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Problem::field(FIELD, "repeated", "Send this header once."));
    }
    let refused = || {
        let detail = format!("1 to {KEY_CHARS_MAX} visible ASCII characters, with or without quotation marks.");
        Problem::field(FIELD, "not_allowed", detail).limit(KEY_CHARS_MAX as u64, None)
    };
    let text = value.to_str().map_err(|_| refused())?.trim();
    let key = match text.strip_prefix('"') {
        Some(quoted) => unquoted(quoted).ok_or_else(refused)?,
        None => text.to_owned(),
    };
    let is_fine = (1..=KEY_CHARS_MAX).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    if is_fine { Ok(Some(key)) } else { Err(refused()) }
}

/// What stands before the closing quotation mark, which is the end.
fn unquoted(text: &str) -> Option<String> {
    let mut plain = String::new();
    let mut characters = text.chars();
    loop {
        match characters.next()? {
            '"' => return characters.next().is_none().then_some(plain),
            '\\' => plain.push(characters.next().filter(|escaped| matches!(escaped, '"' | '\\'))?),
            plain_character => plain.push(plain_character),
        }
    }
}

/// Begins a request that makes an analysis under the client's key, if it has one.
///
/// # Errors
/// As [`key_of`]; 409 while the same key's request is being read. Both end the connection: the body was not read.
pub fn once(request: &HttpRequest, services: &Services, api_key: &ApiKeyId) -> Result<Option<Once>, Problem> {
    let begun = || key_of(request)?.map(|key| Ok(services.pipeline.once(api_key, &key)?)).transpose();
    begun().map_err(Problem::closing)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn key(values: &[&str]) -> Result<Option<String>, Problem> {
        let request = values.iter().fold(TestRequest::post(), |request, value| request.append_header((IDEMPOTENCY_KEY, *value)));
        key_of(&request.to_http_request())
    }

    #[test]
    fn quoted_and_bare_are_the_same_key() {
        assert_eq!(key(&[]).unwrap(), None);
        assert_eq!(key(&["order-7"]).unwrap().as_deref(), Some("order-7"));
        assert_eq!(key(&["\"order-7\""]).unwrap().as_deref(), Some("order-7"));
        assert_eq!(key(&[r#""a\"b\\""#]).unwrap().as_deref(), Some(r#"a"b\"#));
    }

    #[test]
    fn at_the_limit_and_one_past() {
        assert_eq!(key(&["x".repeat(255).as_str()]).unwrap().map(|key| key.len()), Some(255));
        for bad in ["", "\"\"", "x\ty", "two words", "\"open", "\"a\"b", r#""\n""#, &"x".repeat(256)] {
            let problem = key(&[bad]).unwrap_err();
            assert_eq!(problem.field_errors()[0].code, "not_allowed", "{bad:?}");
        }
        assert_eq!(key(&["a", "b"]).unwrap_err().field_errors()[0].code, "repeated");
    }
}
