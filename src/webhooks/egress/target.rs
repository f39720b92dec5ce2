//! The shape of a URL webhooks may be sent to.

use std::net::IpAddr;

use url::{Host, Url};

use super::EgressPolicy;

/// Longest URL, in bytes.
const URL_LEN_MAX: usize = 2048;
/// Ports other than loopback's.
const PORTS: [u16; 2] = [443, 8443];

/// Why a URL is refused. Each says what to change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UrlProblem {
    /// Longer than 2,048 bytes.
    #[error("the URL is longer than 2,048 bytes")]
    TooLong,
    /// Not a URL.
    #[error("this is not an absolute URL")]
    NotAUrl,
    /// Spaces, control characters or backslashes, which programs read differently.
    #[error("the URL holds a space, a control character or a backslash; write those percent-encoded")]
    Ambiguous,
    /// Not https.
    #[error("the URL must start with https://")]
    NotHttps,
    /// `user:password@`.
    #[error("the URL must not hold a user name or password; deliveries are signed instead")]
    Credentials,
    /// `#…`.
    #[error("the URL must not hold a fragment (#); it would never be sent")]
    Fragment,
    /// Another port.
    #[error("port {port} is not allowed; use 443 or 8443")]
    Port {
        /// The port asked for.
        port: u16,
    },
    /// A number instead of a name, in whatever spelling.
    #[error("the URL must name a host, not an IP address")]
    IpAddress,
    /// `localhost` and its like.
    #[error("the URL names this machine itself")]
    Loopback,
}

/// A URL that may be resolved, checked and called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    url: Url,
}

impl Target {
    /// Parses (by the WHATWG rules, which see through every spelling of an address) and checks a URL.
    ///
    /// # Errors
    /// The first [`UrlProblem`] found.
    pub fn parse(text: &str, policy: EgressPolicy) -> Result<Self, UrlProblem> {
        if text.len() > URL_LEN_MAX {
            return Err(UrlProblem::TooLong);
        }
        if text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
            return Err(UrlProblem::Ambiguous);
        }
        let url = Url::parse(text).map_err(|_| UrlProblem::NotAUrl)?;
        let host = url.host().ok_or(UrlProblem::NotAUrl)?;
        let loopback = is_loopback(&host);
        let in_bounds_here = loopback && policy.allow_loopback;
        match url.scheme() {
            "https" => {}
            "http" if in_bounds_here => {}
            _ => return Err(UrlProblem::NotHttps),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(UrlProblem::Credentials);
        }
        if url.fragment().is_some() {
            return Err(UrlProblem::Fragment);
        }
        if !in_bounds_here {
            check_away(&url, &host, loopback)?;
        }
        Ok(Self { url })
    }

    /// The same after its checks, at a port where a test listens.
    #[cfg(test)]
    pub(in crate::webhooks) fn at_port(mut self, port: u16) -> Self {
        self.url.set_port(Some(port)).unwrap();
        self
    }

    /// The URL as it will be called.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The host to be resolved; `None` for an address, which only loopback may be.
    pub fn name(&self) -> Option<&str> {
        self.url.domain()
    }
}

fn check_away(url: &Url, host: &Host<&str>, loopback: bool) -> Result<(), UrlProblem> {
    if matches!(host, Host::Ipv4(_) | Host::Ipv6(_)) {
        return Err(UrlProblem::IpAddress);
    }
    if loopback {
        return Err(UrlProblem::Loopback);
    }
    match url.port_or_known_default() {
        Some(port) if PORTS.contains(&port) => Ok(()),
        port => Err(UrlProblem::Port { port: port.unwrap_or_default() }),
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => is_localhost(name),
        Host::Ipv4(address) => IpAddr::V4(*address).is_loopback(),
        Host::Ipv6(address) => IpAddr::V6(*address).is_loopback(),
    }
}

/// `localhost` and names below it, which always mean this machine (RFC 6761, 6.3).
pub(super) fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}
