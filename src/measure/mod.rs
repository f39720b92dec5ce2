//! Photo -> [`PhotoMeasurements`]: one file a measurement, kernels apart.
//!
//! The picture passes once, row by row ([`scan`]); nothing holds it whole. Structure (tone, sharpness, noise, blockiness) is
//! measured on coded luma, clipping on coded R'G'B', colour after the profile. Sums are integers in a fixed order.
//! Many photos become a set ([`set`]). No I/O, no clock, no HTTP, no SQL. Same bytes in, same numbers out, on any number of threads.

pub mod cost;
pub mod finding;
pub mod metadata;
pub mod metric;
pub mod outcome;
pub mod result;
pub mod set;

mod facts;
mod findings;
mod numbers;
mod scan;

// one file a measurement
mod banding;
mod blockiness;
mod blur_effect;
mod cells;
mod clipping;
mod color;
mod colorfulness;
pub mod composition;
mod detail;
mod double_jpeg;
mod edges;
mod error_level;
mod flat_noise;
mod jpeg;
mod levels;
mod maps;
mod noise;
mod overlap;
mod packed;
mod palette;
mod preview;
mod print;
mod sample;
mod sharpness;
mod shrink;
mod similarity;
mod spatial;
mod structure;
mod tone;
mod unseen;

// how coded samples become rows and colours
mod gamut;
pub mod kernels;
mod profile;
mod rows;
mod window;

#[cfg(test)]
mod tests;

pub use finding::Accepted;
pub use outcome::{PhotoOutcome, PhotoProblem};
pub use result::*;
pub use similarity::{Pdq, Phash, PixelHash};

use sha2::{Digest, Sha256};

use crate::ingest::{self, Photo};
use crate::raster::{ColorSpace, Read};
use blur_effect::BlurEffect;
use cells::Cells;
use color::Color;
use findings::{Evidence, findings};
use kernels::Level as InstructionSet;
use numbers::Small;
use profile::Profile;
use scan::Scanned;

/// How photos are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// What a photo may cost.
    pub limits: ingest::Limits,
    /// Whether anything with picture content is made: previews and maps.
    pub previews: bool,
    /// Whether a second core may help.
    pub threads: Threads,
}

/// A smaller picture is measured before a second thread is of use, in pixels.
const OVERLAPPED_FROM: u64 = 500_000;

/// How many cores a photo may keep busy. Never changes a digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Threads {
    /// Its own.
    One,
    /// One more, which would be idle.
    Two,
}

impl Default for Options {
    fn default() -> Self {
        Self { limits: ingest::Limits::default(), previews: true, threads: Threads::One }
    }
}

/// The whole of a photo worker's job: opens the bytes, streams the picture once, measures it, makes the previews.
pub fn measure_photo(bytes: &[u8], options: &Options) -> PhotoOutcome {
    let mut photo = match ingest::open(bytes, &options.limits) {
        Ok(photo) => photo,
        Err(error) => return PhotoOutcome::Unusable(facts::problem(&error)),
    };
    let profile = Profile::read(photo.icc.as_ref(), photo.header.channels);
    if photo.rows.geometry().color == ColorSpace::Cmyk {
        return PhotoOutcome::Measured(Box::new(unseen::measured(bytes, &photo, &profile)));
    }
    let pixels = u64::from(photo.header.width) * u64::from(photo.header.height);
    let threads = if pixels < OVERLAPPED_FROM { Threads::One } else { options.threads };
    let scanned = scan::scan(&mut *photo.rows, &profile, InstructionSet::new(), threads);
    // the decoder's memory makes room for what follows
    photo.rows = Box::new(Read::of(&*photo.rows));
    match scanned {
        Ok(scanned) => {
            PhotoOutcome::Measured(Box::new(measured(bytes, &photo, scanned, &profile, &Options { threads, ..*options })))
        }
        Err(error) => PhotoOutcome::Unusable(facts::row_problem(&error)),
    }
}

