//! How it was measured: definitions, thresholds, limits, and the files themselves.

use crate::measure::{FindingKind, Metric, PhotoOutcome};
use crate::report::facts::{ReportFacts, ReportPhoto};
use crate::report::words;

use super::name_of;

/// Definitions, thresholds and limits.
#[derive(Debug)]
pub struct Method {
    /// What stands at the top.
    pub intro: &'static str,
    /// Every metric.
    pub metrics: Vec<Entry>,
    /// Every threshold.
    pub thresholds: Vec<Entry>,
    /// What the report does not say.
    pub limits: Vec<&'static str>,
    /// Program and settings.
    pub software: String,
}

/// An entry of a list of definitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Name.
    pub name: &'static str,
    /// Unit, beside the name; empty if there is none.
    pub unit: &'static str,
    /// Method id or range, for programs.
    pub id: String,
    /// Definition.
    pub text: &'static str,
}

/// A row of the table of files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// Number of the photo.
    pub number: u16,
    /// File name, cleaned.
    pub name: String,
    /// Size, or a dash.
    pub size: String,
    /// SHA-256, or why there is none.
    pub sha256: String,
}

pub(super) fn compose(facts: &ReportFacts) -> Method {
    Method {
        intro: "Every number in this report is defined here: what is computed, on which pixels, and where the definition comes from. A method id changes when the number would. The same file always gives the same numbers.",
        metrics: Metric::ALL.into_iter().filter(|metric| metric.is_printed()).map(metric).collect(),
        thresholds: FindingKind::ALL.into_iter().map(threshold).collect(),
        limits: vec![
            "A finding is a number past a documented default range. It is advice, not a verdict: a verdict needs rules of your own, and none were given.",
            "Unknown means that a number could not be measured. It is never counted as within its range.",
            "Structure (sharpness, noise, blocks, tone) is measured on coded luma: the luma plane of a JPEG, or ITU-R BT.601 luma of R'G'B', before any colour profile. Colours go through the profile to sRGB.",
            "What a file says about its origin is declared: anybody can write, change or remove it. Content Credentials (C2PA) are not read by this version, so nothing is said about them.",
            "Nothing here judges beauty or likeness, and nothing says whether a picture tells the truth: that is not measured.",
        ],
        software: format!(
            "proofsheet {}, {} report, default ranges. {}",
            env!("CARGO_PKG_VERSION"),
            facts.product.title(),
            facts.product.question()
        ),
    }
}

fn metric(metric: Metric) -> Entry {
    let definition = metric.definition();
    Entry { name: definition.title, unit: definition.unit, id: definition.method.to_owned(), text: definition.definition }
}

fn threshold(kind: FindingKind) -> Entry {
    let range = kind.accepted().map(|(metric, range)| {
        let definition = metric.definition();
        format!("{} {} {}", definition.id, words::accepted(range, definition.decimals), definition.unit).trim_end().to_owned()
    });
    Entry { name: kind.title(), unit: "", id: range.unwrap_or_default(), text: kind.rule() }
}

pub(super) fn files(photos: &[ReportPhoto]) -> Vec<FileRow> {
    photos
        .iter()
        .map(|photo| {
            let (size, sha256) = match &photo.outcome {
                PhotoOutcome::Measured(measured) => (words::size(measured.file.size_bytes), measured.file.sha256.clone()),
                PhotoOutcome::Unusable(_) => ("–".into(), "could not be read".into()),
            };
            FileRow { number: photo.number, name: name_of(photo), size, sha256 }
        })
        .collect()
}
