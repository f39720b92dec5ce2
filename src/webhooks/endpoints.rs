//! Webhook endpoints as their key's holder sees them. Address and secret are sealed before they reach a row.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::Notify;

use super::egress::{CheckedResolver, Lookup, NotAllowed, SystemLookup, Target};
use super::{Dispatcher, EndpointSecret, PlainSecret, Settings, WebhookClient, WebhookError};
use crate::db::{AgencyScope, Db, DbError, EndpointRecord, EndpointStatus, NewEndpoint, Tx};
use crate::domain::{AgencyId, ApiKeyId, EndpointId, Event, EventId, EventKind, SharedClock, Timestamp};
use crate::vault::{Purpose, Vault};

/// An endpoint as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointView {
    /// Its id.
    pub id: EndpointId,
    /// Where deliveries go.
    pub url: String,
    /// The kinds it hears of; empty: all.
    pub kinds: BTreeSet<EventKind>,
    /// Where it stands.
    pub status: EndpointStatus,
    /// Since when.
    pub created_at: Timestamp,
}

/// The service behind `/v1/webhook-endpoints`.
#[derive(Debug, Clone)]
pub struct Webhooks {
    pub(super) db: Db,
    pub(super) vault: Vault,
    pub(super) clock: SharedClock,
    pub(super) settings: Settings,
    resolver: CheckedResolver,
    pub(super) wake: Arc<Notify>,
}

impl Webhooks {
    /// With the system's resolver.
    pub fn new(db: Db, vault: Vault, clock: SharedClock, settings: Settings) -> Self {
        Self::with_lookup(db, vault, clock, settings, Arc::new(SystemLookup))
    }

    /// With another source of addresses.
    pub fn with_lookup(db: Db, vault: Vault, clock: SharedClock, settings: Settings, lookup: Arc<dyn Lookup>) -> Self {
        let resolver = CheckedResolver::new(lookup, settings.egress());
        Self { db, vault, clock, settings, resolver, wake: Arc::new(Notify::new()) }
    }

    /// The same service over `db`: for one request, see [`Db::under`].
    #[must_use]
    pub fn over(&self, db: Db) -> Self {
        Self { db, ..self.clone() }
    }

    /// What wakes the dispatcher: to be notified after each transaction that inserted an event.
    pub fn wake(&self) -> Arc<Notify> {
        Arc::clone(&self.wake)
    }

    /// The dispatcher of these endpoints' deliveries; `owner` names this node in leases.
    ///
    /// # Errors
    /// [`WebhookError::Client`].
    pub fn dispatcher(&self, owner: impl Into<String>) -> Result<Dispatcher, WebhookError> {
        let client = WebhookClient::new(self.resolver.clone(), self.settings)?;
        Ok(Dispatcher::new(self.db.clone(), self.vault.clone(), Arc::clone(&self.clock), client, self.settings, owner.into()))
    }

    /// A new endpoint of a key, and its secret, which is shown this once.
    ///
    /// # Errors
    /// [`WebhookError::Url`] and [`WebhookError::Host`] say what is wrong with the URL; [`WebhookError::TooManyEndpoints`].
    pub async fn create_endpoint(
        &self,
        agency: &AgencyId,
        api_key: &ApiKeyId,
        url: &str,
        kinds: BTreeSet<EventKind>,
    ) -> Result<(EndpointView, PlainSecret), WebhookError> {
        let target = Target::parse(url, self.settings.egress())?;
        self.check_host(&target).await?;
        let now = self.clock.now();
        let id = EndpointId::generate(now);
        let secret = EndpointSecret::generate();
        let endpoint = NewEndpoint {
            url_sealed: self.vault.seal(Purpose::WebhookUrl, id.as_str(), target.url().as_str().as_bytes())?,
            secret_sealed: self.vault.seal(Purpose::WebhookSecret, id.as_str(), secret.bytes())?,
            id: id.clone(),
            api_key: api_key.clone(),
            kinds: kinds.clone(),
            created_at: now,
        };
        let limit = self.settings.endpoints_per_key_max;
        self.db
            .as_agency(agency)
            .write(move |tx| {
                tx.lock_api_key(&endpoint.api_key)?;
                if tx.list_endpoints(&endpoint.api_key)?.len() >= limit {
                    return Err(WebhookError::TooManyEndpoints { limit });
                }
                Ok(tx.insert_endpoint(&endpoint)?)
            })
            .await?;
        let view = EndpointView { id, url: target.url().to_string(), kinds, status: EndpointStatus::Active, created_at: now };
        Ok((view, secret.plain()))
    }

