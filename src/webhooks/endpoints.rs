//! Webhook endpoints as their key's holder sees them. Address and secret are sealed before they reach a row.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::Notify;

use super::egress::{CheckedResolver, Lookup, NotAllowed, SystemLookup, Target};
use super::view::{EndpointDraft, EndpointView};
use super::{Dispatcher, EndpointSecret, PlainSecret, Settings, WebhookClient, WebhookError};
use crate::db::{AgencyScope, Db, DbError, EndpointChange, EndpointRecord, EndpointStatus, NewEndpoint, Tx};
use crate::domain::{AgencyId, ApiKeyId, EndpointId, Event, EventId, EventKind, SharedClock};
use crate::vault::{Purpose, Vault};

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

    /// A new endpoint of a key without further wishes, and its secret, which is shown this once. Nothing is sent to it.
    ///
    /// # Errors
    /// As [`Self::create_from`].
    pub async fn create_endpoint(
        &self,
        agency: &AgencyId,
        api_key: &ApiKeyId,
        url: &str,
        kinds: BTreeSet<EventKind>,
    ) -> Result<(EndpointView, PlainSecret), WebhookError> {
        let draft = EndpointDraft { url: url.to_owned(), kinds, ping: false, ..EndpointDraft::default() };
        self.create_from(agency, api_key, draft).await
    }

    /// A new endpoint of a key, and its secret, which is shown this once. A test event is on its way to it, if wished.
    ///
    /// # Errors
    /// [`WebhookError::Url`] and [`WebhookError::Host`] say what is wrong with the URL; [`WebhookError::TooManyEndpoints`];
    /// [`WebhookError::DescriptionTooLong`].
    pub async fn create_from(
        &self,
        agency: &AgencyId,
        api_key: &ApiKeyId,
        draft: EndpointDraft,
    ) -> Result<(EndpointView, PlainSecret), WebhookError> {
        let target = self.check_url(&draft.url).await?;
        let now = self.clock.now();
        let id = EndpointId::generate(now);
        let secret = EndpointSecret::generate();
        let endpoint = NewEndpoint {
            url_sealed: self.vault.seal(Purpose::WebhookUrl, id.as_str(), target.url().as_str().as_bytes())?,
            secret_sealed: self.vault.seal(Purpose::WebhookSecret, id.as_str(), secret.bytes())?,
            id: id.clone(),
            api_key: api_key.clone(),
            kinds: draft.kinds,
            created_at: now,
        };
        let more = EndpointChange {
            headers_sealed: Some(self.seal_headers(&id, &draft.headers)?),
            description_sealed: Some(self.seal_description(&id, draft.description.as_deref())?),
            ..EndpointChange::default()
        };
        let ping = draft.ping.then(|| Event::endpoint_test(agency.clone(), api_key.clone(), now));
        let (limit, has_ping) = (self.settings.endpoints_per_key_max, draft.ping);
        let made = self.db.as_agency(agency).write(move |tx| {
            tx.lock_api_key(&endpoint.api_key)?;
            if tx.list_endpoints(&endpoint.api_key)?.len() >= limit {
                return Err(WebhookError::TooManyEndpoints { limit });
            }
            tx.insert_endpoint(&endpoint)?;
            tx.change_endpoint(&endpoint.id, more)?;
            if let Some(ping) = ping {
                tx.insert_event_for(&ping, &endpoint.id)?;
                tx.came_of(endpoint.id.as_str());
            }
            find_of_key(tx, &endpoint.api_key, &endpoint.id)
        });
        let view = self.view(made.await?, 0)?;
        if has_ping {
            self.wake.notify_one();
        }
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
        let found = self.db.as_agency(agency).read(move |tx| {
            let record = find_of_key(tx, &api_key, &endpoint)?;
            count_held(tx, record)
        });
        let (record, held) = found.await?;
        let bytes = self.vault.open(Purpose::WebhookSecret, record.id.as_str(), &record.secret_sealed)?;
        let secret =
            EndpointSecret::from_bytes(&bytes).ok_or(DbError::BadRow { column: "webhook_endpoints.secret_sealed" })?.plain();
        Ok((self.view(record, held)?, secret))
    }

    /// The address, if it is in bounds and its host may be called at this moment.
    pub(super) async fn check_url(&self, url: &str) -> Result<Target, WebhookError> {
        let target = Target::parse(url, self.settings.egress())?;
        self.check_host(&target).await?;
        Ok(target)
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
        let counted = self.db.as_agency(agency).read(move |tx| {
            let records = tx.list_endpoints(&api_key)?;
            records.into_iter().map(|record| count_held(tx, record)).collect::<Result<Vec<_>, WebhookError>>()
        });
        counted.await?.into_iter().map(|(record, held)| self.view(record, held)).collect()
    }

    /// One of the key's endpoints.
    ///
    /// # Errors
    /// [`WebhookError::NoSuchEndpoint`], and what the database or the vault refuses.
    pub async fn find_endpoint(
        &self,
        agency: &AgencyId,
        api_key: &ApiKeyId,
        endpoint: &EndpointId,
    ) -> Result<EndpointView, WebhookError> {
        let (api_key, endpoint) = (api_key.clone(), endpoint.clone());
        let found = self.db.as_agency(agency).read(move |tx| {
            let record = find_of_key(tx, &api_key, &endpoint)?;
            count_held(tx, record)
        });
        let (record, held) = found.await?;
        self.view(record, held)
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
                hold_of_key(tx, &api_key, &endpoint)?;
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

/// An endpoint with the number of deliveries it holds: none while it is active.
pub(super) fn count_held(tx: &mut Tx<'_, AgencyScope>, record: EndpointRecord) -> Result<(EndpointRecord, u32), WebhookError> {
    let held = if record.status == EndpointStatus::Active { 0 } else { tx.count_waiting(&record.id)? };
    Ok((record, held))
}

/// As [`find_of_key`], held until the transaction ends.
pub(super) fn hold_of_key(
    tx: &mut Tx<'_, AgencyScope>,
    api_key: &ApiKeyId,
    endpoint: &EndpointId,
) -> Result<EndpointRecord, WebhookError> {
    tx.hold_endpoint(endpoint)?
        .filter(|found| found.api_key == *api_key)
        .ok_or_else(|| WebhookError::NoSuchEndpoint { endpoint: endpoint.clone() })
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
