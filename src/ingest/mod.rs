//! Bytes to [`Photo`]: what the file is, what it says about itself, and its pixels as lazy stripes of rows.
//!
//! The type is told by content, every limit is checked on the headers before a pixel is allocated, and our own walkers over
//! markers and chunks notice what lenient decoders hide: early ends, wrong checksums, bytes behind the end.
//! Imports only `raster`; knows no measurement, no clock, no network and no disk.

pub mod decode;
pub mod error;
pub mod limits;
pub mod metadata;
pub mod photo;
pub mod sniff;

pub use error::IngestError;
pub use limits::Limits;
pub use metadata::{Capture, DeclaredColor, Embedded, Extra, IccProfile, Metadata, Privacy, Rights};
pub use photo::{
    Completeness, Compression, Container, Format, Header, JpegProcess, JpegStructure, Photo, PngStructure, QuantTable,
};
pub use sniff::{FileType, sniff};

/// Reads a photo's headers and metadata and prepares its rows; no pixel is decoded yet.
///
/// A file that breaks off inside its picture still opens: [`Container::completeness`] says so, and its rows end in a
/// [`RowError`](crate::raster::RowError) where the data does.
///
/// # Errors
/// [`IngestError`]: not a format we read, coded in a way we do not read, larger than `limits`, or broken before the picture begins.
pub fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Photo<'a>, IngestError> {
    match sniff(bytes) {
        FileType::Jpeg => decode::jpeg::open(bytes, limits),
        FileType::Png => decode::png::open(bytes, limits),
        FileType::WebP => decode::webp::open(bytes, limits),
        FileType::Tiff => decode::tiff::open(bytes, limits),
        FileType::Gif => decode::gif::open(bytes, limits),
        FileType::CameraRaw(seen) => Err(IngestError::CameraRaw { seen }),
        FileType::Video(seen) => Err(IngestError::Video { seen }),
        FileType::NotYet(seen) => Err(IngestError::NotReadYet { seen }),
        FileType::Other(seen) => Err(IngestError::UnsupportedType { seen }),
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
