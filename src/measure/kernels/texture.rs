//! Texture and noise of blocks of 32 x 32 samples, in integers.
//!
//! Texture is taken of means of 4 x 4 samples, noise of the second difference in both directions: what one sees, the other
//! hardly does, so that blocks chosen by their texture are not chosen by their noise.

use fearless_simd::{Level, dispatch};

use crate::raster::PlaneView;

/// A block's side.
pub const BLOCK: usize = 32;
/// Samples of a mean a side.
const MEAN: usize = 4;
/// Means of a block a side.
const MEANS: usize = BLOCK / MEAN;
/// Steps between neighboring means in a block.
pub const STEPS: usize = 2 * MEANS * (MEANS - 1);
/// What a squared step is multiplied with: sums of 16 samples are used as they are.
pub const STEP_SCALE: usize = (MEAN * MEAN) * (MEAN * MEAN);
/// Samples of a block that have all their neighbors in it.
pub const INTERIOR: usize = (BLOCK - 2) * (BLOCK - 2);

/// What a block tells without its noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BlockTexture {
    /// Σ squared steps between neighboring sums of 4 x 4 samples.
    pub steps_squared: u64,
    /// Σ of all samples.
    pub sum: u32,
    /// Samples that are 0 or 255.
    pub clipped: u32,
}

/// The block whose corner is at (x, y); it lies within the plane.
pub fn block_texture(level: Level, plane: PlaneView<'_, u8>, (x, y): (usize, usize)) -> BlockTexture {
    let rows = block_rows(plane, (x, y));
    dispatch!(level, _ => texture_plain(&rows))
}

/// Σ |n| of the mask 1 -2 1 / -2 4 -2 / 1 -2 1 over the block's interior.
pub fn block_noise(level: Level, plane: PlaneView<'_, u8>, (x, y): (usize, usize)) -> u32 {
    let rows = block_rows(plane, (x, y));
    dispatch!(level, _ => noise_plain(&rows))
}

/// Σ of squared steps to the next column and the next row, over every fourth row.
pub fn gradient_energy(level: Level, plane: PlaneView<'_, u8>) -> u64 {
    dispatch!(level, _ => gradient_plain(plane))
}

#[inline(always)]
fn block_rows(plane: PlaneView<'_, u8>, (x, y): (usize, usize)) -> [[u8; BLOCK]; BLOCK] {
    std::array::from_fn(|row| {
        let mut samples = [0; BLOCK];
        samples.copy_from_slice(&plane.row(y + row)[x..x + BLOCK]);
        samples
    })
}

#[inline(always)]
fn texture_plain(rows: &[[u8; BLOCK]; BLOCK]) -> BlockTexture {
    let mut texture = BlockTexture::default();
    let mut above: Option<[i32; MEANS]> = None;
    for group in rows.as_chunks::<MEAN>().0 {
        let mut columns = [0_u16; BLOCK];
        let mut clipped = [0_u8; BLOCK];
        for row in group {
            for x in 0..BLOCK {
                columns[x] += u16::from(row[x]);
                clipped[x] += u8::from(row[x].wrapping_add(1) <= 1);
            }
        }
        texture.clipped += clipped.iter().map(|&count| u32::from(count)).sum::<u32>();
        let means: [i32; MEANS] = std::array::from_fn(|mean| columns[MEAN * mean..][..MEAN].iter().map(|&c| i32::from(c)).sum());
        texture.sum += means.iter().sum::<i32>() as u32;
        // a squared step is at most 4080², 15 of them stay below 2³¹
        let mut steps: i32 = means.windows(2).map(|pair| (pair[1] - pair[0]).pow(2)).sum();
        if let Some(above) = above {
            steps += means.iter().zip(above).map(|(mean, above)| (mean - above).pow(2)).sum::<i32>();
        }
        texture.steps_squared += steps as u64;
        above = Some(means);
    }
    texture
}

