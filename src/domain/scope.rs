//! What an API key may do.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// One permission of an API key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Send photos, cancel.
    AnalysesWrite,
    /// Read states, results, reports.
    AnalysesRead,
    /// Destroy an analysis.
    AnalysesDelete,
    /// Manage delivery specs.
    SpecsManage,
    /// Manage webhook endpoints.
    WebhooksManage,
    /// Manage API keys.
    KeysManage,
    /// Start retention sweeps; only keys of the operator.
    AdminRetention,
}

impl Scope {
    /// All scopes.
    pub const ALL: [Self; 7] = [
        Self::AnalysesWrite,
        Self::AnalysesRead,
        Self::AnalysesDelete,
        Self::SpecsManage,
        Self::WebhooksManage,
        Self::KeysManage,
        Self::AdminRetention,
    ];

    /// The scopes an agency's key may carry.
    pub const AGENCY: [Self; 6] = [
        Self::AnalysesWrite,
        Self::AnalysesRead,
        Self::AnalysesDelete,
        Self::SpecsManage,
        Self::WebhooksManage,
        Self::KeysManage,
    ];

    /// The word in the API.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::AnalysesWrite => "analyses:write",
            Self::AnalysesRead => "analyses:read",
            Self::AnalysesDelete => "analyses:delete",
            Self::SpecsManage => "specs:manage",
            Self::WebhooksManage => "webhooks:manage",
            Self::KeysManage => "keys:manage",
            Self::AdminRetention => "admin:retention",
        }
    }
}

/// A word that names no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no such scope")]
pub struct UnknownScope;

impl FromStr for Scope {
    type Err = UnknownScope;
    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        Self::ALL.into_iter().find(|scope| scope.slug() == text).ok_or(UnknownScope)
    }
}

/// A set of scopes, written with single spaces between (as in OAuth 2.0, RFC 6749 section 3.3).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScopeSet(BTreeSet<Scope>);

impl ScopeSet {
    /// Whether `scope` is in it.
    pub fn contains(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// The first of `others` that is not in it.
    pub fn first_missing(&self, others: &Self) -> Option<Scope> {
        others.0.difference(&self.0).next().copied()
    }

    /// In a fixed order.
    pub fn iter(&self) -> impl Iterator<Item = Scope> + '_ {
        self.0.iter().copied()
    }

    /// Whether nothing is allowed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Scope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().collect())
    }
}

impl FromStr for ScopeSet {
    type Err = UnknownScope;
    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        text.split_ascii_whitespace().map(Scope::from_str).collect()
    }
}

impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.0.iter().map(|scope| scope.slug()).collect();
        f.write_str(&words.join(" "))
    }
}
