//! How the first picture of a TIFF is stored: samples, and the strips or tiles they stand in (TIFF 6.0, 3 to 8 and 15).

use crate::ingest::{IngestError, Limits};

use super::directory::{Directory, Entry, File};

const WIDTH: u16 = 256;
const HEIGHT: u16 = 257;
const BITS: u16 = 258;
const COMPRESSION: u16 = 259;
const PHOTOMETRIC: u16 = 262;
const FILL_ORDER: u16 = 266;
const STRIP_OFFSETS: u16 = 273;
const SAMPLES: u16 = 277;
const ROWS_PER_STRIP: u16 = 278;
const STRIP_BYTES: u16 = 279;
const PLANAR: u16 = 284;
const PREDICTOR: u16 = 317;
const COLOR_MAP: u16 = 320;
const TILE_WIDTH: u16 = 322;
const TILE_HEIGHT: u16 = 323;
const TILE_OFFSETS: u16 = 324;
const TILE_BYTES: u16 = 325;
const INK_SET: u16 = 332;
const EXTRA_SAMPLES: u16 = 338;
const SAMPLE_FORMAT: u16 = 339;
/// Samples a pixel, inks and masks included.
const SAMPLES_MAX: u64 = 16;

/// Columns and rows of the smallest tile there is (15); smaller ones would cost more to find than to read.
const TILE_MIN: u32 = 16;

/// What the samples mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// One sample; `inverted`: 0 is white.
    Grey { inverted: bool },
    /// Three samples.
    Rgb,
    /// One sample: the number of a colour.
    Palette(Vec<[u8; 3]>),
    /// Four samples.
    Cmyk,
}

/// How the picture is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    pub width: u32,
    pub height: u32,
    /// Bits a sample: 1, 2, 4, 8 or 16.
    pub bits: u8,
    /// Samples a pixel, extra ones included.
    pub samples: u16,
    pub meaning: Meaning,
    /// Index of the sample that says how opaque a pixel is.
    pub alpha: Option<u16>,
    /// As in the file; one we read.
    pub compression: u16,
    /// Whether samples are differences to the left.
    pub predicted: bool,
    /// Whether each sample of a pixel stands in chunks of its own.
    pub planar: bool,
    /// Columns and rows of a strip or tile.
    pub chunk: (u32, u32),
    offsets: Entry,
    lengths: Entry,
}

const fn damaged<T>(what: &'static str) -> Result<T, IngestError> {
    Err(IngestError::Damaged { what })
}

const fn unread<T>(coding: &'static str) -> Result<T, IngestError> {
    Err(IngestError::UnsupportedCoding { coding })
}

impl Layout {
    /// Reads and checks the directory of the picture.
    pub fn read(file: &File<'_>, directory: &Directory, limits: &Limits) -> Result<Self, IngestError> {
        let number = |tag| directory.number(file, tag);
        let (Some(width), Some(height)) = (number(WIDTH), number(HEIGHT)) else {
            return damaged("its first directory names no size");
        };
        let side = |side| u32::try_from(side).unwrap_or(u32::MAX);
        let (width, height) = (side(width), side(height));
        limits.check_size(width, height)?;
        let compression = compression(number(COMPRESSION).unwrap_or(1))?;
        let samples = number(SAMPLES).unwrap_or(1);
        if !(1..=SAMPLES_MAX).contains(&samples) {
            return damaged("its number of samples a pixel is impossible");
        }
        let bits = bits(file, directory, samples)?;
        let (meaning, base) = meaning(file, directory, bits)?;
        if u64::from(base) > samples {
            return damaged("it has fewer samples a pixel than its kind of picture needs");
        }
        if number(FILL_ORDER) == Some(2) {
            return unread("a TIFF with its bits in reversed order");
        }
        let predicted = match (number(PREDICTOR).unwrap_or(1), compression) {
            // only these two are ever predicted
            (1, _) | (_, 1 | 32_773) => false,
            (2, _) if bits >= 8 => true,
            (3, _) => return unread("a TIFF of floating-point samples"),
            _ => return unread("a TIFF with an odd predictor"),
        };
        let alpha = matches!(number(EXTRA_SAMPLES), Some(1 | 2)) && samples > u64::from(base);
        let (chunk, offsets, lengths) = chunks(file, directory, width, height)?;
        let layout = Self {
            width,
            height,
            bits,
            samples: samples as u16,
            meaning,
            alpha: alpha.then_some(base),
            compression,
            predicted,
            planar: number(PLANAR) == Some(2) && samples > 1,
            chunk,
            offsets,
            lengths,
        };
        if offsets.count < layout.chunks() || lengths.count < layout.chunks() {
            return damaged("it has fewer strips or tiles than its size needs");
        }
        Ok(layout)
    }

