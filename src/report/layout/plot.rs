//! Dot plots: a number over the set on one line, what lies near the median as a band, and the numbers of the photos elsewhere.

use crate::report::ReportError;
use crate::report::content::plot::{Dot, Plot};

use super::canvas::{Canvas, Style};
use super::display::{Dash, Frame, Item};
use super::tokens as t;

/// Height of a plot with its scale.
pub const HEIGHT: f32 = 40.0;
const LABEL_WIDTH: f32 = 112.0;
/// Room at both ends of the scale, for piles of equal values.
const INSET: f32 = 24.0;
const DOT: f32 = 3.6;
/// From dot to dot in a pile.
const PITCH: f32 = 4.1;
/// Dots a column holds.
const PILE: usize = 4;
/// Photos elsewhere this near to each other are named together.
const LABEL_GAP: f32 = 16.0;
/// Numbers in such a name.
const NAMED_MAX: usize = 4;

/// Draws a plot below `top`.
pub fn place(canvas: &mut Canvas<'_>, plot: &Plot, top: f32) -> Result<(), ReportError> {
    let axis = Frame::new(t::MARGIN + LABEL_WIDTH, top + 29.0, t::MEASURE - LABEL_WIDTH, 0.0);
    canvas.figure(plot.alt.clone(), |canvas| {
        canvas.text(t::MARGIN, axis.y - 7.0, &Style::text(8.6, t::INK), plot.title)?;
        canvas.text(t::MARGIN, axis.y + 2.0, &Style::text(7.2, t::INK_2), plot.unit)?;
        let scale = Scale::of(plot, axis);
        if let Some((median, within)) = plot.near {
            let (left, right) = (scale.x(median - within).max(axis.x), scale.x(median + within).min(axis.right()));
            canvas.push(Item::Fill { frame: Frame::new(left, axis.y - 20.0, (right - left).max(0.5), 20.0), ink: t::BAND });
            let points = vec![(scale.x(median), axis.y - 20.0), (scale.x(median), axis.y)];
            canvas.push(Item::Stroke { points, width: 0.8, ink: t::BAND_LINE, dash: Dash::Solid });
        }
        canvas.push(Item::Stroke {
            points: vec![(axis.x, axis.y), (axis.right(), axis.y)],
            width: 0.6,
            ink: t::INK_3,
            dash: Dash::Solid,
        });
        let places = dots(canvas, plot, &scale);
        names(canvas, plot, &places, axis)?;
        ends(canvas, plot, &scale)
    })
}

/// From values to places.
struct Scale {
    axis: Frame,
    least: f64,
    span: f64,
}

impl Scale {
    fn of(plot: &Plot, axis: Frame) -> Self {
        let least = plot.dots.iter().map(|dot| dot.value).fold(f64::INFINITY, f64::min);
        let greatest = plot.dots.iter().map(|dot| dot.value).fold(f64::NEG_INFINITY, f64::max);
        Self { axis, least, span: greatest - least }
    }

    /// Equal values stand in the middle.
    fn x(&self, value: f64) -> f32 {
        let share = if self.span > 0.0 { ((value - self.least) / self.span) as f32 } else { 0.5 + (value - self.least) as f32 };
        self.axis.x + INSET + share * (self.axis.width - 2.0 * INSET)
    }
}

/// Dots stand in columns; what finds its column full goes to the nearest one that is not. Answers where they stand.
fn dots(canvas: &mut Canvas<'_>, plot: &Plot, scale: &Scale) -> Vec<(f32, f32)> {
    let mut places = Vec::with_capacity(plot.dots.len());
    let mut columns = std::collections::BTreeMap::<i32, usize>::new();
    for dot in &plot.dots {
        let wanted = (scale.x(dot.value) / PITCH).round() as i32;
        let nearest = (0..plot.dots.len() as i32).flat_map(|away| [wanted + away, wanted - away]);
        let column = nearest.into_iter().find(|column| columns.get(column).is_none_or(|held| *held < PILE)).unwrap_or(wanted);
        let level = columns.entry(column).or_default();
        let center = (column as f32 * PITCH, scale.axis.y - 3.4 - *level as f32 * PITCH);
        *level += 1;
        canvas.push(mark(dot, center));
        places.push(center);
    }
    places
}

/// A dot, or a diamond for a photo that differs.
fn mark(dot: &Dot, (x, y): (f32, f32)) -> Item {
    if dot.differs {
        let r = DOT * 0.8;
        return Item::Area { points: vec![(x, y - r), (x + r, y), (x, y + r), (x - r, y)], ink: t::WARN };
    }
    // no length and round ends: a dot
    Item::Stroke { points: vec![(x, y), (x + 0.01, y)], width: DOT, ink: t::INK_2, dash: Dash::Dotted(100.0) }
}

/// The numbers of the photos that differ, right above whatever stands there.
fn names(canvas: &mut Canvas<'_>, plot: &Plot, places: &[(f32, f32)], axis: Frame) -> Result<(), ReportError> {
    let mut others: Vec<(f32, u16)> =
        plot.dots.iter().zip(places).filter(|(dot, _)| dot.differs).map(|(dot, (x, _))| (*x, dot.number)).collect();
    others.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let style = Style::mono(6.75, t::WARN);
    let mut last = f32::NEG_INFINITY;
    for near in others.chunk_by(|a, b| b.0 - a.0 < LABEL_GAP) {
        let mut words: Vec<String> = near.iter().take(NAMED_MAX).map(|(_, number)| number.to_string()).collect();
        if near.len() > NAMED_MAX {
            words.push("…".into());
        }
        let words = words.join(", ");
        let width = canvas.width(&style, &words)?;
        let middle = near.iter().map(|(x, _)| x).sum::<f32>() / near.len() as f32;
        let x = (middle - width / 2.0).max(last + 4.0).max(axis.x).min(axis.right() - width);
        if x < last {
            continue;
        }
        let below = places.iter().filter(|(at, _)| (x - DOT..=x + width + DOT).contains(at));
        let top = below.map(|(_, y)| *y).fold(axis.y, f32::min);
        canvas.text(x, top - 4.2, &style, &words)?;
        last = x + width;
    }
    Ok(())
}

fn ends(canvas: &mut Canvas<'_>, plot: &Plot, scale: &Scale) -> Result<(), ReportError> {
    let (style, y) = (Style::text(7.2, t::INK_2).tabular(), scale.axis.y + 8.4);
    let (least, greatest) = &plot.ends;
    if least == greatest {
        let x = scale.x(scale.least) - canvas.width(&style, least)? / 2.0;
        return canvas.text(x, y, &style, least).map(drop);
    }
    canvas.text(scale.axis.x + INSET - canvas.width(&style, least)? / 2.0, y, &style, least)?;
    let right = scale.axis.right() - INSET + canvas.width(&style, greatest)? / 2.0;
    canvas.text_to(right, y, &style, greatest).map(drop)
}
