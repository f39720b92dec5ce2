//! Small pictures inside a file: thumbnails and previews. They may show what the picture no longer does.

use std::borrow::Cow;

use base64::Engine as _;
use serde::{Deserialize, Serialize};

use crate::ingest::photo::Photo;
use crate::ingest::sniff::{FileType, sniff};
use crate::ingest::{IngestError, Limits};

/// Pictures taken out of one file.
pub const PICTURES_MAX: usize = 64;
/// Pixels of a picture that is opened: previews are made for screens.
const PIXELS_MAX: u64 = 8_000_000;

/// Where a picture lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// Second directory of EXIF.
    ExifThumbnail,
    /// A further picture of the multi-picture format (CIPA DC-007).
    MultiPicture,
    /// Inside the maker note.
    MakerNote,
    /// Photoshop's image resources.
    Photoshop,
    /// XMP, in base64.
    Xmp,
    /// Behind the end of the picture.
    AfterEnd,
}

/// A picture as it lies in the file. Its bytes are hostile input like the file's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embedded<'a> {
    /// Where it lies.
    pub place: Place,
    /// As stored, as far as the file holds it.
    pub bytes: Cow<'a, [u8]>,
}

impl<'a> Embedded<'a> {
    /// A picture of these bytes.
    pub const fn new(place: Place, bytes: Cow<'a, [u8]>) -> Self {
        Self { place, bytes }
    }

    /// A picture written as text; None if the text is no base64.
    pub fn from_base64(text: &str) -> Option<Self> {
        let text: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        let bytes = base64::engine::general_purpose::STANDARD.decode(text).ok()?;
        Some(Self::new(Place::Xmp, Cow::Owned(bytes)))
    }

    /// Reads its headers and prepares its rows, as for a photo. What lies inside it in turn is told and not opened.
    ///
    /// # Errors
    /// As [`crate::ingest::open`]; anything but JPEG, and more than 8 million pixels.
    pub fn open(&self, limits: &Limits) -> Result<Photo<'_>, IngestError> {
        let limits = Limits { pixels_max: limits.pixels_max.min(PIXELS_MAX), ..*limits };
        match sniff(&self.bytes) {
            FileType::Jpeg => crate::ingest::open(&self.bytes, &limits),
            _ => Err(IngestError::UnsupportedType { seen: "an embedded picture of another type" }),
        }
    }
}
