//! Turns plain bytes into sealed ones and back, signs receipts, and makes keyed digests, all under one key ring.
//!
//! The ring is a short file of 256-bit keys; no ring key is used directly, each use derives its own key from it by HKDF-SHA256
//! (RFC 5869). Nothing here knows a database, a file or a clock: callers bring the ring's text and keep what is sealed.
//!
//! | what | how |
//! |---|---|
//! | column values | AES-256-GCM, bound to a [`Purpose`] and a context (the row's id) |
//! | report keys | AES-256-GCM, bound to agency and report; destroying the wrapped key ends the report |
//! | partial results of open analyses | as reports' objects, bound to agency, analysis and number, under a key of the analysis |
//! | objects | STREAM BE32 over AES-256-GCM in chunks of 64 KiB, bound to agency, report, part and length |
//! | look-up digests | HMAC-SHA256 |
//! | passwords | HMAC-SHA256 before bcrypt |
//! | receipts | Ed25519 |

mod digest;
mod error;
mod key_ring;
mod object;
mod report_key;
mod sealed;
mod signature;

use std::fmt;
use std::sync::Arc;

pub use digest::{Digest, Hasher, Peppered, sha256};
pub use error::{KeyRingError, VaultError};
pub use key_ring::KeyRing;
pub use object::{open_object, open_partial, seal_object, seal_partial, sealed_object_len};
pub use report_key::{ReportKey, WrappedKey};
pub use sealed::Purpose;
pub use signature::{PublicKey, Signature, verify_with};

/// The key ring in use. Cheap to clone; prints nothing of what it holds.
#[derive(Clone)]
pub struct Vault {
    ring: Arc<KeyRing>,
}

impl Vault {
    /// Works with `ring`; new values are sealed under its first key, older ones are opened under theirs.
    pub fn new(ring: KeyRing) -> Self {
        Self { ring: Arc::new(ring) }
    }

    /// The id of the key that seals new values.
    pub fn active_kid(&self) -> &str {
        self.ring.active().kid()
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(…)")
    }
}

/// Fresh bytes from the operating system's generator, by way of a thread-local stream cipher.
fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0_u8; N];
    rand::Rng::fill_bytes(&mut rand::rng(), &mut bytes);
    bytes
}

/// Joins parts so that no two lists of parts give the same bytes: each part stands behind its length (32 bits, big endian).
fn joined(parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(parts.iter().map(|part| part.len() + 4).sum());
    for part in parts {
        bytes.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}
