//! WebP (RFC 9649): lossy (VP8) and lossless (VP8L), with alpha; of an animation its first frame on the canvas.

mod alpha;
mod frame;
mod walk;

#[cfg(test)]
pub(in crate::ingest) mod tests;

use std::borrow::Cow;

use image_webp::WebPDecoder;

use crate::ingest::decode::behind;
use crate::ingest::decode::whole::{Broken, Whole, WholeRows};
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
    let rows = WholeRows::new(canvas, move || picture(&frame, canvas, was_cut));
    let icc = walk.icc.map(|profile| IccProfile::new(profile.to_vec()));
    let extras = metadata.extras.iter().copied().chain(behind.extras).collect();
    Ok(Photo { header, container, icc, metadata, embedded, extras, rows: Box::new(rows) })
}

/// What is held at once while the picture is decoded, in bytes.
fn decoder_bytes(frame: &Frame, canvas: (u32, u32)) -> u64 {
    let pixels = |(width, height): (u32, u32)| u64::from(width) * u64::from(height);
    let blocks = (frame.size.0.next_multiple_of(16), frame.size.1.next_multiple_of(16));
    // four samples a pixel, transforms and entropy images of about one more
    let lossless = pixels(frame.size) * 5;
    // planes at half the chroma size, and R'G'B'
    let lossy = pixels(blocks) * 3 / 2 + pixels(frame.size) * 3;
    let per_frame = match (&frame.coded, frame.alpha.is_some()) {
        (Coded::Lossy(_), false) => lossy,
        // the alpha plane is itself a lossless picture, and gone before color is decoded
        (Coded::Lossy(_), true) => lossy.max(lossless),
        (Coded::Lossless { .. }, _) => lossless,
    };
    per_frame + if frame.covers(canvas) { 0 } else { pixels(canvas) * 3 }
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

/// Decodes the frame and lays it on the canvas, which is transparent elsewhere.
fn picture(frame: &Frame, canvas: (u32, u32), was_cut: bool) -> Result<Whole, Broken> {
    let whole = decoded(frame).ok_or(if was_cut { Broken::Truncated } else { Broken::Damaged })?;
    Ok(match frame.covers(canvas) {
        true => whole,
        false => Whole { samples: frame.placed(&whole.samples, whole.per_pixel, canvas), per_pixel: 3, alpha_used: true },
    })
}

fn decoded(frame: &Frame) -> Option<Whole> {
    let beside = frame.alpha.map_or(Some(false), |alpha| alpha::is_used(alpha, frame.size))?;
    let mut decoder = WebPDecoder::new(frame.color_file()).ok()?;
    let mut samples = vec![0; decoder.output_buffer_size()?];
    decoder.read_image(&mut samples).ok()?;
    Some(match frame.coded {
        Coded::Lossy(_) => Whole { samples, per_pixel: 3, alpha_used: beside },
        Coded::Lossless { has_alpha, .. } => {
            let alpha_used = has_alpha && samples.as_chunks::<4>().0.iter().any(|&[.., alpha]| alpha != u8::MAX);
            Whole { samples, per_pixel: 4, alpha_used }
        }
    })
}
