//! A page about the set: quiet sections of label and words.

use crate::report::ReportError;
use crate::report::content::{Content, SetPage, SetSection};
use crate::report::fonts::Fonts;

use super::canvas::{Canvas, Style};
use super::display::{PageLayout, Role};
use super::{shell, tokens as t};

const LABEL_WIDTH: f32 = 70.0;
const LEADING: f32 = 11.6;
const ROW_LINES_MAX: usize = 2;
/// Between rows, half of it at each side of the hairline.
const ROW_GAP: f32 = 6.4;

pub(super) fn place(fonts: &Fonts, content: &Content<'_>, page: &SetPage) -> Result<PageLayout, ReportError> {
    let mut canvas = shell::paper(fonts);
    shell::head(&mut canvas, &content.title)?;
    canvas
        .tagged(Role::Heading1, |canvas| canvas.text(t::MARGIN, 83.0, &Style::text(20.5, t::INK).tracked(-0.024), page.title))?;
    let mut y = 101.0;
    if !page.intro.is_empty() {
        let style = Style::text(8.6, t::INK_2);
        y = canvas.tagged(Role::Paragraph, |canvas| {
            canvas.paragraph((t::MARGIN, y, t::MEASURE * 0.8), 12.0, 4, &[(style, &page.intro)])
        })?;
    }
    for (at, section) in page.sections.iter().enumerate() {
        y = place_section(&mut canvas, section, y + if at == 0 { 13.0 } else { 26.0 })?;
    }
    Ok(canvas.finish())
}

fn place_section(canvas: &mut Canvas<'_>, section: &SetSection, top: f32) -> Result<f32, ReportError> {
    canvas.tagged(Role::Heading2, |canvas| canvas.text(t::MARGIN, top, &Style::strong(9.0, t::INK), section.heading))?;
    canvas.section_rule(top + 6.0);
    let mut y = top + 6.0;
    for (label, words) in &section.rows {
        let (quiet, plain) = (Style::text(8.6, t::INK_2), Style::text(8.6, t::INK).tabular());
        let first = y + ROW_GAP / 2.0 + LEADING - 2.0;
        let left = if label.is_empty() { t::MARGIN } else { t::MARGIN + LABEL_WIDTH };
        let end = canvas.tagged(Role::Paragraph, |canvas| {
            canvas.text(t::MARGIN, first, &quiet, label)?;
            canvas.paragraph((left, first, t::RIGHT - left), LEADING, ROW_LINES_MAX, &[(plain, words)])
        })?;
        y = end - LEADING + 2.0 + ROW_GAP / 2.0;
        canvas.hairline(y);
    }
    Ok(y)
}
