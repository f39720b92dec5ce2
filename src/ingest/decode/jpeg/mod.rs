//! JPEG (ITU-T T.81): baseline, extended and progressive with Huffman coding, 8 bit, grey, YCbCr or RGB; of four
//! inks (CMYK, YCCK) the headers alone.

mod frame;
mod huffman;
mod mpf;
mod rows;
mod scan;
mod walk;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::ingest::decode::behind;
use crate::ingest::decode::inks::Inks;
use crate::ingest::decode::pieces::Pieces;
use crate::ingest::metadata::{Block, Blocks, Density, IccProfile};
use crate::ingest::photo::{Completeness, Compression, Container, Format, Header, JpegProcess, JpegStructure, Photo, QuantTable};
use crate::ingest::{IngestError, Limits};
use crate::raster::{ColorSpace, RowSource};

use frame::Frame;
use rows::JpegRows;
use walk::Walk;

/// Set bits behind each scan. No Huffman code is all ones (T.81, C), so a decoder that runs out of data meets an error here,
/// where it would decode a bare end marker as zeroes without a word.
const GUARD: &[u8] = &[0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0];
const START: &[u8] = &[0xff, 0xd8];
const END: &[u8] = &[0xff, 0xd9];

/// Opens a JPEG.
///
/// # Errors
/// As [`crate::ingest::open`].
pub fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Photo<'a>, IngestError> {
    let walk = walk::walk(bytes, limits)?;
    let ended =
        if walk.reached_end { IngestError::Damaged { what: "there is no picture in it" } } else { IngestError::Truncated };
    let Some(frame) = walk.frame.clone() else { return Err(ended) };
    if !walk.covers_all() {
        return Err(ended);
    }
    let color = color_space(&walk, &frame);
    if color != ColorSpace::Cmyk {
        check_scans(&walk, &frame, limits)?;
    }
    let (mut metadata, mut embedded) = blocks(&walk).read();
    let behind = behind::read(bytes, bytes.len() - walk.trailing_bytes as usize, &walk.declared, limits);
    embedded.extend(behind.pictures);
    let profile = walk.icc();
    metadata.profile_unreadable = profile.is_none() && !walk.icc_parts.is_empty();
    let rows: Box<dyn RowSource + 'a> = if color == ColorSpace::Cmyk {
        Box::new(Inks::new(frame.width.into(), frame.height.into()))
    } else {
        let (stream, data_end) = decoder_stream(&walk, &frame);
        Box::new(JpegRows::open(stream, data_end, &frame, color)?)
    };
    Ok(Photo {
        header: Header {
            format: Format::Jpeg,
            width: frame.width.into(),
            height: frame.height.into(),
            bits_per_sample: 8,
            channels: frame.components.len() as u8,
            indexed: false,
            has_alpha: false,
            orientation: metadata.orientation,
        },
        container: container(&walk, &frame),
        icc: profile.map(IccProfile::new),
        extras: metadata.extras.iter().copied().chain(behind.extras).collect(),
        metadata,
        embedded,
        rows,
    })
}

/// Bytes behind the first JPEG in `bytes`, without opening it.
///
/// # Errors
/// What the walk over its markers refuses.
pub fn bytes_behind(bytes: &[u8], limits: &Limits) -> Result<usize, IngestError> {
    walk::walk(bytes, limits).map(|walk| walk.trailing_bytes as usize)
}

/// What was written down beside the picture, as found.
fn blocks<'a>(walk: &Walk<'a>) -> Blocks<'a> {
    let photoshop = match walk.photoshop[..] {
        [] => None,
        [one] => Some(Cow::Borrowed(one)),
        _ => Some(Cow::Owned(walk.photoshop.concat())),
    };
    let density = walk.density.and_then(|(unit, x, y)| {
        let inches = match unit {
            1 => 1.0,
            2 => 2.54,
            _ => return None,
        };
        let density = Density { block: Block::Jfif, x_ppi: f64::from(x) * inches, y_ppi: f64::from(y) * inches };
        (x > 0 && y > 0).then_some(density)
    });
    Blocks {
        exif: walk.exif.map(Cow::Borrowed),
        xmp: walk.xmp.map(Cow::Borrowed),
        xmp_extended: walk.xmp_extended.clone(),
        further: walk.further.iter().map(|(block, bytes)| (*block, Cow::Borrowed(*bytes))).collect(),
        photoshop,
        comments: walk.comments.iter().map(|comment| Cow::Borrowed(*comment)).collect(),
        densities: density.into_iter().collect(),
        ..Blocks::default()
    }
}

