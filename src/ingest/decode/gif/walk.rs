//! A walk over the blocks of a GIF (GIF89a specification, 1990): every length, and decodes nothing.

use crate::ingest::{IngestError, Limits};

/// Signature, version and logical screen.
const SCREEN_BYTES: usize = 13;
/// Place, size and flags of a picture.
const DESCRIPTOR_BYTES: usize = 9;
/// An XMP packet is stored without lengths of blocks; this ends it so that others find the end (XMP specification, part 3).
const XMP_TRAILER_BYTES: usize = 258;
/// Comments looked at.
const COMMENTS_MAX: usize = 8;

/// The first picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Its left upper corner on the screen.
    pub at: (u32, u32),
    /// Columns and rows.
    pub size: (u32, u32),
    /// Red, green and blue of each colour.
    pub palette: &'a [u8],
    /// Number of the colour that is see-through.
    pub transparent: Option<u8>,
    pub interlaced: bool,
    /// Packed data: the code size, then blocks with their lengths, as far as they are there.
    pub data: &'a [u8],
    /// Bytes of data in the blocks.
    pub data_bytes: u64,
}

/// What the walk saw.
#[derive(Debug, Default)]
pub struct Walk<'a> {
    /// Columns and rows of the screen, widened to hold the first picture.
    pub screen: (u32, u32),
    pub first: Option<Frame<'a>>,
    /// Pictures in the file.
    pub frames: u32,
    pub icc: Option<Vec<u8>>,
    pub xmp: Option<Vec<u8>>,
    pub comments: Vec<Vec<u8>>,
    /// Whether the trailer was reached.
    pub reached_end: bool,
    pub trailing_bytes: u64,
    /// Bytes that are no block stand between blocks.
    pub damaged: bool,
    transparent: Option<u8>,
    metadata_bytes: u64,
}

/// What is left to walk.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    /// The next bytes; None if the file ends before.
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    /// The blocks up to the empty one: as stored, their data bytes, and whether the empty one is there.
    fn blocks(&mut self) -> (&'a [u8], u64, bool) {
        let (start, mut data_bytes) = (self.0, 0);
        let mut whole = false;
        while let Some(&[length]) = self.take(1).and_then(|bytes| bytes.first_chunk::<1>()) {
            if length == 0 {
                whole = true;
                break;
            }
            match self.take(length.into()) {
                Some(_) => data_bytes += u64::from(length),
                None => {
                    data_bytes += self.0.len() as u64;
                    self.0 = &[];
                    break;
                }
            }
        }
        (&start[..start.len() - self.0.len()], data_bytes, whole)
    }
}

/// Walks a file that begins with the signature.
///
/// # Errors
/// A broken screen, a picture without colours, and what the limits forbid. A file that breaks off later gives what was seen.
pub fn walk<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Walk<'a>, IngestError> {
    let mut rest = Rest(bytes);
    let screen = rest.take(SCREEN_BYTES).ok_or(IngestError::Truncated)?;
    let side = |at: usize| u32::from(u16::from_le_bytes([screen[at], screen[at + 1]]));
    let mut walk = Walk { screen: (side(6), side(8)), ..Walk::default() };
    let palette = palette(&mut rest, screen[10]).ok_or(IngestError::Truncated)?;
    while let Some(&[kind]) = rest.take(1).and_then(|bytes| bytes.first_chunk::<1>()) {
        let whole = match kind {
            0x3b => {
                walk.reached_end = true;
                walk.trailing_bytes = rest.0.len() as u64;
                break;
            }
            0x2c => walk.picture(&mut rest, palette, limits)?,
            0x21 => walk.extension(&mut rest, limits)?,
            // padding between blocks is met in the wild and means nothing
            0 => true,
            _ => {
                walk.damaged = true;
                break;
            }
        };
        if !whole {
            break;
        }
    }
    Ok(walk)
}

/// The palette that flags announce; empty if they announce none.
fn palette<'a>(rest: &mut Rest<'a>, flags: u8) -> Option<&'a [u8]> {
    if flags & 0x80 == 0 { Some(&[]) } else { rest.take(3 << ((flags & 7) + 1)) }
}

impl<'a> Walk<'a> {
    /// Takes a picture in; whether it is all there.
    fn picture(&mut self, rest: &mut Rest<'a>, global: &'a [u8], limits: &Limits) -> Result<bool, IngestError> {
        let transparent = self.transparent.take();
        let Some(&[x0, x1, y0, y1, w0, w1, h0, h1, flags]) = rest.take(DESCRIPTOR_BYTES).and_then(|bytes| bytes.first_chunk())
        else {
            return Ok(false);
        };
        let Some(local) = palette(rest, flags) else { return Ok(false) };
        let Some((&code_size, _)) = rest.0.split_first() else { return Ok(false) };
        let start = rest.0;
        rest.0 = &rest.0[1..];
        let (blocks, data_bytes, whole) = rest.blocks();
        self.frames = self.frames.saturating_add(1);
        if self.first.is_some() {
            return Ok(whole);
        }
        let side = |low, high| u32::from(u16::from_le_bytes([low, high]));
        let (at, size) = ((side(x0, x1), side(y0, y1)), (side(w0, w1), side(h0, h1)));
        limits.check_size(size.0, size.1)?;
        self.screen = (self.screen.0.max(at.0 + size.0), self.screen.1.max(at.1 + size.1));
        limits.check_size(self.screen.0, self.screen.1)?;
        let palette = if local.is_empty() { global } else { local };
        if palette.is_empty() {
            return Err(IngestError::Damaged { what: "it has no palette" });
        }
        if !(1..=11).contains(&code_size) {
            return Err(IngestError::Damaged { what: "the code size of its picture is impossible" });
        }
        let data = &start[..1 + blocks.len()];
        self.first = Some(Frame { at, size, palette, transparent, interlaced: flags & 0x40 != 0, data, data_bytes });
        Ok(whole)
    }

    /// Takes an extension in; whether it is all there.
    fn extension(&mut self, rest: &mut Rest<'a>, limits: &Limits) -> Result<bool, IngestError> {
        let Some(&[label]) = rest.take(1).and_then(|bytes| bytes.first_chunk::<1>()) else { return Ok(false) };
        let (blocks, data_bytes, whole) = rest.blocks();
        self.metadata_bytes += data_bytes;
        limits.check_metadata(self.metadata_bytes)?;
        match (label, blocks) {
            (0xf9, [4, flags, _, _, transparent, ..]) => self.transparent = (flags & 1 == 1).then_some(*transparent),
            (0xff, [11, rest @ ..]) => {
                if let Some(packet) = rest.strip_prefix(b"XMP DataXMP")
                    && self.xmp.is_none()
                {
                    self.xmp = Some(packet[..packet.len().saturating_sub(XMP_TRAILER_BYTES)].to_vec());
                }
                if let Some(profile) = rest.strip_prefix(b"ICCRGBG1012")
                    && self.icc.is_none()
                {
                    limits.check_icc(data_bytes)?;
                    self.icc = Some(joined(profile));
                }
            }
            (0xfe, comment) if self.comments.len() < COMMENTS_MAX => self.comments.push(joined(comment)),
            _ => {}
        }
        Ok(whole)
    }
}

/// The data of blocks, without their lengths.
fn joined(mut blocks: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    while let Some((&length, rest)) = blocks.split_first() {
        let Some((data, behind)) = rest.split_at_checked(length.into()) else { break };
        out.extend(data);
        blocks = behind;
    }
    out
}
