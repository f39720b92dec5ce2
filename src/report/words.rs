//! Every sentence of the report, in one place; also used by the API and the web pages.

use crate::measure::{PhotoOutcome, PhotoVerdict};

use super::ReportPhoto;

/// How many photos have which word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// No finding.
    pub ready: usize,
    /// Findings.
    pub check: usize,
    /// Not usable as they are.
    pub redo: usize,
}

impl Counts {
    /// Counts a set.
    pub fn of(photos: &[ReportPhoto]) -> Self {
        let count = |verdict| photos.iter().filter(|photo| photo.outcome.verdict() == verdict).count();
        Self { ready: count(PhotoVerdict::Ready), check: count(PhotoVerdict::Check), redo: count(PhotoVerdict::Redo) }
    }

    /// All photos.
    pub const fn total(self) -> usize {
        self.ready + self.check + self.redo
    }
}

/// The set's verdict: `17 of 20 are ready. 3 need attention.`
pub fn set_sentence(photos: &[ReportPhoto]) -> String {
    let (first, second) = set_sentences(Counts::of(photos));
    if second.is_empty() { first } else { format!("{first} {second}") }
}

/// The set's verdict as its two sentences; the second is empty when all are ready.
pub fn set_sentences(counts: Counts) -> (String, String) {
    let attention = counts.check + counts.redo;
    match (counts.total(), attention) {
        (0, _) => ("There is no photo.".into(), String::new()),
        (1, 0) => ("The photo is ready.".into(), String::new()),
        (1, _) => ("The photo".into(), "needs attention.".into()),
        (2, 0) => ("Both are ready.".into(), String::new()),
        (total, 0) => (format!("All {total} are ready."), String::new()),
        (total, _) if counts.ready == 0 => (format!("None of {total} is ready."), format!("{} need attention.", cardinal(attention, total))),
        (total, 1) => (ready_of(counts.ready, total), "1 needs attention.".into()),
        (total, _) => (ready_of(counts.ready, total), format!("{attention} need attention.")),
    }
}

fn ready_of(ready: usize, total: usize) -> String {
    let verb = if ready == 1 { "is" } else { "are" };
    format!("{ready} of {total} {verb} ready.")
}

fn cardinal(attention: usize, total: usize) -> String {
    match (attention == total, total) {
        (true, 2) => "Both".into(),
        (true, _) => format!("All {total}"),
        (false, _) => attention.to_string(),
    }
}

/// The word of a photo: Ready, Check or Redo.
pub const fn verdict_word(verdict: PhotoVerdict) -> &'static str {
    match verdict {
        PhotoVerdict::Ready => "Ready",
        PhotoVerdict::Check => "Check",
        PhotoVerdict::Redo => "Redo",
    }
}

/// One sentence about one photo.
pub fn photo_sentence(outcome: &PhotoOutcome) -> String {
    match outcome {
        PhotoOutcome::Unusable(problem) => problem.sentence().to_owned(),
        PhotoOutcome::Measured(_) => todo!(),
    }
}
