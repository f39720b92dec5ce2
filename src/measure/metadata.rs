//! What the metadata say, held against the picture itself: declared size and densities, embedded pictures of another shape,
//! and what the file holds besides.
//!
//! The texts and lists in here were cleaned and masked by `ingest`, which owns their types (decision 0029).

use serde::{Deserialize, Serialize};

pub use crate::ingest::metadata::{
    Action, Block, BlockFacts, Conflict, DateNote, Dates, Density, Extra, ExtraKind, History, LIST_MAX, NAMES_MAX, Origin, Place,
    Position, Privacy as PrivacyFacts, Rights as RightsFacts, Said, Scrub, SourceType, Statements,
};
use crate::ingest::{DeclaredColor, Embedded, Limits, Photo};
use crate::raster::{RowSource, StripePixels};

use super::profile::Profile;
use super::similarity::PictureHashes;
use super::similarity::pdq::{self, PdqOfLuma};

/// Two shapes are alike up to this share: a thumbnail of 160 pixels cannot be nearer.
pub const SHAPE_TOLERANCE: f64 = 0.04;
/// Shapes of a declared and of a real size are alike up to this share beside rounding: programs resize to multiples of 2 or 4.
const SIZE_TOLERANCE: f64 = 0.002;
/// Densities are alike up to this share: centimetres and meters are rounded.
const DENSITY_TOLERANCE: f64 = 0.01;
/// Embedded pictures that are opened; further ones are told by their bytes.
const OPENED_MAX: usize = 16;
/// Pixels of all pictures together that are decoded to be compared: a preview of 1920 x 1080 and a thumbnail or two.
const DECODED_PIXELS_MAX: u64 = 2_500_000;
/// Long side of a small picture when it is hashed.
const HASHED_EDGE_MAX: usize = 256;
/// PDQ quality below which pictures cannot be told apart (Davis and Rosen 2019).
const STRUCTURE_MIN: u8 = 50;
/// PDQ bits above which an embedded picture shows another one: unrelated pictures differ in about 120, crops of 2 % in 40.
pub const PREVIEW_BITS_MAX: u16 = 100;
/// Levels of a bar: JPEG leaves a little light in black.
const BAR_LEVEL_MAX: u8 = 24;
/// A bar takes at most this share of a side.
const BAR_SHARE_MAX: f64 = 0.2;

/// Metadata of a photo besides capture, privacy and rights.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct MetadataFacts {
    /// What is said.
    #[serde(flatten)]
    pub said: Statements,
    /// Whether the picture has the size the camera declared; None if it declared none. Lying and standing are the same size.
    pub size_as_declared: Option<bool>,
    /// How its size stands to the declared one; None if none was declared.
    pub size_change: Option<SizeChange>,
    /// Whether declared densities differ.
    pub densities_differ: bool,
    /// Whether EXIF declares sRGB or Adobe RGB and the profile, or its absence, says something else.
    pub color_space_conflict: bool,
    /// Thumbnails and previews inside the file.
    pub embedded: Vec<EmbeddedPicture>,
    /// What the file holds behind its picture and in long values of its metadata.
    pub extras: Vec<Extra>,
}

/// How a picture's size stands to the one the camera declared. No file tells the sensor's own shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SizeChange {
    /// As declared, lying or standing.
    Same,
    /// Fewer pixels in the same shape: resized, or cropped to the same shape.
    Smaller,
    /// More pixels in the same shape: enlarged.
    Larger,
    /// Another shape: cropped, or put together.
    OtherShape,
}

impl SizeChange {
    fn of(declared: (u32, u32), stored: (u32, u32)) -> Self {
        let sides = |(x, y): (u32, u32)| (f64::from(x.max(y)), f64::from(x.min(y)).max(1.0));
        let ((long, short), (was_long, was_short)) = (sides(stored), sides(declared));
        // half a pixel of either side is rounding
        let rounding = 0.5 / short + 0.5 / long + SIZE_TOLERANCE;
        match ((long / short) / (was_long / was_short) - 1.0, long - was_long) {
            _ if (long, short) == (was_long, was_short) => Self::Same,
            (apart, _) if apart.abs() > rounding => Self::OtherShape,
            (_, more) if more > 0.0 => Self::Larger,
            _ => Self::Smaller,
        }
    }
}

