//! JPEG: planes against the decoder's own whole-picture output, and files that lie.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::ingest::open;
use crate::ingest::tests::{drain, jpeg, picture};
use crate::raster::{Orientation, RowError, StripePixels};

use super::*;

fn whole(bytes: &[u8], out: colorspace::ColorSpace) -> Vec<u8> {
    let options = DecoderOptions::default().jpeg_set_out_colorspace(out);
    JpegDecoder::new_with_options(ZCursor::new(bytes), options).decode().unwrap()
}

fn luma(bytes: &[u8]) -> Vec<u8> {
    let mut photo = open(bytes, &Limits::default()).unwrap();
    let mut out = Vec::new();
    while let Some(stripe) = photo.rows.next_stripe().unwrap() {
        match stripe.pixels {
            StripePixels::Ycc8 { y, .. } | StripePixels::Grey8(y) => y.rows().for_each(|row| out.extend(row)),
            other => panic!("{other:?}"),
        }
    }
    out
}

/// Mean difference between the decoded picture and the one that was coded.
fn error(bytes: &[u8], width: usize, height: usize) -> f64 {
    let mut photo = open(bytes, &Limits::default()).unwrap();
    assert_eq!(photo.container.completeness, Completeness::Complete);
    let (rows, failed) = drain(&mut *photo.rows);
    assert_eq!((rows.len(), failed), (height, None));
    let coded = picture(width, height);
    let sum: f64 = rows.concat().iter().zip(&coded).map(|(&a, &b)| (f64::from(a) - f64::from(b)).abs()).sum();
    sum / coded.len() as f64
}

const SIZES: [(u16, u16); 6] = [(17, 13), (1, 1), (8, 8), (33, 16), (100, 75), (16, 47)];
const FACTORS: [(SamplingFactor, &str); 8] = [
    (SamplingFactor::R_4_4_4, "4:4:4"),
    (SamplingFactor::R_4_2_2, "4:2:2"),
    (SamplingFactor::R_4_2_0, "4:2:0"),
    (SamplingFactor::R_4_4_0, "4:4:0"),
    (SamplingFactor::R_4_1_1, "4:1:1"),
    (SamplingFactor::R_4_1_0, "4:1:0"),
    (SamplingFactor::F_1_4, "other 1x4,1x1,1x1"),
    (SamplingFactor::F_2_4, "other 2x4,1x1,1x1"),
];

#[test]
fn planes_are_right_in_every_layout_and_size() {
    for (factor, word) in FACTORS {
        for (width, height) in SIZES {
            for progressive in [false, true] {
                let bytes = jpeg(width, height, |encoder| {
                    encoder.set_sampling_factor(factor);
                    encoder.set_progressive(progressive);
                });
                let photo = open(&bytes, &Limits::default()).unwrap();
                assert_eq!(photo.container.jpeg.as_ref().unwrap().subsampling(), word);
                assert_eq!((photo.header.width, photo.header.height), (width.into(), height.into()));
                assert!(luma(&bytes) == whole(&bytes, colorspace::ColorSpace::Luma), "{word} {width}x{height} {progressive}");
                let error = error(&bytes, width.into(), height.into());
                assert!(error < 7.0, "{word} {width}x{height} {progressive}: {error}");
            }
        }
    }
}

#[test]
fn full_chroma_agrees_with_the_decoder_s_own_rgb() {
    let bytes = jpeg(61, 45, |encoder| encoder.set_sampling_factor(SamplingFactor::R_4_4_4));
    let (rows, _) = drain(&mut *open(&bytes, &Limits::default()).unwrap().rows);
    let theirs = whole(&bytes, colorspace::ColorSpace::RGB);
    let worst = rows.concat().iter().zip(&theirs).map(|(&a, &b)| a.abs_diff(b.into())).max();
    assert!(worst <= Some(2), "{worst:?}");
}

#[test]
fn grey_is_one_channel() {
    for (width, height) in SIZES {
        let levels: Vec<u8> = picture(width.into(), height.into()).chunks(3).map(|pixel| pixel[1]).collect();
        let mut bytes = Vec::new();
        Encoder::new(&mut bytes, 95).encode(&levels, width, height, ColorType::Luma).unwrap();
        let photo = open(&bytes, &Limits::default()).unwrap();
        assert_eq!(photo.container.jpeg.as_ref().unwrap().subsampling(), "grey");
        assert_eq!(photo.header.channels, 1);
        drop(photo);
        let ours = luma(&bytes);
        assert_eq!(ours, whole(&bytes, colorspace::ColorSpace::Luma));
        // a lone component's sampling factors mean nothing
        let frame = bytes.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
        assert_eq!(bytes[frame + 11], 0x11);
        bytes[frame + 11] = 0x22;
        assert_eq!(luma(&bytes), ours);
    }
}

