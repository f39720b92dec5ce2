//! Pictures made for tests, and the properties every format has to keep.

use proptest::prelude::*;

use crate::raster::{RowError, RowSource, StripePixels};

use super::*;

/// A smooth colour picture with some texture, R'G'B'.
pub(super) fn picture(width: usize, height: usize) -> Vec<u8> {
    (0..width * height)
        .flat_map(|at| {
            let (x, y) = (at % width, at / width);
            let wave = ((x as f32 * 0.21).sin() + (y as f32 * 0.17).cos()) * 30.0;
            [40 + (x * 3 / 2).min(150), 60 + y.min(120), 110].map(|level| (level as f32 + wave) as u8)
        })
        .collect()
}

pub(super) fn jpeg(width: u16, height: u16, set_up: impl FnOnce(&mut jpeg_encoder::Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 90);
    set_up(&mut encoder);
    let pixels = picture(width.into(), height.into());
    encoder.encode(&pixels, width, height, jpeg_encoder::ColorType::Rgb).unwrap();
    bytes
}

pub(super) fn png(width: u32, height: u32, color: png::ColorType, depth: png::BitDepth, data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(color);
    encoder.set_depth(depth);
    encoder.write_header().unwrap().write_image_data(data).unwrap();
    bytes
}

/// All rows as 16-bit R'G'B' or grey samples at full size, until the end or an error; checks the rules of stripes on the way.
pub(super) fn drain(rows: &mut dyn RowSource) -> (Vec<Vec<u16>>, Option<RowError>) {
    let geometry = rows.geometry();
    let width = geometry.width as usize;
    let mut out: Vec<Vec<u16>> = Vec::new();
    loop {
        let stripe = match rows.next_stripe() {
            Ok(Some(stripe)) => stripe,
            Ok(None) => return (out, None),
            Err(error) => {
                assert!(rows.next_stripe().unwrap().is_none(), "nothing more after an error");
                return (out, Some(error));
            }
        };
        assert_eq!(stripe.first_row, out.len());
        assert!(stripe.rows > 0 && out.len() + stripe.rows <= geometry.height as usize);
        for row in 0..stripe.rows {
            out.push(full_row(&stripe.pixels, row, width, stripe.rows));
        }
    }
}

fn full_row(pixels: &StripePixels<'_>, row: usize, width: usize, rows: usize) -> Vec<u16> {
    let wide = |row: &[u8]| row.iter().map(|&sample| u16::from(sample)).collect::<Vec<_>>();
    let out = match pixels {
        StripePixels::Ycc8 { y, cb, cr, horizontal, vertical } => {
            assert_eq!((y.width(), y.height()), (width, rows));
            for chroma in [cb, cr] {
                assert_eq!((chroma.width(), chroma.height()), (width.div_ceil(*horizontal), rows.div_ceil(*vertical)));
            }
            let (y, cb, cr) = (y.row(row), cb.row(row / vertical), cr.row(row / vertical));
            (0..width).flat_map(|x| rgb(y[x], cb[x / horizontal], cr[x / horizontal])).collect()
        }
        StripePixels::Grey8(view) => wide(view.row(row)),
        StripePixels::Rgb8(view) => wide(view.row(row)),
        StripePixels::Grey16(view) | StripePixels::Rgb16(view) => view.row(row).to_vec(),
    };
    assert!(out.len() == width || out.len() == width * 3);
    out
}

fn rgb(y: u8, cb: u8, cr: u8) -> [u16; 3] {
    let (y, cb, cr) = (f32::from(y), f32::from(cb) - 128.0, f32::from(cr) - 128.0);
    [y + 1.402 * cr, y - 0.344_136 * cb - 0.714_136 * cr, y + 1.772 * cb].map(|level| level.round().clamp(0.0, 255.0) as u16)
}

/// Opens and drains; whether anything was said to be wrong.
fn is_noticed(bytes: &[u8]) -> bool {
    match open(bytes, &Limits::default()) {
        Err(_) => true,
        Ok(mut photo) => drain(&mut *photo.rows).1.is_some() || photo.container.completeness != Completeness::Complete,
    }
}

fn samples() -> Vec<Vec<u8>> {
    use png::{BitDepth, ColorType};
    let rgb = picture(40, 30);
    vec![
        jpeg(40, 30, |_| {}),
        jpeg(40, 30, |encoder| encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::R_4_2_0)),
        jpeg(40, 30, |encoder| encoder.set_progressive(true)),
        jpeg(40, 30, |encoder| encoder.set_restart_interval(2)),
        png(40, 30, ColorType::Rgb, BitDepth::Eight, &rgb),
        png(40, 30, ColorType::GrayscaleAlpha, BitDepth::Sixteen, &vec![77; 40 * 30 * 4]),
        decode::png::tests::interlaced(),
        decode::webp::tests::lossless(40, 30, image_webp::ColorType::Rgb8, &rgb),
        decode::webp::tests::animation(),
        decode::tiff::tests::strips(40, 30, ::tiff::encoder::Compression::Deflate(Default::default())),
        decode::tiff::tests::strips(40, 30, ::tiff::encoder::Compression::Uncompressed),
        decode::gif::tests::animation(),
        decode::gif::tests::still(40, 30, true),
    ]
}

#[test]
fn every_truncation_is_noticed() {
    for bytes in samples() {
        for length in (0..bytes.len()).step_by(if bytes.len() > 1500 { 3 } else { 1 }) {
            assert!(is_noticed(&bytes[..length]), "cut to {length} of {}", bytes.len());
        }
    }
}

#[test]
fn whole_files_raise_no_alarm() {
    for bytes in &samples() {
        assert!(!is_noticed(bytes));
        let mut longer = bytes.clone();
        longer.extend(b"second picture");
        let photo = open(&longer, &Limits::default()).unwrap();
        // a TIFF says where things are, not where it ends
        let trailing = if photo.header.format == Format::Tiff { 0 } else { 14 };
        assert_eq!((photo.container.completeness, photo.container.trailing_bytes), (Completeness::Complete, trailing));
    }
}

#[test]
fn other_types_are_named() {
    let error = open(b"%PDF-1.7", &Limits::default()).unwrap_err();
    assert_eq!(error.to_string(), "this is a PDF file; only JPEG, PNG, WebP, TIFF and GIF are read");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_files_never_panic(
        which in 0usize..13,
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = samples().swap_remove(which);
        for (at, value) in edits {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let limits = Limits { pixels_max: 1 << 22, decoder_bytes_max: 1 << 24, ..Limits::default() };
        if let Ok(mut photo) = open(&bytes, &limits) {
            drain(&mut *photo.rows);
        }
    }

    #[test]
    fn damaged_headers_never_panic(
        which in 0usize..4,
        edits in prop::collection::vec((2usize..620, any::<u8>()), 1..6),
    ) {
        let mut bytes = samples().swap_remove(which);
        for (at, value) in edits {
            let last = bytes.len() - 1;
            bytes[at.min(last)] = value;
        }
        let limits = Limits { pixels_max: 1 << 22, decoder_bytes_max: 1 << 24, ..Limits::default() };
        if let Ok(mut photo) = open(&bytes, &limits) {
            drain(&mut *photo.rows);
        }
    }
}
