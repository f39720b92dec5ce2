//! One folder a format: a walker over the structure that trusts nothing, and a row source over the decoder.
//!
//! The walkers hand the decoders only what decoding needs ([`pieces`]), so that no decoder ever parses metadata and each
//! sees where its data really ends.

pub mod jpeg;
pub mod pieces;
pub mod png;
