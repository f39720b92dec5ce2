//! The first page.

use qrcode::QrCode;

use crate::report::ReportError;
use crate::report::content::cover::{Action, Cover};
use crate::report::content::{Brand, Content, FrameContent};
use crate::report::fonts::Fonts;
use crate::report::words;

use super::canvas::{Canvas, Style};
use super::display::{Frame, Item, PageLayout, PictureKind, Role};
use super::{film, shell, tokens as t};

const VERDICT: Style = Style::text(49.0, t::INK).tracked(-0.038).tabular();
const FILM: Frame = Frame::new(0.0, 283.5, t::PAGE_WIDTH, 132.5);
const QR_SIDE: f32 = 63.0;
/// Where the largest logo stands.
const LOGO: Frame = Frame::new(t::MARGIN, 20.0, 150.0, 40.0);

pub(super) fn place(fonts: &Fonts, content: &Content<'_>) -> Result<PageLayout, ReportError> {
    let cover = &content.cover;
    let mut canvas = shell::paper(fonts, content);
    whose(&mut canvas, &content.brand)?;
    canvas.tagged(Role::Paragraph, |canvas| canvas.text_to(t::RIGHT, 42.6, &Style::text(8.4, t::INK_2), &cover.kept))?;
    let accent = content.brand.accent.unwrap_or(t::ACCENT);
    heading(&mut canvas, cover, accent)?;
    strip(&mut canvas, cover)?;
    counters(&mut canvas, cover)?;
    actions(&mut canvas, cover, accent)?;
    identity(&mut canvas, cover)?;
    Ok(canvas.finish())
}

/// The logo, its lower edge where a name would stand, or the name.
fn whose(canvas: &mut Canvas<'_>, brand: &Brand) -> Result<(), ReportError> {
    let Some((width, height)) = brand.logo else {
        let name = canvas.shorten(&shell::WORDMARK, &brand.name, t::MEASURE / 2.0)?;
        return canvas.text(t::MARGIN, 42.6, &shell::WORDMARK, &name).map(drop);
    };
    let fitted = LOGO.fit(width, height);
    let frame = Frame { x: LOGO.x, y: LOGO.bottom() - fitted.height, ..fitted };
    canvas.figure(format!("Logo of {}.", brand.name), |canvas| {
        canvas.push(Item::Logo { frame });
        Ok(())
    })
}

fn heading(canvas: &mut Canvas<'_>, cover: &Cover, accent: t::Ink) -> Result<(), ReportError> {
    let style = Style::strong(15.5, t::INK).tracked(-0.014);
    canvas.tagged(Role::Paragraph, |canvas| {
        let lines = canvas.break_lines(t::MEASURE, 2, &[(style, &cover.title)])?.len().max(1);
        canvas.paragraph((t::MARGIN, 105.6 - (lines - 1) as f32 * 19.0, t::MEASURE), 19.0, 2, &[(style, &cover.title)])
    })?;
    canvas.tagged(Role::Paragraph, |canvas| {
        let style = Style::text(9.8, t::INK_2);
        let text = canvas.shorten(&style, &cover.subtitle, t::MEASURE)?;
        canvas.text(t::MARGIN, 122.0, &style, &text)
    })?;
    let (first, second) = &cover.verdict;
    canvas.tagged(Role::Heading1, |canvas| {
        let first_line = if second.is_empty() { 216.0 } else { 188.0 };
        canvas.text(t::MARGIN - 1.5, first_line, &VERDICT, first)?;
        canvas.text(t::MARGIN - 1.5, 241.0, &VERDICT, second)
    })?;
    if !second.is_empty() {
        let width = canvas.width(&VERDICT, second)?;
        canvas.decorate(Item::Mark {
            frame: Frame::new(t::MARGIN - 2.0, 241.2, width + 2.0, 15.0),
            id: "mark-underline",
            ink: accent,
            halo: false,
        });
    }
    Ok(())
}

fn strip(canvas: &mut Canvas<'_>, cover: &Cover) -> Result<(), ReportError> {
    let beside = t::beside(canvas.paper());
    canvas.fill(Frame { x: FILM.x - beside, width: FILM.width + 2.0 * beside, ..FILM }, t::FILM);
    let window = |index: usize| Frame::new(t::MARGIN + index as f32 * 164.2, 303.0, 158.6, 105.7);
    for unexposed in cover.strip.len()..4 {
        film::outline(canvas, window(unexposed));
    }
    for (index, frame) in cover.strip.iter().enumerate() {
        let window = window(index);
        canvas.tagged(Role::Link, |canvas| {
            canvas.figure(format!("Frame {}: {}.", frame.number, words::verdict_word(frame.verdict)), |canvas| {
                strip_frame(canvas, frame, window)
            })?;
            canvas.push(Item::Link { frame: window, page: frame.page, words: format!("Photo {}", frame.number) });
            Ok(())
        })?;
    }
    Ok(())
}

