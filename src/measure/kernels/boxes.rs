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

/// Rounded means of cells `edge` columns wide over `rows` added rows, and clears the sums. The last cell may be narrower.
pub fn means<'a>(sums: &'a mut [u16], edge: usize, rows: usize) -> impl Iterator<Item = u8> + use<'a> {
    sums.chunks_mut(edge).map(move |columns| {
        let count = (columns.len() * rows) as u32;
        let sum: u32 = columns.iter().map(|&sum| u32::from(sum)).sum();
        columns.fill(0);
        ((sum + count / 2) / count.max(1)) as u8
    })
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
                let cells: Vec<u8> = means(&mut sums, edge, height).collect();
                prop_assert_eq!(&cells, &means_scalar(&rows, edge));
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
        assert_eq!(means(&mut sums, 2, ROWS_MAX).collect::<Vec<_>>(), [255, 255]);
    }
}
