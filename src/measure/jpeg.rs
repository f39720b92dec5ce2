//! What a JPEG's headers say about its compression.

use serde::{Deserialize, Serialize};

use crate::ingest::{self, JpegStructure};

/// How a JPEG codes its coefficients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JpegProcess {
    /// SOF0.
    Baseline,
    /// SOF1.
    Extended,
    /// SOF2.
    Progressive,
}

/// What can be said about the quality setting of one quantisation table.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableQuality {
    /// Equals the IJG table scaled for this quality, 1..=100.
    Exact(u8),
    /// A custom table; nearest IJG quality by least squares, and the RMS difference per entry.
    Custom { nearest: u8, rms: f64 },
}

/// The codes a JPEG's coefficients are written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HuffmanTables {
    /// All are those T.81 gives as typical (K.3 to K.6), which most cameras and programs use.
    Standard,
    /// Made for the picture (optimized), or the encoder's own.
    Custom,
}

/// Compression facts of a JPEG, from its headers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JpegFacts {
    /// Coding process.
    pub process: JpegProcess,
    /// Chroma subsampling in J:a:b words, such as `4:2:0`; `grey` for one component; `other HxV,...` for odd layouts.
    pub subsampling: String,
    /// Restart interval in MCUs; 0: none.
    pub restart_interval: u32,
    /// Quantisation tables in natural (row by row) order, luma first.
    pub tables: Vec<Vec<u16>>,
    /// For each table.
    pub qualities: Vec<TableQuality>,
    /// Which codes the coefficients are written with.
    pub huffman: HuffmanTables,
    /// Color transform of the Adobe marker as written: 0 none, 1 YCbCr, 2 YCCK; None without the marker.
    pub adobe_transform: Option<u8>,
}

/// ITU-T T.81 table K.1: luma at quality 50.
const LUMA: [u16; 64] = [
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80,
    62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98,
    112, 100, 103, 99,
];

/// ITU-T T.81 table K.2: chroma at quality 50.
const CHROMA: [u16; 64] = [
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    99, 99,
];

/// Largest step of a baseline table, and of one with 16-bit steps.
const STEP_LIMITS: [u16; 2] = [255, 32_767];

/// Facts of a JPEG.
pub fn facts(structure: &JpegStructure) -> JpegFacts {
    JpegFacts {
        process: match structure.process {
            ingest::JpegProcess::Baseline => JpegProcess::Baseline,
            ingest::JpegProcess::Extended => JpegProcess::Extended,
            ingest::JpegProcess::Progressive => JpegProcess::Progressive,
        },
        subsampling: structure.subsampling(),
        restart_interval: structure.restart_interval,
        tables: structure.tables.iter().map(|table| table.values.to_vec()).collect(),
        qualities: qualities(&structure.tables.iter().map(|table| &table.values).collect::<Vec<_>>()),
        huffman: if structure.standard_huffman { HuffmanTables::Standard } else { HuffmanTables::Custom },
        adobe_transform: structure.adobe_transform,
    }
}

/// The quality of each table, luma's first. Where several qualities make one table (chroma at 1 to 3), luma's decides.
fn qualities(tables: &[&[u16; 64]]) -> Vec<TableQuality> {
    let mut found = Vec::new();
    for &table in tables {
        let wanted = match found.first() {
            Some(&TableQuality::Exact(quality)) => quality,
            _ => 1,
        };
        found.push(quality(table, wanted));
    }
    found
}

/// The quality of a table, `wanted` if that is one of several.
fn quality(table: &[u16; 64], wanted: u8) -> TableQuality {
    let makes = |quality: u8| {
        let mut scaled =
            STEP_LIMITS.into_iter().flat_map(|limit| [scaled(&LUMA, quality, limit), scaled(&CHROMA, quality, limit)]);
        scaled.any(|scaled| scaled == *table)
    };
    if makes(wanted) {
        return TableQuality::Exact(wanted);
    }
    (1..=100).find(|&quality| makes(quality)).map_or_else(|| nearest(table), TableQuality::Exact)
}

/// Nearest by least squares; the lower quality on a tie.
fn nearest(table: &[u16; 64]) -> TableQuality {
    let mut best = (1, u64::MAX);
    for quality in 1..=100 {
        for (base, limit) in
            [(&LUMA, STEP_LIMITS[0]), (&CHROMA, STEP_LIMITS[0]), (&LUMA, STEP_LIMITS[1]), (&CHROMA, STEP_LIMITS[1])]
        {
            let scaled = scaled(base, quality, limit);
            let distance = table.iter().zip(scaled).map(|(&a, b)| u64::from(a.abs_diff(b)).pow(2)).sum();
            if distance < best.1 {
                best = (quality, distance);
            }
        }
    }
    TableQuality::Custom { nearest: best.0, rms: (best.1 as f64 / 64.0).sqrt() }
}

/// The IJG library's luma table for a quality, 1..=100, in natural order.
pub fn ijg_luma(quality: u8) -> [u16; 64] {
    scaled(&LUMA, quality, STEP_LIMITS[0])
}

/// A base table scaled as the IJG library does (`jcparam.c`).
fn scaled(base: &[u16; 64], quality: u8, limit: u16) -> [u16; 64] {
    let quality = u32::from(quality.clamp(1, 100));
    let percent = if quality < 50 { 5000 / quality } else { 200 - 2 * quality };
    base.map(|step| ((u32::from(step) * percent + 50) / 100).clamp(1, u32::from(limit)) as u16)
}

/// The luma table's quality, exact or nearest.
pub fn luma_quality(facts: &JpegFacts) -> Option<u8> {
    facts.qualities.first().map(|quality| match *quality {
        TableQuality::Exact(quality) | TableQuality::Custom { nearest: quality, .. } => quality,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ijg_quality_is_exact() {
        for limit in STEP_LIMITS {
            for quality in 1..=100 {
                let (luma, chroma) = (scaled(&LUMA, quality, limit), scaled(&CHROMA, quality, limit));
                assert_eq!(qualities(&[&luma, &chroma]), [TableQuality::Exact(quality), TableQuality::Exact(quality)]);
            }
        }
    }

    #[test]
    fn ijg_tables_at_75_and_90_are_the_published_ones() {
        assert_eq!(scaled(&LUMA, 75, 255)[..8], [8, 6, 5, 8, 12, 20, 26, 31]);
        assert_eq!(scaled(&CHROMA, 90, 255)[..8], [3, 4, 5, 9, 20, 20, 20, 20]);
        assert_eq!(scaled(&LUMA, 100, 255), [1; 64]);
    }

    #[test]
    fn one_step_off_is_custom() {
        for quality in [10, 50, 75, 92, 99] {
            for place in [0, 17, 63] {
                let mut table = scaled(&LUMA, quality, 255);
                table[place] += 1;
                let TableQuality::Custom { nearest, rms } = super::quality(&table, 1) else {
                    panic!("{quality} is not exact any more")
                };
                assert_eq!((nearest, rms), (quality, 0.125));
            }
        }
    }

    #[test]
    fn a_flat_table_is_custom() {
        // every step 12: no IJG table has equal steps but 1 and 255
        assert!(matches!(super::quality(&[12; 64], 1), TableQuality::Custom { .. }));
    }
}
