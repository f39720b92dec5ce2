//! The evidence in pictures: focus map, clipping, histogram, palette.

use crate::measure::{ClippingMap, FocusMap, Histogram, Metric, PaletteColor, PhotoMeasurements, Pictures};
use crate::report::ReportError;
use crate::report::content::photo::{hex, percent};
use crate::report::words;

use super::canvas::{Canvas, Style};
use super::display::{Dash, Frame, Item, PictureKind, Wash};
use super::tokens as t;

const KEY: Style = Style::text(7.2, t::INK_2).tabular();
/// A cell counts as clipped from half of its pixels, in 1/255.
const CELL_CLIPPED: u8 = 128;
/// Points of a histogram curve: pairs of levels.
const CURVE_POINTS: usize = 128;

/// The heading of a panel.
pub fn heading(canvas: &mut Canvas<'_>, x: f32, y: f32, text: &str) -> Result<f32, ReportError> {
    canvas.text(x, y, &Style::strong(8.6, t::INK), text)
}

/// Sharpness per tile over the grayed picture, hatched where there is nothing to focus on.
pub fn focus(canvas: &mut Canvas<'_>, photo: u16, pictures: &Pictures, panel: Frame) -> Result<(), ReportError> {
    let map = &pictures.focus;
    let frame = ground(canvas, photo, pictures, panel);
    canvas.push(Item::Tiles { frame, columns: map.columns, cells: focus_cells(map), opacity: 0.88 });
    let bare: Vec<bool> = map.tiles.iter().map(Option::is_none).collect();
    hatch(canvas, &cell_frames(frame, map.columns, map.rows, &bare), frame, (3.0, 0.5), t::NO_TEXTURE_LINE);
    let y = panel.bottom() + 11.0;
    let mut x = canvas.text(panel.x, y, &KEY, "soft")? + 4.5;
    for ink in t::FOCUS {
        canvas.fill(Frame::new(x, y - 5.6, 7.8, 5.8), ink);
        x += 7.8;
    }
    canvas.text(x + 4.5, y, &KEY, "sharp")?;
    let left = canvas.text_to(panel.right(), y, &KEY, "no texture")?;
    let key = Frame::new(left - 14.0, y - 6.2, 10.5, 7.0);
    canvas.fill(key, t::NO_TEXTURE);
    hatch(canvas, &[key], key, (3.0, 0.5), t::NO_TEXTURE_LINE);
    Ok(())
}

/// Colors by the share of the sharpest tile, on a square-root scale: variance is a squared quantity.
fn focus_cells(map: &FocusMap) -> Vec<t::Ink> {
    let peak = map.tiles.iter().flatten().fold(0.0_f32, |peak, tile| peak.max(*tile)).max(1e-6);
    map.tiles
        .iter()
        .map(|tile| match tile {
            Some(value) => {
                let step = ((value.max(0.0) / peak).sqrt() * t::FOCUS.len() as f32) as usize;
                t::FOCUS[step.min(t::FOCUS.len() - 1)]
            }
            None => t::NO_TEXTURE,
        })
        .collect()
}

/// Burnt areas in red diagonals, lost ones in blue dots on ink, over the veiled picture.
pub fn clipping(
    canvas: &mut Canvas<'_>,
    photo: u16,
    photo_numbers: &PhotoMeasurements,
    pictures: &Pictures,
    panel: Frame,
) -> Result<(), ReportError> {
    let map = &pictures.clipping;
    let frame = ground(canvas, photo, pictures, panel);
    canvas.push(Item::Wash { frame, wash: Wash::Veil });
    burnt(canvas, &clipped_frames(frame, map, &map.burnt), frame);
    lost(canvas, &clipped_frames(frame, map, &map.lost), frame);
    let y = panel.bottom() + 11.0;
    let share = |metric: Metric| {
        photo_numbers.value(metric).map_or_else(|| "unknown".into(), |value| format!("{} %", words::number(value, 1)))
    };
    let key = Frame::new(panel.x, y - 6.2, 10.5, 7.0);
    canvas.fill(key, t::PAPER);
    burnt(canvas, &[key], key);
    canvas.text(panel.x + 14.5, y, &KEY, &format!("highlights {}", share(Metric::ClipHigh)))?;
    let left = canvas.text_to(panel.right(), y, &KEY, &format!("shadows {}", share(Metric::ClipLow)))?;
    let key = Frame::new(left - 14.5, y - 6.2, 10.5, 7.0);
    lost(canvas, &[key], key);
    Ok(())
}

