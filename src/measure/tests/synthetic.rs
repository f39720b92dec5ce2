//! Pictures made by code, handed on in stripes of any height.

use crate::raster::{ColorSpace, Geometry, PlaneView, RowError, RowSource, SampleDepth, Stripe, StripePixels};

/// Samples of a whole picture, row by row.
#[derive(Debug, Clone)]
pub(super) enum Samples {
    Grey8(Vec<u8>),
    Grey16(Vec<u16>),
    Rgb8(Vec<u8>),
    Rgb16(Vec<u16>),
    Ycc8 { y: Vec<u8>, cb: Vec<u8>, cr: Vec<u8>, horizontal: usize, vertical: usize },
}

/// A picture that gives itself out in stripes, perhaps not to its end.
#[derive(Debug, Clone)]
pub(super) struct Picture {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) samples: Samples,
    /// Rows a stripe; a multiple of the vertical chroma factor.
    pub(super) stripe: usize,
    /// Rows that are there.
    pub(super) rows: usize,
    next: usize,
}

impl Picture {
    pub(super) fn new(width: usize, height: usize, samples: Samples) -> Self {
        Self { width, height, samples, stripe: 16, rows: height, next: 0 }
    }

    pub(super) fn grey(width: usize, height: usize, level: impl Fn(usize, usize) -> u8) -> Self {
        let levels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| level(x, y)).collect();
        Self::new(width, height, Samples::Grey8(levels))
    }

    pub(super) fn rgb(width: usize, height: usize, color: impl Fn(usize, usize) -> [u8; 3]) -> Self {
        let colors = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| color(x, y)).collect();
        Self::new(width, height, Samples::Rgb8(colors))
    }
}

/// The same numbers for the same seed, 0..=255.
#[derive(Debug, Clone)]
pub(in crate::measure) struct Noise(u64);

impl Noise {
    pub(in crate::measure) fn new(seed: u64) -> Self {
        Self(seed ^ 0x9e37_79b9_7f4a_7c15)
    }

    pub(in crate::measure) fn byte(&mut self) -> u8 {
        (self.bits() >> 56) as u8
    }

    /// Uniform in 0..1.
    pub(in crate::measure) fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Normal with deviation 1 (Box and Muller).
    pub(in crate::measure) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.share()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.share()).cos()
    }

    /// splitmix64
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

impl RowSource for Picture {
    fn geometry(&self) -> Geometry {
        let (color, depth) = match self.samples {
            Samples::Grey8(_) => (ColorSpace::Grey, SampleDepth::Eight),
            Samples::Grey16(_) => (ColorSpace::Grey, SampleDepth::Sixteen),
            Samples::Rgb8(_) => (ColorSpace::Rgb, SampleDepth::Eight),
            Samples::Rgb16(_) => (ColorSpace::Rgb, SampleDepth::Sixteen),
            Samples::Ycc8 { .. } => (ColorSpace::Ycc, SampleDepth::Eight),
        };
        Geometry { width: self.width as u32, height: self.height as u32, color, depth }
    }

    fn next_stripe(&mut self) -> Result<Option<Stripe<'_>>, RowError> {
        if self.next == self.rows && self.rows < self.height {
            return Err(RowError::Truncated { row: self.rows, height: self.height });
        }
        let (first_row, rows) = (self.next, self.stripe.min(self.rows - self.next));
        if rows == 0 {
            return Ok(None);
        }
        self.next += rows;
        let width = self.width;
        let pixels = match &self.samples {
            Samples::Grey8(grey) => StripePixels::Grey8(view(grey, width, first_row, rows)),
            Samples::Grey16(grey) => StripePixels::Grey16(view(grey, width, first_row, rows)),
            Samples::Rgb8(rgb) => StripePixels::Rgb8(view(rgb, 3 * width, first_row, rows)),
            Samples::Rgb16(rgb) => StripePixels::Rgb16(view(rgb, 3 * width, first_row, rows)),
            Samples::Ycc8 { y, cb, cr, horizontal, vertical } => {
                let across = width.div_ceil(*horizontal);
                let (from, down) = (first_row / vertical, rows.div_ceil(*vertical));
                StripePixels::Ycc8 {
                    y: view(y, width, first_row, rows),
                    cb: view(cb, across, from, down),
                    cr: view(cr, across, from, down),
                    horizontal: *horizontal,
                    vertical: *vertical,
                }
            }
        };
        Ok(Some(Stripe { first_row, rows, pixels }))
    }
}

fn view<T>(samples: &[T], width: usize, first_row: usize, rows: usize) -> PlaneView<'_, T> {
    PlaneView::new(&samples[first_row * width..], width, width, rows).unwrap()
}
