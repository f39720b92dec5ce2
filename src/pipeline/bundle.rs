//! The stored result: the JSON of a report and its previews, one frame in one sealed object.

use serde::{Deserialize, Serialize};

use super::frame::{self, FrameError, FrameKind};
use crate::measure::PhotoOutcome;
use crate::report::ReportPhoto;

#[derive(Debug, Serialize, Deserialize)]
struct Head {
    /// Photo numbers of the previews, in the order of the blobs.
    previews: Vec<u16>,
}

/// Packs result JSON and the previews of all photos that have one.
///
/// # Errors
/// [`FrameError::TooLarge`] past the bounds of a report.
pub fn pack(result_json: &[u8], photos: &[ReportPhoto]) -> Result<Vec<u8>, FrameError> {
    let previews: Vec<(u16, &[u8])> = photos
        .iter()
        .filter_map(|photo| match &photo.outcome {
            PhotoOutcome::Measured(measured) => Some((photo.number, measured.pictures.as_ref()?.preview.jpeg.as_slice())),
            PhotoOutcome::Unusable(_) => None,
        })
        .collect();
    let head = Head { previews: previews.iter().map(|(number, _)| *number).collect() };
    let blobs: Vec<&[u8]> = std::iter::once(result_json).chain(previews.iter().map(|(_, jpeg)| *jpeg)).collect();
    frame::encode(FrameKind::Bundle, &head, &blobs)
}

/// The result JSON in a bundle.
///
/// # Errors
/// [`FrameError`] for bytes that are no bundle.
pub fn result_json(bundle: &[u8]) -> Result<Vec<u8>, FrameError> {
    let (_, blobs): (Head, _) = frame::decode(FrameKind::Bundle, bundle)?;
    blobs.first().map(|json| json.to_vec()).ok_or(FrameError::Length)
}

/// The preview of a photo; None if the bundle has none for it.
///
/// # Errors
/// [`FrameError`] for bytes that are no bundle.
pub fn preview(bundle: &[u8], number: u16) -> Result<Option<Vec<u8>>, FrameError> {
    let (head, blobs): (Head, _) = frame::decode(FrameKind::Bundle, bundle)?;
    let at = head.previews.iter().position(|candidate| *candidate == number);
    Ok(at.and_then(|at| blobs.get(at + 1)).map(|jpeg| jpeg.to_vec()))
}
