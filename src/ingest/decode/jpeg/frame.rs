//! Frame header, scan headers and quantisation tables of a JPEG (ITU-T T.81, B.2).

use crate::ingest::photo::{JpegProcess, QuantTable};
use crate::ingest::{IngestError, Limits};

/// Natural position of each coefficient in zigzag order (T.81 figure A.6).
const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28, 35, 42,
    49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// One component of the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Component {
    pub id: u8,
    /// Sampling factors, 1..=4.
    pub horizontal: u8,
    pub vertical: u8,
    /// Slot of its quantisation table, 0..=3.
    pub table: u8,
}

/// The frame: what is coded, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub process: JpegProcess,
    pub width: u16,
    pub height: u16,
    /// One, three, or four inks.
    pub components: Vec<Component>,
}

impl Frame {
    /// Reads a frame header and refuses at once what is too large or coded in a way we do not read.
    pub fn parse(marker: u8, body: &[u8], limits: &Limits) -> Result<Self, IngestError> {
        let process = match marker {
            0xc0 => JpegProcess::Baseline,
            0xc1 => JpegProcess::Extended,
            0xc2 => JpegProcess::Progressive,
            0xc3 => return Err(IngestError::UnsupportedCoding { coding: "lossless JPEG" }),
            0xc5..=0xc7 => return Err(IngestError::UnsupportedCoding { coding: "hierarchical JPEG" }),
            _ => return Err(IngestError::UnsupportedCoding { coding: "arithmetic-coded JPEG" }),
        };
        let &[precision, h1, h0, w1, w0, count, ref rest @ ..] = body else {
            return Err(IngestError::Damaged { what: "its frame header is too short" });
        };
        let (height, width) = (u16::from_be_bytes([h1, h0]), u16::from_be_bytes([w1, w0]));
        if height == 0 && width != 0 {
            return Err(IngestError::UnsupportedCoding { coding: "a JPEG whose height follows its picture" });
        }
        limits.check_size(width.into(), height.into())?;
        if precision != 8 {
            return Err(IngestError::UnsupportedCoding { coding: "a JPEG with more than 8 bits per sample" });
        }
        match count {
            1 | 3 | 4 => {}
            _ => return Err(IngestError::UnsupportedCoding { coding: "a JPEG with an odd number of channels" }),
        }
        if rest.len() != usize::from(count) * 3 {
            return Err(IngestError::Damaged { what: "its frame header has a wrong length" });
        }
        let components = rest.chunks_exact(3).map(Component::parse).collect::<Result<_, _>>()?;
        Ok(Self { process, width, height, components })
    }

    /// The largest sampling factors.
    pub fn factors_max(&self) -> (u8, u8) {
        self.components.iter().fold((1, 1), |max, c| (max.0.max(c.horizontal), max.1.max(c.vertical)))
    }

    /// MCUs across and down, when all components are interleaved.
    pub fn mcus(&self) -> (u64, u64) {
        let (h, v) = self.factors_max();
        (u64::from(self.width).div_ceil(u64::from(h) * 8), u64::from(self.height).div_ceil(u64::from(v) * 8))
    }

    /// 8 x 8 blocks a scan of one component codes: without the padding of interleaved scans (A.2.2).
    pub fn blocks_alone(&self, component: &Component) -> u64 {
        let (h, v) = self.factors_max();
        let across = (u64::from(self.width) * u64::from(component.horizontal)).div_ceil(u64::from(h) * 8);
        let down = (u64::from(self.height) * u64::from(component.vertical)).div_ceil(u64::from(v) * 8);
        across * down
    }

    /// Bytes of all coefficients at 16 bit, padding included.
    pub fn coefficient_bytes(&self) -> u64 {
        let (across, down) = self.mcus();
        let blocks: u64 = self.components.iter().map(|c| u64::from(c.horizontal) * u64::from(c.vertical)).sum();
        across * down * blocks * 64 * 2
    }

    /// The frame header as the decoder gets it: ids 1.., and no sampling of a lone component, which means nothing (A.2.2) but misleads.
    pub fn segment(&self) -> Vec<u8> {
        let lone = self.components.len() == 1;
        let marker = match self.process {
            JpegProcess::Baseline => 0xc0,
            JpegProcess::Extended => 0xc1,
            JpegProcess::Progressive => 0xc2,
        };
        let [h1, h0] = self.height.to_be_bytes();
        let [w1, w0] = self.width.to_be_bytes();
        let count = self.components.len() as u8;
        let mut out = vec![0xff, marker, 0, 8 + 3 * count, 8, h1, h0, w1, w0, count];
        for (id, component) in (1..).zip(&self.components) {
            let factors = if lone { 0x11 } else { component.horizontal << 4 | component.vertical };
            out.extend([id, factors, component.table]);
        }
        out
    }
}

impl Component {
    fn parse(bytes: &[u8]) -> Result<Self, IngestError> {
        let &[id, factors, table] = bytes else {
            return Err(IngestError::Damaged { what: "its frame header has a wrong length" });
        };
        let (horizontal, vertical) = (factors >> 4, factors & 15);
        if !(1..=4).contains(&horizontal) || !(1..=4).contains(&vertical) || table > 3 {
            return Err(IngestError::Damaged { what: "its frame header has impossible values" });
        }
        if horizontal == 3 || vertical == 3 {
            return Err(IngestError::UnsupportedCoding { coding: "a JPEG with an odd chroma layout" });
        }
        Ok(Self { id, horizontal, vertical, table })
    }
}

