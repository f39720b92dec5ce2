//! What the measuring stage gives: plain numbers with a definition, findings, small maps and previews. No pixels, no clock.
//!
//! Everything here crosses a process border (photo worker to server) and is checked as hostile input there; `serde` is for
//! that wire frame only, the published JSON is built by `report`.

use serde::{Deserialize, Serialize};

use super::packed;
use crate::raster::Orientation;

pub use super::composition::{Background, Composition, CropFit, CropPreset, Fill, Frame, Subject};
pub use super::finding::{Finding, FindingKind, Level};
pub use super::gamut::KnownProfile;
pub use super::jpeg::{HuffmanTables, JpegFacts, JpegProcess, TableQuality};
pub use super::metadata::{MetadataFacts, PrivacyFacts, RightsFacts};
pub use super::metric::Metric;
pub use super::print::{DetailSize, PrintSize};
pub use super::profile::ProfileClass;
pub use super::similarity::PictureHashes;

/// Whether a number can be relied on, and if not, why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Validity {
    /// Measured as defined.
    Valid,
    /// The picture is too small for the definition.
    TooSmall,
    /// The picture has no structure to measure.
    Flat,
    /// The picture has no colour to measure.
    Greyscale,
    /// Part of the picture is missing; measured on what is there.
    Partial,
    /// The file has no such thing (say, quantisation tables in a PNG).
    NotApplicable,
    /// The picture is stored as four inks, which have no brightness or colour of their own.
    Cmyk,
    /// Could not be measured.
    Unknown,
}

/// One number. Unit, method id, title and meaning come from [`Metric`], never from the wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// Which.
    pub metric: Metric,
    /// The number in the metric's unit; None unless it was measured.
    pub value: Option<f64>,
    /// Whether it can be relied on.
    pub validity: Validity,
}

/// A container format, told by content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// JPEG (ITU-T T.81).
    Jpeg,
    /// PNG (W3C).
    Png,
    /// WebP (RFC 9649).
    WebP,
    /// TIFF 6.0 and BigTIFF.
    Tiff,
    /// GIF (87a and 89a).
    Gif,
}

impl Format {
    /// Whether a file name's extension is one of this format; None without an extension.
    pub fn fits_name(self, file_name: &str) -> Option<bool> {
        let (stem, extension) = file_name.rsplit_once('.')?;
        let usual: &[&str] = match self {
            Self::Jpeg => &["jpg", "jpeg", "jpe", "jfif"],
            Self::Png => &["png", "apng"],
            Self::WebP => &["webp"],
            Self::Tiff => &["tif", "tiff"],
            Self::Gif => &["gif"],
        };
        let is_name = !stem.is_empty() && !extension.is_empty();
        is_name.then(|| usual.iter().any(|usual| extension.eq_ignore_ascii_case(usual)))
    }

    /// Whether a media type, in lower case and without parameters, is one of this format's (IANA, and names older programs use);
    /// None for `application/octet-stream`, which says nothing.
    pub fn fits_media_type(self, declared: &str) -> Option<bool> {
        let usual: &[&str] = match self {
            Self::Jpeg => &["image/jpeg", "image/jpg", "image/pjpeg"],
            Self::Png => &["image/png", "image/apng", "image/x-png", "image/vnd.mozilla.apng"],
            Self::WebP => &["image/webp"],
            Self::Tiff => &["image/tiff", "image/tiff-fx", "image/x-tiff"],
            Self::Gif => &["image/gif"],
        };
        (declared != "application/octet-stream").then(|| usual.contains(&declared))
    }
}

/// How much of the picture the coding threw away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// Samples are stored as they are.
    None,
    /// Smaller, and every sample comes back.
    Lossless,
    /// Samples come back about as they were.
    Lossy,
}

/// Whether the file is all there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Completeness {
    /// To its end marker, and every checksum holds.
    Complete,
    /// Ends early.
    Truncated,
    /// A checksum or a structure does not hold.
    Damaged,
}

