//! The first time through the pages: what the file must know before a page can be written, noted while each is placed and dropped.

use crate::report::ReportError;
use crate::report::fonts::subset::Usage;
use crate::report::fonts::{PieceKind, Shaped};
use crate::report::layout::Pages;
use crate::report::layout::display::{Frame, Item, PageLayout};

use super::Sources;
use super::resources::Store;

/// What all pages together need.
pub struct Survey<'a> {
    /// Glyphs per face, for the cut faces.
    pub usage: Usage,
    /// Pictures, grids, marks and graphics states.
    pub store: Store<'a>,
    /// Links, for the numbers of the objects behind them.
    pub links: usize,
}

impl<'a> Survey<'a> {
    /// Goes through the pages.
    ///
    /// # Errors
    /// As [`Pages::each`] and [`Store::note`].
    pub fn of(pages: &impl Pages, sources: &'a Sources<'a>) -> Result<Self, ReportError> {
        let mut survey = Self { usage: Usage::default(), store: Store::new(sources), links: 0 };
        let count = pages.count();
        pages.each(&mut |page| survey.note(page, count))?;
        Ok(survey)
    }

    fn note(&mut self, page: &PageLayout, count: usize) -> Result<(), ReportError> {
        for (_, item) in &page.items {
            match item {
                Item::Text { line, .. } => self.line(line),
                _ => self.store.note(item)?,
            }
        }
        self.links += links(page, count).count();
        Ok(())
    }

    fn line(&mut self, line: &Shaped) {
        for piece in &line.pieces {
            if let PieceKind::Glyphs(glyphs) = &piece.kind {
                for glyph in glyphs {
                    self.usage.note(piece.face, glyph.id, line.text_of(glyph));
                }
            }
        }
    }
}

/// A link of a page.
pub struct Link<'p> {
    /// Which item it is.
    pub item: usize,
    /// Where it lies.
    pub frame: Frame,
    /// The page it leads to, from 0.
    pub to: usize,
    /// Where it leads, in words.
    pub words: &'p str,
}

/// The links of a page that lead to one of so many pages.
pub fn links(page: &PageLayout, count: usize) -> impl Iterator<Item = Link<'_>> {
    page.items.iter().enumerate().filter_map(move |(index, (_, item))| {
        let Item::Link { frame, page, words } = item else { return None };
        let to = page.checked_sub(1).filter(|to| *to < count)?;
        Some(Link { item: index, frame: *frame, to, words })
    })
}