/// A thumbnail or preview inside the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EmbeddedPicture {
    /// Where it lies.
    pub place: Place,
    /// As stored.
    pub bytes: u64,
    /// Columns and rows; None if it cannot be read or was not looked at.
    pub size_px: Option<(u32, u32)>,
    /// Whether its shape, without black bars, is another than the picture's; None if it cannot be read.
    pub shape_differs: Option<bool>,
    /// Bits in which its PDQ, without black bars, differs from the picture's, 0..=256, turned and mirrored as fits; None if it is
    /// too large to be decoded here, cannot be read, or if either has too little structure.
    pub pdq_distance: Option<u16>,
}

impl EmbeddedPicture {
    /// Whether its picture is another than the file's, however turned.
    pub fn shows_another(&self) -> bool {
        self.pdq_distance.is_some_and(|bits| bits > PREVIEW_BITS_MAX)
    }
}

/// Everything said in metadata, held against the picture.
pub(super) fn facts(photo: &Photo<'_>, profile: &Profile, hashes: Option<&PictureHashes>) -> MetadataFacts {
    let mut said = photo.metadata.statements.clone();
    let stored = (photo.header.width, photo.header.height);
    let size_change = said.declared_px.map(|declared| SizeChange::of(declared, stored));
    let embedded = embedded(&photo.embedded, stored, hashes);
    parts_to_remove(&mut said.scrub, &embedded, &photo.extras);
    MetadataFacts {
        size_as_declared: size_change.map(|change| change == SizeChange::Same),
        size_change,
        densities_differ: densities_differ(&said.densities),
        color_space_conflict: color_space_conflict(photo, profile),
        embedded,
        extras: photo.extras.clone(),
        said,
    }
}

/// Previews that show more or something else than the picture, and what else lies in the file, under the names of tools.
fn parts_to_remove(scrub: &mut Scrub, embedded: &[EmbeddedPicture], extras: &[Extra]) {
    let differs = |picture: &&EmbeddedPicture| picture.shape_differs == Some(true) || picture.shows_another();
    for picture in embedded.iter().filter(differs) {
        scrub.remove_part(match picture.place {
            Place::ExifThumbnail => "EXIF:ThumbnailImage",
            Place::MultiPicture => "MPF:MPImage",
            Place::MakerNote => "EXIF:MakerNote",
            Place::Photoshop => "Photoshop:PhotoshopThumbnail",
            Place::Xmp => "XMP xmp:Thumbnails",
            Place::AfterEnd => "data after the end",
        });
    }
    for extra in extras {
        match extra.kind {
            ExtraKind::Layers => scrub.remove_part("EXIF:ImageSourceData"),
            ExtraKind::Video | ExtraKind::Audio | ExtraKind::Archive | ExtraKind::VendorData | ExtraKind::Unknown => {
                scrub.remove_part("data after the end");
            }
            ExtraKind::Picture | ExtraKind::GainMap | ExtraKind::DepthMap | ExtraKind::Padding => {}
        }
    }
}

fn color_space_conflict(photo: &Photo<'_>, profile: &Profile) -> bool {
    match photo.metadata.declared_color {
        Some(DeclaredColor::Srgb) => photo.icc.is_some() && !profile.is_srgb(),
        Some(DeclaredColor::AdobeRgb) => profile.is_srgb(),
        Some(DeclaredColor::Uncalibrated) | None => false,
    }
}

fn densities_differ(densities: &[Density]) -> bool {
    let apart = |a: f64, b: f64| (a - b).abs() > DENSITY_TOLERANCE * a.max(b);
    densities.iter().any(|one| densities.iter().any(|other| apart(one.x_ppi, other.x_ppi) || apart(one.y_ppi, other.y_ppi)))
}

