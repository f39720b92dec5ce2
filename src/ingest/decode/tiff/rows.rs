//! Rows of a TIFF: a row of strips or tiles at a time, alpha and further samples taken out.

use crate::ingest::decode::whole::Broken;
use crate::raster::{ColorSpace, Geometry, PlaneView, RowError, RowSource, SampleDepth, Stripe, StripePixels};

use super::chunk;
use super::directory::File;
use super::layout::{Layout, Meaning};

/// Rows a stripe, and rows unpacked at a time where nothing is compressed.
const STRIPE_ROWS: usize = 16;

/// The picture of a TIFF.
pub struct TiffRows<'a> {
    file: File<'a>,
    layout: Layout,
    geometry: Geometry,
    /// Chunks of the current band, plane by plane, left to right.
    band: Vec<Vec<u8>>,
    /// Rows of the picture that `band` holds.
    held: std::ops::Range<usize>,
    /// One row as stored, all samples of each pixel.
    line: Vec<u16>,
    eight: Vec<u8>,
    sixteen: Vec<u16>,
    alpha_used: bool,
    next_row: usize,
}

/// Rows unpacked at a time.
fn band_rows(layout: &Layout) -> u32 {
    let rows = layout.chunk.1.min(layout.height);
    if layout.compression == 1 { rows.min(STRIPE_ROWS as u32) } else { rows }
}

/// What is held at once, in bytes.
pub fn held_bytes(layout: &Layout) -> u64 {
    let chunk = layout.row_bytes().saturating_mul(band_rows(layout).into());
    chunk.saturating_mul(layout.grid().0.into()).saturating_mul(layout.planes().into())
}

impl<'a> TiffRows<'a> {
    /// Rows of the picture that `layout` describes; it has passed the limits.
    pub fn new(file: File<'a>, layout: Layout) -> Self {
        let color = match layout.meaning {
            Meaning::Grey { .. } => ColorSpace::Grey,
            Meaning::Rgb | Meaning::Palette(_) | Meaning::Cmyk => ColorSpace::Rgb,
        };
        let depth = if layout.bits == 16 { SampleDepth::Sixteen } else { SampleDepth::Eight };
        Self {
            geometry: Geometry { width: layout.width, height: layout.height, color, depth },
            file,
            layout,
            band: Vec::new(),
            held: 0..0,
            line: Vec::new(),
            eight: Vec::new(),
            sixteen: Vec::new(),
            alpha_used: false,
            next_row: 0,
        }
    }

    /// Unpacks the band that begins with `next_row`.
    fn load(&mut self) -> Result<(), Broken> {
        let layout = &self.layout;
        let (chunk_rows, height) = (layout.chunk.1 as usize, layout.height as usize);
        let (across, down) = layout.grid();
        let (row, skip) = (self.next_row / chunk_rows, self.next_row % chunk_rows);
        let end = (self.next_row + band_rows(layout) as usize).min((row + 1) * chunk_rows).min(height);
        let rows = end - self.next_row;
        let bytes = usize::try_from(layout.row_bytes()).unwrap_or(usize::MAX).saturating_mul(rows);
        self.held = 0..0;
        self.band.resize_with(usize::from(layout.planes()) * across as usize, Vec::new);
        for (at, part) in self.band.iter_mut().enumerate() {
            let (plane, column) = (at as u64 / u64::from(across), at as u64 % u64::from(across));
            let index = (plane * u64::from(down) + row as u64) * u64::from(across) + column;
            part.resize(bytes, 0);
            chunk::unpack(&self.file, layout, index, skip as u64, rows as u32, part)?;
        }
        self.held = self.next_row..end;
        Ok(())
    }

