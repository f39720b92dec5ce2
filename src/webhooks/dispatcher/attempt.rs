//! One attempt: opened, signed, sent, judged, recorded.

use super::{Dispatcher, Recorded};
use crate::db::{AttemptRecord, ClaimedDelivery, DeliveryNext, HealthNote, SentRecord};
use crate::domain::{Failpoint, Timestamp, Verdict, failpoint};
use crate::vault::Purpose;
use crate::webhooks::client::Answer;
use crate::webhooks::egress::Target;
use crate::webhooks::headers::ExtraHeaders;
use crate::webhooks::outcome::{Outcome, Wish};
use crate::webhooks::schedule::{WAITS, next_attempt, planned_wait, retry_after};
use crate::webhooks::{EndpointSecret, sign_with_all};

/// What is needed to send, opened.
struct Opened {
    url: String,
    /// Those that are valid now, the newest first.
    secrets: Vec<EndpointSecret>,
    /// Their numbers, in the same order.
    signed_by: String,
    extra: ExtraHeaders,
}

/// An attempt that was made, or was not.
struct Tried {
    answer: Answer,
    sent: Option<SentRecord>,
}

impl Tried {
    const fn unsent(outcome: Outcome) -> Self {
        Self { answer: Answer::unsent(outcome), sent: None }
    }
}

impl Dispatcher {
    /// One attempt, recorded with what follows; `None` if it was not ours any more.
    pub(super) async fn attempt(&self, delivery: ClaimedDelivery) -> Recorded {
        let started_at = self.clock.now();
        let Tried { answer, sent } = self.try_once(&delivery, started_at).await;
        failpoint(Failpoint::DeliveryAnswered);
        let finished_at = self.clock.now();
        let next = self.decide(&delivery, &answer, finished_at);
        let excerpt = (!answer.excerpt.is_empty()).then_some(&answer.excerpt);
        let record = AttemptRecord {
            delivery: delivery.id.clone(),
            fence: delivery.fence,
            started_at,
            duration_ms: i64::try_from(answer.duration.as_millis()).unwrap_or(i64::MAX),
            status: answer.status,
            outcome: answer.outcome.slug().to_owned(),
            response_excerpt_sealed: excerpt
                .map(|bytes| self.vault.seal(Purpose::WebhookResponse, delivery.id.as_str(), bytes))
                .transpose()?,
            sent,
            next,
            health: self.health_note(&delivery, &answer, finished_at),
        };
        tracing::info!(
            delivery = %delivery.id, endpoint = %delivery.endpoint, attempt = delivery.attempt, outcome = answer.outcome.slug(),
            status = answer.status, duration_ms = record.duration_ms, "webhook attempt"
        );
        let ours = self.db.as_system().write(move |tx| tx.record_attempt(&record)).await?;
        Ok(ours.then_some(next))
    }

    async fn try_once(&self, delivery: &ClaimedDelivery, at: Timestamp) -> Tried {
        if at > delivery.not_after {
            return Tried::unsent(Outcome::Expired);
        }
        let Some(opened) = self.open(delivery, at) else { return Tried::unsent(Outcome::Unreadable) };
        // Checked again: the setting that let a loopback address in may have been turned off since.
        let Ok(target) = Target::parse(&opened.url, self.settings.egress()) else { return Tried::unsent(Outcome::Blocked) };
        let headers = sign_with_all(&opened.secrets, &delivery.event, at, delivery.body.as_bytes());
        let sent = SentRecord {
            timestamp: at.epoch_secs(),
            signatures: Some(headers.signature.clone()),
            signed_by: opened.signed_by,
            header_names: opened.extra.masked().into_keys().collect(),
        };
        let answer = self.client.post(&target, headers, &opened.extra, delivery.body.clone()).await;
        Tried { answer, sent: Some(sent) }
    }

