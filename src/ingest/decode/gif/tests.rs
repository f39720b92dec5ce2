//! GIF: pixels against their palette, and files that lie.

use ::gif::{Encoder, Frame as GifFrame};

use crate::ingest::open;
use crate::ingest::tests::drain;
use crate::raster::RowError;

use super::*;

const PALETTE: [u8; 24] = [0, 0, 0, 250, 20, 20, 20, 250, 20, 20, 20, 250, 90, 90, 90, 255, 255, 255, 200, 100, 0, 1, 2, 3];

/// Numbers of colours 0 to 6.
fn numbers(width: usize, height: usize) -> Vec<u8> {
    (0..width * height).map(|at| ((at % width / 3 + at / width / 2) % 7) as u8).collect()
}

fn interlaced(numbers: &[u8], width: usize) -> Vec<u8> {
    let rows: Vec<&[u8]> = numbers.chunks(width).collect();
    let passes = [(0, 8), (4, 8), (2, 4), (1, 2)];
    passes.iter().flat_map(|&(first, step)| rows.iter().skip(first).step_by(step)).copied().flatten().copied().collect()
}

pub(in crate::ingest) fn still(width: u16, height: u16, is_interlaced: bool) -> Vec<u8> {
    let mut frame = GifFrame::from_palette_pixels(width, height, numbers(width.into(), height.into()), PALETTE, None);
    if is_interlaced {
        frame.buffer = interlaced(&frame.buffer, width.into()).into();
        frame.interlaced = true;
    }
    file(width, height, &[frame])
}

/// A screen of 40 x 30; the first of two pictures is 20 x 10 at (4, 6) and has see-through pixels.
pub(in crate::ingest) fn animation() -> Vec<u8> {
    let mut first = GifFrame::from_palette_pixels(20, 10, numbers(20, 10), PALETTE, Some(3));
    (first.left, first.top) = (4, 6);
    let second = GifFrame::from_palette_pixels(40, 30, numbers(40, 30), PALETTE, None);
    file(40, 30, &[first, second])
}

fn file(width: u16, height: u16, frames: &[GifFrame<'_>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, width, height, &[]).unwrap();
    frames.iter().for_each(|frame| encoder.write_frame(frame).unwrap());
    drop(encoder);
    bytes
}

fn colors(numbers: &[u8]) -> Vec<u16> {
    numbers.iter().flat_map(|&number| &PALETTE[usize::from(number) * 3..][..3]).map(|&level| level.into()).collect()
}

fn rows(bytes: &[u8]) -> (Vec<u16>, bool) {
    let mut photo = open(bytes, &Limits::default()).unwrap();
    assert_eq!(photo.container.completeness, Completeness::Complete);
    let (rows, failed) = drain(&mut *photo.rows);
    assert_eq!((rows.len() as u32, failed), (photo.header.height, None));
    (rows.concat(), photo.rows.alpha_used())
}

#[test]
fn pixels_are_looked_up_in_order() {
    for (width, height) in [(40, 30), (1, 1), (7, 50), (33, 16)] {
        for is_interlaced in [false, true] {
            let bytes = still(width, height, is_interlaced);
            assert_eq!(rows(&bytes), (colors(&numbers(width.into(), height.into())), false), "{width}x{height} {is_interlaced}");
            let photo = open(&bytes, &Limits::default()).unwrap();
            assert!(photo.header.indexed && !photo.header.has_alpha && !photo.container.animated);
        }
    }
}

#[test]
fn of_an_animation_the_first_picture_is_laid_on_its_screen() {
    let bytes = animation();
    let photo = open(&bytes, &Limits::default()).unwrap();
    assert_eq!((photo.header.width, photo.header.height, photo.header.has_alpha), (40, 30, true));
    assert_eq!((photo.container.animated, photo.container.pictures), (true, 2));
    let (samples, alpha_used) = rows(&bytes);
    assert!(alpha_used && samples[..6 * 40 * 3].iter().all(|&sample| sample == 0));
    for (row, line) in colors(&numbers(20, 10)).chunks(60).enumerate() {
        assert_eq!(samples[((row + 6) * 40 + 4) * 3..][..60], *line);
    }
}

#[test]
fn rows_before_a_cut_stand() {
    let bytes = still(60, 200, false);
    let whole = colors(&numbers(60, 200));
    let mut most = 0;
    for cut in (70..bytes.len() - 2).step_by(7) {
        let mut photo = open(&bytes[..cut], &Limits::default()).unwrap();
        assert_eq!(photo.container.completeness, Completeness::Truncated);
        let (rows, failed) = drain(&mut *photo.rows);
        assert_eq!(rows.concat(), whole[..rows.len() * 180]);
        // the last codes may all be there before the file's end is
        assert!(rows.len() == 200 || failed == Some(RowError::Truncated { row: rows.len(), height: 200 }));
        most = most.max(rows.len());
    }
    assert!(most > 100, "{most}");
}

#[test]
fn headers_that_lie_are_refused() {
    let bytes = still(16, 16, false);
    let at = bytes.iter().position(|&byte| byte == 0x2c).unwrap();
    let with = |offset: usize, values: &[u8]| {
        let mut bytes = bytes.clone();
        bytes[at + offset..at + offset + values.len()].copy_from_slice(values);
        open(&bytes, &Limits::default()).map(|mut photo| drain(&mut *photo.rows).1)
    };
    assert!(matches!(with(5, &[0xff, 0xff, 1, 0]), Err(IngestError::TooLong { .. })));
    assert!(matches!(with(5, &[0x20, 0x4e, 0x20, 0x4e]), Err(IngestError::TooManyPixels { .. })));
    assert!(matches!(with(5, &[0, 0]), Err(IngestError::Damaged { .. })));
    // 9,000 x 9,000 pixels of a few bytes: nothing is allocated for the interlaced kind
    assert_eq!(with(5, &[0x28, 0x23, 0x28, 0x23]), Ok(Some(RowError::Damaged { row: 0 })));
    assert!(matches!(with(5, &[0x28, 0x23, 0x28, 0x23, 0xc7]), Err(IngestError::Damaged { .. } | IngestError::Truncated)));
}
