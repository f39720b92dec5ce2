//! What ingest read, in the words of the result.

use crate::ingest::{self, IngestError, Photo};
use crate::raster::RowError;

use super::profile::Profile;
use super::{CaptureFacts, Completeness, Compression, FileFacts, Format, PhotoProblem};

/// Why a file gives no photo.
pub fn problem(error: &IngestError) -> PhotoProblem {
    match error {
        IngestError::UnsupportedType { .. } => PhotoProblem::UnsupportedType,
        IngestError::UnsupportedCoding { .. } => PhotoProblem::UnsupportedCoding,
        IngestError::CameraRaw { .. } => PhotoProblem::CameraRaw,
        IngestError::Video { .. } => PhotoProblem::Video,
        IngestError::NotReadYet { .. } => PhotoProblem::NotReadYet,
        IngestError::TooManyPixels { .. } => PhotoProblem::TooManyPixels,
        IngestError::TooMuchMemory { .. } => PhotoProblem::TooMuchMemory,
        IngestError::TooLong { .. } => PhotoProblem::TooLong,
        IngestError::MetadataTooLarge { .. } => PhotoProblem::MetadataTooLarge,
        IngestError::Truncated => PhotoProblem::Truncated,
        IngestError::Damaged { .. } => PhotoProblem::Damaged,
    }
}

/// Why a picture without a single row gives no photo.
pub fn row_problem(error: &RowError) -> PhotoProblem {
    match error {
        RowError::Truncated { .. } => PhotoProblem::Truncated,
        RowError::Damaged { .. } => PhotoProblem::Damaged,
    }
}

/// Whether the file is all there: what stopped the rows outweighs what the walk over the container says.
fn completeness(container: ingest::Completeness, stopped: Option<&RowError>) -> Completeness {
    match (stopped, container) {
        (Some(RowError::Truncated { .. }), _) => Completeness::Truncated,
        (Some(RowError::Damaged { .. }), ingest::Completeness::Truncated) | (None, ingest::Completeness::Truncated) => {
            Completeness::Truncated
        }
        (Some(RowError::Damaged { .. }), _) | (None, ingest::Completeness::Damaged) => Completeness::Damaged,
        (None, ingest::Completeness::Complete) => Completeness::Complete,
    }
}

/// What the last row told.
#[derive(Debug, Clone, Copy, Default)]
pub struct Seen<'a> {
    /// Why it was not the last of the picture.
    pub stopped: Option<&'a RowError>,
    /// Bits that samples of 16 bits use.
    pub bits_used: Option<u8>,
}

/// What the file is. Asked after the last row, when it is known whether alpha is used.
pub fn file(photo: &Photo<'_>, profile: &Profile, seen: Seen<'_>, size_bytes: u64, sha256: String) -> FileFacts {
    let (header, identity) = (&photo.header, profile.identity());
    let stored_px = (header.width, header.height);
    let (width_px, height_px) = header.orientation.seen_size(stored_px);
    FileFacts {
        format: match header.format {
            ingest::Format::Jpeg => Format::Jpeg,
            ingest::Format::Png => Format::Png,
            ingest::Format::WebP => Format::WebP,
            ingest::Format::Tiff => Format::Tiff,
            ingest::Format::Gif => Format::Gif,
        },
        size_bytes,
        sha256,
        completeness: completeness(photo.container.completeness, seen.stopped),
        trailing_bytes: photo.container.trailing_bytes,
        width_px,
        height_px,
        stored_px,
        orientation: header.orientation,
        bits_per_sample: header.bits_per_sample,
        bits_used: seen.bits_used,
        channels: header.channels,
        indexed: header.indexed,
        compression: match photo.container.compression {
            ingest::Compression::None => Compression::None,
            ingest::Compression::Lossless => Compression::Lossless,
            ingest::Compression::Lossy => Compression::Lossy,
        },
        pictures: photo.container.pictures,
        animated: photo.container.animated,
        has_alpha: header.has_alpha,
        alpha_used: header.has_alpha && photo.rows.alpha_used(),
        profile: profile.description().map(str::to_owned),
        known_profile: identity.known,
        profile_class: identity.class,
        profile_version: identity.version,
        is_srgb: profile.is_srgb() && header.channels < 4,
    }
}

/// What the camera wrote down.
pub fn capture(capture: &ingest::Capture) -> CaptureFacts {
    let ingest::Capture {
        make,
        model,
        lens,
        exposure_time,
        f_number,
        iso,
        focal_length_mm,
        focal_length_35mm,
        flash_fired,
        taken_at,
        software,
    } = capture.clone();
    CaptureFacts {
        slower_than_focal_length: slower(exposure_time.as_deref(), focal_length_35mm),
        make,
        model,
        lens,
        exposure_time,
        f_number,
        iso,
        focal_length_mm,
        focal_length_35mm,
        flash_fired,
        taken_at,
        software,
    }
}

/// Whether a time, `1/250` or `2.5`, is longer than one over a focal length, in seconds.
fn slower(time: Option<&str>, focal_length_35mm: Option<u32>) -> Option<bool> {
    let (time, focal_length) = (time?, f64::from(focal_length_35mm?));
    let (num, denom) = time.split_once('/').unwrap_or((time, "1"));
    let seconds = num.parse::<f64>().ok()? / denom.parse::<f64>().ok().filter(|denom| *denom > 0.0)?;
    // a hundredth is rounding
    Some(seconds * focal_length > 1.01)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_held_against_the_focal_length() {
        assert_eq!(slower(Some("1/30"), Some(50)), Some(true));
        assert_eq!(slower(Some("1/50"), Some(50)), Some(false));
        assert_eq!(slower(Some("2.5"), Some(24)), Some(true));
        assert_eq!(slower(Some("1/50"), None), None);
        assert_eq!(slower(Some("fast"), Some(50)), None);
    }
}
