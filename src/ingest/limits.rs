//! What a photo may cost, checked on its headers before anything is allocated for it.

use super::IngestError;

/// Limits of one photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Width times height, in pixels.
    pub pixels_max: u64,
    /// The longer side, in pixels.
    pub edge_px_max: u32,
    /// All metadata blocks of the file together, in bytes as stored.
    pub metadata_bytes_max: u64,
    /// The colour profile, in bytes, unpacked.
    pub icc_bytes_max: u64,
    /// What a decoder may hold at once for pictures that cannot be read row by row (progressive, interlaced), in bytes.
    pub decoder_bytes_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pixels_max: 100_000_000,
            edge_px_max: 30_000,
            metadata_bytes_max: 16 << 20,
            icc_bytes_max: 4 << 20,
            decoder_bytes_max: 1 << 30,
        }
    }
}

impl Limits {
    /// Checks the size a header promises.
    ///
    /// # Errors
    /// [`IngestError::Damaged`] without pixels, [`IngestError::TooLong`], [`IngestError::TooManyPixels`].
    pub fn check_size(&self, width: u32, height: u32) -> Result<(), IngestError> {
        if width == 0 || height == 0 {
            return Err(IngestError::Damaged { what: "its header says it has no pixels" });
        }
        let edge_px = width.max(height);
        if edge_px > self.edge_px_max {
            return Err(IngestError::TooLong { edge_px, limit_px: self.edge_px_max });
        }
        let pixels = u64::from(width) * u64::from(height);
        if pixels > self.pixels_max {
            return Err(IngestError::TooManyPixels { pixels, limit: self.pixels_max });
        }
        Ok(())
    }

    /// Checks what a decoder has to hold at once.
    ///
    /// # Errors
    /// [`IngestError::TooMuchMemory`].
    pub fn check_decoder_bytes(&self, bytes: u64) -> Result<(), IngestError> {
        if bytes > self.decoder_bytes_max {
            return Err(IngestError::TooMuchMemory { bytes, limit: self.decoder_bytes_max });
        }
        Ok(())
    }

    /// Checks the sum of all metadata blocks seen so far.
    ///
    /// # Errors
    /// [`IngestError::MetadataTooLarge`].
    pub fn check_metadata(&self, bytes: u64) -> Result<(), IngestError> {
        if bytes > self.metadata_bytes_max {
            return Err(IngestError::MetadataTooLarge { bytes, limit: self.metadata_bytes_max });
        }
        Ok(())
    }

    /// Checks the size of a colour profile.
    ///
    /// # Errors
    /// [`IngestError::MetadataTooLarge`].
    pub fn check_icc(&self, bytes: u64) -> Result<(), IngestError> {
        if bytes > self.icc_bytes_max {
            return Err(IngestError::MetadataTooLarge { bytes, limit: self.icc_bytes_max });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_the_limit_is_fine_and_one_past_is_not() {
        let limits = Limits { pixels_max: 120, edge_px_max: 20, ..Limits::default() };
        assert_eq!(limits.check_size(20, 6), Ok(()));
        assert_eq!(limits.check_size(11, 11), Err(IngestError::TooManyPixels { pixels: 121, limit: 120 }));
        assert_eq!(limits.check_size(1, 21), Err(IngestError::TooLong { edge_px: 21, limit_px: 20 }));
        assert!(limits.check_size(0, 5).is_err());
        assert_eq!(Limits::default().check_size(10_000, 10_000), Ok(()));
        assert_eq!(limits.check_icc(4 << 20), Ok(()));
        assert!(limits.check_icc((4 << 20) + 1).is_err());
        assert_eq!(limits.check_metadata(16 << 20), Ok(()));
        assert!(limits.check_metadata((16 << 20) + 1).is_err());
        assert_eq!(limits.check_decoder_bytes(1 << 30), Ok(()));
        assert!(limits.check_decoder_bytes((1 << 30) + 1).is_err());
    }

    #[test]
    fn the_largest_sides_do_not_overflow() {
        let limits = Limits { edge_px_max: u32::MAX, ..Limits::default() };
        assert!(matches!(limits.check_size(u32::MAX, u32::MAX), Err(IngestError::TooManyPixels { .. })));
    }
}
