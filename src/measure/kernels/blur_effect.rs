//! Differences of one row before and after a box blur of 11 samples, along one axis, in integers (Crete 2007).
//!
//! A box blur followed by a Sobel difference is a difference of a few samples: `box(x+1) - box(x-1)` of 11 samples each is
//! `v(x+5) + v(x+6) - v(x-5) - v(x-6)`. So nothing is blurred at all.

use fearless_simd::{Level, dispatch};

/// Samples a row or column is continued by at both ends: half the box and one.
pub const REACH: usize = 6;
/// Samples of the box.
const BOX: i16 = 11;
/// Samples that Sobel differences need beside them, on the left and top, and one less on the other sides.
pub const MARGIN: usize = 2;

/// Sums over the pixels of one row: of the normalized picture, so 32 bits hold them up to 190,000 pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BlurSums {
    /// Σ of 11 times the magnitude of the sharp difference.
    pub sharp: u32,
    /// Σ of what the blurred one is smaller by.
    pub lost: u32,
}

/// Differences along the columns at one row: `near` are the rows above and below, `far` the rows at -6, -5, 5 and 6.
/// `scratch` has twice a row's length.
pub fn vertical(level: Level, near: [&[u8]; 2], far: [&[u8]; 4], scratch: &mut [i16]) -> BlurSums {
    dispatch!(level, _ => vertical_plain(near, far, scratch))
}

#[inline(always)]
fn vertical_plain([above, below]: [&[u8]; 2], [a, b, c, d]: [&[u8]; 4], scratch: &mut [i16]) -> BlurSums {
    let width = above.len();
    let (sharp, blurred) = scratch.split_at_mut(width);
    for ((sharp, &above), &below) in sharp.iter_mut().zip(above).zip(below) {
        *sharp = i16::from(below) - i16::from(above);
    }
    for ((((blurred, &a), &b), &c), &d) in blurred.iter_mut().zip(a).zip(b).zip(c).zip(d) {
        *blurred = i16::from(c) + i16::from(d) - i16::from(a) - i16::from(b);
    }
    let count = width - MARGIN - 1;
    let [left, center, right] = [1, 2, 3].map(|offset| &sharp[offset..offset + count]);
    let [blurred_left, blurred_center, blurred_right] = [1, 2, 3].map(|offset| &blurred[offset..offset + count]);
    let mut sums = BlurSums::default();
    for x in 0..count {
        let sharp = left[x] + 2 * center[x] + right[x];
        let blurred = blurred_left[x] + 2 * blurred_center[x] + blurred_right[x];
        sums.add(sharp, blurred);
    }
    sums
}

/// Differences along one row between its neighbors. `scratch` has the row's length and twice [`REACH`].
pub fn horizontal(level: Level, rows: [&[u8]; 3], scratch: &mut [i16]) -> BlurSums {
    dispatch!(level, _ => horizontal_plain(rows, scratch))
}

#[inline(always)]
fn horizontal_plain([above, row, below]: [&[u8]; 3], scratch: &mut [i16]) -> BlurSums {
    let width = row.len();
    for (((smooth, &above), &row), &below) in scratch[REACH..].iter_mut().zip(above).zip(row).zip(below) {
        *smooth = i16::from(above) + 2 * i16::from(row) + i16::from(below);
    }
    for beyond in 0..REACH {
        scratch[REACH - 1 - beyond] = scratch[REACH + beyond];
        scratch[REACH + width + beyond] = scratch[REACH + width - 1 - beyond];
    }
    let count = width - MARGIN - 1;
    let at = |offset: usize| &scratch[REACH + MARGIN + offset - REACH..][..count];
    let [far_left, left, before, after, right, far_right] = [at(0), at(1), at(5), at(7), at(11), at(12)];
    let mut sums = BlurSums::default();
    for x in 0..count {
        sums.add(after[x] - before[x], right[x] + far_right[x] - left[x] - far_left[x]);
    }
    sums
}

impl BlurSums {
    /// A difference is at most 4 x 255, the blurred one 11 times that: 16 bits hold both.
    #[inline(always)]
    fn add(&mut self, sharp: i16, blurred: i16) {
        let sharp = (BOX * sharp).unsigned_abs();
        self.sharp += u32::from(sharp);
        self.lost += u32::from(sharp.saturating_sub(blurred.unsigned_abs()));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::measure::kernels::levels;

    /// The sums of a row of differences along it, with the box blur written out.
    fn along_row(rows: &[Vec<u8>; 3]) -> BlurSums {
        let width = rows[0].len() as i64;
        let at = |row: &[u8], x: i64| {
            let x = if x < 0 { -1 - x } else { x };
            i64::from(row[(if x >= width { 2 * width - 1 - x } else { x }) as usize])
        };
        let smooth = |x: i64| at(&rows[0], x) + 2 * at(&rows[1], x) + at(&rows[2], x);
        let blurred = |x: i64| (x - 5..=x + 5).map(smooth).sum::<i64>();
        let mut sums = BlurSums::default();
        for x in 2..width - 1 {
            let (sharp, soft) = (11 * (smooth(x + 1) - smooth(x - 1)).abs(), (blurred(x + 1) - blurred(x - 1)).abs());
            sums.sharp += sharp as u32;
            sums.lost += (sharp - soft).max(0) as u32;
        }
        sums
    }

    fn across(near: &[Vec<u8>; 2], far: &[Vec<u8>; 4]) -> BlurSums {
        let at = |row: &[u8], x: usize| i64::from(row[x - 1]) + 2 * i64::from(row[x]) + i64::from(row[x + 1]);
        let mut sums = BlurSums::default();
        for x in 2..near[0].len() - 1 {
            let sharp = 11 * (at(&near[1], x) - at(&near[0], x)).abs();
            let soft = (at(&far[2], x) + at(&far[3], x) - at(&far[0], x) - at(&far[1], x)).abs();
            sums.sharp += sharp as u32;
            sums.lost += (sharp - soft).max(0) as u32;
        }
        sums
    }

    proptest! {
        #[test]
        fn equals_the_blur_written_out(width in 12usize..200, seed: u64, extreme: bool) {
            let mut state = seed | 1;
            let mut row = || (0..width).map(|_| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                let sample = (state >> 56) as u8;
                if extreme { if sample < 128 { 0 } else { 255 } } else { sample }
            }).collect::<Vec<u8>>();
            let (rows, near, far) = ([row(), row(), row()], [row(), row()], [row(), row(), row(), row()]);
            let mut scratch = vec![0; 2 * width + 2 * REACH];
            for level in levels::all() {
                prop_assert_eq!(horizontal(level, rows.each_ref().map(Vec::as_slice), &mut scratch), along_row(&rows));
                let found = vertical(level, near.each_ref().map(Vec::as_slice), far.each_ref().map(Vec::as_slice), &mut scratch);
                prop_assert_eq!(found, across(&near, &far));
            }
        }
    }
}