/// What the file is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileFacts {
    /// Told by content.
    pub format: Format,
    /// Bytes as uploaded.
    pub size_bytes: u64,
    /// SHA-256 of the bytes as uploaded, 64 lower-case hex digits.
    pub sha256: String,
    /// Whether it is all there.
    pub completeness: Completeness,
    /// Bytes after the end marker.
    pub trailing_bytes: u64,
    /// Columns as seen (after orientation).
    pub width_px: u32,
    /// Rows as seen (after orientation).
    pub height_px: u32,
    /// Columns and rows as stored.
    pub stored_px: (u32, u32),
    /// EXIF orientation that was applied.
    pub orientation: Orientation,
    /// Bits per sample in the file.
    pub bits_per_sample: u8,
    /// Bits that samples of 16 bits use: 8 if they only repeat 8 bits or pad them with zeroes. None for others.
    pub bits_used: Option<u8>,
    /// Colour channels in the file, alpha not counted: 1, 3 or 4 (inks).
    pub channels: u8,
    /// Whether pixels are stored as numbers of a palette's colours.
    pub indexed: bool,
    /// Of the picture.
    pub compression: Compression,
    /// Pictures in the file, at least 1: frames of an animation or pages. The first is measured.
    pub pictures: u32,
    /// Whether the pictures are frames of an animation.
    pub animated: bool,
    /// Whether there is an alpha channel.
    pub has_alpha: bool,
    /// Whether any pixel is not fully opaque.
    pub alpha_used: bool,
    /// The embedded ICC profile's description, cleaned and at most 120 characters; None: untagged.
    pub profile: Option<String>,
    /// Which well-known profile it is, told by primaries, white and curve, never by its name; None: another, or untagged.
    pub known_profile: Option<KnownProfile>,
    /// Device class of the profile; None: untagged, or it says none.
    pub profile_class: Option<ProfileClass>,
    /// Major and minor version of the profile's format; None: untagged, or it says none.
    pub profile_version: Option<(u8, u8)>,
    /// Whether pixels are sRGB (tagged so by content, or untagged and taken as such); never inks.
    pub is_srgb: bool,
}

/// Counts of each of the 256 levels. 16-bit samples are counted by their upper byte.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Histogram {
    /// Coded luma.
    pub luma: Vec<u64>,
    /// Coded R', before any profile.
    pub red: Vec<u64>,
    /// Coded G', before any profile.
    pub green: Vec<u64>,
    /// Coded B', before any profile.
    pub blue: Vec<u64>,
}

/// The lower-value percentiles of coded luma at 0.1, 1, 5, 25, 50, 75, 95, 99 and 99.9 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Percentiles(pub [u8; 9]);

impl Percentiles {
    /// The shares, in percent, in the order of the values.
    pub const SHARES: [f64; 9] = [0.1, 1.0, 5.0, 25.0, 50.0, 75.0, 95.0, 99.0, 99.9];
}

/// One colour of the palette.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaletteColor {
    /// sRGB, 8 bit.
    pub rgb: [u8; 3],
    /// Its share of the picture, 0..=1.
    pub share: f64,
}

/// Sharpness per tile as seen (after orientation), row by row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FocusMap {
    /// Tiles across, 1..=32.
    pub columns: u16,
    /// Tiles down, 1..=32.
    pub rows: u16,
    /// Noise-corrected variance of Laplacian, level²; None: no texture to focus on.
    #[serde(with = "packed::levels")]
    pub tiles: Vec<Option<f32>>,
    /// Noise-corrected mean squared Sobel gradient (Tenengrad), level², for the same tiles.
    #[serde(with = "packed::levels")]
    pub tenengrad: Vec<Option<f32>>,
}

/// Where highlights are burnt and shadows lost, as seen, row by row, as share of each cell in 1/255.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClippingMap {
    /// Cells across, 1..=96.
    pub columns: u16,
    /// Cells down, 1..=96.
    pub rows: u16,
    /// Share of pixels with any channel at 255.
    #[serde(with = "packed::bytes")]
    pub burnt: Vec<u8>,
    /// Share of pixels with any channel at 0.
    #[serde(with = "packed::bytes")]
    pub lost: Vec<u8>,
}