/// A scan header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanHeader {
    /// Index into the frame's components, and the table selectors.
    pub components: Vec<(usize, u8)>,
    /// Spectral selection and successive approximation: Ss, Se, Ah and Al.
    pub spectrum: [u8; 3],
}

impl ScanHeader {
    /// Reads a scan header; None if it does not fit the frame.
    pub fn parse(body: &[u8], frame: &Frame) -> Option<Self> {
        let (&count, rest) = body.split_first()?;
        let (selectors, spectrum) = rest.split_at_checked(usize::from(count) * 2)?;
        let components: Vec<(usize, u8)> = selectors
            .chunks_exact(2)
            .map(|pair| Some((frame.components.iter().position(|c| c.id == pair[0])?, pair[1])))
            .collect::<Option<_>>()?;
        let twice =
            components.iter().enumerate().any(|(at, (index, _))| components[..at].iter().any(|(other, _)| other == index));
        if components.is_empty() || twice {
            return None;
        }
        Some(Self { components, spectrum: spectrum.try_into().ok()? })
    }

    /// Blocks and MCUs this scan codes.
    pub fn blocks_and_mcus(&self, frame: &Frame) -> (u64, u64) {
        if let [(index, _)] = self.components[..] {
            let blocks = frame.blocks_alone(&frame.components[index]);
            return (blocks, blocks);
        }
        let (across, down) = frame.mcus();
        let factors = self.components.iter().map(|&(index, _)| &frame.components[index]);
        let blocks: u64 = factors.map(|c| u64::from(c.horizontal) * u64::from(c.vertical)).sum();
        (across * down * blocks, across * down)
    }

    /// The fewest bits the scan can have: one for each Huffman code or refinement bit it must hold.
    pub fn bits_min(&self, frame: &Frame) -> u64 {
        let (blocks, _) = self.blocks_and_mcus(frame);
        match (frame.process, self.spectrum[0]) {
            (JpegProcess::Progressive, 0) => blocks,
            (JpegProcess::Progressive, _) => 0,
            _ => blocks * 2,
        }
    }

    /// The scan header as the decoder gets it.
    pub fn segment(&self) -> Vec<u8> {
        let count = self.components.len() as u8;
        let mut out = vec![0xff, 0xda, 0, 6 + 2 * count, count];
        for &(index, tables) in &self.components {
            out.extend([index as u8 + 1, tables]);
        }
        out.extend(self.spectrum);
        out
    }
}

/// Reads the tables of a DQT segment, zigzag undone; None if it does not hold together.
pub fn quant_tables(mut body: &[u8]) -> Option<Vec<QuantTable>> {
    let mut tables = Vec::new();
    while let Some((&head, rest)) = body.split_first() {
        let (wide, slot) = (head >> 4, head & 15);
        if wide > 1 || slot > 3 {
            return None;
        }
        let (steps, rest) = rest.split_at_checked(if wide == 1 { 128 } else { 64 })?;
        let mut values = [0; 64];
        for (index, &natural) in ZIGZAG.iter().enumerate() {
            values[usize::from(natural)] = match wide {
                1 => u16::from_be_bytes([steps[index * 2], steps[index * 2 + 1]]),
                _ => steps[index].into(),
            };
        }
        if values.contains(&0) {
            return None;
        }
        tables.push(QuantTable { slot, values });
        body = rest;
    }
    Some(tables)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zigzag_is_a_permutation_that_starts_and_ends_right() {
        let mut seen = ZIGZAG;
        seen.sort_unstable();
        assert!(seen.iter().enumerate().all(|(index, &value)| index == usize::from(value)));
        let body: Vec<u8> = std::iter::once(0).chain(1..=64).collect();
        let tables = quant_tables(&body).unwrap();
        assert_eq!(&tables[0].values[..4], &[1, 2, 6, 7]);
        assert_eq!(&tables[0].values[8..12], &[3, 5, 8, 14]);
        assert_eq!(tables[0].values[63], 64);
    }

    #[test]
    fn impossible_tables_are_none() {
        assert_eq!(quant_tables(&[0; 65]), None, "a step of zero");
        assert_eq!(quant_tables(&[1; 64]), None, "too short");
        assert_eq!(quant_tables(&[4; 65]), None, "no such slot");
        assert_eq!(quant_tables(&[0x20; 65]), None, "no such precision");
    }

    #[test]
    fn refuses_other_codings_by_name() {
        let body = [8, 0, 16, 0, 16, 1, 1, 0x11, 0];
        let coding = |marker, body: &[u8]| match Frame::parse(marker, body, &Limits::default()) {
            Err(IngestError::UnsupportedCoding { coding }) => coding,
            other => panic!("{other:?}"),
        };
        assert_eq!(coding(0xc3, &body), "lossless JPEG");
        assert_eq!(coding(0xc9, &body), "arithmetic-coded JPEG");
        let mut twelve = body;
        twelve[0] = 12;
        assert_eq!(coding(0xc1, &twelve), "a JPEG with more than 8 bits per sample");
        let two = [8, 0, 16, 0, 16, 2, 1, 0x11, 0, 2, 0x11, 0];
        assert_eq!(coding(0xc0, &two), "a JPEG with an odd number of channels");
        let later = [8, 0, 0, 0, 16, 1, 1, 0x11, 0];
        assert_eq!(coding(0xc0, &later), "a JPEG whose height follows its picture");
    }
}
