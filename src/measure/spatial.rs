//! What needs more of the picture at once than a few rows: measured on the sample, after the pass.

use super::banding::{self, Banding};
use super::detail::{self, FineDetail};
use super::double_jpeg::{self, DoubleJpeg};
use super::edges::{self, Edges};
use super::flat_noise::{self, FlatNoise, FlatNoises};
use super::kernels::Level;
use super::numbers::{Number, valid};
use super::sample::Sample;
use super::{Metric, Validity};

/// What the sample tells.
#[derive(Debug)]
pub struct Spatial {
    noise: FlatNoises,
    detail: FineDetail,
    edges: Edges,
    banding: Banding,
    double_jpeg: DoubleJpeg,
}

/// Measures the sample. `luma_table` is a JPEG's, in natural order.
pub fn spatial(level: Level, sample: Sample, luma_table: Option<&[u16; 64]>) -> Spatial {
    let noise = flat_noise::flat_noises(level, &sample);
    Spatial {
        noise,
        detail: detail::fine_detail(level, &sample),
        edges: edges::edges(level, &sample),
        banding: banding::banding(level, &sample),
        double_jpeg: double_jpeg::double_jpeg(level, &sample, luma_table),
    }
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
            Metric::EffRes => match self.detail {
                FineDetail::Ratio(ratio) => valid(ratio),
                FineDetail::Flat => (None, Validity::Flat),
                FineDetail::TooSmall => (None, Validity::TooSmall),
            },
            Metric::EdgeWidth => of_edges(self.edges, |width, _| width),
            Metric::Oversharp => of_edges(self.edges, |_, overshoot| overshoot),
            Metric::Banding => match self.banding {
                Banding::Share(share) => valid(share),
                Banding::NoSmooth => (None, Validity::Unknown),
                Banding::TooSmall => (None, Validity::TooSmall),
            },
            Metric::DoubleJpeg => match self.double_jpeg {
                DoubleJpeg::Peak(peak) => valid(peak),
                DoubleJpeg::Flat => (None, Validity::Flat),
                DoubleJpeg::TooSmall => (None, Validity::TooSmall),
                DoubleJpeg::NotApplicable => (None, Validity::NotApplicable),
            },
            _ => return None,
        })
    }
}

fn of_edges(edges: Edges, which: fn(f64, f64) -> f64) -> Number {
    match edges {
        Edges::Found { width, overshoot } => valid(which(width, overshoot)),
        Edges::Few => (None, Validity::Unknown),
        Edges::TooSmall => (None, Validity::TooSmall),
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
