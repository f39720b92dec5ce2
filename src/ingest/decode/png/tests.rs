//! PNG: every colour type against its own samples, and files that lie.

use png::{BitDepth, ColorType};

use crate::ingest::open;
use crate::ingest::tests::{drain, picture, png};
use crate::raster::{ColorSpace, RowError};

use super::*;

fn rows(bytes: &[u8]) -> (Vec<u16>, bool) {
    let mut photo = open(bytes, &Limits::default()).unwrap();
    assert_eq!(photo.container.completeness, Completeness::Complete);
    let (rows, failed) = drain(&mut *photo.rows);
    assert_eq!((rows.len() as u32, failed), (photo.header.height, None));
    (rows.concat(), photo.rows.alpha_used())
}

/// Puts a chunk before the first of `kind`.
fn with_chunk(bytes: &[u8], before: &[u8; 4], kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let at = bytes.windows(4).position(|window| window == before).unwrap() - 4;
    let mut out = bytes[..at].to_vec();
    out.extend((data.len() as u32).to_be_bytes());
    out.extend(kind);
    out.extend(data);
    out.extend(crc32fast::hash(&[&kind[..], data].concat()).to_be_bytes());
    out.extend(&bytes[at..]);
    out
}

/// Sets a byte of the header chunk and mends its checksum.
fn with_header(bytes: &[u8], at: usize, value: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    out[16 + at..16 + at + value.len()].copy_from_slice(value);
    let sum = crc32fast::hash(&out[12..29]).to_be_bytes();
    out[29..33].copy_from_slice(&sum);
    out
}

fn wide(samples: &[u8]) -> Vec<u16> {
    samples.iter().map(|&sample| sample.into()).collect()
}

#[test]
fn eight_bit_samples_come_back() {
    let rgb = picture(37, 35);
    assert_eq!(rows(&png(37, 35, ColorType::Rgb, BitDepth::Eight, &rgb)), (wide(&rgb), false));
    let grey = &rgb[..37 * 35];
    assert_eq!(rows(&png(37, 35, ColorType::Grayscale, BitDepth::Eight, grey)), (wide(grey), false));
}

#[test]
fn sixteen_bit_samples_keep_their_depth() {
    let bytes = picture(20, 36);
    let samples: Vec<u16> = bytes.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    assert_eq!(rows(&png(20, 18, ColorType::Rgb, BitDepth::Sixteen, &bytes)), (samples.clone(), false));
    let file = png(60, 18, ColorType::Grayscale, BitDepth::Sixteen, &bytes);
    assert_eq!(rows(&file), (samples, false));
    let header = open(&file, &Limits::default()).unwrap().header;
    assert_eq!((header.bits_per_sample, header.channels), (16, 1));
}

#[test]
fn alpha_is_taken_out_and_looked_at() {
    let mut rgba: Vec<u8> = picture(9, 20).chunks(3).flat_map(|p| [p[0], p[1], p[2], 255]).collect();
    let plain: Vec<u16> = rgba.chunks(4).flat_map(|p| [p[0], p[1], p[2]]).map(u16::from).collect();
    let file = png(9, 20, ColorType::Rgba, BitDepth::Eight, &rgba);
    assert_eq!(rows(&file), (plain.clone(), false));
    assert!(open(&file, &Limits::default()).unwrap().header.has_alpha);
    *rgba.last_mut().unwrap() = 254;
    assert_eq!(rows(&png(9, 20, ColorType::Rgba, BitDepth::Eight, &rgba)), (plain, true));
    let deep = [1, 2, 255, 255, 3, 4, 255, 254];
    assert_eq!(rows(&png(2, 1, ColorType::GrayscaleAlpha, BitDepth::Sixteen, &deep)), (vec![0x102, 0x304], true));
}

