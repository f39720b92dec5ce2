//! TIFF: every layout against its own samples, and files that lie.

use std::io::Cursor;

use ::tiff::encoder::{Compression as Packing, Predictor, TiffEncoder, colortype};
use ::tiff::tags::Tag;

use crate::ingest::open;
use crate::ingest::photo::Completeness;
use crate::ingest::tests::{drain, picture};
use crate::raster::{Orientation, RowError};

use super::*;

/// Tag, type and values.
type Entry = (u16, u16, Vec<u32>);
type Tags = Vec<Entry>;

pub(in crate::ingest) fn strips(width: u32, height: u32, packing: Packing) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = TiffEncoder::new(Cursor::new(&mut bytes)).unwrap().with_compression(packing);
    let mut image = encoder.new_image::<colortype::RGB8>(width, height).unwrap();
    image.rows_per_strip(7).unwrap();
    image.write_data(&picture(width as usize, height as usize)).unwrap();
    bytes
}

/// A little-endian file of one directory, its values behind it, then the picture's chunks.
fn file(entries: &[Entry], chunks: &[Vec<u8>], (offsets, lengths): (u16, u16)) -> Vec<u8> {
    build(entries, chunks, (offsets, lengths), 0)
}

fn build(entries: &[Entry], chunks: &[Vec<u8>], (offsets, lengths): (u16, u16), next: u32) -> Vec<u8> {
    let mut entries = entries.to_vec();
    entries.push((offsets, 4, vec![0; chunks.len()]));
    entries.push((lengths, 4, chunks.iter().map(|chunk| chunk.len() as u32).collect()));
    entries.sort_by_key(|entry| entry.0);
    let size = |kind: u16| if kind == 3 { 2 } else { 4 };
    let values: usize = entries.iter().map(|(_, kind, values)| values.len() * size(*kind)).filter(|&size| size > 4).sum();
    let mut data = 8 + 2 + 12 * entries.len() + 4 + values;
    for entry in &mut entries {
        if entry.0 == offsets {
            let mut next = |chunk: &Vec<u8>| {
                data += chunk.len();
                (data - chunk.len()) as u32
            };
            entry.2 = chunks.iter().map(&mut next).collect();
        }
    }
    let mut out = [&b"II*\0\x08\0\0\0"[..], &(entries.len() as u16).to_le_bytes()].concat();
    let mut behind = Vec::new();
    let first = 8 + 2 + 12 * entries.len() + 4;
    for (tag, kind, values) in &entries {
        out.extend([tag.to_le_bytes(), kind.to_le_bytes()].concat());
        out.extend((values.len() as u32).to_le_bytes());
        let mut bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()[..size(*kind)].to_vec()).collect();
        if bytes.len() > 4 {
            out.extend(((first + behind.len()) as u32).to_le_bytes());
            behind.extend(bytes);
        } else {
            bytes.resize(4, 0);
            out.extend(bytes);
        }
    }
    out.extend(next.to_le_bytes());
    [out, behind, chunks.concat()].concat()
}

fn entries(width: u32, height: u32, bits: u32, samples: u32, photometric: u32) -> Tags {
    vec![
        (256, 4, vec![width]),
        (257, 4, vec![height]),
        (258, 3, vec![bits; samples as usize]),
        (259, 3, vec![1]),
        (262, 3, vec![photometric]),
        (277, 3, vec![samples]),
    ]
}

const STRIPS: (u16, u16) = (273, 279);
const TILES: (u16, u16) = (324, 325);

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
fn strips_come_back_packed_in_every_way() {
    let packings = [Packing::Uncompressed, Packing::Packbits, Packing::Lzw, Packing::Deflate(Default::default())];
    for packing in packings {
        for (width, height) in [(37, 35), (1, 1), (64, 20)] {
            assert_eq!(rows(&strips(width, height, packing)), (wide(&picture(width as usize, height as usize)), false));
        }
    }
    let container = open(&strips(9, 9, Packing::Lzw), &Limits::default()).unwrap().container;
    assert_eq!((container.compression, container.pictures), (Compression::Lossless, 1));
}

#[test]
fn sixteen_bits_predictors_and_big_files_come_back() {
    let samples: Vec<u16> = picture(40, 21).iter().map(|&level| u16::from(level) * 257 + 13).collect();
    for packing in [Packing::Lzw, Packing::Deflate(Default::default())] {
        let mut bytes = Vec::new();
        let mut encoder = TiffEncoder::new_big(Cursor::new(&mut bytes)).unwrap();
        encoder = encoder.with_compression(packing).with_predictor(Predictor::Horizontal);
        let mut image = encoder.new_image::<colortype::RGB16>(40, 21).unwrap();
        image.encoder().write_tag(Tag::Orientation, 8_u16).unwrap();
        image.write_data(&samples).unwrap();
        assert_eq!(rows(&bytes), (samples.clone(), false));
        let header = open(&bytes, &Limits::default()).unwrap().header;
        assert_eq!((header.bits_per_sample, header.orientation), (16, Orientation::Rotated270));
    }
    let big_endian = [
        &b"MM\0*\0\0\0\x08\0\x06"[..],
        b"\x01\0\0\x04\0\0\0\x01\0\0\0\x02\x01\x01\0\x04\0\0\0\x01\0\0\0\x01\x01\x02\0\x03\0\0\0\x01\0\x10\0\0",
        b"\x01\x06\0\x03\0\0\0\x01\0\x01\0\0\x01\x11\0\x04\0\0\0\x01\0\0\0\x56\x01\x17\0\x04\0\0\0\x01\0\0\0\x04",
        b"\0\0\0\0\x12\x34\xfe\xdc",
    ]
    .concat();
    assert_eq!(rows(&big_endian), (vec![0x1234, 0xfedc], false));
}

