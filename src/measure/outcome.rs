//! What becomes of one photo: measured, or unusable with a problem of the catalogue.

use serde::{Deserialize, Serialize};

use super::result::{PhotoMeasurements, PhotoVerdict};

/// Why a photo could not be measured at all. Slugs are API words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhotoProblem {
    /// Not a format we read.
    UnsupportedType,
    /// A camera's raw file.
    CameraRaw,
    /// A film.
    Video,
    /// A photo in a format we do not read yet (HEIC, AVIF, JPEG XL).
    NotReadYet,
    /// Breaks off before the first row.
    Truncated,
    /// Contradicts itself.
    Damaged,
    /// More pixels than allowed.
    TooManyPixels,
    /// Wider or higher than allowed.
    TooLong,
    /// Its decoder would hold more memory at once than allowed.
    TooMuchMemory,
    /// Coded in a way we do not read (arithmetic, lossless, 12 bit, floating point, fax).
    UnsupportedCoding,
    /// Metadata larger than allowed.
    MetadataTooLarge,
    /// The worker was stopped: it ran out of time, memory or its permitted calls.
    WorkerStopped,
}

impl PhotoProblem {
    /// All.
    pub const ALL: [Self; 12] = [
        Self::UnsupportedType,
        Self::CameraRaw,
        Self::Video,
        Self::NotReadYet,
        Self::Truncated,
        Self::Damaged,
        Self::TooManyPixels,
        Self::TooLong,
        Self::TooMuchMemory,
        Self::UnsupportedCoding,
        Self::MetadataTooLarge,
        Self::WorkerStopped,
    ];

    /// The word in the API, result and database.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::UnsupportedType => "unsupported_type",
            Self::CameraRaw => "camera_raw",
            Self::Video => "video",
            Self::NotReadYet => "not_read_yet",
            Self::Truncated => "truncated",
            Self::Damaged => "damaged",
            Self::TooManyPixels => "too_many_pixels",
            Self::TooLong => "too_long",
            Self::TooMuchMemory => "too_much_memory",
            Self::UnsupportedCoding => "unsupported_coding",
            Self::MetadataTooLarge => "metadata_too_large",
            Self::WorkerStopped => "worker_stopped",
        }
    }

    /// What is wrong and what to do.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::UnsupportedType => {
                "This is not a JPEG, PNG, WebP, TIFF or GIF file. Export it as JPEG or PNG and send it again."
            }
            Self::CameraRaw => {
                "This is a camera's raw file, which has no finished picture in it. Develop it and export it as JPEG or TIFF."
            }
            Self::Video => "This is a film, not a photo. Send a still picture.",
            Self::NotReadYet => {
                "This is a HEIC, AVIF or JPEG XL picture, which we do not read yet. Export it as JPEG and send it again."
            }
            Self::Truncated => "The file ends before its picture begins. Copy or upload it again.",
            Self::Damaged => "The file is damaged and cannot be read. Export it again.",
            Self::TooManyPixels => "The picture has more pixels than we accept. Export it smaller.",
            Self::TooLong => "The picture is longer on one side than we accept. Export it smaller.",
            Self::TooMuchMemory => {
                "Decoding this picture would take more memory at once than we allow. Export it smaller, or as a baseline JPEG."
            }
            Self::UnsupportedCoding => "The file is coded in a way we do not read. Export it as an ordinary RGB JPEG.",
            Self::MetadataTooLarge => "The file carries more metadata than we accept. Export it without.",
            Self::WorkerStopped => "Measuring this file took more time or memory than a photo may. Export it again.",
        }
    }
}

/// What became of one photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhotoOutcome {
    /// Measured.
    Measured(Box<PhotoMeasurements>),
    /// Not measured.
    Unusable(PhotoProblem),
}

impl PhotoOutcome {
    /// The photo's word; an unusable file is `Redo`.
    pub fn verdict(&self) -> PhotoVerdict {
        match self {
            Self::Measured(photo) => photo.verdict(),
            Self::Unusable(_) => PhotoVerdict::Redo,
        }
    }
}
