//! E-mail addresses as a way to tell people apart. Kept sealed; found again by keyed digest.

use super::AccountError;

/// Longest address (RFC 5321, 4.5.3.1.3, less the brackets).
const CHARS_MAX: usize = 254;

/// A normalised address: trimmed, ASCII letters in lower case.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct MailAddress(String);

impl MailAddress {
    /// Something before an `@`, something behind it, no spaces or control characters, at most 254 characters. Whether
    /// somebody reads mail there only a mail can tell.
    pub(super) fn parse(text: &str) -> Result<Self, AccountError> {
        let address = Self::lenient(text);
        let clean = !address.0.chars().any(|c| c.is_whitespace() || c.is_control()) && address.0.chars().count() <= CHARS_MAX;
        match address.0.rsplit_once('@') {
            Some((local, domain)) if clean && !local.is_empty() && !domain.is_empty() => Ok(address),
            _ => Err(AccountError::NotAMailAddress),
        }
    }

    /// Whatever somebody types at sign-in: a wrong address is nobody's, and is answered like any other nobody's.
    pub(super) fn lenient(text: &str) -> Self {
        Self(text.trim().to_ascii_lowercase())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_one_form() {
        assert_eq!(MailAddress::parse(" Ada@Example.COM ").unwrap().as_str(), "ada@example.com");
        assert_eq!(MailAddress::parse("admin@localhost").unwrap().as_str(), "admin@localhost");
        for wrong in ["", "ada", "@example.com", "ada@", "a da@example.com", "ada@exam\u{0}ple.com", &"a@b".repeat(100)] {
            assert!(MailAddress::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
