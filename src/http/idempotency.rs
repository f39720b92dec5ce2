//! `Idempotency-Key`: a key of the client's own choice that makes the same request sent twice one.

use actix_web::http::header::HeaderName;
use actix_web::{HttpRequest, HttpResponseBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::caller::ApiCaller;
use super::{Problem, ProblemKind, Services};
use crate::db::{DbError, KeyUse, KeyedRequest};
use crate::domain::AgencyId;
use crate::pipeline::Once;
use crate::pipeline::once::{KEY_CHARS_MAX, fingerprints, key_digests};

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

/// Begins a request with photos, or one that makes an analysis, under the client's key, if it has one.
///
/// # Errors
/// As [`key_of`]; 409 while the same key's request is being read. Both end the connection: the body was not read.
pub fn once<P>(request: &HttpRequest, services: &Services, caller: &ApiCaller<P>) -> Result<Option<Once>, Problem> {
    let begin = |key: String| Ok(services.pipeline.once(&caller.agency, caller.key.as_str(), &key)?);
    key_of(request).and_then(|key| key.map(begin).transpose()).map_err(Problem::closing)
}

/// Says that the answer was given before, if it was.
pub fn mark(response: &mut HttpResponseBuilder, is_replay: bool) {
    if is_replay {
        response.insert_header((IDEMPOTENCY_REPLAYED, "true"));
    }
}

/// Any other request that changes something: the services it goes through, and what it came to if it was here before.
///
/// Its key, if it has one, is kept in the transaction of what it does ([`crate::db::Db::under`]). Whoever was here before is
/// answered as things stand now, and nothing is done.
#[derive(Debug)]
pub struct Mutation {
    services: Services,
    keyed: Option<KeyedRequest>,
    before: Option<KeyUse>,
}

impl Mutation {
    /// Begins a request of the API. `about` is the id of what it changes, empty if it makes something; `fields` is its body as
    /// it was understood, so that two ways of writing the same are the same.
    ///
    /// # Errors
    /// As [`key_of`]; 422 if the key belongs to another request, or to the same one with other fields.
    pub async fn begin<P>(
        request: &HttpRequest,
        services: &Services,
        caller: &ApiCaller<P>,
        about: &str,
        fields: &impl Serialize,
    ) -> Result<Self, Problem> {
        let key = key_of(request)?;
        let who = (&caller.agency, caller.key.as_str());
        Self::under(services, who, key.as_deref(), request, (about, fields)).await
    }

    /// Begins a request of whomever.
    ///
    /// # Errors
    /// 422 if the key belongs to another request.
    pub(super) async fn under(
        services: &Services,
        (agency, owner): (&AgencyId, &str),
        key: Option<&str>,
        request: &HttpRequest,
        (about, fields): (&str, &impl Serialize),
    ) -> Result<Self, Problem> {
        let Some(key) = key else { return Ok(Self { services: services.clone(), keyed: None, before: None }) };
        let fields = serde_json::to_value(fields).map_err(Problem::internal)?;
        let asked = serde_json::json!([2, request.method().as_str(), request.path(), request.query_string(), fields]);
        let keyed = KeyedRequest {
            agency: agency.clone(),
            owner: owner.to_owned(),
            key_digests: key_digests(&services.vault, owner, key),
            fingerprints: fingerprints(&services.vault, &asked),
            about: about.to_owned(),
            now: services.clock.now(),
        };
        let before = find(services, &keyed).await?;
        Ok(Self { services: services.under(keyed.clone()), keyed: Some(keyed), before })
    }

    /// Makes the change, unless it was made before: then None. A twin that is making it in this moment is waited for.
    ///
    /// # Errors
    /// Those of the change.
    pub async fn run<T>(&mut self, change: impl AsyncFnOnce(&Services) -> Result<T, Problem>) -> Result<Option<T>, Problem> {
        if self.before.is_some() {
            return Ok(None);
        }
        match (change(&self.services).await, &self.keyed) {
            (Err(problem), Some(keyed)) if problem.kind() == ProblemKind::RequestInFlight => {
                self.before = find(&self.services, keyed).await?;
                if self.before.is_some() { Ok(None) } else { Err(problem) }
            }
            (made, _) => made.map(Some),
        }
    }

    /// The services to make the change through.
    pub const fn services(&self) -> &Services {
        &self.services
    }

    /// What it came to, if it was here before.
    pub const fn before(&self) -> Option<&KeyUse> {
        self.before.as_ref()
    }

    /// The id of what it came to, if it was here before.
    ///
    /// # Errors
    /// 500 for a row that is none of ours.
    pub fn made_before<T: std::str::FromStr>(&self) -> Result<Option<T>, Problem> {
        let parsed = self.before.as_ref().map(|before| before.resource.parse());
        parsed.transpose().map_err(|_| DbError::BadRow { column: "idempotency_keys.resource_id" }.into())
    }

    /// What was noted of it beside its resource, if it was here before.
    ///
    /// # Errors
    /// 500 for a row that is none of ours.
    pub fn noted_before<T: DeserializeOwned>(&self) -> Result<Option<T>, Problem> {
        let noted = self.before.as_ref().and_then(|before| before.outcome.as_deref());
        let parsed = noted.map(serde_json::from_str).transpose();
        parsed.map_err(|_| DbError::BadRow { column: "idempotency_keys.outcome" }.into())
    }

    /// The head of its answer, marked if it was here before.
    #[must_use]
    pub fn answer(&self, mut response: HttpResponseBuilder) -> HttpResponseBuilder {
        mark(&mut response, self.before.is_some());
        response
    }
}

async fn find(services: &Services, keyed: &KeyedRequest) -> Result<Option<KeyUse>, Problem> {
    let keyed = keyed.clone();
    Ok(services.db.as_agency(&keyed.agency.clone()).read(move |tx| tx.find_key_use(&keyed)).await?)
}

impl Services {
    /// The services for one request under a key; `db` itself stays as it is, because the edges only read from it.
    fn under(&self, keyed: KeyedRequest) -> Self {
        let db = self.db.under(Some(keyed));
        Self {
            accounts: self.accounts.over(db.clone()),
            webhooks: self.webhooks.over(db.clone()),
            retention: self.retention.over(db.clone()),
            pipeline: self.pipeline.over(db),
            ..self.clone()
        }
    }
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
