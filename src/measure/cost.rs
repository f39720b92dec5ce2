//! What parts of measuring cost: the same scans over the same rows as the one pass, fewer of them. For benches, which hold them against
//! other people's code that does as much.

use super::cells::CellScan;
use super::clipping::ClippingScan;
use super::colorfulness::{ColorScan, colorfulness};
use super::error_level::ErrorLevelScan;
use super::kernels::Level;
use super::kernels::histogram::LevelCounts;
use super::profile::Profile;
use super::rows::RowReader;
use super::sharpness::Sharpness;
use super::structure::StructureScan;
use super::tone::ToneScan;
use super::{Threads, blockiness, color, overlap, palette, preview, similarity};
use crate::ingest::{self, Limits, Photo};
use crate::raster::{RowError, Stripe, StripePixels};

/// Tone of the four channels, clipping, Laplacian, Tenengrad, Immerkaer, blockiness, focus map, colorfulness, cast, palette, both
/// perceptual hashes and the preview: what every service of this kind measures.
///
/// # Errors
/// [`RowError`] of a picture that is not whole.
pub fn core_set(bytes: &[u8], threads: Threads) -> Result<f64, RowError> {
    let (mut photo, level) = (opened(bytes)?, Level::new());
    let profile = Profile::read(photo.icc.as_ref(), photo.header.channels);
    let (width, height) = size(&photo);
    let mut reader = RowReader::new(level, width);
    let (mut tone, mut clipping) = (ToneScan::new(width * height), ClippingScan::new(level, width, height));
    let (mut moments, mut cells) = (ColorScan::new(level, width, height, &profile), CellScan::new(level, width, height));
    let mut structure = StructureScan::without_noise(level, width, height);
    let measure = |stripe: &Stripe<'_>| {
        for index in 0..stripe.rows {
            let row = reader.row(&stripe.pixels, index);
            tone.add(&row);
            clipping.add(&row);
            moments.add(&row, &profile);
            cells.add(&row);
            structure.add(row.luma);
        }
    };
    match threads {
        Threads::Two => overlap::read(&mut *photo.rows, measure)?,
        Threads::One => overlap::read_here(&mut *photo.rows, measure)?,
    }
    let mut cells = cells.finish();
    let cast = color::cast_of(&cells, &profile).unwrap_or_default();
    profile.to_srgb(&mut cells.rgb);
    let (orientation, shown) = (photo.header.orientation, &cells);
    let (preview, rest) = overlap::both(
        threads,
        || preview::preview(shown, orientation).map_or(0, |preview| preview.jpeg.len()),
        || {
            let numbers = tone.finish(level).mean_luma + clipping.finish().high + colorfulness(&moments.finish());
            let distance = similarity::perceptual(shown, orientation).map_or(0, |(pdq, _)| pdq.hash.distance(&pdq.dihedral()[1]));
            numbers + of_luma(&structure.finish().0) + palette::palette(shown).len() as f64 + f64::from(distance)
        },
    );
    Ok(cast + rest + preview as f64)
}

/// The part of it that needs luma alone: histogram, Laplacian, Tenengrad, Immerkaer, blockiness and focus map of a JPEG in color.
///
/// # Errors
/// [`RowError`] of a picture that is not whole.
pub fn luma_set(bytes: &[u8]) -> Result<f64, RowError> {
    let (mut photo, level) = (opened(bytes)?, Level::new());
    let (width, height) = size(&photo);
    let (mut counts, mut structure) = (LevelCounts::new(width * height), StructureScan::without_noise(level, width, height));
    overlap::read_here(&mut *photo.rows, |stripe| {
        if let StripePixels::Ycc8 { y, .. } = &stripe.pixels {
            for row in y.rows() {
                counts.add(row);
                structure.add(row);
            }
        }
    })?;
    Ok(of_luma(&structure.finish().0) + counts.counts(level)[0] as f64)
}

/// The error level map.
///
/// # Errors
/// [`RowError`] of a picture that is not whole.
pub fn error_level(bytes: &[u8]) -> Result<f64, RowError> {
    let (mut photo, level) = (opened(bytes)?, Level::new());
    let (width, height) = size(&photo);
    let (mut reader, mut errors) = (RowReader::new(level, width), ErrorLevelScan::new(level, width, height));
    overlap::read_here(&mut *photo.rows, |stripe| {
        if let StripePixels::Ycc8 { y, .. } = &stripe.pixels {
            y.rows().for_each(|row| errors.add(row));
        } else {
            (0..stripe.rows).for_each(|index| errors.add(reader.row(&stripe.pixels, index).luma));
        }
    })?;
    Ok(errors.finish().mean.unwrap_or_default())
}

fn opened(bytes: &[u8]) -> Result<Photo<'_>, RowError> {
    ingest::open(bytes, &Limits::default()).map_err(|_| RowError::Damaged { row: 0 })
}

fn size(photo: &Photo<'_>) -> (usize, usize) {
    (photo.header.width as usize, photo.header.height as usize)
}

/// Everything that follows from the stencils, so that none of it is left out.
fn of_luma(sharpness: &Sharpness) -> f64 {
    let tiles = sharpness.focus_map(0.0).tiles.len();
    let grid = match blockiness::blockiness(sharpness) {
        blockiness::Blockiness::Steps(steps) => steps.ratio,
        blockiness::Blockiness::Flat | blockiness::Blockiness::TooSmall => 0.0,
    };
    let numbers =
        [sharpness.laplacian_variance(), sharpness.tenengrad(), sharpness.immerkaer(), sharpness.peak(0.0).map(|peak| peak.peak)];
    numbers.into_iter().flatten().sum::<f64>() + tiles as f64 + grid
}
