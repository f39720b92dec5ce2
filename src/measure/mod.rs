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
pub mod aspect;
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
mod flat_blocks;
mod flat_noise;
mod jpeg;
mod levels;
mod maps;
mod noise;
mod normalized;
mod overlap;
mod packed;
mod palette;
mod preview;
mod print;
mod sample;
mod sharpness;
mod shrink;
mod shrink_luma;
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
use color::Color;
use findings::{Evidence, findings};
use kernels::Level as InstructionSet;
use profile::Profile;
use scan::{Known, Passed, Scanned};

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
    let luma_table = luma_table(&photo);
    let known = Known { profile: &profile, luma_table: luma_table.as_ref() };
    let passed = scan::pass(&mut *photo.rows, known, InstructionSet::new(), threads);
    // the decoder's memory makes room for what follows
    photo.rows = Box::new(Read::of(&*photo.rows));
    match passed {
        Ok(passed) => {
            let options = Options { threads, ..*options };
            PhotoOutcome::Measured(Box::new(measured(bytes, &photo, passed, &profile, &options)))
        }
        Err(error) => PhotoOutcome::Unusable(facts::row_problem(&error)),
    }
}

/// The luma table of a JPEG whose luma is what it codes.
fn luma_table(photo: &Photo<'_>) -> Option<[u16; 64]> {
    let coded_luma = matches!(photo.rows.geometry().color, ColorSpace::Ycc | ColorSpace::Grey);
    let jpeg = photo.container.jpeg.as_ref().filter(|_| coded_luma)?;
    Some(jpeg.tables.first()?.values)
}

/// Puts together what headers and rows told.
fn measured(bytes: &[u8], photo: &Photo<'_>, passed: Passed, profile: &Profile, options: &Options) -> PhotoMeasurements {
    let (mut scanned, spatial) = passed.finish();
    // halves of like length, where there are two cores
    let (spatial, Small { file, color, composition }) =
        overlap::both(options.threads, || spatial.finish(), || small(bytes, photo, &mut scanned, profile));
    let (previews, (hashes, palette)) = overlap::both(
        options.threads,
        || options.previews.then(|| preview::previews(&scanned.cells, file.orientation).ok()).flatten(),
        || (hashes(photo, &scanned, &file, options.previews), palette::palette(&scanned.cells)),
    );
    let pictures = previews.map(|previews| pictures(&scanned, &file, previews, hashes));
    let measurements = numbers::measurements(photo, &scanned, &numbers::Small { spatial, color });
    let ratio = measurements.iter().find(|number| number.metric == Metric::EffRes).and_then(|number| number.value);
    let held = ratio.map(detail::resolution_held);
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
        print_sizes: print::print_sizes((file.width_px, file.height_px), held),
        composition: Some(composition),
        findings,
        pictures,
        histogram: Some(scanned.tone.histogram),
        file,
    }
}

/// What the whole file and its small picture tell.
struct Small {
    file: FileFacts,
    color: Color,
    composition: Composition,
}

/// Looks at the small picture as coded, and turns it into sRGB.
fn small(bytes: &[u8], photo: &Photo<'_>, scanned: &mut Scanned, profile: &Profile) -> Small {
    let seen = facts::Seen { stopped: scanned.stopped.as_ref(), bits_used: scanned.bits_used };
    let file = facts::file(photo, profile, seen, bytes.len() as u64, sha256(bytes));
    let (small, color) = color::measured(scanned, profile, file.orientation);
    let composition = composition::composition(&small, file.width_px, file.height_px);
    profile.to_srgb(&mut scanned.cells.rgb);
    Small { file, color, composition }
}

/// Embedded pictures are held against the picture, shown or not.
fn hashes(photo: &Photo<'_>, scanned: &Scanned, file: &FileFacts, previews: bool) -> Option<PictureHashes> {
    let wanted = previews || !photo.embedded.is_empty();
    wanted.then(|| similarity::hashes(&scanned.cells, file, &scanned.tone.histogram)).flatten()
}

/// Everything that shows something of the picture, turned upright.
fn pictures(
    scanned: &Scanned,
    file: &FileFacts,
    (preview, thumbnail): (Preview, Preview),
    hashes: Option<PictureHashes>,
) -> Pictures {
    Pictures {
        preview,
        thumbnail,
        hashes,
        focus: scanned.sharpness.focus_map(scanned.noise.sigma_or_zero()).turned(file.orientation),
        clipping: scanned.clipping.map.turned(file.orientation),
        error_level: scanned.error_level.map.turned(file.orientation),
    }
}

fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // writing to a String cannot fail
        let _written = write!(hex, "{byte:02x}");
        hex
    })
}
