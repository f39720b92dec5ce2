//! What was written down beside the picture, cleaned and masked here, so that nothing past this module holds more than the
//! report may say. Broken metadata is not an error: what can be read is read.

pub mod exif;
pub mod icc;
pub mod text;

pub use icc::IccProfile;

use crate::raster::Orientation;

/// All metadata we read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Metadata {
    /// How the stored picture is to be turned.
    pub orientation: Orientation,
    /// What the camera wrote down.
    pub capture: Capture,
    /// What the file gives away, masked.
    pub privacy: Privacy,
    /// Whose it is.
    pub rights: Rights,
    /// The colour space EXIF declares.
    pub declared_color: Option<DeclaredColor>,
    /// An EXIF block is there.
    pub has_exif: bool,
    /// An EXIF block is there that could not be read, or only in part.
    pub exif_damaged: bool,
    /// An XMP block is there.
    pub has_xmp: bool,
    /// A colour profile is there that cannot be put together or unpacked: the colours are not known to be sRGB.
    pub profile_unreadable: bool,
}

/// The colour space EXIF declares (tag ColorSpace and the interoperability index).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeclaredColor {
    /// 1.
    Srgb,
    /// Uncalibrated with index R03, or 2.
    AdobeRgb,
    /// Uncalibrated.
    Uncalibrated,
}

/// What the camera wrote down. Texts are cleaned (no control or bidi characters) and at most 120 characters.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Capture {
    /// Camera maker.
    pub make: Option<String>,
    /// Camera model.
    pub model: Option<String>,
    /// Lens model.
    pub lens: Option<String>,
    /// Exposure time as written, such as `1/250`, in seconds.
    pub exposure_time: Option<String>,
    /// F-number.
    pub f_number: Option<f64>,
    /// ISO speed.
    pub iso: Option<u32>,
    /// Focal length in mm.
    pub focal_length_mm: Option<f64>,
    /// Focal length for 35 mm film, in mm.
    pub focal_length_35mm: Option<u32>,
    /// Whether the flash fired.
    pub flash_fired: Option<bool>,
    /// DateTimeOriginal as written, `2026-11-20 14:03:11`.
    pub taken_at: Option<String>,
    /// Program that wrote the file.
    pub software: Option<String>,
}

/// What the file gives away. Values are masked: the audit must not become the leak.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Privacy {
    /// A GPS position is in the file.
    pub gps_position: bool,
    /// Names of fields that identify a device, with the last four characters: `BodySerialNumber …4471`.
    pub device_ids: Vec<String>,
    /// Names of fields that hold a person's name, with their length: `Artist (12 characters)`.
    pub names: Vec<String>,
    /// A maker note that may hold more, in bytes.
    pub maker_note_bytes: Option<u64>,
}

/// Whose it is. Texts are cleaned and at most 120 characters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rights {
    /// EXIF Copyright.
    pub copyright: Option<String>,
    /// Whether a creator is named (the name itself stays masked).
    pub creator_named: bool,
}
