//! The table of measurements: name, value, default range, range bar, word, plain meaning.

use crate::measure::Level;
use crate::report::ReportError;
use crate::report::content::reading::{Bar, Reading, Standing};

use super::canvas::{Canvas, Style};
use super::display::{Dash, Frame, Item, Role};
use super::tokens as t;

const VALUE_RIGHT: f32 = 172.0;
const UNIT: f32 = 175.5;
const RANGE_RIGHT: f32 = 261.0;
const BAR: (f32, f32) = (271.0, 334.0);
const MARK: f32 = 347.0;
const WORD: f32 = 360.0;
const MEANING: f32 = 412.0;

/// Draws the table from `top`; answers where it ends.
pub fn place(canvas: &mut Canvas<'_>, rows: &[Reading], top: f32, pitch: f32) -> Result<f32, ReportError> {
    canvas.tagged(Role::Table, |canvas| {
        canvas.tagged(Role::Row, head_at(top))?;
        canvas.section_rule(top + 5.6);
        let mut y = top + 5.6;
        for row in rows {
            canvas.tagged(Role::Row, |canvas| place_row(canvas, row, y + pitch * 0.5 + 3.0))?;
            y += pitch;
            canvas.hairline(y);
        }
        Ok(y)
    })
}

fn head_at(y: f32) -> impl FnOnce(&mut Canvas<'_>) -> Result<(), ReportError> {
    move |canvas| {
        let style = Style::text(7.6, t::INK_2);
        canvas.tagged(Role::HeaderCell, |canvas| canvas.text(t::MARGIN, y, &style, "Measurement"))?;
        canvas.tagged(Role::HeaderCell, |canvas| canvas.text_to(VALUE_RIGHT, y, &style, "Value"))?;
        canvas.tagged(Role::HeaderCell, |canvas| canvas.text_to(RANGE_RIGHT, y, &style, "Default range"))?;
        canvas.tagged(Role::HeaderCell, |canvas| canvas.text(MARK, y, &style, "Reading"))?;
        canvas.tagged(Role::HeaderCell, |canvas| canvas.text(MEANING, y, &style, "In words"))?;
        Ok(())
    }
}

fn place_row(canvas: &mut Canvas<'_>, row: &Reading, y: f32) -> Result<(), ReportError> {
    let quiet = matches!(row.standing, Standing::NotApplicable | Standing::NoRange);
    let name = if quiet { Style::text(8.2, t::INK) } else { Style::strong(8.2, t::INK) };
    canvas.tagged(Role::HeaderCell, |canvas| canvas.text(t::MARGIN, y, &name, row.name))?;
    canvas.tagged(Role::Cell, |canvas| {
        canvas.text_to(VALUE_RIGHT, y, &Style::mono(8.0, t::INK), &row.value)?;
        canvas.text(UNIT, y, &Style::text(7.6, t::INK_2), row.unit)
    })?;
    canvas.tagged(Role::Cell, |canvas| canvas.text_to(RANGE_RIGHT, y, &Style::text(7.8, t::INK_2).tabular(), &row.accepted))?;
    if let Some(bar) = row.bar {
        range_bar(canvas, bar, row.standing, y - 2.8);
    }
    let (mark, ink, word) = reading(row.standing);
    canvas.tagged(Role::Cell, |canvas| {
        if let Some(mark) = mark {
            canvas.mark(MARK - 1.0, y - 8.0, 10.0, mark, ink);
        }
        canvas.text(WORD, y, &Style::text(8.0, ink), word)
    })?;
    canvas.tagged(Role::Cell, |canvas| {
        canvas.paragraph((MEANING, y, t::RIGHT - MEANING), 9.0, 1, &[(Style::text(7.7, t::INK_2), &row.meaning)])
    })?;
    Ok(())
}

/// Mark, color and word: always all three.
const fn reading(standing: Standing) -> (Option<&'static str>, t::Ink, &'static str) {
    match standing {
        Standing::Outside(Level::Redo) => (Some("mark-fail-s"), t::FAIL, "Outside"),
        Standing::Outside(Level::Check) => (Some("mark-warn-s"), t::WARN, "Outside"),
        Standing::Within => (Some("mark-pass-s"), t::PASS, "Within"),
        Standing::Unknown => (Some("mark-unknown-s"), t::UNKNOWN, "Unknown"),
        Standing::NotApplicable => (Some("mark-na-s"), t::NOT_APPLICABLE, "Not in it"),
        Standing::NoRange => (None, t::INK_3, ""),
    }
}

/// The band is what is accepted, the tick its limit, the sign the value: dot within, diamond or cross outside, none if unknown.
fn range_bar(canvas: &mut Canvas<'_>, bar: Bar, standing: Standing, y: f32) {
    let at = |share: f32| BAR.0 + (BAR.1 - BAR.0) * share;
    canvas.rule(BAR.0, y, BAR.1, 1.0, t::BAR_TRACK);
    canvas.fill(Frame::new(at(bar.band.0), y - 2.9, at(bar.band.1) - at(bar.band.0), 5.8), t::BAND);
    let tick = at(bar.limit);
    canvas.decorate(Item::Stroke {
        points: vec![(tick, y - 4.2), (tick, y + 4.2)],
        width: 0.8,
        ink: t::BAND_LINE,
        dash: Dash::Solid,
    });
    let Some(value) = bar.value else { return };
    let x = at(value);
    match standing {
        Standing::Outside(Level::Redo) => {
            for (a, b) in [(-2.6, 2.6), (2.6, -2.6)] {
                canvas.decorate(Item::Stroke {
                    points: vec![(x - 2.6, y + a), (x + 2.6, y + b)],
                    width: 1.5,
                    ink: t::FAIL,
                    dash: Dash::Solid,
                });
            }
        }
        Standing::Outside(Level::Check) => {
            let diamond = |r: f32| vec![(x, y - r), (x + r, y), (x, y + r), (x - r, y)];
            canvas.decorate(Item::Area { points: diamond(4.4), ink: t::WARN });
            canvas.decorate(Item::Area { points: diamond(2.6), ink: t::PAPER });
        }
        Standing::Within | Standing::Unknown | Standing::NotApplicable | Standing::NoRange => {
            canvas.decorate(Item::Stroke {
                points: vec![(x, y), (x + 0.01, y)],
                width: 5.0,
                ink: t::INK,
                dash: Dash::Dotted(9.0),
            });
        }
    }
}
