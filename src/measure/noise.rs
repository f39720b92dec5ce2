//! Noise: the robust deviation of the finest diagonal wavelet band (Donoho and Johnstone 1994).
//!
//! Equal to scikit-image's `estimate_sigma` on one plane, but for its zeros: ours are exact, while rounding leaves that
//! function residues of 1e-30 on flat areas, which it then counts.
//!
//! At most [`COEFFICIENTS_MAX`] coefficients are kept (4 bytes each); larger pictures use every third, fifth, ... row of the
//! band. The step is odd so that all phases of a JPEG's 8-pixel grid take part.

use fearless_simd::dispatch;

use super::kernels::{Level, wavelet};
use wavelet::{Coefficient, DiagonalBand};

/// Coefficients kept: those of a picture of half a megapixel. Fresh memory is the dearest part of keeping them.
pub const COEFFICIENTS_MAX: usize = 1 << 17;
/// Smaller pictures have too few coefficients for a median.
const EDGE_MIN: usize = 16;
/// The 75th percentile of the standard normal distribution: median of |x| for a deviation of 1.
const MEDIAN_OF_NORMAL: f64 = 0.674_489_750_196_081_7;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Noise {
    /// Standard deviation in levels.
    Sigma(f64),
    /// All coefficients are zero.
    Flat,
    /// The picture is too small.
    TooSmall,
}

impl Noise {
    /// The deviation, 0 if there is none.
    pub fn sigma_or_zero(self) -> f64 {
        if let Self::Sigma(sigma) = self { sigma } else { 0.0 }
    }
}

/// Gathers coefficients while rows pass.
#[derive(Debug)]
pub struct NoiseScan {
    level: Level,
    band: DiagonalBand,
    row: Vec<Coefficient>,
    step: usize,
    kept: Vec<Coefficient>,
    too_small: bool,
}

impl NoiseScan {
    /// For a picture of this size as stored.
    pub fn new(level: Level, width: usize, height: usize) -> Self {
        Self {
            level,
            band: DiagonalBand::new(width),
            row: vec![Coefficient::default(); wavelet::coefficients(width)],
            step: step(width, height),
            kept: Vec::with_capacity(kept_at_most(width, height)),
            too_small: width.min(height) < EDGE_MIN,
        }
    }

    /// Takes row `index` of the band, asking for the picture's rows only if it is used.
    pub fn add<'a>(&mut self, index: usize, rows: impl FnOnce() -> [&'a [u8]; 4]) {
        if self.too_small || !index.is_multiple_of(self.step) {
            return;
        }
        self.band.row(self.level, rows(), &mut self.row);
        self.kept.extend(self.row.iter().copied().filter(|&coefficient| coefficient != Coefficient::default()));
    }

    /// The noise of all rows.
    pub fn finish(self) -> Noise {
        match median_magnitude(self.level, &self.kept) {
            _ if self.too_small => Noise::TooSmall,
            None => Noise::Flat,
            Some(median) => Noise::Sigma(median / MEDIAN_OF_NORMAL),
        }
    }
}

/// Coefficients of the rows used.
fn kept_at_most(width: usize, height: usize) -> usize {
    wavelet::coefficients(width) * wavelet::coefficients(height).div_ceil(step(width, height))
}

/// Every how manieth row of the band is used: 1, 3, 5, ...
fn step(width: usize, height: usize) -> usize {
    (wavelet::coefficients(width) * wavelet::coefficients(height)).div_ceil(COEFFICIENTS_MAX) | 1
}

/// Bins of the first, coarse look: a 64th of a level wide, to past the largest magnitude of 888.
const BINS: usize = 1 << 16;

#[inline(always)]
fn bin(magnitude: f64) -> u16 {
    (magnitude * 64.0) as u16
}

/// The median as NumPy takes it: the mean of the two in the middle when the number is even. Sorts only the bins they are in.
fn median_magnitude(level: Level, coefficients: &[Coefficient]) -> Option<f64> {
    let upper = coefficients.len() / 2;
    let lower = coefficients.len().checked_sub(1)? / 2;
    let mut bins = vec![0_u16; coefficients.len()];
    dispatch!(level, _ => fill_bins(&mut bins, coefficients));
    let mut counts = vec![0_u32; BINS];
    for &bin in &bins {
        counts[usize::from(bin)] += 1;
    }
    let (first, below) = bin_of_rank(&counts, lower);
    let (last, _) = bin_of_rank(&counts, upper);
    let inside =
        |(&bin, coefficient): (&u16, &Coefficient)| (first..=last).contains(&usize::from(bin)).then(|| coefficient.magnitude());
    let mut middle: Vec<f64> = bins.iter().zip(coefficients).filter_map(inside).collect();
    middle.sort_unstable_by(f64::total_cmp);
    Some((middle.get(lower - below)? + middle.get(upper - below)?) / 2.0)
}

#[inline(always)]
fn fill_bins(bins: &mut [u16], coefficients: &[Coefficient]) {
    for (out, coefficient) in bins.iter_mut().zip(coefficients) {
        *out = bin(coefficient.magnitude());
    }
}

/// The bin a rank is in, and how many are in the bins before it.
fn bin_of_rank(counts: &[u32], rank: usize) -> (usize, usize) {
    let mut below = 0;
    for (bin, &count) in counts.iter().enumerate() {
        let count = count as usize;
        if below + count > rank {
            return (bin, below);
        }
        below += count;
    }
    (counts.len(), below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_odd_and_keep_to_the_bound() {
        assert_eq!(step(700, 700), 1);
        for (width, height) in [(2048, 2048), (4032, 3024), (6000, 4000), (10_000, 10_000), (30_000, 3_333)] {
            let step = step(width, height);
            assert_eq!(step % 2, 1);
            assert!(kept_at_most(width, height) <= COEFFICIENTS_MAX + wavelet::coefficients(width));
        }
        assert_eq!(step(4032, 3024), 25);
    }

    #[test]
    fn medians_are_numpys() {
        let coefficient = |rational| Coefficient { rational, irrational: 0 };
        assert_eq!(median_magnitude(Level::new(), &[]), None);
        assert_eq!(median_magnitude(Level::new(), &[coefficient(-64)]), Some(2.0));
        assert_eq!(median_magnitude(Level::new(), &[64, -32, 9600, -128].map(coefficient)), Some(3.0));
        assert_eq!(median_magnitude(Level::new(), &[64, -32, 9600].map(coefficient)), Some(2.0));
    }
}