/// Puts together what headers and rows told.
fn measured(bytes: &[u8], photo: &Photo<'_>, mut scanned: Scanned, profile: &Profile, options: &Options) -> PhotoMeasurements {
    let sample = std::mem::take(&mut scanned.sample);
    let coded_luma = matches!(photo.rows.geometry().color, ColorSpace::Ycc | ColorSpace::Grey);
    let luma_table = photo.container.jpeg.as_ref().filter(|_| coded_luma).and_then(|jpeg| jpeg.tables.first());
    let luma_table = luma_table.map(|table| table.values);
    let (spatial, seen) = overlap::both(
        options.threads,
        || spatial::spatial(InstructionSet::new(), sample, luma_table.as_ref()),
        || seen(bytes, photo, &mut scanned, profile, options.previews),
    );
    let Seen { file, blur, color, composition, hashes, palette, pictures } = seen;
    let measurements = numbers::measurements(photo, &scanned, &Small { spatial, blur, color });
    let jpeg = photo.container.jpeg.as_ref().map(jpeg::facts);
    let privacy = photo.metadata.privacy.clone();
    let metadata = metadata::facts(photo, profile, hashes.as_ref());
    let findings = findings(&Evidence {
        file: &file,
        rows_share: 100.0 * scanned.rows_seen as f64 / f64::from(photo.header.height),
        measurements: &measurements,
        percentiles: Some(scanned.tone.percentiles),
        burnt: scanned.clipping.largest,
        blockiness: blockiness::blockiness(&scanned.sharpness),
        jpeg: jpeg.as_ref(),
        privacy: &privacy,
        metadata: &metadata,
    });
    PhotoMeasurements {
        measurements,
        percentiles: Some(scanned.tone.percentiles),
        palette,
        jpeg,
        capture: facts::capture(&photo.metadata.capture),
        privacy,
        rights: photo.metadata.rights.clone(),
        metadata,
        print_sizes: print::print_sizes(file.width_px, file.height_px),
        composition: Some(composition),
        findings,
        pictures,
        histogram: Some(scanned.tone.histogram),
        file,
    }
}

/// What the whole file and its small picture tell.
struct Seen {
    file: FileFacts,
    blur: BlurEffect,
    color: Color,
    composition: Composition,
    hashes: Option<PictureHashes>,
    palette: Vec<PaletteColor>,
    pictures: Option<Pictures>,
}

/// Looks at the small picture, as coded first, then in sRGB.
fn seen(bytes: &[u8], photo: &Photo<'_>, scanned: &mut Scanned, profile: &Profile, previews: bool) -> Seen {
    let file = facts::file(photo, profile, scanned.stopped.as_ref(), bytes.len() as u64, sha256(bytes));
    let blur = blur_effect::of_cells(InstructionSet::new(), &scanned.cells);
    let (small, color) = color::measured(scanned, profile, file.orientation);
    let composition = composition::composition(&small, file.width_px, file.height_px);
    profile.to_srgb(&mut scanned.cells.rgb);
    // embedded pictures are held against the picture, shown or not
    let hashes = match previews || !photo.embedded.is_empty() {
        true => similarity::hashes(&scanned.cells, &file, &scanned.tone.histogram),
        false => None,
    };
    let pictures = if previews { pictures(scanned, &file, hashes) } else { None };
    Seen { blur, color, composition, hashes, palette: palette::palette(&scanned.cells), pictures, file }
}

/// Everything that shows something of the picture, turned upright.
fn pictures(scanned: &Scanned, file: &FileFacts, hashes: Option<PictureHashes>) -> Option<Pictures> {
    let cells: &Cells = &scanned.cells;
    let (preview, thumbnail) = preview::previews(cells, file.orientation).ok()?;
    Some(Pictures {
        preview,
        thumbnail,
        hashes,
        focus: scanned.sharpness.focus_map(scanned.noise.sigma_or_zero()).turned(file.orientation),
        clipping: scanned.clipping.map.turned(file.orientation),
        error_level: scanned.error_level.map.turned(file.orientation),
    })
}

fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // writing to a String cannot fail
        let _written = write!(hex, "{byte:02x}");
        hex
    })
}