#[test]
fn tiles_and_planes_are_put_in_order() {
    let (width, height) = (50_usize, 40_usize);
    let whole = picture(width, height);
    let tile = |left: usize, top: usize, samples: &dyn Fn(usize, usize) -> Vec<u8>| -> Vec<u8> {
        (top..top + 16).flat_map(|y| (left..left + 32).flat_map(move |x| samples(x.min(width - 1), y.min(height - 1)))).collect()
    };
    let corners = || (0..3).flat_map(|row| (0..2).map(move |column| (column * 32, row * 16)));
    let mut tags = entries(50, 40, 8, 3, 2);
    tags.extend([(322, 3, vec![32]), (323, 3, vec![16])]);
    let pixel = |x: usize, y: usize| whole[(y * width + x) * 3..][..3].to_vec();
    let chunks: Vec<Vec<u8>> = corners().map(|(left, top)| tile(left, top, &pixel)).collect();
    assert_eq!(rows(&file(&tags, &chunks, TILES)), (wide(&whole), false));

    tags.push((284, 3, vec![2]));
    let plane = |plane: usize| move |x: usize, y: usize| vec![plane as u8 * 50 + x as u8 + y as u8];
    let chunks: Vec<Vec<u8>> = (0..3)
        .flat_map(|index| corners().map(move |(left, top)| (index, left, top)))
        .map(|(index, left, top)| tile(left, top, &plane(index)))
        .collect();
    let expected: Vec<u16> =
        (0..height).flat_map(|y| (0..width).flat_map(move |x| (0..3).map(move |plane| (plane * 50 + x + y) as u16))).collect();
    assert_eq!(rows(&file(&tags, &chunks, TILES)), (expected, false));
}

