//! The numbers of a photo, one a metric of the catalogue, each with its validity.

use crate::ingest::Photo;

use super::blockiness::{Blockiness, blockiness};
use super::blur_effect::BlurEffect;
use super::color::Color;
use super::colorfulness::colorfulness;
use super::noise::Noise;
use super::scan::Scanned;
use super::sharpness::{Peak, Sharpness};
use super::spatial::Spatial;
use super::{Measurement, Metric, Validity};

/// A value and whether it can be relied on.
pub type Number = (Option<f64>, Validity);

/// A number measured as defined.
pub const fn valid(value: f64) -> Number {
    (Some(value), Validity::Valid)
}

/// What was measured after the pass, on what was kept of the picture.
#[derive(Debug)]
pub struct Small {
    /// On the sample.
    pub spatial: Spatial,
    /// On the small picture's colours, and from the histograms.
    pub color: Color,
}

impl Small {
    fn number(&self, metric: Metric) -> Option<Number> {
        self.spatial.number(metric).or_else(|| self.color.number(metric))
    }
}

/// All metrics in the order of [`Metric::ALL`]. What was measured on part of a picture is marked so.
pub fn measurements(photo: &Photo<'_>, scanned: &Scanned, small: &Small) -> Vec<Measurement> {
    let peak = peak(scanned);
    let measurement = |metric| {
        let elsewhere = small.number(metric);
        let (value, validity) = elsewhere.unwrap_or_else(|| number(metric, photo, scanned, peak));
        let partial = scanned.stopped.is_some() && validity == Validity::Valid && metric != Metric::Megapixels;
        Measurement { metric, value, validity: if partial { Validity::Partial } else { validity } }
    };
    Metric::ALL.map(measurement).to_vec()
}

/// All metrics of a picture whose samples were not handed on: what the headers tell, and why there is no more.
pub fn unseen(photo: &Photo<'_>) -> Vec<Measurement> {
    let measurement = |metric| {
        let (value, validity) = match metric {
            Metric::Megapixels => megapixels(photo),
            Metric::BitsPerPixel => bits_per_pixel(photo, u64::from(photo.header.height)),
            _ => (None, Validity::Cmyk),
        };
        Measurement { metric, value, validity }
    };
    Metric::ALL.map(measurement).to_vec()
}

fn megapixels(photo: &Photo<'_>) -> Number {
    valid(f64::from(photo.header.width) * f64::from(photo.header.height) / 1e6)
}

fn number(metric: Metric, photo: &Photo<'_>, scanned: &Scanned, peak: Result<Peak, Validity>) -> Number {
    match metric {
        Metric::Megapixels => megapixels(photo),
        Metric::MeanLuma => valid(scanned.tone.mean_luma),
        Metric::RmsContrast => valid(scanned.tone.rms_contrast),
        Metric::ClipHigh => valid(scanned.clipping.high),
        Metric::ClipHighAll => valid(scanned.clipping.high_all),
        Metric::ClipHighLargest => valid(scanned.clipping.largest.share),
        Metric::ClipHighEdge => valid(100.0 * scanned.clipping.largest.edge_share),
        Metric::ClipLow => valid(scanned.clipping.low),
        Metric::ClipLowAll => valid(scanned.clipping.low_all),
        Metric::ClipLowLargest => valid(scanned.clipping.largest_lost.share),
        Metric::NearClipHigh => valid(scanned.clipping.near_high),
        Metric::NearClipLow => valid(scanned.clipping.near_low),
        Metric::Entropy => valid(scanned.tone.entropy),
        Metric::LapVar => laplacian_variance(&scanned.sharpness),
        Metric::LapVar1024 => laplacian_variance(normalized(scanned)),
        Metric::Tenengrad => scanned.sharpness.tenengrad().map_or((None, Validity::TooSmall), valid),
        Metric::Tenengrad1024 => normalized(scanned).tenengrad().map_or((None, Validity::TooSmall), valid),
        Metric::BlurEffect => match scanned.normalized.blur {
            BlurEffect::Blur(blur) => valid(blur),
            BlurEffect::Flat => (None, Validity::Flat),
            BlurEffect::TooSmall => (None, Validity::TooSmall),
        },
        Metric::PeakSharp => peak.map_or_else(|validity| (None, validity), |peak| valid(peak.peak)),
        Metric::SharpShare => peak.map_or_else(|validity| (None, validity), |peak| valid(peak.share)),
        Metric::SigmaMad => match scanned.noise {
            Noise::Sigma(sigma) => valid(sigma),
            Noise::Flat => (None, Validity::Flat),
            Noise::TooSmall => (None, Validity::TooSmall),
        },
        Metric::SigmaImmerkaer => scanned.sharpness.immerkaer().map_or((None, Validity::TooSmall), valid),
        Metric::ColoredShare => valid(scanned.clipping.colored),
        Metric::Colorfulness => match colorfulness(&scanned.color) {
            value if value > 0.0 => valid(value),
            _ => (Some(0.0), Validity::Greyscale),
        },
        Metric::ErrorLevelMean => scanned.error_level.mean.map_or((None, Validity::TooSmall), valid),
        Metric::ErrorLevelSpread => error_level_spread(scanned),
        Metric::Blockiness => match blockiness(&scanned.sharpness) {
            Blockiness::Steps(steps) => valid(steps.ratio),
            Blockiness::Flat => (None, Validity::Flat),
            Blockiness::TooSmall => (None, Validity::TooSmall),
        },
        Metric::BitsPerPixel => bits_per_pixel(photo, scanned.rows_seen as u64),
        // those of the sample and of color were answered before
        _ => (None, Validity::Unknown),
    }
}

fn normalized(scanned: &Scanned) -> &Sharpness {
    scanned.normalized.sharpness(&scanned.sharpness)
}

fn laplacian_variance(sharpness: &Sharpness) -> Number {
    match sharpness.laplacian_variance() {
        None => (None, Validity::TooSmall),
        Some(_) if sharpness.total.laplacian_squared == 0 => (Some(0.0), Validity::Flat),
        Some(variance) => valid(variance),
    }
}

fn peak(scanned: &Scanned) -> Result<Peak, Validity> {
    if !scanned.sharpness.has_tiles() {
        return Err(Validity::TooSmall);
    }
    scanned.sharpness.peak(scanned.noise.sigma_or_zero()).ok_or(Validity::Flat)
}

/// Of the cells with texture.
fn error_level_spread(scanned: &Scanned) -> Number {
    let focus = scanned.sharpness.focus_map(scanned.noise.sigma_or_zero());
    let none = if scanned.sharpness.has_tiles() { Validity::Flat } else { Validity::TooSmall };
    scanned.error_level.spread(&focus).map_or((None, none), valid)
}

/// Over the pixels that were there.
fn bits_per_pixel(photo: &Photo<'_>, rows: u64) -> Number {
    match &photo.container.jpeg {
        Some(jpeg) => {
            let pixels = f64::from(photo.header.width) * rows as f64;
            valid(8.0 * jpeg.entropy_bytes as f64 / pixels)
        }
        None => (None, Validity::NotApplicable),
    }
}
