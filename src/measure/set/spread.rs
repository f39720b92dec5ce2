//! What differs from the rest: robust z-scores against the median of the set (Iglewicz and Hoaglin 1993).
//!
//! A set may well hold different scenes, so an outlier is a fact of the set and no finding of a photo.

use super::frame::Frame;
use crate::measure::Metric;

/// A set with fewer photos that have the number has no rest to differ from.
pub const PHOTOS_MIN: usize = 5;
/// Scores beyond this stand out, as Iglewicz and Hoaglin recommend.
pub const SCORE_MAX: f64 = 3.5;
/// Makes the median of absolute deviations comparable with a standard deviation.
const NORMAL: f64 = 0.6745;

/// The numbers compared, each with the least difference that counts: below it the eye sees none worth a word. Our own defaults.
pub const COMPARED: [(Metric, f64); 5] = [
    (Metric::MeanLightness, 2.0),
    (Metric::RmsContrast, 0.03),
    (Metric::Colorfulness, 6.0),
    (Metric::CastA, 2.0),
    (Metric::CastB, 2.0),
];

/// How one number lies over the set.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread {
    /// Which.
    pub metric: Metric,
    /// Median.
    pub median: f64,
    /// Median of absolute deviations from the median, unscaled.
    pub mad: f64,
    /// The least difference that counts.
    pub floor: f64,
    /// Photos that have the number, ascending.
    pub photos: Vec<PhotoSpread>,
}

/// How a photo lies in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PhotoSpread {
    /// Number of the photo.
    pub number: u16,
    /// Its value.
    pub value: f64,
    /// 0.6745 (value - median) / MAD; None where more than half of the set have one value.
    pub score: Option<f64>,
    /// Beyond 3.5 (or not scored), and further from the median than the floor.
    pub differs: bool,
}

impl Spread {
    /// How far from the median a value lies at most that does not differ.
    pub fn tolerance(&self) -> f64 {
        self.floor.max(SCORE_MAX * self.mad / NORMAL)
    }

    /// Photos that differ from the rest.
    pub fn outliers(&self) -> impl Iterator<Item = &PhotoSpread> {
        self.photos.iter().filter(|photo| photo.differs)
    }
}

/// Of each compared number that enough photos have.
pub fn spread(frames: &[Frame<'_>]) -> Vec<Spread> {
    COMPARED
        .into_iter()
        .filter_map(|(metric, floor)| {
            let values = frames.iter().filter_map(|frame| Some((frame.number, frame.photo.value(metric)?))).collect();
            of_values(metric, floor, values)
        })
        .collect()
}

/// None below [`PHOTOS_MIN`] values.
pub fn of_values(metric: Metric, floor: f64, mut values: Vec<(u16, f64)>) -> Option<Spread> {
    if values.len() < PHOTOS_MIN {
        return None;
    }
    values.sort_by_key(|(number, _)| *number);
    let center = median(values.iter().map(|(_, value)| *value).collect())?;
    let mad = median(values.iter().map(|(_, value)| (value - center).abs()).collect())?;
    let photos = values
        .into_iter()
        .map(|(number, value)| {
            let score = (mad > 0.0).then(|| NORMAL * (value - center) / mad);
            let beyond = score.is_none_or(|score| score.abs() > SCORE_MAX);
            PhotoSpread { number, value, score, differs: beyond && (value - center).abs() > floor }
        })
        .collect();
    Some(Spread { metric, median: center, mad, floor, photos })
}

/// The middle, or the mean of the two in the middle; None of none.
pub(super) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let upper = values.len() / 2;
    let above = *values.get(upper)?;
    if values.len() % 2 == 1 {
        return Some(above);
    }
    Some(f64::midpoint(*values.get(upper.checked_sub(1)?)?, above))
}
