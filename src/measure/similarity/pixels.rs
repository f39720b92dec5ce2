//! Whether two files show the same pixels, though their bytes differ.
//!
//! Not every pixel is hashed but what the pass has already: size, depth, how often each level of R', G' and B' occurs, and the
//! picture made small, as seen and in sRGB. Pictures of equal pixels are equal in all of these however they are stored; unequal
//! ones would need the same counts and the same small picture.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::measure::{FileFacts, Histogram};

/// The first 128 bits of a SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PixelHash(pub [u8; 16]);

impl PixelHash {
    /// 32 lower-case hex digits.
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Of pixels, after what was counted before them.
    pub(super) fn of(mut counted: Sha256, pixels: &[[u8; 3]]) -> Self {
        counted.update(pixels.as_flattened());
        let digest: [u8; 32] = counted.finalize().into();
        let (first, _) = digest.split_at(16);
        Self(std::array::from_fn(|at| first.get(at).copied().unwrap_or_default()))
    }
}

/// What is counted over all pixels. Luma is left out: a JPEG's own differs by rounding from that of the same pixels in a PNG.
pub(super) fn counted(file: &FileFacts, histogram: &Histogram) -> Sha256 {
    let mut hasher = Sha256::new();
    hasher.update(b"proofsheet pixels 1");
    hasher.update(file.width_px.to_le_bytes());
    hasher.update(file.height_px.to_le_bytes());
    hasher.update([u8::from(file.bits_per_sample > 8), u8::from(file.alpha_used)]);
    for count in [&histogram.red, &histogram.green, &histogram.blue].into_iter().flatten() {
        hasher.update(count.to_le_bytes());
    }
    hasher
}
