//! WebP: samples against the picture that was coded, and files that lie.

use crate::ingest::metadata::Block;
use image_webp::{ColorType, WebPEncoder};

use crate::ingest::open;
use crate::ingest::tests::{drain, picture};
use crate::raster::{Orientation, RowError};

use super::*;

pub(in crate::ingest) fn lossless(width: u32, height: u32, color: ColorType, data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    WebPEncoder::new(&mut bytes).encode(data, width, height, color).unwrap();
    bytes
}

pub(in crate::ingest) fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut out = [&kind[..], &(data.len() as u32).to_le_bytes(), data].concat();
    out.resize(out.len().next_multiple_of(2), 0);
    out
}

/// A file of chunks.
pub(in crate::ingest) fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body = chunks.concat();
    [b"RIFF", &(body.len() as u32 + 4).to_le_bytes()[..], b"WEBP", &body].concat()
}

fn extended(flags: u8, width: u32, height: u32) -> Vec<u8> {
    let side = |side: u32| (side - 1).to_le_bytes()[..3].to_vec();
    chunk(b"VP8X", &[vec![flags, 0, 0, 0], side(width), side(height)].concat())
}

/// The image chunk of a file that has nothing else.
fn image(file: &[u8]) -> Vec<u8> {
    file[12..].to_vec()
}

/// An animation on a canvas of 40 x 30: two frames, the first of them 20 x 10 at (4, 6).
pub(in crate::ingest) fn animation() -> Vec<u8> {
    let frame = |x: u8, y: u8, width: u8, height: u8| {
        let head = [x / 2, 0, 0, y / 2, 0, 0, width - 1, 0, 0, height - 1, 0, 0, 100, 0, 0, 0];
        let still = lossless(width.into(), height.into(), ColorType::Rgb8, &picture(width.into(), height.into()));
        chunk(b"ANMF", &[&head[..], &image(&still)].concat())
    };
    riff(&[extended(0x02, 40, 30), chunk(b"ANIM", &[0; 6]), frame(4, 6, 20, 10), frame(0, 0, 40, 30)])
}

fn rows(bytes: &[u8]) -> (Vec<u16>, bool) {
    let mut photo = open(bytes, &Limits::default()).unwrap();
    assert_eq!(photo.container.completeness, Completeness::Complete);
    let (rows, failed) = drain(&mut *photo.rows);
    assert_eq!((rows.len() as u32, failed), (photo.header.height, None));
    (rows.concat(), photo.rows.alpha_used())
}

fn wide(samples: &[u8]) -> Vec<u16> {
    samples.iter().map(|&sample| sample.into()).collect()
}

#[test]
fn lossless_samples_come_back() {
    for (width, height) in [(37, 35), (1, 1), (64, 16), (16, 33)] {
        let rgb = picture(width, height);
        let file = lossless(width as u32, height as u32, ColorType::Rgb8, &rgb);
        assert_eq!(rows(&file), (wide(&rgb), false));
        let photo = open(&file, &Limits::default()).unwrap();
        assert_eq!((photo.header.format, photo.header.channels, photo.header.has_alpha), (Format::WebP, 3, false));
        assert_eq!((photo.container.compression, photo.container.pictures), (Compression::Lossless, 1));
    }
}

#[test]
fn alpha_is_taken_out_and_looked_at() {
    let mut rgba: Vec<u8> = picture(20, 20).chunks(3).flat_map(|p| [p[0], p[1], p[2], 255]).collect();
    let plain = wide(&picture(20, 20));
    rgba[4 * 77 + 3] = 254;
    let file = lossless(20, 20, ColorType::Rgba8, &rgba);
    assert_eq!(rows(&file), (plain, true));
    assert!(open(&file, &Limits::default()).unwrap().header.has_alpha);
}

#[test]
fn of_an_animation_the_first_frame_is_laid_on_its_canvas() {
    let file = animation();
    let photo = open(&file, &Limits::default()).unwrap();
    assert_eq!((photo.header.width, photo.header.height), (40, 30));
    assert_eq!((photo.container.animated, photo.container.pictures), (true, 2));
    let (samples, alpha_used) = rows(&file);
    assert!(alpha_used && samples[..6 * 40 * 3].iter().all(|&sample| sample == 0));
    let inner = wide(&picture(20, 10));
    for (row, line) in inner.chunks(60).enumerate() {
        let start = ((row + 6) * 40 + 4) * 3;
        assert_eq!(samples[start..start + 60], *line);
    }
}

