//! Measurements and facts -> PDF and JSON bytes: content (what), layout (where), pdf (bytes), fonts.
//!
//! No I/O, no clock, no HTTP, no SQL. Equal facts, equal bytes.

pub mod facts;

pub use facts::{RenderedReport, ReportFacts, ReportPhoto};
