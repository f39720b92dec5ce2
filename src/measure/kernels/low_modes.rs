//! The five lowest coefficients but the mean of the cosine transform of 8 x 8 samples (ITU-T T.81 A.3.3).

use fearless_simd::{Level, dispatch};

/// A block's side.
pub const BLOCK: usize = 8;
/// Place of each coefficient in a table in natural order: across, down, both, twice across, twice down.
pub const PLACES: [usize; 5] = [1, 8, 9, 2, 16];

/// Of one block, in the order of [`PLACES`].
pub type Modes = [f32; 5];

/// The transform's factors for the three lowest frequencies: half the cosine, and the root of an eighth.
const BASIS: [[f32; BLOCK]; 3] = [
    [0.353_553_4; BLOCK],
    [0.490_392_63, 0.415_734_8, 0.277_785_12, 0.097_545_16, -0.097_545_16, -0.277_785_12, -0.415_734_8, -0.490_392_63],
    [0.461_939_77, 0.191_341_71, -0.191_341_71, -0.461_939_77, -0.461_939_77, -0.191_341_71, 0.191_341_71, 0.461_939_77],
];

/// Of all whole blocks of eight rows; `scratch` has three times a row's length.
pub fn low_modes(level: Level, rows: [&[u8]; BLOCK], scratch: &mut [f32], out: &mut [Modes]) {
    dispatch!(level, _ => low_modes_plain(rows, scratch, out));
}

#[inline(always)]
fn low_modes_plain(rows: [&[u8]; BLOCK], scratch: &mut [f32], out: &mut [Modes]) {
    let width = rows[0].len();
    let (mean, rest) = scratch.split_at_mut(width);
    let (once, rest) = rest.split_at_mut(width);
    let twice = &mut rest[..width];
    let [a, b, c, d, e, f, g, h] = rows.map(|row| &row[..width]);
    for x in 0..width {
        let column = [a[x], b[x], c[x], d[x], e[x], f[x], g[x], h[x]].map(f32::from);
        mean[x] = dot(&column, &BASIS[0]);
        once[x] = dot(&column, &BASIS[1]);
        twice[x] = dot(&column, &BASIS[2]);
    }
    let blocks = mean.as_chunks::<BLOCK>().0.iter().zip(once.as_chunks::<BLOCK>().0).zip(twice.as_chunks::<BLOCK>().0);
    for (out, ((mean, once), twice)) in out.iter_mut().zip(blocks) {
        *out = [dot(mean, &BASIS[1]), dot(once, &BASIS[0]), dot(once, &BASIS[1]), dot(mean, &BASIS[2]), dot(twice, &BASIS[0])];
    }
}

#[inline(always)]
fn dot(samples: &[f32; BLOCK], basis: &[f32; BLOCK]) -> f32 {
    let mut sum = 0.0;
    for k in 0..BLOCK {
        sum += samples[k] * basis[k];
    }
    sum
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::measure::kernels::levels;

    fn mode_scalar(rows: [&[u8]; 8], block: usize, place: usize) -> f64 {
        let basis = |k: usize, x: usize| {
            let scale = if k == 0 { (1.0f64 / 8.0).sqrt() } else { 0.5 };
            scale * ((2 * x + 1) as f64 * k as f64 * std::f64::consts::PI / 16.0).cos()
        };
        let at = |i: usize| f64::from(rows[i / 8][8 * block + i % 8]) * basis(place % 8, i % 8) * basis(place / 8, i / 8);
        (0..64).map(at).sum()
    }

    proptest! {
        #[test]
        fn equals_the_definition(blocks in 1usize..9, rest in 0usize..8, seed: u64) {
            let mut state = seed | 1;
            let rows: Vec<Vec<u8>> = (0..8).map(|_| (0..8 * blocks + rest).map(|_| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                (state >> 56) as u8
            }).collect()).collect();
            let rows: [&[u8]; 8] = std::array::from_fn(|y| rows[y].as_slice());
            let mut scratch = vec![0.0; 3 * rows[0].len()];
            let mut first: Option<Vec<Modes>> = None;
            for level in levels::all() {
                let mut found = vec![Modes::default(); blocks];
                low_modes(level, rows, &mut scratch, &mut found);
                for (block, modes) in found.iter().enumerate() {
                    for (&mode, place) in modes.iter().zip(PLACES) {
                        prop_assert!((f64::from(mode) - mode_scalar(rows, block, place)).abs() < 2e-3);
                    }
                }
                prop_assert_eq!(first.get_or_insert_with(|| found.clone()), &found);
            }
        }
    }
}
