//! A walk over the chunks of a WebP (RFC 9649, 2): every length, and decodes nothing.

use crate::ingest::{IngestError, Limits};

use super::frame::Frame;

/// `RIFF`, the length and `WEBP`.
const HEADER_BYTES: usize = 12;
/// Place, size, duration and flags before a frame's own chunks.
const FRAME_HEADER_BYTES: usize = 16;

/// What the walk saw.
#[derive(Debug, Default)]
pub struct Walk<'a> {
    /// Columns and rows.
    pub canvas: (u32, u32),
    /// The first picture.
    pub first: Option<Frame<'a>>,
    /// Frames of an animation.
    pub frames: u32,
    pub animated: bool,
    pub exif: Option<&'a [u8]>,
    pub icc: Option<&'a [u8]>,
    pub xmp: Option<&'a [u8]>,
    /// Whether all bytes the header promises are there.
    pub reached_end: bool,
    pub trailing_bytes: u64,
    /// Chunks do not fit each other.
    pub damaged: bool,
    metadata_bytes: u64,
    /// An alpha plane that waits for its picture.
    alpha: Option<&'a [u8]>,
    extended: bool,
}

/// A chunk; its data is short if the file ends inside it.
struct Chunk<'a> {
    kind: [u8; 4],
    data: &'a [u8],
    next: usize,
}

/// Walks a file that begins with `RIFF....WEBP`.
///
/// # Errors
/// A broken picture header, and what the limits forbid. A file that breaks off later gives what was seen.
pub fn walk<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Walk<'a>, IngestError> {
    let promised = le_u32(bytes, 4).ok_or(IngestError::Truncated)? as usize + 8;
    let (body, trailing) = bytes.split_at(promised.min(bytes.len()));
    let mut walk = Walk { reached_end: promised <= bytes.len(), trailing_bytes: trailing.len() as u64, ..Walk::default() };
    let mut at = HEADER_BYTES;
    while let Some(chunk) = chunk_at(body, at) {
        walk.chunk(&chunk, limits)?;
        at = chunk.next;
    }
    // a last chunk that is longer than the file says it is; a missing pad byte at the very end is common
    walk.damaged |= walk.reached_end && (at > body.len() + 1 || at < body.len());
    if walk.animated && walk.frames == 0 && walk.reached_end {
        walk.damaged = true;
    }
    Ok(walk)
}

/// The chunk that begins at `at`; None at the end, or if not even its head is there.
fn chunk_at(bytes: &[u8], at: usize) -> Option<Chunk<'_>> {
    let rest = bytes.get(at..)?;
    let (kind, _) = rest.split_first_chunk::<4>()?;
    let length = le_u32(rest, 4)? as usize;
    let data = rest.get(8..)?;
    Some(Chunk { kind: *kind, data: &data[..length.min(data.len())], next: at + 8 + length.next_multiple_of(2) })
}

impl<'a> Walk<'a> {
    fn chunk(&mut self, chunk: &Chunk<'a>, limits: &Limits) -> Result<(), IngestError> {
        match &chunk.kind {
            b"VP8X" if !self.extended && self.first.is_none() => self.extend(chunk.data, limits)?,
            b"ALPH" if !self.animated => self.alpha = self.alpha.or(Some(chunk.data)),
            b"VP8 " if !self.animated && self.first.is_none() => {
                self.still(Frame::lossy(chunk.data, self.alpha.filter(|_| self.extended))?, limits)?;
            }
            b"VP8L" if !self.animated && self.first.is_none() => self.still(Frame::lossless(chunk.data)?, limits)?,
            b"ANMF" if self.animated => {
                self.frames = self.frames.saturating_add(1);
                if self.first.is_none() {
                    self.first = self.frame(chunk.data)?;
                }
            }
            b"ANIM" if self.animated => {}
            b"VP8X" | b"VP8 " | b"VP8L" | b"ALPH" | b"ANMF" => self.damaged = true,
            kind => self.metadata(kind, chunk.data, limits)?,
        }
        Ok(())
    }

    fn extend(&mut self, data: &[u8], limits: &Limits) -> Result<(), IngestError> {
        let Some(&[flags, _, _, _, w0, w1, w2, h0, h1, h2]) = data.first_chunk::<10>() else {
            return Err(IngestError::Truncated);
        };
        self.extended = true;
        self.animated = flags & 0x02 != 0;
        self.canvas = (u32::from_le_bytes([w0, w1, w2, 0]) + 1, u32::from_le_bytes([h0, h1, h2, 0]) + 1);
        limits.check_size(self.canvas.0, self.canvas.1)
    }

    /// Takes the only picture of a file that is no animation.
    fn still(&mut self, frame: Frame<'a>, limits: &Limits) -> Result<(), IngestError> {
        limits.check_size(frame.size.0, frame.size.1)?;
        if self.extended && frame.size != self.canvas {
            return Err(IngestError::Damaged { what: "its headers name two sizes" });
        }
        self.canvas = frame.size;
        self.first = Some(frame);
        Ok(())
    }

    /// The picture of a frame of an animation; None if the file ends before it.
    fn frame(&self, data: &'a [u8]) -> Result<Option<Frame<'a>>, IngestError> {
        let Some(&[x0, x1, x2, y0, y1, y2, w0, w1, w2, h0, h1, h2, ..]) = data.first_chunk::<FRAME_HEADER_BYTES>() else {
            return Ok(None);
        };
        let at = (u32::from_le_bytes([x0, x1, x2, 0]) * 2, u32::from_le_bytes([y0, y1, y2, 0]) * 2);
        let size = (u32::from_le_bytes([w0, w1, w2, 0]) + 1, u32::from_le_bytes([h0, h1, h2, 0]) + 1);
        let (mut alpha, mut next) = (None, FRAME_HEADER_BYTES);
        while let Some(chunk) = chunk_at(data, next) {
            next = chunk.next;
            let frame = match &chunk.kind {
                b"ALPH" => {
                    alpha = alpha.or(Some(chunk.data));
                    continue;
                }
                b"VP8 " => Frame::lossy(chunk.data, alpha)?,
                b"VP8L" => Frame::lossless(chunk.data)?,
                _ => continue,
            };
            let frame = Frame { at, ..frame };
            if frame.size != size || size.0 == 0 || size.1 == 0 || !frame.fits(self.canvas) {
                return Err(IngestError::Damaged { what: "its first frame does not lie on its canvas" });
            }
            return Ok(Some(frame));
        }
        Ok(None)
    }

    fn metadata(&mut self, kind: &[u8; 4], data: &'a [u8], limits: &Limits) -> Result<(), IngestError> {
        self.metadata_bytes += data.len() as u64;
        limits.check_metadata(self.metadata_bytes)?;
        match kind {
            b"ICCP" => {
                limits.check_icc(data.len() as u64)?;
                self.icc = self.icc.or(Some(data));
            }
            b"EXIF" => self.exif = self.exif.or(Some(data)),
            b"XMP " => self.xmp = self.xmp.or(Some(data)),
            _ => {}
        }
        Ok(())
    }
}

fn le_u32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}