fn embedded(pictures: &[Embedded<'_>], main: (u32, u32), hashes: Option<&PictureHashes>) -> Vec<EmbeddedPicture> {
    let mut budget = DECODED_PIXELS_MAX;
    let opened = pictures.iter().take(OPENED_MAX).map(|picture| {
        let small = small(picture, &mut budget);
        EmbeddedPicture {
            place: picture.place,
            bytes: picture.bytes.len() as u64,
            size_px: small.as_ref().map(|small| small.size),
            shape_differs: small.as_ref().map(|small| differs(small.shown, main)),
            pdq_distance: small.and_then(|small| distance(&small.hash?, hashes?)),
        }
    });
    let others = pictures.iter().skip(OPENED_MAX).map(|picture| EmbeddedPicture {
        place: picture.place,
        bytes: picture.bytes.len() as u64,
        size_px: None,
        shape_differs: None,
        pdq_distance: None,
    });
    opened.chain(others).collect()
}

/// Whether the shapes of two pictures differ, lying or standing.
fn differs(a: (u32, u32), b: (u32, u32)) -> bool {
    let shape = |(x, y): (u32, u32)| f64::from(x.max(y)) / f64::from(x.min(y).max(1));
    // a pixel more or less is rounding
    let rounding = 1.0 / f64::from(a.0.min(a.1).max(1));
    (shape(a) / shape(b) - 1.0).abs() > SHAPE_TOLERANCE + rounding
}

/// An embedded picture, opened.
struct Small {
    size: (u32, u32),
    /// Without black bars.
    shown: (u32, u32),
    /// Of what is shown.
    hash: Option<PdqOfLuma>,
}

/// Opens a picture; `budget` is how many pixels may still be decoded.
fn small(picture: &Embedded<'_>, budget: &mut u64) -> Option<Small> {
    let mut photo = picture.open(&Limits::default()).ok()?;
    let size = (photo.header.width, photo.header.height);
    let left = budget.checked_sub(u64::from(size.0) * u64::from(size.1));
    *budget = left.unwrap_or(*budget);
    let Some(rows) = left.is_some().then(|| luma(&mut *photo.rows)).flatten() else {
        return Some(Small { size, shown: size, hash: None });
    };
    let shown = without_bars(&rows, size);
    Some(Small { size, shown, hash: hash(&rows, size, shown) })
}

/// PDQ of the middle of a small picture, on means of squares of pixels that leave at most 256 a side.
fn hash(rows: &[Vec<u8>], size: (u32, u32), shown: (u32, u32)) -> Option<PdqOfLuma> {
    let (left, top) = ((size.0 - shown.0) as usize / 2, (size.1 - shown.1) as usize / 2);
    let edge = (shown.0.max(shown.1) as usize).div_ceil(HASHED_EDGE_MAX).max(1);
    let (columns, lines) = (shown.0 as usize / edge, shown.1 as usize / edge);
    let mean = |x: usize, y: usize| {
        let square = rows.iter().skip(top + y * edge).take(edge).flat_map(|row| row.iter().skip(left + x * edge).take(edge));
        square.map(|&level| u32::from(level)).sum::<u32>() as f32 / (edge * edge) as f32
    };
    let luma = (0..lines).flat_map(|y| (0..columns).map(move |x| (x, y))).map(|(x, y)| mean(x, y)).collect();
    pdq::of_luma(luma, columns, lines)
}

/// The least distance of an embedded picture from the picture in any of its eight ways.
fn distance(embedded: &PdqOfLuma, picture: &PictureHashes) -> Option<u16> {
    if embedded.quality.min(picture.pdq_quality) < STRUCTURE_MIN {
        return None;
    }
    let ways = std::iter::once(&picture.pdq).chain(&picture.turned);
    ways.map(|way| way.distance(&embedded.hash)).min().and_then(|bits| u16::try_from(bits).ok())
}

/// All of a small picture's coded luma, row by row; None if it is not all there.
pub fn luma(rows: &mut dyn RowSource) -> Option<Vec<Vec<u8>>> {
    let mut all = Vec::new();
    while let Some(stripe) = rows.next_stripe().ok()? {
        for row in 0..stripe.rows {
            all.push(match &stripe.pixels {
                StripePixels::Ycc8 { y, .. } => y.row(row).to_vec(),
                StripePixels::Grey8(grey) => grey.row(row).to_vec(),
                // only JPEG is embedded: R'G'B' is rare, green is near enough to tell black
                StripePixels::Rgb8(rgb) => rgb.row(row).as_chunks::<3>().0.iter().map(|pixel| pixel[1]).collect(),
                StripePixels::Grey16(_) | StripePixels::Rgb16(_) => return None,
            });
        }
    }
    Some(all)
}

/// Size without equal black bars at two opposite sides, as cameras put them around thumbnails of 4:3.
fn without_bars(rows: &[Vec<u8>], size: (u32, u32)) -> (u32, u32) {
    let black = |row: &Vec<u8>| row.iter().all(|level| *level <= BAR_LEVEL_MAX);
    let columns = size.0 as usize;
    let black_column = |x: usize| rows.iter().all(|row| row.get(x).is_none_or(|level| *level <= BAR_LEVEL_MAX));
    let (top, bottom) =
        (rows.iter().take_while(|row| black(row)).count(), rows.iter().rev().take_while(|row| black(row)).count());
    let (left, right) =
        ((0..columns).take_while(|x| black_column(*x)).count(), (0..columns).rev().take_while(|x| black_column(*x)).count());
    let bars = |first: usize, last: usize, side: u32| match first.min(last) as f64 / f64::from(side) <= BAR_SHARE_MAX
        && first.abs_diff(last) <= 2
    {
        true => (first + last) as u32,
        // dark at one side is a dark picture
        false => 0,
    };
    let (down, across) = (bars(top, bottom, size.1), bars(left, right, size.0));
    // bars stand at two sides, never at four
    match (down, across) {
        (0, across) => (size.0.saturating_sub(across).max(1), size.1),
        (down, 0) => (size.0, size.1.saturating_sub(down).max(1)),
        _ => size,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_alike_within_rounding_and_when_turned() {
        for (small, main) in
            [((160, 107), (6000, 4000)), ((160, 120), (4000, 3000)), ((120, 160), (4000, 3000)), ((8, 5), (6000, 4000))]
        {
            assert!(!differs(small, main), "{small:?} {main:?}");
        }
        for (small, main) in [((160, 120), (6000, 4000)), ((160, 90), (4000, 3000)), ((160, 160), (160, 120))] {
            assert!(differs(small, main), "{small:?} {main:?}");
        }
    }

    #[test]
    fn a_size_is_held_against_the_declared_one() {
        let of = |stored| SizeChange::of((6000, 4000), stored);
        assert_eq!((of((6000, 4000)), of((4000, 6000))), (SizeChange::Same, SizeChange::Same));
        assert_eq!(
            (of((3000, 2000)), of((1365, 2048)), of((1023, 681))),
            (SizeChange::Smaller, SizeChange::Smaller, SizeChange::Smaller)
        );
        assert_eq!(of((9000, 6000)), SizeChange::Larger);
        assert_eq!(
            (of((4000, 4000)), of((6000, 3900)), of((2000, 1300))),
            (SizeChange::OtherShape, SizeChange::OtherShape, SizeChange::OtherShape)
        );
    }

    #[test]
    fn what_shows_more_than_the_picture_goes() {
        let picture =
            |place, shape_differs| EmbeddedPicture { place, bytes: 9, size_px: None, shape_differs, pdq_distance: None };
        let mut scrub = Scrub::default();
        let embedded = [picture(Place::ExifThumbnail, Some(true)), picture(Place::Photoshop, Some(false))];
        let extra = |kind| Extra { kind, bytes: 9 };
        parts_to_remove(&mut scrub, &embedded, &[extra(ExtraKind::GainMap), extra(ExtraKind::Video), extra(ExtraKind::Layers)]);
        assert_eq!(scrub.remove, ["EXIF:ThumbnailImage", "data after the end", "EXIF:ImageSourceData"]);
    }

    #[test]
    fn black_bars_are_no_part_of_a_picture() {
        let rows = |bar: usize, dark: u8| -> Vec<Vec<u8>> {
            (0..120).map(|y| vec![if y < bar || y >= 120 - bar { dark } else { 90 }; 160]).collect()
        };
        assert_eq!(without_bars(&rows(7, 9), (160, 120)), (160, 106));
        assert_eq!(without_bars(&rows(0, 9), (160, 120)), (160, 120));
        assert_eq!(without_bars(&rows(7, 60), (160, 120)), (160, 120));
        assert_eq!(without_bars(&rows(60, 0), (160, 120)), (160, 120));
        let mut night = rows(0, 0);
        night[..30].iter_mut().for_each(|row| row.fill(0));
        assert_eq!(without_bars(&night, (160, 120)), (160, 120));
    }

    #[test]
    fn densities_that_differ_are_told() {
        let density = |block, ppi| Density { block, x_ppi: ppi, y_ppi: ppi };
        assert!(!densities_differ(&[density(Block::Jfif, 300.0), density(Block::Exif, 299.99)]));
        assert!(densities_differ(&[density(Block::Jfif, 72.0), density(Block::Exif, 300.0)]));
        assert!(!densities_differ(&[density(Block::PngPhys, 72.0)]));
    }
}
