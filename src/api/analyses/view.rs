//! An analysis as JSON.

use serde::Serialize;

use crate::db::PhotoRecord;
use crate::domain::{AnalysisState, Timestamp};
use crate::http::analysis::{Seen, receipt_path};

/// One photo.
#[derive(Debug, Serialize)]
pub struct PhotoView {
    number: i32,
    size_bytes: i64,
    state: &'static str,
    /// Why it is unusable.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

/// Where its parts are; only those that can be read now.
#[derive(Debug, Serialize)]
pub struct Links {
    #[serde(rename = "self")]
    own: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<String>,
    /// A template: replace `{n}` by the photo's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    previews: Option<String>,
    /// A template, as `previews`: where photos of an open analysis are put.
    #[serde(skip_serializing_if = "Option::is_none")]
    photos: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    submit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancel: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<String>,
}

/// Its report.
#[derive(Debug, Serialize)]
pub struct ReportView {
    id: String,
    life: &'static str,
    expires_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<String>,
}

/// An analysis.
#[derive(Debug, Serialize)]
pub struct AnalysisView {
    id: String,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// The reason as a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
    product: &'static str,
    previews: &'static str,
    reference: Option<String>,
    photo_count: i32,
    photos: Vec<PhotoView>,
    created_at: String,
    /// Of an open one: until when it takes photos.
    #[serde(skip_serializing_if = "Option::is_none")]
    open_until: Option<String>,
    ended_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_of: Option<String>,
    report: Option<ReportView>,
    links: Links,
}

impl PhotoView {
    /// As it stands at `now`.
    pub fn at(photo: PhotoRecord, now: Timestamp) -> Self {
        // Measured nowhere any more: it has to be put again.
        let state = if photo.is_lost(now) { "lost" } else { photo.state.slug() };
        Self { number: photo.number, size_bytes: photo.size_bytes, state, problem: photo.problem }
    }
}

/// The word for the choice of previews, as it is sent.
pub const fn previews_word(previews: bool) -> &'static str {
    if previews { "full" } else { "none" }
}

impl From<Seen> for AnalysisView {
    fn from(seen: Seen) -> Self {
        let Seen { record, photos, report, tombstone, reference, open_until, seen_at } = seen;
        let own = format!("/v1/analyses/{}", record.id);
        let is_live = report.is_some() && tombstone.is_none();
        let reason = record.state.failure_reason();
        let receipt = tombstone.as_ref().and_then(|tombstone| tombstone.receipt.as_ref());
        let links = Links {
            result: is_live.then(|| format!("{own}/result")),
            report: is_live.then(|| format!("{own}/report.pdf")),
            previews: (is_live && record.previews).then(|| format!("{own}/previews/{{n}}")),
            photos: open_until.map(|_| format!("{own}/photos/{{n}}")),
            submit: open_until.map(|_| format!("{own}/submit")),
            cancel: (!record.state.is_outcome()).then(|| format!("{own}/cancel")),
            receipt: receipt.map(receipt_path),
            own,
        };
        let report = report.map(|report| ReportView {
            id: report.id.to_string(),
            life: tombstone.as_ref().map_or(report.life, |ended| ended.cause.life()).slug(),
            expires_at: report.expires_at.rfc3339(),
            ended_at: tombstone.as_ref().map(|ended| ended.ended_at.rfc3339()),
            cause: tombstone.as_ref().map(|ended| ended.cause.slug()),
            receipt: receipt.map(ToString::to_string),
        });
        Self {
            id: record.id.to_string(),
            state: record.state.slug(),
            reason: reason.map(crate::domain::FailureReason::slug),
            message: reason.map(crate::domain::FailureReason::sentence),
            product: record.product.slug(),
            previews: previews_word(record.previews),
            reference,
            photo_count: record.photo_count,
            photos: photos.into_iter().map(|photo| PhotoView::at(photo, seen_at)).collect(),
            created_at: record.created_at.rfc3339(),
            open_until: open_until.map(Timestamp::rfc3339),
            ended_at: record.ended_at.map(Timestamp::rfc3339),
            retry_of: record.retry_of.map(|id| id.to_string()),
            report,
            links,
        }
    }
}

/// Seconds after which it is worth asking again.
pub const fn ask_again_secs(state: AnalysisState) -> Option<u64> {
    match state {
        AnalysisState::Open | AnalysisState::Processing => Some(2),
        AnalysisState::Completed | AnalysisState::Failed(_) => None,
    }
}
