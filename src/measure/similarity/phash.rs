//! pHash as ImageHash takes it: 64 bits from the lowest frequencies of a 32 x 32 picture.
//!
//! The picture is made small exactly as Pillow 13 does (`Resample.c`): Lanczos over three lobes in 8-bit steps along one axis, then
//! the other, with weights in 22-bit fixed point. Frequencies by the cosine transform with the mean among them; each bit says whether
//! one is above their median.

use serde::{Deserialize, Serialize};

/// Side of the small picture.
const SIDE: usize = 32;
/// Frequencies a side.
const LOW: usize = 8;
/// Fraction bits of the weights.
const PRECISION: u32 = 32 - 8 - 2;
/// Lobes of the filter at each side.
const LOBES: f64 = 3.0;

/// 64 bits, written as ImageHash does: row by row, the first frequency in the highest bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Phash(pub u64);

impl Phash {
    /// Bits that differ, 0..=64. Up to 10: nearly the same picture; unrelated ones differ in about 32.
    pub fn distance(self, other: Self) -> u32 {
        (self.0 ^ other.0).count_ones()
    }

    /// 16 lower-case hex digits.
    pub fn hex(self) -> String {
        format!("{:016x}", self.0)
    }
}

/// pHash of `width` x `height` samples of grey, row by row; None if there are none.
pub fn of_grey(grey: &[u8], width: usize, height: usize) -> Option<Phash> {
    if width == 0 || height == 0 || grey.len() != width * height {
        return None;
    }
    let small = resized(grey, width, height);
    let low = frequencies(&small);
    let mut sorted: Vec<f64> = low.to_vec();
    sorted.sort_by(f64::total_cmp);
    let median = (sorted[LOW * LOW / 2 - 1] + sorted[LOW * LOW / 2]) / 2.0;
    Some(Phash(low.iter().fold(0, |bits, &value| bits << 1 | u64::from(value > median))))
}

/// Pillow's grey of R'G'B': (19595 R + 38470 G + 7471 B + 32768) >> 16.
pub fn grey_of([red, green, blue]: [u8; 3]) -> u8 {
    ((19_595 * u32::from(red) + 38_470 * u32::from(green) + 7_471 * u32::from(blue) + 32_768) >> 16) as u8
}

/// Across first, or down first where the picture loses more than twice as many rows as columns (seen of Pillow 13.0.0).
fn resized(grey: &[u8], width: usize, height: usize) -> Vec<u8> {
    if height > SIDE && height + SIDE > 2 * width {
        across(&down(grey, width, height), width)
    } else {
        down(&across(grey, width), SIDE, height)
    }
}

/// Rows of `width` samples to rows of 32.
fn across(samples: &[u8], width: usize) -> Vec<u8> {
    let weights = weights(width);
    let narrow =
        |row: &[u8]| -> Vec<u8> { weights.iter().map(|(first, weights)| weighted(weights.iter().zip(&row[*first..]))).collect() };
    samples.chunks_exact(width).flat_map(narrow).collect()
}

/// `height` rows of `width` samples to 32 rows.
fn down(samples: &[u8], width: usize, height: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(SIDE * width);
    for (first, weights) in weights(height) {
        let mut sums = vec![HALF; width];
        for (weight, row) in weights.iter().zip(samples.chunks_exact(width).skip(first)) {
            sums.iter_mut().zip(row).for_each(|(sum, &sample)| *sum += weight * i32::from(sample));
        }
        out.extend(sums.into_iter().map(rounded));
    }
    out
}

/// One half in fixed point.
const HALF: i32 = 1 << (PRECISION - 1);

fn weighted<'a>(samples: impl Iterator<Item = (&'a i32, &'a u8)>) -> u8 {
    rounded(samples.fold(HALF, |sum, (&weight, &sample)| sum + weight * i32::from(sample)))
}

fn rounded(sum: i32) -> u8 {
    (sum >> PRECISION).clamp(0, 255) as u8
}

/// For each of the 32 new samples the first old one it takes, and the weights of those.
fn weights(length: usize) -> Vec<(usize, Vec<i32>)> {
    let scale = length as f64 / SIDE as f64;
    let stretch = scale.max(1.0);
    let support = LOBES * stretch;
    (0..SIDE)
        .map(|index| {
            let center = (index as f64 + 0.5) * scale;
            let first = (center - support + 0.5).max(0.0) as usize;
            let last = ((center + support + 0.5) as usize).min(length);
            let raw: Vec<f64> = (first..last).map(|old| lanczos((old as f64 - center + 0.5) * (1.0 / stretch))).collect();
            let sum: f64 = raw.iter().sum();
            let fixed = |weight: f64| {
                let scaled = if sum == 0.0 { weight } else { weight / sum } * f64::from(1 << PRECISION);
                (scaled + 0.5_f64.copysign(scaled)) as i32
            };
            (first, raw.into_iter().map(fixed).collect())
        })
        .collect()
}

fn lanczos(x: f64) -> f64 {
    if (-LOBES..LOBES).contains(&x) { sinc(x) * sinc(x / LOBES) } else { 0.0 }
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 {
        return 1.0;
    }
    let x = x * std::f64::consts::PI;
    x.sin() / x
}

/// The 8 x 8 lowest frequencies, row by row, unscaled.
fn frequencies(small: &[u8]) -> [f64; LOW * LOW] {
    let cosine = |frequency: usize, place: usize| {
        2.0 * (std::f64::consts::PI * (frequency * (2 * place + 1)) as f64 / (2 * SIDE) as f64).cos()
    };
    let table: [[f64; SIDE]; LOW] = std::array::from_fn(|frequency| std::array::from_fn(|place| cosine(frequency, place)));
    let mut down = [[0.0; SIDE]; LOW];
    for (down, cosines) in down.iter_mut().zip(&table) {
        for (row, cosine) in small.chunks_exact(SIDE).zip(cosines) {
            down.iter_mut().zip(row).for_each(|(sum, &sample)| *sum += cosine * f64::from(sample));
        }
    }
    std::array::from_fn(|at| down[at / LOW].iter().zip(&table[at % LOW]).map(|(sample, cosine)| sample * cosine).sum())
}
