//! Rows of a picture that its decoder gives only whole: decoded at the first stripe, a fourth sample taken out.
//!
//! Whoever makes one has checked what the decoder holds against the limits.

use crate::raster::{ColorSpace, Geometry, PlaneView, RowError, RowSource, SampleDepth, Stripe, StripePixels};

use super::guarded;

/// Rows a stripe.
const STRIPE_ROWS: usize = 16;

/// Why a decoder gave no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// The file ends inside the picture.
    Truncated,
    /// The data contradicts itself.
    Damaged,
}

/// A picture of 8-bit R'G'B', row by row.
#[derive(Debug, Default)]
pub struct Whole {
    /// `width * height * per_pixel` samples.
    pub samples: Vec<u8>,
    /// 3, or 4 where each pixel has one more that is not handed on.
    pub per_pixel: usize,
    /// Whether any pixel is not opaque.
    pub alpha_used: bool,
}

type Decode<'a> = Box<dyn FnOnce() -> Result<Whole, Broken> + 'a>;

/// Its rows.
pub struct WholeRows<'a> {
    geometry: Geometry,
    /// Until the first stripe.
    decode: Option<Decode<'a>>,
    whole: Whole,
    stripe: Vec<u8>,
    next_row: usize,
}

impl<'a> WholeRows<'a> {
    /// Rows of the picture of so many columns and rows that `decode` will give.
    pub fn new((width, height): (u32, u32), decode: impl FnOnce() -> Result<Whole, Broken> + 'a) -> Self {
        Self {
            geometry: Geometry { width, height, color: ColorSpace::Rgb, depth: SampleDepth::Eight },
            decode: Some(Box::new(decode)),
            whole: Whole::default(),
            stripe: Vec::new(),
            next_row: 0,
        }
    }

    /// Samples of one row as the decoder gives them.
    fn row_samples(&self, per_pixel: usize) -> usize {
        self.geometry.width as usize * per_pixel
    }

    fn load(&mut self) -> Result<(), RowError> {
        let Some(decode) = self.decode.take() else { return Ok(()) };
        let height = self.geometry.height as usize;
        let whole = guarded(decode).unwrap_or(Err(Broken::Damaged));
        let whole = whole.and_then(|whole| match whole.samples.len() == self.row_samples(whole.per_pixel) * height {
            true => Ok(whole),
            false => Err(Broken::Damaged),
        });
        self.whole = whole.map_err(|broken| {
            self.next_row = height;
            match broken {
                Broken::Truncated => RowError::Truncated { row: 0, height },
                Broken::Damaged => RowError::Damaged { row: 0 },
            }
        })?;
        Ok(())
    }
}

impl RowSource for WholeRows<'_> {
    fn geometry(&self) -> Geometry {
        self.geometry
    }

    fn next_stripe(&mut self) -> Result<Option<Stripe<'_>>, RowError> {
        self.load()?;
        let (first_row, bytes) = (self.next_row, self.row_samples(self.whole.per_pixel));
        let rows = STRIPE_ROWS.min(self.geometry.height as usize - first_row);
        if rows == 0 {
            return Ok(None);
        }
        self.next_row += rows;
        let mut samples = &self.whole.samples[first_row * bytes..(first_row + rows) * bytes];
        if self.whole.per_pixel == 4 {
            self.stripe.clear();
            self.stripe.extend(samples.as_chunks::<4>().0.iter().flat_map(|&[red, green, blue, _]| [red, green, blue]));
            samples = &self.stripe;
        }
        let stride = self.geometry.width as usize * 3;
        match PlaneView::new(samples, stride, stride, rows) {
            Some(view) => Ok(Some(Stripe { first_row, rows, pixels: StripePixels::Rgb8(view) })),
            None => Err(RowError::Damaged { row: first_row }),
        }
    }

    fn alpha_used(&self) -> bool {
        self.whole.alpha_used
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decoder_that_panics_or_gives_too_little_is_the_file_s_damage() {
        let first = |decode: Decode<'_>| {
            let mut rows = WholeRows::new((4, 2), decode);
            let error = rows.next_stripe().map(|_| ()).unwrap_err();
            assert!(rows.next_stripe().unwrap().is_none(), "nothing more after an error");
            error
        };
        assert_eq!(first(Box::new(|| panic!("a decoder's own"))), RowError::Damaged { row: 0 });
        assert_eq!(
            first(Box::new(|| Ok(Whole { samples: vec![0; 23], per_pixel: 3, alpha_used: false }))),
            RowError::Damaged { row: 0 }
        );
        assert_eq!(first(Box::new(|| Err(Broken::Truncated))), RowError::Truncated { row: 0, height: 2 });
    }
}
