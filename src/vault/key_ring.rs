//! The ring file: `name:base64 of 32 bytes` a line, the first key active, `#` starts a comment line.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hkdf::Hkdf;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{KeyRingError, VaultError, random};

/// Longest name of a ring key, in characters.
const KID_LEN_MAX: usize = 32;
/// Every derived key is bound to this product and format.
const DERIVATION: &str = "proofsheet/1/";

/// One key of the ring. Only ever used to derive others.
pub(super) struct RingKey {
    kid: String,
    secret: Zeroizing<[u8; 32]>,
}

impl RingKey {
    pub(super) fn kid(&self) -> &str {
        &self.kid
    }

    /// The 256-bit key for one use: HKDF-SHA256 with the use's name as info.
    pub(super) fn derive(&self, use_name: &str) -> Zeroizing<[u8; 32]> {
        derive(&self.secret, &[DERIVATION.as_bytes(), use_name.as_bytes()])
    }
}

/// HKDF-SHA256 of a 256-bit secret without salt (the secret is uniform), 32 bytes out.
pub(super) fn derive(secret: &[u8; 32], info: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0_u8; 32]);
    let expanded = Hkdf::<Sha256>::new(None, secret).expand_multi_info(info, key.as_mut_slice());
    debug_assert!(expanded.is_ok(), "32 bytes are far below HKDF's limit of 8,160");
    key
}

/// The keys everything is sealed under: at least one, the first active.
pub struct KeyRing {
    /// Never empty: `parse` and `generate` are the only ways here.
    active: RingKey,
    retired: Vec<RingKey>,
}

impl KeyRing {
    /// A ring of one new key with a random name.
    pub fn generate() -> Self {
        let name: [u8; 4] = random();
        let kid = format!("k{:08x}", u32::from_be_bytes(name));
        Self { active: RingKey { kid, secret: Zeroizing::new(random()) }, retired: Vec::new() }
    }

    /// Reads a ring file's text. The first key is active; the others open what was sealed under them.
    ///
    /// # Errors
    /// [`KeyRingError`] names the line at fault.
    pub fn parse(text: &str) -> Result<Self, KeyRingError> {
        let mut keys: Vec<RingKey> = Vec::new();
        for (index, line) in text.lines().map(str::trim).enumerate() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let key = parse_line(line, index + 1)?;
            if keys.iter().any(|earlier| earlier.kid == key.kid || bool::from(earlier.secret.ct_eq(key.secret.as_slice()))) {
                return Err(KeyRingError::Repeated { line: index + 1 });
            }
            keys.push(key);
        }
        let mut keys = keys.into_iter();
        let active = keys.next().ok_or(KeyRingError::Empty)?;
        Ok(Self { active, retired: keys.collect() })
    }

    /// The ring as a file's text, which [`KeyRing::parse`] reads back. It is a secret: mode 0600.
    pub fn file_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::from(
            "# The key ring of proofsheet. Who has it can open every report; without it none can be opened. Keep it secret and safe.\n\
             # One key a line, the first one seals what is new. Add lines above, remove none that is still in use.\n",
        ));
        for key in self.keys() {
            let encoded = Zeroizing::new(STANDARD.encode(key.secret.as_slice()));
            text.push_str(&key.kid);
            text.push(':');
            text.push_str(&encoded);
            text.push('\n');
        }
        text
    }

    pub(super) fn active(&self) -> &RingKey {
        &self.active
    }

    /// All keys, the active one first.
    pub(super) fn keys(&self) -> impl Iterator<Item = &RingKey> {
        std::iter::once(&self.active).chain(&self.retired)
    }

    pub(super) fn find(&self, kid: &str) -> Result<&RingKey, VaultError> {
        self.keys().find(|key| key.kid == kid).ok_or_else(|| VaultError::UnknownKey { kid: kid.to_owned() })
    }
}

