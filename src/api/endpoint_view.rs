//! A webhook endpoint as JSON shows it.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::openapi::words;
use crate::domain::{EventKind, StopReason, Timestamp};
use crate::webhooks;

/// An endpoint.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Endpoint)]
pub struct EndpointView {
    #[schema(value_type = words::EndpointId)]
    id: String,
    #[schema(example = "https://hooks.customer.example/proofsheet")]
    url: String,
    #[schema(value_type = Vec<words::EventType>)]
    events: Vec<&'static str>,
    #[schema(example = "accounting")]
    description: Option<String>,
    /// Names of the headers on every delivery; values are masked.
    #[schema(value_type = BTreeMap<String, String>, example = json!({"authorization": "…"}))]
    headers: BTreeMap<String, &'static str>,
    #[schema(value_type = words::Status)]
    status: &'static str,
    /// Why it is not active.
    #[schema(value_type = Option<words::StopReason>)]
    status_reason: Option<&'static str>,
    /// Since when it is not active.
    #[schema(value_type = Option<words::Time>)]
    disabled_at: Option<String>,
    /// Its first failure since its last success.
    #[schema(value_type = Option<words::Time>)]
    failing_since: Option<String>,
    /// Failures since its last success.
    #[schema(example = 0)]
    failure_count: u32,
    /// It is left alone until then: it failed too often, or asked for it.
    #[schema(value_type = Option<words::Time>)]
    slowed_until: Option<String>,
    /// Deliveries that wait until it is active again.
    #[schema(example = 0)]
    held_count: u32,
    /// Number of its newest secret, from 1.
    #[schema(example = 1, minimum = 1)]
    secret_generation: i32,
    /// The secret before it signs as well until then.
    #[schema(value_type = Option<words::Time>)]
    previous_secret_ends_at: Option<String>,
    #[schema(value_type = words::Time)]
    created_at: String,
    /// Shown in the answer to its creation only.
    #[schema(example = "whsec_C2FVsBQIhrscChlQIMVb5sSYspob7oDe")]
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl EndpointView {
    /// With the secret, for the one answer that carries it.
    #[must_use]
    pub fn with(self, secret: &webhooks::PlainSecret) -> Self {
        Self { secret: Some(secret.expose().to_owned()), ..self }
    }
}

impl From<webhooks::EndpointView> for EndpointView {
    fn from(endpoint: webhooks::EndpointView) -> Self {
        let time = |at: Option<Timestamp>| at.map(Timestamp::rfc3339);
        Self {
            id: endpoint.id.to_string(),
            url: endpoint.url,
            events: endpoint.kinds.into_iter().map(EventKind::slug).collect(),
            description: endpoint.description,
            headers: endpoint.headers,
            status: endpoint.status.slug(),
            status_reason: endpoint.reason.map(StopReason::slug),
            disabled_at: time(endpoint.disabled_at),
            failing_since: time(endpoint.failing_since),
            failure_count: endpoint.failure_count,
            slowed_until: time(endpoint.not_before),
            held_count: endpoint.held_count,
            secret_generation: endpoint.secret_generation,
            previous_secret_ends_at: time(endpoint.previous_secret_ends_at),
            created_at: endpoint.created_at.rfc3339(),
            secret: None,
        }
    }
}
