//! Whether backgrounds match: CIEDE2000 between the median colors of the rings along the pictures' edges.
//!
//! Asked only of photos with an even background, those whose subject could be told from it.

use super::frame::Frame;
use crate::measure::color::delta_e::{Lab, ciede2000};

/// How far apart even backgrounds are.
#[derive(Debug, Clone, PartialEq)]
pub struct BackgroundMatch {
    /// The two that are furthest apart, the smaller number first.
    pub furthest: (u16, u16),
    /// CIEDE2000 between those two.
    pub widest: f64,
    /// Each photo with an even background, ascending, and how far it is from the median color of all of them.
    pub photos: Vec<(u16, f64)>,
}

/// None below two photos with an even background.
pub fn background_match(frames: &[Frame<'_>]) -> Option<BackgroundMatch> {
    let even = |frame: &Frame<'_>| {
        let composition = frame.photo.composition.as_ref()?;
        composition.fill.as_ref()?;
        Some((frame.number, composition.background.as_ref()?.lab))
    };
    of_colors(frames.iter().filter_map(even).collect())
}

/// Of numbers and colors.
pub fn of_colors(mut colors: Vec<(u16, Lab)>) -> Option<BackgroundMatch> {
    colors.sort_by_key(|(number, _)| *number);
    let pairs = colors.iter().enumerate().flat_map(|(at, one)| colors.iter().skip(at + 1).map(move |other| (one, other)));
    let (furthest, widest) = pairs
        .map(|((one, a), (other, b))| ((*one, *other), ciede2000(*a, *b)))
        // of equal ones the first
        .reduce(|widest, next| if next.1 > widest.1 { next } else { widest })?;
    let median = |channel: fn(&Lab) -> f64| super::spread::median(colors.iter().map(|(_, lab)| channel(lab)).collect());
    let center = [median(|lab| lab[0])?, median(|lab| lab[1])?, median(|lab| lab[2])?];
    let photos = colors.iter().map(|(number, lab)| (*number, ciede2000(*lab, center))).collect();
    Some(BackgroundMatch { furthest, widest, photos })
}