    /// Chunks across, and down.
    pub fn grid(&self) -> (u32, u32) {
        (self.width.div_ceil(self.chunk.0), self.height.div_ceil(self.chunk.1))
    }

    /// Planes that are stored apart.
    pub fn planes(&self) -> u16 {
        if self.planar { self.samples } else { 1 }
    }

    /// Samples of a pixel that stand in one chunk.
    pub fn chunk_samples(&self) -> u16 {
        if self.planar { 1 } else { self.samples }
    }

    /// Bytes of a row of a chunk, unpacked.
    pub fn row_bytes(&self) -> u64 {
        (u64::from(self.chunk.0) * u64::from(self.chunk_samples()) * u64::from(self.bits)).div_ceil(8)
    }

    fn chunks(&self) -> u64 {
        let (across, down) = self.grid();
        u64::from(across) * u64::from(down) * u64::from(self.planes())
    }

    /// Where a chunk is stored: start and length.
    pub fn place(&self, file: &File<'_>, index: u64) -> Option<(u64, u64)> {
        Some((file.value(&self.offsets, index)?, file.value(&self.lengths, index)?))
    }

    /// Whether every strip or tile is in the file.
    pub fn is_all_there(&self, file: &File<'_>) -> bool {
        let end = file.bytes.len() as u64;
        (0..self.chunks()).all(|index| {
            let place = self.place(file, index).and_then(|(start, length)| start.checked_add(length));
            place.is_some_and(|place| place <= end)
        })
    }
}

/// Where the strips or tiles of any directory are.
pub struct Places(Option<(Entry, Entry)>);

impl Places {
    /// Those a directory names.
    pub fn of(directory: &Directory) -> Self {
        let pair = |offsets, lengths| Some((*directory.find(offsets)?, *directory.find(lengths)?));
        Self(pair(STRIP_OFFSETS, STRIP_BYTES).or_else(|| pair(TILE_OFFSETS, TILE_BYTES)))
    }

    /// How many.
    pub fn count(&self) -> u64 {
        self.0.map_or(0, |(offsets, lengths)| offsets.count.min(lengths.count))
    }

    /// Whether the file holds all of them.
    pub fn are_all_in(&self, file: &File<'_>) -> bool {
        let Some((offsets, lengths)) = self.0 else { return true };
        (0..self.count()).all(|index| {
            let end =
                file.value(&offsets, index).zip(file.value(&lengths, index)).and_then(|(at, length)| at.checked_add(length));
            end.is_some_and(|end| end <= file.bytes.len() as u64)
        })
    }
}

fn compression(kind: u64) -> Result<u16, IngestError> {
    match kind {
        1 | 5 | 8 | 32_773 | 32_946 => Ok(kind as u16),
        2..=4 => unread("a TIFF with fax compression"),
        6 | 7 => unread("a TIFF with JPEG inside"),
        34_712 => unread("a TIFF with JPEG 2000 inside"),
        50_000 => unread("a TIFF with Zstandard compression"),
        50_001 => unread("a TIFF with WebP inside"),
        _ => unread("a TIFF with an uncommon compression"),
    }
}

