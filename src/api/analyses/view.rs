//! An analysis as JSON.

use serde::Serialize;
use utoipa::ToSchema;

use crate::api::openapi::words;
use crate::db::PhotoRecord;
use crate::domain::{AnalysisState, Timestamp};
use crate::http::analysis::{Seen, receipt_path};

/// One photo.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Photo)]
pub struct PhotoView {
    #[schema(value_type = words::PhotoNumber)]
    number: i32,
    #[schema(minimum = 0, example = 4_812_330)]
    size_bytes: i64,
    #[schema(value_type = words::PhotoState)]
    state: &'static str,
    /// Why it is unusable.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::PhotoProblem>)]
    problem: Option<String>,
}

/// Where its parts are; only those that can be read now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AnalysisLinks)]
pub struct Links {
    #[serde(rename = "self")]
    #[schema(example = "/v1/analyses/an_01KAPS2Q8Z4T6V9XJ3M5N7P0R1")]
    own: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/v1/analyses/an_01KAPS2Q8Z4T6V9XJ3M5N7P0R1/result")]
    result: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/v1/analyses/an_01KAPS2Q8Z4T6V9XJ3M5N7P0R1/report.pdf")]
    report: Option<String>,
    /// A template: replace `{n}` by the photo's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/v1/analyses/an_01KAPS2Q8Z4T6V9XJ3M5N7P0R1/previews/{n}")]
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
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Report)]
pub struct ReportView {
    #[schema(value_type = words::ReportId)]
    id: String,
    #[schema(value_type = words::ReportLife)]
    life: &'static str,
    #[schema(value_type = words::Time)]
    expires_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Time>)]
    ended_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::DeletionCause>)]
    cause: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ReceiptId>)]
    receipt: Option<String>,
}

/// An analysis.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Analysis)]
pub struct AnalysisView {
    #[schema(value_type = words::AnalysisId)]
    id: String,
    #[schema(value_type = words::State)]
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::FailureReason>)]
    reason: Option<&'static str>,
    /// The reason as a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
    #[schema(value_type = words::Product)]
    product: &'static str,
    #[schema(value_type = words::Previews)]
    previews: &'static str,
    /// Your own id.
    #[schema(example = "Shoot 14")]
    reference: Option<String>,
    /// Made with a test key; absent otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = words::Yes, required = false)]
    test: bool,
    #[schema(minimum = 0, example = 1)]
    photo_count: i32,
    photos: Vec<PhotoView>,
    #[schema(value_type = words::Time)]
    created_at: String,
    /// Of an open one: until when it takes photos.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Time>)]
    open_until: Option<String>,
    #[schema(value_type = Option<words::Time>)]
    ended_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    /// The interrupted analysis this one repeats.
    #[schema(value_type = Option<words::AnalysisId>)]
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
            test: record.is_test,
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
