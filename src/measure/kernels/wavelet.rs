//! The diagonal band (HH) of one level of the Daubechies-2 wavelet, exactly.
//!
//! The high-pass taps are (-1-√3, 3+√3, -3+√3, 1-√3) / 4√2, so a coefficient of integer samples is (a + b·√3) / 32 with
//! integers a and b: no rounding, and zero is zero.

use fearless_simd::{Level, dispatch};

/// A coefficient times 32, as `rational + irrational·√3`. |rational| ≤ 14280, |irrational| ≤ 8160.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Coefficient {
    /// The integer part.
    pub rational: i16,
    /// The factor of √3.
    pub irrational: i16,
}

impl Coefficient {
    /// Its magnitude, in levels.
    #[inline(always)]
    pub fn magnitude(self) -> f64 {
        const SQRT_3: f64 = 1.732_050_807_568_877_2;
        (f64::from(self.rational) + f64::from(self.irrational) * SQRT_3).abs() / 32.0
    }
}

/// Coefficients along an axis of `length` samples (PyWavelets, four taps).
pub const fn coefficients(length: usize) -> usize {
    length.div_ceil(2) + 1
}

/// The sample that stands at `index` when an axis is continued by half-sample symmetry: `… 1 0 | 0 1 2 … | n-1 n-2 …`.
pub const fn mirrored(index: isize, length: usize) -> usize {
    let period = 2 * length as isize;
    let phase = index.rem_euclid(period) as usize;
    if phase < length { phase } else { 2 * length - 1 - phase }
}

/// Samples a row is continued by at its left and right.
const PAD_LEFT: usize = 2;
const PAD_RIGHT: usize = 3;

/// Makes rows of coefficients; keeps its buffers.
#[derive(Debug, Clone)]
pub struct DiagonalBand {
    rational: Vec<i16>,
    irrational: Vec<i16>,
    width: usize,
}

impl DiagonalBand {
    /// For pictures `width` columns wide, at least 1.
    pub fn new(width: usize) -> Self {
        let padded = PAD_LEFT + width + PAD_RIGHT;
        Self { rational: vec![0; padded], irrational: vec![0; padded], width }
    }

    /// Row `i` of the band from the picture's rows `2i+1, 2i, 2i-1, 2i-2`, in that order, into `coefficients(width)` places.
    pub fn row(&mut self, level: Level, rows: [&[u8]; 4], out: &mut [Coefficient]) {
        let inner = PAD_LEFT..PAD_LEFT + self.width;
        let (rational, irrational) = (&mut self.rational[inner.clone()], &mut self.irrational[inner]);
        dispatch!(level, _ => vertical(rational, irrational, rows));
        pad(&mut self.rational, self.width);
        pad(&mut self.irrational, self.width);
        let (rational, irrational) = (&self.rational, &self.irrational);
        dispatch!(level, _ => horizontal(out, rational, irrational));
    }
}

#[inline(always)]
fn vertical(rational: &mut [i16], irrational: &mut [i16], [first, second, third, fourth]: [&[u8]; 4]) {
    let samples = first.iter().zip(second).zip(third).zip(fourth);
    for ((rational, irrational), (((&a, &b), &c), &d)) in rational.iter_mut().zip(irrational).zip(samples) {
        (*rational, *irrational) = taps(a.into(), b.into(), c.into(), d.into());
    }
}

/// The high-pass taps times 4√2 over four samples, as (integer part, factor of √3).
#[inline(always)]
fn taps(a: i16, b: i16, c: i16, d: i16) -> (i16, i16) {
    (d - a + 3 * (b - c), b + c - a - d)
}

#[inline(always)]
fn horizontal(out: &mut [Coefficient], rational: &[i16], irrational: &[i16]) {
    // coefficient k takes the columns 2k+1, 2k, 2k-1, 2k-2, which stand PAD_LEFT further right in the padded row
    for ((out, p), q) in out.iter_mut().zip(rational.windows(4).step_by(2)).zip(irrational.windows(4).step_by(2)) {
        let (pp, pq) = taps(p[3], p[2], p[1], p[0]);
        let (qp, qq) = taps(q[3], q[2], q[1], q[0]);
        *out = Coefficient { rational: pp + 3 * qq, irrational: pq + qp };
    }
}