    /// Puts the samples of a row of the band side by side.
    fn gather(&mut self, row: usize) {
        let layout = &self.layout;
        let (samples, width) = (usize::from(layout.samples), layout.width as usize);
        let (columns, across) = (layout.chunk.0 as usize, layout.grid().0 as usize);
        let bytes = layout.row_bytes() as usize;
        self.line.resize(width * samples, 0);
        for (at, part) in self.band.iter().enumerate() {
            let (plane, column) = (at / across, at % across);
            let stored = &part[(row - self.held.start) * bytes..][..bytes];
            let first = column * columns;
            let out = &mut self.line[first * samples..width.min(first + columns) * samples];
            if layout.planar {
                spread(stored, layout.bits, &mut out[plane..], samples);
            } else {
                spread(stored, layout.bits, out, 1);
            }
        }
    }

    /// Appends the gathered row to the stripe.
    fn append(&mut self) {
        let Self { layout, line, eight, sixteen, alpha_used, .. } = self;
        let full = u16::MAX >> (16 - layout.bits);
        for pixel in line.chunks_exact(usize::from(layout.samples)) {
            if let Some(alpha) = layout.alpha {
                *alpha_used |= pixel[usize::from(alpha)] != full;
            }
            match (&layout.meaning, layout.bits) {
                (Meaning::Palette(colors), _) => eight.extend(colors.get(usize::from(pixel[0])).copied().unwrap_or_default()),
                (Meaning::Grey { inverted }, bits) => {
                    let level = if *inverted { full - pixel[0] } else { pixel[0] };
                    match bits {
                        16 => sixteen.push(level),
                        8 => eight.push(level as u8),
                        _ => eight.push((level * 255 / full) as u8),
                    }
                }
                (_, 16) => sixteen.extend(&pixel[..3]),
                _ => eight.extend(pixel[..3].iter().map(|&sample| sample as u8)),
            }
        }
    }

    /// Whether rows are stored as they are handed on.
    fn is_plain(&self) -> bool {
        let base = match self.layout.meaning {
            Meaning::Grey { inverted: false } => 1,
            Meaning::Rgb => 3,
            _ => return false,
        };
        self.layout.bits == 8 && self.layout.samples == base && self.band.len() == 1 && self.layout.chunk.0 == self.layout.width
    }

    fn pixels(&self, rows: usize) -> Option<StripePixels<'_>> {
        let stride = self.layout.width as usize * if self.geometry.color == ColorSpace::Grey { 1 } else { 3 };
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

/// Puts the samples of a stored row into every `step`-th place, those of few bits from the highest bit on.
fn spread(stored: &[u8], bits: u8, out: &mut [u16], step: usize) {
    let places = out.iter_mut().step_by(step);
    match bits {
        16 => places.zip(stored.as_chunks::<2>().0).for_each(|(place, pair)| *place = u16::from_ne_bytes(*pair)),
        8 => places.zip(stored).for_each(|(place, &byte)| *place = byte.into()),
        _ => {
            let (a_byte, mask) = (8 / usize::from(bits), (1_u16 << bits) - 1);
            for (at, place) in places.enumerate() {
                let shift = 8 - usize::from(bits) * (at % a_byte + 1);
                *place = u16::from(stored[at / a_byte]) >> shift & mask;
            }
        }
    }
}

impl RowSource for TiffRows<'_> {
    fn geometry(&self) -> Geometry {
        self.geometry
    }

    fn next_stripe(&mut self) -> Result<Option<Stripe<'_>>, RowError> {
        let (first_row, height) = (self.next_row, self.layout.height as usize);
        if first_row >= height {
            return Ok(None);
        }
        if !self.held.contains(&first_row)
            && let Err(broken) = self.load()
        {
            self.next_row = height;
            return Err(match broken {
                Broken::Truncated => RowError::Truncated { row: first_row, height },
                Broken::Damaged => RowError::Damaged { row: first_row },
            });
        }
        let rows = STRIPE_ROWS.min(self.held.end - first_row);
        self.eight.clear();
        self.sixteen.clear();
        if self.is_plain() {
            let bytes = self.layout.row_bytes() as usize;
            let start = (first_row - self.held.start) * bytes;
            self.eight.extend_from_slice(&self.band[0][start..start + rows * bytes]);
        } else {
            for row in first_row..first_row + rows {
                self.gather(row);
                self.append();
            }
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
