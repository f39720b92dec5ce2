//! Headers a customer wants on every delivery: checked when they are set, sealed at rest, shown back with their values masked.

use std::collections::BTreeMap;
use std::fmt;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use zeroize::Zeroizing;

/// Headers an endpoint may have.
pub const EXTRA_HEADERS_MAX: usize = 8;
/// Characters of a name.
pub const HEADER_NAME_MAX: usize = 64;
/// Characters of a value.
pub const HEADER_VALUE_MAX: usize = 512;

/// Names that are ours, or the connection's (RFC 9110, 7.6.1).
const RESERVED: [&str; 11] = [
    "host",
    "connection",
    "transfer-encoding",
    "te",
    "trailer",
    "upgrade",
    "keep-alive",
    "expect",
    "user-agent",
    "proxy-connection",
    "proxy-authorization",
];
/// Beginnings of such names.
const RESERVED_BEGINNINGS: [&str; 2] = ["webhook-", "content-"];

/// Why headers were not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderProblem {
    /// More than [`EXTRA_HEADERS_MAX`].
    #[error("an endpoint may have at most {EXTRA_HEADERS_MAX} headers")]
    TooMany,
    /// No token (RFC 9110, 5.6.2), or longer than [`HEADER_NAME_MAX`].
    #[error("a header's name is 1 to {HEADER_NAME_MAX} letters, digits and hyphens, as RFC 9110 has it")]
    Name,
    /// Set by us, or by the connection.
    #[error("the header {name} is not yours to set")]
    Reserved {
        /// In lower case.
        name: String,
    },
    /// Named twice, in whatever case.
    #[error("the header {name} is there twice")]
    Twice {
        /// In lower case.
        name: String,
    },
    /// Empty, not visible ASCII, or longer than [`HEADER_VALUE_MAX`].
    #[error("the value of the header {name} must be 1 to {HEADER_VALUE_MAX} visible ASCII characters")]
    Value {
        /// In lower case.
        name: String,
    },
}

/// Headers by their names in lower case. Values do not print.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ExtraHeaders(BTreeMap<String, Zeroizing<String>>);

impl fmt::Debug for ExtraHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl ExtraHeaders {
    /// Takes names and values as a customer gives them.
    ///
    /// # Errors
    /// The first that is wrong.
    pub fn parse(given: impl IntoIterator<Item = (String, String)>) -> Result<Self, HeaderProblem> {
        let mut headers = BTreeMap::new();
        for (name, value) in given {
            let value = Zeroizing::new(value);
            let name = check_name(&name)?;
            if headers.contains_key(&name) {
                return Err(HeaderProblem::Twice { name });
            }
            if headers.len() >= EXTRA_HEADERS_MAX {
                return Err(HeaderProblem::TooMany);
            }
            if !is_value(&value) {
                return Err(HeaderProblem::Value { name });
            }
            headers.insert(name, value);
        }
        Ok(Self(headers))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names, with what may be shown of the values.
    pub fn masked(&self) -> BTreeMap<String, &'static str> {
        self.0.keys().map(|name| (name.clone(), "…")).collect()
    }

    /// Names and values.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (String, String)> + '_ {
        self.0.iter().map(|(name, value)| (name.clone(), value.as_str().to_owned()))
    }

    /// As lines, for sealing: a value has no line's end.
    pub(super) fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::new());
        for (name, value) in &self.0 {
            for piece in [name.as_str(), ": ", value.as_str(), "\n"] {
                text.push_str(piece);
            }
        }
        text
    }

    /// From what [`Self::to_text`] made; `None` if it did not.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        let pairs: Option<Vec<(String, String)>> =
            text.lines().map(|line| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned()))).collect();
        Self::parse(pairs?).ok()
    }

    /// For a request; values are marked as sensitive.
    pub(super) fn to_map(&self) -> HeaderMap {
        let pair = |(name, value): (&String, &Zeroizing<String>)| {
            let mut value = HeaderValue::from_str(value).ok()?;
            value.set_sensitive(true);
            Some((HeaderName::from_bytes(name.as_bytes()).ok()?, value))
        };
        self.0.iter().filter_map(pair).collect()
    }
}

fn check_name(name: &str) -> Result<String, HeaderProblem> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || name.len() > HEADER_NAME_MAX || !name.bytes().all(is_token) {
        return Err(HeaderProblem::Name);
    }
    let name = name.to_ascii_lowercase();
    if RESERVED.contains(&name.as_str()) || RESERVED_BEGINNINGS.iter().any(|beginning| name.starts_with(beginning)) {
        return Err(HeaderProblem::Reserved { name });
    }
    Ok(name)
}

/// Visible ASCII, with spaces inside only.
fn is_value(value: &str) -> bool {
    let is_inside = |byte: u8| (b' '..=b'~').contains(&byte);
    !value.is_empty() && value.len() <= HEADER_VALUE_MAX && value.trim() == value && value.bytes().all(is_inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pairs: &[(&str, &str)]) -> Result<ExtraHeaders, HeaderProblem> {
        ExtraHeaders::parse(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn headers_come_back_from_their_text_and_do_not_print() {
        let headers = parse(&[("Authorization", "Bearer a: b"), ("x-Tenant", "42")]).unwrap();
        assert_eq!(ExtraHeaders::from_text(&headers.to_text()).unwrap(), headers);
        assert_eq!(format!("{headers:?}"), r#"{"authorization", "x-tenant"}"#);
        assert_eq!(headers.masked().values().copied().collect::<Vec<_>>(), ["…", "…"]);
        let map = headers.to_map();
        assert_eq!(map["authorization"], "Bearer a: b");
        assert!(map["authorization"].is_sensitive());
        assert_eq!(ExtraHeaders::from_text("no colon"), None);
        assert!(ExtraHeaders::from_text("").unwrap().is_empty());
    }

    #[test]
    fn what_is_ours_or_the_connections_is_refused() {
        for name in
            ["webhook-id", "Webhook-Signature", "HOST", "content-type", "Content-Length", "transfer-encoding", "connection"]
        {
            let refused = parse(&[(name, "x")]);
            assert_eq!(refused, Err(HeaderProblem::Reserved { name: name.to_ascii_lowercase() }));
        }
        parse(&[("authorization", "Basic eA=="), ("x-api-key", "k"), ("webhookx", "1")]).unwrap();
    }

    #[test]
    fn every_bound_at_it_and_one_past_it() {
        let name = |length| "n".repeat(length);
        assert!(parse(&[(&name(64), "x")]).is_ok());
        assert_eq!(parse(&[(&name(65), "x")]), Err(HeaderProblem::Name));
        assert!(parse(&[("n", &"v".repeat(512))]).is_ok());
        assert_eq!(parse(&[("n", &"v".repeat(513))]), Err(HeaderProblem::Value { name: "n".to_owned() }));
        let many = |count: usize| ExtraHeaders::parse((0..count).map(|at| (format!("n{at}"), "x".to_owned())));
        assert!(many(8).is_ok());
        assert_eq!(many(9), Err(HeaderProblem::TooMany));
        for value in ["", " x", "x ", "a\r\nb: c", "ü", "a\tb", "\u{7f}"] {
            assert_eq!(parse(&[("n", value)]), Err(HeaderProblem::Value { name: "n".to_owned() }), "{value:?}");
        }
        for name in ["", "a b", "a:b", "ä", "a\r"] {
            assert_eq!(parse(&[(name, "x")]), Err(HeaderProblem::Name), "{name:?}");
        }
        assert_eq!(parse(&[("X-A", "1"), ("x-a", "2")]), Err(HeaderProblem::Twice { name: "x-a".to_owned() }));
    }
}
