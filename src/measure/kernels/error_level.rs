//! What quantising a block of 8 x 8 samples once more would change: the forward cosine transform, each coefficient's distance
//! to the nearest step, and by Parseval's theorem the squared error of the samples. Nothing is coded or transformed back.
//!
//! The transform is Arai, Agui and Nakajima's (1988), whose last factors go into the steps. Eight blocks side by side are
//! computed lane by lane in 32-bit floats without contraction: every machine makes the same bits.

use fearless_simd::{Level, dispatch};

/// A block's side.
pub const BLOCK: usize = 8;
/// Blocks side by side.
pub const LANES: usize = 8;
/// Columns of eight blocks.
pub const GROUP: usize = BLOCK * LANES;
/// Adding and taking away this rounds to a whole number, halves to even.
const ROUND: f32 = 12_582_912.0;

type Lane = [f32; LANES];

/// Squared errors of eight blocks, summed over their 64 samples, in quarters of a squared level.
pub type Errors = [u32; LANES];

/// Steps of a quantisation table, in the scale of the transform.
#[derive(Debug, Clone)]
pub struct Steps {
    /// From a coefficient as computed to steps, and the step, column by column of the transform.
    steps: [[(f32, f32); BLOCK]; BLOCK],
}

impl Steps {
    /// From a table in natural order (row by row).
    pub fn new(table: &[u16; 64]) -> Self {
        let factor = |index: usize| match index {
            0 => 1.0,
            _ => (index as f64 * std::f64::consts::PI / 16.0).cos() * std::f64::consts::SQRT_2,
        };
        let step = |u: usize, v: usize| {
            let step = f64::from(table[v * BLOCK + u]);
            ((1.0 / (8.0 * factor(u) * factor(v) * step)) as f32, step as f32)
        };
        Self { steps: std::array::from_fn(|u| std::array::from_fn(|v| step(u, v))) }
    }
}

/// Errors of all blocks of eight rows: one entry of `errors` for each 64 columns, which all rows have.
pub fn errors(level: Level, rows: [&[u8]; BLOCK], steps: &Steps, errors: &mut [Errors]) {
    // wider than AVX2 is slower here
    #[cfg(target_arch = "x86_64")]
    let level = level.as_avx2().map_or(level, fearless_simd::Simd::level);
    dispatch!(level, _ => errors_plain(rows, steps, errors));
}

#[inline(always)]
fn errors_plain(rows: [&[u8]; BLOCK], steps: &Steps, errors: &mut [Errors]) {
    let rows = rows.map(|row| row.as_chunks::<GROUP>().0);
    for (group, errors) in errors.iter_mut().enumerate() {
        let mut half = [[Lane::default(); BLOCK]; BLOCK];
        for (row, half) in rows.iter().zip(&mut half) {
            horizontal(&row[group], half);
        }
        let mut energy = Lane::default();
        for (u, steps) in steps.steps.iter().enumerate() {
            let column: [Lane; BLOCK] = std::array::from_fn(|y| half[y][u]);
            vertical(&column, steps, &mut energy);
        }
        *errors = energy.map(|energy| (4.0 * energy) as u32);
    }
}

/// One row of eight blocks.
#[inline(always)]
fn horizontal(row: &[u8; GROUP], out: &mut [Lane; BLOCK]) {
    for lane in 0..LANES {
        let at = |x: usize| f32::from(row[lane * BLOCK + x]) - 128.0;
        let transformed = transform([at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7)]);
        for u in 0..BLOCK {
            out[u][lane] = transformed[u];
        }
    }
}

/// One column of eight transformed blocks: finishes the transform and adds the squared errors.
#[inline(always)]
fn vertical(column: &[Lane; BLOCK], steps: &[(f32, f32); BLOCK], energy: &mut Lane) {
    for lane in 0..LANES {
        let transformed = transform(std::array::from_fn(|y| column[y][lane]));
        let mut sum = energy[lane];
        for v in 0..BLOCK {
            let (to_steps, step) = steps[v];
            let index = transformed[v] * to_steps;
            let error = (index - ((index + ROUND) - ROUND)) * step;
            sum += error * error;
        }
        energy[lane] = sum;
    }
}

