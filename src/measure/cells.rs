//! The picture made small, in mean colours: all that previews, palette, hashes and everything else about colour and layout need of it.
//!
//! Means are taken of coded values: of square cells of whole pixels first, then of cells by area, so that the long side is
//! [`LONG_EDGE`]. Smaller pictures stay as they are.

use fearless_simd::dispatch;

use super::kernels::{Level, boxes};
use super::rows::Row;
use super::shrink::AreaScan;

/// Long side of the small picture, where the picture allows.
pub const LONG_EDGE: usize = 768;

/// Adds rows up to cells while they pass.
#[derive(Debug)]
pub struct CellScan {
    level: Level,
    edge: usize,
    sums: [Vec<u16>; 3],
    pending_rows: usize,
    grey: bool,
    /// Of the cells of one row, a channel each, and side by side.
    means: [Vec<u8>; 3],
    row: Vec<u8>,
    small: (usize, usize),
    shrink: AreaScan,
}

/// A small picture of means, interleaved R'G'B', as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cells {
    /// Pixels across.
    pub columns: usize,
    /// Pixels down, of the rows that were there.
    pub rows: usize,
    /// Pixels down a whole picture has.
    pub rows_expected: usize,
    /// Row by row.
    pub rgb: Vec<u8>,
}

impl CellScan {
    /// For a picture of this size as stored.
    pub fn new(level: Level, width: usize, height: usize) -> Self {
        let edge = (width.max(height) / LONG_EDGE).clamp(1, boxes::ROWS_MAX);
        let (cells, small) = ((width.div_ceil(edge), height.div_ceil(edge)), fitted((width, height), LONG_EDGE));
        Self {
            level,
            edge,
            means: std::array::from_fn(|_| vec![0; cells.0]),
            row: vec![0; 3 * cells.0],
            small,
            shrink: AreaScan::new(level, cells, small),

            sums: std::array::from_fn(|_| vec![0; width]),
            pending_rows: 0,
            grey: false,
        }
    }

    /// Takes a row.
    pub fn add(&mut self, row: &Row<'_>) {
        match row.channels {
            Some(channels) => {
                for (sums, channel) in self.sums.iter_mut().zip(channels) {
                    boxes::add_row(self.level, sums, channel);
                }
            }
            None => {
                self.grey = true;
                boxes::add_row(self.level, &mut self.sums[0], row.luma);
            }
        }
        self.pending_rows += 1;
        if self.pending_rows == self.edge {
            self.fold();
        }
    }

    fn fold(&mut self) {
        for (channel, sums) in self.sums.iter_mut().enumerate().take(if self.grey { 1 } else { 3 }) {
            boxes::means(self.level, sums, self.edge, self.pending_rows, &mut self.means[channel]);
        }
        let [red, green, blue] = if self.grey { [&self.means[0]; 3] } else { self.means.each_ref() };
        for (((cell, &red), &green), &blue) in self.row.as_chunks_mut::<3>().0.iter_mut().zip(red).zip(green).zip(blue) {
            *cell = [red, green, blue];
        }
        self.shrink.add(&self.row);
        self.pending_rows = 0;
    }

    /// The small picture of all rows, which may be fewer than the picture should have.
    pub fn finish(mut self) -> Cells {
        if self.pending_rows > 0 {
            self.fold();
        }
        let (columns, rows_expected) = self.small;
        let rgb = self.shrink.finish();
        Cells { columns, rows: rgb.len() / (3 * columns), rows_expected, rgb }
    }
}

/// Size within `edge`, never enlarged, never without a pixel.
pub fn fitted((width, height): (usize, usize), edge: usize) -> (usize, usize) {
    let long = width.max(height);
    if long <= edge {
        return (width, height);
    }
    let scaled = |side: usize| ((side * edge + long / 2) / long).max(1);
    (scaled(width), scaled(height))
}

impl Cells {
    /// Means of squares of pixels, so that no side is longer than `long_edge`.
    pub fn reduced(&self, long_edge: usize) -> Self {
        let edge = self.columns.max(self.rows).div_ceil(long_edge).max(1);
        let (columns, rows) = (self.columns.div_ceil(edge), self.rows.div_ceil(edge));
        if edge == 1 {
            return Self { columns, rows, rows_expected: rows, rgb: self.rgb.clone() };
        }
        let level = Level::new();
        let mut rgb = Vec::with_capacity(columns * rows * 3);
        // columns of three channels side by side are columns as well; at most 257 rows, as a small picture has at most 768
        let mut sums = vec![0_u16; 3 * self.columns];
        for band in self.rgb.chunks(edge * 3 * self.columns) {
            for row in band.chunks_exact(3 * self.columns) {
                boxes::add_row(level, &mut sums, row);
            }
            means_of_squares(level, &sums, edge, band.len() / (3 * self.columns), &mut rgb);
            sums.fill(0);
        }
        Self { columns, rows, rows_expected: rows, rgb }
    }
}

