//! Colour and light after the profile, on a small picture: cells of at most 256 a side, sRGB, as seen.

pub mod delta_e;
pub mod lab;
pub mod statistics;
pub mod toning;

pub use statistics::ColorStatistics;
use toning::Hues;

use super::cells::Cells;
use super::kernels::Level;
use super::levels::{Gaps, LevelsUsed, levels_used, tonal_range};
use super::numbers::{Number, valid};
use super::profile::Profile;
use super::scan::Scanned;
use super::{Metric, Validity};
use crate::raster::Orientation;

/// Long side of the small picture.
const LONG_EDGE: usize = 256;

/// A small sRGB picture, as seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmallPicture {
    /// Across.
    pub columns: usize,
    /// Down.
    pub rows: usize,
    /// Row by row.
    pub pixels: Vec<[u8; 3]>,
    /// Whether every row of the picture was there.
    pub whole: bool,
}

/// What was measured of color and of how levels are used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Color {
    /// None without a pixel.
    statistics: Option<ColorStatistics>,
    /// None where no cell has color.
    hues: Option<Hues>,
    /// Share of pixels with color, %.
    colored_share: f64,
    /// Share of colors that sRGB cannot hold, %; None if the profile does not tell.
    outside_srgb: Option<f64>,
    /// Stops between dark and bright tones.
    tonal_range: f64,
    levels: LevelsUsed,
}

/// The small picture of coded cells, and what is measured of color.
pub fn measured(scanned: &Scanned, profile: &Profile, orientation: Orientation) -> (SmallPicture, Color) {
    let mut small = scanned.cells.reduced(LONG_EDGE);
    let outside_srgb = profile.outside_srgb(small.rgb.as_chunks::<3>().0);
    profile.to_srgb(&mut small.rgb);
    let stored = (small.columns as u32, small.rows as u32);
    let pixels = match orientation {
        Orientation::Upright => small.rgb.as_chunks::<3>().0.to_vec(),
        _ => orientation.turn(small.rgb.as_chunks::<3>().0, stored, 1),
    };
    let (columns, rows) = orientation.seen_size(stored);
    let labs = lab::of_pixels(Level::new(), &pixels);
    let color = Color {
        statistics: statistics::statistics(&pixels, &labs),
        hues: toning::hues(&pixels, &labs),
        colored_share: scanned.clipping.colored,
        outside_srgb,
        tonal_range: tonal_range(&scanned.tone.histogram, profile),
        levels: levels_used(&scanned.tone.histogram),
    };
    (SmallPicture { columns: columns as usize, rows: rows as usize, pixels, whole: scanned.stopped.is_none() }, color)
}

/// The strength of the cast alone, None without neutral colors.
pub fn cast_of(cells: &Cells, profile: &Profile) -> Option<f64> {
    let mut small = cells.reduced(LONG_EDGE);
    profile.to_srgb(&mut small.rgb);
    let pixels = small.rgb.as_chunks::<3>().0;
    statistics::statistics(pixels, &lab::of_pixels(Level::new(), pixels))?.cast.strength()
}

impl Color {
    /// The number of a metric that is measured here.
    pub fn number(&self, metric: Metric) -> Option<Number> {
        Some(match metric {
            Metric::TonalRange => valid(self.tonal_range),
            Metric::LevelsUsed => valid(self.levels.distinct as f64),
            Metric::HistogramGaps => match self.levels.gaps {
                Gaps::Share(share) => valid(share),
                Gaps::Flat => (None, Validity::Flat),
                Gaps::TooSmall => (None, Validity::TooSmall),
            },
            Metric::GamutOut => self.outside_srgb.map_or((None, Validity::NotApplicable), valid),
            Metric::HueConcentration => self.of_hues(|_| true, |hues| hues.concentration),
            Metric::ChromaResidual => self.of_hues(|_| true, |hues| hues.residual),
            Metric::ToneHue => self.of_hues(|hues| hues.are_a_tone(self.colored_share), |hues| hues.angle),
            Metric::ToneChroma => self.of_hues(|hues| hues.are_a_tone(self.colored_share), |hues| hues.chroma),
            _ => return self.statistics.and_then(|statistics| of_statistics(metric, &statistics)),
        })
    }

    fn of_hues(&self, told: impl Fn(&Hues) -> bool, which: fn(&Hues) -> f64) -> Number {
        match &self.hues {
            Some(hues) if self.colored_share > toning::GREYSCALE_MAX && told(hues) => valid(which(hues)),
            Some(_) if self.colored_share > toning::GREYSCALE_MAX => (None, Validity::NotApplicable),
            _ => (None, Validity::Greyscale),
        }
    }
}

fn of_statistics(metric: Metric, color: &ColorStatistics) -> Option<Number> {
    let known = |value: Option<f64>| value.map_or((None, Validity::Unknown), valid);
    Some(match metric {
        Metric::MeanLightness => valid(color.lightness),
        Metric::ChromaMean => valid(color.chroma_mean),
        Metric::ChromaMedian => valid(color.chroma_median),
        Metric::ChromaP95 => valid(color.chroma_p95),
        Metric::NeutralShare => valid(color.neutral_share),
        Metric::SaturationClip => valid(color.saturated_share),
        Metric::CastShare => valid(color.cast.share),
        Metric::CastA => known(color.cast.mean.map(|(a, _)| a)),
        Metric::CastB => known(color.cast.mean.map(|(_, b)| b)),
        Metric::CastStrength => known(color.cast.strength()),
        // a cast too weak to have a direction is no lack of knowledge
        Metric::CastAngle if color.cast.mean.is_some() => color.cast.angle().map_or((None, Validity::Flat), valid),
        Metric::CastAngle => known(None),
        _ => return None,
    })
}

impl SmallPicture {
    /// Means of squares of pixels, so that no side is longer than `long_edge`.
    pub fn reduced(&self, long_edge: usize) -> Self {
        let cells =
            Cells { columns: self.columns, rows: self.rows, rows_expected: self.rows, rgb: self.pixels.as_flattened().to_vec() };
        let Cells { columns, rows, rgb, .. } = cells.reduced(long_edge);
        Self { columns, rows, pixels: rgb.as_chunks::<3>().0.to_vec(), whole: self.whole }
    }
}