fn parse_line(line: &str, number: usize) -> Result<RingKey, KeyRingError> {
    let (kid, encoded) = line.split_once(':').ok_or(KeyRingError::NotAKey { line: number })?;
    let kid = kid.trim_end();
    let named = (1..=KID_LEN_MAX).contains(&kid.len())
        && kid.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !named {
        return Err(KeyRingError::BadName { line: number });
    }
    let bytes = STANDARD.decode(encoded.trim()).map(Zeroizing::new).map_err(|_| KeyRingError::BadKey { line: number })?;
    let secret = <[u8; 32]>::try_from(bytes.as_slice()).map(Zeroizing::new).map_err(|_| KeyRingError::BadKey { line: number })?;
    Ok(RingKey { kid: kid.to_owned(), secret })
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyRing(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    const B: &str = "YWJjZGVmZ2hpamFiY2RlZmdoaWphYmNkZWZnaGlqYWI=";

    #[test]
    fn reads_what_it_writes() {
        let ring = KeyRing::parse(&format!("# comment\n\n new:{A}\r\nold : {B}\n")).unwrap();
        assert_eq!(ring.active().kid(), "new");
        let again = KeyRing::parse(&ring.file_text()).unwrap();
        let kids: Vec<&str> = again.keys().map(RingKey::kid).collect();
        assert_eq!(kids, ["new", "old"]);
        assert_eq!(*again.active().secret, *ring.active().secret);
        let generated = KeyRing::generate();
        assert_eq!(KeyRing::parse(&generated.file_text()).unwrap().active().kid(), generated.active().kid());
    }

    #[test]
    fn names_the_line_at_fault() {
        let refused = |text: &str| KeyRing::parse(text).err();
        assert_eq!(refused(""), Some(KeyRingError::Empty));
        assert_eq!(refused("# only\n"), Some(KeyRingError::Empty));
        assert_eq!(refused(&format!("a:{A}\nnonsense")), Some(KeyRingError::NotAKey { line: 2 }));
        assert_eq!(refused(&format!("A:{A}")), Some(KeyRingError::BadName { line: 1 }));
        assert_eq!(refused(&format!(":{A}")), Some(KeyRingError::BadName { line: 1 }));
        assert_eq!(refused(&format!("{}:{A}", "k".repeat(33))), Some(KeyRingError::BadName { line: 1 }));
        assert_eq!(refused("a:AAAA"), Some(KeyRingError::BadKey { line: 1 }));
        assert_eq!(refused(&format!("a:{}", A.trim_end_matches('='))), Some(KeyRingError::BadKey { line: 1 }));
        assert_eq!(refused(&format!("a:{A}\n\na:{B}")), Some(KeyRingError::Repeated { line: 3 }));
        assert_eq!(refused(&format!("a:{A}\nb:{A}")), Some(KeyRingError::Repeated { line: 2 }));
    }

    #[test]
    fn uses_have_different_keys_and_secrets_do_not_print() {
        let ring = KeyRing::parse(&format!("a:{A}\nb:{B}")).unwrap();
        assert_ne!(*ring.active().derive("one"), *ring.active().derive("two"));
        assert_ne!(*ring.active().derive("one"), *ring.find("b").unwrap().derive("one"));
        assert_eq!(ring.find("c").err(), Some(VaultError::UnknownKey { kid: "c".to_owned() }));
        assert_eq!(format!("{ring:?}"), "KeyRing(…)");
    }

    #[test]
    fn derivation_is_hkdf_of_rfc_5869() {
        // Test case 3 of RFC 5869 has no salt and no info, but a shorter secret; this vector was made with Python's
        // hmac module: PRK = HMAC(zeros, secret), T(1) = HMAC(PRK, info || 0x01).
        let key = derive(b"01234567890123456789012345678901", &[b"proofsheet/1/", b"seal/agency-name"]);
        let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "0d6562efac910407465529de9d3bdc2b96bf5ed1efec971942f64aea33416e62");
    }
}
