//! One number as a row of the table: value, default range, where it lies, and what it means in plain words.

use crate::measure::finding::Accepted;
use crate::measure::{Finding, FindingKind, FocusMap, Level, Measurement, Metric, PhotoMeasurements, Validity};
use crate::report::words;

/// Decimals a number may have beyond those of its metric.
const MORE_DECIMALS: u8 = 3;

/// Where a number lies against its default range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Past its range, with a finding of this level.
    Outside(Level),
    /// In its range.
    Within,
    /// It has a range but could not be measured.
    Unknown,
    /// The file has no such thing.
    NotApplicable,
    /// No range is documented for it.
    NoRange,
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Short name.
    pub name: &'static str,
    /// The number, or a dash.
    pub value: String,
    /// Its unit, empty for a bare ratio.
    pub unit: &'static str,
    /// `at most 2`, or empty.
    pub accepted: String,
    /// The range bar, if there is a range.
    pub bar: Option<Bar>,
    /// Where it lies.
    pub standing: Standing,
    /// In plain words.
    pub meaning: String,
}

/// A range bar: 0 to twice the limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// The accepted part, 0..=1 of the bar.
    pub band: (f32, f32),
    /// Where the limit is.
    pub limit: f32,
    /// Where the value is, kept on the bar; None: not measured.
    pub value: Option<f32>,
}

/// All rows of a photo: outside first, then within, then those without a range; in catalogue order within each.
pub fn readings(photo: &PhotoMeasurements) -> Vec<Reading> {
    let mut rows: Vec<Reading> = photo
        .measurements
        .iter()
        .filter(|measurement| measurement.metric.is_printed() || found(photo, measurement.metric).is_some())
        .map(|measurement| reading(photo, measurement))
        .collect();
    rows.sort_by_key(|row| match row.standing {
        Standing::Outside(Level::Redo) => 0,
        Standing::Outside(Level::Check) => 1,
        Standing::Within | Standing::Unknown => 2,
        Standing::NoRange => 3,
        Standing::NotApplicable => 4,
    });
    rows
}

fn reading(photo: &PhotoMeasurements, measurement: &Measurement) -> Reading {
    let definition = measurement.metric.definition();
    let range = FindingKind::of_metric(measurement.metric).and_then(FindingKind::accepted).map(|(_, range)| range);
    Reading {
        name: definition.title,
        value: measurement.value.map_or_else(|| "–".into(), |value| shown(value, definition.decimals, range)),
        unit: if measurement.value.is_some() { definition.unit } else { "" },
        accepted: range.map(|range| words::accepted(range, definition.decimals)).unwrap_or_default(),
        bar: range.map(|range| bar(range, measurement.value)),
        standing: standing(photo, measurement, range.is_some()),
        meaning: match measurement.value {
            Some(value) => meaning(photo, measurement.metric, value),
            None => why_not(measurement.validity).into(),
        },
    }
}

fn bar(range: Accepted, value: Option<f64>) -> Bar {
    let (limit, band) = match range {
        Accepted::AtMost(limit) => (limit, (0.0, 0.5)),
        Accepted::AtLeast(limit) => (limit, (0.5, 1.0)),
    };
    // the limit is in the middle, nothing (or twice a negative limit) at the left end
    let place = |value: f64| ((0.5 + (value - limit) / (2.0 * limit.abs().max(1e-9))) as f32).clamp(0.03, 0.97);
    Bar { band, limit: 0.5, value: value.map(place) }
}

/// A number with its decimals, and more where it would be rounded onto the limit that it does not keep.
fn shown(value: f64, decimals: u8, range: Option<Accepted>) -> String {
    let limit = range.filter(|range| !range.holds(value)).map(|(Accepted::AtMost(limit) | Accepted::AtLeast(limit))| limit);
    let is_told = |decimals: u8| limit.is_none_or(|limit| words::number(value, decimals) != words::number(limit, decimals));
    let decimals = (decimals..=decimals + MORE_DECIMALS).find(|decimals| is_told(*decimals)).unwrap_or(decimals);
    words::number(value, decimals)
}

