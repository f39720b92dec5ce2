//! Laplacian and gradients of one row of luma, summed over units of 64 columns, in integers.

use fearless_simd::{Level, dispatch};

/// Columns of a unit.
pub const UNIT: usize = 64;

/// Sums over pixels. `dx` is the step to the next column, `dy` to the next row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StencilSums {
    /// Σ of the four-neighbour Laplacian.
    pub laplacian: i64,
    /// Σ of its square.
    pub laplacian_squared: i64,
    /// Σ dx².
    pub dx_squared: i64,
    /// Σ dy².
    pub dy_squared: i64,
    /// Σ |dx|.
    pub dx_abs: i64,
    /// Σ |dx| across the borders of blocks of 8 columns.
    pub dx_abs_border: i64,
    /// Σ |dy|.
    pub dy_abs: i64,
    /// Σ (gx² + gy²) of the 3 x 3 Sobel operators.
    pub sobel_squared: i64,
    /// Σ |n| of the mask 1 -2 1 / -2 4 -2 / 1 -2 1.
    pub noise_abs: i64,
}

impl std::ops::AddAssign for StencilSums {
    fn add_assign(&mut self, other: Self) {
        self.laplacian += other.laplacian;
        self.laplacian_squared += other.laplacian_squared;
        self.dx_squared += other.dx_squared;
        self.dy_squared += other.dy_squared;
        self.dx_abs += other.dx_abs;
        self.dx_abs_border += other.dx_abs_border;
        self.dy_abs += other.dy_abs;
        self.sobel_squared += other.sobel_squared;
        self.noise_abs += other.noise_abs;
    }
}

/// Units in a row of `width` columns: a rest of less than half a unit belongs to the unit before it.
pub const fn units(width: usize) -> usize {
    let units = (width + UNIT / 2) / UNIT;
    if units == 0 { 1 } else { units }
}

/// The magnitude of the noise mask in one column of three padded rows.
pub fn noise_at(above: &[u8], row: &[u8], below: &[u8], column: usize) -> i64 {
    let second = |row: &[u8]| i64::from(row[column]) - 2 * i64::from(row[column + 1]) + i64::from(row[column + 2]);
    (second(above) - 2 * second(row) + second(below)).abs()
}

/// Rows that are summed together: their steps and second differences are shared, and small sums fit 16 bits.
pub const BLOCK: usize = 8;

/// Adds a row to the sums of its units. The rows carry one more sample at each end, so `width + 2` in all; what the border
/// samples make of `dx` and `dy` at the picture's edge is for the caller to take back.
pub fn add_row(level: Level, sums: &mut [StencilSums], above: &[u8], row: &[u8], below: &[u8]) {
    dispatch!(level, _ => {
        add_plain::<3>(sums, [above, row, below]);
    });
}

/// The same for [`BLOCK`] rows with the one above and the one below them. Gives back Σ |dy| below the last of them, which `sums`
/// have too.
pub fn add_block(level: Level, sums: &mut [StencilSums], rows: [&[u8]; BLOCK + 2]) -> i64 {
    dispatch!(level, _ => add_plain::<{ BLOCK + 2 }>(sums, rows))
}

#[inline(always)]
fn add_plain<const ROWS: usize>(sums: &mut [StencilSums], rows: [&[u8]; ROWS]) -> i64 {
    const WINDOW: usize = UNIT + 2;
    let Some((last, firsts)) = sums.split_last_mut() else { return 0 };
    let mut below = 0;
    for (unit, sums) in firsts.iter_mut().enumerate() {
        let mut window = [&[][..]; ROWS];
        for (window, row) in window.iter_mut().zip(rows) {
            *window = &row[unit * UNIT..unit * UNIT + WINDOW];
        }
        below += add_piece(sums, window, UNIT);
    }
    let mut rest = rows;
    for rest in &mut rest {
        *rest = &rest[firsts.len() * UNIT..];
    }
    below + add_piece(last, rest, rest[0].len().saturating_sub(2))
}

