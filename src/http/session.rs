//! Who is signed in: the cookie, the extractor, the token of a form.

use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::LocalBoxFuture;
use rand::Rng as _;
use serde::Serialize;
use subtle::ConstantTimeEq as _;

use super::idempotency::Mutation;
use super::{Problem, ProblemKind, Services};
use crate::accounts::{SessionToken, UserPrincipal};
use crate::domain::AgencyId;

/// The cookie's name. The prefix makes browsers refuse it without Secure, with a Domain or with another Path.
pub const COOKIE: &str = "__Host-ps_session";

/// Somebody of an agency.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who.
    pub principal: UserPrincipal,
    /// The tenant.
    pub agency: AgencyId,
    /// Its name.
    pub agency_name: String,
}

impl SignedIn {
    /// Whether a form was made for this session.
    ///
    /// # Errors
    /// 403 `stale-form`.
    pub fn check_form(&self, csrf: &str) -> Result<(), Problem> {
        if is_form_of(csrf, &self.principal.csrf) { Ok(()) } else { Err(Problem::new(ProblemKind::StaleForm)) }
    }

    /// Begins what a form asks, once: sent again (a double click, a reload of the answer) it is answered as things stand, and
    /// nothing is done. `fields` is what was filled in.
    ///
    /// # Errors
    /// 403 for a form of another session; 422 for one that was sent before with other fields.
    pub async fn once(
        &self,
        services: &Services,
        request: &HttpRequest,
        csrf: &str,
        fields: &impl Serialize,
    ) -> Result<Mutation, Problem> {
        self.check_form(csrf)?;
        let key = form_id(csrf).map(|id| form_key(id, request.path()));
        Mutation::under(services, (&self.agency, self.principal.user.as_str()), key.as_deref(), request, ("", fields)).await
    }
}

impl FromRequest for SignedIn {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let services = request.app_data::<web::Data<Services>>().ok_or_else(|| Problem::internal("no services"))?;
            let token = token_of(&request).ok_or_else(|| Problem::new(ProblemKind::NotSignedIn))?;
            let principal = services.accounts.resume(&token).await?;
            let agency = principal.agency.clone().ok_or_else(no_agency)?;
            let agency_name = services.accounts.agency_name(&agency).await?;
            Ok(Self { principal, agency, agency_name })
        })
    }
}

fn no_agency() -> Problem {
    Problem::new(ProblemKind::RoleNotAllowed)
        .detail("Operators of the service see neither photos nor reports. Sign in as somebody of an agency.")
}

/// The session's token in the request, if there is one.
pub fn token_of(request: &HttpRequest) -> Option<String> {
    request.cookie(COOKIE).map(|cookie| cookie.value().to_owned())
}

/// The cookie of a new session. Gone with the browser; the server ends it earlier.
pub fn cookie(token: &SessionToken) -> Cookie<'static> {
    Cookie::build(COOKIE, token.reveal().to_owned()).path("/").secure(true).http_only(true).same_site(SameSite::Lax).finish()
}

/// What takes the cookie away.
pub fn no_cookie() -> Cookie<'static> {
    Cookie::build(COOKIE, "")
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(time::Duration::ZERO)
        .finish()
}

/// What a form holds: the session's token, and an id that no other form has, so that one sent twice is one.
pub fn form_token(session: &str) -> String {
    let mut random = [0_u8; 16];
    rand::rng().fill_bytes(&mut random);
    format!("{session}{ID_MARK}{}", URL_SAFE_NO_PAD.encode(random))
}

/// Stands between the session's token and the form's id, and in neither.
const ID_MARK: char = '.';

/// The form's own id, if it has one.
pub fn form_id(sent: &str) -> Option<&str> {
    sent.split_once(ID_MARK).map(|(_, id)| id).filter(|id| !id.is_empty())
}

/// As the key of a request: a page may give several forms one id.
pub fn form_key(id: &str, path: &str) -> String {
    format!("form {id} {path}")
}

/// Whether a form's token begins with the session's.
pub fn is_form_of(sent: &str, session: &str) -> bool {
    is_same_token(sent.split_once(ID_MARK).map_or(sent, |(token, _)| token), session)
}

/// Whether a form's token is the session's, compared without telling where they differ.
pub fn is_same_token(sent: &str, own: &str) -> bool {
    sent.as_bytes().ct_eq(own.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_host_bound_and_unseen_by_scripts() {
        let text = no_cookie().to_string();
        for part in ["__Host-ps_session=", "HttpOnly", "Secure", "SameSite=Lax", "Path=/", "Max-Age=0"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains("Domain"));
    }

    #[test]
    fn each_form_has_an_id_of_its_own_and_the_token_of_its_session() {
        let (one, two) = (form_token("abc"), form_token("abc"));
        assert!(is_form_of(&one, "abc") && is_form_of("abc", "abc"));
        assert!(!is_form_of(&one, "abd") && !is_form_of("", "abc") && !is_form_of(".abc", "abc"));
        assert!(form_id(&one).is_some() && form_id(&one) != form_id(&two));
        assert_eq!((form_id("abc"), form_id("abc.")), (None, None));
    }

    #[test]
    fn tokens_are_equal_or_not() {
        assert!(is_same_token("abc", "abc"));
        assert!(!is_same_token("abc", "abd") && !is_same_token("ab", "abc") && !is_same_token("", "abc"));
    }
}
