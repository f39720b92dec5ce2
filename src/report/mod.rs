//! Measurements and facts -> PDF and JSON bytes: content (what), layout (where), pdf (bytes), fonts.
//!
//! No I/O, no clock, no HTTP, no SQL. Equal facts, equal bytes.

pub mod error;
pub mod facts;
pub mod fonts;
pub mod marks;
pub mod words;

pub use error::ReportError;
pub use facts::{RenderedReport, ReportFacts, ReportPhoto};

/// Makes the PDF and the canonical result JSON of one set.
///
/// # Errors
/// [`ReportError`], naming the photo, page or glyph it could not draw.
pub fn render(_facts: &ReportFacts, _photos: &[ReportPhoto]) -> Result<RenderedReport, ReportError> {
    todo!()
}

/// The canonical result JSON alone (UTF-8, `docs/schema/result-1.json`).
///
/// # Errors
/// [`ReportError`] when the set is empty, too large or contradicts itself.
pub fn result_json(_facts: &ReportFacts, _photos: &[ReportPhoto]) -> Result<Vec<u8>, ReportError> {
    todo!()
}
