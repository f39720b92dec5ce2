//! PNG (W3C): every colour type and depth, palette and transparency, interlaced or not; of an animation its still picture.

mod rows;
mod texts;
mod walk;

#[cfg(test)]
pub(in crate::ingest) mod tests;

use std::borrow::Cow;

use png::{Decoder, Reader, Transformations};

use crate::ingest::decode::behind;
use crate::ingest::decode::pieces::Pieces;
use crate::ingest::metadata::{Block, Blocks, Density, IccProfile};
use crate::ingest::photo::{Completeness, Compression, Container, Format, Header, Photo, PngStructure};
use crate::ingest::{IngestError, Limits};

use rows::PngRows;
use walk::Walk;

/// What the decoder may hold beside the profile: a few rows, a palette, its window over the packed data. In bytes.
const DECODER_BYTES_MAX: usize = 16 << 20;
/// Deflate packs at most this many bytes into one (a match of 258 bytes in two bits).
const DEFLATE_RATIO_MAX: u64 = 1032;
/// An end chunk.
const END: &[u8] = b"\0\0\0\0IEND\xae\x42\x60\x82";

/// Opens a PNG.
///
/// # Errors
/// As [`crate::ingest::open`].
pub fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Photo<'a>, IngestError> {
    let mut walk = walk::walk(bytes, limits)?;
    if walk.data_bytes == 0 {
        return Err(match (walk.data_damaged, walk.reached_end) {
            (true, _) => IngestError::Damaged { what: "the checksum of its picture data does not hold" },
            (false, true) => IngestError::Damaged { what: "there is no picture in it" },
            (false, false) => IngestError::Truncated,
        });
    }
    let ihdr = walk.ihdr;
    let promised_too_much = ihdr.raw_bytes_min() / DEFLATE_RATIO_MAX > walk.data_bytes;
    if ihdr.interlaced {
        limits.check_decoder_bytes(whole_bytes(&walk))?;
        if promised_too_much {
            return Err(match walk.reached_end {
                true => IngestError::Damaged { what: "it holds less data than its header promises" },
                false => IngestError::Truncated,
            });
        }
    }
    let reader = reader(bytes, &walk, limits)?;
    let profile = reader.info().icc_profile.as_deref().map(<[u8]>::to_vec);
    limits.check_icc(profile.as_ref().map_or(0, |profile| profile.len() as u64))?;
    let (mut metadata, mut embedded) = blocks(&mut walk).read();
    let behind = behind::read(bytes, bytes.len() - walk.trailing_bytes as usize, &[], limits);
    embedded.extend(behind.pictures);
    metadata.profile_unreadable = walk.has_profile && profile.is_none();
    let has_alpha = matches!(ihdr.color, 4 | 6) || walk.has_transparency;
    Ok(Photo {
        header: Header {
            format: Format::Png,
            width: ihdr.width,
            height: ihdr.height,
            bits_per_sample: if ihdr.color == 3 { 8 } else { ihdr.depth },
            channels: if matches!(ihdr.color, 0 | 4) { 1 } else { 3 },
            indexed: ihdr.color == 3,
            has_alpha,
            orientation: metadata.orientation,
        },
        container: container(&walk, promised_too_much),
        icc: profile.map(IccProfile::new),
        extras: metadata.extras.iter().copied().chain(behind.extras).collect(),
        metadata,
        embedded,
        rows: Box::new(PngRows::new(reader, walk.reached_end || walk.data_damaged)),
    })
}

/// A decoder over the chunks it needs; everything it sees has a checksum that holds.
fn reader<'a>(bytes: &'a [u8], walk: &Walk<'a>, limits: &Limits) -> Result<Reader<Pieces<'a>>, IngestError> {
    let mut stream = Pieces::default();
    walk.stretches.iter().for_each(|stretch| stream.push(bytes.get(stretch.clone()).unwrap_or_default()));
    if walk.reached_end {
        stream.push(END);
    }
    let icc_bytes_max = usize::try_from(limits.icc_bytes_max).unwrap_or(usize::MAX);
    // the profile counts twice: packed and unpacked
    let allowed = DECODER_BYTES_MAX.saturating_add(icc_bytes_max.saturating_mul(2));
    let mut decoder = Decoder::new_with_limits(stream, png::Limits { bytes: allowed });
    decoder.set_transformations(Transformations::EXPAND);
    decoder.set_ignore_text_chunk(true);
    decoder.ignore_checksums(true);
    decoder.read_info().map_err(|error| match (error, walk.reached_end) {
        (png::DecodingError::IoError(_), false) => IngestError::Truncated,
        _ => IngestError::Damaged { what: "its chunks do not hold together" },
    })
}

/// Bytes of the whole picture as the decoder gives it.
fn whole_bytes(walk: &Walk) -> u64 {
    let ihdr = &walk.ihdr;
    let samples = if ihdr.color == 3 { 3 } else { ihdr.samples() } + u64::from(walk.has_transparency);
    u64::from(ihdr.width) * u64::from(ihdr.height) * samples * if ihdr.depth == 16 { 2 } else { 1 }
}

/// What was written down beside the picture, as found.
fn blocks<'a>(walk: &mut Walk<'a>) -> Blocks<'a> {
    let texts = std::mem::take(&mut walk.texts);
    let bare = |tiff: Vec<u8>| match tiff.strip_prefix(b"Exif\0\0") {
        Some(bare) => bare.to_vec(),
        None => tiff,
    };
    let exif = walk.exif.map(|tiff| Cow::Borrowed(tiff.strip_prefix(b"Exif\0\0").unwrap_or(tiff)));
    let density = walk.density.filter(|(x, y)| *x > 0 && *y > 0).map(|(x, y)| {
        let inches = |per_meter: u32| f64::from(per_meter) * 0.0254;
        Density { block: Block::PngPhys, x_ppi: inches(x), y_ppi: inches(y) }
    });
    let raw = texts.exif.map(bare).map(Cow::Owned);
    let (exif, further) = match exif {
        Some(exif) => (Some(exif), raw),
        None => (raw, None),
    };
    Blocks {
        exif,
        further: further.into_iter().map(|block| (Block::Exif, block)).collect(),
        xmp: texts.xmp.map(Cow::Owned),
        photoshop: texts.photoshop.map(Cow::Owned),
        texts: texts.plain,
        densities: density.into_iter().collect(),
        ..Blocks::default()
    }
}

fn container(walk: &Walk, promised_too_much: bool) -> Container {
    let completeness = match (walk.reached_end, walk.damaged || promised_too_much) {
        // a broken chunk hides whether the file goes on
        (_, true) => Completeness::Damaged,
        (false, false) => Completeness::Truncated,
        (true, false) => Completeness::Complete,
    };
    Container {
        completeness,
        trailing_bytes: walk.trailing_bytes,
        pictures: walk.frames.unwrap_or(1).max(1),
        animated: walk.frames.is_some(),
        compression: Compression::Lossless,
        jpeg: None,
        png: Some(PngStructure {
            interlaced: walk.ihdr.interlaced,
            srgb: walk.srgb,
            gamma: walk.gamma,
            data_bytes: walk.data_bytes,
        }),
    }
}