#[test]
fn few_bits_and_palettes_are_expanded() {
    let file = png(5, 2, ColorType::Grayscale, BitDepth::Two, &[0b00_01_10_11, 0, 0xff, 0xc0]);
    assert_eq!(rows(&file), (vec![0, 85, 170, 255, 0, 255, 255, 255, 255, 255], false));
    assert_eq!(open(&file, &Limits::default()).unwrap().header.bits_per_sample, 2);

    let mut bytes = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut bytes, 3, 1);
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(BitDepth::Four);
    encoder.set_palette(vec![1, 2, 3, 40, 50, 60]);
    encoder.write_header().unwrap().write_image_data(&[0x01, 0x00]).unwrap();
    assert_eq!(rows(&bytes), (vec![1, 2, 3, 40, 50, 60, 1, 2, 3], false));
    let header = open(&bytes, &Limits::default()).unwrap().header;
    assert_eq!((header.channels, header.bits_per_sample, header.has_alpha), (3, 8, false));

    let transparent = with_chunk(&bytes, b"IDAT", b"tRNS", &[255, 0]);
    assert_eq!(rows(&transparent), (vec![1, 2, 3, 40, 50, 60, 1, 2, 3], true));
    assert!(open(&transparent, &Limits::default()).unwrap().header.has_alpha);
}

/// An interlaced 3 x 3 grey picture: passes 1, 4, 5, 6 and 7 have pixels.
pub(in crate::ingest) fn interlaced() -> Vec<u8> {
    let passes = [0, 11, 0, 13, 0, 31, 33, 0, 12, 0, 32, 0, 21, 22, 23];
    let file = png(15, 1, ColorType::Grayscale, BitDepth::Eight, &passes);
    // the filter byte of the carrier's only row is not part of the passes: code them anew, stored
    let at = file.windows(4).position(|window| window == b"IDAT").unwrap() - 4;
    let mut zlib = vec![0x78, 1, 1, 15, 0, !15, 0xff];
    zlib.extend(passes);
    let sum =
        passes.iter().fold((1u32, 0u32), |(a, b), &byte| ((a + u32::from(byte)) % 65521, (b + a + u32::from(byte)) % 65521));
    zlib.extend((sum.1 << 16 | sum.0).to_be_bytes());
    let mut out = file[..at].to_vec();
    out.extend(END);
    let out = with_chunk(&out, b"IEND", b"IDAT", &zlib);
    with_header(&with_header(&out, 0, &[0, 0, 0, 3, 0, 0, 0, 3]), 12, &[1])
}

#[test]
fn interlaced_pictures_are_put_in_order() {
    let file = interlaced();
    assert_eq!(rows(&file), (vec![11, 12, 13, 21, 22, 23, 31, 32, 33], false));
    assert!(open(&file, &Limits::default()).unwrap().container.png.unwrap().interlaced);
    let with = |decoder_bytes_max| open(&file, &Limits { decoder_bytes_max, ..Limits::default() }).map(|_| ());
    assert_eq!(with(9), Ok(()));
    assert_eq!(with(8), Err(IngestError::TooMuchMemory { bytes: 9, limit: 8 }));
    for length in 0..file.len() {
        let cut = open(&file[..length], &Limits::default());
        assert!(cut.is_err_and(|error| error != IngestError::TooMuchMemory { bytes: 9, limit: 8 }) || length > 40);
    }
}

#[test]
fn a_header_that_lies_costs_nothing() {
    let file = png(16, 16, ColorType::Rgb, BitDepth::Eight, &picture(16, 16));
    let sized = |width: u32, height: u32, interlace: u8| {
        let file = with_header(&file, 0, &[width.to_be_bytes(), height.to_be_bytes()].concat());
        open(&with_header(&file, 12, &[interlace]), &Limits::default()).map(|mut photo| drain(&mut *photo.rows).1)
    };
    assert_eq!(sized(30_001, 1, 0).unwrap_err(), IngestError::TooLong { edge_px: 30_001, limit_px: 30_000 });
    assert!(matches!(sized(10_001, 10_000, 0), Err(IngestError::TooManyPixels { .. })));
    assert!(matches!(sized(0, 5, 0), Err(IngestError::Damaged { .. })));
    assert_eq!(sized(16, 9_000, 0), Ok(Some(RowError::Damaged { row: 16 })));
    assert!(matches!(sized(9_000, 9_000, 1), Err(IngestError::Damaged { .. })));
    for (at, value) in [(8, 3), (9, 5), (10, 1), (11, 1), (12, 2)] {
        let error = open(&with_header(&file, at, &[value]), &Limits::default()).unwrap_err();
        assert!(matches!(error, IngestError::Damaged { .. }), "{error}");
    }
}

