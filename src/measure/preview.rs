//! Previews: small JPEGs made anew from pixels. sRGB, baseline, turned upright, without any metadata.

use image::RgbImage;
use jpeg_encoder::{ColorType, Encoder, EncodingError};

use super::Preview;
use super::cells::{self, Cells};
use super::kernels::Level;
use super::shrink;
use crate::raster::Orientation;

/// Long side of the thumbnail, px.
pub const THUMBNAIL_EDGE: usize = 360;
/// IJG scale.
const QUALITY: u8 = 80;
/// Where rows are missing: a pale grey no picture is likely to end in.
const MISSING: [u8; 3] = [217, 214, 206];

/// Preview and thumbnail of a small picture, turned upright.
///
/// # Errors
/// What the encoder refuses; not cells of a picture that was scanned.
pub fn previews(srgb: &Cells, orientation: Orientation) -> Result<(Preview, Preview), EncodingError> {
    let preview = large(srgb);
    let thumbnail = thumbnail(&preview);
    Ok((encoded(&turned(preview, orientation))?, encoded(&turned(thumbnail, orientation))?))
}

/// The preview alone.
///
/// # Errors
/// As [`previews`].
pub fn preview(srgb: &Cells, orientation: Orientation) -> Result<Preview, EncodingError> {
    encoded(&turned(large(srgb), orientation))
}

/// The small picture with its missing rows.
fn large(srgb: &Cells) -> RgbImage {
    let missing = srgb.columns * srgb.rows_expected.saturating_sub(srgb.rows);
    let mut whole = srgb.rgb.clone();
    whole.extend(MISSING.iter().cycle().take(3 * missing));
    picture(whole, srgb.columns as u32, srgb.rows_expected as u32)
}

/// Samples as a picture; an empty one if their number is not that of its pixels.
fn picture(rgb: Vec<u8>, columns: u32, rows: u32) -> RgbImage {
    RgbImage::from_raw(columns, rows, rgb).unwrap_or_default()
}

fn thumbnail(from: &RgbImage) -> RgbImage {
    let old = (from.width() as usize, from.height() as usize);
    let new = cells::fitted(old, THUMBNAIL_EDGE);
    picture(shrink::by_area(Level::new(), from.as_raw(), old, new), new.0 as u32, new.1 as u32)
}

fn turned(from: RgbImage, orientation: Orientation) -> RgbImage {
    if orientation == Orientation::Upright {
        return from;
    }
    let (columns, rows) = orientation.seen_size(from.dimensions());
    picture(orientation.turn(from.as_raw().as_chunks::<3>().0, from.dimensions(), 1).into_flattened(), columns, rows)
}

fn encoded(picture: &RgbImage) -> Result<Preview, EncodingError> {
    let (width_px, height_px) = picture.dimensions();
    let mut jpeg = Vec::new();
    Encoder::new(&mut jpeg, QUALITY).encode(picture.as_raw(), width_px as u16, height_px as u16, ColorType::Rgb)?;
    Ok(Preview { width_px, height_px, jpeg })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Left half red, right half blue; `rows` of `expected` rows there.
    fn cells(columns: usize, rows: usize, expected: usize) -> Cells {
        let color = |x: usize| if x < columns / 2 { [220, 30, 30] } else { [30, 30, 220] };
        let rgb = (0..rows).flat_map(|_| (0..columns).flat_map(color)).collect();
        Cells { columns, rows, rows_expected: expected, rgb }
    }

    fn decoded(preview: &Preview) -> (u32, u32, Vec<u8>) {
        let mut decoder = zune_jpeg::JpegDecoder::new(std::io::Cursor::new(&preview.jpeg));
        let pixels = decoder.decode().unwrap();
        let (width, height) = decoder.dimensions().unwrap();
        (width as u32, height as u32, pixels)
    }

    #[test]
    fn sizes_keep_the_shape_and_are_never_enlarged() {
        use cells::fitted;
        assert_eq!(fitted((4032, 3024), 768), (768, 576));
        assert_eq!(fitted((3024, 4032), 360), (270, 360));
        assert_eq!(fitted((100, 50), 768), (100, 50));
        assert_eq!(fitted((30_000, 1), 768), (768, 1));
    }

    #[test]
    fn previews_are_turned_and_carry_no_metadata() {
        let (preview, thumbnail) = previews(&cells(768, 576, 576), Orientation::Rotated90).unwrap();
        assert_eq!((preview.width_px, preview.height_px), (576, 768));
        assert_eq!((thumbnail.width_px, thumbnail.height_px), (270, 360));
        let (width, height, pixels) = decoded(&preview);
        assert_eq!((width, height), (576, 768));
        // turned clockwise, the stored left half is on top
        let at = |x: usize, y: usize| &pixels[(y * 576 + x) * 3..][..3];
        assert!(at(300, 50)[0] > 180 && at(300, 700)[2] > 180);
        for marker in 0xe1..=0xefu8 {
            assert!(!preview.jpeg.windows(2).any(|pair| pair == [0xff, marker]), "APP{}", marker - 0xe0);
        }
        assert!(preview.jpeg.windows(2).any(|pair| pair == [0xff, 0xc0]), "baseline");
    }

    #[test]
    fn missing_rows_stay_empty() {
        let (preview, _) = previews(&cells(100, 40, 100), Orientation::Upright).unwrap();
        let (_, height, pixels) = decoded(&preview);
        assert_eq!(height, 100);
        let pixel = &pixels[(90 * 100 + 50) * 3..][..3];
        assert!(pixel.iter().zip(MISSING).all(|(ours, missing)| ours.abs_diff(missing) < 4), "{pixel:?}");
    }

    #[test]
    fn one_pixel_makes_a_preview() {
        let pixel = Cells { columns: 1, rows: 1, rows_expected: 1, rgb: vec![10, 20, 30] };
        let (preview, thumbnail) = previews(&pixel, Orientation::Rotated270).unwrap();
        assert_eq!((preview.width_px, preview.height_px), (1, 1));
        assert_eq!(preview.jpeg, thumbnail.jpeg);
    }
}
