//! Blockiness: how much stronger steps are across the 8-pixel grid than inside it (after Wang 2002).

use super::sharpness::Sharpness;

/// A side shorter than this has too few grid lines.
const EDGE_MIN: usize = 32;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Blockiness {
    /// Mean of both axes; about 1 without blocks.
    Ratio(f64),
    /// No steps to compare with.
    Flat,
    /// The picture is too small.
    TooSmall,
}

/// From the sums of the stencil pass.
pub fn blockiness(sharpness: &Sharpness) -> Blockiness {
    let (width, height) = sharpness.size;
    if width.min(height) < EDGE_MIN {
        return Blockiness::TooSmall;
    }
    let horizontal = ratio(sharpness.total.dx_abs, sharpness.total.dx_abs_border, width, height);
    let vertical = ratio(sharpness.total.dy_abs, sharpness.dy_abs_border, height, width);
    match (horizontal, vertical) {
        (Some(horizontal), Some(vertical)) => Blockiness::Ratio((horizontal + vertical) / 2.0),
        _ => Blockiness::Flat,
    }
}

/// Mean step across borders over mean step inside, along lines of `length` pixels, `lines` of them.
fn ratio(all: i64, across: i64, length: usize, lines: usize) -> Option<f64> {
    let borders = (length - 1) / 8;
    let inside = length - 1 - borders;
    let inside_mean = (all - across) as f64 / (inside * lines) as f64;
    let border_mean = across as f64 / (borders * lines) as f64;
    (inside_mean > 0.0).then(|| border_mean / inside_mean)
}
