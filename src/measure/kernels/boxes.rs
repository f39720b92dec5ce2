//! Sums of square cells: rows are added up column by column, then the columns of a cell.

use fearless_simd::{Level, dispatch};

/// Most rows that can be added before a column sum could overflow.
pub const ROWS_MAX: usize = (u16::MAX / 255) as usize;

/// Adds a row to the column sums. Call at most [`ROWS_MAX`] times between two [`means`].
pub fn add_row(level: Level, sums: &mut [u16], row: &[u8]) {
    dispatch!(level, _ => add_row_plain(sums, row));
}

#[inline(always)]
fn add_row_plain(sums: &mut [u16], row: &[u8]) {
    for (sum, &sample) in sums.iter_mut().zip(row) {
        *sum += u16::from(sample);
    }
}

/// Writes the rounded means of cells `edge` columns wide over `rows` added rows to `out`, and clears the sums. The last cell may be
/// narrower.
pub fn means(level: Level, sums: &mut [u16], edge: usize, rows: usize, out: &mut [u8]) {
    // widths of cells up to 12 megapixels are known to the compiler
    match edge {
        1 => dispatch!(level, _ => means_plain::<1>(sums, rows, out)),
        2 => dispatch!(level, _ => means_plain::<2>(sums, rows, out)),
        3 => dispatch!(level, _ => means_plain::<3>(sums, rows, out)),
        4 => dispatch!(level, _ => means_plain::<4>(sums, rows, out)),
        5 => dispatch!(level, _ => means_plain::<5>(sums, rows, out)),
        6 => dispatch!(level, _ => means_plain::<6>(sums, rows, out)),
        7 => dispatch!(level, _ => means_plain::<7>(sums, rows, out)),
        _ => {
            for (columns, out) in sums.chunks(edge).zip(out) {
                *out = Divisor::new(columns.len() * rows).rounded(columns.iter().map(|&sum| u32::from(sum)).sum());
            }
        }
    }
    sums.fill(0);
}

#[inline(always)]
fn means_plain<const EDGE: usize>(sums: &[u16], rows: usize, out: &mut [u8]) {
    let (cells, rest) = sums.as_chunks::<EDGE>();
    let (whole, last) = out.split_at_mut(cells.len().min(out.len()));
    if let Some(divisor) = NarrowDivisor::new(EDGE * rows) {
        for (columns, out) in cells.iter().zip(whole) {
            *out = divisor.rounded(columns.iter().map(|&sum| u32::from(sum)).sum());
        }
    } else {
        let divisor = Divisor::new(EDGE * rows);
        for (columns, out) in cells.iter().zip(whole) {
            *out = divisor.rounded(columns.iter().map(|&sum| u32::from(sum)).sum());
        }
    }
    if let (Some(out), false) = (last.first_mut(), rest.is_empty()) {
        *out = Divisor::new(rest.len() * rows).rounded(rest.iter().map(|&sum| u32::from(sum)).sum());
    }
}

/// Division of a sum of `count` bytes by a multiplication: exact, since sums stay below 2³² and the reciprocal's error of
/// less than 1 in 2⁴⁴ / count is never felt below 2⁴⁴ / count².
#[derive(Debug, Clone, Copy)]
pub struct Divisor {
    half: u64,
    reciprocal: u64,
}

impl Divisor {
    const SHIFT: u32 = 44;

    /// By `count`, at least 1.
    #[inline(always)]
    pub fn new(count: usize) -> Self {
        let count = count.max(1) as u64;
        Self { half: count / 2, reciprocal: (1 << Self::SHIFT) / count + 1 }
    }

    /// The mean, halves up.
    #[inline(always)]
    pub fn rounded(self, sum: u32) -> u8 {
        (((u64::from(sum) + self.half) * self.reciprocal) >> Self::SHIFT) as u8
    }
}

/// The same in 32 bits, twice as many of which fit a vector: exact while 255.5 count² stays below 2²³.
#[derive(Debug, Clone, Copy)]
pub struct NarrowDivisor {
    half: u32,
    reciprocal: u32,
}

impl NarrowDivisor {
    const SHIFT: u32 = 23;
    /// Most bytes in a sum.
    const COUNT_MAX: usize = 181;

    /// By `count`; None if it is too large or 0.
    #[inline(always)]
    pub fn new(count: usize) -> Option<Self> {
        let count = u32::try_from(count).ok().filter(|count| (1..=Self::COUNT_MAX as u32).contains(count))?;
        Some(Self { half: count / 2, reciprocal: (1 << Self::SHIFT) / count + 1 })
    }

    /// The mean, halves up.
    #[inline(always)]
    pub fn rounded(self, sum: u32) -> u8 {
        (((sum + self.half) * self.reciprocal) >> Self::SHIFT) as u8
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::measure::kernels::levels;

    /// Sum over each cell, straight from the rows.
    fn means_scalar(rows: &[Vec<u8>], edge: usize) -> Vec<u8> {
        let width = rows[0].len();
        (0..width.div_ceil(edge))
            .map(|cell| {
                let columns = cell * edge..((cell + 1) * edge).min(width);
                let samples: Vec<u32> = rows.iter().flat_map(|row| row[columns.clone()].iter().map(|&s| u32::from(s))).collect();
                let count = samples.len() as u32;
                ((samples.iter().sum::<u32>() + count / 2) / count) as u8
            })
            .collect()
    }

    proptest! {
        #[test]
        fn equals_plain_means(width in 1usize..150, height in 1usize..12, edge in 1usize..12, seed: u64) {
            let mut state = seed | 1;
            let rows: Vec<Vec<u8>> = (0..height).map(|_| (0..width).map(|_| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                (state >> 56) as u8
            }).collect()).collect();
            for level in levels::all() {
                let mut sums = vec![0; width];
                for row in &rows {
                    add_row(level, &mut sums, row);
                }
                let mut cells = vec![7; width.div_ceil(edge)];
                means(level, &mut sums, edge, height, &mut cells);
                prop_assert_eq!(cells, means_scalar(&rows, edge));
                prop_assert!(sums.iter().all(|&sum| sum == 0));
            }
        }
    }

    #[test]
    fn the_named_number_of_white_rows_fits() {
        let mut sums = vec![0; 3];
        for _ in 0..ROWS_MAX {
            add_row(Level::new(), &mut sums, &[255; 3]);
        }
        let mut out = [0; 2];
        means(Level::new(), &mut sums, 2, ROWS_MAX, &mut out);
        assert_eq!(out, [255, 255]);
    }

    #[test]
    fn dividing_in_32_bits_is_exact() {
        for count in 1..=NarrowDivisor::COUNT_MAX {
            let divisor = NarrowDivisor::new(count).unwrap();
            for sum in 0..=255 * count as u32 {
                assert_eq!(divisor.rounded(sum), Divisor::new(count).rounded(sum), "{sum} / {count}");
            }
        }
        assert!(NarrowDivisor::new(NarrowDivisor::COUNT_MAX + 1).is_none() && NarrowDivisor::new(0).is_none());
    }

    #[test]
    fn dividing_by_multiplying_is_exact() {
        for count in (1..=1600u32).chain([255 * 40, 257 * 257]) {
            let divisor = Divisor::new(count as usize);
            for mean in 0..255u32 {
                for sum in [mean * count, mean * count + count / 2, mean * count + count.div_ceil(2), mean * count + count - 1] {
                    assert_eq!(u32::from(divisor.rounded(sum)), (sum + count / 2) / count, "{sum} / {count}");
                }
            }
        }
    }
}
