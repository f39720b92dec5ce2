//! Photo -> [`PhotoMeasurements`]: one file a measurement, kernels apart.
//!
//! No I/O, no clock, no HTTP, no SQL. Same bytes in, same numbers out, on any number of threads.

pub mod finding;
pub mod kernels;
pub mod metric;
pub mod result;

pub use result::*;

use crate::ingest;

/// How photos are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// What a photo may cost.
    pub limits: ingest::Limits,
    /// Whether anything with picture content is made: previews and maps.
    pub previews: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { limits: ingest::Limits::default(), previews: true }
    }
}

/// The whole of a photo worker's job: opens the bytes, streams the picture once, measures it, makes the previews.
pub fn measure_photo(_bytes: &[u8], _options: &Options) -> PhotoOutcome {
    todo!("first merge: signatures only")
}
