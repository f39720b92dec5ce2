//! Digests: plain SHA-256 for what is random enough already, HMAC-SHA256 for what could be guessed.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{Purpose, Vault, VaultError};

/// 256 bits.
pub type Digest = [u8; 32];

/// SHA-256 (FIPS 180-4). Only for values of at least 128 random bits (tokens, API keys) and for bytes that are public.
pub fn sha256(bytes: &[u8]) -> Digest {
    Sha256::digest(bytes).into()
}

/// SHA-256 of bytes that come in pieces.
#[derive(Clone, Default)]
pub struct Hasher(Sha256);

impl Hasher {
    /// Takes the next piece.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all pieces.
    pub fn finish(self) -> Digest {
        self.0.finalize().into()
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hasher(…)")
    }
}

fn hmac_sha256(key: &[u8; 32], bytes: &[u8]) -> Digest {
    // HMAC fills a short key up with zeros to SHA-256's block (RFC 2104); doing so here has no error to answer.
    let mut block = Zeroizing::new([0_u8; 64]);
    block[..32].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new(&(*block).into());
    mac.update(bytes);
    mac.finalize().into_bytes().into()
}

/// A password after the keyed pre-hash: 44 characters of base64, short enough for bcrypt's 72 bytes and without NUL.
pub struct Peppered {
    /// The ring key it was made with, to be stored beside the bcrypt hash.
    pub version: String,
    /// What bcrypt is given.
    pub text: Zeroizing<String>,
}

impl fmt::Debug for Peppered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Peppered({}, …)", self.version)
    }
}

impl Vault {
    /// HMAC-SHA256 under the active key: the same bytes give the same digest as long as that key is active, and nobody without the
    /// ring can tell which bytes it was.
    pub fn keyed_digest(&self, purpose: Purpose, bytes: &[u8]) -> Digest {
        hmac_sha256(&self.ring.active().derive(&digest_use(purpose)), bytes)
    }

    /// The digest under every key of the ring, the active one first: what a look-up tries after a rotation.
    pub fn keyed_digests(&self, purpose: Purpose, bytes: &[u8]) -> Vec<Digest> {
        self.ring.keys().map(|key| hmac_sha256(&key.derive(&digest_use(purpose)), bytes)).collect()
    }

    /// The keyed pre-hash of a new password.
    pub fn pepper(&self, password: &str) -> Peppered {
        let key = self.ring.active();
        Peppered { version: key.kid().to_owned(), text: peppered(&key.derive(PEPPER), password) }
    }

    /// The keyed pre-hash of a password to be checked against one stored with `version`.
    ///
    /// # Errors
    /// [`VaultError::UnknownKey`] if the ring lost that version.
    pub fn pepper_as(&self, version: &str, password: &str) -> Result<Peppered, VaultError> {
        let key = self.ring.find(version)?;
        Ok(Peppered { version: version.to_owned(), text: peppered(&key.derive(PEPPER), password) })
    }
}

const PEPPER: &str = "pepper";

fn digest_use(purpose: Purpose) -> String {
    format!("digest/{}", purpose.slug())
}

fn peppered(key: &[u8; 32], password: &str) -> Zeroizing<String> {
    let digest = Zeroizing::new(hmac_sha256(key, password.as_bytes()));
    Zeroizing::new(STANDARD.encode(digest.as_slice()))
}

#[cfg(test)]
mod tests {
    use super::super::KeyRing;
    use super::*;

    const OLD: &str = "old:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    const NEW: &str = "new:YWJjZGVmZ2hpamFiY2RlZmdoaWphYmNkZWZnaGlqYWI=";

    fn vault(lines: &[&str]) -> Vault {
        Vault::new(KeyRing::parse(&lines.join("\n")).unwrap())
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn sha256_and_hmac_are_the_published_ones() {
        assert_eq!(hex(&sha256(b"abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let mut pieces = Hasher::default();
        ["a", "", "bc"].iter().for_each(|piece| pieces.update(piece.as_bytes()));
        assert_eq!(pieces.finish(), sha256(b"abc"));
        // RFC 4231, test case 1; its key of 20 bytes, filled up with zeros, is the same HMAC key.
        let mut key = [0_u8; 32];
        key[..20].fill(0x0b);
        assert_eq!(hex(&hmac_sha256(&key, b"Hi There")), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    }

    #[test]
    fn digests_differ_by_purpose_and_ring_and_survive_a_rotation() {
        let before = vault(&[OLD]);
        let digest = before.keyed_digest(Purpose::MailAddress, b"a@example.com");
        assert_eq!(digest, before.keyed_digest(Purpose::MailAddress, b"a@example.com"));
        assert_ne!(digest, before.keyed_digest(Purpose::Photo, b"a@example.com"));
        assert_ne!(digest, sha256(b"a@example.com"));
        let after = vault(&[NEW, OLD]);
        assert_ne!(digest, after.keyed_digest(Purpose::MailAddress, b"a@example.com"));
        assert!(after.keyed_digests(Purpose::MailAddress, b"a@example.com").contains(&digest));
    }

    #[test]
    fn a_pepper_fits_bcrypt_and_knows_its_version() {
        let long = "ü".repeat(200);
        let old = vault(&[OLD]).pepper(&long);
        assert_eq!((old.version.as_str(), old.text.len()), ("old", 44));
        let rotated = vault(&[NEW, OLD]);
        assert_ne!(rotated.pepper(&long).text, old.text);
        assert_eq!(rotated.pepper_as("old", &long).unwrap().text, old.text);
        assert!(rotated.pepper_as("gone", &long).is_err());
        assert_eq!(format!("{old:?}"), "Peppered(old, …)");
    }
}
