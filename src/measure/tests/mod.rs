//! Whole pictures through the pass: a plain oracle, synthetic truths, and files.

mod files;
mod formats;
mod matrix;
mod oracle;
mod pass;
mod synthetic;
mod truths;
