//! A stripe that outlives its decoder's next step: copied once, its memory used again and again.

use super::{PlaneView, Stripe, StripePixels};

/// An owned stripe. Starts empty; each [`Self::copy`] replaces what is there.
#[derive(Debug, Default)]
pub struct StripeBuffer {
    first_row: usize,
    rows: usize,
    layout: Layout,
    bytes: [Samples<u8>; 3],
    words: Samples<u16>,
}

/// Which samples the planes hold, and the chroma factors.
#[derive(Debug, Clone, Copy, Default)]
enum Layout {
    Ycc8 {
        horizontal: usize,
        vertical: usize,
    },
    #[default]
    Grey8,
    Grey16,
    Rgb8,
    Rgb16,
}

#[derive(Debug, Default)]
struct Samples<T> {
    samples: Vec<T>,
    width: usize,
    height: usize,
}

impl<T: Copy> Samples<T> {
    fn copy(&mut self, view: &PlaneView<'_, T>) {
        self.samples.clear();
        view.rows().for_each(|row| self.samples.extend_from_slice(row));
        (self.width, self.height) = (view.width(), view.height());
    }

    fn view(&self) -> PlaneView<'_, T> {
        PlaneView::tight(&self.samples, self.width, self.height)
    }
}

impl StripeBuffer {
    /// Bytes of its samples.
    pub fn size(&self) -> usize {
        self.bytes.iter().map(|samples| samples.samples.len()).sum::<usize>() + 2 * self.words.samples.len()
    }

    /// Takes a stripe's rows.
    pub fn copy(&mut self, stripe: &Stripe<'_>) {
        (self.first_row, self.rows) = (stripe.first_row, stripe.rows);
        let [first, second, third] = &mut self.bytes;
        self.layout = match &stripe.pixels {
            StripePixels::Ycc8 { y, cb, cr, horizontal, vertical } => {
                first.copy(y);
                second.copy(cb);
                third.copy(cr);
                Layout::Ycc8 { horizontal: *horizontal, vertical: *vertical }
            }
            StripePixels::Grey8(grey) => {
                first.copy(grey);
                Layout::Grey8
            }
            StripePixels::Rgb8(rgb) => {
                first.copy(rgb);
                Layout::Rgb8
            }
            StripePixels::Grey16(grey) => {
                self.words.copy(grey);
                Layout::Grey16
            }
            StripePixels::Rgb16(rgb) => {
                self.words.copy(rgb);
                Layout::Rgb16
            }
        };
    }

    /// What was copied last.
    pub fn stripe(&self) -> Stripe<'_> {
        let [first, second, third] = &self.bytes;
        let pixels = match self.layout {
            Layout::Ycc8 { horizontal, vertical } => {
                StripePixels::Ycc8 { y: first.view(), cb: second.view(), cr: third.view(), horizontal, vertical }
            }
            Layout::Grey8 => StripePixels::Grey8(first.view()),
            Layout::Rgb8 => StripePixels::Rgb8(first.view()),
            Layout::Grey16 => StripePixels::Grey16(self.words.view()),
            Layout::Rgb16 => StripePixels::Rgb16(self.words.view()),
        };
        Stripe { first_row: self.first_row, rows: self.rows, pixels }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raster::Plane;

    #[test]
    fn a_copy_has_the_rows_of_its_last_stripe_alone() {
        let mut buffer = StripeBuffer::default();
        let wide: Vec<u8> = (0..40).collect();
        let view = |width, height| PlaneView::new(&wide, 10, width, height).unwrap();
        let pixels = StripePixels::Ycc8 { y: view(8, 4), cb: view(4, 2), cr: view(4, 2), horizontal: 2, vertical: 2 };
        buffer.copy(&Stripe { first_row: 16, rows: 4, pixels });
        let copy = buffer.stripe();
        assert_eq!((copy.first_row, copy.rows), (16, 4));
        let StripePixels::Ycc8 { y, cb, horizontal: 2, vertical: 2, .. } = copy.pixels else { panic!("another layout") };
        assert_eq!((y.row(3), cb.row(1)), (&wide[30..38], &wide[10..14]));

        let grey = Plane::from_samples(vec![7_u16, 8], 2, 1).unwrap();
        buffer.copy(&Stripe { first_row: 0, rows: 1, pixels: StripePixels::Grey16(grey.view()) });
        let StripePixels::Grey16(grey) = buffer.stripe().pixels else { panic!("another layout") };
        assert_eq!((grey.height(), grey.row(0)), (1, &[7, 8][..]));
        buffer.copy(&Stripe { first_row: 0, rows: 1, pixels: StripePixels::Rgb8(view(3, 1)) });
        assert!(matches!(buffer.stripe().pixels, StripePixels::Rgb8(rgb) if rgb.row(0) == [0, 1, 2]));
    }
}
