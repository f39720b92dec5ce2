//! Sharpness: variance of the Laplacian and mean squared gradient over the whole picture and per tile.
//!
//! Tiles are made of units of 64 px, at most 32 a side, spread evenly, so that a map drawn over the picture fits within half a
//! unit. The last unit of an axis takes the rest and is 32 to 95 px long.

use super::FocusMap;
use super::kernels::Level;
use super::kernels::stencil::{self, StencilSums, UNIT};

/// Most tiles a side.
pub const TILES_MAX: usize = 32;
/// Mean squared gradient that noise does not explain, below which a tile has no texture to focus on, in level².
pub const GRADIENT_FLOOR: f64 = 1.0;
/// Noise in a tile may be stronger than in the picture as a whole: only a gradient this far above it counts as texture.
const NOISE_MARGIN: f64 = 1.25;
/// What white noise of variance 1 adds to the variance of the Laplacian: 1 + 1 + 1 + 1 + 16.
const LAPLACIAN_ENERGY: f64 = 20.0;
/// What it adds to the mean squared Sobel gradient: 1 + 4 + 1 + 1 + 4 + 1, in both directions.
const SOBEL_ENERGY: f64 = 24.0;
/// A side shorter than this makes no tile.
const EDGE_MIN: usize = 32;

/// Sums stencils while rows pass.
#[derive(Debug)]
pub struct SharpnessScan {
    level: Level,
    width: usize,
    height: usize,
    columns: usize,
    rows: usize,
    tiles: Vec<Tile>,
    /// Of the rows of one row of tiles.
    units: Vec<StencilSums>,
    dy_abs_border: i64,
    pending_rows: usize,
    seen: usize,
}

/// Sums of one tile.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Tile {
    sums: StencilSums,
    pixels: u64,
}

/// The sums of a picture, as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Sharpness {
    /// Columns and rows that were there.
    pub size: (usize, usize),
    /// Over the picture.
    pub total: StencilSums,
    /// Σ |dy| across the borders of blocks of 8 rows; `total.dy_abs` has them too.
    pub dy_abs_border: i64,
    columns: usize,
    rows: usize,
    tiles: Vec<Tile>,
}

/// Peak and spread of sharpness over textured tiles.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Peak {
    /// 95th percentile, level².
    pub peak: f64,
    /// Share of textured tiles that reach half of it, %.
    pub share: f64,
}

impl SharpnessScan {
    /// For a picture of this size as stored.
    pub fn new(level: Level, width: usize, height: usize) -> Self {
        let (columns, rows) = (stencil::units(width).min(TILES_MAX), stencil::units(height).min(TILES_MAX));
        Self {
            level,
            width,
            height,
            columns,
            rows,
            tiles: vec![Tile::default(); columns * rows],
            units: vec![StencilSums::default(); stencil::units(width)],
            dy_abs_border: 0,
            pending_rows: 0,
            seen: 0,
        }
    }

    /// Rows that were taken.
    pub fn seen(&self) -> usize {
        self.seen
    }

    /// Takes a row between its neighbors, each with one more sample at both ends.
    pub fn add(&mut self, above: &[u8], row: &[u8], below: &[u8]) {
        if self.seen == 0 {
            self.add_edge(above, row, below, |sums| StencilSums { noise_abs: 0, ..sums });
        } else {
            self.add_edge(above, row, below, |sums| sums);
        }
    }

    /// Takes [`stencil::BLOCK`] rows, the first of which has a multiple of it above, with the one above and the one below them.
    pub fn add_block(&mut self, rows: [&[u8]; stencil::BLOCK + 2]) {
        let below = stencil::add_block(self.level, &mut self.units, rows);
        for row in rows.windows(3) {
            take_back_edge_columns(&mut self.units, row[0], row[1], row[2], self.width);
        }
        self.seen += stencil::BLOCK - 1;
        self.pending_rows += stencil::BLOCK - 1;
        self.next_row(below);
    }

