//! Rows of a PNG: a few at a time, alpha taken out and looked at, 16-bit samples in native order.

use png::{BitDepth, ColorType, DecodingError, Reader};

use crate::ingest::decode::pieces::Pieces;
use crate::raster::{ColorSpace, Geometry, PlaneView, RowError, RowSource, SampleDepth, Stripe, StripePixels};

/// Rows a stripe.
const STRIPE_ROWS: usize = 16;

/// A streaming PNG decoder. An interlaced picture is decoded whole at the first stripe.
pub struct PngRows<'a> {
    reader: Reader<Pieces<'a>>,
    geometry: Geometry,
    /// Whether the decoder's pixels end with alpha.
    has_alpha: bool,
    alpha_used: bool,
    /// One row as the decoder gives it.
    line: Vec<u8>,
    /// The whole picture as the decoder gives it, if it is interlaced.
    whole: Option<Vec<u8>>,
    eight: Vec<u8>,
    sixteen: Vec<u16>,
    next_row: usize,
    failed: bool,
    /// Whether data that runs out means damage; else the file was cut.
    is_whole_file: bool,
}

impl<'a> PngRows<'a> {
    /// Rows of a decoder that stands before its picture data.
    pub fn new(reader: Reader<Pieces<'a>>, is_whole_file: bool) -> Self {
        let (color, depth) = reader.output_color_type();
        let (width, height) = reader.info().size();
        let grey = matches!(color, ColorType::Grayscale | ColorType::GrayscaleAlpha);
        let depth = if depth == BitDepth::Sixteen { SampleDepth::Sixteen } else { SampleDepth::Eight };
        let color_space = if grey { ColorSpace::Grey } else { ColorSpace::Rgb };
        Self {
            geometry: Geometry { width, height, color: color_space, depth },
            has_alpha: matches!(color, ColorType::GrayscaleAlpha | ColorType::Rgba),
            alpha_used: false,
            line: Vec::new(),
            whole: None,
            eight: Vec::new(),
            sixteen: Vec::new(),
            next_row: 0,
            failed: false,
            is_whole_file,
            reader,
        }
    }

    fn channels(&self) -> usize {
        if self.geometry.color == ColorSpace::Grey { 1 } else { 3 }
    }

    /// Bytes of a row as the decoder gives it.
    fn line_bytes(&self) -> usize {
        let sample = if self.geometry.depth == SampleDepth::Sixteen { 2 } else { 1 };
        self.geometry.width as usize * (self.channels() + usize::from(self.has_alpha)) * sample
    }

    /// Reads `rows` rows into the stripe buffers.
    fn fill(&mut self, rows: usize) -> Result<(), DecodingError> {
        self.eight.clear();
        self.sixteen.clear();
        let bytes = self.line_bytes();
        if self.reader.info().interlaced && self.whole.is_none() {
            let mut whole = vec![0; bytes * self.geometry.height as usize];
            self.reader.next_frame(&mut whole)?;
            self.whole = Some(whole);
        }
        let mut line = std::mem::take(&mut self.line);
        line.resize(bytes, 0);
        for row in self.next_row..self.next_row + rows {
            match &self.whole {
                Some(whole) => line.copy_from_slice(&whole[row * bytes..(row + 1) * bytes]),
                None => {
                    self.reader.read_row(&mut line)?;
                }
            }
            self.take_line(&line);
        }
        self.line = line;
        Ok(())
    }

    fn take_line(&mut self, line: &[u8]) {
        let channels = self.channels();
        let step = channels + usize::from(self.has_alpha);
        match (self.geometry.depth, self.has_alpha) {
            (SampleDepth::Eight, false) => self.eight.extend_from_slice(line),
            (SampleDepth::Eight, true) => {
                for pixel in line.chunks_exact(step) {
                    self.eight.extend_from_slice(&pixel[..channels]);
                    self.alpha_used |= pixel[channels] != u8::MAX;
                }
            }
            (SampleDepth::Sixteen, _) => {
                let mut samples = line.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
                while let Some(first) = samples.next() {
                    self.sixteen.push(first);
                    self.sixteen.extend(samples.by_ref().take(channels - 1));
                    if self.has_alpha {
                        self.alpha_used |= samples.next() != Some(u16::MAX);
                    }
                }
            }
        }
    }

    fn pixels(&self, rows: usize) -> Option<StripePixels<'_>> {
        let stride = self.geometry.width as usize * self.channels();
        let eight = || PlaneView::new(&self.eight, stride, stride, rows);
        let sixteen = || PlaneView::new(&self.sixteen, stride, stride, rows);
        Some(match (self.geometry.depth, self.geometry.color) {
            (SampleDepth::Eight, ColorSpace::Grey) => StripePixels::Grey8(eight()?),
            (SampleDepth::Eight, _) => StripePixels::Rgb8(eight()?),
            (SampleDepth::Sixteen, ColorSpace::Grey) => StripePixels::Grey16(sixteen()?),
            (SampleDepth::Sixteen, _) => StripePixels::Rgb16(sixteen()?),
        })
    }
}

impl RowSource for PngRows<'_> {
    fn geometry(&self) -> Geometry {
        self.geometry
    }

    fn next_stripe(&mut self) -> Result<Option<Stripe<'_>>, RowError> {
        let height = self.geometry.height as usize;
        if self.failed || self.next_row >= height {
            return Ok(None);
        }
        let first_row = self.next_row;
        let rows = STRIPE_ROWS.min(height - first_row);
        if let Err(error) = self.fill(rows) {
            self.failed = true;
            let cut = matches!(error, DecodingError::IoError(_)) && !self.is_whole_file;
            return Err(match cut {
                true => RowError::Truncated { row: first_row, height },
                false => RowError::Damaged { row: first_row },
            });
        }
        self.next_row += rows;
        match self.pixels(rows) {
            Some(pixels) => Ok(Some(Stripe { first_row, rows, pixels })),
            None => Err(RowError::Damaged { row: first_row }),
        }
    }

    fn alpha_used(&self) -> bool {
        self.alpha_used
    }
}