fn strip_frame(canvas: &mut Canvas<'_>, frame: &FrameContent, window: Frame) -> Result<(), ReportError> {
    canvas.text(window.x + 1.0, 295.2, &Style::mono(7.4, t::ON_FILM), &frame.number.to_string())?;
    if window.right() < t::PAGE_WIDTH {
        canvas.text_to(window.right() - 1.0, 295.2, &Style::mono(7.4, t::ON_FILM_2), words::verdict_word(frame.verdict))?;
    }
    let shown = film::picture(canvas, frame, window, PictureKind::Preview)?;
    film::mark_over(canvas, frame.verdict, shown, window);
    Ok(())
}

fn counters(canvas: &mut Canvas<'_>, cover: &Cover) -> Result<(), ReportError> {
    for (index, (verdict, count)) in cover.counters.iter().enumerate() {
        let x = t::MARGIN + index as f32 * 173.0;
        let ink = if *count == 0 { t::INK_3 } else { t::INK };
        let mark = if *count == 0 { t::ON_FILM_2 } else { shell::verdict_ink(*verdict) };
        canvas.tagged(Role::Paragraph, |canvas| {
            canvas.mark(x, 444.5, 30.0, shell::large_mark(*verdict), mark);
            let end = canvas.text(x + 42.0, 467.9, &Style::text(27.0, ink).tracked(-0.03).tabular(), &count.to_string())?;
            canvas.text(end + 10.0, 456.0, &Style::strong(9.6, ink), words::verdict_word(*verdict))?;
            canvas.text(end + 10.0, 467.9, &Style::text(8.6, t::INK_2), words::verdict_meaning(*verdict))
        })?;
    }
    Ok(())
}

fn actions(canvas: &mut Canvas<'_>, cover: &Cover, accent: t::Ink) -> Result<(), ReportError> {
    let pitch = 47.1 - t::short(canvas.paper()) / 9.0;
    canvas.tagged(Role::Heading2, |canvas| canvas.text(t::MARGIN, 512.0, &Style::strong(9.0, t::INK), cover.actions_heading))?;
    canvas.section_rule(521.2);
    if cover.actions.is_empty() {
        canvas.tagged(Role::Paragraph, |canvas| canvas.text(t::MARGIN, 542.0, &Style::text(9.0, t::INK_2), cover.no_action))?;
        return Ok(());
    }
    for (index, action) in cover.actions.iter().enumerate() {
        let top = 521.2 + index as f32 * pitch;
        action_row(canvas, action, top, accent)?;
        canvas.hairline(top + pitch);
    }
    Ok(())
}

fn action_row(canvas: &mut Canvas<'_>, action: &Action, top: f32, accent: t::Ink) -> Result<(), ReportError> {
    let (x, width) = (t::MARGIN + 40.5, t::MEASURE - 40.5 - 52.0);
    canvas.tagged(Role::Paragraph, |canvas| {
        canvas.text(t::MARGIN, top + 20.2, &Style::mono(10.6, t::INK), &action.number.to_string())?;
        canvas.paragraph((x, top + 20.2, width), 12.0, 1, &[(Style::strong(10.4, t::INK), &action.what)])?;
        canvas.paragraph((x, top + 34.6, t::MEASURE - 40.5), 12.0, 1, &[(Style::text(8.8, t::INK_2), &action.why)])
    })?;
    let words = format!("Page {}", action.page);
    canvas.tagged(Role::Link, |canvas| {
        let style = Style::text(9.2, t::INK).tabular();
        let left = canvas.text_to(t::RIGHT, top + 20.2, &style, &words)?;
        canvas.rule(left, top + 23.0, t::RIGHT, 0.8, accent);
        canvas.push(Item::Link {
            frame: Frame::new(left - 4.0, top + 8.0, t::RIGHT - left + 8.0, 20.0),
            page: action.page,
            words,
        });
        Ok(())
    })
}

fn identity(canvas: &mut Canvas<'_>, cover: &Cover) -> Result<(), ReportError> {
    // report over measured in the first column, the others beside them
    let top = t::foot(canvas.paper()) - 73.4;
    let places = [(t::MARGIN, top), (t::MARGIN, top + 29.8), (t::MARGIN + 158.0, top), (t::MARGIN + 286.0, top)];
    for ((x, y), (label, lines)) in places.into_iter().zip(&cover.identity) {
        canvas.tagged(Role::Paragraph, |canvas| {
            canvas.text(x, y, &Style::text(7.8, t::INK_2), label)?;
            for (index, line) in lines.iter().enumerate() {
                let style = if *label == "Report" { Style::mono(7.6, t::INK) } else { Style::text(8.0, t::INK).tabular() };
                canvas.text(x, y + 11.6 * (index + 1) as f32, &style, line)?;
            }
            Ok(())
        })?;
    }
    let Some(url) = &cover.verify_url else { return Ok(()) };
    let code = QrCode::new(url.as_bytes()).map_err(|_| ReportError::VerifyAddress)?;
    let side = u16::try_from(code.width()).map_err(|_| ReportError::VerifyAddress)?;
    let cells = code.to_colors().into_iter().map(|color| color == qrcode::Color::Dark).collect();
    let frame = Frame::new(t::RIGHT - QR_SIDE, top - 8.2, QR_SIDE, QR_SIDE);
    canvas.figure("QR code of the address where this report can be verified.".into(), |canvas| {
        canvas.push(Item::Bits { frame, side, cells, ink: t::INK });
        Ok(())
    })
}
