//! What the report says: pages as data and words. Knows nothing of places, glyphs or PDF.

pub mod cover;
pub mod method;
pub mod photo;
pub mod plot;
pub mod provenance;
pub mod reading;
pub mod set;
pub mod sheet;
pub mod statements;

use crate::measure::{PaletteColor, PhotoOutcome, PhotoVerdict};

use super::facts::{ReportFacts, ReportPhoto};
use super::words;
use crate::domain::Paper;
use crate::domain::branding::{BRAND_NAME_CHARS_MAX, Branding};

pub use cover::Cover;
pub use method::{FileRow, Method};
pub use photo::{Body, PhotoPage};
pub use set::{SetPage, SetRow, SetSection};
pub use sheet::Sheet;
pub use statements::Audit;

/// Frames on one contact sheet page.
pub const FRAMES_A_SHEET: usize = 20;
/// Longest text taken from a file's metadata, in characters.
pub const TEXT_CHARS_MAX: usize = 120;

/// The whole report as content.
#[derive(Debug)]
pub struct Content<'a> {
    /// Title of the set.
    pub title: String,
    /// What it is printed on.
    pub paper: Paper,
    /// Whether a test key made it.
    pub is_test: bool,
    /// Whose report it is.
    pub brand: Brand,
    /// What every page's foot says.
    pub running: Running,
    /// Page 1.
    pub cover: Cover,
    /// The contact sheet, a page for every 20 frames.
    pub sheets: Vec<Sheet>,
    /// The set as a whole; empty where fewer than two photos could be measured.
    pub set: Vec<SetPage>,
    /// A page a photo.
    pub photos: Vec<PhotoPage<'a>>,
    /// What the files say, a part a photo; empty where the product does not ask.
    pub audits: Vec<Audit>,
    /// Definitions, thresholds and limits.
    pub method: Method,
    /// The files with their hashes.
    pub files: Vec<FileRow>,
}

/// The product's name, where an agency has not put its own.
pub const PRODUCT_NAME: &str = "proofsheet";

/// Whose report it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Brand {
    /// At the head of each page.
    pub name: String,
    /// Columns and rows of the logo, which stands on the first page instead of the name.
    pub logo: Option<(f32, f32)>,
    /// What underlines; None: the product's red.
    pub accent: Option<[u8; 3]>,
}

/// What every page's foot says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// Report id.
    pub report: String,
    /// First 16 digits of the SHA-256 of the result JSON, in fours.
    pub hash: String,
    /// All 64 digits.
    pub full_hash: String,
    /// `Ends 5 December 2026, 14:20 UTC` or `Not stored`.
    pub ends: String,
}

/// What a frame shows.
#[derive(Debug, Clone, PartialEq)]
pub enum FramePicture {
    /// The photo, of this shape.
    Photo {
        /// Columns of the preview.
        width: f32,
        /// Rows of the preview.
        height: f32,
    },
    /// Its colors alone: the report has no pictures.
    Palette(Vec<PaletteColor>),
    /// Nothing: the file could not be read.
    Nothing,
}

/// A frame of the film.
#[derive(Debug, Clone, PartialEq)]
pub struct FrameContent {
    /// Number of the photo.
    pub number: u16,
    /// File name, cleaned.
    pub name: String,
    /// Its word.
    pub verdict: PhotoVerdict,
    /// At most three words.
    pub label: &'static str,
    /// What the frame shows.
    pub picture: FramePicture,
    /// Page of the photo.
    pub page: usize,
}

/// On which page a photo stands: `before` others, then a page a photo.
pub fn page_of(number: u16, before: usize) -> usize {
    before + usize::from(number)
}

/// Says the whole report.
pub fn compose<'a>(facts: &ReportFacts, photos: &'a [ReportPhoto], result_hash: &str) -> Content<'a> {
    let title = title(facts);
    let paper = facts.branding.paper;
    let set = set::compose(photos, paper);
    // cover and contact sheet
    let before = 1 + photos.len().div_ceil(FRAMES_A_SHEET) + set.len();
    let frames: Vec<FrameContent> = photos.iter().map(|photo| frame(photo, before)).collect();
    Content {
        paper,
        is_test: facts.is_test,
        brand: brand(&facts.branding),
        running: running(facts, result_hash),
        cover: cover::compose(facts, photos, &frames, &title),
        sheets: sheet::compose(photos, &frames),
        set,
        photos: photos.iter().map(|photo| photo::compose(photo, before)).collect(),
        audits: statements::compose(facts, photos),
        method: method::compose(facts),
        files: method::files(photos),
        title,
    }
}

fn title(facts: &ReportFacts) -> String {
    let reference =
        facts.reference.as_deref().map(|text| words::clean(text, super::facts::REFERENCE_CHARS_MAX)).unwrap_or_default();
    if reference.is_empty() { "Untitled set".into() } else { reference }
}

fn brand(branding: &Branding) -> Brand {
    let name = branding.name.as_deref().map(|name| words::clean(name, BRAND_NAME_CHARS_MAX)).unwrap_or_default();
    Brand {
        name: if name.is_empty() { PRODUCT_NAME.into() } else { name },
        logo: branding.logo.as_ref().map(|logo| (logo.width_px as f32, logo.height_px as f32)),
        accent: branding.accent.map(crate::domain::Accent::rgb),
    }
}

fn running(facts: &ReportFacts, result_hash: &str) -> Running {
    let fours: Vec<&str> = (0..16).step_by(4).filter_map(|at| result_hash.get(at..at + 4)).collect();
    Running {
        report: facts.report.to_string(),
        hash: fours.join(" "),
        full_hash: result_hash.to_owned(),
        ends: facts.expires_at.map_or_else(|| "Not stored".into(), |end| format!("Ends {}", end.long_date_time())),
    }
}

/// A file name as printed.
pub fn name_of(photo: &ReportPhoto) -> String {
    let name = words::clean(&photo.file_name, super::facts::FILE_NAME_CHARS_MAX);
    if name.is_empty() { "no name".into() } else { name }
}

fn frame(photo: &ReportPhoto, before: usize) -> FrameContent {
    let picture = match &photo.outcome {
        PhotoOutcome::Unusable(_) => FramePicture::Nothing,
        PhotoOutcome::Measured(measured) => match &measured.pictures {
            Some(pictures) => {
                FramePicture::Photo { width: pictures.preview.width_px as f32, height: pictures.preview.height_px as f32 }
            }
            None => FramePicture::Palette(measured.palette.clone()),
        },
    };
    FrameContent {
        number: photo.number,
        name: name_of(photo),
        verdict: photo.outcome.verdict(),
        label: words::photo_label(&photo.outcome),
        picture,
        page: page_of(photo.number, before),
    }
}