/// How much each area would change if the picture were saved as JPEG of quality 90 once more, as seen, row by row. It shows
/// where the file reacts differently and proves nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ErrorLevelMap {
    /// Cells across, 1..=32.
    pub columns: u16,
    /// Cells down, 1..=32.
    pub rows: u16,
    /// Root mean squared error of luma, in levels; None without a whole block of 8 x 8 pixels.
    #[serde(with = "packed::levels")]
    pub cells: Vec<Option<f32>>,
}

/// What the camera wrote down. Texts are cleaned (no control or bidi characters) and at most 120 characters.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CaptureFacts {
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
    /// Whether the exposure was longer than one over the focal length for 35 mm film, in seconds: a hint where a camera was held
    /// by hand without a stabilizer. None if either is not said.
    pub slower_than_focal_length: Option<bool>,
    /// DateTimeOriginal as written, `2026-11-20 14:03:11`.
    pub taken_at: Option<String>,
    /// Program that wrote the file.
    pub software: Option<String>,
}

/// A JPEG made anew from pixels: sRGB, 8 bit, baseline, no metadata.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// Columns.
    pub width_px: u32,
    /// Rows.
    pub height_px: u32,
    /// The encoder's bytes.
    #[serde(skip)]
    pub jpeg: Vec<u8>,
}

/// Everything measured in one photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhotoMeasurements {
    /// What the file is.
    pub file: FileFacts,
    /// Numbers, in the order of [`Metric::ALL`], each metric once.
    pub measurements: Vec<Measurement>,
    /// 256 levels; None for inks.
    pub histogram: Option<Histogram>,
    /// Luma percentiles; None for inks.
    pub percentiles: Option<Percentiles>,
    /// At most six colours, largest share first.
    pub palette: Vec<PaletteColor>,
    /// JPEG only.
    pub jpeg: Option<JpegFacts>,
    /// What the camera wrote down.
    pub capture: CaptureFacts,
    /// What the file gives away.
    pub privacy: PrivacyFacts,
    /// Whose it is.
    pub rights: RightsFacts,
    /// What else is said in metadata, and what the file holds besides its picture.
    pub metadata: MetadataFacts,
    /// At 300, 240 and 150 ppi.
    pub print_sizes: Vec<PrintSize>,
    /// Where things are in the frame, and how crops fit; None for inks. Numbers only.
    pub composition: Option<Composition>,
    /// Measurements past a documented default threshold, worst first.
    pub findings: Vec<Finding>,
    /// Picture content; None with `previews=none`, and for inks.
    pub pictures: Option<Pictures>,
}

/// All that shows something of the picture; left out with `previews=none`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pictures {
    /// Long edge at most 768 px, as seen.
    pub preview: Preview,
    /// Long edge at most 360 px, as seen.
    pub thumbnail: Preview,
    /// Perceptual hashes; None for a picture below 5 cells a side.
    pub hashes: Option<PictureHashes>,
    /// Sharpness per tile.
    pub focus: FocusMap,
    /// Burnt and lost areas.
    pub clipping: ClippingMap,
    /// What saving again would change.
    pub error_level: ErrorLevelMap,
}

/// A photo's word in the report: without a customer's rules, `Redo` needs an unusable file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PhotoVerdict {
    /// No finding.
    Ready,
    /// Findings.
    Check,
    /// Not usable as it is.
    Redo,
}

impl PhotoMeasurements {
    /// A metric's number, if it was measured.
    pub fn value(&self, metric: Metric) -> Option<f64> {
        self.measurements.iter().find(|m| m.metric == metric).and_then(|m| m.value)
    }

    /// The photo's word.
    pub fn verdict(&self) -> PhotoVerdict {
        match self.findings.iter().map(|finding| finding.level).max() {
            None => PhotoVerdict::Ready,
            Some(Level::Check) => PhotoVerdict::Check,
            Some(Level::Redo) => PhotoVerdict::Redo,
        }
    }
}