fn ground(canvas: &mut Canvas<'_>, photo: u16, pictures: &Pictures, panel: Frame) -> Frame {
    canvas.fill(panel, t::WELL);
    let frame = panel.fit(pictures.thumbnail.width_px as f32, pictures.thumbnail.height_px as f32);
    canvas.push(Item::Picture { frame, photo, kind: PictureKind::Thumbnail });
    canvas.push(Item::Wash { frame, wash: Wash::Gray });
    frame
}

fn clipped_frames(frame: Frame, map: &ClippingMap, shares: &[u8]) -> Vec<Frame> {
    let cells: Vec<bool> = shares.iter().map(|share| *share >= CELL_CLIPPED).collect();
    cell_frames(frame, map.columns, map.rows, &cells)
}

/// Frames of the cells that are set, neighbors in a row joined.
fn cell_frames(frame: Frame, columns: u16, rows: u16, cells: &[bool]) -> Vec<Frame> {
    let (width, height) = (frame.width / f32::from(columns.max(1)), frame.height / f32::from(rows.max(1)));
    let mut frames = Vec::new();
    for (row, cells) in cells.chunks(usize::from(columns.max(1))).enumerate() {
        let mut column = 0;
        for run in cells.chunk_by(|a, b| a == b) {
            if run.first() == Some(&true) {
                let (x, y) = (frame.x + column as f32 * width, frame.y + row as f32 * height);
                frames.push(Frame::new(x, y, run.len() as f32 * width, height));
            }
            column += run.len();
        }
    }
    frames
}

fn burnt(canvas: &mut Canvas<'_>, areas: &[Frame], frame: Frame) {
    hatch(canvas, areas, frame, (3.3, 0.95), t::CLIP_HIGH);
}

fn lost(canvas: &mut Canvas<'_>, areas: &[Frame], frame: Frame) {
    if areas.is_empty() {
        return;
    }
    canvas.push(Item::Clip(areas.to_vec()));
    canvas.push(Item::Fill { frame, ink: t::FILM });
    let mut y = frame.y + 1.3;
    while y < frame.bottom() {
        let points = vec![(frame.x + 1.2, y), (frame.right(), y)];
        canvas.push(Item::Stroke { points, width: 1.05, ink: t::CLIP_LOW, dash: Dash::Dotted(2.6) });
        y += 2.6;
    }
    canvas.push(Item::EndClip);
}

/// Diagonals over areas; `pen` is distance and width, in points.
fn hatch(canvas: &mut Canvas<'_>, areas: &[Frame], frame: Frame, pen: (f32, f32), ink: t::Ink) {
    if areas.is_empty() {
        return;
    }
    canvas.push(Item::Clip(areas.to_vec()));
    let mut x = frame.x - frame.height;
    while x < frame.right() {
        let points = vec![(x, frame.bottom()), (x + frame.height, frame.y)];
        canvas.push(Item::Stroke { points, width: pen.1, ink, dash: Dash::Solid });
        x += pen.0;
    }
    canvas.push(Item::EndClip);
}

/// Luma as ground, R solid, G dashed, B dotted; clipped shares printed at both ends.
pub fn histogram(
    canvas: &mut Canvas<'_>,
    photo: &PhotoMeasurements,
    counts: &Histogram,
    panel: Frame,
    title_y: f32,
) -> Result<(), ReportError> {
    histogram_key(canvas, panel, title_y)?;
    for quarter in 1..4 {
        let x = panel.x + panel.width * quarter as f32 / 4.0;
        canvas.decorate(Item::Stroke {
            points: vec![(x, panel.y), (x, panel.bottom())],
            width: 0.5,
            ink: t::HAIRLINE,
            dash: Dash::Solid,
        });
    }
    let top = peak(counts);
    canvas.push(Item::Clip(vec![Frame::new(panel.x - 0.5, panel.y, panel.width + 1.0, panel.height)]));
    let mut ground = curve(&counts.luma, top, panel);
    ground.extend([(panel.right(), panel.bottom()), (panel.x, panel.bottom())]);
    canvas.push(Item::Area { points: ground, ink: t::HISTOGRAM_LUMA });
    let curves = [
        (&counts.blue, t::HISTOGRAM_BLUE, Dash::Dotted(2.1)),
        (&counts.green, t::HISTOGRAM_GREEN, Dash::Dashed(3.4, 1.7)),
        (&counts.red, t::HISTOGRAM_RED, Dash::Solid),
    ];
    for (bins, ink, dash) in curves {
        canvas.push(Item::Stroke { points: curve(bins, top, panel), width: 1.0, ink, dash });
    }
    canvas.push(Item::EndClip);
    canvas.rule(panel.x, panel.bottom(), panel.right(), 0.8, t::INK);
    let share =
        |metric: Metric| photo.value(metric).map_or_else(|| "unknown".into(), |value| format!("{} %", words::number(value, 1)));
    let found = |kind| photo.findings.iter().any(|finding| finding.kind == kind);
    let key = |loud: bool| if loud { Style::strong(7.2, t::WARN).tabular() } else { KEY };
    let y = panel.bottom() + 11.0;
    canvas.text(
        panel.x,
        y,
        &key(found(crate::measure::FindingKind::ShadowsLost)),
        &format!("level 0: {}", share(Metric::ClipLow)),
    )?;
    canvas.text_to(
        panel.right(),
        y,
        &key(found(crate::measure::FindingKind::HighlightsBurnt)),
        &format!("level 255: {}", share(Metric::ClipHigh)),
    )?;
    Ok(())
}

