//! GIF (87a and 89a): of an animation the first picture, on its screen.

mod rows;
mod walk;

#[cfg(test)]
pub(in crate::ingest) mod tests;

use std::borrow::Cow;

use crate::ingest::decode::behind;
use crate::ingest::metadata::{Blocks, IccProfile};
use crate::ingest::photo::{Completeness, Compression, Container, Format, Header, Photo};
use crate::ingest::{IngestError, Limits};

use rows::GifRows;
use walk::{Frame, Walk};

/// One byte of packed data is at most this many pixels: a code of 12 bits stands for at most 4096.
const RATIO_MAX: u64 = 2731;

/// Opens a GIF.
///
/// # Errors
/// As [`crate::ingest::open`].
pub fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Photo<'a>, IngestError> {
    let mut walk = walk::walk(bytes, limits)?;
    let Some(frame) = walk.first.clone() else {
        return Err(match walk.reached_end || walk.damaged {
            true => IngestError::Damaged { what: "there is no picture in it" },
            false => IngestError::Truncated,
        });
    };
    let pixels = u64::from(frame.size.0) * u64::from(frame.size.1);
    if frame.interlaced {
        limits.check_decoder_bytes(pixels)?;
        if pixels / RATIO_MAX > frame.data_bytes {
            return Err(match walk.reached_end {
                true => IngestError::Damaged { what: "it holds less data than its header promises" },
                false => IngestError::Truncated,
            });
        }
    }
    let (screen, is_cut) = (walk.screen, !walk.reached_end && !walk.damaged);
    let header = Header {
        format: Format::Gif,
        width: screen.0,
        height: screen.1,
        bits_per_sample: 8,
        channels: 3,
        indexed: true,
        has_alpha: frame.transparent.is_some() || frame.size != screen,
        orientation: crate::raster::Orientation::Upright,
    };
    let container = container(&walk, &frame);
    let xmp = walk.xmp.take().map(Cow::Owned);
    let comments = std::mem::take(&mut walk.comments).into_iter().map(Cow::Owned).collect();
    let (metadata, mut embedded) = Blocks { xmp, comments, ..Blocks::default() }.read();
    let behind = behind::read(bytes, bytes.len() - walk.trailing_bytes as usize, &[], limits);
    embedded.extend(behind.pictures);
    let extras = metadata.extras.iter().copied().chain(behind.extras).collect();
    let rows = Box::new(GifRows::new(frame, screen, is_cut));
    Ok(Photo { header, container, icc: walk.icc.map(IccProfile::new), metadata, embedded, extras, rows })
}

fn container(walk: &Walk, frame: &Frame) -> Container {
    let short = u64::from(frame.size.0) * u64::from(frame.size.1) / RATIO_MAX > frame.data_bytes;
    let completeness = match (walk.damaged || (short && walk.reached_end), walk.reached_end) {
        (true, _) => Completeness::Damaged,
        (false, false) => Completeness::Truncated,
        (false, true) => Completeness::Complete,
    };
    Container {
        completeness,
        trailing_bytes: walk.trailing_bytes,
        pictures: walk.frames.max(1),
        animated: walk.frames > 1,
        compression: Compression::Lossless,
        jpeg: None,
        png: None,
    }
}
