//! WebP (RFC 9649): lossy (VP8) and lossless (VP8L), with alpha; of an animation its first frame on the canvas.

mod frame;
mod walk;

#[cfg(test)]
pub(in crate::ingest) mod tests;

use std::borrow::Cow;
use std::io::ErrorKind;

use image_webp::{DecodingError, WebPDecoder};

use crate::ingest::decode::behind;
use crate::ingest::decode::whole::{Broken, WholeRows};
use crate::ingest::metadata::{Blocks, IccProfile};
use crate::ingest::photo::{Completeness, Compression, Container, Format, Header, Photo};
use crate::ingest::{IngestError, Limits};

use frame::{Coded, Frame};
use walk::Walk;

/// Opens a WebP.
///
/// # Errors
/// As [`crate::ingest::open`].
pub fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Photo<'a>, IngestError> {
    let walk = walk::walk(bytes, limits)?;
    let Some(frame) = walk.first.clone() else {
        return Err(match walk.reached_end {
            true => IngestError::Damaged { what: "there is no picture in it" },
            false => IngestError::Truncated,
        });
    };
    let canvas = walk.canvas;
    limits.check_decoder_bytes(decoder_bytes(&frame, canvas))?;
    let exif = walk.exif.map(|tiff| Cow::Borrowed(tiff.strip_prefix(b"Exif\0\0").unwrap_or(tiff)));
    let (metadata, mut embedded) = Blocks { exif, xmp: walk.xmp.map(Cow::Borrowed), ..Blocks::default() }.read();
    let behind = behind::read(bytes, bytes.len() - walk.trailing_bytes as usize, &[], limits);
    embedded.extend(behind.pictures);
    let has_alpha = frame.has_alpha() || !frame.covers(canvas);
    let header = Header {
        format: Format::WebP,
        width: canvas.0,
        height: canvas.1,
        bits_per_sample: 8,
        channels: 3,
        indexed: false,
        has_alpha,
        orientation: metadata.orientation,
    };
    let container = container(&walk, &frame);
    let was_cut = !walk.reached_end;
    let rows = WholeRows::new(canvas, has_alpha, move || picture(&frame, canvas, was_cut));
    let icc = walk.icc.map(|profile| IccProfile::new(profile.to_vec()));
    let extras = metadata.extras.iter().copied().chain(behind.extras).collect();
    Ok(Photo { header, container, icc, metadata, embedded, extras, rows: Box::new(rows) })
}

/// What the decoder holds at once, and the picture it gives, in bytes.
fn decoder_bytes(frame: &Frame, canvas: (u32, u32)) -> u64 {
    let pixels = |(width, height): (u32, u32)| u64::from(width) * u64::from(height);
    let blocks = (frame.size.0.next_multiple_of(16), frame.size.1.next_multiple_of(16));
    let per_frame = match (&frame.coded, frame.alpha.is_some()) {
        // planes at half the chroma size, and R'G'B'
        (Coded::Lossy(_), false) => pixels(blocks) * 3 / 2 + pixels(frame.size) * 3,
        // besides, the alpha plane is itself a lossless picture of four samples
        (Coded::Lossy(_), true) => pixels(blocks) * 3 / 2 + pixels(frame.size) * 9,
        // four samples a pixel, transforms and entropy images of about one more, and R'G'B' taken out of them
        (Coded::Lossless { .. }, _) => pixels(frame.size) * 8,
    };
    per_frame + if frame.covers(canvas) { 0 } else { pixels(canvas) * 4 }
}

fn container(walk: &Walk, frame: &Frame) -> Container {
    let completeness = match (walk.reached_end, walk.damaged) {
        (false, _) => Completeness::Truncated,
        (true, true) => Completeness::Damaged,
        (true, false) => Completeness::Complete,
    };
    Container {
        completeness,
        trailing_bytes: walk.trailing_bytes,
        pictures: walk.frames.max(1),
        animated: walk.animated,
        compression: match frame.coded {
            Coded::Lossy(_) => Compression::Lossy,
            Coded::Lossless { .. } => Compression::Lossless,
        },
        jpeg: None,
        png: None,
    }
}

/// Decodes the frame and lays it on the canvas.
fn picture(frame: &Frame, canvas: (u32, u32), was_cut: bool) -> Result<Vec<u8>, Broken> {
    let decoded = decoded(frame).map_err(|error| match error {
        DecodingError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof && was_cut => Broken::Truncated,
        _ if was_cut => Broken::Truncated,
        _ => Broken::Damaged,
    })?;
    Ok(if frame.covers(canvas) { decoded } else { frame.placed(&decoded, canvas) })
}

fn decoded(frame: &Frame) -> Result<Vec<u8>, DecodingError> {
    let mut decoder = WebPDecoder::new(frame.file())?;
    let mut samples = vec![0; decoder.output_buffer_size().ok_or(DecodingError::ImageTooLarge)?];
    decoder.read_image(&mut samples)?;
    Ok(samples)
}
