//! Blockiness: how much stronger steps are across the 8-pixel grid than inside it (after Wang 2002).

use super::sharpness::Sharpness;

/// A side shorter than this has too few grid lines.
const EDGE_MIN: usize = 32;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Blockiness {
    /// Compared with the steps inside blocks.
    Steps(GridSteps),
    /// No steps to compare with.
    Flat,
    /// The picture is too small.
    TooSmall,
}

/// Steps across the grid, mean of both axes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GridSteps {
    /// Over the steps inside; about 1 without blocks.
    pub ratio: f64,
    /// Less the steps inside, in levels. On smooth ground the ratio is large long before blocks can be seen.
    pub excess: f64,
}

/// From the sums of the stencil pass.
pub fn blockiness(sharpness: &Sharpness) -> Blockiness {
    let (width, height) = sharpness.size;
    if width.min(height) < EDGE_MIN {
        return Blockiness::TooSmall;
    }
    let horizontal = steps(sharpness.total.dx_abs, sharpness.total.dx_abs_border, width, height);
    let vertical = steps(sharpness.total.dy_abs, sharpness.dy_abs_border, height, width);
    match (horizontal, vertical) {
        (Some(horizontal), Some(vertical)) => Blockiness::Steps(GridSteps {
            ratio: (horizontal.ratio + vertical.ratio) / 2.0,
            excess: (horizontal.excess + vertical.excess) / 2.0,
        }),
        _ => Blockiness::Flat,
    }
}

/// Mean step across borders against mean step inside, along lines of `length` pixels, `lines` of them.
fn steps(all: i64, across: i64, length: usize, lines: usize) -> Option<GridSteps> {
    let borders = (length - 1) / 8;
    let inside = length - 1 - borders;
    let inside_mean = (all - across) as f64 / (inside * lines) as f64;
    let border_mean = across as f64 / (borders * lines) as f64;
    (inside_mean > 0.0).then(|| GridSteps { ratio: border_mean / inside_mean, excess: border_mean - inside_mean })
}