/// Eight samples; coefficients come out times 8 and a factor each (Arai, Agui, Nakajima; `jfdctflt.c`).
#[inline(always)]
fn transform(samples: [f32; 8]) -> [f32; 8] {
    let [a0, a1, a2, a3, a4, a5, a6, a7] = samples;
    let (sum_0, sum_1, sum_2, sum_3) = (a0 + a7, a1 + a6, a2 + a5, a3 + a4);
    let (difference_0, difference_1, difference_2, difference_3) = (a0 - a7, a1 - a6, a2 - a5, a3 - a4);
    let (outer, inner) = (sum_0 + sum_3, sum_1 + sum_2);
    let (outer_step, inner_step) = (sum_0 - sum_3, sum_1 - sum_2);
    let turned = (inner_step + outer_step) * std::f32::consts::FRAC_1_SQRT_2;
    let (low, middle, high) = (difference_3 + difference_2, difference_2 + difference_1, difference_1 + difference_0);
    let common = (low - high) * 0.382_683_43;
    let (second, fourth) = (0.541_196_1 * low + common, 1.306_563 * high + common);
    let third = middle * std::f32::consts::FRAC_1_SQRT_2;
    let (plus, minus) = (difference_0 + third, difference_0 - third);
    [
        outer + inner,
        plus + fourth,
        outer_step + turned,
        minus - second,
        outer - inner,
        minus + second,
        outer_step - turned,
        plus - fourth,
    ]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::measure::kernels::levels;

    fn table() -> [u16; 64] {
        std::array::from_fn(|i| 2 + (i % 8 + i / 8) as u16)
    }

    /// By the definition of the transform, in 64 bits.
    fn error_scalar(block: &[[u8; 8]; 8], table: &[u16; 64]) -> f64 {
        let basis = |k: usize, x: usize| {
            let scale = if k == 0 { (1.0f64 / 8.0).sqrt() } else { 0.5 };
            scale * ((2 * x + 1) as f64 * k as f64 * std::f64::consts::PI / 16.0).cos()
        };
        let mut energy = 0.0;
        for v in 0..8 {
            for u in 0..8 {
                let mut coefficient = 0.0;
                for (y, row) in block.iter().enumerate() {
                    for (x, &sample) in row.iter().enumerate() {
                        coefficient += basis(v, y) * basis(u, x) * (f64::from(sample) - 128.0);
                    }
                }
                let step = f64::from(table[v * 8 + u]);
                let error = coefficient - (coefficient / step).round_ties_even() * step;
                energy += error * error;
            }
        }
        energy
    }

    proptest! {
        #[test]
        fn equals_the_definition(groups in 1usize..4, seed: u64, smooth: bool) {
            let mut state = seed | 1;
            let rows: Vec<Vec<u8>> = (0..8).map(|y| (0..groups * GROUP).map(|x| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                let sample = (state >> 56) as u8;
                if smooth { (x + 2 * y) as u8 / 2 + sample / 64 } else { sample }
            }).collect()).collect();
            let rows: [&[u8]; 8] = std::array::from_fn(|y| rows[y].as_slice());
            let steps = Steps::new(&table());
            let mut expected = vec![Errors::default(); groups];
            errors(Level::baseline(), rows, &steps, &mut expected);
            for level in levels::all() {
                let mut found = vec![Errors::default(); groups];
                errors(level, rows, &steps, &mut found);
                prop_assert_eq!(&found, &expected);
            }
            for (index, &found) in expected.as_flattened().iter().enumerate() {
                let block = std::array::from_fn(|y| std::array::from_fn(|x| rows[y][8 * index + x]));
                let truth = 4.0 * error_scalar(&block, &table());
                // a coefficient just between two steps may round to either: its error is the same
                prop_assert!((f64::from(found) - truth).abs() <= 1.0 + 1e-3 * truth, "{found} {truth}");
            }
        }
    }
}
