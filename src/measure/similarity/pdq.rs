//! PDQ, Meta's perceptual hash (Davis and Rosen 2019): 256 bits that stay nearly the same when a picture is re-encoded or resized.
//!
//! Luma is blurred by two passes of a box filter, cut down to 64 x 64 and turned into the 16 x 16 lowest frequencies but the mean;
//! each bit says whether one is above their median. Every sum is taken in single precision and in the reference's order, so the
//! bits equal those of its C++ code on equal pixels.

use fearless_simd::dispatch;
use serde::{Deserialize, Serialize};

use crate::measure::kernels::Level;

/// Side of the picture the frequencies are taken from.
const SIDE: usize = 64;
/// Frequencies a side.
const LOW: usize = 16;
/// Box filters along both axes.
const PASSES: usize = 2;
/// Shorter pictures have no hash.
const EDGE_MIN: usize = 5;

/// 256 bits. Bit `i * 16 + j` belongs to vertical frequency `i + 1` and horizontal frequency `j + 1`, 0 being the lowest bit of the
/// last byte, as the reference writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Pdq(pub [u8; 32]);

/// What a picture of luma gives.
#[derive(Debug, Clone, PartialEq)]
pub struct PdqOfLuma {
    /// The hash.
    pub hash: Pdq,
    /// 0..=100; below 50 a picture has too little structure to be told from others.
    pub quality: u8,
    frequencies: Frequencies,
}

/// The lowest frequencies, row by row.
type Frequencies = [[f32; LOW]; LOW];

impl Pdq {
    /// Bits that differ, 0..=256. Up to 31: the same picture re-encoded (Meta's default); unrelated ones differ in about 128.
    pub fn distance(&self, other: &Self) -> u32 {
        self.0.iter().zip(&other.0).map(|(a, b)| (a ^ b).count_ones()).sum()
    }

    /// 64 lower-case hex digits.
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn of(frequencies: &Frequencies) -> Self {
        let mut sorted: Vec<f32> = frequencies.iter().flatten().copied().collect();
        sorted.sort_by(f32::total_cmp);
        // Torben's method gives the lower of the two in the middle
        let median = sorted[LOW * LOW / 2 - 1];
        let mut bits = [0_u8; 32];
        for (place, _) in frequencies.iter().flatten().enumerate().filter(|(_, value)| **value > median) {
            bits[31 - place / 8] |= 1 << (place % 8);
        }
        Self(bits)
    }
}

/// PDQ of `width` x `height` samples of luma, 0..=255, row by row; None below 5 pixels a side.
pub fn of_luma(luma: Vec<f32>, width: usize, height: usize) -> Option<PdqOfLuma> {
    if width.min(height) < EDGE_MIN || luma.len() != width * height {
        return None;
    }
    let small = downsampled(luma, width, height);
    let frequencies = frequencies(&small);
    Some(PdqOfLuma { hash: Pdq::of(&frequencies), quality: quality(&small), frequencies })
}

impl PdqOfLuma {
    /// The hashes of the picture turned and mirrored in all eight ways, itself first. Turning a picture flips the signs of its
    /// frequencies or swaps its axes, so nothing is measured again.
    pub fn dihedral(&self) -> [Pdq; 8] {
        let turned = |swapped: bool, negative: fn(usize, usize) -> bool| {
            let mut out = [[0.0; LOW]; LOW];
            for (i, row) in self.frequencies.iter().enumerate() {
                for (j, &value) in row.iter().enumerate() {
                    let value = if negative(i, j) { -value } else { value };
                    if swapped { out[j][i] = value } else { out[i][j] = value }
                }
            }
            Pdq::of(&out)
        };
        [
            self.hash,
            turned(true, |_, j| j % 2 == 0),
            turned(false, |i, j| (i + j) % 2 == 1),
            turned(true, |i, _| i % 2 == 0),
            turned(false, |i, _| i % 2 == 0),
            turned(false, |_, j| j % 2 == 0),
            turned(true, |_, _| false),
            turned(true, |i, j| (i + j) % 2 == 1),
        ]
    }
}

