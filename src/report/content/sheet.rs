//! The contact sheet: every frame in upload order.

use crate::measure::PhotoVerdict;
use crate::report::facts::ReportPhoto;
use crate::report::words::Counts;

use super::{FRAMES_A_SHEET, FrameContent};

/// One page of the contact sheet.
#[derive(Debug)]
pub struct Sheet {
    /// `Contact sheet`, with its part if there are more.
    pub title: String,
    /// Ready, Check, Redo of the whole set.
    pub counts: [(PhotoVerdict, usize); 3],
    /// How the frames lie.
    pub note: &'static str,
    /// At most 20.
    pub frames: Vec<FrameContent>,
}

pub(super) fn compose(photos: &[ReportPhoto], frames: &[FrameContent]) -> Vec<Sheet> {
    let counts = Counts::of(photos);
    let sheets = frames.len().div_ceil(FRAMES_A_SHEET);
    let pictures = frames.iter().any(|frame| matches!(frame.picture, super::FramePicture::Photo { .. }));
    frames
        .chunks(FRAMES_A_SHEET)
        .enumerate()
        .map(|(index, frames)| Sheet {
            title: if sheets == 1 { "Contact sheet".into() } else { format!("Contact sheet, {} of {sheets}", index + 1) },
            counts: [(PhotoVerdict::Ready, counts.ready), (PhotoVerdict::Check, counts.check), (PhotoVerdict::Redo, counts.redo)],
            note: match (pictures, sheets) {
                (true, 1) => "in upload order, frames uncropped",
                (true, _) => "in upload order",
                (false, 1) => "in upload order, colours only",
                (false, _) => "colours only",
            },
            frames: frames.to_vec(),
        })
        .collect()
}