    /// Takes the last row, which is mirrored at its lower side and has no step downwards.
    pub fn add_last(&mut self, neighbor: &[u8], row: &[u8]) {
        self.add_edge(neighbor, row, neighbor, |sums| StencilSums { dy_abs: 0, dy_squared: 0, noise_abs: 0, ..sums });
    }

    /// A row by itself, of which perhaps only a part counts.
    fn add_edge(&mut self, above: &[u8], row: &[u8], below: &[u8], part: fn(StencilSums) -> StencilSums) {
        let mut sums = vec![StencilSums::default(); self.units.len()];
        stencil::add_row(self.level, &mut sums, above, row, below);
        take_back_edge_columns(&mut sums, above, row, below, self.width);
        let mut steps = 0;
        for (unit, sums) in self.units.iter_mut().zip(sums) {
            let sums = part(sums);
            steps += sums.dy_abs;
            *unit += sums;
        }
        self.next_row(steps);
    }

    /// After a row with the sum of its steps downwards.
    fn next_row(&mut self, dy_abs: i64) {
        if self.seen % 8 == 7 {
            self.dy_abs_border += dy_abs;
        }
        let tile_row = self.tile_row(self.seen);
        self.seen += 1;
        self.pending_rows += 1;
        if self.seen >= self.height || self.tile_row(self.seen) != tile_row {
            self.fold(tile_row);
        }
    }

    fn tile_row(&self, y: usize) -> usize {
        let units = stencil::units(self.height);
        (y / UNIT).min(units - 1) * self.rows / units
    }

    /// Moves the sums of the pending rows into a row of tiles.
    fn fold(&mut self, tile_row: usize) {
        let units = self.units.len();
        for unit in 0..units {
            let unit_columns = if unit + 1 == units { self.width - unit * UNIT } else { UNIT };
            let tile = &mut self.tiles[tile_row * self.columns + unit * self.columns / units];
            tile.sums += std::mem::take(&mut self.units[unit]);
            tile.pixels += (unit_columns * self.pending_rows) as u64;
        }
        self.pending_rows = 0;
    }

    /// The sums of all rows, which may be fewer than the picture should have.
    pub fn finish(mut self) -> Sharpness {
        if self.pending_rows > 0 {
            self.fold(self.tile_row(self.seen - 1));
        }
        let mut total = StencilSums::default();
        for tile in &self.tiles {
            total += tile.sums;
        }
        Sharpness {
            size: (self.width, self.seen),
            total,
            dy_abs_border: self.dy_abs_border,
            columns: self.columns,
            rows: self.rows,
            tiles: self.tiles,
        }
    }
}

/// The last column's step leads to its mirror image, which is no step of the picture; noise is taken of the interior only.
fn take_back_edge_columns(sums: &mut [StencilSums], above: &[u8], row: &[u8], below: &[u8], width: usize) {
    let step = i64::from(row[width + 1]) - i64::from(row[width]);
    if let Some(first) = sums.first_mut() {
        first.noise_abs -= stencil::noise_at(above, row, below, 0);
    }
    if let Some(last) = sums.last_mut() {
        if width > 1 {
            last.noise_abs -= stencil::noise_at(above, row, below, width - 1);
        }
        last.dx_abs -= step.abs();
        last.dx_squared -= step * step;
        if width.is_multiple_of(8) {
            last.dx_abs_border -= step.abs();
        }
    }
}

impl Tile {
    fn laplacian_variance(&self) -> f64 {
        variance(self.sums.laplacian, self.sums.laplacian_squared, self.pixels)
    }

    /// Sharpness less what noise explains; None without texture.
    fn sharpness(&self, sigma: f64) -> Option<f64> {
        self.has_texture(sigma).then(|| (self.laplacian_variance() - LAPLACIAN_ENERGY * sigma * sigma).max(0.0))
    }

