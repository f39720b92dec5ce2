//! From the coordinates of layouts (from the top, in the width of A4) to those of the paper (from its bottom left corner).

use printpdf::{CurTransMat, Op, Pt};

use crate::domain::Paper;
use crate::report::layout::display::Frame;
use crate::report::layout::tokens;

use super::text::round2;

/// Puts what follows on its paper: pages are drawn as on A4. None on A4.
pub fn transform(paper: Paper) -> Option<Op> {
    let (right, down) = (tokens::beside(paper), tokens::short(paper));
    (right != 0.0 || down != 0.0)
        .then(|| Op::SetTransformationMatrix { matrix: CurTransMat::Translate(Pt(round2(right)), Pt(round2(-down))) })
}

/// Left, lower, right and upper edge on the paper.
pub fn edges(paper: Paper, frame: Frame) -> [f32; 4] {
    let (right, height) = (tokens::beside(paper), tokens::height(paper));
    [frame.x + right, height - frame.bottom(), frame.right() + right, height - frame.y].map(round2)
}