/// Bits a sample, the same for all of them.
fn bits(file: &File<'_>, directory: &Directory, samples: u64) -> Result<u8, IngestError> {
    let all = |tag, default| {
        let Some(entry) = directory.find(tag) else { return vec![default] };
        (0..entry.count.min(samples)).map(|index| file.value(entry, index).unwrap_or(0)).collect::<Vec<u64>>()
    };
    let (bits, formats) = (all(BITS, 1), all(SAMPLE_FORMAT, 1));
    if formats.contains(&3) {
        return unread("a TIFF of floating-point samples");
    }
    if !formats.iter().all(|format| matches!(format, 1 | 4)) {
        return unread("a TIFF of signed samples");
    }
    match bits[..] {
        [first, ref rest @ ..] if rest.iter().all(|&bits| bits == first) => match first {
            1 | 2 | 4 | 8 | 16 => Ok(first as u8),
            17..=64 => unread("a TIFF with more than 16 bits per sample"),
            _ => unread("a TIFF with an odd number of bits per sample"),
        },
        _ => unread("a TIFF whose samples differ in their bits"),
    }
}

/// What the samples mean, and how many of a pixel's samples that takes.
fn meaning(file: &File<'_>, directory: &Directory, bits: u8) -> Result<(Meaning, u16), IngestError> {
    match directory.number(file, PHOTOMETRIC) {
        Some(kind @ (0 | 1)) => Ok((Meaning::Grey { inverted: kind == 0 }, 1)),
        Some(2) if bits >= 8 => Ok((Meaning::Rgb, 3)),
        Some(2) => unread("a TIFF with few bits per colour"),
        Some(3) if bits <= 8 => Ok((Meaning::Palette(palette(file, directory, bits)?), 1)),
        Some(5) if directory.number(file, INK_SET).unwrap_or(1) == 1 => Ok((Meaning::Cmyk, 4)),
        Some(5) => unread("a TIFF of special inks"),
        Some(6) => unread("a TIFF of YCbCr samples"),
        Some(8..=10) => unread("a TIFF of L*a*b* samples"),
        Some(_) => unread("a TIFF of an uncommon kind of samples"),
        None => damaged("it does not say what its samples mean"),
    }
}

/// All reds, all greens, all blues, in 16 bits each.
fn palette(file: &File<'_>, directory: &Directory, bits: u8) -> Result<Vec<[u8; 3]>, IngestError> {
    let colors = 1_u64 << bits;
    let map = directory.find(COLOR_MAP).filter(|map| map.count >= colors * 3);
    let levels: Option<Vec<u64>> = map.and_then(|map| (0..colors * 3).map(|index| file.value(map, index)).collect());
    let Some(levels) = levels else { return damaged("it has no palette") };
    // some writers put 8-bit levels there
    let shift = if levels.iter().all(|&level| level < 256) { 0 } else { 8 };
    let level = |index: u64| (levels[index as usize] >> shift) as u8;
    Ok((0..colors).map(|color| [level(color), level(colors + color), level(2 * colors + color)]).collect())
}

/// Size of a chunk, and the entries that say where chunks are and how long.
fn chunks(file: &File<'_>, directory: &Directory, width: u32, height: u32) -> Result<((u32, u32), Entry, Entry), IngestError> {
    let number = |tag| directory.number(file, tag).and_then(|side| u32::try_from(side).ok());
    let tiles = (directory.find(TILE_OFFSETS), directory.find(TILE_BYTES).or_else(|| directory.find(STRIP_BYTES)));
    if let (Some(offsets), Some(lengths)) = tiles {
        return match (number(TILE_WIDTH), number(TILE_HEIGHT)) {
            (Some(across @ TILE_MIN..=65_536), Some(down @ TILE_MIN..=65_536)) => Ok(((across, down), *offsets, *lengths)),
            _ => damaged("the size of its tiles is impossible"),
        };
    }
    let rows = number(ROWS_PER_STRIP).unwrap_or(u32::MAX).min(height);
    match (directory.find(STRIP_OFFSETS), directory.find(STRIP_BYTES)) {
        (Some(offsets), Some(lengths)) if rows > 0 => Ok(((width, rows), *offsets, *lengths)),
        _ => damaged("it does not say where its picture is"),
    }
}
