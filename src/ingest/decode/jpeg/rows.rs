//! Rows of a JPEG: one row of MCUs at a time, as planes, into buffers that are used again.

use zune_jpeg::zune_core::options::DecoderOptions;
use zune_jpeg::{JpegDecoder, RawImcuRowStatus};

use crate::ingest::IngestError;
use crate::raster::{ColorSpace, Geometry, PlaneView, RowError, RowSource, SampleDepth, Stripe, StripePixels};

use crate::ingest::decode::pieces::Pieces;

use super::frame::Frame;

/// One component's part of a stripe.
struct Channel {
    samples: Vec<u8>,
    /// Samples a row of the whole component has; also the stride.
    width: usize,
    /// How many times fewer columns and rows than the picture.
    horizontal: usize,
    vertical: usize,
}

/// How the channels become a stripe.
enum Layout {
    Grey,
    /// Planes as decoded; both chroma planes share their factors, luma has none.
    Planes,
    /// Any other layout of YCbCr: samples repeated to full size.
    Repeated([Vec<u8>; 3]),
    /// R'G'B', interleaved at full size.
    Interleaved(Vec<u8>),
}

/// A streaming JPEG decoder.
pub struct JpegRows<'a> {
    decoder: JpegDecoder<Pieces<'a>>,
    geometry: Geometry,
    channels: Vec<Channel>,
    strides: Vec<usize>,
    layout: Layout,
    /// Rows of a full stripe.
    stripe_rows: usize,
    next_row: usize,
    failed: bool,
    /// Where in the decoder's stream the data ends.
    data_end: u64,
}

impl<'a> JpegRows<'a> {
    /// Prepares the decoder; decodes nothing yet.
    pub fn open(stream: Pieces<'a>, data_end: u64, frame: &Frame, color: ColorSpace) -> Result<Self, IngestError> {
        // strict: what contradicts the standard is an error, not a guess
        let options =
            DecoderOptions::default().set_max_width(frame.width.into()).set_max_height(frame.height.into()).set_strict_mode(true);
        let mut decoder = JpegDecoder::new_with_options(stream, options);
        decoder.decode_headers().map_err(|error| match error.is_recoverable_eof() {
            true => IngestError::Truncated,
            false => IngestError::Damaged { what: "its tables or headers do not hold together" },
        })?;
        let geometry = Geometry { width: frame.width.into(), height: frame.height.into(), color, depth: SampleDepth::Eight };
        let channels = channels(frame);
        let strides = channels.iter().map(|channel| channel.width).collect();
        let stripe_rows = 8 * if channels.len() == 1 { 1 } else { usize::from(frame.factors_max().1) };
        let pixels = usize::from(frame.width) * stripe_rows;
        let layout = match (color, &channels[..]) {
            (ColorSpace::Rgb, _) => Layout::Interleaved(vec![0; pixels * 3]),
            (_, [luma, cb, cr]) if luma.is_full() && cb.factors() == cr.factors() => Layout::Planes,
            (_, [_]) => Layout::Grey,
            _ => Layout::Repeated(std::array::from_fn(|_| vec![0; pixels])),
        };
        Ok(Self { decoder, geometry, channels, strides, layout, stripe_rows, next_row: 0, failed: false, data_end })
    }

    /// Decodes the next row of MCUs into the channels.
    fn pull(&mut self, rows: usize) -> Result<(), RowError> {
        let mut planes: Vec<&mut [u8]> = self.channels.iter_mut().map(|channel| channel.samples.as_mut_slice()).collect();
        let status = self.decoder.raw_output().decode_next_imcu_row(&mut planes, &self.strides);
        let inside = match status {
            Ok(RawImcuRowStatus::RowReady { rows_written }) => {
                let expected = self.channels.iter().map(|channel| rows.div_ceil(channel.vertical));
                return if expected.eq(rows_written.iter().copied().take(self.channels.len())) {
                    Ok(())
                } else {
                    Err(RowError::Damaged { row: self.next_row })
                };
            }
            // the data ran out, or the decoder met the guard behind it
            Ok(_) => false,
            Err(error) if error.is_recoverable_eof() => false,
            Err(_) => self.decoder.inner_reader().position().is_ok_and(|position| position < self.data_end),
        };
        Err(match inside {
            true => RowError::Damaged { row: self.next_row },
            false => RowError::Truncated { row: self.next_row, height: self.geometry.height as usize },
        })
    }

