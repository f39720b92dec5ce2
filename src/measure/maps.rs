//! Maps turned the way people see the picture.

use crate::raster::Orientation;

use super::{ClippingMap, ErrorLevelMap, FocusMap};

impl FocusMap {
    /// As seen, from as stored.
    #[must_use]
    pub fn turned(&self, orientation: Orientation) -> Self {
        let (grid, columns, rows) = seen(orientation, self.columns, self.rows);
        Self {
            columns,
            rows,
            tiles: orientation.turn(&self.tiles, grid, 1),
            tenengrad: orientation.turn(&self.tenengrad, grid, 1),
        }
    }
}

impl ErrorLevelMap {
    /// As seen, from as stored.
    #[must_use]
    pub fn turned(&self, orientation: Orientation) -> Self {
        let (grid, columns, rows) = seen(orientation, self.columns, self.rows);
        Self { columns, rows, cells: orientation.turn(&self.cells, grid, 1) }
    }
}

impl ClippingMap {
    /// As seen, from as stored.
    #[must_use]
    pub fn turned(&self, orientation: Orientation) -> Self {
        let (grid, columns, rows) = seen(orientation, self.columns, self.rows);
        Self { columns, rows, burnt: orientation.turn(&self.burnt, grid, 1), lost: orientation.turn(&self.lost, grid, 1) }
    }
}

/// The stored grid, and columns and rows as seen.
fn seen(orientation: Orientation, columns: u16, rows: u16) -> ((u32, u32), u16, u16) {
    let (across, down) = if orientation.swaps_axes() { (rows, columns) } else { (columns, rows) };
    ((u32::from(columns), u32::from(rows)), across, down)
}
