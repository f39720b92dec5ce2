//! A program with a key. A handler's argument `ApiCaller<AnalysesRead>` is the permission check: no scope, no agency, no data.
//! Cookies mean nothing here.

use std::marker::PhantomData;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::future::LocalBoxFuture;

use super::limits::{Action, Who};
use super::{Limiter, Problem, ProblemKind, Services, key_ends};
use crate::accounts::{KeyMaker, KeyPrincipal};
use crate::domain::{AgencyId, ApiKeyId, KeyMode, Scope, ScopeSet};

/// A permission as a type.
pub trait Permission: 'static {
    /// The scope a key must have.
    const SCOPE: Scope;
    /// Which share a request takes from.
    const ACTION: Action = Action::Api;
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $scope:ident, $action:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;
        impl Permission for $name {
            const SCOPE: Scope = Scope::$scope;
            const ACTION: Action = Action::$action;
        }
    )*};
}

permissions! {
    /// Send photos.
    Uploads = AnalysesWrite, Upload;
    /// Cancel.
    AnalysesWrite = AnalysesWrite, Api;
    /// Read states, results, reports.
    AnalysesRead = AnalysesRead, Api;
    /// Destroy.
    AnalysesDelete = AnalysesDelete, Api;
    /// Endpoints.
    WebhooksManage = WebhooksManage, Api;
    /// Send deliveries again.
    Redeliver = WebhooksManage, Redeliver;
    /// Keys.
    KeysManage = KeysManage, Api;
}

/// A program whose key has the scope of `P`.
#[derive(Debug, Clone)]
pub struct ApiCaller<P> {
    /// The tenant.
    pub agency: AgencyId,
    /// The key.
    pub key: ApiKeyId,
    /// What the key may do besides.
    pub scopes: ScopeSet,
    /// Whether what it makes is for trying out.
    pub mode: KeyMode,
    _permission: PhantomData<P>,
}

impl<P: Permission> ApiCaller<P> {
    /// The caller as one who makes and changes keys.
    pub fn maker(&self) -> KeyMaker {
        KeyMaker::Key(KeyPrincipal {
            agency: self.agency.clone(),
            key: self.key.clone(),
            scopes: self.scopes.clone(),
            mode: self.mode,
            text_ends_at: None,
        })
    }

    /// Whether the key has one scope more than the handler's own.
    ///
    /// # Errors
    /// 403 naming it.
    pub fn also(&self, scope: Scope) -> Result<(), Problem> {
        if self.scopes.contains(scope) { Ok(()) } else { Err(lacks(scope)) }
    }
}

fn lacks(scope: Scope) -> Problem {
    let detail = format!("This key lacks the scope {}.", scope.slug());
    Problem::new(ProblemKind::MissingScope).scope(scope.slug()).detail(detail)
}

impl<P: Permission> FromRequest for ApiCaller<P> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { admit(&request).await.map_err(Problem::closing) })
    }
}

async fn admit<P: Permission>(request: &HttpRequest) -> Result<ApiCaller<P>, Problem> {
    let services = request.app_data::<web::Data<Services>>().ok_or_else(|| Problem::internal("no services"))?;
    let limiter = request.app_data::<web::Data<Limiter>>().ok_or_else(|| Problem::internal("no limiter"))?;
    let principal = match bearer(request) {
        Some(key) => {
            // The connection's own address: X-Forwarded-For is a claim of whoever sent it, and is not read.
            let from = request.peer_addr().map(|peer| peer.ip());
            services.accounts.authenticate_key(key, from).await.map_err(Problem::from)
        }
        None => Err(Problem::new(ProblemKind::MissingKey)),
    };
    let principal = match principal {
        Ok(principal) => principal,
        Err(problem) => {
            limiter.charge(request, Action::FailedKey, Who::address(request))?;
            return Err(problem);
        }
    };
    limiter.charge(request, P::ACTION, Who::Id(principal.key.to_string()))?;
    if let Some(end) = principal.text_ends_at {
        key_ends::note(request, end);
    }
    if !principal.scopes.contains(P::SCOPE) {
        return Err(lacks(P::SCOPE));
    }
    let KeyPrincipal { agency, key, scopes, mode, .. } = principal;
    Ok(ApiCaller { agency, key, scopes, mode, _permission: PhantomData })
}

/// The token of `Authorization: Bearer`, scheme in any case (RFC 9110 section 11.1).
fn bearer(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn only_a_bearer_token_counts() {
        let of = |value: &str| {
            let request = TestRequest::get().insert_header((header::AUTHORIZATION, value)).to_http_request();
            bearer(&request).map(str::to_owned)
        };
        assert_eq!(of("Bearer abc").as_deref(), Some("abc"));
        assert_eq!(of("bearer  abc ").as_deref(), Some("abc"));
        assert_eq!(of("Basic abc"), None);
        assert_eq!(of("Bearer"), None);
        assert_eq!(bearer(&TestRequest::get().insert_header(("cookie", "key=abc")).to_http_request()), None);
    }
}
