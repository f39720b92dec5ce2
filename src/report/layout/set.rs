//! A page about the set: quiet sections of label and words, and strips of film with frames that are alike.

use crate::report::ReportError;
use crate::report::content::{Content, FrameContent, SetPage, SetRow, SetSection};
use crate::report::fonts::Fonts;

use super::canvas::{Canvas, Style};
use super::display::{Frame, Item, PageLayout, PictureKind, Role};
use super::{film, plot, shell, tokens as t};

const LABEL_WIDTH: f32 = 70.0;
const LEADING: f32 = 11.6;
const ROW_LINES_MAX: usize = 2;
/// Between rows, half of it at each side of the hairline.
const ROW_GAP: f32 = 6.4;
/// Film under a group's words, and from frame to frame on it; eight frames fill the measure.
const STRIP_HEIGHT: f32 = 54.0;
const PITCH: f32 = 62.0;
const FILM_EDGE: f32 = 3.0;

pub(super) fn place(fonts: &Fonts, content: &Content<'_>, page: &SetPage) -> Result<PageLayout, ReportError> {
    let mut canvas = shell::paper(fonts, content);
    shell::head(&mut canvas, content)?;
    canvas
        .tagged(Role::Heading1, |canvas| canvas.text(t::MARGIN, 83.0, &Style::text(20.5, t::INK).tracked(-0.024), page.title))?;
    let mut y = 101.0;
    if !page.intro.is_empty() {
        let style = Style::text(8.6, t::INK_2);
        y = canvas.tagged(Role::Paragraph, |canvas| {
            canvas.paragraph((t::MARGIN, y, t::MEASURE * 0.86), 12.0, 5, &[(style, &page.intro)])
        })?;
    }
    for (at, section) in page.sections.iter().enumerate() {
        y = place_section(&mut canvas, content, section, y + if at == 0 { 13.0 } else { 26.0 })?;
    }
    Ok(canvas.finish())
}

fn place_section(canvas: &mut Canvas<'_>, content: &Content<'_>, section: &SetSection, top: f32) -> Result<f32, ReportError> {
    canvas.tagged(Role::Heading2, |canvas| canvas.text(t::MARGIN, top, &Style::strong(9.0, t::INK), section.heading))?;
    canvas.section_rule(top + 6.0);
    let mut y = top + 6.0;
    for row in &section.rows {
        if let Some(drawn) = &row.plot {
            plot::place(canvas, drawn, y)?;
            y += plot::HEIGHT;
            canvas.hairline(y);
            continue;
        }
        let (quiet, plain) = (Style::text(8.6, t::INK_2), Style::text(8.6, t::INK).tabular());
        let first = y + ROW_GAP / 2.0 + LEADING - 2.0;
        let left = if row.label.is_empty() { t::MARGIN } else { t::MARGIN + LABEL_WIDTH };
        let end = canvas.tagged(Role::Paragraph, |canvas| {
            canvas.text(t::MARGIN, first, &quiet, row.label)?;
            canvas.paragraph((left, first, t::RIGHT - left), LEADING, ROW_LINES_MAX, &[(plain, &row.words)])
        })?;
        y = end - LEADING + 2.0 + ROW_GAP / 2.0;
        if !row.shown.is_empty() {
            strip(canvas, content, row, y + 1.5)?;
            y += STRIP_HEIGHT + 7.0;
        }
        canvas.hairline(y);
    }
    Ok(y)
}

/// Frames that are alike, side by side; the technically best says so.
fn strip(canvas: &mut Canvas<'_>, content: &Content<'_>, row: &SetRow, top: f32) -> Result<(), ReportError> {
    let frames = content.sheets.iter().flat_map(|sheet| &sheet.frames).filter(|frame| row.shown.contains(&frame.number));
    let width = row.shown.len() as f32 * PITCH + FILM_EDGE;
    canvas.fill(Frame::new(t::MARGIN, top, width, STRIP_HEIGHT), t::FILM);
    for (at, frame) in frames.enumerate() {
        let window = Frame::new(t::MARGIN + FILM_EDGE + at as f32 * PITCH, top + 12.0, PITCH - FILM_EDGE, STRIP_HEIGHT - 15.0);
        let best = row.best == Some(frame.number);
        let words =
            format!("Frame {}, {}.", frame.number, if best { "technically best of its group" } else { "one of its group" });
        canvas.tagged(Role::Link, |canvas| {
            canvas.figure(words, |canvas| strip_frame(canvas, frame, window, best))?;
            canvas.push(Item::Link { frame: window, page: frame.page, words: format!("Photo {}", frame.number) });
            Ok(())
        })?;
    }
    Ok(())
}

fn strip_frame(canvas: &mut Canvas<'_>, frame: &FrameContent, window: Frame, best: bool) -> Result<(), ReportError> {
    let number = Style::mono(6.75, t::ON_FILM);
    let end = canvas.text(window.x + 1.0, window.y - 3.4, &number, &frame.number.to_string())?;
    if best {
        canvas.text(end + 2.5, window.y - 3.4, &Style::text(6.3, t::ON_FILM_2), "technically best")?;
    }
    film::picture(canvas, frame, window, PictureKind::Thumbnail)?;
    Ok(())
}
