//! The one pass over a picture: each row feeds every measurement while it is in cache.
//!
//! Never holds the picture. Besides a few rows (of the normalized picture too) it keeps the small picture (at most 768 px a side), a table of 1 MiB, at most
//! half a MiB of wavelet coefficients, and at most six tiles of 256 KiB.

use crate::raster::{ColorSpace, Geometry, RowError, RowSource, Stripe};

use super::Threads;
use super::cells::{CellScan, Cells};
use super::clipping::{Clipping, ClippingScan};
use super::colorfulness::ColorScan;
use super::error_level::{ErrorLevel, ErrorLevelScan};
use super::kernels::Level;
use super::kernels::moments::ColorMoments;
use super::noise::Noise;
use super::normalized::{Normalized, NormalizedScan};
use super::overlap;
use super::profile::Profile;
use super::rows::RowReader;
use super::sample::SampleScan;
use super::sharpness::Sharpness;
use super::spatial::SpatialScan;
use super::structure::StructureScan;
use super::tone::{Tone, ToneScan};

/// What the pass found, as stored.
#[derive(Debug)]
pub struct Scanned {
    /// Histograms and what follows from them.
    pub tone: Tone,
    /// Clipping.
    pub clipping: Clipping,
    /// Moments of colour; none for a grey picture.
    pub color: ColorMoments,
    /// Mean colours of cells, coded.
    pub cells: Cells,
    /// Laplacian and gradients.
    pub sharpness: Sharpness,
    /// Sharpness at the scale that is the same for all pictures.
    pub normalized: Normalized,
    /// Noise.
    pub noise: Noise,
    /// What saving again would change.
    pub error_level: ErrorLevel,
    /// Bits that samples of 16 bits use; None for others.
    pub bits_used: Option<u8>,
    /// Rows that were there, at least 1.
    pub rows_seen: usize,
    /// Why there were not more; None if the picture was whole.
    pub stopped: Option<RowError>,
}

/// What is known of a picture before its rows.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// Its color profile.
    pub profile: &'a Profile,
    /// The luma table of a JPEG, in natural order.
    pub luma_table: Option<&'a [u16; 64]>,
}

/// Reads all rows and measures them.
///
/// # Errors
/// [`RowError`] if there was no row at all.
pub fn pass(source: &mut dyn RowSource, known: Known<'_>, level: Level, threads: Threads) -> Result<Passed, RowError> {
    let (geometry, profile) = (source.geometry(), known.profile);
    let height = geometry.height as usize;
    let mut pass = Pass::new(level, geometry, known);
    let stopped = match threads {
        Threads::Two => overlap::read(source, |stripe| pass.add(stripe, profile)),
        Threads::One => overlap::read_here(source, |stripe| pass.add(stripe, profile)),
    }
    .err();
    match pass.rows_seen {
        0 => Err(stopped.unwrap_or(RowError::Truncated { row: 0, height })),
        row => Ok(Passed { pass, level, stopped: stopped.or((row < height).then_some(RowError::Truncated { row, height })) }),
    }
}

/// The measurements when all rows passed. The decoder is of no more use.
pub struct Passed {
    pass: Pass,
    level: Level,
    stopped: Option<RowError>,
}

impl Passed {
    /// What the pass found, and what of the tiles is still to be finished.
    pub fn finish(self) -> (Scanned, SpatialScan) {
        let Self { pass, level, stopped } = self;
        // its tables make room
        let tone = pass.tone.finish(level);
        let (sharpness, noise) = pass.structure.finish();
        let scanned = Scanned {
            tone,
            clipping: pass.clipping.finish(),
            color: pass.color.finish(),
            cells: pass.cells.finish(),
            sharpness,
            normalized: pass.normalized.finish(),
            noise,
            error_level: pass.error_level.finish(),
            bits_used: pass.reader.depth().bits_used(),
            rows_seen: pass.rows_seen,
            stopped,
        };
        (scanned, pass.spatial)
    }
}

struct Pass {
    /// Whether chroma comes in planes of its own.
    planar: bool,
    reader: RowReader,
    tone: ToneScan,
    clipping: ClippingScan,
    color: ColorScan,
    cells: CellScan,
    structure: StructureScan,
    normalized: NormalizedScan,
    error_level: ErrorLevelScan,
    sample: SampleScan,
    spatial: SpatialScan,
    rows_seen: usize,
}

impl Pass {
    fn new(level: Level, geometry: Geometry, Known { profile, luma_table }: Known<'_>) -> Self {
        let (width, height) = (geometry.width as usize, geometry.height as usize);
        Self {
            planar: geometry.color == ColorSpace::Ycc,
            reader: RowReader::new(level, width),
            tone: ToneScan::new(width * height),
            clipping: ClippingScan::new(level, width, height),
            color: ColorScan::new(level, width, height, profile),
            cells: CellScan::new(level, width, height),
            structure: StructureScan::new(level, width, height),
            normalized: NormalizedScan::new(level, width, height),
            error_level: ErrorLevelScan::new(level, width, height),
            sample: SampleScan::new(level, width, height),
            spatial: SpatialScan::new(level, luma_table),
            rows_seen: 0,
        }
    }

    fn add(&mut self, stripe: &Stripe<'_>, profile: &Profile) {
        self.sample.add_chroma(stripe);
        for index in 0..stripe.rows {
            let row = self.reader.row(&stripe.pixels, index);
            self.tone.add(&row);
            self.clipping.add(&row);
            self.color.add(&row, profile);
            self.cells.add(&row);
            self.structure.add(row.luma);
            self.normalized.add(row.luma);
            self.error_level.add(row.luma);
            let Self { sample, spatial, .. } = self;
            sample.add(&row, self.planar).into_iter().for_each(|tile| spatial.add(tile));
            self.rows_seen += 1;
        }
    }
}
