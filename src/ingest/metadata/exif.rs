//! EXIF (CIPA DC-008) to facts.

use super::Metadata;

/// Reads a TIFF-shaped EXIF block into `metadata`.
pub fn read(tiff: &[u8], metadata: &mut Metadata) {
    metadata.has_exif = !tiff.is_empty();
}