fn histogram_key(canvas: &mut Canvas<'_>, panel: Frame, y: f32) -> Result<(), ReportError> {
    let mut x = canvas.text_to(panel.right(), y, &KEY, "luma")?;
    canvas.fill(Frame::new(x - 9.5, y - 5.8, 6.6, 6.6), t::HISTOGRAM_LUMA);
    x -= 16.5;
    let keys = [
        ("B", t::HISTOGRAM_BLUE, Dash::Dotted(2.1)),
        ("G", t::HISTOGRAM_GREEN, Dash::Dashed(3.4, 1.7)),
        ("R", t::HISTOGRAM_RED, Dash::Solid),
    ];
    for (word, ink, dash) in keys {
        let left = canvas.text_to(x, y, &KEY, word)?;
        canvas.decorate(Item::Stroke { points: vec![(left - 13.0, y - 2.5), (left - 3.0, y - 2.5)], width: 1.1, ink, dash });
        x = left - 19.0;
    }
    Ok(())
}

/// The height of the scale: the 98th percentile of the inner levels of all curves, so that one spike does not flatten the rest.
fn peak(histogram: &Histogram) -> f32 {
    let mut inner: Vec<u64> = [&histogram.luma, &histogram.red, &histogram.green, &histogram.blue]
        .into_iter()
        .flat_map(|bins| bins.iter().skip(2).take(bins.len().saturating_sub(4)).copied())
        .collect();
    inner.sort_unstable();
    let at = inner.len().saturating_sub(1) * 98 / 100;
    inner.get(at).copied().unwrap_or(1).max(1) as f32 * 1.12
}

fn curve(bins: &[u64], top: f32, panel: Frame) -> Vec<(f32, f32)> {
    bins.chunks(2)
        .take(CURVE_POINTS)
        .enumerate()
        .map(|(index, pair)| {
            let value = pair.iter().sum::<u64>() as f32 / pair.len() as f32;
            let x = panel.x + panel.width * index as f32 / (CURVE_POINTS - 1) as f32;
            (x, panel.bottom() - panel.height * (value / top).min(1.04))
        })
        .collect()
}

/// The colors by share, each with hex and share below it where there is room.
pub fn palette(canvas: &mut Canvas<'_>, palette: &[PaletteColor], strip: Frame) -> Result<(), ReportError> {
    let total: f64 = palette.iter().map(|color| color.share.max(0.0)).sum::<f64>().max(1e-9);
    let style = Style::mono(6.75, t::INK_2);
    let mut x = strip.x;
    for (index, color) in palette.iter().enumerate() {
        let width =
            if index + 1 == palette.len() { strip.right() - x } else { strip.width * (color.share.max(0.0) / total) as f32 };
        canvas.push(Item::Fill { frame: Frame::new(x, strip.y, width, strip.height), ink: color.rgb });
        let words = format!("{} {}", hex(color.rgb), percent(color.share));
        for text in [words.as_str(), &hex(color.rgb)] {
            if canvas.width(&style, text)? <= width + 1.0 {
                canvas.text(x, strip.bottom() + 9.5, &style, text)?;
                break;
            }
        }
        x += width;
    }
    let edge = vec![
        (strip.x, strip.y),
        (strip.right(), strip.y),
        (strip.right(), strip.bottom()),
        (strip.x, strip.bottom()),
        (strip.x, strip.y),
    ];
    canvas.decorate(Item::Stroke { points: edge, width: 0.5, ink: t::HAIRLINE, dash: Dash::Solid });
    Ok(())
}