#[test]
fn one_flipped_bit_is_noticed_and_rows_before_it_stand() {
    let rgb = picture(64, 300);
    let mut file = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut file, 64, 300);
    encoder.set_color(ColorType::Rgb);
    encoder.set_compression(::png::Compression::NoCompression);
    let mut writer = encoder.write_header().unwrap();
    writer.stream_writer_with_size(4096).map(|mut stream| std::io::Write::write_all(&mut stream, &rgb)).unwrap().unwrap();
    drop(writer);
    assert_eq!(rows(&file).0, wide(&rgb));
    let mut most = 0;
    for at in (33..file.len() - 12).step_by(1777) {
        let mut flipped = file.clone();
        flipped[at] ^= 16;
        match open(&flipped, &Limits::default()) {
            Err(IngestError::Damaged { .. } | IngestError::Truncated) => {}
            Err(other) => panic!("{other}"),
            Ok(mut photo) => {
                assert_ne!(photo.container.completeness, Completeness::Complete, "bit at {at}");
                let (rows, _) = drain(&mut *photo.rows);
                most = most.max(rows.len());
                assert_eq!(rows.concat(), wide(&rgb)[..rows.len() * 192]);
            }
        }
    }
    // the decoder holds its last 32 KiB back, here 170 rows
    assert!(most > 90, "{most}");
}

#[test]
fn metadata_is_read() {
    let file = png(4, 4, ColorType::Rgb, BitDepth::Eight, &picture(4, 4));
    let file = with_chunk(&file, b"IDAT", b"eXIf", b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x03\0\0\0\0\0\0\0");
    let file = with_chunk(&file, b"IDAT", b"tEXt", b"Author\0Jos\xe9");
    let file = with_chunk(&file, b"IDAT", b"tEXt", b"Copyright\0\xa9 Studio");
    let file = with_chunk(&file, b"IDAT", b"sRGB", &[0]);
    let file = with_chunk(&file, b"IDAT", b"iCCP", b"name\0\0x\x01\x01\x03\0\xfc\xffabc\x02\x4d\x01\x27");
    let photo = open(&file, &Limits::default()).unwrap();
    assert_eq!(photo.container.completeness, Completeness::Complete);
    assert_eq!(photo.header.orientation, crate::raster::Orientation::Rotated180);
    assert_eq!(photo.metadata.privacy.names, ["PNG Author (4 characters)"]);
    assert_eq!(photo.metadata.rights.copyright.as_deref(), Some("© Studio"));
    assert!(photo.container.png.as_ref().unwrap().srgb && photo.metadata.rights.creator_named);
    assert_eq!(photo.icc.as_ref().unwrap().bytes, b"abc");
    let with = |limits| open(&file, &limits).map(|_| ());
    assert!(matches!(with(Limits { icc_bytes_max: 2, ..Limits::default() }), Err(IngestError::MetadataTooLarge { .. })));
    assert!(matches!(with(Limits { metadata_bytes_max: 70, ..Limits::default() }), Err(IngestError::MetadataTooLarge { .. })));
}

#[test]
fn geometry_says_what_rows_are() {
    let file = png(4, 4, ColorType::Rgba, BitDepth::Eight, &[9; 64]);
    assert_eq!(open(&file, &Limits::default()).unwrap().rows.geometry().color, ColorSpace::Rgb);
}