/// Whether the decoder can stream the picture, a row of MCUs at a time.
fn is_streamed(walk: &Walk, frame: &Frame) -> bool {
    frame.process != JpegProcess::Progressive
        && walk.scans.first().is_some_and(|scan| scan.header.components.len() == frame.components.len())
}

/// Checks what the decoder would hold, and that the data can fill it, before it allocates.
fn check_scans(walk: &Walk, frame: &Frame, limits: &Limits) -> Result<(), IngestError> {
    if is_streamed(walk, frame) {
        return Ok(());
    }
    let progressive = frame.process == JpegProcess::Progressive;
    // progressive scans are decoded into a copy first
    limits.check_decoder_bytes(frame.coefficient_bytes() * if progressive { 2 } else { 1 })?;
    if walk.is_short() {
        return Err(match walk.reached_end {
            true => IngestError::Damaged { what: "it holds less data than its header promises" },
            false => IngestError::Truncated,
        });
    }
    if progressive {
        return Ok(());
    }
    // the decoder loses its way in some of these; they are rare
    if walk.scans.iter().any(|scan| scan.restart_interval > 0) {
        return Err(IngestError::UnsupportedCoding { coding: "a JPEG of several scans with restart markers" });
    }
    let mixed = walk.scans.iter().map(|scan| &scan.header.components).any(|components| {
        components.len() > 1
            && components.iter().any(|&(index, _)| {
                let component = &frame.components[index];
                (component.horizontal, component.vertical) != (1, 1)
            })
    });
    if mixed {
        return Err(IngestError::UnsupportedCoding { coding: "a JPEG with an odd order of scans" });
    }
    Ok(())
}

/// YCbCr unless something says RGB (as libjpeg decides it).
fn color_space(walk: &Walk, frame: &Frame) -> ColorSpace {
    let ids: Vec<u8> = frame.components.iter().map(|component| component.id).collect();
    match (ids.len(), walk.jfif, walk.adobe_transform) {
        (1, _, _) => ColorSpace::Grey,
        (4, _, _) => ColorSpace::Cmyk,
        (_, true, _) => ColorSpace::Ycc,
        (_, false, Some(0)) => ColorSpace::Rgb,
        (_, false, Some(_)) => ColorSpace::Ycc,
        (_, false, None) if ids == b"RGB" => ColorSpace::Rgb,
        (_, false, None) => ColorSpace::Ycc,
    }
}

/// What the decoder gets to see, and where in it the last scan's data ends.
fn decoder_stream<'a>(walk: &Walk<'a>, frame: &Frame) -> (Pieces<'a>, u64) {
    let mut stream = Pieces::default();
    stream.push(START);
    stream.push(frame.segment());
    let mut data_end = 0;
    for scan in &walk.scans {
        stream.push(scan.setup.clone());
        if scan.restart_interval > 0 {
            // again before every scan: it also starts the decoder's count anew
            let [high, low] = scan.restart_interval.to_be_bytes();
            stream.push(vec![0xff, 0xdd, 0, 4, high, low]);
        }
        stream.push(scan.header.segment());
        stream.push(scan.entropy.bytes);
        data_end = stream.length() as u64;
        stream.push(GUARD);
    }
    stream.push(END);
    (stream, data_end)
}

fn container(walk: &Walk, frame: &Frame) -> Container {
    let completeness = match (walk.reached_end, walk.is_short(), walk.damaged) {
        (false, _, _) | (_, true, _) => Completeness::Truncated,
        (_, _, true) => Completeness::Damaged,
        _ => Completeness::Complete,
    };
    let mut tables: Vec<QuantTable> = Vec::new();
    for table in walk.component_tables.iter().flatten() {
        if !tables.iter().any(|seen| seen.slot == table.slot) {
            tables.push(table.clone());
        }
    }
    Container {
        completeness,
        trailing_bytes: walk.trailing_bytes,
        pictures: 1,
        animated: false,
        compression: Compression::Lossy,
        jpeg: Some(JpegStructure {
            process: frame.process,
            sampling: frame.components.iter().map(|c| (c.horizontal, c.vertical)).collect(),
            restart_interval: walk.restart_interval.into(),
            tables,
            entropy_bytes: walk.entropy_bytes,
            scans: walk.scans_seen,
            standard_huffman: walk.standard_huffman == Some(true),
            adobe_transform: walk.adobe_transform,
            jfif: walk.jfif,
        }),
        png: None,
    }
}