    fn open(&self, delivery: &ClaimedDelivery, at: Timestamp) -> Option<Opened> {
        let context = delivery.endpoint.as_str();
        let secret = |sealed: &[u8]| {
            let bytes = self.vault.open(Purpose::WebhookSecret, context, sealed).ok()?;
            EndpointSecret::from_bytes(&bytes)
        };
        let mut secrets = vec![secret(&delivery.secret_sealed)?];
        let mut signed_by = delivery.secret_generation.to_string();
        if let Some(previous) = delivery.previous_secret.as_ref().filter(|previous| at < previous.ends_at) {
            secrets.push(secret(&previous.sealed)?);
            signed_by = format!("{signed_by} {}", delivery.secret_generation - 1);
        }
        let extra = match &delivery.headers_sealed {
            Some(sealed) => ExtraHeaders::from_text(&self.vault.open_text(Purpose::WebhookHeaders, context, sealed).ok()?)?,
            None => ExtraHeaders::default(),
        };
        let url = self.vault.open_text(Purpose::WebhookUrl, context, &delivery.url_sealed).ok()?.as_str().to_owned();
        Some(Opened { url, secrets, signed_by, extra })
    }

    /// What follows for the delivery.
    fn decide(&self, delivery: &ClaimedDelivery, answer: &Answer, now: Timestamp) -> DeliveryNext {
        match answer.outcome {
            Outcome::Delivered => DeliveryNext::Delivered,
            Outcome::Gone | Outcome::Disabled => DeliveryNext::EndpointGone,
            Outcome::Aborted => DeliveryNext::Aborted,
            Outcome::Expired => DeliveryNext::Expired,
            Outcome::Redirected
            | Outcome::Refused
            | Outcome::TimedOut
            | Outcome::Unresolved
            | Outcome::Blocked
            | Outcome::Unreachable
            | Outcome::Broken
            | Outcome::Unreadable => {
                let wish = answer.retry_after.as_deref().and_then(|value| retry_after(value, now));
                let attempt = attempt_count(delivery);
                let over = if attempt as usize >= WAITS.len() { DeliveryNext::Exhausted } else { DeliveryNext::Expired };
                next_attempt(attempt, now, delivery.not_after, wish, self.settings.jitter).map_or(over, DeliveryNext::RetryAt)
            }
        }
    }

    /// What it says about the endpoint.
    fn health_note(&self, delivery: &ClaimedDelivery, answer: &Answer, now: Timestamp) -> HealthNote {
        let verdict = match answer.outcome {
            Outcome::Expired | Outcome::Unreadable => Verdict::Silent,
            Outcome::Delivered | Outcome::Gone | Outcome::Disabled | Outcome::Aborted => Verdict::Heard,
            Outcome::Refused if !is_overloaded(answer.status) => Verdict::Failed { slow_until: None },
            Outcome::Refused | Outcome::TimedOut => Verdict::Failed { slow_until: Some(self.slow_until(delivery, answer, now)) },
            Outcome::Redirected | Outcome::Unresolved | Outcome::Blocked | Outcome::Unreachable | Outcome::Broken => {
                Verdict::Failed { slow_until: None }
            }
        };
        HealthNote {
            verdict,
            ends_endpoint: matches!(answer.outcome, Outcome::Gone) || answer.wish == Some(Wish::Disable),
            policy: self.settings.breaker,
            jitter_permille: self.settings.jitter.permille(),
        }
    }

    /// How long a receiver that has too much to do is left alone: as long as this delivery waits, or as it asks for between
    /// once and twice that, and no longer than a pause of the breaker.
    fn slow_until(&self, delivery: &ClaimedDelivery, answer: &Answer, now: Timestamp) -> Timestamp {
        let wish = answer.retry_after.as_deref().and_then(|value| retry_after(value, now));
        let wait = planned_wait(attempt_count(delivery), wish, self.settings.jitter).unwrap_or(self.settings.breaker.pause_first);
        now.plus(wait.min(self.settings.breaker.pause_max))
    }
}

/// Attempts of the schedule so far, this one included.
fn attempt_count(delivery: &ClaimedDelivery) -> u32 {
    u32::try_from(delivery.planned).unwrap_or(u32::MAX)
}

/// Statuses that speak of the receiver's load, not of this event (Standard Webhooks, "operational considerations").
fn is_overloaded(status: Option<u16>) -> bool {
    matches!(status, Some(429 | 502 | 503 | 504))
}