    /// An endpoint of the key together with its secret, for whoever has just made it and asks again.
    ///
    /// # Errors
    /// [`WebhookError::NoSuchEndpoint`], and what database and vault refuse.
    pub async fn show_again(
        &self,
        agency: &AgencyId,
        api_key: &ApiKeyId,
        endpoint: &EndpointId,
    ) -> Result<(EndpointView, PlainSecret), WebhookError> {
        let (api_key, endpoint) = (api_key.clone(), endpoint.clone());
        let record = self.db.as_agency(agency).read(move |tx| find_of_key(tx, &api_key, &endpoint)).await?;
        let bytes = self.vault.open(Purpose::WebhookSecret, record.id.as_str(), &record.secret_sealed)?;
        let secret =
            EndpointSecret::from_bytes(&bytes).ok_or(DbError::BadRow { column: "webhook_endpoints.secret_sealed" })?.plain();
        Ok((self.view(record)?, secret))
    }

    async fn check_host(&self, target: &Target) -> Result<(), WebhookError> {
        let Some(name) = target.name() else { return Ok(()) };
        let resolving = self.resolver.resolve_checked(name);
        let answered = tokio::time::timeout(self.settings.request_timeout, resolving).await;
        answered.map_err(|_| NotAllowed::Unknown)??;
        Ok(())
    }

    /// The key's endpoints, oldest first.
    ///
    /// # Errors
    /// What the database or the vault refuses.
    pub async fn list_endpoints(&self, agency: &AgencyId, api_key: &ApiKeyId) -> Result<Vec<EndpointView>, WebhookError> {
        let api_key = api_key.clone();
        let records = self.db.as_agency(agency).read(move |tx| Ok::<_, WebhookError>(tx.list_endpoints(&api_key)?)).await?;
        records.into_iter().map(|record| self.view(record)).collect()
    }

    fn view(&self, record: EndpointRecord) -> Result<EndpointView, WebhookError> {
        let url = self.vault.open_text(Purpose::WebhookUrl, record.id.as_str(), &record.url_sealed)?.as_str().to_owned();
        Ok(EndpointView { id: record.id, url, kinds: record.kinds, status: record.status, created_at: record.created_at })
    }

    /// Ends an endpoint of the key; what waits for it is cancelled.
    ///
    /// # Errors
    /// [`WebhookError::NoSuchEndpoint`], and what the database refuses.
    pub async fn delete_endpoint(
        &self,
        agency: &AgencyId,
        api_key: &ApiKeyId,
        endpoint: &EndpointId,
    ) -> Result<(), WebhookError> {
        let (api_key, endpoint, now) = (api_key.clone(), endpoint.clone(), self.clock.now());
        self.db
            .as_agency(agency)
            .write(move |tx| {
                find_of_key(tx, &api_key, &endpoint)?;
                tx.delete_endpoint(&endpoint, now)?;
                Ok(())
            })
            .await
    }

    /// Sends `endpoint.test` to one endpoint of the key, whatever kinds it wants. Answers the event, which is also the
    /// `webhook-id` the receiver will see.
    ///
    /// # Errors
    /// [`WebhookError::NoSuchEndpoint`], [`WebhookError::NotActive`], and what the database refuses.
    pub async fn send_test(&self, agency: &AgencyId, api_key: &ApiKeyId, endpoint: &EndpointId) -> Result<EventId, WebhookError> {
        let event = Event::endpoint_test(agency.clone(), api_key.clone(), self.clock.now());
        let id = event.id.clone();
        let (api_key, endpoint) = (api_key.clone(), endpoint.clone());
        self.db
            .as_agency(agency)
            .write(move |tx| {
                find_of_key(tx, &api_key, &endpoint)?;
                if tx.insert_event_for(&event, &endpoint)? { Ok(()) } else { Err(WebhookError::NotActive { endpoint }) }
            })
            .await?;
        self.wake.notify_one();
        Ok(id)
    }
}

/// Another key's endpoint is no endpoint of this key.
pub(super) fn find_of_key(
    tx: &mut Tx<'_, AgencyScope>,
    api_key: &ApiKeyId,
    endpoint: &EndpointId,
) -> Result<EndpointRecord, WebhookError> {
    tx.find_endpoint(endpoint)?
        .filter(|found| found.api_key == *api_key)
        .ok_or_else(|| WebhookError::NoSuchEndpoint { endpoint: endpoint.clone() })
}
