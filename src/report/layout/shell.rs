//! What pages share: paper, head and foot.

use crate::measure::PhotoVerdict;
use crate::report::ReportError;
use crate::report::content::Content;
use crate::report::fonts::Fonts;

use super::canvas::{Canvas, Style};
use super::display::{Frame, PageLayout};
use super::tokens as t;

/// Whose report it is.
pub const WORDMARK: Style = Style::strong(11.0, t::INK).tracked(-0.012);

/// A page of paper.
pub fn paper<'f>(fonts: &'f Fonts, content: &Content<'_>) -> Canvas<'f> {
    let mut canvas = Canvas::new(fonts, content.paper);
    let beside = t::beside(content.paper);
    canvas.fill(Frame::new(0.0 - beside, 0.0, t::width(content.paper), t::height(content.paper)), t::PAPER);
    canvas
}

/// The head of every page but the first: the set's title and whose report it is. An artifact: it repeats.
pub fn head(canvas: &mut Canvas<'_>, content: &Content<'_>) -> Result<(), ReportError> {
    let name = canvas.shorten(&WORDMARK, &content.brand.name, t::MEASURE / 2.0)?;
    let room = t::MEASURE - canvas.width(&WORDMARK, &name)? - 48.0;
    canvas.paragraph((t::MARGIN, 45.6, room), 0.0, 1, &[(Style::text(8.5, t::INK_2), &content.title)])?;
    canvas.text_to(t::RIGHT, 45.6, &WORDMARK, &name)?;
    Ok(())
}

/// The foot of a page: report id, results hash, end, page. The first page says instead that no photo was stored.
pub fn foot(
    fonts: &Fonts,
    content: &Content<'_>,
    page: PageLayout,
    number: usize,
    total: usize,
) -> Result<PageLayout, ReportError> {
    let mut canvas = Canvas::resume(fonts, page);
    let foot = t::foot(canvas.paper());
    canvas.hairline(foot);
    let (quiet, plain, mono) =
        (Style::text(7.0, t::INK_2).tabular(), Style::text(7.0, t::INK).tabular(), Style::mono(6.75, t::INK_2));
    let y = foot + 13.5;
    let left = canvas.text_to(t::RIGHT, y, &plain, &format!("Page {number} of {total}"))?;
    if number == 1 {
        canvas.text(t::MARGIN, y, &quiet, content.cover.stored)?;
        if !content.cover.verify.is_empty() {
            canvas.text_to(left - 8.0, y, &plain, &content.cover.verify)?;
        }
        return Ok(canvas.finish());
    }
    let running = &content.running;
    let x = canvas.text(t::MARGIN, y, &mono, &running.report)? + 14.0;
    let x = canvas.text(x, y, &quiet, "Results hash ")?;
    let x = canvas.text(x, y, &mono, &running.hash)? + 14.0;
    canvas.text(x, y, &quiet, &running.ends)?;
    Ok(canvas.finish())
}

/// The mark of a word below 20 px.
pub const fn small_mark(verdict: PhotoVerdict) -> &'static str {
    match verdict {
        PhotoVerdict::Ready => "mark-pass-s",
        PhotoVerdict::Check => "mark-warn-s",
        PhotoVerdict::Redo => "mark-fail-s",
    }
}

/// The mark of a word from 20 px up.
pub const fn large_mark(verdict: PhotoVerdict) -> &'static str {
    match verdict {
        PhotoVerdict::Ready => "mark-pass",
        PhotoVerdict::Check => "mark-warn",
        PhotoVerdict::Redo => "mark-fail",
    }
}

/// The color of a word.
pub const fn verdict_ink(verdict: PhotoVerdict) -> t::Ink {
    match verdict {
        PhotoVerdict::Ready => t::PASS,
        PhotoVerdict::Check => t::WARN,
        PhotoVerdict::Redo => t::FAIL,
    }
}
