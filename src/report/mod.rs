//! Measurements and facts -> PDF and JSON bytes: content (what), layout (where), pdf (bytes), fonts.
//!
//! No I/O, no clock, no HTTP, no SQL. Equal facts, equal bytes.

pub mod check;
pub mod content;
pub mod error;
pub mod facts;
pub mod fonts;
pub mod json;
pub mod layout;
pub mod marks;
pub mod pdf;
pub mod set_words;
pub mod words;

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

pub use error::ReportError;
pub use facts::{RenderedReport, ReportFacts, ReportPhoto};

/// Makes the PDF and the canonical result JSON of one set.
///
/// # Errors
/// [`ReportError`], naming the photo, page or face it could not draw.
pub fn render(facts: &ReportFacts, photos: &[ReportPhoto]) -> Result<RenderedReport, ReportError> {
    let result_json = result_json(facts, photos)?;
    let sources = pdf::Sources { photos, logo: facts.branding.logo.as_ref() };
    let drawn = draw(facts, &sources, &result_json)?;
    // words and faces are gone before the file is made
    let pdf = drawn.save()?;
    Ok(RenderedReport { pdf, result_json })
}

/// The canonical result JSON alone (UTF-8, `docs/schema/result-1.json`).
///
/// # Errors
/// [`ReportError`] when the set is empty, too large or contradicts itself.
pub fn result_json(facts: &ReportFacts, photos: &[ReportPhoto]) -> Result<Vec<u8>, ReportError> {
    check::check(facts, photos)?;
    json::write(facts, photos)
}

fn draw<'a>(
    facts: &ReportFacts,
    sources: &'a pdf::Sources<'a>,
    result_json: &'a [u8],
) -> Result<pdf::save::Finished<'a>, ReportError> {
    let digest: [u8; 32] = Sha256::digest(result_json).into();
    let content = content::compose(facts, sources.photos, &hexadecimal(&digest));
    let about = pdf::About {
        title: format!(
            "{}, {} report{}",
            content.title,
            facts.product.title(),
            if facts.is_test { ", made with a test key" } else { "" }
        ),
        created: facts.created_at.civil(),
        creator: format!("proofsheet {}", env!("CARGO_PKG_VERSION")),
        id: file_id(&digest, sources.photos),
    };
    let fonts = fonts::Fonts::load()?;
    pdf::draw(&layout::Layout::new(&fonts, &content)?, sources, &about, result_json)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

/// Names the file by what it is made of: the result and the pictures.
fn file_id(result: &[u8; 32], photos: &[ReportPhoto]) -> [u8; 16] {
    let mut hasher = Sha256::new();
    hasher.update(b"proofsheet pdf 1");
    hasher.update(result);
    for photo in photos {
        if let crate::measure::PhotoOutcome::Measured(measured) = &photo.outcome
            && let Some(pictures) = &measured.pictures
        {
            hasher.update(Sha256::digest(&pictures.preview.jpeg));
            hasher.update(Sha256::digest(&pictures.thumbnail.jpeg));
        }
    }
    let digest: [u8; 32] = hasher.finalize().into();
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    id
}
