//! Sending again what was asked for by hand: one delivery, all that failed, everything since a time.
//!
//! Event and body stay what they were; the attempt is signed anew with the secrets that are valid then, and says nothing about
//! the endpoint's health.

use super::endpoints::find_of_key;
use super::{NotDeliverable, WebhookError, Webhooks};
use crate::db::{DeliveryRecord, RedeliveredCount, Redelivery, ReplayCount, ReplayQuery};
use crate::domain::{AgencyId, ApiKeyId, DeliveryId, EndpointId, EventId, Timestamp};

impl Webhooks {
    /// Makes one delivery due again and gives it as it stands then.
    ///
    /// # Errors
    /// [`WebhookError::NoSuchEndpoint`], [`WebhookError::NoSuchDelivery`], [`WebhookError::NotDeliverable`], and what the
    /// database refuses.
    pub async fn redeliver(
        &self,
        agency: &AgencyId,
        api_key: &ApiKeyId,
        endpoint: &EndpointId,
        delivery: &DeliveryId,
    ) -> Result<DeliveryRecord, WebhookError> {
        let (api_key, endpoint, delivery, now) = (api_key.clone(), endpoint.clone(), delivery.clone(), self.clock.now());
        let renewed = self
            .db
            .as_agency(agency)
            .write(move |tx| {
                find_of_key(tx, &api_key, &endpoint)?;
                let missing = || WebhookError::NoSuchDelivery { delivery: delivery.clone() };
                let reason = match tx.redeliver(&endpoint, &delivery, now)?.ok_or_else(missing)? {
                    Redelivery::Due => return tx.find_delivery(&endpoint, &delivery)?.ok_or_else(missing),
                    Redelivery::NotActive => NotDeliverable::EndpointNotActive,
                    Redelivery::Over => NotDeliverable::EventOver,
                    Redelivery::Erased => NotDeliverable::BodyErased,
                    Redelivery::UnderWay => NotDeliverable::UnderWay,
                };
                Err(WebhookError::NotDeliverable { reason })
            })
            .await?;
        self.wake.notify_one();
        Ok(renewed)
    }

    /// Makes the endpoint's failed deliveries of events since `since`, and before `until`, due again, at most
    /// `Settings::redelivered_per_call_max` at once.
    ///
    /// # Errors
    /// [`WebhookError::NoSuchEndpoint`], [`WebhookError::NotDeliverable`], and what the database refuses.
    pub async fn redeliver_failed(
        &self,
        agency: &AgencyId,
        api_key: &ApiKeyId,
        endpoint: &EndpointId,
        since: Timestamp,
        until: Option<Timestamp>,
    ) -> Result<RedeliveredCount, WebhookError> {
        let (api_key, endpoint, now) = (api_key.clone(), endpoint.clone(), self.clock.now());
        let limit = self.settings.redelivered_per_call_max;
        let count = self
            .db
            .as_agency(agency)
            .write(move |tx| {
                find_of_key(tx, &api_key, &endpoint)?;
                let count = tx.redeliver_failed(&endpoint, since, until, limit, now)?.ok_or(NOT_ACTIVE)?;
                tx.note_outcome(serde_json::json!([count.redelivered, count.over, count.has_more]).to_string());
                Ok::<_, WebhookError>(count)
            })
            .await?;
        self.wake.notify_one();
        Ok(count)
    }

    /// Sends the endpoint every event of its key since `since` that it wants, whether it was sent before or not, even from
    /// before the endpoint was made; at most `Settings::redelivered_per_call_max` at once, going on behind `after`.
    ///
    /// # Errors
    /// As [`Webhooks::redeliver_failed`].
    pub async fn replay(
        &self,
        agency: &AgencyId,
        api_key: &ApiKeyId,
        endpoint: &EndpointId,
        since: Timestamp,
        after: Option<EventId>,
    ) -> Result<ReplayCount, WebhookError> {
        let limit = self.settings.redelivered_per_call_max;
        let asked = ReplayQuery { endpoint: endpoint.clone(), api_key: api_key.clone(), since, after, limit };
        let now = self.clock.now();
        let count = self
            .db
            .as_agency(agency)
            .write(move |tx| {
                find_of_key(tx, &asked.api_key, &asked.endpoint)?;
                let count = tx.replay(&asked, now)?.ok_or(NOT_ACTIVE)?;
                tx.note_outcome(serde_json::json!([count.replayed, count.waiting, count.has_more, count.last]).to_string());
                Ok::<_, WebhookError>(count)
            })
            .await?;
        self.wake.notify_one();
        Ok(count)
    }
}

const NOT_ACTIVE: WebhookError = WebhookError::NotDeliverable { reason: NotDeliverable::EndpointNotActive };