#[test]
fn metadata_is_read_and_has_limits() {
    let still = lossless(9, 7, ColorType::Rgb8, &picture(9, 7));
    let exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    let file = riff(&[
        extended(0x2c, 9, 7),
        chunk(b"ICCP", &[7; 301]),
        image(&still),
        chunk(b"EXIF", exif),
        chunk(b"XMP ", b"<x:xmpmeta/>"),
    ]);
    let photo = open(&file, &Limits::default()).unwrap();
    assert_eq!(photo.container.completeness, Completeness::Complete);
    assert_eq!(photo.header.orientation, Orientation::Rotated90);
    assert_eq!(photo.icc.unwrap().bytes, [7; 301]);
    let blocks: Vec<Block> = photo.metadata.statements.blocks.iter().map(|block| block.block).collect();
    assert_eq!(blocks, [Block::Exif, Block::Xmp]);
    let with = |limits| open(&file, &limits).map(|_| ());
    assert!(matches!(with(Limits { icc_bytes_max: 300, ..Limits::default() }), Err(IngestError::MetadataTooLarge { .. })));
    assert!(matches!(with(Limits { metadata_bytes_max: 310, ..Limits::default() }), Err(IngestError::MetadataTooLarge { .. })));
}

#[test]
fn memory_is_known_before_it_is_taken() {
    let file = lossless(16, 16, ColorType::Rgb8, &picture(16, 16));
    let with = |decoder_bytes_max| open(&file, &Limits { decoder_bytes_max, ..Limits::default() }).map(|_| ());
    assert_eq!(with(16 * 16 * 5), Ok(()));
    assert_eq!(with(16 * 16 * 5 - 1), Err(IngestError::TooMuchMemory { bytes: 1280, limit: 1279 }));
}

#[test]
fn headers_that_lie_are_refused() {
    let still = lossless(16, 16, ColorType::Rgb8, &picture(16, 16));
    let error = |bytes: &[u8]| open(bytes, &Limits::default()).map(|_| ()).unwrap_err();
    let two_sizes = riff(&[extended(0, 17, 16), image(&still)]);
    assert!(matches!(error(&two_sizes), IngestError::Damaged { .. }));
    assert!(matches!(error(&riff(&[extended(0, 30_001, 16), image(&still)])), IngestError::TooLong { .. }));
    let mut newer = still.clone();
    newer[24] |= 0x20;
    assert!(matches!(error(&newer), IngestError::UnsupportedCoding { .. }));
    assert!(matches!(error(&riff(&[chunk(b"VP8 ", b"\x01\0\0\x9d\x01\x2a\x01\0\x01\0")])), IngestError::Damaged { .. }));
    assert!(matches!(error(&riff(&[extended(0x02, 9, 9), chunk(b"ANIM", &[0; 6])])), IngestError::Damaged { .. }));
    // a frame outside its canvas
    let mut outside = animation();
    let at = outside.windows(4).position(|window| window == b"ANMF").unwrap() + 8;
    outside[at] = 11;
    assert!(matches!(error(&outside), IngestError::Damaged { .. }));
    // a picture that claims more than its data
    let mut larger = still;
    larger[21] = 0xff;
    let mut photo = open(&larger, &Limits::default()).unwrap();
    assert_eq!(drain(&mut *photo.rows).1, Some(RowError::Damaged { row: 0 }));
}

#[test]
fn an_alpha_plane_beside_color_is_used_or_not() {
    let size = (12, 9);
    let chunk_of = |info: u8, residuals: &[u8]| match info & 1 {
        0 => [&[info], residuals].concat(),
        _ => {
            let rgb: Vec<u8> = residuals.iter().flat_map(|&residual| [0, residual, 9]).collect();
            let file = lossless(size.0, size.1, ColorType::Rgb8, &rgb);
            // behind the file's, the chunk's and the picture's own headers
            [&[info], &file[12 + 8 + 5..]].concat()
        }
    };
    let mut predicted = [0; 108];
    predicted[0] = 255;
    for compression in [0, 1] {
        for (filter, opaque) in [(0, [255; 108]), (1, predicted), (2, predicted), (3, predicted)] {
            let info = filter << 2 | compression;
            assert_eq!(alpha::is_used(&chunk_of(info, &opaque), size), Some(false), "{info}");
            let mut used = opaque;
            used[61] ^= 1;
            assert_eq!(alpha::is_used(&chunk_of(info, &used), size), Some(true), "{info}");
        }
        assert_eq!(alpha::is_used(&chunk_of(compression, &[200; 108]), size), Some(true));
        let cut = chunk_of(compression, &picture(12, 3));
        assert_eq!(alpha::is_used(&cut[..cut.len() / 2], size), None);
        assert_eq!(alpha::is_used(&chunk_of(0x20 | compression, &[255; 108]), size), None, "preprocessing that there is not");
    }
    assert_eq!(alpha::is_used(&[2; 109], size), None);
    assert_eq!(alpha::is_used(&[], size), None);
}