fn pad(row: &mut [i16], width: usize) {
    for left in 0..PAD_LEFT {
        row[left] = row[PAD_LEFT + mirrored(left as isize - PAD_LEFT as isize, width)];
    }
    for right in 0..PAD_RIGHT {
        row[PAD_LEFT + width + right] = row[PAD_LEFT + mirrored((width + right) as isize, width)];
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::measure::kernels::levels;

    /// PyWavelets' `Wavelet("db2").dec_hi`.
    const HIGH_PASS: [f64; 4] =
        [-0.482_962_913_144_534_16, 0.836_516_303_737_807_8, -0.224_143_868_042_013_4, -0.129_409_522_551_260_37];

    /// One level along one axis, as PyWavelets convolves and continues it.
    fn along(signal: &[f64]) -> Vec<f64> {
        (0..(signal.len() + 3) / 2)
            .map(|i| (0..4).map(|j| HIGH_PASS[j] * signal[mirrored(2 * i as isize + 1 - j as isize, signal.len())]).sum())
            .collect()
    }

    /// The band of a whole picture in floating point.
    fn band_scalar(picture: &[Vec<u8>]) -> Vec<Vec<f64>> {
        let (width, height) = (picture[0].len(), picture.len());
        let columns: Vec<Vec<f64>> =
            (0..width).map(|x| along(&(0..height).map(|y| f64::from(picture[y][x])).collect::<Vec<_>>())).collect();
        (0..coefficients(height)).map(|i| along(&columns.iter().map(|column| column[i]).collect::<Vec<_>>())).collect()
    }

    #[test]
    fn continues_like_a_mirror() {
        let seen: Vec<usize> = (-4..7).map(|index| mirrored(index, 3)).collect();
        assert_eq!(seen, [2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0]);
        assert_eq!(mirrored(-2, 1), 0);
    }

    #[test]
    fn counts_like_pywavelets() {
        assert_eq!([1, 2, 3, 4, 5, 512].map(coefficients), [2, 2, 3, 3, 4, 257]);
    }

    proptest! {
        #[test]
        fn equals_the_band_in_floating_point(width in 1usize..40, height in 1usize..12, seed: u64) {
            let mut state = seed | 1;
            let picture: Vec<Vec<u8>> = (0..height).map(|_| (0..width).map(|_| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                (state >> 56) as u8
            }).collect()).collect();
            let expected = band_scalar(&picture);
            for level in levels::all() {
                let mut band = DiagonalBand::new(width);
                for (i, expected) in expected.iter().enumerate() {
                    let row = |back: isize| picture[mirrored(2 * i as isize + 1 - back, height)].as_slice();
                    let mut out = vec![Coefficient::default(); coefficients(width)];
                    band.row(level, [row(0), row(1), row(2), row(3)], &mut out);
                    prop_assert_eq!(out.len(), expected.len());
                    for (ours, theirs) in out.iter().zip(expected) {
                        prop_assert!((ours.magnitude() - theirs.abs()).abs() < 1e-11);
                    }
                }
            }
        }
    }

    #[test]
    fn extreme_samples_stay_in_16_bits() {
        // the signs of the taps, so that every product adds up
        let signs = |flip: bool| (0..8).map(|x| if (matches!(x % 4, 0 | 3)) != flip { 0u8 } else { 255 }).collect::<Vec<u8>>();
        for (a, b) in [(signs(false), signs(true)), (signs(true), signs(false))] {
            let mut out = vec![Coefficient::default(); coefficients(8)];
            DiagonalBand::new(8).row(Level::new(), [&a, &b, &a, &b], &mut out);
            let picture = [b.clone(), a.clone(), b, a];
            let expected = &band_scalar(&picture.map(|row| row.to_vec()))[1];
            for (ours, theirs) in out.iter().zip(expected) {
                assert!((ours.magnitude() - theirs.abs()).abs() < 1e-9);
            }
        }
    }
}
