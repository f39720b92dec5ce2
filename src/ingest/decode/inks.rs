//! A picture of four inks: its headers are told, its samples are not handed on.

use crate::raster::{ColorSpace, Geometry, RowError, RowSource, SampleDepth, Stripe};

/// No rows.
pub struct Inks {
    geometry: Geometry,
}

impl Inks {
    /// Of a picture of this size.
    pub fn new(width: u32, height: u32) -> Self {
        Self { geometry: Geometry { width, height, color: ColorSpace::Cmyk, depth: SampleDepth::Eight } }
    }
}

impl RowSource for Inks {
    fn geometry(&self) -> Geometry {
        self.geometry
    }

    fn next_stripe(&mut self) -> Result<Option<Stripe<'_>>, RowError> {
        Ok(None)
    }
}
