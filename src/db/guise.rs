//! As whom a transaction works. PostgreSQL compares it with the row-level policies of `migrations/postgres`.

use super::scope::{AgencyScope, AuthenticatorScope, PersonScope, PublicScope, SystemScope};

/// The role a transaction takes and what it says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(not(feature = "postgres"), allow(dead_code, reason = "only PostgreSQL guards rows itself"))]
pub struct Guise {
    /// `ps_app` or `ps_worker`.
    pub(super) role: &'static str,
    /// The word the policies know the scope by.
    pub(super) scope: &'static str,
    /// The tenant, in its scope.
    pub(super) agency: Option<String>,
    /// The person, in theirs.
    pub(super) user: Option<String>,
}

impl Guise {
    const fn app(scope: &'static str) -> Self {
        Self { role: "ps_app", scope, agency: None, user: None }
    }
}

/// A scope: each of the five, and nothing outside `db`.
pub trait Scope: Send + 'static {
    /// As whom its transactions work.
    fn guise(&self) -> Guise;
}

impl Scope for AgencyScope {
    fn guise(&self) -> Guise {
        Guise { agency: Some(self.0.as_str().to_owned()), ..Guise::app("agency") }
    }
}

impl Scope for PersonScope {
    fn guise(&self) -> Guise {
        Guise { user: Some(self.0.as_str().to_owned()), ..Guise::app("person") }
    }
}

impl Scope for AuthenticatorScope {
    fn guise(&self) -> Guise {
        Guise::app("authenticator")
    }
}

impl Scope for PublicScope {
    fn guise(&self) -> Guise {
        Guise::app("public")
    }
}

impl Scope for SystemScope {
    fn guise(&self) -> Guise {
        Guise { role: "ps_worker", scope: "system", agency: None, user: None }
    }
}
