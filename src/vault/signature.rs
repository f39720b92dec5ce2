//! Ed25519 signatures (RFC 8032) for receipts. The signing key is derived from the ring key, so it survives what it signs for:
//! it is another key than the destroyed one.

use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};

use super::key_ring::RingKey;
use super::{Vault, VaultError};

/// A signature and the key that made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The ring key whose signing key it is by.
    pub kid: String,
    /// The 64 bytes.
    pub bytes: [u8; 64],
}

/// A public key for checking receipts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// The ring key it belongs to.
    pub kid: String,
    /// The 32 bytes of RFC 8032.
    pub bytes: [u8; 32],
}

impl Vault {
    /// Signs exactly these bytes.
    pub fn sign(&self, bytes: &[u8]) -> Signature {
        let key = self.ring.active();
        Signature { kid: key.kid().to_owned(), bytes: signing_key(key).sign(bytes).to_bytes() }
    }

    /// Checks a signature by any key of the ring.
    ///
    /// # Errors
    /// [`VaultError::UnknownKey`] or [`VaultError::BadSignature`].
    pub fn verify(&self, bytes: &[u8], signature: &Signature) -> Result<(), VaultError> {
        let key = self.ring.find(&signature.kid)?;
        let public = PublicKey { kid: signature.kid.clone(), bytes: signing_key(key).verifying_key().to_bytes() };
        verify_with(&public, bytes, signature)
    }

    /// The public keys of the ring, the active one first; anybody may have them.
    pub fn public_keys(&self) -> Vec<PublicKey> {
        self.ring
            .keys()
            .map(|key| PublicKey { kid: key.kid().to_owned(), bytes: signing_key(key).verifying_key().to_bytes() })
            .collect()
    }
}

/// Checks a signature with a public key alone, as anybody outside can.
///
/// # Errors
/// [`VaultError::UnknownKey`] if the signature names another key, [`VaultError::BadSignature`] if it does not fit.
pub fn verify_with(key: &PublicKey, bytes: &[u8], signature: &Signature) -> Result<(), VaultError> {
    if key.kid != signature.kid {
        return Err(VaultError::UnknownKey { kid: signature.kid.clone() });
    }
    let public = VerifyingKey::from_bytes(&key.bytes).map_err(|_| VaultError::BadSignature)?;
    // Strict: refuses keys and signatures that several implementations would judge differently.
    public.verify_strict(bytes, &ed25519_dalek::Signature::from_bytes(&signature.bytes)).map_err(|_| VaultError::BadSignature)
}

fn signing_key(key: &RingKey) -> SigningKey {
    SigningKey::from_bytes(&key.derive("sign/receipt"))
}

#[cfg(test)]
mod tests {
    use super::super::KeyRing;
    use super::*;

    #[test]
    fn a_signature_fits_its_bytes_and_key_only() {
        let vault = Vault::new(KeyRing::generate());
        let signature = vault.sign(b"receipt");
        assert_eq!(vault.verify(b"receipt", &signature), Ok(()));
        assert_eq!(vault.verify(b"receipt ", &signature), Err(VaultError::BadSignature));
        let [public] = vault.public_keys().try_into().unwrap();
        assert_eq!(verify_with(&public, b"receipt", &signature), Ok(()));
        for at in [0, 31, 32, 63] {
            let mut forged = signature.clone();
            forged.bytes[at] ^= 1;
            assert_eq!(vault.verify(b"receipt", &forged), Err(VaultError::BadSignature), "byte {at}");
        }
        let other = Vault::new(KeyRing::generate());
        assert_eq!(other.verify(b"receipt", &signature), Err(VaultError::UnknownKey { kid: signature.kid.clone() }));
        let same_name = PublicKey { kid: signature.kid.clone(), bytes: other.public_keys()[0].bytes };
        assert_eq!(verify_with(&same_name, b"receipt", &signature), Err(VaultError::BadSignature));
    }

    #[test]
    fn an_old_key_still_verifies_after_a_rotation() {
        let old = KeyRing::generate();
        let lines = old.file_text().to_string();
        let signature = Vault::new(old).sign(b"receipt");
        let new = KeyRing::generate().file_text().to_string();
        let rotated = Vault::new(KeyRing::parse(&(new + &lines)).unwrap());
        assert_ne!(rotated.active_kid(), signature.kid);
        assert_eq!(rotated.verify(b"receipt", &signature), Ok(()));
        assert_eq!(rotated.public_keys().len(), 2);
    }
}