fn standing(photo: &PhotoMeasurements, measurement: &Measurement, has_range: bool) -> Standing {
    match (found(photo, measurement.metric), measurement.value, measurement.validity) {
        (Some(finding), ..) => Standing::Outside(finding.level),
        (None, None, Validity::NotApplicable) => Standing::NotApplicable,
        (None, None, _) => Standing::Unknown,
        (None, Some(_), _) if has_range => Standing::Within,
        (None, Some(_), _) => Standing::NoRange,
    }
}

/// The finding that rests on a number, if there is one.
fn found(photo: &PhotoMeasurements, metric: Metric) -> Option<&Finding> {
    photo.findings.iter().find(|finding| finding.kind.accepted().is_some_and(|(accepted, _)| accepted == metric))
}

/// Why there is no number.
pub const fn why_not(validity: Validity) -> &'static str {
    match validity {
        Validity::Valid | Validity::Unknown => "Could not be measured.",
        Validity::TooSmall => "The picture is too small for it.",
        Validity::Flat => "No structure to measure.",
        Validity::Greyscale => "No colour to measure.",
        Validity::Partial => "Too much of the picture is missing.",
        Validity::NotApplicable => "This file has no such thing.",
        Validity::Cmyk => "Not measured in CMYK inks.",
    }
}

