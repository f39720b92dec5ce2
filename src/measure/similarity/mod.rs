//! Perceptual hashes: whether two pictures are the same, re-encoded, or nearly so. Taken of the picture as seen, on its cells made
//! small, and part of the picture's content: partly a blur of it, they live and die with the report.

pub mod pdq;
pub mod phash;
pub mod pixels;

use serde::{Deserialize, Serialize};

use sha2::Sha256;

use super::cells::Cells;
use super::{FileFacts, Histogram};
use crate::raster::Orientation;
pub use pdq::{Pdq, PdqOfLuma};
pub use phash::Phash;
pub use pixels::PixelHash;

/// Long side of the picture hashes are taken from, as Meta's own hasher has it.
const LONG_EDGE: usize = 512;

/// All hashes of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureHashes {
    /// 128 bits, equal for equal pixels.
    pub pixels: PixelHash,
    /// 256 bits.
    pub pdq: Pdq,
    /// 0..=100; a flat picture has no structure to hash.
    pub pdq_quality: u8,
    /// 64 bits.
    pub phash: Phash,
    /// PDQ of the picture turned and mirrored in the other seven ways.
    pub turned: [Pdq; 7],
}

/// Hashes of cells turned upright; None below 5 cells a side.
pub fn hashes(cells: &Cells, file: &FileFacts, histogram: &Histogram) -> Option<PictureHashes> {
    let (pixels, (width, height)) = upright(cells, file.orientation);
    of_pixels(pixels::counted(file, histogram), &pixels, width, height)
}

/// PDQ with its turned forms, and pHash, of cells turned upright; None below 5 cells a side.
pub fn perceptual(cells: &Cells, orientation: Orientation) -> Option<(PdqOfLuma, Phash)> {
    let (pixels, (width, height)) = upright(cells, orientation);
    perceptual_of(&pixels, width, height)
}

/// Small pixels as seen, their columns and rows.
fn upright(cells: &Cells, orientation: Orientation) -> (Vec<[u8; 3]>, (usize, usize)) {
    let small = cells.reduced(LONG_EDGE);
    let stored = (small.columns as u32, small.rows as u32);
    let pixels = orientation.turn(small.rgb.as_chunks::<3>().0, stored, 1);
    let (width, height) = orientation.seen_size(stored);
    (pixels, (width as usize, height as usize))
}

/// Hashes of R'G'B' pixels, row by row, the pixel hash after what was counted before; None below 5 a side.
fn of_pixels(counted: Sha256, pixels: &[[u8; 3]], width: usize, height: usize) -> Option<PictureHashes> {
    let (pdq, phash) = perceptual_of(pixels, width, height)?;
    let [hash, turned @ ..] = pdq.dihedral();
    Some(PictureHashes { pixels: PixelHash::of(counted, pixels), pdq: hash, pdq_quality: pdq.quality, phash, turned })
}

fn perceptual_of(pixels: &[[u8; 3]], width: usize, height: usize) -> Option<(PdqOfLuma, Phash)> {
    let luma =
        |&[red, green, blue]: &[u8; 3]| (f64::from(red) * 0.299 + f64::from(green) * 0.587 + f64::from(blue) * 0.114) as f32;
    let pdq = pdq::of_luma(pixels.iter().map(luma).collect(), width, height)?;
    let grey: Vec<u8> = pixels.iter().map(|&pixel| phash::grey_of(pixel)).collect();
    Some((pdq, phash::of_grey(&grey, width, height)?))
}

#[cfg(test)]
mod tests;
