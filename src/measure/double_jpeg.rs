//! Whether coefficients look as after an earlier save on the same grid at lower quality.
//!
//! Saving twice with different steps leaves some values of a coefficient rare and others frequent, at equal distances (Lukáš and
//! Fridrich 2003; Popescu and Farid 2004). Of five low frequencies the histogram of the values, in steps of the file's own
//! table, is looked at for such a rhythm. Blind for two saves of equal quality, for a lower second one, and after a crop off
//! the grid or a resize. Cameras and editors that save twice inside make it too.

use crate::raster::PlaneView;

use super::kernels::{Level, low_modes};
use low_modes::{BLOCK, Modes, PLACES};

/// Values that are counted: from minus this on, up to one less than it, in steps.
const REACH: usize = 128;
/// Bins of a histogram.
const BINS: usize = 2 * REACH;
/// Bins of the running mean that is taken away.
const TREND: usize = 9;
/// Lowest rhythm that is looked at, in turns per histogram: a fifth of a turn per step.
const TURNS_MIN: usize = 51;
/// Fewer blocks have no histogram to speak of: those of a picture of 256 x 256.
const BLOCKS_MIN: usize = 1024;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DoubleJpeg {
    /// Strongest rhythm over the median, of the mode where that is largest.
    Peak(f64),
    /// No mode has values.
    Flat,
    /// Too few blocks.
    TooSmall,
    /// No JPEG, or luma is not what it codes.
    NotApplicable,
}

/// Looks at tiles of the sample, which lie on the grid, while they come.
#[derive(Debug)]
pub struct DoubleJpegScan {
    level: Level,
    /// One over the steps of the modes; None without a table.
    per_step: Option<[f32; 5]>,
    /// Of each mode.
    counts: [[u32; BINS]; 5],
    blocks: usize,
}

impl DoubleJpegScan {
    /// With the luma table in natural order.
    pub fn new(level: Level, table: Option<&[u16; 64]>) -> Self {
        let per_step = table.map(|table| PLACES.map(|place| 1.0 / f32::from(table[place].max(1))));
        Self { level, per_step, counts: [[0; BINS]; 5], blocks: 0 }
    }

    /// Takes the luma of a tile.
    pub fn add(&mut self, tile: PlaneView<'_, u8>) {
        let Some(per_step) = self.per_step else { return };
        let (width, height) = (tile.width(), tile.height());
        let mut scratch = vec![0.0; 3 * width];
        let mut modes = vec![Modes::default(); width / BLOCK];
        for first in (0..=height.saturating_sub(BLOCK)).step_by(BLOCK).filter(|_| height >= BLOCK) {
            let rows = std::array::from_fn(|row| tile.row(first + row));
            low_modes::low_modes(self.level, rows, &mut scratch, &mut modes);
            self.blocks += modes.len();
            for block in &modes {
                for ((counts, value), per_step) in self.counts.iter_mut().zip(block).zip(per_step) {
                    let bin = (value * per_step).round() as i32 + REACH as i32;
                    if let Some(count) = usize::try_from(bin).ok().and_then(|bin| counts.get_mut(bin)) {
                        *count += 1;
                    }
                }
            }
        }
    }

    /// The rhythm of all blocks.
    pub fn finish(self) -> DoubleJpeg {
        if self.per_step.is_none() {
            return DoubleJpeg::NotApplicable;
        }
        if self.blocks < BLOCKS_MIN {
            return DoubleJpeg::TooSmall;
        }
        let turns: Vec<f64> = (0..BINS).map(|bin| (std::f64::consts::TAU * bin as f64 / BINS as f64).cos()).collect();
        let peaks = self.counts.iter().filter_map(|counts| peak(counts, &turns));
        peaks.max_by(f64::total_cmp).map_or(DoubleJpeg::Flat, DoubleJpeg::Peak)
    }
}

/// Largest over median magnitude of a histogram's spectrum from [`TURNS_MIN`] on; None if nothing varies.
fn peak(counts: &[u32; BINS], turns: &[f64]) -> Option<f64> {
    let logarithm = |count: u32| f64::from(count).ln_1p();
    let mut values = counts.map(logarithm);
    // most coefficients are 0: their number says nothing about the rhythm
    values[REACH] = (f64::from(counts[REACH - 1]) / 2.0 + f64::from(counts[REACH + 1]) / 2.0).ln_1p();
    let at = |bin: usize| values[bin.saturating_sub(TREND / 2).min(BINS - 1)];
    let rest: Vec<f64> = (0..BINS)
        .map(|bin| {
            // continued by its first and last value
            let trend = (0..TREND).map(|offset| at(bin + offset)).sum::<f64>() / TREND as f64;
            (values[bin] - trend) * (0.5 - 0.5 * turns[bin])
        })
        .collect();
    let mut magnitudes: Vec<f64> = (TURNS_MIN..=REACH)
        .map(|turn| {
            let (mut re, mut im) = (0.0, 0.0);
            for (bin, value) in rest.iter().enumerate() {
                re += value * turns[turn * bin % BINS];
                im += value * turns[(turn * bin + 3 * BINS / 4) % BINS];
            }
            re.hypot(im)
        })
        .collect();
    magnitudes.sort_by(f64::total_cmp);
    let middle = magnitudes.len() / 2;
    let median = (magnitudes[middle] + magnitudes[(magnitudes.len() - 1) / 2]) / 2.0;
    (median > 1e-9).then(|| magnitudes[magnitudes.len() - 1] / median)
}