fn meaning(photo: &PhotoMeasurements, metric: Metric, value: f64) -> String {
    let step = |steps: &[(f64, &'static str)], last: &'static str| {
        steps.iter().find(|(below, _)| value < *below).map_or(last, |(_, words)| words).to_owned()
    };
    match metric {
        Metric::Megapixels => largest_print(photo),
        Metric::MeanLuma => step(
            &[(64.0, "Dark on the whole."), (96.0, "Rather dark."), (160.0, "Mid-toned."), (200.0, "Rather bright.")],
            "Bright on the whole.",
        ),
        Metric::RmsContrast => {
            step(&[(0.08, "Very soft contrast."), (0.16, "Soft contrast."), (0.27, "Usual contrast.")], "Strong contrast.")
        }
        Metric::ClipHigh => step(&[(0.01, "Hardly a pixel."), (1.0, "Small lights and reflections.")], "Reflections count too."),
        Metric::ClipHighAll => step(&[(0.01, "No pure white.")], "Pure white, no colour left."),
        Metric::ClipHighLargest => step(&[(0.01, "No burnt area."), (2.0, "Small burnt areas only.")], "In one connected area."),
        Metric::ClipLow => step(&[(0.01, "Hardly a pixel.")], "Saturated colours count too."),
        Metric::ClipLowAll => step(&[(0.01, "No pure black."), (10.0, "Some pure black.")], "Large parts are pure black."),
        Metric::LapVar => "Depends on content and noise.".into(),
        Metric::PeakSharp => sharpest(photo),
        Metric::SharpShare => step(
            &[(10.0, "Few tiles reach half the peak."), (50.0, "Part of it is near the peak.")],
            "Most of it is near the peak.",
        ),
        Metric::SigmaMad => {
            step(&[(1.5, "Clean."), (3.0, "Hardly visible."), (6.0, "Fine grain at full size.")], "Visible at full size.")
        }
        Metric::Colorfulness => step(
            &[
                (1.0, "No colour."),
                (15.0, "Slightly colourful."),
                (33.0, "Moderately colourful."),
                (45.0, "Fairly colourful."),
                (59.0, "Quite colourful."),
                (82.0, "Highly colourful."),
            ],
            "Extremely colourful.",
        ),
        Metric::Blockiness => step(&[(1.1, "No grid shows."), (1.25, "A faint grid.")], "An 8-pixel grid shows."),
        Metric::BitsPerPixel => compression(photo, value),
        Metric::EffRes => "Less detail than pixels.".into(),
        Metric::CastStrength => "Neutral colours are tinted.".into(),
        Metric::HistogramGaps => "Tones were stretched.".into(),
        // not printed
        _ => String::new(),
    }
}

fn largest_print(photo: &PhotoMeasurements) -> String {
    let at = |ppi: u16| {
        let size = photo.print_sizes.iter().find(|size| size.ppi == ppi)?;
        size.largest_a.as_ref().map(|sheet| format!("Enough for {} at {ppi} ppi.", words::clean(sheet, 4)))
    };
    at(300).or_else(|| at(150)).unwrap_or_else(|| "Too small to print.".into())
}

fn compression(photo: &PhotoMeasurements, value: f64) -> String {
    let words = if value < 1.0 {
        "Strongly compressed"
    } else if value < 3.0 {
        "Compressed"
    } else {
        "Lightly compressed"
    };
    match &photo.jpeg {
        Some(jpeg) => format!("{words}, {}.", words::clean(&jpeg.subsampling, 12)),
        None => format!("{words}."),
    }
}

fn sharpest(photo: &PhotoMeasurements) -> String {
    match photo.pictures.as_ref().and_then(|pictures| region(&pictures.focus)) {
        Some(place) => format!("Sharpest {place}."),
        None => "Of the sharpest tiles.".into(),
    }
}

/// Where most of the sharpest twentieth of the tiles lies: thirds of width and height.
pub fn region(focus: &FocusMap) -> Option<&'static str> {
    const PLACES: [&str; 9] = [
        "at the upper left",
        "at the top",
        "at the upper right",
        "at the left",
        "in the centre",
        "at the right",
        "at the lower left",
        "at the bottom",
        "at the lower right",
    ];
    let mut tiles: Vec<(f32, usize)> =
        focus.tiles.iter().enumerate().filter_map(|(index, tile)| tile.map(|tile| (tile, index))).collect();
    tiles.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    tiles.truncate(tiles.len().div_ceil(20));
    let (columns, rows) = (usize::from(focus.columns.max(1)), usize::from(focus.rows.max(1)));
    // Weighed by sharpness: among many equal tiles their order must not decide.
    let mut weights = [0.0_f64; 9];
    for (sharpness, index) in &tiles {
        let (column, row) = (index % columns, (index / columns).min(rows - 1));
        weights[row * 3 / rows * 3 + column * 3 / columns] += f64::from(*sharpness);
    }
    let heaviest = weights.iter().enumerate().rev().max_by(|a, b| a.1.total_cmp(b.1))?;
    (*heaviest.1 > 0.0).then(|| PLACES[heaviest.0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sharpest_place_is_named_in_thirds() {
        let mut tiles = vec![Some(1.0); 81];
        tiles[80] = Some(900.0);
        tiles[79] = Some(800.0);
        assert_eq!(
            region(&FocusMap { columns: 9, rows: 9, tiles: tiles.clone(), tenengrad: vec![] }),
            Some("at the lower right")
        );
        tiles[80] = None;
        tiles[79] = None;
        tiles[40] = Some(7.0);
        assert_eq!(region(&FocusMap { columns: 9, rows: 9, tiles, tenengrad: vec![] }), Some("in the centre"));
        assert_eq!(region(&FocusMap { columns: 2, rows: 1, tiles: vec![None, None], tenengrad: vec![] }), None);
    }

    #[test]
    fn a_number_is_not_rounded_onto_a_limit_it_does_not_keep() {
        let least = Some(Accepted::AtLeast(2.0));
        assert_eq!(shown(1.9976, 2, least), "1.998");
        assert_eq!(shown(1.98, 2, least), "1.98");
        assert_eq!(shown(2.0, 2, least), "2.00");
        assert_eq!(shown(2.004, 2, Some(Accepted::AtMost(2.0))), "2.004");
        assert_eq!(shown(2.0 - 1e-9, 2, least), "2.00", "no number is shown with more than three decimals more");
    }

    #[test]
    fn bars_put_the_limit_in_the_middle_and_keep_values_on_them() {
        let high = bar(Accepted::AtMost(2.0), Some(28.0));
        assert_eq!((high.band, high.limit, high.value), ((0.0, 0.5), 0.5, Some(0.97)));
        let low = bar(Accepted::AtLeast(30.0), Some(15.0));
        assert_eq!((low.band, low.value), ((0.5, 1.0), Some(0.25)));
    }
}
