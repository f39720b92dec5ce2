//! How even a tile of 64 x 64 samples is: its range, its equal neighbors, and how often each of a few levels occurs.

use fearless_simd::{Level, dispatch};

use crate::raster::PlaneView;

/// A tile's side.
pub const TILE: usize = 64;
/// Pairs of neighbors in a tile.
pub const PAIRS: usize = 2 * TILE * (TILE - 1);
/// Widest range whose levels are counted: just above the steps of 32 levels.
pub const RANGE_MAX: usize = 9;

type Rows = [[u8; TILE]; TILE];

#[inline(always)]
fn rows(plane: PlaneView<'_, u8>, (x, y): (usize, usize)) -> Rows {
    std::array::from_fn(|row| {
        let mut samples = [0; TILE];
        samples.copy_from_slice(&plane.row(y + row)[x..x + TILE]);
        samples
    })
}

/// Lowest and highest level of the tile whose corner is at (x, y); it lies within the plane.
pub fn range(level: Level, plane: PlaneView<'_, u8>, corner: (usize, usize)) -> (u8, u8) {
    let rows = rows(plane, corner);
    dispatch!(level, _ => range_plain(&rows))
}

#[inline(always)]
fn range_plain(rows: &Rows) -> (u8, u8) {
    let (mut low, mut high) = (rows[0], rows[0]);
    for row in rows {
        for x in 0..TILE {
            low[x] = low[x].min(row[x]);
            high[x] = high[x].max(row[x]);
        }
    }
    (low.into_iter().fold(255, u8::min), high.into_iter().fold(0, u8::max))
}

/// Pairs of neighbors, side by side or one above the other, that have one level.
pub fn equal_neighbors(level: Level, plane: PlaneView<'_, u8>, corner: (usize, usize)) -> u32 {
    let rows = rows(plane, corner);
    dispatch!(level, _ => equal_plain(&rows))
}

#[inline(always)]
fn equal_plain(rows: &Rows) -> u32 {
    let mut equal = 0_u32;
    for (y, row) in rows.iter().enumerate() {
        let below = if y + 1 < TILE { &rows[y + 1] } else { row };
        let mut beside = [0_u8; TILE];
        for x in 0..TILE - 1 {
            beside[x] = u8::from(row[x] == row[x + 1]);
        }
        for x in 0..TILE {
            beside[x] += u8::from(y + 1 < TILE && row[x] == below[x]);
        }
        equal += beside.iter().map(|&pairs| u32::from(pairs)).sum::<u32>();
    }
    equal
}

/// How often `low` and each of the levels above it occur.
pub fn counts(level: Level, plane: PlaneView<'_, u8>, corner: (usize, usize), low: u8) -> [u32; RANGE_MAX + 1] {
    let rows = rows(plane, corner);
    dispatch!(level, _ => counts_plain(&rows, low))
}

#[inline(always)]
fn counts_plain(rows: &Rows, low: u8) -> [u32; RANGE_MAX + 1] {
    std::array::from_fn(|offset| {
        let Some(wanted) = low.checked_add(offset as u8) else { return 0 };
        let mut columns = [0_u8; TILE];
        for row in rows {
            for x in 0..TILE {
                columns[x] += u8::from(row[x] == wanted);
            }
        }
        columns.iter().map(|&count| u32::from(count)).sum()
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::measure::kernels::levels;
    use crate::raster::Plane;

    proptest! {
        #[test]
        fn equals_plain_counts(seed: u64, bits in 1u32..8, base in 0u8..=255, x in 0usize..8, y in 0usize..8) {
            let mut state = seed | 1;
            let samples = (0..72 * 72).map(|_| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                base.saturating_add((state >> (64 - bits)) as u8)
            }).collect();
            let plane = Plane::from_samples(samples, 72, 72).unwrap();
            let at = |column: usize, row: usize| plane.row(y + row)[x + column];
            let all: Vec<u8> = (0..TILE * TILE).map(|i| at(i % TILE, i / TILE)).collect();
            let (low, high) = (*all.iter().min().unwrap(), *all.iter().max().unwrap());
            let mut equal = 0;
            for i in 0..TILE * TILE {
                let (column, row) = (i % TILE, i / TILE);
                equal += u32::from(column + 1 < TILE && at(column, row) == at(column + 1, row));
                equal += u32::from(row + 1 < TILE && at(column, row) == at(column, row + 1));
            }
            let occurs = |offset: usize| all.iter().filter(|&&level| usize::from(level) == usize::from(low) + offset).count() as u32;
            for level in levels::all() {
                prop_assert_eq!(range(level, plane.view(), (x, y)), (low, high));
                prop_assert_eq!(equal_neighbors(level, plane.view(), (x, y)), equal);
                prop_assert_eq!(counts(level, plane.view(), (x, y), low), std::array::from_fn(occurs));
            }
        }
    }
}
