//! Pixels in memory: views with a stride, stripes of rows as a decoder gives them, orientation, colour space.
//!
//! Imports nothing of ours. Nothing here knows files, formats or measurements.

pub mod buffer;
pub mod orientation;
pub mod plane;
pub mod source;

pub use buffer::StripeBuffer;
pub use orientation::Orientation;
pub use plane::{Plane, PlaneView};
pub use source::{ColorSpace, Geometry, Read, RowError, RowSource, SampleDepth, Stripe, StripePixels};
