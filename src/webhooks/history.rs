//! What was sent and what came back, so that its receiver can be shown it, and can verify it, once more.

use super::endpoints::find_of_key;
use super::{WebhookError, Webhooks};
use crate::db::{AttemptRow, DeliveryQuery, DeliveryRecord, EventRecord};
use crate::domain::{AgencyId, ApiKeyId, DeliveryId, EndpointId};
use crate::vault::Purpose;

/// One try, opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptView {
    /// As it was recorded.
    pub row: AttemptRow,
    /// The very text that was signed: id, timestamp and body joined by full stops. None if nothing was sent, or the body was
    /// erased.
    pub signed: Option<String>,
    /// The beginning of the answer's body, what is not UTF-8 replaced. Untrusted.
    pub response: Option<String>,
}

/// One delivery with all that is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryView {
    /// Where it stands.
    pub record: DeliveryRecord,
    /// What is told.
    pub event: EventRecord,
    /// Every try, in order.
    pub attempts: Vec<AttemptView>,
}

impl Webhooks {
    /// A page of the deliveries to one endpoint of the key, newest first.
    ///
    /// # Errors
    /// [`WebhookError::NoSuchEndpoint`], and what the database refuses.
    pub async fn list_deliveries(
        &self,
        agency: &AgencyId,
        api_key: &ApiKeyId,
        asked: DeliveryQuery,
    ) -> Result<Vec<DeliveryRecord>, WebhookError> {
        let api_key = api_key.clone();
        self.db
            .as_agency(agency)
            .read(move |tx| {
                find_of_key(tx, &api_key, &asked.endpoint)?;
                Ok(tx.page_of_deliveries(&asked)?)
            })
            .await
    }

    /// One delivery to one endpoint of the key.
    ///
    /// # Errors
    /// [`WebhookError::NoSuchEndpoint`], [`WebhookError::NoSuchDelivery`], and what database or vault refuse.
    pub async fn find_delivery(
        &self,
        agency: &AgencyId,
        api_key: &ApiKeyId,
        endpoint: &EndpointId,
        delivery: &DeliveryId,
    ) -> Result<DeliveryView, WebhookError> {
        let (api_key, endpoint, delivery) = (api_key.clone(), endpoint.clone(), delivery.clone());
        let (record, event, attempts) = self
            .db
            .as_agency(agency)
            .read(move |tx| {
                find_of_key(tx, &api_key, &endpoint)?;
                let missing = || WebhookError::NoSuchDelivery { delivery: delivery.clone() };
                let record = tx.find_delivery(&endpoint, &delivery)?.ok_or_else(missing)?;
                let event = tx.find_event(&api_key, &record.event)?.ok_or_else(missing)?;
                Ok::<_, WebhookError>((record, event, tx.list_attempts(&delivery)?))
            })
            .await?;
        let attempts = attempts.into_iter().map(|row| self.open_attempt(&record, &event, row)).collect::<Result<_, _>>()?;
        Ok(DeliveryView { record, event, attempts })
    }

    fn open_attempt(&self, record: &DeliveryRecord, event: &EventRecord, row: AttemptRow) -> Result<AttemptView, WebhookError> {
        let opened = row.response_excerpt_sealed.as_ref();
        let opened = opened.map(|sealed| self.vault.open(Purpose::WebhookResponse, record.id.as_str(), sealed)).transpose()?;
        let signed = row.sent.as_ref().zip(event.body.as_ref());
        Ok(AttemptView {
            signed: signed.map(|(sent, body)| format!("{}.{}.{body}", event.id, sent.timestamp)),
            response: opened.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
            row,
        })
    }
}
