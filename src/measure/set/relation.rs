//! How two photos are alike.
//!
//! Thresholds: PDQ 31 bits is the default of its makers (Davis and Rosen 2019), who also ask for a quality of 50. The others are
//! our own, set by transformed copies of real photographs: re-encoding and resizing leave pHash within 4 bits and a crop of 2 %
//! within 10, while other photographs differ in about 32. PDQ of a turned picture is derived, not measured, and lies a few bits
//! off; with other photographs the nearest of all turns was 104 bits away.

use super::frame::Frame;
use crate::measure::PictureHashes;

/// Bits in which the PDQ of a re-encoded picture may differ.
pub const PDQ_BITS_MAX: u32 = 31;
/// Bits in which the PDQ of a picture, mirrored or turned, may differ.
pub const TURNED_BITS_MAX: u32 = 48;
/// Bits by which it must be nearer than the picture as it stands: frames of something symmetric are no mirrored copies.
pub const TURNED_NEARER_BITS: u32 = 32;
/// Pictures with less structure than this have no PDQ to rely on.
pub const PDQ_QUALITY_MIN: u8 = 50;
/// Bits in which the pHash of a similar frame may differ.
pub const NEAR_BITS_MAX: u32 = 10;
/// Bits in which the pHash of frames taken in one go may differ.
pub const BURST_BITS_MAX: u32 = 18;
/// Seconds between frames taken in one go.
pub const BURST_SECONDS_MAX: u64 = 3;

/// How two photos are alike, the strongest first. Each includes all before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// Equal SHA-256: the same file twice.
    SameBytes,
    /// Equal pixel hash: the same picture, other metadata or coding.
    SamePixels,
    /// PDQ within 31 bits, both of quality 50 or more: the same picture, saved again.
    Reencoded,
    /// PDQ within 48 bits of the other picture mirrored or turned, and far from it as it stands.
    Turned,
    /// pHash within 10 bits: a similar frame.
    Near,
    /// Same camera, within 3 s, pHash within 18 bits: frames taken in one go.
    Burst,
}

impl Relation {
    /// All, the strongest first.
    pub const ALL: [Self; 6] = [Self::SameBytes, Self::SamePixels, Self::Reencoded, Self::Turned, Self::Near, Self::Burst];

    /// The word in JSON.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::SameBytes => "same-bytes",
            Self::SamePixels => "same-pixels",
            Self::Reencoded => "re-encoded",
            Self::Turned => "turned",
            Self::Near => "near",
            Self::Burst => "burst",
        }
    }

    /// What such photos are: `Frames 3 and 4 are …`.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::SameBytes => "the same file",
            Self::SamePixels => "the same picture in different files",
            Self::Reencoded => "the same picture, saved again",
            Self::Turned => "the same picture, mirrored or turned",
            Self::Near => "nearly the same",
            Self::Burst => "similar frames, taken within seconds",
        }
    }
}

/// How near two photos are: by relation, then by the bits it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    pub relation: Relation,
    pub bits: u32,
}

impl Link {
    /// None if nothing says that they are alike.
    pub fn between(a: &Frame<'_>, b: &Frame<'_>) -> Option<Self> {
        let link = |relation, bits| Some(Self { relation, bits });
        if a.photo.file.sha256 == b.photo.file.sha256 {
            return link(Relation::SameBytes, 0);
        }
        let (one, other) = a.hashes.zip(b.hashes)?;
        if one.pixels == other.pixels {
            return link(Relation::SamePixels, 0);
        }
        if one.pdq_quality.min(other.pdq_quality) >= PDQ_QUALITY_MIN {
            let (plain, turned) = (one.pdq.distance(&other.pdq), turned_bits(one, other));
            if plain <= PDQ_BITS_MAX {
                return link(Relation::Reencoded, plain);
            }
            if turned <= TURNED_BITS_MAX && turned + TURNED_NEARER_BITS <= plain {
                return link(Relation::Turned, turned);
            }
        }
        match one.phash.distance(other.phash) {
            bits @ 0..=NEAR_BITS_MAX => link(Relation::Near, bits),
            bits @ ..=BURST_BITS_MAX if in_one_go(a, b) => link(Relation::Burst, bits),
            _ => None,
        }
    }
}

/// The fewest bits between a picture and the other mirrored or turned, asked from both sides.
fn turned_bits(a: &PictureHashes, b: &PictureHashes) -> u32 {
    let from = |one: &PictureHashes, other: &PictureHashes| one.turned.iter().map(|hash| hash.distance(&other.pdq)).min();
    from(a, b).into_iter().chain(from(b, a)).min().unwrap_or(u32::MAX)
}

fn in_one_go(a: &Frame<'_>, b: &Frame<'_>) -> bool {
    let camera = a.camera();
    camera.is_some() && camera == b.camera() && seconds(a, b).is_some_and(|seconds| seconds <= BURST_SECONDS_MAX)
}

fn seconds(a: &Frame<'_>, b: &Frame<'_>) -> Option<u64> {
    Some(a.taken?.abs_diff(b.taken?))
}

/// The widest distances between two photos of a group; None unless all of them have what it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Distances {
    /// PDQ as seen, 0..=256 bits: wide for a mirrored picture.
    pub pdq_bits: Option<u32>,
    /// pHash, 0..=64 bits.
    pub phash_bits: Option<u32>,
    /// Between times of capture, s.
    pub seconds: Option<u64>,
}

impl Distances {
    pub(super) fn widest(members: &[&Frame<'_>]) -> Self {
        let pairs = || members.iter().enumerate().flat_map(|(at, a)| members.iter().skip(at + 1).map(move |b| (*a, *b)));
        let hashes = |a: &Frame<'_>, b: &Frame<'_>| a.hashes.copied().zip(b.hashes.copied());
        Self {
            pdq_bits: widest(pairs().map(|(a, b)| hashes(a, b).map(|(a, b)| a.pdq.distance(&b.pdq)))),
            phash_bits: widest(pairs().map(|(a, b)| hashes(a, b).map(|(a, b)| a.phash.distance(b.phash)))),
            seconds: widest(pairs().map(|(a, b)| seconds(a, b))),
        }
    }
}

/// The largest, if all are there.
fn widest<T: Ord>(mut distances: impl Iterator<Item = Option<T>>) -> Option<T> {
    let first = distances.next()??;
    distances.try_fold(first, |widest, distance| Some(widest.max(distance?)))
}
