//! The result JSON as the report page reads it: only what is shown, and nothing assumed about the rest.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The whole.
#[derive(Debug, Deserialize)]
pub struct ResultJson {
    pub set: Set,
    pub photos: Vec<Photo>,
}

/// How many photos have which word.
#[derive(Debug, Deserialize)]
pub struct Set {
    pub ready: usize,
    pub check: usize,
    pub redo: usize,
}

/// One photo.
#[derive(Debug, Deserialize)]
pub struct Photo {
    pub number: u16,
    pub file_name: String,
    pub status: Status,
    pub sentence: String,
    pub problem: Option<Problem>,
    pub file: Option<File>,
    pub measurements: Option<BTreeMap<String, Number>>,
    #[serde(default)]
    pub findings: Vec<Finding>,
    pub palette: Option<Vec<Color>>,
    pub jpeg: Option<Jpeg>,
    pub capture: Option<Capture>,
    pub privacy: Option<Privacy>,
    pub rights: Option<Rights>,
    pub metadata: Option<Metadata>,
    pub print_sizes: Option<Vec<PrintSize>>,
    pub pictures: Option<Pictures>,
}

/// The word of a photo; worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Ready,
    Check,
    Redo,
}

impl Status {
    /// As shown.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ready => "Ready",
            Self::Check => "Check",
            Self::Redo => "Redo",
        }
    }

    /// Color class and name of the drawn mark.
    pub const fn color(self) -> &'static str {
        match self {
            Self::Ready => "pass",
            Self::Check => "warn",
            Self::Redo => "fail",
        }
    }
}

/// Why a photo could not be measured.
#[derive(Debug, Deserialize)]
pub struct Problem {
    pub sentence: String,
}

/// What the file is.
#[derive(Debug, Deserialize)]
pub struct File {
    pub format: String,
    pub size_bytes: u64,
    pub sha256: String,
    pub completeness: String,
    pub width_px: u32,
    pub height_px: u32,
    pub bits_per_sample: u8,
    pub channels: u8,
    pub indexed: bool,
    pub pictures: u32,
    pub animated: bool,
    pub alpha_used: bool,
    pub profile: Option<String>,
    pub is_srgb: bool,
}

/// One measurement.
#[derive(Debug, Deserialize)]
pub struct Number {
    pub value: Option<f64>,
    pub validity: String,
}

/// A measurement past its default threshold.
#[derive(Debug, Deserialize)]
pub struct Finding {
    pub level: Status,
    pub title: String,
    pub sentence: String,
    pub advice: String,
}

/// One colour of the palette.
#[derive(Debug, Deserialize)]
pub struct Color {
    pub hex: String,
    pub share: f64,
}

/// How the JPEG is coded.
#[derive(Debug, Deserialize)]
pub struct Jpeg {
    pub process: String,
    pub subsampling: String,
    #[serde(default)]
    pub qualities: Vec<Quality>,
}

/// One quantisation table.
#[derive(Debug, Deserialize)]
pub struct Quality {
    pub kind: String,
    pub ijg: u8,
}

/// What the camera wrote down.
#[derive(Debug, Deserialize)]
pub struct Capture {
    pub make: Option<String>,
    pub model: Option<String>,
    pub lens: Option<String>,
    pub exposure_time: Option<String>,
    pub f_number: Option<f64>,
    pub iso: Option<u32>,
    pub focal_length_mm: Option<f64>,
    pub taken_at: Option<String>,
    pub software: Option<String>,
}

/// What the file gives away.
#[derive(Debug, Deserialize)]
pub struct Privacy {
    pub gps_position: bool,
    #[serde(default)]
    pub device_ids: Vec<String>,
    #[serde(default)]
    pub names: Vec<String>,
    #[serde(default)]
    pub places: Vec<String>,
    #[serde(default)]
    pub contacts: Vec<String>,
    #[serde(default)]
    pub paths: Vec<String>,
    pub maker_note_bytes: Option<u64>,
    pub maker_note_vendor: Option<String>,
}

/// What else is said.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Metadata {
    pub history: History,
    pub origin: Origin,
    pub conflicts: Vec<Conflict>,
    pub size_as_declared: Option<bool>,
    pub embedded: Vec<Embedded>,
}

/// Programs that touched the file.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct History {
    pub programs: Vec<String>,
}

/// How it was made, as declared.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Origin {
    pub source_type: Option<SourceType>,
    pub generators: Vec<String>,
}

/// A digital source type.
#[derive(Debug, Deserialize)]
pub struct SourceType {
    pub term: Option<String>,
    pub value: String,
    pub declares_ai: bool,
}

/// One meaning, different values.
#[derive(Debug, Deserialize)]
pub struct Conflict {
    pub field: String,
}

/// A small picture inside the file.
#[derive(Debug, Deserialize)]
pub struct Embedded {
    pub size_px: Option<(u32, u32)>,
    pub shape_differs: Option<bool>,
    pub pdq_distance: Option<u16>,
}

/// Whose it is.
#[derive(Debug, Deserialize)]
pub struct Rights {
    pub copyright: Option<String>,
    pub credit: Option<String>,
    pub usage_terms: Option<String>,
    pub web_statement: Option<String>,
    pub data_mining: Option<String>,
    #[serde(default)]
    pub creator_named: bool,
}

/// How large it prints at one resolution.
#[derive(Debug, Deserialize)]
pub struct PrintSize {
    pub ppi: u16,
    pub width_cm: f64,
    pub height_cm: f64,
    pub largest_a: Option<String>,
}

/// What shows something of the picture.
#[derive(Debug, Deserialize)]
pub struct Pictures {
    pub preview: Size,
    pub focus_map: FocusMap,
    pub clipping_map: ClippingMap,
}

/// Size of the result.
#[derive(Debug, Deserialize)]
pub struct Size {
    pub width_px: u32,
    pub height_px: u32,
}

/// Sharpness per tile.
#[derive(Debug, Deserialize)]
pub struct FocusMap {
    pub columns: u16,
    pub rows: u16,
    pub tiles: Vec<Option<f64>>,
}

/// Burnt and lost areas.
#[derive(Debug, Deserialize)]
pub struct ClippingMap {
    pub columns: u16,
    pub rows: u16,
    pub burnt: Vec<u8>,
    pub lost: Vec<u8>,
}