    /// Mean squared gradient less what noise explains; None without texture.
    fn tenengrad(&self, sigma: f64) -> Option<f64> {
        let gradient = self.sums.sobel_squared as f64 / self.pixels.max(1) as f64;
        self.has_texture(sigma).then(|| (gradient - SOBEL_ENERGY * sigma * sigma).max(0.0))
    }

    fn has_texture(&self, sigma: f64) -> bool {
        if self.pixels == 0 {
            return false;
        }
        let gradient = (self.sums.dx_squared + self.sums.dy_squared) as f64 / (2.0 * self.pixels as f64);
        let noise_gradient = 2.0 * sigma * sigma;
        gradient >= NOISE_MARGIN * noise_gradient + GRADIENT_FLOOR
    }
}

/// Population variance from integer sums, exact up to the last division.
fn variance(sum: i64, squared: i64, count: u64) -> f64 {
    if count == 0 {
        return 0.0;
    }
    let (sum, squared, n) = (i128::from(sum), i128::from(squared), i128::from(count));
    (n * squared - sum * sum) as f64 / (count as f64 * count as f64)
}

impl Sharpness {
    /// Variance of the Laplacian over the picture; None below 3 x 3 pixels.
    pub fn laplacian_variance(&self) -> Option<f64> {
        let (width, height) = self.size;
        (width >= 3 && height >= 3).then(|| variance(self.total.laplacian, self.total.laplacian_squared, (width * height) as u64))
    }

    /// Mean squared Sobel gradient (Tenengrad); None below 3 x 3 pixels.
    pub fn tenengrad(&self) -> Option<f64> {
        let (width, height) = self.size;
        (width >= 3 && height >= 3).then(|| self.total.sobel_squared as f64 / (width * height) as f64)
    }

    /// Noise by Immerkær 1996, in levels; None below 3 x 3 pixels.
    pub fn immerkaer(&self) -> Option<f64> {
        let (width, height) = self.size;
        let interior = (width.checked_sub(2)? * height.checked_sub(2)?) as f64;
        (interior > 0.0).then(|| (std::f64::consts::PI / 2.0).sqrt() * self.total.noise_abs as f64 / (6.0 * interior))
    }

    /// Whether the picture is large enough for tiles.
    pub fn has_tiles(&self) -> bool {
        self.size.0.min(self.size.1) >= EDGE_MIN
    }

    /// Sharpness per tile as stored, less what noise of `sigma` levels explains.
    pub fn focus_map(&self, sigma: f64) -> FocusMap {
        let map = |of: fn(&Tile, f64) -> Option<f64>| {
            let tile = |tile: &Tile| if self.has_tiles() { of(tile, sigma).map(|value| value as f32) } else { None };
            self.tiles.iter().map(tile).collect()
        };
        FocusMap {
            columns: self.columns as u16,
            rows: self.rows as u16,
            tiles: map(Tile::sharpness),
            tenengrad: map(Tile::tenengrad),
        }
    }

    /// Peak sharpness; None without a textured tile.
    pub fn peak(&self, sigma: f64) -> Option<Peak> {
        let mut tiles: Vec<f64> = self.tiles.iter().filter_map(|tile| tile.sharpness(sigma)).collect();
        if tiles.is_empty() || !self.has_tiles() {
            return None;
        }
        tiles.sort_by(f64::total_cmp);
        let peak = percentile(&tiles, 0.95);
        let sharp = tiles.iter().filter(|&&tile| tile >= peak / 2.0).count();
        Some(Peak { peak, share: 100.0 * sharp as f64 / tiles.len() as f64 })
    }
}

/// Linear between the two nearest ranks, as NumPy's default. `sorted` has at least one value.
fn percentile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (lower, part) = (place.floor() as usize, place.fract());
    let upper = (lower + 1).min(sorted.len() - 1);
    sorted[lower] + (sorted[upper] - sorted[lower]) * part
}
