//! A decoder seen from the measuring side: stripes of rows from top to bottom, each used while it is in cache.

use super::PlaneView;

/// What the samples mean before any profile is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColorSpace {
    /// One channel.
    Grey,
    /// R'G'B'.
    Rgb,
    /// Y'CbCr by BT.601, full range (JFIF).
    Ycc,
    /// Four inks.
    Cmyk,
}

/// Bits a sample is handed on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleDepth {
    /// 0..=255.
    Eight,
    /// 0..=65535.
    Sixteen,
}

/// The picture as stored, before orientation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geometry {
    /// Columns, at least 1.
    pub width: u32,
    /// Rows, at least 1.
    pub height: u32,
    /// What the samples are.
    pub color: ColorSpace,
    /// How wide they are.
    pub depth: SampleDepth,
}

/// The samples of one stripe. Chroma planes of `Ycc8` are `ceil(width / horizontal)` x `ceil(rows / vertical)`.
#[derive(Debug, Clone, Copy)]
pub enum StripePixels<'a> {
    /// Luma and chroma planes straight from the decoder; factors are 1, 2 or 4.
    Ycc8 { y: PlaneView<'a, u8>, cb: PlaneView<'a, u8>, cr: PlaneView<'a, u8>, horizontal: usize, vertical: usize },
    /// One channel.
    Grey8(PlaneView<'a, u8>),
    /// One channel, 16 bit.
    Grey16(PlaneView<'a, u16>),
    /// Interleaved R'G'B': the view's width is three times the picture's.
    Rgb8(PlaneView<'a, u8>),
    /// Interleaved R'G'B', 16 bit.
    Rgb16(PlaneView<'a, u16>),
}

/// Whole rows `first_row .. first_row + rows` of the picture. Stripes come in order, without gaps; the last may be short.
/// Every stripe but the last has a number of rows that the vertical chroma factor divides.
#[derive(Debug, Clone, Copy)]
pub struct Stripe<'a> {
    /// Index of its first row.
    pub first_row: usize,
    /// Its number of rows, at least 1.
    pub rows: usize,
    /// Its samples; views are cropped to the picture's width.
    pub pixels: StripePixels<'a>,
}

/// Why no further rows can be had. Rows already given stay valid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    /// The data ended or broke inside the picture.
    #[error("the picture breaks off in row {row} of {height}")]
    Truncated { row: usize, height: usize },
    /// The data contradicts itself.
    #[error("the picture data is damaged near row {row}")]
    Damaged { row: usize },
}

/// What is left of a source when its rows were read.
#[derive(Debug, Clone, Copy)]
pub struct Read {
    geometry: Geometry,
    alpha_used: bool,
}

impl Read {
    /// Remembers what a source told.
    pub fn of(source: &dyn RowSource) -> Self {
        Self { geometry: source.geometry(), alpha_used: source.alpha_used() }
    }
}

impl RowSource for Read {
    fn geometry(&self) -> Geometry {
        self.geometry
    }

    fn next_stripe(&mut self) -> Result<Option<Stripe<'_>>, RowError> {
        Ok(None)
    }

    fn alpha_used(&self) -> bool {
        self.alpha_used
    }
}

/// Rows of one picture, top to bottom, once.
pub trait RowSource {
    /// What the stripes add up to.
    fn geometry(&self) -> Geometry;

    /// The next stripe, or None after the last.
    ///
    /// # Errors
    /// [`RowError`] when the rest cannot be decoded; the source gives nothing more after that.
    fn next_stripe(&mut self) -> Result<Option<Stripe<'_>>, RowError>;

    /// Whether any pixel given so far was not fully opaque; alpha itself is not handed on.
    fn alpha_used(&self) -> bool {
        false
    }
}