/// Rounded means of squares `edge` columns wide, of sums over `rows` rows.
fn means_of_squares(level: Level, sums: &[u16], edge: usize, rows: usize, out: &mut Vec<u8>) {
    let (whole, rest) = sums.split_at(sums.len() / (3 * edge) * 3 * edge);
    let start = out.len();
    out.resize(start + whole.len() / edge, 0);
    let (squares, _) = out[start..].as_chunks_mut::<3>();
    // edges of what is made of a small picture of 768 px are known to the compiler
    match edge {
        2 => dispatch!(level, _ => means_of_whole::<2>(whole, rows, squares)),
        3 => dispatch!(level, _ => means_of_whole::<3>(whole, rows, squares)),
        6 => dispatch!(level, _ => means_of_whole::<6>(whole, rows, squares)),
        _ => {
            for (pixels, square) in whole.chunks_exact(3 * edge).zip(squares) {
                *square = mean_of_square(pixels, rows);
            }
        }
    }
    if !rest.is_empty() {
        out.extend(mean_of_square(rest, rows));
    }
}

#[inline(always)]
fn means_of_whole<const EDGE: usize>(sums: &[u16], rows: usize, out: &mut [[u8; 3]]) {
    let Some(divisor) = boxes::NarrowDivisor::new(EDGE * rows) else { return };
    let (pixels, _) = sums.as_chunks::<3>();
    let (squares, _) = pixels.as_chunks::<EDGE>();
    for (square, out) in squares.iter().zip(out) {
        let mut total = [0_u32; 3];
        for pixel in square {
            for (total, &sum) in total.iter_mut().zip(pixel) {
                *total += u32::from(sum);
            }
        }
        *out = [divisor.rounded(total[0]), divisor.rounded(total[1]), divisor.rounded(total[2])];
    }
}

/// One square, of which `sums` holds as many columns as it has.
fn mean_of_square(sums: &[u16], rows: usize) -> [u8; 3] {
    let (pixels, _) = sums.as_chunks::<3>();
    let divisor = boxes::Divisor::new(pixels.len() * rows);
    let mut total = [0_u32; 3];
    for pixel in pixels {
        total.iter_mut().zip(pixel).for_each(|(total, &sum)| *total += u32::from(sum));
    }
    total.map(|total| divisor.rounded(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(width: usize, height: usize, rows: usize, level: impl Fn(usize, usize) -> u8) -> Cells {
        let mut scan = CellScan::new(Level::new(), width, height);
        for y in 0..rows {
            let row: Vec<u8> = (0..width).map(|x| level(x, y)).collect();
            scan.add(&Row { luma: &row, channels: None, clip: [&row; 3] });
        }
        scan.finish()
    }

    #[test]
    fn small_pictures_keep_their_pixels() {
        let small = cells(3, 2, 2, |x, y| (10 * x + y) as u8);
        assert_eq!((small.columns, small.rows, small.rows_expected), (3, 2, 2));
        assert_eq!(small.rgb.iter().step_by(3).copied().collect::<Vec<_>>(), [0, 10, 20, 1, 11, 21]);
    }

    #[test]
    fn the_grid_is_long_enough_for_the_preview() {
        for (width, height) in [(768, 2), (769, 2), (1535, 2), (1536, 3), (4032, 4), (30_000, 1)] {
            let grid = cells(width, height, height, |_, _| 200);
            assert_eq!((grid.columns, grid.rows), (768, fitted((width, height), 768).1), "{width}");
            assert!(grid.rgb.iter().all(|&level| level == 200));
        }
    }

    #[test]
    fn a_picture_that_breaks_off_says_how_many_rows_there_were() {
        let half = cells(1600, 800, 301, |_, _| 9);
        assert_eq!((half.columns, half.rows, half.rows_expected), (768, 145, 384));
        assert!(half.rgb.iter().all(|&level| level == 9));
    }

    #[test]
    fn reducing_by_any_edge_takes_plain_means() {
        let picture = cells(61, 47, 47, |x, y| (x * x * 7 + y * 31 + x * y) as u8);
        for edge in 2..=9_usize {
            let reduced = picture.reduced(61_usize.div_ceil(edge));
            assert_eq!((reduced.columns, reduced.rows), (61_usize.div_ceil(edge), 47_usize.div_ceil(edge)));
            for (index, pixel) in reduced.rgb.as_chunks::<3>().0.iter().enumerate() {
                let (left, top) = (index % reduced.columns * edge, index / reduced.columns * edge);
                let square: Vec<u32> = (top..47.min(top + edge))
                    .flat_map(|y| (left..61.min(left + edge)).map(move |x| (x, y)))
                    .map(|(x, y)| u32::from(picture.rgb[3 * (y * 61 + x)]))
                    .collect();
                let count = square.len() as u32;
                assert_eq!(u32::from(pixel[0]), (square.iter().sum::<u32>() + count / 2) / count, "{edge}: {left}, {top}");
            }
        }
    }

    #[test]
    fn reducing_takes_means() {
        let quarter = cells(4, 2, 2, |x, _| if x < 2 { 100 } else { 201 }).reduced(2);
        assert_eq!((quarter.columns, quarter.rows), (2, 1));
        assert_eq!(quarter.rgb, [100, 100, 100, 201, 201, 201]);
    }
}
