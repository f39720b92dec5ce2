//! One picture of a WebP: its coded data, and the smallest file that holds nothing else.

use crate::ingest::IngestError;
use crate::ingest::decode::pieces::Pieces;

/// Coded colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coded<'a> {
    /// A VP8 key frame.
    Lossy(&'a [u8]),
    /// VP8L.
    Lossless { bytes: &'a [u8], has_alpha: bool },
}

/// One picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Its left upper corner on the canvas.
    pub at: (u32, u32),
    /// Columns and rows, from the coded data.
    pub size: (u32, u32),
    /// The alpha plane beside lossy colour.
    pub alpha: Option<&'a [u8]>,
    pub coded: Coded<'a>,
}

impl<'a> Frame<'a> {
    /// Reads the header of a VP8 key frame (RFC 6386, 9.1).
    pub fn lossy(bytes: &'a [u8], alpha: Option<&'a [u8]>) -> Result<Self, IngestError> {
        let Some(&[tag, _, _, 0x9d, 0x01, 0x2a, w0, w1, h0, h1]) = bytes.first_chunk::<10>() else {
            return Err(IngestError::Damaged { what: "its picture data has no key frame header" });
        };
        if tag & 1 != 0 {
            return Err(IngestError::Damaged { what: "its picture is no key frame" });
        }
        let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
        Ok(Self { at: (0, 0), size: (side(w0, w1), side(h0, h1)), alpha, coded: Coded::Lossy(bytes) })
    }

    /// Reads the header of lossless data (RFC 9649, 3.4).
    pub fn lossless(bytes: &'a [u8]) -> Result<Self, IngestError> {
        let Some(&[0x2f, b0, b1, b2, b3]) = bytes.first_chunk::<5>() else {
            return Err(IngestError::Damaged { what: "its picture data has no lossless header" });
        };
        let bits = u32::from_le_bytes([b0, b1, b2, b3]);
        if bits >> 29 != 0 {
            return Err(IngestError::UnsupportedCoding { coding: "a newer kind of lossless WebP" });
        }
        let size = ((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1);
        let coded = Coded::Lossless { bytes, has_alpha: bits >> 28 & 1 == 1 };
        Ok(Self { at: (0, 0), size, alpha: None, coded })
    }

    /// Whether pixels say how opaque they are.
    pub fn has_alpha(&self) -> bool {
        match self.coded {
            Coded::Lossy(_) => self.alpha.is_some(),
            Coded::Lossless { has_alpha, .. } => has_alpha,
        }
    }

    /// Whether it fills the canvas.
    pub fn covers(&self, canvas: (u32, u32)) -> bool {
        self.at == (0, 0) && self.size == canvas
    }

    /// Whether it lies on the canvas.
    pub fn fits(&self, canvas: (u32, u32)) -> bool {
        let within = |at: u32, size: u32, most: u32| at.checked_add(size).is_some_and(|end| end <= most);
        within(self.at.0, self.size.0, canvas.0) && within(self.at.1, self.size.1, canvas.1)
    }

    /// A still file of its color alone. A lossless one says that it has alpha, whether it has or not: the decoder then gives its own
    /// four samples a pixel, and makes no second picture of three.
    pub fn color_file(&self) -> Pieces<'a> {
        match self.coded {
            Coded::Lossy(color) => file(b"VP8 ", |data| data.push(color)),
            Coded::Lossless { bytes, .. } => bare_lossless(bytes.get(HEADER_BYTES..).unwrap_or_default(), self.size),
        }
    }

    /// The colors of its decoded samples, `per_pixel` each, on a canvas that is black elsewhere.
    pub fn placed(&self, samples: &[u8], per_pixel: usize, canvas: (u32, u32)) -> Vec<u8> {
        let columns = canvas.0 as usize;
        let mut out = vec![0; columns * canvas.1 as usize * 3];
        for (row, line) in samples.chunks_exact(self.size.0 as usize * per_pixel).enumerate() {
            let start = ((self.at.1 as usize + row) * columns + self.at.0 as usize) * 3;
            for (to, from) in out[start..].as_chunks_mut::<3>().0.iter_mut().zip(line.chunks_exact(per_pixel)) {
                *to = [from[0], from[1], from[2]];
            }
        }
        out
    }
}

/// Bytes of a lossless picture's own header.
const HEADER_BYTES: usize = 5;

/// A still file of lossless data without its header, of so many columns and rows, at most 16,384 each, and with alpha.
pub fn bare_lossless(data: &[u8], (width, height): (u32, u32)) -> Pieces<'_> {
    let bits = (width - 1) & 0x3fff | ((height - 1) & 0x3fff) << 14 | 1 << 28;
    file(b"VP8L", |chunk| {
        chunk.push([&[0x2f][..], &bits.to_le_bytes()].concat());
        chunk.push(data);
    })
}

/// A file of one chunk.
fn file<'a>(kind: &[u8; 4], fill: impl FnOnce(&mut Pieces<'a>)) -> Pieces<'a> {
    let mut data = Pieces::default();
    fill(&mut data);
    let length = data.length();
    let mut file = Pieces::default();
    // the form, the chunk's own header and its padding
    let inside = 4 + 8 + length.next_multiple_of(2);
    file.push([b"RIFF", &(inside as u32).to_le_bytes()[..], b"WEBP", kind, &(length as u32).to_le_bytes()].concat());
    file.extend(data);
    file.push(vec![0; length % 2]);
    file
}
