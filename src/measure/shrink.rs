//! Smaller pictures by area: each new pixel is the mean of what it covers, parts of pixels counted as parts.
//!
//! Where `imageops::resize` costs as much as a third of decoding a photo, this costs a few milliseconds.

use super::kernels::Level;
use fearless_simd::dispatch;

/// Interleaved R'G'B' of `from` columns and rows as `to` columns and rows, each at most as many and at least 1.
pub fn by_area(level: Level, rgb: &[u8], from: (usize, usize), to: (usize, usize)) -> Vec<u8> {
    if from == to {
        return rgb.to_vec();
    }
    let (across, down) = (spans(from.0, to.0), spans(from.1, to.1));
    // weights of a side add up to its old length
    let scale = 1.0 / (from.0 * from.1) as f32;
    let mut sums = vec![0u32; 3 * from.0];
    let mut out = Vec::with_capacity(3 * to.0 * to.1);
    for rows in &down {
        sums.fill(0);
        for (row, weight) in rows.parts() {
            let samples = &rgb[row * 3 * from.0..(row + 1) * 3 * from.0];
            dispatch!(level, _ => add_weighted(&mut sums, samples, weight));
        }
        let (columns, _) = sums.as_chunks::<3>();
        for span in &across {
            let mut pixel = [0u32; 3];
            for (column, weight) in span.parts() {
                for (channel, sum) in pixel.iter_mut().zip(columns[column]) {
                    *channel += weight * sum;
                }
            }
            out.extend(pixel.map(|sum| (sum as f32 * scale + 0.5) as u8));
        }
    }
    out
}

#[inline(always)]
fn add_weighted(sums: &mut [u32], samples: &[u8], weight: u32) {
    for (sum, &sample) in sums.iter_mut().zip(samples) {
        *sum += weight * u32::from(sample);
    }
}

/// The old pixels a new one covers: the first and last may be covered in part.
#[derive(Debug, Clone, Copy)]
struct Span {
    first: usize,
    last: usize,
    first_weight: u32,
    inner_weight: u32,
    last_weight: u32,
}

impl Span {
    /// Index and weight of each.
    #[inline(always)]
    fn parts(self) -> impl Iterator<Item = (usize, u32)> {
        (self.first..=self.last).map(move |index| {
            let weight = if index == self.first {
                self.first_weight
            } else if index == self.last {
                self.last_weight
            } else {
                self.inner_weight
            };
            (index, weight)
        })
    }
}

/// Spans of `to` new pixels over `from` old ones. An old pixel is `to` wide, a new one `from`, so all borders are integers.
fn spans(from: usize, to: usize) -> Vec<Span> {
    (0..to)
        .map(|index| {
            let (start, end) = (index * from, (index + 1) * from);
            let (first, last) = (start / to, (end - 1) / to);
            let first_end = ((first + 1) * to).min(end);
            Span {
                first,
                last,
                first_weight: (first_end - start) as u32,
                inner_weight: to as u32,
                last_weight: (end - last * to) as u32,
            }
        })
        .collect()
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
