//! The text of an API key: `ps_live_` or `ps_test_`, 32 random characters of base 62 (190 bits), 6 characters of their CRC-32.
//! The checksum finds a slip of the pen without asking the database, and lets scanners tell a key from noise.

use std::fmt;

use zeroize::Zeroizing;

use super::AccountError;
use super::password::{BASE62, random_base62};
use crate::domain::KeyMode;
use crate::vault::{Digest, sha256};

/// What scanners look for: the published form of a key as a regular expression (docs/keys.md).
pub const KEY_PATTERN: &str = "ps_(?:live|test)_[0-9A-Za-z]{38}";
const SECRET_CHARS: usize = 32;
const CHECKSUM_CHARS: usize = 6;
/// Of the secret, so many characters are kept in clear: enough to tell one's keys apart.
const SHOWN_CHARS: usize = 4;

/// An API key in clear. Exists from its making until it is shown, once; does not print.
pub struct PlainKey(Zeroizing<String>);

impl PlainKey {
    /// A new key.
    pub(super) fn generate(mode: KeyMode) -> Self {
        let secret = random_base62(SECRET_CHARS);
        Self(Zeroizing::new(format!("{}{}{}", prefix(mode), *secret, checksum(&secret))))
    }

    /// A key as somebody sent it.
    pub(super) fn parse(text: &str) -> Result<Self, AccountError> {
        let body = KeyMode::ALL.into_iter().find_map(|mode| text.strip_prefix(prefix(mode)));
        let body = body.ok_or(AccountError::MalformedKey)?;
        let whole = body.len() == SECRET_CHARS + CHECKSUM_CHARS && body.bytes().all(|byte| BASE62.contains(&byte));
        match body.split_at_checked(SECRET_CHARS) {
            Some((secret, check)) if whole && checksum(secret) == check => Ok(Self(Zeroizing::new(text.to_owned()))),
            _ => Err(AccountError::MalformedKey),
        }
    }

    /// The text, to be shown once.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored and looked up.
    pub(super) fn hash(&self) -> Digest {
        sha256(self.0.as_bytes())
    }

    /// The part people know it again by.
    pub(super) fn shown_prefix(&self) -> String {
        self.0.chars().take(prefix(KeyMode::Live).len() + SHOWN_CHARS).collect()
    }
}

impl fmt::Debug for PlainKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlainKey(…)")
    }
}

/// How keys of a mode begin; equally long.
const fn prefix(mode: KeyMode) -> &'static str {
    match mode {
        KeyMode::Live => "ps_live_",
        KeyMode::Test => "ps_test_",
    }
}

/// CRC-32 (ISO-HDLC) in base 62, most significant digit first, filled up with zeros: 62^6 is above 2^32.
fn checksum(secret: &str) -> String {
    let mut rest = crc32fast::hash(secret.as_bytes()) as usize;
    let mut digits = [b'0'; CHECKSUM_CHARS];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[rest % BASE62.len()];
        rest /= BASE62.len();
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_and_does_not_print() {
        for (mode, start) in [(KeyMode::Live, "ps_live_"), (KeyMode::Test, "ps_test_")] {
            let key = PlainKey::generate(mode);
            assert_eq!(key.reveal().len(), 46);
            assert!(key.reveal().starts_with(start));
            assert_eq!(PlainKey::parse(key.reveal()).unwrap().hash(), key.hash());
            assert_eq!(key.shown_prefix(), key.reveal()[..12]);
            assert_eq!(format!("{key:?}"), "PlainKey(…)");
        }
    }

    #[test]
    fn the_checksum_is_the_published_crc() {
        // CRC-32/ISO-HDLC of "123456789" is CBF43926.
        let mut value = 0_usize;
        for digit in checksum("123456789").bytes() {
            value = value * 62 + BASE62.iter().position(|known| *known == digit).unwrap();
        }
        assert_eq!(value, 0xCBF4_3926);
    }

    #[test]
    fn every_slip_of_one_character_is_noticed() {
        for mode in KeyMode::ALL {
            every_slip_of(PlainKey::generate(mode).reveal(), mode);
        }
    }

    fn every_slip_of(text: &str, mode: KeyMode) {
        // The other prefix is a key of its own form, and the checksum is of the secret alone: it is nobody's, and not malformed.
        let other = if mode.is_test() { text.replacen("test", "live", 1) } else { text.replacen("live", "test", 1) };
        assert!(PlainKey::parse(&other).is_ok());
        for at in 0..text.len() {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] = if bytes[at] == b'x' { b'y' } else { b'x' };
            assert!(PlainKey::parse(std::str::from_utf8(&bytes).unwrap()).is_err(), "character {at}");
        }
        for wrong in
            ["", "ps_live_", &text[..45], &format!("{text}0"), &format!(" {text}"), &text.replace("ps_", "pk_"), &"é".repeat(23)]
        {
            assert!(PlainKey::parse(wrong).is_err(), "{wrong}");
        }
    }
}
