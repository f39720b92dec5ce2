//! The technically best photo of a group: keys in a fixed order, each with a margin within which photos count as equal.
//!
//! Each key keeps the photos that reach the best value of those still in question, within its margin; the key that leaves one
//! decides. A key that is unknown for one of them decides nothing. Sharpness and noise are numbers per pixel, so they are asked
//! only of photos of about one size: that is why size comes before them, and fine detail, which an enlarged copy lacks, before size.

use super::frame::Frame;
use crate::measure::{Completeness, Compression, Metric, jpeg};

/// What told the technically best photo from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BestKey {
    /// The file is all there.
    Complete,
    /// A higher `eff-res`: an enlarged copy has none at its finest.
    EffRes,
    /// More pixels.
    Megapixels,
    /// A higher `peak-sharp`.
    PeakSharp,
    /// A higher quality by the JPEG's tables; lossless counts as 100.
    Compression,
    /// Less of `clip-high` and `clip-low-all` together.
    Clipping,
    /// A lower `sigma-mad`.
    Noise,
    /// More bytes.
    FileSize,
    /// Nothing but its place: they are technically equal.
    PhotoNumber,
}

/// How far from the best value a photo may be and still count as equal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Margin {
    /// A share of the best value.
    Share(f64),
    /// So much.
    Absolute(f64),
    /// The wider of a share of the best value and so much.
    Either(f64, f64),
}

/// The keys in their order. Size twice: first so that numbers per pixel compare, later as itself.
pub const KEYS: [(BestKey, Margin); 9] = [
    (BestKey::Complete, Margin::Absolute(0.0)),
    (BestKey::EffRes, Margin::Absolute(6.0)),
    (BestKey::Megapixels, Margin::Share(0.2)),
    (BestKey::PeakSharp, Margin::Share(0.1)),
    (BestKey::Compression, Margin::Absolute(5.0)),
    (BestKey::Clipping, Margin::Absolute(0.5)),
    (BestKey::Noise, Margin::Either(0.1, 0.3)),
    (BestKey::Megapixels, Margin::Share(0.01)),
    (BestKey::FileSize, Margin::Share(0.02)),
];

impl BestKey {
    /// All.
    pub const ALL: [Self; 9] = [
        Self::Complete,
        Self::EffRes,
        Self::Megapixels,
        Self::PeakSharp,
        Self::Compression,
        Self::Clipping,
        Self::Noise,
        Self::FileSize,
        Self::PhotoNumber,
    ];

    /// The word in JSON.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::EffRes => "eff-res",
            Self::Megapixels => "megapixels",
            Self::PeakSharp => "peak-sharp",
            Self::Compression => "compression",
            Self::Clipping => "clipping",
            Self::Noise => "noise",
            Self::FileSize => "file-size",
            Self::PhotoNumber => "photo-number",
        }
    }

    /// Why: `4 is technically best: sharper`.
    pub const fn why(self) -> &'static str {
        match self {
            Self::Complete => "its file is all there",
            Self::EffRes => "finer detail",
            Self::Megapixels => "more pixels",
            Self::PeakSharp => "sharper",
            Self::Compression => "less compressed",
            Self::Clipping => "less burnt or black",
            Self::Noise => "less noise",
            Self::FileSize => "a larger file",
            Self::PhotoNumber => "first in the set",
        }
    }

    /// Larger is better; None if it is not known.
    fn value(self, frame: &Frame<'_>) -> Option<f64> {
        let photo = frame.photo;
        match self {
            Self::Complete => Some(f64::from(u8::from(photo.file.completeness == Completeness::Complete))),
            Self::EffRes => photo.value(Metric::EffRes),
            Self::Megapixels => photo.value(Metric::Megapixels),
            Self::PeakSharp => photo.value(Metric::PeakSharp),
            Self::Compression if photo.file.compression != Compression::Lossy => Some(100.0),
            Self::Compression => photo.jpeg.as_ref().and_then(jpeg::luma_quality).map(f64::from),
            Self::Clipping => Some(-(photo.value(Metric::ClipHigh)? + photo.value(Metric::ClipLowAll)?)),
            Self::Noise => photo.value(Metric::SigmaMad).map(|sigma| -sigma),
            Self::FileSize => Some(photo.file.size_bytes as f64),
            Self::PhotoNumber => Some(-f64::from(frame.number)),
        }
    }
}

impl Margin {
    fn width(self, best: f64) -> f64 {
        match self {
            Self::Share(share) => share * best.abs(),
            Self::Absolute(width) => width,
            Self::Either(share, width) => width.max(share * best.abs()),
        }
    }
}

/// The technically best of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Best {
    /// Its number.
    pub number: u16,
    /// What told it from the last of the others.
    pub decided_by: BestKey,
    /// Others that no key tells from it, ascending; only where its number decided.
    pub equals: Vec<u16>,
}

/// None of none.
pub fn best(members: &[&Frame<'_>]) -> Option<Best> {
    let mut left: Vec<&Frame<'_>> = members.to_vec();
    for (key, margin) in KEYS {
        let Some(values) = left.iter().map(|frame| key.value(frame)).collect::<Option<Vec<f64>>>() else { continue };
        let best = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let reached = best - margin.width(best);
        let (before, mut values) = (left.len(), values.into_iter());
        left.retain(|_| values.next().is_some_and(|value| value >= reached));
        if let ([one], true) = (left.as_slice(), before > 1) {
            return Some(Best { number: one.number, decided_by: key, equals: Vec::new() });
        }
    }
    let mut numbers: Vec<u16> = left.iter().map(|frame| frame.number).collect();
    numbers.sort_unstable();
    let (&number, equals) = numbers.split_first()?;
    Some(Best { number, decided_by: BestKey::PhotoNumber, equals: equals.to_vec() })
}