#[cfg(test)]
mod tests {
    use jpeg_encoder::{ColorType, Encoder};

    use super::*;
    use crate::measure::jpeg::ijg_luma;
    use crate::measure::tests::synthetic::Noise;
    use crate::raster::Plane;

    const SIDE: usize = 512;

    /// Patches, waves and noise: something for every coefficient.
    fn picture() -> Vec<u8> {
        let mut noise = Noise::new(11);
        let patches: Vec<f64> = (0..1024).map(|_| 60.0 * noise.normal()).collect();
        (0..SIDE * SIDE)
            .map(|i| {
                let (x, y) = (i % SIDE, i / SIDE);
                let wave = 30.0 * (x as f64 * 0.11 + (y as f64 * 0.03).sin() * 5.0).sin();
                (128.0 + patches[(y / 37 * 32 + x / 41) % 1024] + wave + 6.0 * noise.normal()).clamp(0.0, 255.0) as u8
            })
            .collect()
    }

    fn saved(samples: &[u8], quality: u8) -> Vec<u8> {
        let mut jpeg = Vec::new();
        Encoder::new(&mut jpeg, quality).encode(samples, SIDE as u16, SIDE as u16, ColorType::Luma).unwrap();
        let options = zune_jpeg::zune_core::options::DecoderOptions::default()
            .jpeg_set_out_colorspace(zune_jpeg::zune_core::colorspace::ColorSpace::Luma);
        zune_jpeg::JpegDecoder::new_with_options(zune_jpeg::zune_core::bytestream::ZCursor::new(&jpeg), options).decode().unwrap()
    }

    fn of_tiles(tiles: &[Plane<u8>], table: Option<&[u16; 64]>) -> DoubleJpeg {
        let mut scan = DoubleJpegScan::new(Level::new(), table);
        tiles.iter().for_each(|tile| scan.add(tile.view()));
        scan.finish()
    }

    fn score(samples: &[u8], quality: u8) -> f64 {
        let luma = Plane::from_samples(samples.to_vec(), SIDE, SIDE).unwrap();
        match of_tiles(&[luma], Some(&ijg_luma(quality))) {
            DoubleJpeg::Peak(peak) => peak,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_second_save_at_higher_quality_shows_and_a_single_one_does_not() {
        let picture = picture();
        for quality in [60, 75, 85, 90, 95] {
            let single = score(&saved(&picture, quality), quality);
            assert!(single < 6.0, "{quality}: {single}");
        }
        for (first, second) in [(75, 90), (85, 95), (60, 90)] {
            let double = score(&saved(&saved(&picture, first), second), second);
            assert!(double > 8.0, "{first}, then {second}: {double}");
        }
    }

    #[test]
    fn the_peak_is_numpys() {
        // NumPy 2: the same histogram by the same formula, np.log1p, np.convolve over an edge-padded line, np.fft.rfft
        let mut state = 77_u32;
        let counts: [u32; BINS] = std::array::from_fn(|bin| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let slope = 4000 / (1 + bin.abs_diff(REACH) as u32);
            slope + (state >> 28) + if bin % 3 == 0 { slope / 2 } else { 0 }
        });
        let turns: Vec<f64> = (0..BINS).map(|bin| (std::f64::consts::TAU * bin as f64 / BINS as f64).cos()).collect();
        let found = peak(&counts, &turns).unwrap();
        let expected = 42.93758819535036;
        assert!((found / expected - 1.0).abs() < 1e-6, "{found}");
    }

    #[test]
    fn nothing_to_count_has_no_rhythm() {
        let flat = [Plane::new(SIDE, SIDE)];
        assert_eq!(of_tiles(&flat, Some(&[1; 64])), DoubleJpeg::Flat);
        assert_eq!(of_tiles(&flat, None), DoubleJpeg::NotApplicable);
        assert_eq!(of_tiles(&[], Some(&[1; 64])), DoubleJpeg::TooSmall);
    }
}
