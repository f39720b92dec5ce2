//! The small words of pages: sizes, times left, states.

use std::time::Duration;

use crate::db::{PhotoRecord, PhotoState};
use crate::domain::AnalysisState;
use crate::measure::PhotoProblem;

const KIB: f64 = 1024.0;

/// `9.8 MiB`, `812 KiB`, `40 bytes`.
pub fn size(bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
    let bytes_f = bytes as f64;
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{:.0} KiB", bytes_f / KIB),
        _ if bytes.is_multiple_of(1_048_576) => format!("{} MiB", bytes / 1_048_576),
        _ => format!("{:.1} MiB", bytes_f / KIB / KIB),
    }
}

fn count(number: u64, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

/// `13 days 4 hours left`, the two largest units.
pub fn left(time: Duration) -> String {
    let minutes = time.as_secs() / 60;
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => "Less than a minute left".to_owned(),
        (0, 0, minutes) => format!("{} left", count(minutes, "minute")),
        (0, hours, minutes) => format!("{} {} left", count(hours, "hour"), count(minutes, "minute")),
        (days, hours, _) => format!("{} {} left", count(days, "day"), count(hours, "hour")),
    }
}

/// The title of a set: the customer's reference, or how many photos.
pub fn title(reference: Option<&str>, photo_count: i32) -> String {
    match reference {
        Some(reference) => reference.to_owned(),
        None if photo_count == 1 => "Set of 1 photo".to_owned(),
        None => format!("Set of {photo_count} photos"),
    }
}

/// How a state is shown: word, color class, small mark.
pub const fn state(state: AnalysisState, is_gone: bool) -> (&'static str, &'static str, Option<&'static str>) {
    match state {
        _ if is_gone => ("Destroyed", "quiet", Some("na")),
        AnalysisState::Open => ("Waiting for photos", "quiet", None),
        AnalysisState::Processing => ("Measuring", "quiet", None),
        AnalysisState::Completed => ("Report ready", "pass", Some("pass")),
        AnalysisState::Failed(_) => ("No report", "fail", Some("fail")),
    }
}

/// One photo on the progress page.
pub struct PhotoLine {
    /// Number in the set.
    pub number: i32,
    /// What became of it.
    pub words: String,
    /// Color class.
    pub color: &'static str,
    /// As sent.
    pub size: String,
}

impl From<&PhotoRecord> for PhotoLine {
    fn from(photo: &PhotoRecord) -> Self {
        let (words, color) = match photo.state {
            PhotoState::Received => ("Waiting for its turn".to_owned(), "quiet"),
            PhotoState::Measured => ("Measured. The photo is gone.".to_owned(), ""),
            PhotoState::Unusable => (problem(photo.problem.as_deref()), "fail"),
        };
        Self { number: photo.number, words, color, size: size(u64::try_from(photo.size_bytes).unwrap_or(0)) }
    }
}

fn problem(slug: Option<&str>) -> String {
    let known = PhotoProblem::ALL.into_iter().find(|problem| Some(problem.slug()) == slug);
    known.map_or("It could not be measured.", PhotoProblem::sentence).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_read_well() {
        assert_eq!(size(40), "40 bytes");
        assert_eq!(size(812 * 1024), "812 KiB");
        assert_eq!(size(50 << 20), "50 MiB");
        assert_eq!(size(10_276_045), "9.8 MiB");
        let hours = |hours: u64| Duration::from_secs(hours * 3600);
        assert_eq!(left(hours(13 * 24 + 4)), "13 days 4 hours left");
        assert_eq!(left(hours(25)), "1 day 1 hour left");
        assert_eq!(left(Duration::from_secs(3 * 60 + 9)), "3 minutes left");
        assert_eq!(left(Duration::from_secs(9)), "Less than a minute left");
        assert_eq!(title(None, 1), "Set of 1 photo");
        assert_eq!(problem(Some("truncated")), PhotoProblem::Truncated.sentence());
    }
}
