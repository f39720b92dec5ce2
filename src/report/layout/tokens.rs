//! Colors, sizes and margins of the printed page, in points.

use crate::domain::{Paper, branding};

/// sRGB, 8 bit.
pub type Ink = [u8; 3];

/// Width pages are laid out in: that of A4. Wider paper has it in its middle.
pub const PAGE_WIDTH: f32 = 595.28;
/// Height of A4. Pages are laid out from the top; lower paper ends earlier.
pub const PAGE_HEIGHT: f32 = 841.89;
/// Left and right margin.
pub const MARGIN: f32 = 48.0;
/// Right edge of the text.
pub const RIGHT: f32 = PAGE_WIDTH - MARGIN;
/// Width between the margins.
pub const MEASURE: f32 = PAGE_WIDTH - 2.0 * MARGIN;
/// From the footer's hairline to the end of the paper.
const FOOT_HEIGHT: f32 = 39.89;

/// Width of the paper.
pub const fn width(paper: Paper) -> f32 {
    match paper {
        Paper::A4 => PAGE_WIDTH,
        Paper::Letter => 612.0,
    }
}

/// Height of the paper.
pub const fn height(paper: Paper) -> f32 {
    match paper {
        Paper::A4 => PAGE_HEIGHT,
        Paper::Letter => 792.0,
    }
}

/// What the paper has at each side beyond the width of layouts.
pub const fn beside(paper: Paper) -> f32 {
    (width(paper) - PAGE_WIDTH) / 2.0
}

/// Where the footer's hairline lies; nothing of the page goes below it.
pub const fn foot(paper: Paper) -> f32 {
    height(paper) - FOOT_HEIGHT
}

/// How much lower A4 is: what fixed pages have to save.
pub const fn short(paper: Paper) -> f32 {
    PAGE_HEIGHT - height(paper)
}

/// The page.
pub const PAPER: Ink = branding::PAGE;
/// Quiet areas.
pub const WELL: Ink = [0xf3, 0xf1, 0xeb];
/// Rules.
pub const HAIRLINE: Ink = [0xd9, 0xd6, 0xce];
/// Text, rule above a section.
pub const INK: Ink = [0x17, 0x18, 0x1a];
/// Second text.
pub const INK_2: Ink = [0x55, 0x54, 0x4f];
/// Third text.
pub const INK_3: Ink = [0x6b, 0x68, 0x61];
/// Grease-pencil red.
pub const ACCENT: Ink = [0xc8, 0x32, 0x1f];
/// Pass, ready.
pub const PASS: Ink = [0x1f, 0x6b, 0x41];
/// Warn, check.
pub const WARN: Ink = [0x8a, 0x53, 0x00];
/// Fail, redo.
pub const FAIL: Ink = ACCENT;
/// Not measured.
pub const UNKNOWN: Ink = INK_2;
/// Not asked.
pub const NOT_APPLICABLE: Ink = INK_3;
/// Ground of frames.
pub const FILM: Ink = INK;
/// Text on film.
pub const ON_FILM: Ink = PAPER;
/// Second text on film.
pub const ON_FILM_2: Ink = [0xb9, 0xb5, 0xaa];
/// Line between frames on film.
pub const FILM_EDGE: Ink = [0x3a, 0x3b, 0x3e];
/// Circle over a picture.
pub const WAX_PASS: Ink = [0x23, 0x93, 0x5a];
/// Wave over a picture.
pub const WAX_WARN: Ink = [0xe5, 0x9a, 0x12];
/// Cross over a picture.
pub const WAX_FAIL: Ink = [0xd8, 0x30, 0x1a];
/// Accepted range of a range bar.
pub const BAND: Ink = [0xdf, 0xe6, 0xdc];
/// Its limit.
pub const BAND_LINE: Ink = [0x74, 0x89, 0x74];
/// Track of a range bar.
pub const BAR_TRACK: Ink = HAIRLINE;
/// Luma, the ground of the histogram.
pub const HISTOGRAM_LUMA: Ink = [0xcb, 0xc8, 0xc1];
/// Red, solid.
pub const HISTOGRAM_RED: Ink = ACCENT;
/// Green, dashed.
pub const HISTOGRAM_GREEN: Ink = PASS;
/// Blue, dotted.
pub const HISTOGRAM_BLUE: Ink = [0x22, 0x57, 0xa8];
/// Diagonals of burnt areas.
pub const CLIP_HIGH: Ink = ACCENT;
/// Dots of lost areas.
pub const CLIP_LOW: Ink = [0x78, 0xbe, 0xff];
/// Ground of tiles without texture.
pub const NO_TEXTURE: Ink = [0xe6, 0xe3, 0xdb];
/// Its stripes.
pub const NO_TEXTURE_LINE: Ink = [0x9d, 0x99, 0x8f];

/// Soft to sharp; lightness rises evenly.
pub const FOCUS: [Ink; 8] = [
    [0x00, 0x22, 0x4e],
    [0x1f, 0x3a, 0x6e],
    [0x43, 0x50, 0x6c],
    [0x66, 0x69, 0x70],
    [0x86, 0x84, 0x79],
    [0xa8, 0x9e, 0x73],
    [0xcd, 0xbb, 0x63],
    [0xfe, 0xe8, 0x38],
];
