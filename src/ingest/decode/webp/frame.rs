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

    /// A still file of this picture alone.
    pub fn file(&self) -> Pieces<'a> {
        let mut chunks = Pieces::default();
        chunks.push(b"WEBP".to_vec());
        match (self.coded, self.alpha) {
            (Coded::Lossy(colour), Some(alpha)) => {
                let [w0, w1, w2, _] = (self.size.0 - 1).to_le_bytes();
                let [h0, h1, h2, _] = (self.size.1 - 1).to_le_bytes();
                push(&mut chunks, b"VP8X", vec![0x10, 0, 0, 0, w0, w1, w2, h0, h1, h2]);
                push(&mut chunks, b"ALPH", alpha);
                push(&mut chunks, b"VP8 ", colour);
            }
            (Coded::Lossy(colour), None) => push(&mut chunks, b"VP8 ", colour),
            (Coded::Lossless { bytes, .. }, _) => push(&mut chunks, b"VP8L", bytes),
        }
        let mut file = Pieces::default();
        file.push(b"RIFF".to_vec());
        file.push((chunks.length() as u32).to_le_bytes().to_vec());
        file.extend(chunks);
        file
    }

    /// Its decoded samples on a canvas that is transparent elsewhere.
    pub fn placed(&self, samples: &[u8], canvas: (u32, u32)) -> Vec<u8> {
        let (step, columns) = (if self.has_alpha() { 4 } else { 3 }, canvas.0 as usize);
        let mut out = vec![0; columns * canvas.1 as usize * 4];
        for (row, line) in samples.chunks_exact(self.size.0 as usize * step).enumerate() {
            let start = ((self.at.1 as usize + row) * columns + self.at.0 as usize) * 4;
            for (to, from) in out[start..].as_chunks_mut::<4>().0.iter_mut().zip(line.chunks_exact(step)) {
                *to = [from[0], from[1], from[2], if step == 4 { from[3] } else { u8::MAX }];
            }
        }
        out
    }
}

fn push<'a>(chunks: &mut Pieces<'a>, kind: &[u8; 4], data: impl Into<std::borrow::Cow<'a, [u8]>>) {
    let data = data.into();
    let length = data.len();
    chunks.push([&kind[..], &(length as u32).to_le_bytes()].concat());
    chunks.push(data);
    if length % 2 == 1 {
        chunks.push(vec![0]);
    }
}
