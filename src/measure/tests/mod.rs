//! Whole pictures through the pass: a plain oracle, synthetic truths, and files.

mod files;
mod finding;
mod formats;
mod matrix;
mod metadata;
mod oracle;
mod pass;
mod scales;
pub(super) mod synthetic;
mod toning;
mod truths;
