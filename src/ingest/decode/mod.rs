//! One file a format: walkers over the structure, and row sources over the decoders.

pub mod jpeg;
pub mod png;
