//! A bounded working copy: tiles of native samples for measurements that need more than a few rows of neighbors.
//!
//! At most 3 x 3 tiles of 512 x 512 coded luma, spread evenly, their corners on multiples of 16 so that the grid of JPEG blocks
//! is kept. Of each tile's chroma at most 256 x 256 samples are looked at, at the file's own chroma resolution. Tiles are handed on as
//! soon as they are whole, so at most three are held at a time: 768 KiB of luma and 384 KiB of chroma.

use crate::raster::{Plane, Stripe, StripePixels};

use super::flat_blocks::FlatBlocks;
use super::kernels::{Level, chroma};
use super::rows::Row;

/// A tile's side.
pub const TILE: usize = 512;
/// Most tiles a side.
const TILES_MAX: usize = 3;
/// Most chroma samples of a tile a side.
const CHROMA_MAX: usize = 256;
/// Corners lie on multiples of this: the largest unit of a JPEG with halved chroma.
const CORNER: usize = 16;

/// One tile. Smaller than 512 a side only where the picture is.
#[derive(Debug)]
pub struct Tile {
    /// Coded luma.
    pub luma: Plane<u8>,
    /// Blocks of Cb and Cr of a part of it; None for a grey picture.
    pub chroma: Option<[FlatBlocks; 2]>,
}

/// Copies tiles while rows pass.
#[derive(Debug)]
pub struct SampleScan {
    level: Level,
    tiles: Vec<Filling>,
    row: usize,
}

/// A tile while it fills.
#[derive(Debug)]
struct Filling {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
    luma: Vec<u8>,
    /// Columns and rows of chroma that are kept, known when the first comes.
    chroma_size: (usize, usize),
    chroma: [Vec<u8>; 2],
    /// What they told when they were all there.
    told: [Option<FlatBlocks>; 2],
}

/// Where tiles begin along an axis, and how long they are.
fn corners(length: usize) -> (Vec<usize>, usize) {
    let size = length.min(TILE);
    let count = (length / TILE).clamp(1, TILES_MAX);
    let spare = length - size;
    let corner = |index: usize| match count {
        1 => spare / 2,
        _ => spare * index / (count - 1),
    };
    ((0..count).map(|index| corner(index) / CORNER * CORNER).collect(), size)
}

impl SampleScan {
    /// For a picture of this size as stored.
    pub fn new(level: Level, width: usize, height: usize) -> Self {
        let ((lefts, width), (tops, height)) = (corners(width), corners(height));
        let filling = |left, top| Filling {
            left,
            top,
            width,
            height,
            luma: Vec::new(),
            chroma_size: (0, 0),
            chroma: [Vec::new(), Vec::new()],
            told: [None, None],
        };
        let tiles = tops.iter().flat_map(|&top| lefts.iter().map(move |&left| filling(left, top))).collect();
        Self { level, tiles, row: 0 }
    }

    /// Takes the chroma planes of a stripe, if it has them; called before the stripe's rows.
    pub fn add_chroma(&mut self, stripe: &Stripe<'_>) {
        let StripePixels::Ycc8 { cb, cr, horizontal, vertical, .. } = stripe.pixels else { return };
        for index in 0..cb.height() {
            let row = stripe.first_row / vertical + index;
            for tile in &mut self.tiles {
                let (left, top) = (tile.left / horizontal, tile.top / vertical);
                let (columns, rows) =
                    (tile.width.div_ceil(horizontal).min(CHROMA_MAX), tile.height.div_ceil(vertical).min(CHROMA_MAX));
                if (top..top + rows).contains(&row) {
                    tile.expect_chroma(columns, rows);
                    for (kept, plane) in tile.chroma.iter_mut().zip([cb, cr]) {
                        kept.extend_from_slice(&plane.row(index)[left..left + columns]);
                    }
                    tile.look_at_chroma(self.level);
                }
            }
        }
    }

    /// Takes the next row, and gives the tiles that are whole with it, from left to right. `planar` tells that its chroma came with
    /// the stripe. Tiles of which rows are missing never come.
    pub fn add(&mut self, row: &Row<'_>, planar: bool) -> Vec<Tile> {
        let y = self.row;
        self.row += 1;
        let mut whole = Vec::new();
        for tile in self.tiles.iter_mut().filter(|tile| (tile.top..tile.top + tile.height).contains(&y)) {
            if tile.luma.is_empty() {
                tile.luma.reserve_exact(tile.width * tile.height);
            }
            tile.luma.extend_from_slice(&row.luma[tile.left..tile.left + tile.width]);
            if let (Some(channels), false) = (row.channels, planar) {
                tile.add_channels(self.level, channels, y);
            }
            if y + 1 == tile.top + tile.height {
                whole.extend(tile.take());
            }
        }
        whole
    }
}

