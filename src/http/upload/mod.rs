//! Reads an upload, as multipart form or as one raw picture, straight into the pipeline's memory. No temporary file, no buffer of
//! a whole photo, a bound on the body's length.

pub mod body;
pub mod fields;
pub mod form;
pub mod photo;
pub mod raw;
pub mod receive;

pub use fields::{Fields, Sent};
pub use form::{FormRules, read_form};
pub use photo::put_photo;
pub use raw::{RawQuery, read_raw};
pub use receive::{accept, open, receive, receive_form};

#[cfg(test)]
mod tests;
