//! Rows of a picture that its decoder gives only whole: decoded at the first stripe, alpha taken out and looked at.
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

type Decode<'a> = Box<dyn FnOnce() -> Result<Vec<u8>, Broken> + 'a>;

/// A picture of 8-bit R'G'B', with or without alpha as the fourth sample.
pub struct WholeRows<'a> {
    geometry: Geometry,
    has_alpha: bool,
    alpha_used: bool,
    /// Until the first stripe.
    decode: Option<Decode<'a>>,
    whole: Vec<u8>,
    stripe: Vec<u8>,
    next_row: usize,
}

impl<'a> WholeRows<'a> {
    /// Rows of the picture `decode` will give: `width * height` pixels of 3 samples, 4 with alpha.
    pub fn new((width, height): (u32, u32), has_alpha: bool, decode: impl FnOnce() -> Result<Vec<u8>, Broken> + 'a) -> Self {
        Self {
            geometry: Geometry { width, height, color: ColorSpace::Rgb, depth: SampleDepth::Eight },
            has_alpha,
            alpha_used: false,
            decode: Some(Box::new(decode)),
            whole: Vec::new(),
            stripe: Vec::new(),
            next_row: 0,
        }
    }

    /// Samples of one row as the decoder gives them.
    fn row_samples(&self) -> usize {
        self.geometry.width as usize * if self.has_alpha { 4 } else { 3 }
    }

    fn load(&mut self) -> Result<(), RowError> {
        let Some(decode) = self.decode.take() else { return Ok(()) };
        let height = self.geometry.height as usize;
        let whole = guarded(decode).unwrap_or(Err(Broken::Damaged));
        let whole = whole.and_then(|whole| match whole.len() == self.row_samples() * height {
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
        let (first_row, bytes) = (self.next_row, self.row_samples());
        let rows = STRIPE_ROWS.min(self.geometry.height as usize - first_row);
        if rows == 0 {
            return Ok(None);
        }
        self.next_row += rows;
        let mut samples = &self.whole[first_row * bytes..(first_row + rows) * bytes];
        if self.has_alpha {
            self.stripe.clear();
            for [red, green, blue, alpha] in samples.as_chunks::<4>().0 {
                self.stripe.extend([red, green, blue]);
                self.alpha_used |= *alpha != u8::MAX;
            }
            samples = &self.stripe;
        }
        let stride = self.geometry.width as usize * 3;
        match PlaneView::new(samples, stride, stride, rows) {
            Some(view) => Ok(Some(Stripe { first_row, rows, pixels: StripePixels::Rgb8(view) })),
            None => Err(RowError::Damaged { row: first_row }),
        }
    }

    fn alpha_used(&self) -> bool {
        self.alpha_used
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decoder_that_panics_or_gives_too_little_is_the_file_s_damage() {
        let first = |decode: Decode<'_>| {
            let mut rows = WholeRows::new((4, 2), false, decode);
            let error = rows.next_stripe().map(|_| ()).unwrap_err();
            assert!(rows.next_stripe().unwrap().is_none(), "nothing more after an error");
            error
        };
        assert_eq!(first(Box::new(|| panic!("a decoder's own"))), RowError::Damaged { row: 0 });
        assert_eq!(first(Box::new(|| Ok(vec![0; 23]))), RowError::Damaged { row: 0 });
        assert_eq!(first(Box::new(|| Err(Broken::Truncated))), RowError::Truncated { row: 0, height: 2 });
    }
}
