//! An endpoint's signing secret in the form of Standard Webhooks: `whsec_` and base64.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Marks a symmetric secret.
pub(super) const PREFIX: &str = "whsec_";
/// Random bytes; a multiple of 3, so that the base64 has no padding a copy could lose.
const SECRET_LEN: usize = 24;

/// 24 random bytes shared with one endpoint. Does not print.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct EndpointSecret {
    bytes: [u8; SECRET_LEN],
}

impl EndpointSecret {
    /// A new secret, drawn again until its text has neither `+` nor `/`: a double click then takes it whole.
    pub fn generate() -> Self {
        loop {
            let mut secret = Self { bytes: [0; SECRET_LEN] };
            rand::Rng::fill_bytes(&mut rand::rng(), &mut secret.bytes);
            if !secret.plain().0.contains(['+', '/']) {
                return secret;
            }
        }
    }

    /// From the bytes as they were sealed; `None` if it is not their number.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        <[u8; SECRET_LEN]>::try_from(bytes).ok().map(|bytes| Self { bytes })
    }

    /// The bytes: what is sealed, and the key of the HMAC.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The text the customer is shown once.
    pub fn plain(&self) -> PlainSecret {
        let encoded = Zeroizing::new(STANDARD.encode(self.bytes));
        PlainSecret(Zeroizing::new(format!("{PREFIX}{}", encoded.as_str())))
    }
}

impl fmt::Debug for EndpointSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EndpointSecret(…)")
    }
}

/// A secret as text, `whsec_…`; shown once and kept nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct PlainSecret(Zeroizing<String>);

impl PlainSecret {
    /// The text, for the one answer that carries it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PlainSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlainSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_32_plain_characters_and_come_back() {
        for _ in 0..200 {
            let secret = EndpointSecret::generate();
            let text = secret.plain();
            let body = text.expose().strip_prefix("whsec_").unwrap();
            assert!(body.len() == 32 && body.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{body}");
            assert_eq!(EndpointSecret::from_bytes(secret.bytes()).unwrap().plain(), text);
        }
        assert!(EndpointSecret::from_bytes(&[0; 23]).is_none());
    }

    #[test]
    fn secrets_do_not_print() {
        let secret = EndpointSecret::generate();
        assert_eq!(format!("{secret:?} {:?}", secret.plain()), "EndpointSecret(…) PlainSecret(…)");
    }
}
