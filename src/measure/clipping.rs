//! Clipping: which share of the picture is burnt or lost, where, and how large the largest burnt area is.

use super::ClippingMap;
use super::kernels::{Level, clip};
use super::rows::Row;
use clip::{Clipped, ColumnCounts};

/// Most cells a side of the map.
const CELLS_MAX: usize = 96;

/// Counts clipped pixels while rows pass.
#[derive(Debug)]
pub struct ClippingScan {
    level: Level,
    size: (usize, usize),
    cells: (usize, usize),
    /// Of the rows since the last fold.
    pending: ColumnCounts,
    pending_rows: usize,
    totals: Clipped<u64>,
    burnt: Vec<u32>,
    lost: Vec<u32>,
    seen: usize,
}

/// Clipping of a picture, as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Clipping {
    /// Share with any channel at the top of its scale, %.
    pub high: f64,
    /// Share with all channels at the top, %.
    pub high_all: f64,
    /// Share with any channel at 0, %.
    pub low: f64,
    /// Share with all channels at 0, %.
    pub low_all: f64,
    /// Share with any channel at 250 or above, %.
    pub near_high: f64,
    /// Share with any channel at 5 or below, %.
    pub near_low: f64,
    /// Share whose channels are more than 2 levels apart, %.
    pub colored: f64,
    /// The largest connected burnt area.
    pub largest: BurntArea,
    /// The same of what is lost.
    pub largest_lost: BurntArea,
    /// Where.
    pub map: ClippingMap,
}

/// A connected area of cells at least half burnt, or half lost.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct BurntArea {
    /// Share of the picture, %.
    pub share: f64,
    /// Share of the cells along the picture's edge that belong to it, 0..=1.
    pub edge_share: f64,
}

impl ClippingScan {
    /// For a picture of this size as stored.
    pub fn new(level: Level, width: usize, height: usize) -> Self {
        let edge = width.max(height).div_ceil(CELLS_MAX);
        // evenly spread, so that a map drawn over the picture fits
        let cells = (width.div_ceil(edge), height.div_ceil(edge));
        Self {
            level,
            size: (width, height),
            cells,
            pending: ColumnCounts::new(width),
            pending_rows: 0,
            totals: Clipped::default(),
            burnt: vec![0; cells.0 * cells.1],
            lost: vec![0; cells.0 * cells.1],
            seen: 0,
        }
    }

    /// Takes a row.
    pub fn add(&mut self, row: &Row<'_>) {
        clip::add_row(self.level, &mut self.pending, row.clip);
        self.pending_rows += 1;
        let row_of_cells = self.seen * self.cells.1 / self.size.1;
        self.seen += 1;
        if self.pending_rows == clip::ROWS_MAX || self.seen * self.cells.1 / self.size.1 != row_of_cells {
            self.fold(row_of_cells);
        }
    }

    /// Moves the pending counts into totals and a row of cells.
    fn fold(&mut self, row_of_cells: usize) {
        let (columns, width) = (self.cells.0, self.size.0);
        let pending = &mut self.pending;
        self.totals.burnt_all += take_sum(&mut pending.burnt_all);
        self.totals.lost_all += take_sum(&mut pending.lost_all);
        self.totals.near_high += take_sum(&mut pending.near_high);
        self.totals.near_low += take_sum(&mut pending.near_low);
        self.totals.colored += take_sum(&mut pending.colored);
        for column in 0..columns {
            let span = start(column, width, columns)..start(column + 1, width, columns);
            let cell = row_of_cells * columns + column;
            let (burnt, lost) = (take_sum(&mut pending.burnt_any[span.clone()]), take_sum(&mut pending.lost_any[span]));
            self.burnt[cell] += burnt as u32;
            self.lost[cell] += lost as u32;
            self.totals.burnt_any += burnt;
            self.totals.lost_any += lost;
        }
        self.pending_rows = 0;
    }

