//! A walk over the chunks of a PNG (W3C PNG 3rd edition, 5): every length and checksum, and decodes nothing.

use std::ops::Range;

use crate::ingest::{IngestError, Limits};

use super::texts::Texts;

const SIGNATURE_BYTES: usize = 8;
/// Length, type and checksum around a chunk's data.
const FRAME_BYTES: usize = 12;

/// The header chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ihdr {
    pub width: u32,
    pub height: u32,
    /// Bits a sample (or palette index): 1, 2, 4, 8 or 16.
    pub depth: u8,
    /// 0 grey, 2 colour, 3 palette, 4 grey with alpha, 6 colour with alpha.
    pub color: u8,
    pub interlaced: bool,
}

/// What the walk saw.
#[derive(Debug)]
pub struct Walk<'a> {
    pub ihdr: Ihdr,
    /// Stretches of the file the decoder needs, from the signature to the last sound data chunk.
    pub stretches: Vec<Range<usize>>,
    pub has_transparency: bool,
    /// Frames an animation (APNG) says it has; its still picture is read.
    pub frames: Option<u32>,
    pub srgb: bool,
    pub gamma: Option<u32>,
    pub exif: Option<&'a [u8]>,
    pub has_profile: bool,
    /// Of sound text chunks.
    pub texts: Texts,
    /// Pixels per meter across and down.
    pub density: Option<(u32, u32)>,
    /// Of all sound data chunks.
    pub data_bytes: u64,
    /// Whether the end chunk was reached.
    pub reached_end: bool,
    pub trailing_bytes: u64,
    /// A checksum or the order of chunks does not hold.
    pub damaged: bool,
    /// A data chunk's checksum does not hold: nothing from there on can be used.
    pub data_damaged: bool,
    metadata_bytes: u64,
    /// Whether the chunk before was picture data.
    in_data: bool,
}

struct Chunk<'a> {
    kind: [u8; 4],
    data: &'a [u8],
    /// Where length, type, data and checksum are stored.
    whole: Range<usize>,
    sound: bool,
}

/// Walks a file that begins with the signature.
///
/// # Errors
/// A broken header or palette, and what the limits forbid. A file that breaks off later gives what was seen.
pub fn walk<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Walk<'a>, IngestError> {
    let first = chunk_at(bytes, SIGNATURE_BYTES)?.ok_or(IngestError::Truncated)?;
    let mut at = first.whole.end;
    let mut walk = Walk::start(&first, limits)?;
    loop {
        match chunk_at(bytes, at) {
            Ok(Some(chunk)) => {
                at = chunk.whole.end;
                if chunk.kind == *b"IEND" {
                    walk.damaged |= !chunk.sound;
                    walk.reached_end = true;
                    walk.trailing_bytes = (bytes.len() - at) as u64;
                    return Ok(walk);
                }
                walk.chunk(bytes, &chunk, limits)?;
            }
            Ok(None) => {
                walk.cut_data(bytes, at);
                return Ok(walk);
            }
            Err(_) => {
                walk.damaged = true;
                return Ok(walk);
            }
        }
    }
}

/// The chunk that begins at `at`; None if the file ends inside it.
fn chunk_at(bytes: &[u8], at: usize) -> Result<Option<Chunk<'_>>, IngestError> {
    let rest = bytes.get(at..).unwrap_or_default();
    let Some((head, _)) = rest.split_first_chunk::<8>() else { return Ok(None) };
    let [l3, l2, l1, l0, kind @ ..] = *head;
    let length = u32::from_be_bytes([l3, l2, l1, l0]);
    if length > i32::MAX as u32 || !kind.iter().all(u8::is_ascii_alphabetic) {
        return Err(IngestError::Damaged { what: "a chunk of it has an impossible length or type" });
    }
    let Some(whole) = rest.get(..length as usize + FRAME_BYTES) else { return Ok(None) };
    let Some((covered, checksum)) = whole[4..].split_last_chunk::<4>() else { return Ok(None) };
    let sound = crc32fast::hash(covered) == u32::from_be_bytes(*checksum);
    Ok(Some(Chunk { kind, data: &covered[4..], whole: at..at + whole.len(), sound }))
}

impl<'a> Walk<'a> {
    fn start(first: &Chunk<'a>, limits: &Limits) -> Result<Self, IngestError> {
        if first.kind != *b"IHDR" || !first.sound {
            return Err(IngestError::Damaged { what: "its header chunk is missing or broken" });
        }
        let mut walk = Self {
            ihdr: Ihdr::parse(first.data, limits)?,
            stretches: std::iter::once(0..SIGNATURE_BYTES).collect(),
            has_transparency: false,
            frames: None,
            srgb: false,
            gamma: None,
            exif: None,
            has_profile: false,
            texts: Texts::default(),
            density: None,
            data_bytes: 0,
            reached_end: false,
            trailing_bytes: 0,
            damaged: false,
            data_damaged: false,
            metadata_bytes: 0,
            in_data: false,
        };
        walk.keep(&first.whole);
        Ok(walk)
    }

