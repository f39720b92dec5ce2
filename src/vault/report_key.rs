//! One key a report. Wrapped by the ring it stands in the database; deleting that row is the deletion of the report.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::key_ring::derive;
use super::sealed::{NONCE_LEN, decrypt, encrypt};
use super::{Vault, VaultError, joined, random};
use crate::domain::{AgencyId, AnalysisId, ReportId};

const USE_NAME: &str = "wrap/report-key";
const PARTIALS_USE_NAME: &str = "wrap/partials-key";

/// 256 random bits that open one report's objects.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct ReportKey([u8; 32]);

impl ReportKey {
    /// Bytes of [`ReportKey::id`].
    pub const ID_LEN: usize = 8;

    /// A new key.
    pub fn generate() -> Self {
        Self(random())
    }

    /// Names the key inside its objects without giving anything of it away. Stays the same when the ring is rotated.
    pub fn id(&self) -> [u8; Self::ID_LEN] {
        let derived = derive(&self.0, &[b"proofsheet/1/report-key-id"]);
        let mut id = [0; Self::ID_LEN];
        id.copy_from_slice(&derived[..Self::ID_LEN]);
        id
    }

    /// The key for one part of the report, so that no two objects share a key.
    pub(super) fn for_part(&self, part: &str) -> Zeroizing<[u8; 32]> {
        derive(&self.0, &[b"proofsheet/1/object/", part.as_bytes()])
    }
}

impl fmt::Debug for ReportKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReportKey(…)")
    }
}

/// A report key as it may be stored.
#[derive(Clone, PartialEq, Eq)]
pub struct WrappedKey {
    /// The ring key it is wrapped under.
    pub kid: String,
    /// 12 bytes.
    pub nonce: Vec<u8>,
    /// 48 bytes: the key and the tag.
    pub wrapped: Vec<u8>,
}

impl fmt::Debug for WrappedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WrappedKey({}, …)", self.kid)
    }
}

impl Vault {
    /// Wraps a report's key under the active ring key, bound to agency and report.
    ///
    /// # Errors
    /// [`VaultError::TooLarge`] cannot happen for 32 bytes, but is the cipher's answer type.
    pub fn wrap_report_key(&self, key: &ReportKey, agency: &AgencyId, report: &ReportId) -> Result<WrappedKey, VaultError> {
        self.wrap(USE_NAME, key, agency, report.as_str())
    }

    /// Wraps the key of an open analysis's partial results, bound to agency and analysis.
    ///
    /// # Errors
    /// As [`Vault::wrap_report_key`].
    pub fn wrap_partials_key(&self, key: &ReportKey, agency: &AgencyId, analysis: &AnalysisId) -> Result<WrappedKey, VaultError> {
        self.wrap(PARTIALS_USE_NAME, key, agency, analysis.as_str())
    }

    /// Unwraps the key of an open analysis's partial results.
    ///
    /// # Errors
    /// As [`Vault::unwrap_report_key`].
    pub fn unwrap_partials_key(
        &self,
        wrapped: &WrappedKey,
        agency: &AgencyId,
        analysis: &AnalysisId,
    ) -> Result<ReportKey, VaultError> {
        self.unwrap_key(PARTIALS_USE_NAME, wrapped, agency, analysis.as_str())
    }

    fn wrap(&self, use_name: &str, key: &ReportKey, agency: &AgencyId, owner: &str) -> Result<WrappedKey, VaultError> {
        let ring_key = self.ring.active();
        let nonce: [u8; NONCE_LEN] = random();
        let aad = associated(ring_key.kid(), agency, owner);
        let wrapped = encrypt(&ring_key.derive(use_name), &nonce, &aad, &key.0)?;
        Ok(WrappedKey { kid: ring_key.kid().to_owned(), nonce: nonce.to_vec(), wrapped })
    }

