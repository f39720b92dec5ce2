//! jpeg to photo.

use crate::ingest::{IngestError, Limits, Photo};

/// Opens a jpeg.
///
/// # Errors
/// As [`crate::ingest::open`].
pub fn open<'a>(_bytes: &'a [u8], _limits: &Limits) -> Result<Photo<'a>, IngestError> {
    todo!()
}
