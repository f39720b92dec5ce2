//! The one pass over a picture: each row feeds every measurement while it is in cache.
//!
//! Never holds the picture. Besides a few rows it keeps the cells for previews and palette (at most 1535 a side), at most
//! 2 MiB of wavelet coefficients, and a sample of at most 3.4 MiB.

use crate::raster::{ColorSpace, RowError, RowSource};

use super::cells::{CellScan, Cells};
use super::clipping::{Clipping, ClippingScan};
use super::colorfulness::ColorScan;
use super::kernels::Level;
use super::kernels::moments::ColorMoments;
use super::noise::Noise;
use super::profile::Profile;
use super::rows::RowReader;
use super::sample::{Sample, SampleScan};
use super::sharpness::Sharpness;
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
    /// Noise.
    pub noise: Noise,
    /// Native samples, for what needs more than a few rows.
    pub sample: Sample,
    /// Rows that were there, at least 1.
    pub rows_seen: usize,
    /// Why there were not more; None if the picture was whole.
    pub stopped: Option<RowError>,
}

/// Reads all rows and measures them.
///
/// # Errors
/// [`RowError`] if there was no row at all.
pub fn scan(source: &mut dyn RowSource, profile: &Profile, level: Level) -> Result<Scanned, RowError> {
    let geometry = source.geometry();
    let (width, height) = (geometry.width as usize, geometry.height as usize);
    let mut pass = Pass::new(level, width, height, profile);
    let stopped = pass.read(source, profile).err();
    let rows_seen = pass.rows_seen;
    if rows_seen == 0 {
        return Err(stopped.unwrap_or(RowError::Truncated { row: 0, height }));
    }
    let (sharpness, noise) = pass.structure.finish();
    Ok(Scanned {
        tone: pass.tone.finish(level),
        clipping: pass.clipping.finish(),
        color: pass.color.finish(),
        cells: pass.cells.finish(),
        sharpness,
        noise,
        sample: pass.sample.finish(),
        rows_seen,
        stopped: stopped.or((rows_seen < height).then_some(RowError::Truncated { row: rows_seen, height })),
    })
}

struct Pass {
    reader: RowReader,
    tone: ToneScan,
    clipping: ClippingScan,
    color: ColorScan,
    cells: CellScan,
    structure: StructureScan,
    sample: SampleScan,
    rows_seen: usize,
}

impl Pass {
    fn new(level: Level, width: usize, height: usize, profile: &Profile) -> Self {
        Self {
            reader: RowReader::new(level, width),
            tone: ToneScan::new(width * height),
            clipping: ClippingScan::new(level, width, height),
            color: ColorScan::new(level, width, height, profile),
            cells: CellScan::new(level, width, height),
            structure: StructureScan::new(level, width, height),
            sample: SampleScan::new(level, width, height),
            rows_seen: 0,
        }
    }

    fn read(&mut self, source: &mut dyn RowSource, profile: &Profile) -> Result<(), RowError> {
        let planar = source.geometry().color == ColorSpace::Ycc;
        while let Some(stripe) = source.next_stripe()? {
            self.sample.add_chroma(&stripe);
            for index in 0..stripe.rows {
                let row = self.reader.row(&stripe.pixels, index);
                self.tone.add(&row);
                self.clipping.add(&row);
                self.color.add(&row, profile);
                self.cells.add(&row);
                self.structure.add(row.luma);
                self.sample.add(&row, planar);
                self.rows_seen += 1;
            }
        }
        Ok(())
    }
}
