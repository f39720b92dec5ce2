//! Placed pages -> PDF bytes: printpdf writes content and resources, one pass over the document does the rest.
//!
//! The preview encoder's bytes stand in the file as they are. No clock and no counter of the process: resource names are our own,
//! dates come from the facts, the file's `/ID` from the results. Knows nothing of photos but their encoded pictures.

pub mod attachment;
pub mod finish;
pub mod jpeg;
pub mod ops;
pub mod packs;
pub mod place;
pub mod resources;
pub mod save;
pub mod sequences;
pub mod structure;
pub mod syntax;
pub mod text;
pub mod xmp;

use lopdf::{Document, Object, Stream};
use printpdf::{Mm, Op, PdfDocument, PdfPage, PdfParseErrorSeverity, PdfSaveOptions};

use crate::domain::{Logo, Paper};

use super::fonts::PieceKind;
use super::fonts::subset::Usage;
use super::layout::Layout;
use super::layout::display::{Item, PageLayout};
use super::{ReportError, ReportPhoto};

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

/// Draws the report as PDF/A-3a and PDF/UA-1, with the result attached. What it answers needs the layout no more, and
/// [`save::Finished::save`] makes the file.
///
/// # Errors
/// [`ReportError::Preview`], [`ReportError::Logo`], [`ReportError::Mark`], [`ReportError::Font`], [`ReportError::Writer`].
pub fn draw<'a>(
    layout: &Layout,
    sources: &'a Sources<'a>,
    about: &About,
    result_json: &'a [u8],
) -> Result<save::Finished<'a>, ReportError> {
    let usage = glyphs_used(&layout.pages);
    let faces = text::Faces::cut(&usage)?;
    let mut store = resources::Store::new(sources);
    let mut sequences = Vec::with_capacity(layout.pages.len());
    let mut contents = Vec::with_capacity(layout.pages.len());
    for (page, number) in layout.pages.iter().zip(1..) {
        let (ops, numbered) = ops::draw(page, number, &faces, &mut store)?;
        sequences.push(numbered);
        contents.push(content(sheet(layout.paper, ops), number, &faces)?);
    }
    let mut document = PdfDocument::new("");
    document.pages = vec![sheet(layout.paper, Vec::new()); layout.pages.len()];
    if let Some(first) = document.pages.first_mut() {
        // every glyph of every page, or the writer would not know the text of each; the page gets its own operators below
        first.ops = faces.all_glyphs();
    }
    let pictures = store.hand_over(&mut document.resources);
    faces.lend(&mut document.resources);
    let written = writer(&document, 0)?;
    drop(document);
    finish::finish(written, layout, finish::Parts { sequences, contents, pictures, result_json }, about)
}

/// The operators of one page as a compressed stream. Pages are made one at a time: operators take many times the room of their bytes.
fn content(page: PdfPage, number: usize, faces: &text::Faces) -> Result<Stream, ReportError> {
    let lost = ReportError::Writer { page: number, what: "lost a page" };
    let mut document = PdfDocument::new("");
    faces.lend(&mut document.resources);
    document.pages.push(page);
    let mut written = writer(&document, number)?;
    drop(document);
    let page = written.get_pages().into_values().next().ok_or_else(|| lost.clone())?;
    let page = written.get_dictionary(page).map_err(|_| lost.clone())?;
    let id = page.get(b"Contents").and_then(Object::as_reference).map_err(|_| lost.clone())?;
    match written.objects.remove(&id) {
        Some(Object::Stream(stream)) => save::compressed(stream),
        _ => Err(lost),
    }
}

fn sheet(paper: Paper, ops: Vec<Op>) -> PdfPage {
    let (width, height) = match paper {
        Paper::A4 => (Mm(210.0), Mm(297.0)),
        Paper::Letter => (Mm(215.9), Mm(279.4)),
    };
    PdfPage::new(width, height, ops)
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

fn glyphs_used(pages: &[PageLayout]) -> Usage {
    let mut usage = Usage::default();
    for (_, item) in pages.iter().flat_map(|page| &page.items) {
        let Item::Text { line, .. } = item else { continue };
        for piece in &line.pieces {
            if let PieceKind::Glyphs(glyphs) = &piece.kind {
                for glyph in glyphs {
                    usage.note(piece.face, glyph.id, line.text_of(glyph));
                }
            }
        }
    }
    usage
}