#[test]
fn adobe_rgb_stays_rgb() {
    // the same coefficients, told to be R'G'B' by the ids
    let mut bytes = jpeg(20, 20, |encoder| encoder.set_sampling_factor(SamplingFactor::R_4_4_4));
    let planes = whole(&bytes, colorspace::ColorSpace::YCbCr);
    bytes.splice(2..20, *b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\0"); // in place of JFIF
    let mut photo = open(&bytes, &Limits::default()).unwrap();
    assert_eq!(photo.rows.geometry().color, ColorSpace::Rgb);
    let (rows, failed) = drain(&mut *photo.rows);
    assert_eq!(failed, None);
    assert!(rows.concat().iter().zip(&planes).all(|(&ours, &theirs)| ours == u16::from(theirs)));
}

#[test]
fn an_end_marker_does_not_hide_missing_data() {
    for restart in [0, 3] {
        let bytes = jpeg(64, 64, |encoder| {
            encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
            encoder.set_restart_interval(restart);
        });
        let start = bytes.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap() + 14;
        for cut in start..bytes.len() - 2 {
            let mut forged = bytes[..cut].to_vec();
            forged.extend(END);
            let mut photo = open(&forged, &Limits::default()).unwrap();
            let (rows, failed) = drain(&mut *photo.rows);
            let noticed = failed.is_some() || photo.container.completeness != Completeness::Complete;
            // only padding bits may go without notice
            assert!(noticed || cut + 3 >= bytes.len(), "cut at {cut} of {}, {} rows", bytes.len(), rows.len());
        }
    }
}

#[test]
fn rows_before_a_break_are_the_picture_s() {
    let bytes = jpeg(64, 200, |encoder| encoder.set_sampling_factor(SamplingFactor::R_4_2_0));
    let (all, _) = drain(&mut *open(&bytes, &Limits::default()).unwrap().rows);
    let mut seen = Vec::new();
    for cut in (700..bytes.len()).step_by(97) {
        let mut photo = open(&bytes[..cut], &Limits::default()).unwrap();
        assert_eq!(photo.container.completeness, Completeness::Truncated);
        let (rows, failed) = drain(&mut *photo.rows);
        assert_eq!(rows[..], all[..rows.len()]);
        assert_eq!(failed, Some(RowError::Truncated { row: rows.len(), height: 200 }));
        seen.push(rows.len());
    }
    assert!(seen.is_sorted() && seen.iter().any(|&rows| rows > 100), "{seen:?}");
}

#[test]
fn a_header_that_lies_costs_nothing() {
    for progressive in [false, true] {
        let mut bytes = jpeg(16, 16, |encoder| encoder.set_progressive(progressive));
        let frame = bytes.windows(2).position(|pair| pair == [0xff, if progressive { 0xc2 } else { 0xc0 }]).unwrap();
        let mut sized = |height: u16, width: u16| {
            bytes[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
            bytes[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
            open(&bytes, &Limits::default()).map(|mut photo| drain(&mut *photo.rows).1)
        };
        assert_eq!(sized(16, 30_001).unwrap_err(), IngestError::TooLong { edge_px: 30_001, limit_px: 30_000 });
        assert_eq!(sized(10_001, 10_000).unwrap_err(), IngestError::TooManyPixels { pixels: 100_010_000, limit: 100_000_000 });
        match (progressive, sized(8_000, 8_000)) {
            (true, Err(IngestError::Damaged { .. })) => {}
            (false, Ok(Some(RowError::Truncated { row: 0, height: 8_000 }))) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn progressive_pictures_have_a_memory_limit() {
    let bytes = jpeg(64, 64, |encoder| encoder.set_progressive(true));
    let needed = 64 * 64 * 3 * 2 * 2;
    let open = |decoder_bytes_max| open(&bytes, &Limits { decoder_bytes_max, ..Limits::default() }).map(|_| ());
    assert_eq!(open(needed), Ok(()));
    assert_eq!(open(needed - 1), Err(IngestError::TooMuchMemory { bytes: needed, limit: needed - 1 }));
}

#[test]
fn structure_is_read() {
    let profile = vec![7; 70_000];
    let bytes = jpeg(64, 64, |encoder| {
        encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
        encoder.set_restart_interval(4);
        encoder.add_icc_profile(&profile).unwrap();
        encoder.add_exif_metadata(b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0").unwrap();
    });
    let photo = open(&bytes, &Limits::default()).unwrap();
    let structure = photo.container.jpeg.unwrap();
    assert_eq!((structure.process, structure.restart_interval, structure.scans), (JpegProcess::Baseline, 4, 1));
    assert_eq!(structure.tables.len(), 2);
    // Annex K luma at quality 90: a fifth of 16, 11, 10, 12 and so on
    assert_eq!(&structure.tables[0].values[..9], &[3, 2, 2, 3, 5, 8, 10, 12, 2]);
    assert!(structure.jfif && structure.adobe_transform.is_none() && structure.standard_huffman);
    let own = jpeg(64, 64, |encoder| encoder.set_optimized_huffman_tables(true));
    assert!(!open(&own, &Limits::default()).unwrap().container.jpeg.unwrap().standard_huffman);
    assert_eq!(photo.icc.unwrap().bytes, profile);
    assert_eq!(photo.header.orientation, Orientation::Rotated90);
    let start = bytes.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap() + 14;
    assert_eq!(structure.entropy_bytes as usize, bytes.len() - 2 - start);
}

#[test]
fn metadata_has_limits() {
    let bytes = jpeg(8, 8, |encoder| encoder.add_icc_profile(&[7; 1000]).unwrap());
    let with = |limits| open(&bytes, &limits).map(|_| ());
    assert_eq!(with(Limits { icc_bytes_max: 1000, ..Limits::default() }), Ok(()));
    assert_eq!(
        with(Limits { icc_bytes_max: 999, ..Limits::default() }),
        Err(IngestError::MetadataTooLarge { bytes: 1000, limit: 999 })
    );
    // 14 bytes of JFIF, 14 + 1000 of profile
    assert_eq!(with(Limits { metadata_bytes_max: 1028, ..Limits::default() }), Ok(()));
    assert!(with(Limits { metadata_bytes_max: 1027, ..Limits::default() }).is_err());
}

#[test]
fn scans_of_single_components_are_read_and_their_restarts_refused() {
    // one component after the other: take the grey scan of three grey pictures
    let levels: Vec<u8> = picture(24, 24).chunks(3).map(|pixel| pixel[1]).collect();
    let grey = |restart| {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, 90);
        encoder.set_restart_interval(restart);
        encoder.encode(&levels, 24, 24, ColorType::Luma).unwrap();
        bytes
    };
    let three = |bytes: &[u8]| {
        let frame = bytes.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
        let scan = bytes.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap();
        let (id, table) = (bytes[frame + 10], bytes[frame + 12]);
        let mut out = bytes[..frame].to_vec();
        out.extend([0xff, 0xc0, 0, 17, 8, 0, 24, 0, 24, 3]);
        (0..3).for_each(|more| out.extend([id + more, 0x11, table]));
        out.extend(&bytes[frame + 13..scan]);
        for more in 0..3 {
            let mut one = bytes[scan..bytes.len() - 2].to_vec();
            one[5] = id + more;
            out.extend(one);
        }
        out.extend(END);
        out
    };
    let plain = grey(0);
    let expected = luma(&plain);
    let whole_file = three(&plain);
    assert_eq!(luma(&whole_file), expected);
    let photo = open(&whole_file, &Limits::default()).unwrap();
    let Photo { container, .. } = photo;
    assert_eq!((container.completeness, container.jpeg.unwrap().scans), (Completeness::Complete, 3));
    let refused = open(&three(&grey(2)), &Limits::default()).unwrap_err();
    assert_eq!(refused, IngestError::UnsupportedCoding { coding: "a JPEG of several scans with restart markers" });
    // without its last scan there is no picture
    let last = whole_file.windows(2).enumerate().filter(|(_, pair)| *pair == [0xff, 0xda]).map(|(at, _)| at).next_back().unwrap();
    assert_eq!(open(&whole_file[..last], &Limits::default()).unwrap_err(), IngestError::Truncated);
}

#[test]
fn missing_and_misplaced_restarts_are_noticed() {
    let bytes = jpeg(64, 64, |encoder| encoder.set_restart_interval(2));
    let at = bytes.windows(2).position(|pair| pair == [0xff, 0xd1]).unwrap();
    let mut swapped = bytes.clone();
    swapped[at + 1] = 0xd3;
    assert_eq!(open(&swapped, &Limits::default()).unwrap().container.completeness, Completeness::Damaged);
    let mut missing = bytes;
    missing.drain(at..at + 2);
    assert_eq!(open(&missing, &Limits::default()).unwrap().container.completeness, Completeness::Damaged);
}
