//! How much each area would change if the picture were saved as JPEG of quality 90 once more.
//!
//! A map of cells like the focus map's: units of 64 px, at most 32 a side. It shows where the file reacts differently to saving
//! again and proves nothing: texture, contrast, sharpening and earlier saves all move it. Blocks that are not whole, at the
//! right and lower edge, are left out.

use super::kernels::Level;
use super::kernels::error_level::{self, BLOCK, Errors, GROUP, LANES, Steps};
use super::kernels::stencil::{self, UNIT};
use super::sharpness::TILES_MAX;
use super::{ErrorLevelMap, FocusMap, jpeg};

/// The quality of the imagined save, IJG scale.
const QUALITY: u8 = 90;
/// The kernel counts quarters of a squared level, over the 64 samples of a block.
const SCALE: f64 = 4.0 * (BLOCK * BLOCK) as f64;
/// Fewer textured cells have no spread.
const CELLS_MIN: usize = 8;

/// Gathers rows of blocks while rows pass.
#[derive(Debug)]
pub struct ErrorLevelScan {
    level: Level,
    steps: Steps,
    width: usize,
    height: usize,
    columns: usize,
    rows: usize,
    /// Eight rows, each as long as whole groups of blocks need.
    band: Vec<u8>,
    seen: usize,
    errors: Vec<Errors>,
    cells: Vec<Cell>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    sum: u64,
    blocks: u64,
}

/// What was found, as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct ErrorLevel {
    /// Root of the mean squared error over the picture, in levels; None without a whole block.
    pub mean: Option<f64>,
    /// Per cell.
    pub map: ErrorLevelMap,
}

impl ErrorLevelScan {
    /// For a picture of this size as stored.
    pub fn new(level: Level, width: usize, height: usize) -> Self {
        let (columns, rows) = (stencil::units(width).min(TILES_MAX), stencil::units(height).min(TILES_MAX));
        let groups = width.div_ceil(GROUP);
        Self {
            level,
            steps: Steps::new(&jpeg::ijg_luma(QUALITY)),
            width,
            height,
            columns,
            rows,
            band: vec![0; BLOCK * groups * GROUP],
            seen: 0,
            errors: vec![Errors::default(); groups],
            cells: vec![Cell::default(); columns * rows],
        }
    }

    /// Takes the next row of luma.
    pub fn add(&mut self, luma: &[u8]) {
        let stride = self.errors.len() * GROUP;
        let row = self.seen % BLOCK;
        self.band[row * stride..][..luma.len()].copy_from_slice(luma);
        self.seen += 1;
        if row + 1 == BLOCK {
            self.fold(stride);
        }
    }

    /// Adds a whole row of blocks to its cells.
    fn fold(&mut self, stride: usize) {
        let rows = std::array::from_fn(|row| &self.band[row * stride..][..stride]);
        error_level::errors(self.level, rows, &self.steps, &mut self.errors);
        let across = stencil::units(self.width);
        let down = stencil::units(self.height);
        let first = ((self.seen - 1) / UNIT).min(down - 1) * self.rows / down * self.columns;
        let blocks = &self.errors.as_flattened()[..self.width / BLOCK];
        for (unit, blocks) in blocks.chunks(LANES).enumerate() {
            let cell = &mut self.cells[first + unit.min(across - 1) * self.columns / across];
            cell.sum += blocks.iter().map(|&error| u64::from(error)).sum::<u64>();
            cell.blocks += blocks.len() as u64;
        }
    }

    /// The errors of all whole rows of blocks.
    pub fn finish(self) -> ErrorLevel {
        let (sum, blocks) = self.cells.iter().fold((0, 0), |(sum, blocks), cell| (sum + cell.sum, blocks + cell.blocks));
        let cells = self.cells.iter().map(|cell| cell.root().map(|root| root as f32)).collect();
        ErrorLevel {
            mean: Cell { sum, blocks }.root(),
            map: ErrorLevelMap { columns: self.columns as u16, rows: self.rows as u16, cells },
        }
    }
}

impl Cell {
    fn root(self) -> Option<f64> {
        (self.blocks > 0).then(|| (self.sum as f64 / (SCALE * self.blocks as f64)).sqrt())
    }
}

impl ErrorLevel {
    /// 95th percentile over median of the cells that have texture in `focus`; None where they are few or the median is 0.
    pub fn spread(&self, focus: &FocusMap) -> Option<f64> {
        let textured = |(cell, focus): (&Option<f32>, &Option<f32>)| focus.and(*cell);
        let mut cells: Vec<f32> = self.map.cells.iter().zip(&focus.tiles).filter_map(textured).collect();
        cells.sort_by(f32::total_cmp);
        let rank = |percent: usize| cells.get((cells.len().saturating_sub(1) * percent + 50) / 100).map(|&cell| f64::from(cell));
        let (median, high) = (rank(50)?, rank(95)?);
        (cells.len() >= CELLS_MIN && median > 0.0).then(|| high / median)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::tests::synthetic::Noise;

    fn found(width: usize, height: usize, rows: usize, mut level: impl FnMut(usize, usize) -> u8) -> ErrorLevel {
        let mut scan = ErrorLevelScan::new(Level::new(), width, height);
        for y in 0..rows {
            let row: Vec<u8> = (0..width).map(|x| level(x, y)).collect();
            scan.add(&row);
        }
        scan.finish()
    }

    #[test]
    fn noise_changes_by_its_rounding_and_flat_ground_hardly() {
        let mut noise = Noise::new(1);
        let mut map = found(256, 192, 192, |x, _| if x < 128 { 128 } else { noise.byte() });
        assert_eq!((map.map.columns, map.map.rows), (4, 3));
        let noisy = map.map.cells.split_off(2)[0].unwrap();
        assert!(map.map.cells.iter().all(|cell| *cell == Some(0.0)), "flat: {:?}", map.map.cells);
        // coefficients spread over many steps are off by the step over the root of 12
        let table = jpeg::ijg_luma(QUALITY);
        let truth = (table.iter().map(|&step| f64::from(step).powi(2) / 12.0).sum::<f64>() / 64.0).sqrt();
        assert!((f64::from(noisy) / truth - 1.0).abs() < 0.02, "{noisy} {truth}");
    }

    #[test]
    fn whole_blocks_count_and_missing_rows_do_not() {
        assert_eq!(found(7, 300, 300, |x, y| (x * y) as u8).mean, None);
        let half = found(200, 400, 131, |x, y| (x * 31 + y * y) as u8);
        assert!(half.mean.is_some());
        let known: Vec<bool> = half.map.cells.iter().map(Option::is_some).collect();
        assert_eq!(known, [vec![true; 6], vec![false; 12]].concat().as_slice()[..known.len()]);
    }

    #[test]
    fn spread_is_of_textured_cells() {
        let cells: Vec<Option<f32>> = (0..100).map(|i| Some(i as f32)).collect();
        let focus = |textured: usize| FocusMap {
            columns: 10,
            rows: 10,
            tiles: (0..100).map(|i| (i < textured).then_some(9.0)).collect(),
            tenengrad: vec![None; 100],
        };
        let level = ErrorLevel { mean: None, map: ErrorLevelMap { columns: 10, rows: 10, cells } };
        assert_eq!(level.spread(&focus(100)), Some(94.0 / 50.0));
        assert_eq!(level.spread(&focus(41)), Some(38.0 / 20.0));
        assert_eq!(level.spread(&focus(7)), None);
    }
}
