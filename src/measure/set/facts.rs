//! What the set is made of: cameras, sizes, profiles, times, names.

use std::collections::BTreeMap;

use super::SetPhoto;
use super::frame::Frame;
use super::names::{self, Names};
use crate::measure::Format;
use crate::measure::aspect::{named, reduced};

/// What the set is made of. Lists stand with the most photos first, then by word.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SetFacts {
    /// Files.
    pub photos: usize,
    /// Files that could be measured.
    pub measured: usize,
    /// Maker and model as written; files without one are left out.
    pub cameras: Vec<Tally>,
    /// Lenses as written; files without one are left out.
    pub lenses: Vec<Tally>,
    /// Names of color profiles; None: no profile.
    pub profiles: Vec<Tally>,
    /// `6000 × 4000`, as seen.
    pub sizes: Vec<Tally>,
    /// Shapes as seen.
    pub aspects: Vec<Aspect>,
    /// File formats, as in JSON.
    pub formats: Vec<Tally>,
    /// Standing, lying, square.
    pub shapes: Shapes,
    /// When the photos were taken.
    pub captured: CaptureSpan,
    /// What file names tell.
    pub names: Names,
}

/// How many photos have a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Which; None: none. Untrusted text.
    pub value: Option<String>,
    /// How many.
    pub photos: usize,
}

/// How many photos have a shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aspect {
    /// Width and height, reduced.
    pub ratio: (u32, u32),
    /// The usual shape within 1 %, such as 3 and 2.
    pub named: Option<(u32, u32)>,
    /// How many.
    pub photos: usize,
}

/// How many stand and lie, as seen. Within 1 % of a square is square.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shapes {
    /// Higher than wide.
    pub portrait: usize,
    /// Wider than high.
    pub landscape: usize,
    /// Neither.
    pub square: usize,
}

/// When the photos were taken, by the clocks of their cameras.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaptureSpan {
    /// Photos with a time.
    pub photos: usize,
    /// The first, as written.
    pub first: Option<String>,
    /// The last, as written.
    pub last: Option<String>,
    /// Between them, s.
    pub seconds: Option<u64>,
    /// Whether names, read as people do, stand in the order of the times; None below two different times.
    pub names_in_order: Option<bool>,
}

/// What the photos of a set are: cameras, sizes, times and names, counted.
pub fn facts(photos: &[SetPhoto<'_>], frames: &[Frame<'_>]) -> SetFacts {
    let file_names: Vec<(u16, &str)> = photos.iter().map(|photo| (photo.number, photo.file_name)).collect();
    SetFacts {
        photos: photos.len(),
        measured: frames.len(),
        cameras: tallies(frames.iter().filter_map(|frame| frame.camera()).map(|(make, model)| Some(camera(make, model)))),
        lenses: tallies(frames.iter().filter_map(|frame| frame.photo.capture.lens.clone()).map(Some)),
        profiles: tallies(frames.iter().map(|frame| frame.photo.file.profile.clone())),
        sizes: tallies(frames.iter().map(|frame| {
            let file = &frame.photo.file;
            Some(format!("{} × {}", file.width_px, file.height_px))
        })),
        aspects: aspects(frames),
        formats: tallies(frames.iter().map(|frame| Some(format_word(frame.photo.file.format).to_owned()))),
        shapes: shapes(frames),
        captured: captured(frames),
        names: names::names(&file_names),
    }
}

/// Models often begin with their maker's name.
fn camera(make: Option<&str>, model: &str) -> String {
    match make {
        Some(make) if !model.to_lowercase().starts_with(&make.to_lowercase()) => format!("{make} {model}"),
        _ => model.to_owned(),
    }
}

fn tallies(values: impl Iterator<Item = Option<String>>) -> Vec<Tally> {
    let mut counts: BTreeMap<Option<String>, usize> = BTreeMap::new();
    values.for_each(|value| *counts.entry(value).or_default() += 1);
    let mut tallies: Vec<Tally> = counts.into_iter().map(|(value, photos)| Tally { value, photos }).collect();
    tallies.sort_by_key(|tally| std::cmp::Reverse(tally.photos));
    tallies
}

const fn format_word(format: Format) -> &'static str {
    match format {
        Format::Jpeg => "jpeg",
        Format::Png => "png",
        Format::WebP => "webp",
        Format::Tiff => "tiff",
        Format::Gif => "gif",
    }
}

fn aspects(frames: &[Frame<'_>]) -> Vec<Aspect> {
    let mut counts: BTreeMap<(u32, u32), usize> = BTreeMap::new();
    for frame in frames {
        *counts.entry(reduced(frame.photo.file.width_px, frame.photo.file.height_px)).or_default() += 1;
    }
    let mut aspects: Vec<Aspect> =
        counts.into_iter().map(|(ratio, photos)| Aspect { ratio, named: named(ratio), photos }).collect();
    aspects.sort_by_key(|aspect| std::cmp::Reverse(aspect.photos));
    aspects
}

fn shapes(frames: &[Frame<'_>]) -> Shapes {
    let mut shapes = Shapes::default();
    for frame in frames {
        let (width, height) = (frame.photo.file.width_px, frame.photo.file.height_px);
        let count = match named(reduced(width, height)) {
            Some((1, 1)) => &mut shapes.square,
            _ if width > height => &mut shapes.landscape,
            _ => &mut shapes.portrait,
        };
        *count += 1;
    }
    shapes
}

fn captured(frames: &[Frame<'_>]) -> CaptureSpan {
    let mut timed: Vec<(i64, &Frame<'_>)> = frames.iter().filter_map(|frame| Some((frame.taken?, frame))).collect();
    timed.sort_by_key(|(taken, _)| *taken);
    let written = |at: Option<&(i64, &Frame<'_>)>| at.and_then(|(_, frame)| frame.taken_at().map(str::to_owned));
    let seconds = timed.first().zip(timed.last()).map(|((first, _), (last, _))| first.abs_diff(*last));
    let mut by_name = timed.clone();
    by_name.sort_by_cached_key(|(_, frame)| names::natural(frame.file_name));
    CaptureSpan {
        photos: timed.len(),
        first: written(timed.first()),
        last: written(timed.last()),
        seconds,
        names_in_order: seconds.is_some_and(|seconds| seconds > 0).then(|| by_name.is_sorted_by_key(|(taken, _)| *taken)),
    }
}
