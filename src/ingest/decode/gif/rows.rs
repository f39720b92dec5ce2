//! Rows of the first picture of a GIF on its screen, palette looked up; unpacked a few rows at a time unless interlaced.

use gif::{DecodeOptions, Decoder, MemoryLimit};

use crate::ingest::decode::guarded;
use crate::ingest::decode::pieces::Pieces;
use crate::ingest::decode::whole::Broken;
use crate::raster::{ColorSpace, Geometry, PlaneView, RowError, RowSource, SampleDepth, Stripe, StripePixels};

use super::walk::Frame;

/// Rows a stripe.
const STRIPE_ROWS: usize = 16;

/// The first picture.
pub struct GifRows<'a> {
    frame: Frame<'a>,
    geometry: Geometry,
    /// Whether the file ends early: then missing data is no damage.
    is_cut: bool,
    decoder: Option<Decoder<Pieces<'a>>>,
    /// Numbers of colours: of the whole picture if it is interlaced, else of one stripe.
    numbers: Vec<u8>,
    stripe: Vec<u8>,
    alpha_used: bool,
    next_row: usize,
}

impl<'a> GifRows<'a> {
    /// Rows of `frame` on a screen that is see-through elsewhere.
    pub fn new(frame: Frame<'a>, screen: (u32, u32), is_cut: bool) -> Self {
        Self {
            geometry: Geometry { width: screen.0, height: screen.1, color: ColorSpace::Rgb, depth: SampleDepth::Eight },
            frame,
            is_cut,
            decoder: None,
            numbers: Vec::new(),
            stripe: Vec::new(),
            alpha_used: false,
            next_row: 0,
        }
    }

    /// The part of the frame that lies in these rows of the screen, as rows of the frame.
    fn frame_rows(&self, first: usize, rows: usize) -> std::ops::Range<usize> {
        let (top, height) = (self.frame.at.1 as usize, self.frame.size.1 as usize);
        let clamp = |row: usize| row.saturating_sub(top).min(height);
        clamp(first)..clamp(first + rows)
    }

    /// Unpacks the numbers of these rows of the frame.
    fn unpack(&mut self, rows: std::ops::Range<usize>) -> Result<(), Broken> {
        let width = self.frame.size.0 as usize;
        let broken = if self.is_cut { Broken::Truncated } else { Broken::Damaged };
        if self.decoder.is_none() {
            let stream = file(&self.frame);
            self.decoder = guarded(|| decoder(stream)).flatten();
            if self.frame.interlaced {
                self.numbers.resize(width * self.frame.size.1 as usize, 0);
                let Self { decoder, numbers, .. } = self;
                let done = decoder.as_mut().and_then(|decoder| guarded(|| decoder.read_into_buffer(numbers).ok()).flatten());
                return done.ok_or(broken);
            }
        }
        if self.frame.interlaced || rows.is_empty() {
            return Ok(());
        }
        self.numbers.resize(width * rows.len(), 0);
        let Self { decoder, numbers, .. } = self;
        let filled = decoder.as_mut().and_then(|decoder| guarded(|| decoder.fill_buffer(numbers).ok()).flatten());
        if filled == Some(true) { Ok(()) } else { Err(broken) }
    }

    fn paint(&mut self, first_row: usize, rows: usize) -> Result<(), Broken> {
        let held = self.frame_rows(first_row, rows);
        self.unpack(held.clone())?;
        let (left, top, width) = (self.frame.at.0 as usize, self.frame.at.1 as usize, self.frame.size.0 as usize);
        let columns = self.geometry.width as usize;
        self.alpha_used |= held.len() < rows || width < columns;
        self.stripe.clear();
        self.stripe.resize(columns * rows * 3, 0);
        for row in held.clone() {
            let at = if self.frame.interlaced { row } else { row - held.start };
            let start = ((top + row - first_row) * columns + left) * 3;
            let pixels = self.stripe[start..start + width * 3].as_chunks_mut::<3>().0;
            for (pixel, &number) in pixels.iter_mut().zip(&self.numbers[at * width..]) {
                let from = usize::from(number) * 3;
                *pixel = self.frame.palette.get(from..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default();
                self.alpha_used |= self.frame.transparent == Some(number);
            }
        }
        Ok(())
    }
}

/// A decoder that stands before the data of the only picture.
fn decoder(stream: Pieces<'_>) -> Option<Decoder<Pieces<'_>>> {
    let mut options = DecodeOptions::new();
    // the size has passed our own limits
    options.set_memory_limit(MemoryLimit::Unlimited);
    let mut decoder = options.read_info(stream).ok()?;
    decoder.next_frame_info().ok()??;
    Some(decoder)
}

/// A file of this picture alone, on a screen of its own size.
fn file<'a>(frame: &Frame<'a>) -> Pieces<'a> {
    let [w0, w1, ..] = frame.size.0.to_le_bytes();
    let [h0, h1, ..] = frame.size.1.to_le_bytes();
    let bits = (frame.palette.len() / 3).next_power_of_two().trailing_zeros().max(1) as u8 - 1;
    let mut file = Pieces::default();
    file.push([&b"GIF89a"[..], &[w0, w1, h0, h1, 0x80 | bits, 0, 0]].concat());
    file.push(frame.palette);
    file.push(vec![0x2c, 0, 0, 0, 0, w0, w1, h0, h1, if frame.interlaced { 0x40 } else { 0 }]);
    file.push(frame.data);
    file.push(vec![0, 0x3b]);
    file
}

impl RowSource for GifRows<'_> {
    fn geometry(&self) -> Geometry {
        self.geometry
    }

    fn next_stripe(&mut self) -> Result<Option<Stripe<'_>>, RowError> {
        let (first_row, height) = (self.next_row, self.geometry.height as usize);
        if first_row >= height {
            return Ok(None);
        }
        let rows = STRIPE_ROWS.min(height - first_row);
        if let Err(broken) = self.paint(first_row, rows) {
            self.next_row = height;
            return Err(match broken {
                Broken::Truncated => RowError::Truncated { row: first_row, height },
                Broken::Damaged => RowError::Damaged { row: first_row },
            });
        }
        self.next_row += rows;
        let stride = self.geometry.width as usize * 3;
        match PlaneView::new(&self.stripe, stride, stride, rows) {
            Some(view) => Ok(Some(Stripe { first_row, rows, pixels: StripePixels::Rgb8(view) })),
            None => Err(RowError::Damaged { row: first_row }),
        }
    }

    fn alpha_used(&self) -> bool {
        self.alpha_used
    }
}