/// Blurred as its size asks for, then every so manieth sample.
fn downsampled(mut luma: Vec<f32>, width: usize, height: usize) -> Vec<f32> {
    if (width, height) == (SIDE, SIDE) {
        return luma;
    }
    let window = |length: usize| length.div_ceil(2 * SIDE);
    let mut other = vec![0.0; luma.len()];
    for _ in 0..PASSES {
        // all rows side by side: a sum along one row waits for itself
        transpose(&luma, &mut other, width);
        box_along(&other, &mut luma, height, window(width));
        transpose(&luma, &mut other, height);
        box_along(&other, &mut luma, width, window(height));
    }
    let place = |index: usize, length: usize| (((index as f64 + 0.5) * length as f64) / SIDE as f64) as usize;
    (0..SIDE)
        .flat_map(|y| (0..SIDE).map(move |x| (y, x)))
        .map(|(y, x)| luma[place(y, height) * width + place(x, width)])
        .collect()
}

/// Rows of `width` samples as columns.
fn transpose(from: &[f32], to: &mut [f32], width: usize) {
    const TILE: usize = 16;
    let height = from.len() / width;
    for top in (0..height).step_by(TILE) {
        for left in (0..width).step_by(TILE) {
            for x in left..width.min(left + TILE) {
                let column = &mut to[x * height + top..x * height + height.min(top + TILE)];
                for (out, row) in column.iter_mut().zip(from[top * width + x..].iter().step_by(width)) {
                    *out = *row;
                }
            }
        }
    }
}

/// Means over a window of `window` lines of `lanes` samples each; at both ends of those that are there.
fn box_along(from: &[f32], to: &mut [f32], lanes: usize, window: usize) {
    dispatch!(Level::new(), _ => box_along_plain(from, to, lanes, window));
}

#[inline(always)]
fn box_along_plain(from: &[f32], to: &mut [f32], lanes: usize, window: usize) {
    let lines = from.len() / lanes;
    let half = (window + 2) / 2;
    let mut sums = vec![0.0_f32; lanes];
    let line = |index: usize| &from[index * lanes..(index + 1) * lanes];
    let mut written = 0;
    let mut write = |sums: &[f32], count: usize| {
        let count = count as f32;
        for (out, sum) in to[written * lanes..(written + 1) * lanes].iter_mut().zip(sums) {
            *out = sum / count;
        }
        written += 1;
    };
    for ahead in 0..lines + half - 1 {
        let count = (ahead + 1).min(window).min(lines + window - ahead - 1);
        if ahead < lines {
            sums.iter_mut().zip(line(ahead)).for_each(|(sum, sample)| *sum += sample);
        }
        if ahead >= window {
            sums.iter_mut().zip(line(ahead - window)).for_each(|(sum, sample)| *sum -= sample);
        }
        if ahead + 1 >= half {
            write(&sums, count);
        }
    }
}

/// How much structure there is to hash.
fn quality(small: &[f32]) -> u8 {
    let step = |u: f32, v: f32| (((u - v) * 100.0 / 255.0) as i32).unsigned_abs();
    let down = small.iter().zip(&small[SIDE..]).map(|(&u, &v)| step(u, v));
    let across = small.chunks_exact(SIDE).flat_map(|row| row.windows(2).map(|pair| step(pair[0], pair[1])));
    ((down.sum::<u32>() + across.sum::<u32>()) / 90).min(100) as u8
}

/// The lowest frequencies of a 64 x 64 picture by the cosine transform, without the mean.
fn frequencies(small: &[f32]) -> Frequencies {
    let scale = (2.0 / SIDE as f64).sqrt() as f32;
    let matrix: [[f32; SIDE]; LOW] = std::array::from_fn(|i| {
        std::array::from_fn(|j| {
            let angle = (std::f64::consts::PI / 2.0 / SIDE as f64) * (i as f64 + 1.0) * (2 * j + 1) as f64;
            (f64::from(scale) * angle.cos()) as f32
        })
    });
    let mut half = [[0.0_f32; SIDE]; LOW];
    for (half, cosines) in half.iter_mut().zip(&matrix) {
        for (row, cosine) in small.chunks_exact(SIDE).zip(cosines) {
            half.iter_mut().zip(row).for_each(|(sum, sample)| *sum += cosine * sample);
        }
    }
    std::array::from_fn(|i| {
        std::array::from_fn(|j| half[i].iter().zip(&matrix[j]).fold(0.0, |sum, (sample, cosine)| sum + sample * cosine))
    })
}