    fn chunk(&mut self, bytes: &[u8], chunk: &Chunk<'a>, limits: &Limits) -> Result<(), IngestError> {
        let was_in_data = std::mem::replace(&mut self.in_data, chunk.kind == *b"IDAT");
        self.damaged |= !chunk.sound;
        match &chunk.kind {
            b"IDAT" => {
                // data after a gap is no part of the picture (5.6)
                let gap = self.data_bytes > 0 && !was_in_data;
                self.data_damaged |= !chunk.sound;
                self.damaged |= gap;
                if !self.data_damaged && !gap {
                    self.data_bytes += chunk.data.len() as u64;
                    self.keep(&chunk.whole);
                }
            }
            b"PLTE" if !chunk.sound => return Err(IngestError::Damaged { what: "the checksum of its palette does not hold" }),
            b"PLTE" => self.keep(&chunk.whole),
            b"IHDR" => self.damaged = true,
            // frames of an animation, which are not read
            b"fdAT" | b"fcTL" => {}
            b"acTL" => self.frames = Some(chunk.data.first_chunk().map_or(1, |count| u32::from_be_bytes(*count))),
            _ => {
                self.metadata_bytes += chunk.data.len() as u64;
                limits.check_metadata(self.metadata_bytes)?;
                if chunk.sound {
                    self.ancillary(bytes, chunk, limits)?;
                }
            }
        }
        Ok(())
    }

    fn ancillary(&mut self, bytes: &[u8], chunk: &Chunk<'a>, limits: &Limits) -> Result<(), IngestError> {
        match &chunk.kind {
            b"tRNS" if self.data_bytes == 0 => {
                self.has_transparency = true;
                self.keep(&chunk.whole);
            }
            b"iCCP" if self.data_bytes == 0 && !self.has_profile => {
                limits.check_icc(chunk.data.len() as u64)?;
                self.has_profile = true;
                self.keep(&chunk.whole);
            }
            b"sRGB" => self.srgb = true,
            b"gAMA" => self.gamma = chunk.data.try_into().ok().map(u32::from_be_bytes),
            b"eXIf" => self.exif = self.exif.or(Some(chunk.data)),
            b"tEXt" | b"zTXt" | b"iTXt" => {
                self.texts.take(chunk.kind, chunk.data, bytes.get(chunk.whole.clone()).unwrap_or_default());
            }
            b"pHYs" => {
                if let &[x3, x2, x1, x0, y3, y2, y1, y0, 1] = chunk.data {
                    self.density = Some((u32::from_be_bytes([x3, x2, x1, x0]), u32::from_be_bytes([y3, y2, y1, y0])));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Keeps the part of a data chunk that is there, when the file ends inside it.
    fn cut_data(&mut self, bytes: &[u8], at: usize) {
        let is_data = bytes.get(at + 4..at + 8) == Some(b"IDAT");
        if is_data && !self.data_damaged && (self.data_bytes == 0 || self.in_data) {
            self.data_bytes += (bytes.len() - at - 8) as u64;
            self.keep(&(at..bytes.len()));
        }
    }

    /// Adds a stretch for the decoder, joined to the one before where they touch: a file may have millions of tiny chunks.
    fn keep(&mut self, stretch: &Range<usize>) {
        match self.stretches.last_mut() {
            Some(last) if last.end == stretch.start => last.end = stretch.end,
            _ => self.stretches.push(stretch.clone()),
        }
    }
}

impl Ihdr {
    fn parse(data: &[u8], limits: &Limits) -> Result<Self, IngestError> {
        let &[w3, w2, w1, w0, h3, h2, h1, h0, depth, color, 0, 0, interlace @ (0 | 1)] = data else {
            return Err(IngestError::Damaged { what: "its header chunk has impossible values" });
        };
        let (width, height) = (u32::from_be_bytes([w3, w2, w1, w0]), u32::from_be_bytes([h3, h2, h1, h0]));
        limits.check_size(width, height)?;
        match (color, depth) {
            (0, 1 | 2 | 4 | 8 | 16) | (3, 1 | 2 | 4 | 8) | (2 | 4 | 6, 8 | 16) => {}
            _ => return Err(IngestError::Damaged { what: "its header chunk has an impossible colour type" }),
        }
        Ok(Self { width, height, depth, color, interlaced: interlace == 1 })
    }

    /// Samples a pixel as stored.
    pub fn samples(&self) -> u64 {
        match self.color {
            2 => 3,
            4 => 2,
            6 => 4,
            _ => 1,
        }
    }

    /// The fewest bytes the picture has before compression: without the filter bytes.
    pub fn raw_bytes_min(&self) -> u64 {
        u64::from(self.height) * (u64::from(self.width) * self.samples() * u64::from(self.depth)).div_ceil(8)
    }
}