/// Sums of less than two units: of at most eight rows two squares of at most 1020 a pixel stay below 2³¹.
#[inline(always)]
fn add_piece<const ROWS: usize>(sums: &mut StencilSums, rows: [&[u8]; ROWS], width: usize) -> i64 {
    // loops, not maps over arrays: those are calls, which end a vector loop
    let (mut lefts, mut centers, mut rights) = ([&[][..]; ROWS], [&[][..]; ROWS], [&[][..]; ROWS]);
    for row in 0..ROWS {
        (lefts[row], centers[row], rights[row]) = (&rows[row][..width], &rows[row][1..width + 1], &rows[row][2..width + 2]);
    }
    let (mut sobel_squared, mut laplacian_squared, mut dx_squared, mut dy_squared) = (0i32, 0i32, 0i32, 0i32);
    let (mut laplacian, mut noise_abs, mut dx_abs, mut dx_abs_border) = (0i32, 0i32, 0i32, 0i32);
    let (mut dy_abs, mut dy_abs_last) = (0i32, 0i32);
    for x in 0..width {
        // of each row: the step over two columns, 1 2 1, and 1 -2 1
        let (mut across, mut smooth, mut second) = ([0i16; ROWS], [0i16; ROWS], [0i16; ROWS]);
        let (mut center, mut right) = ([0i16; ROWS], [0i16; ROWS]);
        for row in 0..ROWS {
            let left = i16::from(lefts[row][x]);
            (center[row], right[row]) = (i16::from(centers[row][x]), i16::from(rights[row][x]));
            across[row] = right[row] - left;
            smooth[row] = left + right[row] + 2 * center[row];
            second[row] = left + right[row] - 2 * center[row];
        }
        // of all rows: at most eight times 2040
        let (mut laplacians, mut noise, mut dx_rows, mut dy_rows) = (0i16, 0i16, 0i16, 0i16);
        for row in 1..ROWS - 1 {
            let (above, below) = (row - 1, row + 1);
            let value = center[above] + center[below] + second[row] - 2 * center[row];
            let (dx, dy) = (right[row] - center[row], center[below] - center[row]);
            let (gx, gy) = (across[above] + 2 * across[row] + across[below], smooth[below] - smooth[above]);
            laplacians += value;
            laplacian_squared += i32::from(value) * i32::from(value);
            dx_squared += i32::from(dx) * i32::from(dx);
            dy_squared += i32::from(dy) * i32::from(dy);
            sobel_squared += i32::from(gx) * i32::from(gx) + i32::from(gy) * i32::from(gy);
            noise += (second[above] - 2 * second[row] + second[below]).abs();
            dx_rows += dx.abs();
            dy_rows += dy.abs();
        }
        laplacian += i32::from(laplacians);
        noise_abs += i32::from(noise);
        dx_abs += i32::from(dx_rows);
        dx_abs_border += i32::from(if x % 8 == 7 { dx_rows } else { 0 });
        dy_abs += i32::from(dy_rows);
        dy_abs_last += i32::from((center[ROWS - 1] - center[ROWS - 2]).abs());
    }
    *sums += StencilSums {
        laplacian: laplacian.into(),
        laplacian_squared: laplacian_squared.into(),
        dx_squared: dx_squared.into(),
        dy_squared: dy_squared.into(),
        dx_abs: dx_abs.into(),
        dx_abs_border: dx_abs_border.into(),
        dy_abs: dy_abs.into(),
        sobel_squared: sobel_squared.into(),
        noise_abs: noise_abs.into(),
    };
    dy_abs_last.into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::measure::kernels::levels;

    fn at(row: &[u8], x: usize) -> i64 {
        i64::from(row[x])
    }

    fn sobel(above: &[u8], row: &[u8], below: &[u8], x: usize) -> i64 {
        let gx = [(above, 1), (row, 2), (below, 1)]
            .iter()
            .map(|(row, weight)| weight * (at(row, x + 1) - at(row, x - 1)))
            .sum::<i64>();
        let gy = [(x - 1, 1), (x, 2), (x + 1, 1)].iter().map(|&(x, weight)| weight * (at(below, x) - at(above, x))).sum::<i64>();
        gx * gx + gy * gy
    }

    fn noise(above: &[u8], row: &[u8], below: &[u8], x: usize) -> i64 {
        let second = |row: &[u8]| at(row, x - 1) - 2 * at(row, x) + at(row, x + 1);
        second(above) - 2 * second(row) + second(below)
    }

    fn add_row_scalar(sums: &mut [StencilSums], above: &[u8], row: &[u8], below: &[u8]) {
        let last = sums.len() - 1;
        for x in 1..row.len() - 1 {
            let laplacian = at(above, x) + at(below, x) + at(row, x - 1) + at(row, x + 1) - 4 * at(row, x);
            let (dx, dy) = (at(row, x + 1) - at(row, x), at(below, x) - at(row, x));
            let column = x - 1;
            sums[(column / UNIT).min(last)] += StencilSums {
                laplacian,
                laplacian_squared: laplacian * laplacian,
                dx_squared: dx * dx,
                dy_squared: dy * dy,
                dx_abs: dx.abs(),
                dx_abs_border: if column % 8 == 7 { dx.abs() } else { 0 },
                dy_abs: dy.abs(),
                sobel_squared: sobel(above, row, below, x),
                noise_abs: noise(above, row, below, x).abs(),
            };
        }
    }

    #[test]
    fn units_are_32_to_95_columns_wide() {
        assert_eq!([1, 31, 32, 64, 95, 96, 159, 160, 4032].map(units), [1, 1, 1, 1, 1, 2, 2, 3, 63]);
    }

    proptest! {
        #[test]
        fn equals_plain_sums(width in 1usize..400, seed: u64, extreme: bool) {
            let mut state = seed | 1;
            let mut samples = || (0..width + 2).map(|_| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                let sample = (state >> 56) as u8;
                if extreme { if sample < 128 { 0 } else { 255 } } else { sample }
            }).collect::<Vec<u8>>();
            let (above, row, below) = (samples(), samples(), samples());
            let mut expected = vec![StencilSums::default(); units(width)];
            add_row_scalar(&mut expected, &above, &row, &below);
            for level in levels::all() {
                let mut sums = vec![StencilSums::default(); units(width)];
                add_row(level, &mut sums, &above, &row, &below);
                prop_assert_eq!(&sums, &expected);
            }
        }

        #[test]
        fn blocks_equal_their_rows(width in 1usize..400, seed: u64, extreme: bool) {
            let mut state = seed | 1;
            let rows: [Vec<u8>; BLOCK + 2] = std::array::from_fn(|_| (0..width + 2).map(|_| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                let sample = (state >> 56) as u8;
                if extreme { if sample < 128 { 0 } else { 255 } } else { sample }
            }).collect());
            let mut expected = vec![StencilSums::default(); units(width)];
            for row in rows.windows(3) {
                add_row_scalar(&mut expected, &row[0], &row[1], &row[2]);
            }
            let last = (1..=width).map(|x| (at(&rows[BLOCK + 1], x) - at(&rows[BLOCK], x)).abs()).sum::<i64>();
            for level in levels::all() {
                let mut sums = vec![StencilSums::default(); units(width)];
                let below = add_block(level, &mut sums, rows.each_ref().map(Vec::as_slice));
                prop_assert_eq!(&sums, &expected);
                prop_assert_eq!(below, last);
            }
        }
    }
}
