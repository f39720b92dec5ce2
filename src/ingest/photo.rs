//! An opened photo: facts from its headers, and its rows.

use crate::raster::{Orientation, RowSource};

use super::metadata::{Embedded, Extra, IccProfile, Metadata};

/// A photo ready to be read row by row.
pub struct Photo<'a> {
    /// What the picture is.
    pub header: Header,
    /// What the file around it is.
    pub container: Container,
    /// The embedded colour profile, if there is one.
    pub icc: Option<IccProfile>,
    /// What was written down beside the picture.
    pub metadata: Metadata,
    /// Small pictures inside the file, at most 64, not opened.
    pub embedded: Vec<Embedded<'a>>,
    /// What the file holds behind the picture's end and in long values of its metadata.
    pub extras: Vec<Extra>,
    /// The picture as stored, top to bottom, once.
    pub rows: Box<dyn RowSource + 'a>,
}

impl std::fmt::Debug for Photo<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Photo").field("header", &self.header).field("container", &self.container).finish_non_exhaustive()
    }
}

/// A container format, told by content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JPEG (ITU-T T.81).
    Jpeg,
    /// PNG (W3C).
    Png,
    /// WebP (RFC 9649).
    WebP,
    /// TIFF 6.0 and BigTIFF.
    Tiff,
    /// GIF (87a and 89a).
    Gif,
}

/// How much of the picture the coding threw away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Samples are stored as they are.
    None,
    /// Smaller, and every sample comes back.
    Lossless,
    /// Samples come back about as they were.
    Lossy,
}

/// What the picture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Told by content.
    pub format: Format,
    /// Columns as stored.
    pub width: u32,
    /// Rows as stored.
    pub height: u32,
    /// Bits per sample in the file: 1, 2, 4, 8 or 16; 8 for a palette.
    pub bits_per_sample: u8,
    /// Colour channels, alpha not counted: 1, 3 (a palette has 3) or 4 (inks, whose samples are not handed on).
    pub channels: u8,
    /// Whether pixels are stored as numbers of a palette's colours.
    pub indexed: bool,
    /// Whether there is an alpha channel or a transparent colour. Whether it is used is known after the last row:
    /// [`RowSource::alpha_used`].
    pub has_alpha: bool,
    /// From EXIF; upright without.
    pub orientation: Orientation,
}

/// Whether the file is all there, from our own walk over its structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    /// To its end marker, and every checksum holds.
    Complete,
    /// Ends early.
    Truncated,
    /// A checksum or a structure does not hold.
    Damaged,
}

/// What the file around the picture is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    /// From the walk alone; a [`RowError`](crate::raster::RowError) while reading rows says more.
    pub completeness: Completeness,
    /// Bytes after the end marker, such as the second picture of a phone or a hidden archive. A TIFF has no end: 0.
    pub trailing_bytes: u64,
    /// Pictures in the file, at least 1: frames of an animation or pages. The first is the photo.
    pub pictures: u32,
    /// Whether the pictures are frames of an animation.
    pub animated: bool,
    /// Of the picture.
    pub compression: Compression,
    /// JPEG only.
    pub jpeg: Option<JpegStructure>,
    /// PNG only.
    pub png: Option<PngStructure>,
}

/// How a JPEG codes its coefficients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JpegProcess {
    /// SOF0.
    Baseline,
    /// SOF1.
    Extended,
    /// SOF2.
    Progressive,
}

/// A quantisation table in natural (row by row) order, zigzag undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuantTable {
    /// Its place in the file, 0..=3.
    pub slot: u8,
    /// Steps, at least 1.
    pub values: [u16; 64],
}

/// How a JPEG is built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JpegStructure {
    /// Coding process.
    pub process: JpegProcess,
    /// Horizontal and vertical sampling factor of each component, 1..=4.
    pub sampling: Vec<(u8, u8)>,
    /// MCUs between restart markers; 0: none.
    pub restart_interval: u32,
    /// The tables the components use, luma's first, each once.
    pub tables: Vec<QuantTable>,
    /// Bytes of entropy-coded data in all scans, as stored (with stuffing and restart markers).
    pub entropy_bytes: u64,
    /// Scans seen.
    pub scans: u32,
    /// Whether all Huffman tables are those of T.81 K.3 to K.6; false without one.
    pub standard_huffman: bool,
    /// Colour transform of an Adobe marker.
    pub adobe_transform: Option<u8>,
    /// Whether a JFIF marker is there.
    pub jfif: bool,
}

impl JpegStructure {
    /// Chroma subsampling in J:a:b words such as `4:2:0`; `grey` for one component, `4:4:4:4` for four alike; `other 2x2,1x2,1x2` for odd layouts.
    pub fn subsampling(&self) -> String {
        if let [first, second, third, fourth] = self.sampling[..]
            && [second, third, fourth] == [first; 3]
        {
            return "4:4:4:4".to_owned();
        }
        let [luma, cb, cr] = self.sampling[..] else {
            return if self.sampling.len() == 1 { "grey".to_owned() } else { self.odd_sampling() };
        };
        if cb != cr || luma.0 % cb.0 != 0 || luma.1 % cb.1 != 0 {
            return self.odd_sampling();
        }
        let word = match (luma.0 / cb.0, luma.1 / cb.1) {
            (1, 1) => "4:4:4",
            (2, 1) => "4:2:2",
            (2, 2) => "4:2:0",
            (1, 2) => "4:4:0",
            (4, 1) => "4:1:1",
            (4, 2) => "4:1:0",
            _ => return self.odd_sampling(),
        };
        word.to_owned()
    }

    fn odd_sampling(&self) -> String {
        let factors: Vec<String> = self.sampling.iter().map(|(h, v)| format!("{h}x{v}")).collect();
        format!("other {}", factors.join(","))
    }
}

/// How a PNG is built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PngStructure {
    /// Whether it is interlaced (Adam7).
    pub interlaced: bool,
    /// Whether an sRGB chunk says the samples are sRGB.
    pub srgb: bool,
    /// Gamma of a gAMA chunk, in 1/100000.
    pub gamma: Option<u32>,
    /// Bytes of compressed picture data.
    pub data_bytes: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subsampling_words() {
        let word = |sampling: &[(u8, u8)]| {
            JpegStructure {
                process: JpegProcess::Baseline,
                sampling: sampling.to_vec(),
                restart_interval: 0,
                tables: Vec::new(),
                entropy_bytes: 0,
                scans: 1,
                standard_huffman: true,
                adobe_transform: None,
                jfif: true,
            }
            .subsampling()
        };
        assert_eq!(word(&[(1, 1), (1, 1), (1, 1)]), "4:4:4");
        assert_eq!(word(&[(2, 2), (2, 2), (2, 2)]), "4:4:4");
        assert_eq!(word(&[(2, 1), (1, 1), (1, 1)]), "4:2:2");
        assert_eq!(word(&[(2, 2), (1, 2), (1, 2)]), "4:2:2");
        assert_eq!(word(&[(2, 2), (1, 1), (1, 1)]), "4:2:0");
        assert_eq!(word(&[(1, 2), (1, 1), (1, 1)]), "4:4:0");
        assert_eq!(word(&[(4, 1), (1, 1), (1, 1)]), "4:1:1");
        assert_eq!(word(&[(2, 2)]), "grey");
        assert_eq!(word(&[(1, 1); 4]), "4:4:4:4");
        assert_eq!(word(&[(2, 2), (2, 1), (1, 1)]), "other 2x2,2x1,1x1");
        assert_eq!(word(&[(1, 1), (2, 2), (2, 2)]), "other 1x1,2x2,2x2");
    }
}
