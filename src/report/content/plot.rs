//! A number over the set: a dot a photo, what lies near the median, and which photos lie elsewhere.

use crate::measure::set::Spread;
use crate::measure::{PhotoMeasurements, PhotoOutcome};
use crate::report::facts::ReportPhoto;
use crate::report::{set_words, words};

/// One number of all photos that have it.
#[derive(Debug, Clone, PartialEq)]
pub struct Plot {
    /// What it is.
    pub title: &'static str,
    /// In what.
    pub unit: &'static str,
    /// The dots, in the order of their photos.
    pub dots: Vec<Dot>,
    /// Median, and how far from it nothing counts as different; None where nothing is judged.
    pub near: Option<(f64, f64)>,
    /// The least and the greatest value as printed.
    pub ends: (String, String),
    /// What it shows, for those who do not see it.
    pub alt: String,
}

/// A photo's value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dot {
    /// Number of the photo.
    pub number: u16,
    /// Its value, finite.
    pub value: f64,
    /// Whether it differs from the rest.
    pub differs: bool,
}

/// A plot of each number that is compared over the set, then of shape and size.
pub fn plots(spread: &[Spread], photos: &[ReportPhoto]) -> Vec<Plot> {
    let judged = spread.iter().map(of_spread);
    let facts = [
        of_files(photos, "Megapixels", "MP", 1, |photo| pixels(photo) / 1e6),
        of_files(photos, "Long to short side", "to 1", 2, |photo| {
            let (width, height) = (f64::from(photo.file.width_px), f64::from(photo.file.height_px));
            width.max(height) / width.min(height).max(1.0)
        }),
    ];
    judged.chain(facts.into_iter().flatten()).collect()
}

fn pixels(photo: &PhotoMeasurements) -> f64 {
    f64::from(photo.file.width_px) * f64::from(photo.file.height_px)
}

fn of_spread(spread: &Spread) -> Plot {
    let definition = spread.metric.definition();
    let dots: Vec<Dot> =
        spread.photos.iter().map(|photo| Dot { number: photo.number, value: photo.value, differs: photo.differs }).collect();
    let near = Some((spread.median, spread.tolerance()));
    let median = format!(", median {}", words::number(spread.median, definition.decimals));
    plot((definition.title, definition.unit), definition.decimals, dots, near, &median)
}

/// None of fewer than two photos.
fn of_files(
    photos: &[ReportPhoto],
    title: &'static str,
    unit: &'static str,
    decimals: u8,
    value: impl Fn(&PhotoMeasurements) -> f64,
) -> Option<Plot> {
    let dots: Vec<Dot> = photos
        .iter()
        .filter_map(|photo| match &photo.outcome {
            PhotoOutcome::Measured(measured) => Some(Dot { number: photo.number, value: value(measured), differs: false }),
            PhotoOutcome::Unusable(_) => None,
        })
        .collect();
    (dots.len() > 1).then(|| plot((title, unit), decimals, dots, None, ""))
}

fn plot(
    (title, unit): (&'static str, &'static str),
    decimals: u8,
    dots: Vec<Dot>,
    near: Option<(f64, f64)>,
    median: &str,
) -> Plot {
    let least = dots.iter().map(|dot| dot.value).fold(f64::INFINITY, f64::min);
    let greatest = dots.iter().map(|dot| dot.value).fold(f64::NEG_INFINITY, f64::max);
    let ends = (words::number(least, decimals), words::number(greatest, decimals));
    let others: Vec<u16> = dots.iter().filter(|dot| dot.differs).map(|dot| dot.number).collect();
    let differ = match (near.is_some(), others.as_slice()) {
        (false, _) => String::new(),
        (true, []) => "; none differs".to_owned(),
        (true, [one]) => format!("; frame {one} differs"),
        (true, several) => format!("; frames {} differ", set_words::numbers(several)),
    };
    let range = if ends.0 == ends.1 { ends.0.clone() } else { format!("{} to {}", ends.0, ends.1) };
    let alt = format!("{title} of {}: {range} {unit}{median}{differ}.", words::count(dots.len(), "frame", "frames"));
    Plot { title, unit, dots, near, ends, alt: alt.replace("  ", " ").replace(" ,", ",").replace(" ;", ";").replace(" .", ".") }
}
