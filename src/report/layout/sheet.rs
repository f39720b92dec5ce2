//! A page of the contact sheet: five rows of four frames on film, with mark, word and worst finding below each.

use crate::measure::PhotoVerdict;
use crate::report::ReportError;
use crate::report::content::{Content, FrameContent, Sheet};
use crate::report::fonts::Fonts;
use crate::report::words;

use super::canvas::{Canvas, Style};
use super::display::{Frame, Item, PageLayout, PictureKind, Role};
use super::{film, shell, tokens as t};

const COLUMNS: usize = 4;
const COLUMN_PITCH: f32 = 126.3;
const ROW_PITCH: f32 = 138.4;
const FIRST_ROW: f32 = 99.4;
const ROWS: f32 = 5.0;
const FILM_HEIGHT: f32 = 103.0;
const WINDOW_WIDTH: f32 = 120.4;

pub(super) fn place(fonts: &Fonts, content: &Content<'_>, sheet: &Sheet) -> Result<PageLayout, ReportError> {
    let mut canvas = shell::paper(fonts, content);
    shell::head(&mut canvas, content)?;
    canvas.tagged(Role::Heading1, |canvas| {
        canvas.text(t::MARGIN, 83.0, &Style::text(20.5, t::INK).tracked(-0.024), &sheet.title)
    })?;
    legend(&mut canvas, sheet)?;
    let less = t::short(content.paper) / ROWS;
    for (row, frames) in sheet.frames.chunks(COLUMNS).enumerate() {
        let top = FIRST_ROW + row as f32 * (ROW_PITCH - less);
        canvas.fill(Frame::new(t::MARGIN - 7.4, top, t::MEASURE + 14.8, FILM_HEIGHT - less), t::FILM);
        for (column, frame) in frames.iter().enumerate() {
            let place = Frame::new(t::MARGIN + column as f32 * COLUMN_PITCH, top, WINDOW_WIDTH, ROW_PITCH - 7.4 - less);
            cell(&mut canvas, frame, place)?;
        }
    }
    Ok(canvas.finish())
}

fn legend(canvas: &mut Canvas<'_>, sheet: &Sheet) -> Result<(), ReportError> {
    let style = Style::text(8.4, t::INK_2).tabular();
    canvas.tagged(Role::Paragraph, |canvas| {
        let mut x = canvas.text_to(t::RIGHT, 83.6, &style, sheet.note)?;
        for (verdict, count) in sheet.counts.iter().rev() {
            x = canvas.text_to(x - 13.5, 83.6, &style, &format!("{} {count}", words::verdict_word(*verdict)))? - 15.0;
            canvas.mark(x, 75.4, 10.5, shell::small_mark(*verdict), shell::verdict_ink(*verdict));
        }
        Ok(())
    })
}

/// A frame and the words below it, in `place`.
fn cell(canvas: &mut Canvas<'_>, frame: &FrameContent, place: Frame) -> Result<(), ReportError> {
    let Frame { x, y: top, .. } = place;
    let window = Frame::new(x, top + 17.3, WINDOW_WIDTH, place.height - 50.7);
    let word = words::verdict_word(frame.verdict);
    canvas.figure(format!("Frame {}: {word}, {}.", frame.number, words::lower_first(frame.label)), |canvas| {
        let number = Style::mono(6.75, t::ON_FILM);
        let end = canvas.text(x + 1.0, top + 11.6, &number, &frame.number.to_string())?;
        let name = canvas.shorten(&number, &frame.name, window.right() - end - 9.0)?;
        canvas.text_to(window.right() - 1.0, top + 11.6, &number.ink(t::ON_FILM_2), &name)?;
        let shown = film::picture(canvas, frame, window, PictureKind::Thumbnail)?;
        film::mark_over(canvas, frame.verdict, shown, window);
        Ok(())
    })?;
    canvas.tagged(Role::Link, |canvas| {
        let (style, below) = match frame.verdict {
            PhotoVerdict::Ready => (Style::text(8.7, t::PASS), t::INK_2),
            PhotoVerdict::Check | PhotoVerdict::Redo => (Style::strong(8.7, shell::verdict_ink(frame.verdict)), t::INK),
        };
        let below_film = window.bottom();
        canvas.mark(x + 0.6, below_film + 9.8, 10.5, shell::small_mark(frame.verdict), shell::verdict_ink(frame.verdict));
        canvas.text(x + 16.4, below_film + 18.2, &style, word)?;
        canvas.text(x + 16.4, below_film + 29.6, &Style::text(8.7, below), frame.label)?;
        let words = format!("Photo {}, page {}", frame.number, frame.page);
        canvas.push(Item::Link { frame: place, page: frame.page, words });
        Ok(())
    })
}
