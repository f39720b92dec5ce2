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

/// Adds a row to the sums of its units. The rows carry one more sample at each end, so `width + 2` in all; what the border
/// samples make of `dx` and `dy` at the picture's edge is for the caller to take back.
pub fn add_row(level: Level, sums: &mut [StencilSums], above: &[u8], row: &[u8], below: &[u8]) {
    dispatch!(level, _ => add_row_plain(sums, above, row, below));
}

#[inline(always)]
fn add_row_plain(sums: &mut [StencilSums], above: &[u8], row: &[u8], below: &[u8]) {
    const WINDOW: usize = UNIT + 2;
    let Some((last, firsts)) = sums.split_last_mut() else { return };
    for (unit, sums) in firsts.iter_mut().enumerate() {
        let window = unit * UNIT..unit * UNIT + WINDOW;
        let (above, row, below) = (&above[window.clone()], &row[window.clone()], &below[window]);
        if let (Ok(above), Ok(row), Ok(below)) =
            (<&[u8; WINDOW]>::try_from(above), <&[u8; WINDOW]>::try_from(row), <&[u8; WINDOW]>::try_from(below))
        {
            *sums += piece(above, row, below);
        }
    }
    let rest = firsts.len() * UNIT..row.len();
    *last += piece(&above[rest.clone()], &row[rest.clone()], &below[rest]);
}

/// Sums of less than two units: two squares of at most 1020 a pixel stay below 2³¹ by far.
#[inline(always)]
fn piece(above: &[u8], row: &[u8], below: &[u8]) -> StencilSums {
    let width = row.len().saturating_sub(2);
    let (above_left, above_right, above) = (&above[..width], &above[2..width + 2], &above[1..width + 1]);
    let (below_left, below_right, below) = (&below[..width], &below[2..width + 2], &below[1..width + 1]);
    let (left, center, right) = (&row[..width], &row[1..width + 1], &row[2..width + 2]);
    let (mut sobel_squared, mut noise_abs) = (0i32, 0i32);
    let (mut laplacian, mut laplacian_squared) = (0i32, 0i32);
    let (mut dx_squared, mut dy_squared) = (0i32, 0i32);
    let (mut dx_abs, mut dx_abs_border, mut dy_abs) = (0i32, 0i32, 0i32);
    for x in 0..width {
        let center = i16::from(center[x]);
        let (left, right) = (i16::from(left[x]), i16::from(right[x]));
        let (above, below) = (i16::from(above[x]), i16::from(below[x]));
        let value = above + below + left + right - 4 * center;
        let (dx, dy) = (right - center, below - center);
        laplacian += i32::from(value);
        laplacian_squared += i32::from(value) * i32::from(value);
        dx_squared += i32::from(dx) * i32::from(dx);
        dy_squared += i32::from(dy) * i32::from(dy);
        dx_abs += i32::from(dx.abs());
        dx_abs_border += i32::from(if x % 8 == 7 { dx.abs() } else { 0 });
        dy_abs += i32::from(dy.abs());
        let (above_left, above_right) = (i16::from(above_left[x]), i16::from(above_right[x]));
        let (below_left, below_right) = (i16::from(below_left[x]), i16::from(below_right[x]));
        let (falling, rising) = (below_right - above_left, below_left - above_right);
        let gx = falling - rising + 2 * (right - left);
        let gy = falling + rising + 2 * (below - above);
        sobel_squared += i32::from(gx) * i32::from(gx) + i32::from(gy) * i32::from(gy);
        let corners = above_left + above_right + below_left + below_right;
        noise_abs += i32::from((corners - 2 * (above + below + left + right) + 4 * center).abs());
    }
    StencilSums {
        laplacian: laplacian.into(),
        laplacian_squared: laplacian_squared.into(),
        dx_squared: dx_squared.into(),
        dy_squared: dy_squared.into(),
        dx_abs: dx_abs.into(),
        dx_abs_border: dx_abs_border.into(),
        dy_abs: dy_abs.into(),
        sobel_squared: sobel_squared.into(),
        noise_abs: noise_abs.into(),
    }
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
    }
}
