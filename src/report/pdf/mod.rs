//! Placed pages -> PDF bytes: printpdf writes content and resources, one pass over the document does the rest.
//!
//! The pages are gone through twice, and each is placed, used and dropped before the next: the first time for what the file must know
//! before any page is written (`survey`: glyphs, pictures, links), the second time to write them (`book`).
//!
//! The preview encoder's bytes stand in the file as they are. No clock and no counter of the process: resource names are our own,
//! dates come from the facts, the file's `/ID` from the results. Knows nothing of photos but their encoded pictures.

pub mod attachment;
pub mod book;
pub mod finish;
pub mod jpeg;
pub mod names;
pub mod ops;
pub mod packs;
pub mod place;
pub mod resources;
pub mod save;
pub mod sequences;
pub mod structure;
pub mod survey;
pub mod syntax;
pub mod text;
pub mod xmp;

use std::collections::BTreeMap;

use lopdf::Document;
use printpdf::{PdfDocument, PdfParseErrorSeverity, PdfSaveOptions};

use crate::domain::Logo;

use super::layout::Pages;
use super::{ReportError, ReportPhoto};
use book::Book;
use survey::Survey;

/// What the report shows, encoded already.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    /// The set, with its previews.
    pub photos: &'a [ReportPhoto],
    /// The agency's logo.
    pub logo: Option<&'a Logo>,
}

/// What a PDF says about itself.
#[derive(Debug)]
pub struct About {
    /// Title of the document.
    pub title: String,
    /// `2026-11-21T14:20:00Z`-like parts: year, month, day, hour, minute, second, in UTC.
    pub created: (i16, i8, i8, i8, i8, i8),
    /// Program that made it.
    pub creator: String,
    /// Sixteen bytes that name the file, from what it is made of.
    pub id: [u8; 16],
}

/// Draws the report as PDF/A-3a and PDF/UA-1, with the result attached. What it answers needs the pages no more, and
/// [`save::Finished::save`] makes the file.
///
/// # Errors
/// [`ReportError::Preview`], [`ReportError::Logo`], [`ReportError::Mark`], [`ReportError::Font`], [`ReportError::VerifyAddress`],
/// [`ReportError::Writer`].
pub fn draw<'a>(
    pages: &impl Pages,
    sources: &'a Sources<'a>,
    about: &About,
    result_json: &'a [u8],
) -> Result<save::Finished<'a>, ReportError> {
    let Survey { usage, store, links } = Survey::of(pages, sources)?;
    let faces = text::Faces::cut(&usage)?;
    let (written, names, pictures) = frame(pages, store, &faces)?;
    let mut book = Book::new(written, links, &faces, names);
    pages.each(&mut |page| book.add(page))?;
    finish::finish(book.finish()?, pages, finish::Parts { pictures, result_json }, about)
}

/// Encoded pictures by their names.
type Pictures<'a> = BTreeMap<String, &'a [u8]>;

/// The document with all that pages draw on, and a page without operators for each.
fn frame<'a>(
    pages: &impl Pages,
    store: resources::Store<'a>,
    faces: &text::Faces,
) -> Result<(Document, names::Names, Pictures<'a>), ReportError> {
    let mut document = PdfDocument::new("");
    document.pages = vec![book::sheet(pages.paper(), Vec::new()); pages.count()];
    if let Some(first) = document.pages.first_mut() {
        // every glyph of every page, or the writer would not know the text of each; the page gets its own operators later
        first.ops = faces.all_glyphs();
    }
    let (names, pictures) = store.hand_over(&mut document.resources);
    faces.lend(&mut document.resources);
    Ok((writer(&document, 0)?, names, pictures))
}

/// What the writer makes of its document.
fn writer(document: &PdfDocument, page: usize) -> Result<Document, ReportError> {
    let mut warnings = Vec::new();
    let options = PdfSaveOptions { optimize: false, subset_fonts: false, secure: true, image_optimization: None };
    let written = document.to_lopdf_document(&options, &mut warnings);
    if warnings.iter().any(|warning| warning.severity == PdfParseErrorSeverity::Error) {
        return Err(ReportError::Writer { page, what: "the writer could not draw something" });
    }
    Ok(written)
}

/// A text string: UTF-16BE, or plain where it is ASCII.
fn text_string(text: &str) -> lopdf::Object {
    if text.is_ascii() {
        return lopdf::Object::string_literal(text);
    }
    let bytes = [0xfe, 0xff].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect();
    lopdf::Object::String(bytes, lopdf::StringFormat::Hexadecimal)
}