    /// Unwraps a report's key.
    ///
    /// # Errors
    /// [`VaultError::UnknownKey`], [`VaultError::Malformed`], or [`VaultError::Forged`] if it was changed or is another report's.
    pub fn unwrap_report_key(&self, wrapped: &WrappedKey, agency: &AgencyId, report: &ReportId) -> Result<ReportKey, VaultError> {
        self.unwrap_key(USE_NAME, wrapped, agency, report.as_str())
    }

    fn unwrap_key(&self, use_name: &str, wrapped: &WrappedKey, agency: &AgencyId, owner: &str) -> Result<ReportKey, VaultError> {
        let ring_key = self.ring.find(&wrapped.kid)?;
        let nonce = <&[u8; NONCE_LEN]>::try_from(wrapped.nonce.as_slice()).map_err(|_| VaultError::Malformed)?;
        let aad = associated(&wrapped.kid, agency, owner);
        let plain = decrypt(&ring_key.derive(use_name), nonce, &aad, &wrapped.wrapped)?;
        <[u8; 32]>::try_from(plain.as_slice()).map(ReportKey).map_err(|_| VaultError::Malformed)
    }
}

fn associated(kid: &str, agency: &AgencyId, owner: &str) -> Vec<u8> {
    joined(&[kid.as_bytes(), agency.as_str().as_bytes(), owner.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::super::KeyRing;
    use super::*;
    use crate::domain::Timestamp;

    #[test]
    fn a_key_unwraps_only_for_its_own_report() {
        let now = Timestamp::from_epoch_millis(0);
        let (agency, report) = (AgencyId::generate(now), ReportId::generate(now));
        let vault = Vault::new(KeyRing::generate());
        let key = ReportKey::generate();
        let wrapped = vault.wrap_report_key(&key, &agency, &report).unwrap();
        assert_eq!(vault.unwrap_report_key(&wrapped, &agency, &report).unwrap().0, key.0);

        let forged = |wrapped: &WrappedKey, agency: &AgencyId, report: &ReportId| {
            vault.unwrap_report_key(wrapped, agency, report).unwrap_err()
        };
        assert_eq!(forged(&wrapped, &AgencyId::generate(now), &report), VaultError::Forged);
        assert_eq!(forged(&wrapped, &agency, &ReportId::generate(now)), VaultError::Forged);
        let mut flipped = wrapped.clone();
        flipped.wrapped[0] ^= 1;
        assert_eq!(forged(&flipped, &agency, &report), VaultError::Forged);
        let mut short = wrapped.clone();
        short.nonce.pop();
        assert_eq!(forged(&short, &agency, &report), VaultError::Malformed);
        let mut other = wrapped;
        other.kid = "gone".to_owned();
        assert_eq!(forged(&other, &agency, &report), VaultError::UnknownKey { kid: "gone".to_owned() });
    }

    #[test]
    fn a_kid_of_the_same_ring_does_not_unwrap_for_another() {
        let line = |kid: &str, byte: u8| {
            format!("{kid}:{}", base64::Engine::encode(&base64::engine::general_purpose::STANDARD, [byte; 32]))
        };
        let vault = Vault::new(KeyRing::parse(&[line("a", 1), line("b", 2)].join("\n")).unwrap());
        let now = Timestamp::from_epoch_millis(0);
        let (agency, report) = (AgencyId::generate(now), ReportId::generate(now));
        let mut wrapped = vault.wrap_report_key(&ReportKey::generate(), &agency, &report).unwrap();
        assert_eq!(wrapped.kid, "a");
        wrapped.kid = "b".to_owned();
        assert_eq!(vault.unwrap_report_key(&wrapped, &agency, &report).unwrap_err(), VaultError::Forged);
    }

    #[test]
    fn keys_do_not_print() {
        let key = ReportKey::generate();
        assert_eq!(format!("{key:?}"), "ReportKey(…)");
        let wrapped = WrappedKey { kid: "k".to_owned(), nonce: vec![7], wrapped: vec![9] };
        assert_eq!(format!("{wrapped:?}"), "WrappedKey(k, …)");
    }
}
