//! Smaller pictures by area: each new pixel is the mean of what it covers, parts of pixels counted as parts. Rows pass one by one,
//! so the large picture need not be held.

use std::ops::Range;

use super::kernels::Level;
use fearless_simd::{Simd, SimdBase, dispatch, f32x4};

/// Interleaved R'G'B' of `from` columns and rows as `to` columns and rows, each at most as many and at least 1.
pub fn by_area(level: Level, rgb: &[u8], from: (usize, usize), to: (usize, usize)) -> Vec<u8> {
    let mut scan = AreaScan::new(level, from, to);
    for row in rgb.chunks_exact(3 * from.0) {
        scan.add(row);
    }
    scan.finish()
}

/// Shrinks a picture while its rows pass.
#[derive(Debug)]
pub struct AreaScan {
    level: Level,
    from: (usize, usize),
    to: (usize, usize),
    across: Cover,
    /// Weighted sums of the rows of the new row being made; a few more samples than a row has, so that vectors may read past its end.
    sums: Vec<f32>,
    /// Weight of the rows in `sums`; a whole new row has `from.1`.
    weight: usize,
    seen: usize,
    out: Vec<u8>,
}

impl AreaScan {
    /// From so many columns and rows to so many, each at most as many and at least 1.
    pub fn new(level: Level, from: (usize, usize), to: (usize, usize)) -> Self {
        let across = Cover::new(from.0, to.0);
        let sums = vec![0.0; 3 * (from.0 + across.parts) + 1];
        Self { level, from, to, across, sums, weight: 0, seen: 0, out: Vec::with_capacity(3 * to.0 * to.1) }
    }

    /// Takes a row of `3 * from.0` samples.
    pub fn add(&mut self, row: &[u8]) {
        if self.from == self.to {
            self.out.extend_from_slice(row);
            return;
        }
        // an old row is `to.1` high, a new one `from.1`, so all borders are integers
        let mut left = self.to.1;
        while left > 0 {
            let part = left.min(self.from.1 - self.weight);
            let (sums, weight) = (&mut self.sums, part as f32);
            dispatch!(self.level, _ => add_weighted(sums, row, weight));
            self.weight += part;
            left -= part;
            if self.weight == self.from.1 {
                self.write();
            }
        }
        self.seen += 1;
    }

    fn write(&mut self) {
        // weights of a side add up to its old length; those of a row cut short to less
        let scale = 1.0 / (self.from.0 * self.weight) as f32;
        let start = self.out.len();
        self.out.resize(start + 3 * self.to.0, 0);
        let Self { across, sums, out, .. } = self;
        let (pixels, _) = out[start..].as_chunks_mut::<3>();
        dispatch!(self.level, simd => write(simd, across, sums, scale, pixels));
        self.sums.fill(0.0);
        self.weight = 0;
    }

    /// The new rows of all rows that passed. Where rows are missing the last one is the mean of those that were there.
    pub fn finish(mut self) -> Vec<u8> {
        if self.weight > 0 {
            self.write();
        }
        self.out
    }
}

/// Integers below 2²⁴ for sides of less than 65,000, so exact.
#[inline(always)]
fn add_weighted(sums: &mut [f32], samples: &[u8], weight: f32) {
    for (sum, &sample) in sums.iter_mut().zip(samples) {
        *sum += weight * f32::from(sample);
    }
}

/// Four lanes for three channels, because vectors have four: the last is of the next pixel.
#[inline(always)]
fn write<S: Simd>(simd: S, across: &Cover, sums: &[f32], scale: f32, out: &mut [[u8; 3]]) {
    for (pixel, (first, weights)) in out.iter_mut().zip(across.samples(0..across.first.len())) {
        let start = 3 * first;
        let mut total = f32x4::splat(simd, 0.0);
        for (part, &weight) in weights.iter().enumerate() {
            let old = f32x4::from_slice(simd, &sums[start + 3 * part..start + 3 * part + 4]);
            total += old * weight;
        }
        let mean = simd.cvt_i32_f32x4(total * scale + 0.5);
        *pixel = [mean[0] as u8, mean[1] as u8, mean[2] as u8];
    }
}

/// What new samples of a side cover of the old ones, in parts of an old one as many as there are new ones: so all borders are integers.
#[derive(Debug)]
pub struct Cover {
    /// Old samples that the widest covers.
    pub parts: usize,
    first: Vec<u32>,
    weights: Vec<f32>,
}

impl Cover {
    /// Of `to` new samples, at least 1 and at most as many as the `from` old ones.
    pub fn new(from: usize, to: usize) -> Self {
        let span = |index: usize| (index * from / to, ((index + 1) * from - 1) / to);
        let parts = (0..to).map(|index| span(index).1 - span(index).0 + 1).max().unwrap_or(1);
        let overlap =
            |index: usize, old: usize| ((old + 1) * to).min((index + 1) * from).saturating_sub((old * to).max(index * from));
        let weights = (0..to).flat_map(|index| (0..parts).map(move |part| overlap(index, span(index).0 + part) as f32));
        Self { parts, first: (0..to).map(|index| span(index).0 as u32).collect(), weights: weights.collect() }
    }

    /// The first old sample of a new one.
    pub fn first(&self, index: usize) -> usize {
        self.first[index] as usize
    }

    /// For each new sample of a range its first old one, and the weights of `parts` old ones, which add up to as many as there are.
    #[inline(always)]
    pub fn samples(&self, range: Range<usize>) -> impl Iterator<Item = (usize, &[f32])> {
        let weights = self.weights[range.start * self.parts..range.end * self.parts].chunks_exact(self.parts);
        self.first[range].iter().map(|&first| first as usize).zip(weights)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Each old pixel split into `to` parts a side, each new pixel the mean of `from` parts a side.
    fn by_parts(rgb: &[u8], from: (usize, usize), to: (usize, usize)) -> Vec<f64> {
        let mut out = Vec::new();
        for y in 0..to.1 {
            for x in 0..to.0 {
                for channel in 0..3 {
                    let mut sum = 0u64;
                    for part_y in y * from.1..(y + 1) * from.1 {
                        for part_x in x * from.0..(x + 1) * from.0 {
                            sum += u64::from(rgb[((part_y / to.1) * from.0 + part_x / to.0) * 3 + channel]);
                        }
                    }
                    out.push(sum as f64 / (from.0 * from.1) as f64);
                }
            }
        }
        out
    }

    proptest! {
        #[test]
        fn equals_the_mean_of_parts(width in 1usize..20, height in 1usize..20, less in (0usize..20, 0usize..20), seed: u64) {
            let to = (width.saturating_sub(less.0).max(1), height.saturating_sub(less.1).max(1));
            let mut state = seed | 1;
            let rgb: Vec<u8> = (0..width * height * 3).map(|_| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                (state >> 56) as u8
            }).collect();
            let ours = by_area(Level::new(), &rgb, (width, height), to);
            let theirs = by_parts(&rgb, (width, height), to);
            prop_assert_eq!(ours.len(), theirs.len());
            for (ours, theirs) in ours.iter().zip(theirs) {
                prop_assert!((f64::from(*ours) - theirs).abs() <= 0.5001);
            }
        }
    }

    #[test]
    fn the_largest_grid_stays_in_range() {
        let white = vec![255; 1535 * 1535 * 3];
        assert!(by_area(Level::new(), &white, (1535, 1535), (768, 768)).iter().all(|&level| level == 255));
    }
}
