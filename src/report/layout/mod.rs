//! Where everything stands: content -> pages of boxes, lines and charts, with a text form for tests. Knows no PDF.

pub mod canvas;
pub mod cover;
pub mod display;
pub mod film;
pub mod flow;
pub mod method;
pub mod panels;
pub mod paragraph;
pub mod photo;
pub mod plot;
pub mod set;
pub mod sheet;
pub mod shell;
pub mod statements;
pub mod table;
pub mod test_mark;
pub mod text_form;
pub mod tokens;

use super::ReportError;
use super::content::Content;
use super::fonts::Fonts;
use crate::domain::Paper;

pub use canvas::Canvas;
pub use display::PageLayout;

/// A line of the outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutlineEntry {
    /// What it says.
    pub title: String,
    /// Page, from 1.
    pub page: usize,
    /// Lines below it.
    pub below: Vec<OutlineEntry>,
}

/// Who draws a page: it is lent for the time of the call, so that nobody holds two.
pub type Draw<'d> = dyn FnMut(&PageLayout) -> Result<(), ReportError> + 'd;

/// The pages of a report, which can be gone through more than once.
pub trait Pages {
    /// What they are printed on.
    fn paper(&self) -> Paper;

    /// How many there are.
    fn count(&self) -> usize;

    /// The outline.
    fn outline(&self) -> &[OutlineEntry];

    /// Lends each page, in order.
    ///
    /// # Errors
    /// [`ReportError::Font`], [`ReportError::VerifyAddress`], and those of `draw`.
    fn each(&self, draw: &mut Draw<'_>) -> Result<(), ReportError>;
}

/// The report as it is placed: a page when it is its turn, gone before the next one.
pub struct Layout<'a> {
    fonts: &'a Fonts,
    content: &'a Content<'a>,
    count: usize,
    outline: Vec<OutlineEntry>,
}

impl<'a> Layout<'a> {
    /// Counts the pages, of which each says how many there are.
    ///
    /// # Errors
    /// [`ReportError::Font`].
    pub fn new(fonts: &'a Fonts, content: &'a Content<'a>) -> Result<Self, ReportError> {
        let before = 1 + content.sheets.len() + content.set.len() + content.photos.len();
        // how many of these there are shows only when they are filled
        let said = counted(|turned| statements::place(fonts, content, turned))?;
        let method = counted(|turned| method::place(fonts, content, turned))?;
        let outline = outline(content, before + 1, before + said + 1);
        Ok(Self { fonts, content, count: before + said + method, outline })
    }
}

impl Pages for Layout<'_> {
    fn paper(&self) -> Paper {
        self.content.paper
    }

    fn count(&self) -> usize {
        self.count
    }

    fn outline(&self) -> &[OutlineEntry] {
        &self.outline
    }

    fn each(&self, draw: &mut Draw<'_>) -> Result<(), ReportError> {
        let (fonts, content, mut number) = (self.fonts, self.content, 0);
        let mut turned = |page| {
            number += 1;
            let page = shell::foot(fonts, content, page, number, self.count)?;
            draw(&if content.is_test { test_mark::put(fonts, page)? } else { page })
        };
        turned(cover::place(fonts, content)?)?;
        for page in &content.sheets {
            turned(sheet::place(fonts, content, page)?)?;
        }
        for page in &content.set {
            turned(set::place(fonts, content, page)?)?;
        }
        for page in &content.photos {
            turned(photo::place(fonts, content, page)?)?;
        }
        statements::place(fonts, content, &mut turned)?;
        method::place(fonts, content, &mut turned)
    }
}

fn counted(place: impl FnOnce(&mut flow::Turned<'_>) -> Result<(), ReportError>) -> Result<usize, ReportError> {
    let mut pages = 0;
    place(&mut |_| {
        pages += 1;
        Ok(())
    })?;
    Ok(pages)
}

fn outline(content: &Content<'_>, said: usize, method: usize) -> Vec<OutlineEntry> {
    let entry = |title: &str, page| OutlineEntry { title: title.to_owned(), page, below: Vec::new() };
    let photos = content
        .photos
        .iter()
        .map(|photo| {
            entry(&format!("{}  {}: {}", photo.number, photo.name, super::words::verdict_word(photo.verdict)), photo.page)
        })
        .collect();
    let statements = (said < method).then(|| entry("What the files say", said));
    let set = (!content.set.is_empty()).then(|| entry("The set", 2 + content.sheets.len()));
    let photos =
        OutlineEntry { title: "Photos".into(), page: content.photos.first().map_or(1, |photo| photo.page), below: photos };
    let end = entry("Method and files", method);
    [entry("Summary", 1), entry("Contact sheet", 2)]
        .into_iter()
        .chain(set)
        .chain([photos])
        .chain(statements)
        .chain([end])
        .collect()
}