    fn pixels(&mut self, rows: usize) -> Option<StripePixels<'_>> {
        let width = self.geometry.width as usize;
        let whole = |samples| PlaneView::new(samples, width, width, rows);
        match (&mut self.layout, &self.channels[..]) {
            (Layout::Grey, [grey]) => Some(StripePixels::Grey8(grey.view(rows)?)),
            (Layout::Planes, [y, cb, cr]) => Some(StripePixels::Ycc8 {
                y: y.view(rows)?,
                cb: cb.view(rows)?,
                cr: cr.view(rows)?,
                horizontal: cb.horizontal,
                vertical: cb.vertical,
            }),
            (Layout::Repeated(full), channels) => {
                for (full, channel) in full.iter_mut().zip(channels) {
                    full.chunks_exact_mut(width).take(rows).enumerate().for_each(|(row, out)| channel.repeat(row, out, 1));
                }
                let [y, cb, cr] = full;
                Some(StripePixels::Ycc8 { y: whole(y)?, cb: whole(cb)?, cr: whole(cr)?, horizontal: 1, vertical: 1 })
            }
            (Layout::Interleaved(rgb), channels) => {
                for (row, out) in rgb.chunks_exact_mut(width * 3).take(rows).enumerate() {
                    channels.iter().enumerate().for_each(|(at, channel)| channel.repeat(row, &mut out[at..], 3));
                }
                Some(StripePixels::Rgb8(PlaneView::new(rgb, width * 3, width * 3, rows)?))
            }
            _ => None,
        }
    }
}

impl RowSource for JpegRows<'_> {
    fn geometry(&self) -> Geometry {
        self.geometry
    }

    fn next_stripe(&mut self) -> Result<Option<Stripe<'_>>, RowError> {
        let height = self.geometry.height as usize;
        if self.failed || self.next_row >= height {
            return Ok(None);
        }
        let (first_row, rows) = (self.next_row, self.stripe_rows.min(height - self.next_row));
        if let Err(error) = self.pull(rows) {
            self.failed = true;
            return Err(error);
        }
        self.next_row += rows;
        match self.pixels(rows) {
            Some(pixels) => Ok(Some(Stripe { first_row, rows, pixels })),
            None => Err(RowError::Damaged { row: first_row }),
        }
    }
}

fn channels(frame: &Frame) -> Vec<Channel> {
    let (h_max, v_max) = if frame.components.len() == 1 { (1, 1) } else { frame.factors_max() };
    let channel = |horizontal: u8, vertical: u8| {
        // factors are 1, 2 or 4, so these divide
        let (horizontal, vertical) = (usize::from(h_max / horizontal.min(h_max)), usize::from(v_max / vertical.min(v_max)));
        let width = usize::from(frame.width).div_ceil(horizontal);
        Channel { samples: vec![0; width * 8 * usize::from(v_max) / vertical], width, horizontal, vertical }
    };
    frame.components.iter().map(|component| channel(component.horizontal, component.vertical)).collect()
}

impl Channel {
    fn is_full(&self) -> bool {
        self.factors() == (1, 1)
    }

    fn factors(&self) -> (usize, usize) {
        (self.horizontal, self.vertical)
    }

    /// The part that belongs to `rows` rows of the picture.
    fn view(&self, rows: usize) -> Option<PlaneView<'_, u8>> {
        PlaneView::new(&self.samples, self.width, self.width, rows.div_ceil(self.vertical))
    }

    /// Repeats the samples of a row of the picture into every `step`-th place of `out`.
    fn repeat(&self, row: usize, out: &mut [u8], step: usize) {
        let start = row / self.vertical * self.width;
        let samples = &self.samples[start..start + self.width];
        for (x, place) in out.iter_mut().step_by(step).enumerate() {
            *place = samples[x / self.horizontal];
        }
    }
}