impl Filling {
    fn expect_chroma(&mut self, columns: usize, rows: usize) {
        if self.chroma_size == (0, 0) {
            self.chroma_size = (columns, rows);
            self.chroma.iter_mut().for_each(|plane| plane.reserve_exact(columns * rows));
        }
    }

    /// Makes chroma of R'G'B' for as many rows and columns as are kept.
    fn add_channels(&mut self, level: Level, channels: [&[u8]; 3], y: usize) {
        let (columns, rows) = (self.width.min(CHROMA_MAX), self.height.min(CHROMA_MAX));
        if y - self.top >= rows {
            return;
        }
        self.expect_chroma(columns, rows);
        let from = (y - self.top) * columns;
        let piece = self.left..self.left + columns;
        self.chroma.iter_mut().for_each(|plane| plane.resize(from + columns, 0));
        let [cb, cr] = &mut self.chroma;
        chroma::of_channels(level, &mut cb[from..], &mut cr[from..], channels.map(|channel| &channel[piece.clone()]));
        self.look_at_chroma(level);
    }

    /// Once it is all there, its samples make room.
    fn look_at_chroma(&mut self, level: Level) {
        let (columns, rows) = self.chroma_size;
        for (samples, told) in self.chroma.iter_mut().zip(&mut self.told) {
            if samples.len() == columns * rows {
                let plane = Plane::from_samples(std::mem::take(samples), columns, rows);
                *told = plane.map(|plane| FlatBlocks::of(level, plane.view()));
            }
        }
    }

    fn take(&mut self) -> Option<Tile> {
        let [cb, cr] = self.told.each_mut().map(Option::take);
        let luma = Plane::from_samples(std::mem::take(&mut self.luma), self.width, self.height)?;
        Some(Tile { luma, chroma: cb.zip(cr).map(|(cb, cr)| [cb, cr]) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raster::PlaneView;

    #[test]
    fn tiles_are_spread_evenly_and_keep_the_grid() {
        assert_eq!(corners(300), (vec![0], 300));
        assert_eq!(corners(512), (vec![0], 512));
        assert_eq!(corners(1000), (vec![240], 512));
        assert_eq!(corners(1224), (vec![0, 704], 512));
        assert_eq!(corners(4032), (vec![0, 1760, 3520], 512));
        for length in 1..4000 {
            let (corners, size) = corners(length);
            assert!(corners.windows(2).all(|pair| pair[0] + size <= pair[1]), "{length}: tiles overlap");
            assert!(corners.iter().all(|corner| corner % 16 == 0 && corner + size <= length));
        }
    }

    fn sample(width: usize, height: usize, rows: usize) -> Vec<Tile> {
        let mut scan = SampleScan::new(Level::new(), width, height);
        let mut tiles = Vec::new();
        for y in 0..rows {
            let luma: Vec<u8> = (0..width).map(|x| (x * 7 + y * 13) as u8).collect();
            if y % 2 == 0 {
                let chroma: Vec<u8> = (0..width.div_ceil(2)).map(|x| (x * 3 + y / 2 * 5) as u8).collect();
                let (y_view, view) = (
                    PlaneView::new(&luma, width, width, 1).unwrap(),
                    PlaneView::new(&chroma, chroma.len(), chroma.len(), 1).unwrap(),
                );
                let pixels = StripePixels::Ycc8 { y: y_view, cb: view, cr: view, horizontal: 2, vertical: 2 };
                scan.add_chroma(&Stripe { first_row: y, rows: 2, pixels });
            }
            tiles.extend(scan.add(&Row { luma: &luma, channels: Some([&luma; 3]), clip: [&luma; 3] }, true));
        }
        tiles
    }

    #[test]
    fn tiles_hold_the_samples_of_their_place() {
        let sample = sample(1600, 1100, 1100);
        assert_eq!(sample.len(), 6);
        let tile = &sample[4];
        let (left, top) = (544, 576);
        for (x, y) in [(0, 0), (511, 0), (3, 511), (200, 77)] {
            assert_eq!(tile.luma.row(y)[x], ((left + x) * 7 + (top + y) * 13) as u8);
        }
        let [cb, cr] = tile.chroma.as_ref().unwrap();
        let chroma = (0..256 * 256).map(|i| ((left / 2 + i % 256) * 3 + (top / 2 + i / 256) * 5) as u8).collect();
        let chroma = Plane::from_samples(chroma, 256, 256).unwrap();
        assert_eq!(*cb, FlatBlocks::of(Level::new(), chroma.view()));
        assert_eq!((cb, cb.seen), (cr, 64));
    }

    #[test]
    fn small_pictures_are_one_tile_and_missing_rows_make_none() {
        let small = sample(40, 30, 30);
        assert_eq!((small.len(), small[0].luma.width(), small[0].luma.height()), (1, 40, 30));
        assert_eq!(sample(1600, 1100, 700).len(), 3);
        assert!(sample(1600, 1100, 300).is_empty());
    }
}