    /// The clipping of all rows, which may be fewer than the picture should have; at least one must have passed.
    pub fn finish(mut self) -> Clipping {
        if self.pending_rows > 0 {
            self.fold((self.seen - 1) * self.cells.1 / self.size.1);
        }
        let pixels = (self.size.0 * self.seen).max(1) as f64;
        let share = |count: u64| 100.0 * count as f64 / pixels;
        let areas = self.cell_areas();
        Clipping {
            high: share(self.totals.burnt_any),
            high_all: share(self.totals.burnt_all),
            low: share(self.totals.lost_any),
            low_all: share(self.totals.lost_all),
            near_high: share(self.totals.near_high),
            near_low: share(self.totals.near_low),
            colored: share(self.totals.colored),
            largest: largest_area(&self.burnt, &areas, self.cells, pixels),
            largest_lost: largest_area(&self.lost, &areas, self.cells, pixels),
            map: ClippingMap {
                columns: self.cells.0 as u16,
                rows: self.cells.1 as u16,
                burnt: shares(&self.burnt, &areas),
                lost: shares(&self.lost, &areas),
            },
        }
    }

    /// Pixels of each cell that were there.
    fn cell_areas(&self) -> Vec<u32> {
        let ((width, height), (columns, rows)) = (self.size, self.cells);
        let span = |index: usize, length: usize, cells: usize, end: usize| {
            start(index + 1, length, cells).min(end).saturating_sub(start(index, length, cells)) as u32
        };
        (0..rows)
            .flat_map(|row| {
                (0..columns).map(move |column| span(column, width, columns, width) * span(row, height, rows, self.seen))
            })
            .collect()
    }
}

/// The sum of counts, which are cleared.
fn take_sum(counts: &mut [u8]) -> u64 {
    let sum = counts.iter().map(|&count| u64::from(count)).sum();
    counts.fill(0);
    sum
}

/// First pixel of a cell when `length` pixels are spread over `cells`: the one whose index times `cells / length` reaches it.
fn start(cell: usize, length: usize, cells: usize) -> usize {
    (cell * length).div_ceil(cells)
}

/// Each cell's share in 1/255, rounded; anything clipped shows as at least 1.
fn shares(counts: &[u32], areas: &[u32]) -> Vec<u8> {
    let share = |(&count, &area): (&u32, &u32)| {
        let rounded = ((u64::from(count) * 255 + u64::from(area) / 2) / u64::from(area.max(1))) as u8;
        if count > 0 { rounded.max(1) } else { 0 }
    };
    counts.iter().zip(areas).map(share).collect()
}

