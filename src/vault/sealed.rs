//! Small values for columns: names, addresses, secrets. AES-256-GCM under a key of the purpose, bound to its row.
//!
//! Form: `0x01`, length of the ring key's name, the name, 12 bytes of nonce, ciphertext and tag.
//! Nonces are random; a ring key is to be rotated long before 2^32 values of one purpose.

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Key};
use zeroize::Zeroizing;

use super::key_ring::RingKey;
use super::{Vault, VaultError, joined, random};

/// First byte of every sealed value.
const FORM: u8 = 1;
/// Bytes of a nonce.
pub(super) const NONCE_LEN: usize = 12;
/// Bytes of a tag.
pub(super) const TAG_LEN: usize = 16;

/// What a sealed value or keyed digest is for. Each purpose has its own key, so a value moved to another column does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// An agency's name.
    AgencyName,
    /// How an agency's reports look.
    Branding,
    /// A person's mail address; as a digest, the look-up of it.
    MailAddress,
    /// An API key's label.
    KeyLabel,
    /// Networks an API key may be used from.
    KeyNetworks,
    /// The customer's own reference of an analysis.
    Reference,
    /// A webhook endpoint's URL.
    WebhookUrl,
    /// A webhook endpoint's secret.
    WebhookSecret,
    /// The headers a customer wants on every delivery.
    WebhookHeaders,
    /// What a customer calls an endpoint.
    WebhookDescription,
    /// The start of a receiver's answer.
    WebhookResponse,
    /// A session's form token.
    FormToken,
    /// A photo's bytes, as a digest.
    Photo,
    /// A client's own key for a request, as a digest.
    IdempotencyKey,
    /// Everything a request asks, as a digest.
    RequestFingerprint,
}

impl Purpose {
    /// The name keys are derived with. Never changed: what was sealed would not open any more.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::AgencyName => "agency-name",
            Self::Branding => "branding",
            Self::MailAddress => "mail-address",
            Self::KeyLabel => "key-label",
            Self::KeyNetworks => "key-networks",
            Self::Reference => "reference",
            Self::WebhookUrl => "webhook-url",
            Self::WebhookSecret => "webhook-secret",
            Self::WebhookHeaders => "webhook-headers",
            Self::WebhookDescription => "webhook-description",
            Self::WebhookResponse => "webhook-response",
            Self::FormToken => "form-token",
            Self::Photo => "photo",
            Self::IdempotencyKey => "idempotency-key",
            Self::RequestFingerprint => "request-fingerprint",
        }
    }
}

impl Vault {
    /// Seals a small value under the active key. `context` is the id of the row it goes to; the same must be given to open it.
    ///
    /// # Errors
    /// [`VaultError::TooLarge`] above the cipher's 64 GiB.
    pub fn seal(&self, purpose: Purpose, context: &str, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        let key = self.ring.active();
        let nonce: [u8; NONCE_LEN] = random();
        let aad = associated(purpose, key.kid(), context);
        let body = encrypt(&purpose_key(key, purpose), &nonce, &aad, plain)?;
        let kid = key.kid().as_bytes();
        let mut sealed = Vec::with_capacity(2 + kid.len() + NONCE_LEN + body.len());
        sealed.push(FORM);
        sealed.push(u8::try_from(kid.len()).unwrap_or(u8::MAX));
        sealed.extend_from_slice(kid);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&body);
        Ok(sealed)
    }

    /// Opens what [`Vault::seal`] made, under whichever ring key it names.
    ///
    /// # Errors
    /// [`VaultError::Malformed`], [`VaultError::UnknownKey`], or [`VaultError::Forged`] if it was changed or is not of this
    /// purpose and context.
    pub fn open(&self, purpose: Purpose, context: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let (form, rest) = sealed.split_first().ok_or(VaultError::Malformed)?;
        let (kid_len, rest) = rest.split_first().ok_or(VaultError::Malformed)?;
        let (kid, rest) = rest.split_at_checked(usize::from(*kid_len)).ok_or(VaultError::Malformed)?;
        let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>().ok_or(VaultError::Malformed)?;
        if *form != FORM || body.len() < TAG_LEN {
            return Err(VaultError::Malformed);
        }
        let kid = std::str::from_utf8(kid).map_err(|_| VaultError::Malformed)?;
        let key = self.ring.find(kid)?;
        decrypt(&purpose_key(key, purpose), nonce, &associated(purpose, kid, context), body)
    }

    /// As [`Vault::open`], for text.
    ///
    /// # Errors
    /// Those of [`Vault::open`], and [`VaultError::NotText`].
    pub fn open_text(&self, purpose: Purpose, context: &str, sealed: &[u8]) -> Result<Zeroizing<String>, VaultError> {
        let plain = self.open(purpose, context, sealed)?;
        std::str::from_utf8(&plain).map(|text| Zeroizing::new(text.to_owned())).map_err(|_| VaultError::NotText)
    }
}

