//! What a set must be before it is drawn. Measurements come over a process border: their shapes are checked, not believed.

use crate::measure::{PhotoMeasurements, PhotoOutcome, Pictures};

use super::ReportError;
use super::facts::{ReportFacts, ReportPhoto};

/// Most photos of a report.
pub const PHOTOS_MAX: usize = 50;

/// Checks a set.
///
/// # Errors
/// [`ReportError::PhotoCount`], [`ReportError::PhotoOrder`], [`ReportError::Shape`], [`ReportError::Pictures`], [`ReportError::Branding`].
pub fn check(facts: &ReportFacts, photos: &[ReportPhoto]) -> Result<(), ReportError> {
    if photos.is_empty() || photos.len() > PHOTOS_MAX {
        return Err(ReportError::PhotoCount { actual: photos.len(), most: PHOTOS_MAX });
    }
    facts.branding.check().map_err(ReportError::Branding)?;
    for (photo, expected) in photos.iter().zip(1_u16..) {
        if photo.number != expected {
            return Err(ReportError::PhotoOrder { number: photo.number, expected });
        }
        if let PhotoOutcome::Measured(measured) = &photo.outcome {
            let wrong = |what| ReportError::Shape { number: photo.number, what };
            numbers(measured).map_err(wrong)?;
            if measured.pictures.is_some() != (facts.previews && measured.histogram.is_some()) {
                return Err(ReportError::Pictures { number: photo.number });
            }
            if let Some(pictures) = &measured.pictures {
                maps(pictures).map_err(wrong)?;
            }
        }
    }
    Ok(())
}

fn numbers(photo: &PhotoMeasurements) -> Result<(), &'static str> {
    let channels = photo.histogram.iter().flat_map(|counts| [&counts.luma, &counts.red, &counts.green, &counts.blue]);
    if channels.into_iter().any(|bins| bins.len() != 256) {
        return Err("the histogram");
    }
    let finite = |value: Option<f64>| value.is_none_or(f64::is_finite);
    if !photo.measurements.iter().all(|measurement| finite(measurement.value)) {
        return Err("a measurement");
    }
    if photo.measurements.len() > crate::measure::Metric::ALL.len() {
        return Err("the list of measurements");
    }
    if !photo.findings.iter().all(|finding| finite(finding.value) && finite(finding.threshold)) {
        return Err("a finding");
    }
    if photo.palette.len() > 6 || photo.palette.iter().any(|color| !(0.0..=1.0).contains(&color.share)) {
        return Err("the palette");
    }
    if photo.file.sha256.len() != 64 || !photo.file.sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err("the SHA-256");
    }
    Ok(())
}

fn maps(pictures: &Pictures) -> Result<(), &'static str> {
    let (focus, clipping) = (&pictures.focus, &pictures.clipping);
    let cells = |columns: u16, rows: u16| usize::from(columns) * usize::from(rows);
    if !(1..=32).contains(&focus.columns)
        || !(1..=32).contains(&focus.rows)
        || focus.tiles.len() != cells(focus.columns, focus.rows)
        || focus.tenengrad.len() != focus.tiles.len()
    {
        return Err("the focus map");
    }
    if focus.tiles.iter().chain(&focus.tenengrad).flatten().any(|tile| !tile.is_finite()) {
        return Err("a tile of the focus map");
    }
    let expected = cells(clipping.columns, clipping.rows);
    if !(1..=96).contains(&clipping.columns)
        || !(1..=96).contains(&clipping.rows)
        || clipping.burnt.len() != expected
        || clipping.lost.len() != expected
    {
        return Err("the clipping map");
    }
    Ok(())
}
