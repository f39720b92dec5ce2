//! Where things are in the frame, in numbers: what draws the eye, what the border is like, how crops fit. No number here is good
//! or bad, and none shows the picture.

pub mod background;
pub mod crops;
pub mod presets;
pub mod saliency;
pub mod subject;

use serde::{Deserialize, Serialize};

pub use background::{Background, Fill};
pub use crops::CropFit;
pub use presets::CropPreset;
pub use subject::Subject;

use super::color::SmallPicture;

/// A box in the picture as seen, in shares of its width and height, 0..=1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// From the left.
    pub left: f64,
    /// From the top.
    pub top: f64,
    /// From the left, past `left`.
    pub right: f64,
    /// From the top, past `top`.
    pub bottom: f64,
}

/// Composition of a picture as seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Composition {
    /// What draws the eye; None for a flat, tiny or incomplete picture.
    pub subject: Option<Subject>,
    /// The border; None for a tiny or incomplete picture.
    pub background: Option<Background>,
    /// What stands before the background; None unless the border is of one color.
    pub fill: Option<Fill>,
    /// Every preset, in the order of [`CropPreset::ALL`].
    pub crops: Vec<CropFit>,
}

/// Composition of a picture of `width_px` x `height_px` pixels as seen.
pub fn composition(small: &SmallPicture, width_px: u32, height_px: u32) -> Composition {
    let subject = saliency::saliency(small).filter(|_| small.whole).map(|map| Subject::of(&map, width_px, height_px));
    let (background, fill) = match small.whole {
        true => background::background(small),
        false => (None, None),
    };
    let crops = crops::fits(width_px, height_px, subject.map(|subject| subject.frame));
    Composition { subject, background, fill, crops }
}