#[test]
fn few_bits_palettes_and_white_zeroes_are_expanded() {
    let packed = vec![vec![0b00_01_10_11, 0b11_00_00_00, 0xff, 0xc0]];
    assert_eq!(rows(&file(&entries(5, 2, 2, 1, 1), &packed, STRIPS)).0, [0, 85, 170, 255, 255, 255, 255, 255, 255, 255]);
    assert_eq!(rows(&file(&entries(5, 2, 2, 1, 0), &packed, STRIPS)).0, [255, 170, 85, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(rows(&file(&entries(9, 1, 1, 1, 1), &[vec![0b1010_0000, 0x80]], STRIPS)).0, [255, 0, 255, 0, 0, 0, 0, 0, 255]);

    let mut tags = entries(3, 1, 4, 1, 3);
    let map: Vec<u32> = (0..48).map(|at| if at % 16 < 2 { (at / 16 * 40 + at % 16 * 100) * 257 } else { 0 }).collect();
    tags.push((320, 3, map));
    let bytes = file(&tags, &[vec![0x10, 0x10]], STRIPS);
    assert_eq!(rows(&bytes).0, [100, 140, 180, 0, 40, 80, 100, 140, 180]);
    let header = open(&bytes, &Limits::default()).unwrap().header;
    assert_eq!((header.indexed, header.channels, header.bits_per_sample), (true, 3, 4));
}

#[test]
fn alpha_and_further_samples_are_taken_out() {
    let mut tags = entries(2, 1, 8, 5, 2);
    tags.push((338, 3, vec![2, 0]));
    let with = |alpha| rows(&file(&tags, &[vec![1, 2, 3, 255, 99, 4, 5, 6, alpha, 98]], STRIPS));
    assert_eq!(with(255), (vec![1, 2, 3, 4, 5, 6], false));
    assert_eq!(with(254), (vec![1, 2, 3, 4, 5, 6], true));
    tags.pop();
    assert!(!open(&file(&tags, &[vec![0; 10]], STRIPS), &Limits::default()).unwrap().header.has_alpha);
}

#[test]
fn pages_are_counted_and_loops_end() {
    let mut bytes = Vec::new();
    let mut encoder = TiffEncoder::new(Cursor::new(&mut bytes)).unwrap();
    for _ in 0..3 {
        encoder.write_image::<colortype::Gray8>(4, 4, &[9; 16]).unwrap();
    }
    let photo = open(&bytes, &Limits::default()).unwrap();
    assert_eq!((photo.container.pictures, photo.container.completeness), (3, Completeness::Complete));
    let looping = build(&entries(1, 1, 8, 1, 1), &[vec![7]], STRIPS, 8);
    let photo = open(&looping, &Limits::default()).unwrap();
    assert_eq!((photo.container.pictures, photo.container.completeness), (1, Completeness::Damaged));
    let away = build(&entries(1, 1, 8, 1, 1), &[vec![7]], STRIPS, 5000);
    assert_eq!(open(&away, &Limits::default()).unwrap().container.completeness, Completeness::Truncated);
}

#[test]
fn what_is_not_read_is_named() {
    let refused = |change: &dyn Fn(&mut Tags)| {
        let mut tags = entries(4, 4, 8, 1, 1);
        change(&mut tags);
        match open(&file(&tags, &[vec![0; 16]], STRIPS), &Limits::default()) {
            Err(IngestError::UnsupportedCoding { coding }) => coding,
            Err(IngestError::CameraRaw { seen }) => seen,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused(&|tags| tags[3].2 = vec![4]), "a TIFF with fax compression");
    assert_eq!(refused(&|tags| tags[3].2 = vec![7]), "a TIFF with JPEG inside");
    assert_eq!(refused(&|tags| tags.push((339, 3, vec![3]))), "a TIFF of floating-point samples");
    assert_eq!(refused(&|tags| tags[2].2 = vec![32]), "a TIFF with more than 16 bits per sample");
    assert_eq!(refused(&|tags| tags[2].2 = vec![12]), "a TIFF with an odd number of bits per sample");
    assert_eq!(refused(&|tags| tags[4].2 = vec![6]), "a TIFF of YCbCr samples");
    assert_eq!(refused(&|tags| tags[4].2 = vec![8]), "a TIFF of L*a*b* samples");
    assert_eq!(refused(&|tags| tags.push((266, 3, vec![2]))), "a TIFF with its bits in reversed order");
    let raw = "a camera raw file (DNG, NEF, ARW or alike)";
    assert_eq!(refused(&|tags| tags[4].2 = vec![32_803]), raw);
    assert_eq!(refused(&|tags| tags.push((50_706, 4, vec![4]))), raw);
}

#[test]
fn inks_are_told_and_not_read() {
    let bytes = file(&entries(4, 4, 8, 4, 5), &[vec![0; 64]], STRIPS);
    let mut photo = open(&bytes, &Limits::default()).unwrap();
    assert_eq!((photo.header.channels, photo.rows.geometry().color), (4, crate::raster::ColorSpace::Cmyk));
    assert!(photo.rows.next_stripe().unwrap().is_none());
}

#[test]
fn memory_is_known_before_it_is_taken() {
    let mut tags = entries(64, 64, 8, 3, 2);
    tags[3].2 = vec![5];
    let bytes = file(&tags, &[vec![0; 40]], STRIPS);
    let with = |decoder_bytes_max| open(&bytes, &Limits { decoder_bytes_max, ..Limits::default() }).map(|_| ());
    assert_eq!(with(64 * 64 * 3), Ok(()));
    assert_eq!(with(64 * 64 * 3 - 1), Err(IngestError::TooMuchMemory { bytes: 12_288, limit: 12_287 }));
    // and what 40 bytes can never become is not even tried
    let mut tags = entries(9_000, 9_000, 8, 3, 2);
    tags[3].2 = vec![5];
    let bytes = file(&tags, &[vec![0; 40]], STRIPS);
    let mut photo = open(&bytes, &Limits::default()).unwrap();
    assert_eq!(drain(&mut *photo.rows).1, Some(RowError::Damaged { row: 0 }));
}

#[test]
fn rows_before_a_cut_stand() {
    for packed in [false, true] {
        let whole = picture(30, 100);
        let mut tags = entries(30, 100, 8, 3, 2);
        let (rows_a_strip, code) = if packed { (10, 32_773) } else { (100, 1) };
        tags[3].2 = vec![code];
        tags.push((278, 4, vec![rows_a_strip]));
        // PackBits: runs of stored bytes
        let run = |run: &[u8]| [&[run.len() as u8 - 1], run].concat();
        let pack = |strip: &[u8]| if packed { strip.chunks(128).flat_map(run).collect() } else { strip.to_vec() };
        let chunks: Vec<Vec<u8>> = whole.chunks(90 * rows_a_strip as usize).map(pack).collect();
        let bytes = file(&tags, &chunks, STRIPS);
        assert_eq!(rows(&bytes).0, wide(&whole));
        let cut = bytes.len() - chunks.concat().len() / 2;
        let mut photo = open(&bytes[..cut], &Limits::default()).unwrap();
        assert_eq!(photo.container.completeness, Completeness::Truncated);
        let (seen, failed) = drain(&mut *photo.rows);
        assert_eq!(failed, Some(RowError::Truncated { row: seen.len(), height: 100 }));
        assert!(seen.len() >= 30, "{}", seen.len());
        assert_eq!(seen.concat(), wide(&whole)[..seen.len() * 90]);
    }
}