/// The largest area of cells at least half burnt that touch side by side.
fn largest_area(burnt: &[u32], areas: &[u32], (columns, rows): (usize, usize), pixels: f64) -> BurntArea {
    let mut open: Vec<bool> = burnt.iter().zip(areas).map(|(&burnt, &area)| area > 0 && 2 * burnt >= area).collect();
    let edge = |cell: usize| {
        cell.is_multiple_of(columns) || cell % columns + 1 == columns || cell < columns || cell >= (rows - 1) * columns
    };
    let edge_cells = (0..open.len()).filter(|&cell| edge(cell)).count().max(1);
    let mut largest = (0u64, 0usize);
    let mut reached = Vec::new();
    for first in 0..open.len() {
        if !std::mem::take(&mut open[first]) {
            continue;
        }
        reached.push(first);
        let (mut area, mut on_edge) = (0u64, 0usize);
        while let Some(cell) = reached.pop() {
            area += u64::from(areas[cell]);
            on_edge += usize::from(edge(cell));
            let (x, y) = (cell % columns, cell / columns);
            let neighbors = [
                (x > 0).then(|| cell - 1),
                (x + 1 < columns).then_some(cell + 1),
                (y > 0).then(|| cell - columns),
                (y + 1 < rows).then_some(cell + columns),
            ];
            reached.extend(neighbors.into_iter().flatten().filter(|&neighbor| std::mem::take(&mut open[neighbor])));
        }
        if area > largest.0 {
            largest = (area, on_edge);
        }
    }
    BurntArea { share: 100.0 * largest.0 as f64 / pixels, edge_share: largest.1 as f64 / edge_cells as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Clipping of a grey picture given by a function.
    fn clipping(width: usize, height: usize, level: impl Fn(usize, usize) -> u8) -> Clipping {
        let mut scan = ClippingScan::new(Level::new(), width, height);
        for y in 0..height {
            let row: Vec<u8> = (0..width).map(|x| level(x, y)).collect();
            scan.add(&Row { luma: &row, channels: None, clip: [&row; 3] });
        }
        scan.finish()
    }

    #[test]
    fn cells_cover_every_pixel_once() {
        for (length, cells) in [(1, 1), (97, 49), (96, 96), (4032, 96), (30_000, 96), (101, 7)] {
            for pixel in 0..length {
                let cell = pixel * cells / length;
                assert!((start(cell, length, cells)..start(cell + 1, length, cells)).contains(&pixel));
            }
            assert_eq!(start(cells, length, cells), length);
        }
    }

    #[test]
    fn a_burnt_disc_has_its_area() {
        let (radius, size) = (150.0f64, 700);
        let disc = clipping(size, 500, |x, y| if (x as f64 - 350.0).hypot(y as f64 - 250.0) <= radius { 255 } else { 90 });
        let truth = 100.0 * std::f64::consts::PI * radius * radius / (700.0 * 500.0);
        assert!((disc.high - truth).abs() < 0.02, "{} {truth}", disc.high);
        assert_eq!((disc.high, disc.low, disc.low_all), (disc.high_all, 0.0, 0.0));
        assert!((disc.largest.share - truth).abs() < 0.5);
        assert_eq!(disc.largest.edge_share, 0.0);
        assert!(disc.map.columns <= 96 && disc.map.rows <= 96);
        assert_eq!(disc.map.burnt.iter().max(), Some(&255));
        assert!(disc.map.lost.iter().all(|&lost| lost == 0));
    }

    #[test]
    fn areas_that_touch_only_at_a_corner_are_two() {
        let picture = clipping(96, 96, |x, y| if (x < 40) == (y < 40) && x < 60 && y < 60 { 255 } else { 9 });
        assert!((picture.largest.share - 100.0 * 1600.0 / 9216.0).abs() < 1e-9);
    }

    #[test]
    fn a_white_backdrop_runs_along_the_edge() {
        let backdrop = clipping(300, 200, |x, y| if (100..200).contains(&x) && y > 50 { 60 } else { 255 });
        assert!(backdrop.largest.edge_share > 0.8);
        assert!(backdrop.largest.share > 70.0);
        assert_eq!(backdrop.largest_lost, BurntArea::default());
        let dark = clipping(300, 200, |x, y| if x < 150 && !(40..=140).contains(&y) { 0 } else { 60 });
        assert!((dark.largest_lost.share - 100.0 * (59.0 * 150.0) / 60_000.0).abs() < 0.6, "{:?}", dark.largest_lost);
        assert_eq!(dark.largest, BurntArea::default());
    }

    #[test]
    fn a_single_dark_pixel_shows_in_its_cell() {
        let picture = clipping(960, 960, |x, y| if (x, y) == (15, 25) { 0 } else { 128 });
        assert_eq!(picture.map.lost.iter().filter(|&&lost| lost > 0).count(), 1);
        assert_eq!(picture.map.lost[2 * 96 + 1], 3);
        assert!((picture.low - 100.0 / (960.0 * 960.0)).abs() < 1e-12);
    }

    #[test]
    fn tiny_pictures_have_one_cell_a_pixel() {
        let pixel = clipping(1, 1, |_, _| 255);
        assert_eq!((pixel.map.columns, pixel.map.rows, pixel.high, pixel.largest.share), (1, 1, 100.0, 100.0));
        let six = clipping(2, 3, |x, y| (x * y) as u8);
        assert_eq!((six.map.columns, six.map.rows), (2, 3));
        assert!((six.low - 400.0 / 6.0).abs() < 1e-9);
    }
}