#[inline(always)]
fn noise_plain(rows: &[[u8; BLOCK]; BLOCK]) -> u32 {
    let mut sum = 0_u32;
    for [above, row, below] in rows.array_windows::<3>() {
        let mut second = [0_i16; BLOCK];
        for x in 0..BLOCK {
            second[x] = i16::from(above[x]) - 2 * i16::from(row[x]) + i16::from(below[x]);
        }
        // at most 30 x 2040
        let mut magnitudes = 0_u16;
        for x in 1..BLOCK - 1 {
            magnitudes += (second[x - 1] - 2 * second[x] + second[x + 1]).unsigned_abs();
        }
        sum += u32::from(magnitudes);
    }
    sum
}

#[inline(always)]
fn gradient_plain(plane: PlaneView<'_, u8>) -> u64 {
    let mut sum = 0_u64;
    for y in (0..plane.height().saturating_sub(1)).step_by(4) {
        let (row, below) = (plane.row(y), plane.row(y + 1));
        let mut steps = 0_u32;
        for ((&here, &next), &under) in row.iter().zip(&row[1..]).zip(below) {
            let (dx, dy) = (i32::from(next) - i32::from(here), i32::from(under) - i32::from(here));
            steps += (dx * dx + dy * dy) as u32;
        }
        sum += u64::from(steps);
    }
    sum
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::measure::kernels::levels;
    use crate::raster::Plane;

    fn texture_scalar(plane: &Plane<u8>, x: usize, y: usize) -> BlockTexture {
        let at = |column: usize, row: usize| i64::from(plane.row(y + row)[x + column]);
        let mean = |column: usize, row: usize| -> i64 { (0..16).map(|i| at(4 * column + i % 4, 4 * row + i / 4)).sum() };
        let mut steps = 0;
        for row in 0..8 {
            for column in 0..8 {
                if column < 7 {
                    steps += (mean(column + 1, row) - mean(column, row)).pow(2);
                }
                if row < 7 {
                    steps += (mean(column, row + 1) - mean(column, row)).pow(2);
                }
            }
        }
        let all = || (0..1024).map(|i| at(i % 32, i / 32));
        let clipped = all().filter(|sample| matches!(sample, 0 | 255)).count();
        BlockTexture { steps_squared: steps as u64, sum: all().sum::<i64>() as u32, clipped: clipped as u32 }
    }

    fn noise_scalar(plane: &Plane<u8>, x: usize, y: usize) -> u32 {
        const MASK: [[i64; 3]; 3] = [[1, -2, 1], [-2, 4, -2], [1, -2, 1]];
        let at = |column: usize, row: usize| -> i64 {
            (0..9).map(|i| MASK[i / 3][i % 3] * i64::from(plane.row(y + row + i / 3 - 1)[x + column + i % 3 - 1])).sum()
        };
        (1..31).flat_map(|row| (1..31).map(move |column| (column, row))).map(|(c, r)| at(c, r).unsigned_abs() as u32).sum()
    }

    fn gradient_scalar(plane: &Plane<u8>) -> u64 {
        let at = |x: usize, y: usize| i64::from(plane.row(y)[x]);
        let mut sum = 0;
        for y in (0..plane.height() - 1).filter(|y| y % 4 == 0) {
            for x in 0..plane.width() - 1 {
                sum += (at(x + 1, y) - at(x, y)).pow(2) + (at(x, y + 1) - at(x, y)).pow(2);
            }
        }
        sum as u64
    }

    proptest! {
        #[test]
        fn equals_plain_sums(seed: u64, extreme: bool, x in 0usize..8, y in 0usize..8) {
            let mut state = seed | 1;
            let samples = (0..40 * 40).map(|_| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                let sample = (state >> 56) as u8;
                if extreme { if sample < 128 { 0 } else { 255 } } else { sample }
            }).collect();
            let plane = Plane::from_samples(samples, 40, 40).unwrap();
            for level in levels::all() {
                prop_assert_eq!(block_texture(level, plane.view(), (x, y)), texture_scalar(&plane, x, y));
                prop_assert_eq!(block_noise(level, plane.view(), (x, y)), noise_scalar(&plane, x, y));
                prop_assert_eq!(gradient_energy(level, plane.view()), gradient_scalar(&plane));
            }
        }
    }
}
