//! One folder a format: a walker over the structure that trusts nothing, and a row source over the decoder.
//!
//! The walkers hand the decoders only what decoding needs ([`pieces`]), so that no decoder ever parses metadata and each
//! sees where its data really ends.

pub mod behind;
pub mod gif;
pub mod inks;
pub mod jpeg;
pub mod pieces;
pub mod png;
pub mod tiff;
pub mod webp;
pub mod whole;

/// Runs a decoder that is not ours. Should it panic over a file, that is the file's damage: None.
fn guarded<T>(decode: impl FnOnce() -> T) -> Option<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(decode)).ok()
}
