//! Photo -> [`PhotoMeasurements`]: one file a measurement, kernels apart.
//!
//! No I/O, no clock, no HTTP, no SQL. Same bytes in, same numbers out, on any number of threads.

pub mod finding;
pub mod kernels;
pub mod metric;
pub mod result;

pub use result::*;
