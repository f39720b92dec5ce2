//! What every page of a test report bears: the word across it, in a pencil one sees through, and at its head and foot who made it.
//!
//! Artifacts all of it: a reader who does not see the page hears of it by the document's title.

use crate::report::ReportError;
use crate::report::fonts::Fonts;

use super::canvas::{Canvas, Style};
use super::display::{Item, PageLayout};
use super::tokens as t;

/// At head and foot of the page.
pub const WORDS: &str = "TEST — made with a test key";
const STYLE: Style = Style::strong(8.0, t::ACCENT).tracked(0.02);
/// Baseline of the words at the head, above everything else of a page.
const HEAD: f32 = 20.0;
/// From the baseline of the words at the foot to the end of the paper.
const FOOT: f32 = 9.5;
/// Rules beside the words: how long, and how far from them.
const RULE: (f32, f32) = (26.0, 7.0);

/// Height of the letters across the page.
const HEIGHT: f32 = 150.0;
/// Width of the pencil that draws them.
const PENCIL: f32 = 22.0;
/// Between two letters.
const GAP: f32 = 52.0;
/// How steep the word runs, in radians from the horizontal: about as a page's diagonal.
const SLOPE: f32 = -0.93;
/// Steps of each half of the S.
const STEPS: u16 = 20;

type Line = Vec<(f32, f32)>;

/// Marks a finished page.
///
/// # Errors
/// As [`Fonts::shape`].
pub fn put(fonts: &Fonts, page: PageLayout) -> Result<PageLayout, ReportError> {
    let mut canvas = Canvas::resume(fonts, page);
    let height = t::height(canvas.paper());
    for points in across(height) {
        canvas.decorate(Item::Trace { points, width: PENCIL, ink: t::ACCENT });
    }
    let width = canvas.width(&STYLE, WORDS)?;
    let (left, right) = ((t::PAGE_WIDTH - width) / 2.0, (t::PAGE_WIDTH + width) / 2.0);
    let (length, away) = RULE;
    for y in [HEAD, height - FOOT] {
        canvas.text(left, y, &STYLE, WORDS)?;
        let middle = y - STYLE.size * 0.36;
        canvas.rule(left - away - length, middle, left - away, 0.8, t::ACCENT);
        canvas.rule(right + away, middle, right + away + length, 0.8, t::ACCENT);
    }
    Ok(canvas.finish())
}

/// The word's letters, each one line, turned around the middle of the page.
fn across(height: f32) -> Vec<Line> {
    let letters = [(cross_bar(), 112.0), (three_bars(), 92.0), (bends(), 98.0), (cross_bar(), 112.0)];
    let whole = letters.iter().map(|(_, width)| width + GAP).sum::<f32>() - GAP;
    let mut x = -whole / 2.0;
    let mut placed = Vec::with_capacity(letters.len());
    for (letter, width) in letters {
        placed.push(letter.into_iter().map(|(u, v)| turned(x + u * width, (v - 0.5) * HEIGHT, height)).collect());
        x += width + GAP;
    }
    placed
}

fn turned(x: f32, y: f32, height: f32) -> (f32, f32) {
    let (sin, cos) = SLOPE.sin_cos();
    (t::PAGE_WIDTH / 2.0 + x * cos - y * sin, height / 2.0 + x * sin + y * cos)
}

/// T, in a box of side 1.
fn cross_bar() -> Line {
    vec![(0.0, 0.0), (1.0, 0.0), (0.5, 0.0), (0.5, 1.0)]
}

/// E.
fn three_bars() -> Line {
    vec![(1.0, 0.0), (0.0, 0.0), (0.0, 0.5), (0.85, 0.5), (0.0, 0.5), (0.0, 1.0), (1.0, 1.0)]
}

/// S: two bows, each of a quarter of the height.
fn bends() -> Line {
    let bow = |middle: f32, from: f32, to: f32| {
        (0..=STEPS).map(move |step| {
            let angle = (from + (to - from) * f32::from(step) / f32::from(STEPS)).to_radians();
            (0.5 + 0.5 * angle.cos(), middle + 0.25 * angle.sin())
        })
    };
    bow(0.25, -25.0, -270.0).chain(bow(0.75, -90.0, 155.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Paper;

    #[test]
    fn the_word_stays_on_either_paper_with_its_pencil() {
        for paper in [Paper::A4, Paper::Letter] {
            let height = t::height(paper);
            for (x, y) in across(height).concat() {
                assert!(x > PENCIL && x < t::PAGE_WIDTH - PENCIL, "{x}");
                assert!(y > PENCIL && y < height - PENCIL, "{y}");
            }
        }
    }

    #[test]
    fn the_s_is_one_line_without_a_jump() {
        let steps: Vec<f32> = bends().windows(2).map(|pair| (pair[1].0 - pair[0].0).hypot(pair[1].1 - pair[0].1)).collect();
        assert!(steps.iter().all(|step| *step < 0.15), "{steps:?}");
    }
}
