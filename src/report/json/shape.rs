//! The keys of the result, in the order in which they are written. `docs/schema/result-1.json` describes them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::set::Set;
use crate::domain::{Accent, Paper};
use crate::measure::{
    Background, CaptureFacts, Completeness, Compression, Fill, Format, Histogram, HuffmanTables, JpegProcess, KnownProfile,
    Level, MetadataFacts, PhotoVerdict, PrintSize, PrivacyFacts, ProfileClass, RightsFacts, Subject, Validity,
};

/// The whole result.
#[derive(Serialize)]
pub(super) struct Result1<'a> {
    pub schema: &'static str,
    pub report: About<'a>,
    pub engine: Engine,
    pub set: Set,
    pub photos: Vec<Photo<'a>>,
}

/// The report.
#[derive(Serialize)]
pub(super) struct About<'a> {
    pub id: &'a str,
    pub analysis: &'a str,
    pub product: &'static str,
    pub agency: Option<String>,
    pub reference: Option<String>,
    pub created_at: String,
    pub expires_at: Option<String>,
    pub verify_url: Option<&'a str>,
    pub previews: bool,
    pub paper: Paper,
    pub branding: BrandingOut,
    /// Of a report made with a test key; of no other.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub test: bool,
}

/// How the report looks; nothing in it for the product's own.
#[derive(Serialize)]
pub(super) struct BrandingOut {
    pub name: Option<String>,
    pub accent: Option<Accent>,
    /// Of the logo as it stands in the report.
    pub logo_sha256: Option<String>,
}

/// What measured.
#[derive(Serialize)]
pub(super) struct Engine {
    pub name: &'static str,
    pub version: &'static str,
    pub ranges: &'static str,
}

/// One photo.
#[derive(Serialize)]
pub(super) struct Photo<'a> {
    pub number: u16,
    pub file_name: String,
    pub outcome: &'static str,
    pub status: PhotoVerdict,
    pub sentence: String,
    pub problem: Option<Problem>,
    pub file: Option<File<'a>>,
    pub measurements: Option<BTreeMap<&'static str, Number>>,
    pub findings: Vec<FindingOut>,
    /// Only rules a customer set give verdicts; there are none yet, and none are made up.
    pub verdicts: [(); 0],
    pub histogram: Option<&'a Histogram>,
    pub percentiles: Option<BTreeMap<String, u8>>,
    pub palette: Option<Vec<Color>>,
    pub jpeg: Option<Jpeg<'a>>,
    pub capture: Option<CaptureFacts>,
    pub privacy: Option<PrivacyFacts>,
    pub rights: Option<RightsFacts>,
    pub metadata: Option<MetadataFacts>,
    pub print_sizes: Option<Vec<PrintSize>>,
    pub composition: Option<CompositionOut>,
    pub pictures: Option<PicturesOut<'a>>,
}

/// Why a file could not be read.
#[derive(Serialize)]
pub(super) struct Problem {
    pub code: &'static str,
    pub sentence: &'static str,
}

/// What the file is.
#[derive(Serialize)]
pub(super) struct File<'a> {
    pub format: Format,
    /// Whether the file name ends as this format's do.
    pub extension_fits: Option<bool>,
    /// Media type the sender gave.
    pub declared_type: Option<String>,
    /// Whether it is one of this format's.
    pub declared_type_fits: Option<bool>,
    pub size_bytes: u64,
    pub sha256: &'a str,
    pub completeness: Completeness,
    pub trailing_bytes: u64,
    pub width_px: u32,
    pub height_px: u32,
    /// Width and height as seen, reduced, with a colon.
    pub aspect: String,
    /// The usual shape within 1 %.
    pub aspect_named: Option<String>,
    pub stored_width_px: u32,
    pub stored_height_px: u32,
    pub exif_orientation: u16,
    pub bits_per_sample: u8,
    /// Of 16 bits.
    pub bits_used: Option<u8>,
    pub channels: u8,
    pub indexed: bool,
    pub compression: Compression,
    pub pictures: u32,
    pub animated: bool,
    pub has_alpha: bool,
    pub alpha_used: bool,
    pub profile: Option<String>,
    pub known_profile: Option<KnownProfile>,
    pub profile_class: Option<ProfileClass>,
    /// Major and minor version with a dot.
    pub profile_version: Option<String>,
    pub is_srgb: bool,
}

/// A measurement.
#[derive(Serialize)]
pub(super) struct Number {
    pub value: Option<f64>,
    pub unit: &'static str,
    pub method: &'static str,
    pub validity: Validity,
}

/// A finding.
#[derive(Serialize)]
pub(super) struct FindingOut {
    pub kind: &'static str,
    pub level: Level,
    pub metric: Option<&'static str>,
    pub value: Option<f64>,
    pub threshold: Option<f64>,
    pub title: &'static str,
    pub sentence: String,
    pub advice: &'static str,
    pub rule: &'static str,
}

/// A color of the palette.
#[derive(Serialize)]
pub(super) struct Color {
    pub hex: String,
    pub share: f64,
}

/// How a JPEG is coded.
#[derive(Serialize)]
pub(super) struct Jpeg<'a> {
    pub process: JpegProcess,
    pub subsampling: &'a str,
    pub restart_interval: u32,
    pub tables: &'a [Vec<u16>],
    pub qualities: Vec<Quality>,
    pub huffman: HuffmanTables,
    pub adobe_transform: Option<u8>,
}

/// What is said of one quantization table.
#[derive(Serialize)]
pub(super) struct Quality {
    pub kind: &'static str,
    pub ijg: u8,
    pub rms: f64,
}

/// Where things are in the frame, and how crops fit.
#[derive(Serialize)]
pub(super) struct CompositionOut {
    pub subject: Option<Subject>,
    pub background: Option<Background>,
    pub fill: Option<Fill>,
    pub crops: Vec<CropOut>,
}

/// How one crop fits.
#[derive(Serialize)]
pub(super) struct CropOut {
    pub preset: &'static str,
    pub name: &'static str,
    pub ratio: (u32, u32),
    pub wanted_px: Option<(u32, u32)>,
    pub source: &'static str,
    pub dated: &'static str,
    pub size_px: (u32, u32),
    pub share: f64,
    pub enlargement: Option<f64>,
    pub holds_subject_centered: Option<bool>,
    pub offset_px: (u32, u32),
    pub holds_subject: Option<bool>,
}

/// Picture content.
#[derive(Serialize)]
pub(super) struct PicturesOut<'a> {
    pub preview: Size,
    pub thumbnail: Size,
    pub focus_map: Focus,
    pub clipping_map: Clipping<'a>,
    pub error_level_map: Focus,
    pub hashes: Option<HashesOut>,
}

/// Perceptual hashes of the picture as seen.
#[derive(Serialize)]
pub(super) struct HashesOut {
    pub pixels: String,
    pub pdq: String,
    pub pdq_quality: u8,
    pub phash: String,
}

/// Size of an encoded picture.
#[derive(Serialize)]
pub(super) struct Size {
    pub width_px: u32,
    pub height_px: u32,
}

/// Burnt and lost share of each cell, in 1/255.
#[derive(Serialize)]
pub(super) struct Clipping<'a> {
    pub columns: u16,
    pub rows: u16,
    pub burnt: &'a [u8],
    pub lost: &'a [u8],
}

/// A number per tile: sharpness, or the error of saving again.
#[derive(Serialize)]
pub(super) struct Focus {
    pub columns: u16,
    pub rows: u16,
    pub unit: &'static str,
    pub tiles: Vec<Option<f64>>,
    /// Of the focus map alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenengrad: Option<Vec<Option<f64>>>,
}
