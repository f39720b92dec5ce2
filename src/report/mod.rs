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
    let digest: [u8; 32] = Sha256::digest(&result_json).into();
    let sources = pdf::Sources { photos, logo: facts.branding.logo.as_ref() };
    let Titled { title, layout } = lay_out(facts, photos, &digest)?;
    let about = pdf::About {
        title: format!("{title}, {} report{}", facts.product.title(), if facts.is_test { ", made with a test key" } else { "" }),
        created: facts.created_at.civil(),
        creator: format!("proofsheet {}", env!("CARGO_PKG_VERSION")),
        id: file_id(&digest, photos),
    };
    let drawn = pdf::draw(&layout, &sources, &about, &result_json)?;
    // the pages take as much room as the file, which is made only now
    drop(layout);
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

struct Titled {
    title: String,
    layout: layout::Layout,
}

fn lay_out(facts: &ReportFacts, photos: &[ReportPhoto], digest: &[u8; 32]) -> Result<Titled, ReportError> {
    let hash = hexadecimal(digest);
    let fonts = fonts::Fonts::load()?;
    let content = content::compose(facts, photos, &hash);
    Ok(Titled { layout: layout::place(&fonts, &content)?, title: content.title })
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