fn purpose_key(key: &RingKey, purpose: Purpose) -> Zeroizing<[u8; 32]> {
    key.derive(&format!("seal/{}", purpose.slug()))
}

fn associated(purpose: Purpose, kid: &str, context: &str) -> Vec<u8> {
    joined(&[&[FORM], purpose.slug().as_bytes(), kid.as_bytes(), context.as_bytes()])
}

pub(super) fn encrypt(key: &[u8; 32], nonce: &[u8; NONCE_LEN], aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, VaultError> {
    Aes256Gcm::new(&Key::<Aes256Gcm>::from(*key))
        .encrypt(&(*nonce).into(), Payload { msg: plain, aad })
        .map_err(|_| VaultError::TooLarge)
}

pub(super) fn decrypt(
    key: &[u8; 32],
    nonce: &[u8; NONCE_LEN],
    aad: &[u8],
    body: &[u8],
) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    Aes256Gcm::new(&Key::<Aes256Gcm>::from(*key))
        .decrypt(&(*nonce).into(), Payload { msg: body, aad })
        .map(Zeroizing::new)
        .map_err(|_| VaultError::Forged)
}

#[cfg(test)]
mod tests {
    use super::super::KeyRing;
    use super::*;

    const A: &str = "a:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    const B: &str = "b:YWJjZGVmZ2hpamFiY2RlZmdoaWphYmNkZWZnaGlqYWI=";

    fn vault(lines: &[&str]) -> Vault {
        Vault::new(KeyRing::parse(&lines.join("\n")).unwrap())
    }

    #[test]
    fn opens_only_where_it_was_sealed_for() {
        let vault = vault(&[A]);
        let sealed = vault.seal(Purpose::AgencyName, "ag_1", "Studio Süd".as_bytes()).unwrap();
        assert_eq!(vault.open_text(Purpose::AgencyName, "ag_1", &sealed).unwrap().as_str(), "Studio Süd");
        assert_eq!(vault.open(Purpose::AgencyName, "ag_2", &sealed).unwrap_err(), VaultError::Forged);
        assert_eq!(vault.open(Purpose::Reference, "ag_1", &sealed).unwrap_err(), VaultError::Forged);
        assert_ne!(sealed, vault.seal(Purpose::AgencyName, "ag_1", "Studio Süd".as_bytes()).unwrap(), "nonces are fresh");
    }

    #[test]
    fn older_keys_open_and_unknown_ones_are_named() {
        let sealed = vault(&[A]).seal(Purpose::WebhookSecret, "ep", b"x").unwrap();
        let rotated = vault(&[B, A]);
        assert_eq!(rotated.open(Purpose::WebhookSecret, "ep", &sealed).unwrap().as_slice(), b"x");
        assert_eq!(rotated.active_kid(), "b");
        let without = vault(&[B]);
        assert_eq!(
            without.open(Purpose::WebhookSecret, "ep", &sealed).unwrap_err(),
            VaultError::UnknownKey { kid: "a".to_owned() }
        );
    }

    proptest::proptest! {
        #[test]
        fn any_value_comes_back_and_any_flipped_bit_is_noticed(plain: Vec<u8>, context: String, at: usize, bit in 0_u8..8) {
            let vault = vault(&[A]);
            let mut sealed = vault.seal(Purpose::Reference, &context, &plain).unwrap();
            let opened = vault.open(Purpose::Reference, &context, &sealed).unwrap();
            proptest::prop_assert_eq!(opened.as_slice(), plain.as_slice());
            let at = at % sealed.len();
            sealed[at] ^= 1 << bit;
            proptest::prop_assert!(vault.open(Purpose::Reference, &context, &sealed).is_err());
            proptest::prop_assert!(vault.open(Purpose::Reference, &context, &sealed[..at]).is_err());
        }
    }
}
