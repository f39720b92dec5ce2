//! What needs more of the picture at once than a few rows: measured on the sample and on the small picture, after the pass.

use super::blur_effect::{self, BlurEffect};
use super::cells::Cells;
use super::detail::{self, FineDetail};
use super::flat_noise::{self, FlatNoise, FlatNoises};
use super::kernels::Level;
use super::numbers::{Number, valid};
use super::sample::Sample;
use super::{Metric, Validity};

/// What the sample tells.
#[derive(Debug)]
pub struct Spatial {
    noise: FlatNoises,
    blur: BlurEffect,
    detail: FineDetail,
}

/// Measures the sample, and the small picture in `cells`, which are as coded.
pub fn spatial(level: Level, mut sample: Sample, cells: &Cells) -> Spatial {
    let noise = flat_noise::flat_noises(level, &sample);
    // makes room for the spectrum
    sample.tiles.iter_mut().for_each(|tile| tile.chroma = None);
    Spatial { noise, blur: blur_effect::of_cells(level, cells), detail: detail::fine_detail(level, &sample) }
}

impl Spatial {
    /// The number of a metric that is measured here.
    pub fn number(&self, metric: Metric) -> Option<Number> {
        let [shadows, midtones, highlights] = self.noise.bands;
        let [cb, cr] = self.noise.chroma;
        Some(match metric {
            Metric::SigmaFlatShadows => deviation(shadows),
            Metric::SigmaFlatMidtones => deviation(midtones),
            Metric::SigmaFlatHighlights => deviation(highlights),
            Metric::ChromaNoiseCb => deviation(cb),
            Metric::ChromaNoiseCr => deviation(cr),
            Metric::Snr => match (midtones.signal_to_noise(), deviation(midtones)) {
                (Some(ratio), _) => valid(ratio),
                (None, (Some(_), _)) => (None, Validity::Flat),
                (None, none) => none,
            },
            Metric::BlurEffect => match self.blur {
                BlurEffect::Blur(blur) => valid(blur),
                BlurEffect::Flat => (None, Validity::Flat),
                BlurEffect::TooSmall => (None, Validity::TooSmall),
            },
            Metric::EffRes => match self.detail {
                FineDetail::Ratio(ratio) => valid(ratio),
                FineDetail::Flat => (None, Validity::Flat),
                FineDetail::TooSmall => (None, Validity::TooSmall),
            },
            _ => return None,
        })
    }
}

fn deviation(noise: FlatNoise) -> Number {
    match noise {
        FlatNoise::Found { sigma, .. } => valid(sigma),
        FlatNoise::NoFlat => (None, Validity::Unknown),
        FlatNoise::TooSmall => (None, Validity::TooSmall),
        FlatNoise::NoPlane => (None, Validity::Greyscale),
    }
}
