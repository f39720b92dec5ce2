//! What is told to webhook endpoints. Bodies are thin: ids, states, times and links that need the key, never anything personal.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::{
    AgencyId, AnalysisId, AnalysisState, ApiKeyId, DeletionCause, EndpointId, EventId, ReceiptId, ReportId, StopReason, Timestamp,
};

/// Attempts for an event that links nothing that lives end this long after it happened.
pub const EVENT_LIFE: Duration = Duration::from_secs(28 * 60 * 60);

/// The kinds of events there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// A report is ready.
    AnalysisCompleted,
    /// An analysis ended without a report.
    AnalysisFailed,
    /// A report ends in 24 hours.
    ReportExpiring,
    /// A report was destroyed.
    ReportDeleted,
    /// Somebody asked for a test, or an endpoint was made.
    EndpointTest,
    /// Another endpoint of the key was disabled.
    EndpointDisabled,
}

impl EventKind {
    /// All kinds.
    pub const ALL: [Self; 6] = [
        Self::AnalysisCompleted,
        Self::AnalysisFailed,
        Self::ReportExpiring,
        Self::ReportDeleted,
        Self::EndpointTest,
        Self::EndpointDisabled,
    ];

    /// The `type` in the body.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::AnalysisCompleted => "analysis.completed",
            Self::AnalysisFailed => "analysis.failed",
            Self::ReportExpiring => "report.expiring",
            Self::ReportDeleted => "report.deleted",
            Self::EndpointTest => "endpoint.test",
            Self::EndpointDisabled => "endpoint.disabled",
        }
    }
}

impl FromStr for EventKind {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|kind| kind.slug() == text).ok_or(())
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
    }
}

/// The facts an event about an analysis is made of.
#[derive(Debug, Clone)]
pub struct AnalysisFacts {
    /// The tenant.
    pub agency: AgencyId,
    /// The key that started it; its endpoints hear of it. None for analyses from the web form.
    pub api_key: Option<ApiKeyId>,
    /// The analysis.
    pub analysis: AnalysisId,
    /// The event's number among the events of this analysis, from 1.
    pub sequence: i32,
    /// Photos in it.
    pub photo_count: i32,
    /// Whether a test key made it.
    pub is_test: bool,
}

/// Something that happened, as it will be told; the body is fixed once and signed as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Also the `webhook-id`.
    pub id: EventId,
    /// The tenant.
    pub agency: AgencyId,
    /// Whose endpoints hear of it; none of a web analysis.
    pub api_key: Option<ApiKeyId>,
    /// What it is about; none for a test.
    pub analysis: Option<AnalysisId>,
    /// What happened.
    pub kind: EventKind,
    /// Number among the events of its analysis, from 1.
    pub sequence: i32,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// Never attempted after this.
    pub not_after: Timestamp,
    /// The JSON that is sent, under 4 kB.
    pub body: String,
}

impl Event {
    fn about(facts: &AnalysisFacts, kind: EventKind, now: Timestamp, not_after: Timestamp, mut data: serde_json::Value) -> Self {
        if let Some(object) = data.as_object_mut() {
            object.insert("analysis".to_owned(), facts.analysis.as_str().into());
            object.insert("sequence".to_owned(), facts.sequence.into());
            object.insert("photos".to_owned(), facts.photo_count.into());
            if facts.is_test {
                object.insert("test".to_owned(), true.into());
            }
        }
        Self {
            id: EventId::generate(now),
            agency: facts.agency.clone(),
            api_key: facts.api_key.clone(),
            analysis: Some(facts.analysis.clone()),
            kind,
            sequence: facts.sequence,
            occurred_at: now,
            not_after,
            body: serde_json::json!({ "type": kind.slug(), "timestamp": now.rfc3339(), "data": data }).to_string(),
        }
    }

    /// `analysis.completed`: attempted no later than the report's end.
    pub fn completed(facts: &AnalysisFacts, report: &ReportId, expires_at: Timestamp, now: Timestamp) -> Self {
        let path = format!("/v1/analyses/{}", facts.analysis);
        let data = serde_json::json!({
            "state": AnalysisState::Completed.slug(),
            "report": report.as_str(),
            "expires_at": expires_at.rfc3339(),
            "links": { "analysis": path, "result": format!("{path}/result"), "report": format!("{path}/report.pdf") },
        });
        Self::about(facts, EventKind::AnalysisCompleted, now, expires_at, data)
    }

    /// `analysis.failed`, with the state's reason.
    pub fn failed(facts: &AnalysisFacts, reason: super::FailureReason, now: Timestamp) -> Self {
        let data = serde_json::json!({
            "state": AnalysisState::Failed(reason).slug(),
            "reason": reason.slug(),
            "links": { "analysis": format!("/v1/analyses/{}", facts.analysis) },
        });
        Self::about(facts, EventKind::AnalysisFailed, now, now.plus(EVENT_LIFE), data)
    }

    /// `report.deleted`, with its cause and the receipt.
    pub fn deleted(facts: &AnalysisFacts, report: &ReportId, cause: DeletionCause, receipt: &ReceiptId, now: Timestamp) -> Self {
        let data = serde_json::json!({
            "report": report.as_str(),
            "cause": cause.slug(),
            "receipt": receipt.as_str(),
            "links": { "receipt": format!("/v1/receipts/{receipt}") },
        });
        Self::about(facts, EventKind::ReportDeleted, now, now.plus(EVENT_LIFE), data)
    }

    /// `endpoint.test` for one key's endpoint.
    pub fn endpoint_test(agency: AgencyId, api_key: ApiKeyId, now: Timestamp) -> Self {
        Self::of_key(agency, api_key, EventKind::EndpointTest, now, &serde_json::json!({}))
    }

    /// `endpoint.disabled`, for the other endpoints of its key.
    pub fn endpoint_disabled(
        agency: AgencyId,
        api_key: ApiKeyId,
        endpoint: &EndpointId,
        reason: StopReason,
        failing_since: Option<Timestamp>,
        now: Timestamp,
    ) -> Self {
        let data = serde_json::json!({
            "endpoint": endpoint.as_str(),
            "reason": reason.slug(),
            "failing_since": failing_since.map(Timestamp::rfc3339),
            "disabled_at": now.rfc3339(),
            "links": { "endpoint": format!("/v1/webhook-endpoints/{endpoint}") },
        });
        Self::of_key(agency, api_key, EventKind::EndpointDisabled, now, &data)
    }

    fn of_key(agency: AgencyId, api_key: ApiKeyId, kind: EventKind, now: Timestamp, data: &serde_json::Value) -> Self {
        Self {
            id: EventId::generate(now),
            agency,
            api_key: Some(api_key),
            analysis: None,
            kind,
            sequence: 0,
            occurred_at: now,
            not_after: now.plus(EVENT_LIFE),
            body: serde_json::json!({ "type": kind.slug(), "timestamp": now.rfc3339(), "data": data }).to_string(),
        }
    }
}
