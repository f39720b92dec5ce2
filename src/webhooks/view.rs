//! What an endpoint's owner gives and is shown; nothing of it but the id and the kinds reaches a row in clear.

use std::collections::{BTreeMap, BTreeSet};

use super::{ExtraHeaders, WebhookError, Webhooks};
use crate::db::{DbError, EndpointRecord, EndpointStatus};
use crate::domain::{EndpointId, EventKind, StopReason, Timestamp};
use crate::vault::Purpose;

/// Characters of a description.
pub const DESCRIPTION_CHARS_MAX: usize = 200;

/// An endpoint as its owner wants it.
#[derive(Debug, Clone)]
pub struct EndpointDraft {
    /// Where deliveries go.
    pub url: String,
    /// The kinds it hears of; empty: all.
    pub kinds: BTreeSet<EventKind>,
    /// Headers on every delivery.
    pub headers: ExtraHeaders,
    /// What its owner calls it, at most [`DESCRIPTION_CHARS_MAX`] characters.
    pub description: Option<String>,
    /// Whether a test event is sent to it at once.
    pub ping: bool,
}

impl Default for EndpointDraft {
    fn default() -> Self {
        let (url, kinds) = (String::new(), BTreeSet::new());
        Self { url, kinds, headers: ExtraHeaders::default(), description: None, ping: true }
    }
}

/// An endpoint as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointView {
    /// Its id.
    pub id: EndpointId,
    /// Where deliveries go.
    pub url: String,
    /// The kinds it hears of; empty: all.
    pub kinds: BTreeSet<EventKind>,
    /// What its owner calls it.
    pub description: Option<String>,
    /// Names of the headers on every delivery, with values masked.
    pub headers: BTreeMap<String, &'static str>,
    /// Where it stands.
    pub status: EndpointStatus,
    /// Why it is not active.
    pub reason: Option<StopReason>,
    /// Since when it is not.
    pub disabled_at: Option<Timestamp>,
    /// Its first failure since its last success.
    pub failing_since: Option<Timestamp>,
    /// Failures since its last success.
    pub failure_count: u32,
    /// It is left alone until then, unless that is over.
    pub not_before: Option<Timestamp>,
    /// Deliveries that wait until it is active again.
    pub held_count: u32,
    /// Number of its newest secret, from 1.
    pub secret_generation: i32,
    /// The secret before it signs too, before this time.
    pub previous_secret_ends_at: Option<Timestamp>,
    /// Since when it is there.
    pub created_at: Timestamp,
}

impl Webhooks {
    pub(super) fn view(&self, record: EndpointRecord, held_count: u32) -> Result<EndpointView, WebhookError> {
        let (context, now) = (record.id.as_str(), self.clock.now());
        let text = |purpose, sealed: &[u8]| self.vault.open_text(purpose, context, sealed);
        let description =
            record.description_sealed.as_ref().map(|sealed| text(Purpose::WebhookDescription, sealed)).transpose()?;
        Ok(EndpointView {
            url: text(Purpose::WebhookUrl, &record.url_sealed)?.as_str().to_owned(),
            description: description.map(|text| text.as_str().to_owned()),
            headers: self.open_headers(&record)?.masked(),
            previous_secret_ends_at: record.previous_secret.map(|previous| previous.ends_at).filter(|ends_at| now < *ends_at),
            id: record.id,
            kinds: record.kinds,
            status: record.status,
            reason: record.reason,
            disabled_at: record.disabled_at,
            failing_since: record.health.failing_since,
            failure_count: record.health.failure_count,
            not_before: record.health.not_before.filter(|until| now < *until),
            held_count,
            secret_generation: record.secret_generation,
            created_at: record.created_at,
        })
    }

    pub(super) fn open_headers(&self, record: &EndpointRecord) -> Result<ExtraHeaders, WebhookError> {
        let Some(sealed) = &record.headers_sealed else { return Ok(ExtraHeaders::default()) };
        let text = self.vault.open_text(Purpose::WebhookHeaders, record.id.as_str(), sealed)?;
        Ok(ExtraHeaders::from_text(&text).ok_or(DbError::BadRow { column: "webhook_endpoints.headers_sealed" })?)
    }

    pub(super) fn seal_headers(&self, id: &EndpointId, headers: &ExtraHeaders) -> Result<Option<Vec<u8>>, WebhookError> {
        let wanted = (!headers.is_empty()).then(|| headers.to_text());
        let seal = |text: &str| self.vault.seal(Purpose::WebhookHeaders, id.as_str(), text.as_bytes());
        Ok(wanted.map(|text| seal(&text)).transpose()?)
    }

    pub(super) fn seal_description(&self, id: &EndpointId, text: Option<&str>) -> Result<Option<Vec<u8>>, WebhookError> {
        let text = text.map(str::trim).filter(|text| !text.is_empty());
        if text.is_some_and(|text| text.chars().count() > DESCRIPTION_CHARS_MAX) {
            return Err(WebhookError::DescriptionTooLong { limit: DESCRIPTION_CHARS_MAX });
        }
        let seal = |text: &str| self.vault.seal(Purpose::WebhookDescription, id.as_str(), text.as_bytes());
        Ok(text.map(seal).transpose()?)
    }
}
