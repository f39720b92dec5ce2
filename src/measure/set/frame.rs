//! What a set needs of a photo.

use super::SetPhoto;
use crate::ingest::metadata::Moment;
use crate::measure::{PhotoMeasurements, PhotoOutcome, PictureHashes};

/// A photo that could be measured.
#[derive(Debug, Clone)]
pub struct Frame<'a> {
    pub number: u16,
    pub file_name: &'a str,
    pub photo: &'a PhotoMeasurements,
    pub hashes: Option<&'a PictureHashes>,
    /// Seconds of the camera's clock since 1970; None without a time.
    pub taken: Option<i64>,
}

impl<'a> Frame<'a> {
    /// None for an unusable file.
    pub fn of(photo: &SetPhoto<'a>) -> Option<Self> {
        let PhotoOutcome::Measured(measured) = photo.outcome else { return None };
        let mut frame = Self {
            number: photo.number,
            file_name: photo.file_name,
            photo: measured,
            hashes: measured.pictures.as_ref().and_then(|pictures| pictures.hashes.as_ref()),
            taken: None,
        };
        frame.taken = frame.taken_at().and_then(Moment::parse).and_then(Moment::seconds);
        Some(frame)
    }

    /// When it was taken, as written.
    pub fn taken_at(&self) -> Option<&'a str> {
        self.photo.metadata.said.dates.original.as_deref().or(self.photo.capture.taken_at.as_deref())
    }

    /// Where it stands among others whatever order they came in: two with one place have the same bytes and name.
    pub fn place(&self) -> (&str, &str, u16) {
        (&self.photo.file.sha256, self.file_name, self.number)
    }

    /// Maker and model; None unless the file names a model.
    pub fn camera(&self) -> Option<(Option<&str>, &str)> {
        let capture = &self.photo.capture;
        Some((capture.make.as_deref(), capture.model.as_deref()?))
    }
}
