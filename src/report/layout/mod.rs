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

/// The whole report, placed.
#[derive(Debug)]
pub struct Layout {
    /// What it is printed on.
    pub paper: Paper,
    /// Pages in order.
    pub pages: Vec<PageLayout>,
    /// The outline.
    pub outline: Vec<OutlineEntry>,
}

/// Places the whole report, on the paper it asks for.
///
/// # Errors
/// [`ReportError::Font`], [`ReportError::VerifyAddress`].
pub fn place(fonts: &Fonts, content: &Content<'_>) -> Result<Layout, ReportError> {
    let mut pages = vec![cover::place(fonts, content)?];
    for page in &content.sheets {
        pages.push(sheet::place(fonts, content, page)?);
    }
    for page in &content.set {
        pages.push(set::place(fonts, content, page)?);
    }
    for page in &content.photos {
        pages.push(photo::place(fonts, content, page)?);
    }
    let said = pages.len() + 1;
    pages.extend(statements::place(fonts, content)?);
    let method = pages.len() + 1;
    pages.extend(method::place(fonts, content)?);
    let total = pages.len();
    let pages = pages
        .into_iter()
        .enumerate()
        .map(|(index, page)| {
            let page = shell::foot(fonts, content, page, index + 1, total)?;
            if content.is_test { test_mark::put(fonts, page) } else { Ok(page) }
        })
        .collect::<Result<_, _>>()?;
    Ok(Layout { paper: content.paper, pages, outline: outline(content, said, method) })
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
