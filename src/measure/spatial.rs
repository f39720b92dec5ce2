//! What needs more of the picture at once than a few rows: measured on tiles of it, each as soon as it is whole.

use super::banding::{Banding, BandingScan};
use super::detail::{DetailScan, FineDetail};
use super::double_jpeg::{DoubleJpeg, DoubleJpegScan};
use super::edges::{EdgeScan, Edges};
use super::flat_noise::{FlatNoise, FlatNoiseScan, FlatNoises};
use super::kernels::Level;
use super::numbers::{Number, valid};
use super::sample::Tile;
use super::{Metric, Validity};

/// Looks at tiles while rows pass.
#[derive(Debug)]
pub struct SpatialScan {
    noise: FlatNoiseScan,
    detail: DetailScan,
    edges: EdgeScan,
    banding: BandingScan,
    double_jpeg: DoubleJpegScan,
}

/// What the tiles tell.
#[derive(Debug)]
pub struct Spatial {
    noise: FlatNoises,
    detail: FineDetail,
    edges: Edges,
    banding: Banding,
    double_jpeg: DoubleJpeg,
}

impl SpatialScan {
    /// Before the first tile. `luma_table` is a JPEG's, in natural order.
    pub fn new(level: Level, luma_table: Option<&[u16; 64]>) -> Self {
        Self {
            noise: FlatNoiseScan::new(level),
            detail: DetailScan::new(level),
            edges: EdgeScan::new(level),
            banding: BandingScan::new(level),
            double_jpeg: DoubleJpegScan::new(level, luma_table),
        }
    }

    /// Takes a tile, of which at most three are kept in all.
    pub fn add(&mut self, mut tile: Tile) {
        self.noise.add(&mut tile);
        self.edges.add(tile.luma.view());
        self.banding.add(tile.luma.view());
        self.double_jpeg.add(tile.luma.view());
        self.detail.add(tile.luma);
    }

    /// What all of them tell; the spectrum is taken here.
    pub fn finish(self) -> Spatial {
        Spatial {
            noise: self.noise.finish(),
            detail: self.detail.finish(),
            edges: self.edges.finish(),
            banding: self.banding.finish(),
            double_jpeg: self.double_jpeg.finish(),
        }
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
