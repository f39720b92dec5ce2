//! Exact means by area of one channel: sums are integers, rounding is half up, so a turned picture gives the same means turned.
//!
//! Single precision holds the sums of a column (below 2²⁴), double precision those of an area (below 2⁵³).

use fearless_simd::{Level, dispatch};

/// Rows that are shrunk across together, one a lane.
pub const LANES: usize = 4;

/// What turns the sum of an area into its mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mean {
    inverse: f64,
    /// Lifts a mean right between two levels, and none below it.
    quarter: f64,
}

impl Mean {
    /// Of areas of so many parts, at most 2³⁸.
    pub fn of(parts: usize) -> Self {
        let inverse = 1.0 / parts as f64;
        Self { inverse, quarter: inverse / 4.0 }
    }

    /// Means lie at least half a part from a border between levels or on it, which is more than two roundings take away.
    #[inline(always)]
    fn level(self, sum: f64) -> u8 {
        // the lowest bits of a number above 2⁵² count ones
        const ONES: f64 = (1_u64 << 52) as f64;
        (sum * self.inverse + self.quarter + ONES).to_bits() as u8
    }
}

/// Sums of columns: of a row, of sums of rows, and of another row, each times its weight.
pub fn columns(level: Level, out: &mut [f32], first: &[u8], whole: &[u16], last: &[u8], weights: [f32; 3]) {
    dispatch!(level, _ => columns_plain(out, first, whole, last, weights));
}

#[inline(always)]
fn columns_plain(out: &mut [f32], first: &[u8], whole: &[u16], last: &[u8], weights: [f32; 3]) {
    for (((out, &first), &whole), &last) in out.iter_mut().zip(first).zip(whole).zip(last) {
        *out = weights[0] * f32::from(first) + weights[1] * f32::from(whole) + weights[2] * f32::from(last);
    }
}

/// Side by side what four rows have at each column.
pub fn interleave(level: Level, out: &mut [[f32; LANES]], rows: [&[f32]; LANES]) {
    dispatch!(level, _ => interleave_plain(out, rows));
}

#[inline(always)]
fn interleave_plain(out: &mut [[f32; LANES]], [a, b, c, d]: [&[f32]; LANES]) {
    for ((((out, &a), &b), &c), &d) in out.iter_mut().zip(a).zip(b).zip(c).zip(d) {
        *out = [a, b, c, d];
    }
}

/// Means of areas: each new sample's first column and the weights of those from there on, of four rows at once.
#[expect(single_use_lifetimes, reason = "an elided lifetime cannot stand in an `impl Trait` yet")]
pub fn across<'w>(
    level: Level,
    out: &mut [[u8; LANES]],
    columns: &[[f32; LANES]],
    samples: impl Iterator<Item = (usize, &'w [f32])>,
    means: [Mean; LANES],
) {
    dispatch!(level, _ => across_plain(out, columns, samples, means));
}

#[inline(always)]
#[expect(single_use_lifetimes, reason = "an elided lifetime cannot stand in an `impl Trait` yet")]
fn across_plain<'w>(
    out: &mut [[u8; LANES]],
    columns: &[[f32; LANES]],
    samples: impl Iterator<Item = (usize, &'w [f32])>,
    means: [Mean; LANES],
) {
    for (out, (first, weights)) in out.iter_mut().zip(samples) {
        let mut sums = [0.0_f64; LANES];
        for (column, &weight) in columns[first..first + weights.len()].iter().zip(weights) {
            for lane in 0..LANES {
                sums[lane] += f64::from(column[lane]) * f64::from(weight);
            }
        }
        for lane in 0..LANES {
            out[lane] = means[lane].level(sums[lane]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::kernels::levels;

    #[test]
    fn means_are_rounded_half_up() {
        for parts in [1_usize, 2, 3, 4, 7, 12, 1000, 4032 * 3024, 11_520 * 8640, 10_007 * 9973] {
            let mean = Mean::of(parts);
            let around = |sum: usize| (sum.saturating_sub(3)..=sum + 3).filter(|&sum| sum <= 255 * parts);
            for sum in (0..=510).flat_map(|half| around(half * parts / 2)) {
                assert_eq!(usize::from(mean.level(sum as f64)), (2 * sum + parts) / (2 * parts), "{sum} of {parts}");
            }
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same() {
        let sample = |i: usize| (i * i * 37 + i * 11) as u8;
        let (first, last): (Vec<u8>, Vec<u8>) = (0..203).map(|i| (sample(i), sample(i + 500))).unzip();
        let whole: Vec<u16> = (0..203).map(|i| u16::from(sample(i + 900)) * 200).collect();
        let expected: Vec<f32> =
            (0..203).map(|i| (3 * u32::from(first[i]) + 5 * u32::from(whole[i]) + 2 * u32::from(last[i])) as f32).collect();
        let weights = [2.0, 5.0, 4.0];
        let spans: Vec<usize> = (0..66).map(|i| 3 * i).collect();
        for level in levels::all() {
            let (mut sums, mut lanes, mut out) = (vec![0.0; 203], vec![[0.0; LANES]; 203], vec![[0; LANES]; 66]);
            columns(level, &mut sums, &first, &whole, &last, [3.0, 5.0, 2.0]);
            assert_eq!(sums, expected);
            let rows = [&sums[..], &sums[1..], &sums[..], &sums[2..]];
            interleave(level, &mut lanes, rows);
            let side_by_side = lanes.iter().enumerate().take(201);
            assert!(side_by_side.clone().all(|(i, lane)| *lane == [sums[i], sums[i + 1], sums[i], sums[i + 2]]));
            let parts = 11 * 1010;
            across(level, &mut out, &lanes, spans.iter().map(|&first| (first, &weights[..])), [Mean::of(parts); LANES]);
            for (out, &first) in out.iter().zip(&spans) {
                let sum = (2.0 * sums[first] + 5.0 * sums[first + 1] + 4.0 * sums[first + 2]) as usize;
                assert_eq!(usize::from(out[0]), (2 * sum + parts) / (2 * parts));
            }
        }
    }
}
