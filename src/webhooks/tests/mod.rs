//! Endpoints and deliveries against a real database and real receivers on loopback; time stands still until it is moved.

mod again;
mod breaker;
mod delivering;
mod egress;
mod endpoints;
mod hostile;
mod pausing;
mod receiver;
mod rotation;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::*;
use crate::db::tests::scratch::ScratchDb;
use crate::db::{AttemptRow, Db, DeliveryRecord, DeliveryState, NewAgency, NewApiKey};
use crate::domain::{AgencyId, ApiKeyId, Clock as _, EndpointId, Event, EventKind, ManualClock, Scope, ScopeSet, SystemClock};
use crate::vault::{KeyRing, Vault};

/// A resolver that knows what it was told; a name with several answers gives one after the other.
#[derive(Debug, Default)]
pub struct Book(HashMap<&'static str, (AtomicUsize, Vec<&'static str>)>);

impl Book {
    pub fn of(entries: &[(&'static str, &[&'static str])]) -> Arc<Self> {
        Arc::new(Self(entries.iter().map(|(name, list)| (*name, (AtomicUsize::new(0), list.to_vec()))).collect()))
    }
}

impl Lookup for Book {
    fn addresses(&self, name: String) -> Found {
        let found = self.0.get(name.as_str()).map(|(asked, list)| {
            let turn = asked.fetch_add(1, Ordering::SeqCst);
            vec![list[turn.min(list.len() - 1)].parse().unwrap()]
        });
        Box::pin(async move { found.ok_or_else(|| std::io::ErrorKind::NotFound.into()) })
    }
}

pub fn home() -> Settings {
    Settings { allow_loopback: true, jitter: Jitter::Fixed(0), ..Settings::default() }
}

/// A database with one agency and one key, and the service over it.
pub struct Bench {
    pub db: Db,
    pub vault: Vault,
    pub clock: Arc<ManualClock>,
    pub agency: AgencyId,
    pub key: ApiKeyId,
    pub webhooks: Webhooks,
    pub scratch: ScratchDb,
}

impl Bench {
    pub async fn new(settings: Settings) -> Self {
        Self::with_lookup(settings, Arc::new(SystemLookup)).await
    }

    pub async fn with_lookup(settings: Settings, lookup: Arc<dyn Lookup>) -> Self {
        // Starts at the present, since receivers' libraries compare with it.
        let clock = ManualClock::starting_at(SystemClock.now());
        let agency = AgencyId::generate(clock.now());
        let scratch = ScratchDb::open().await;
        let db = scratch.db.clone();
        let vault = Vault::new(KeyRing::generate());
        let webhooks = Webhooks::with_lookup(db.clone(), vault.clone(), clock.clone(), settings, lookup);
        let new = NewAgency { id: agency.clone(), name_sealed: vec![1], created_at: clock.now() };
        db.as_system().write(move |tx| tx.insert_agency(&new)).await.unwrap();
        let mut bench = Self { key: ApiKeyId::generate(clock.now()), db, vault, clock, agency, webhooks, scratch };
        bench.key = bench.another_key().await;
        bench
    }

    pub async fn another_key(&self) -> ApiKeyId {
        let id = ApiKeyId::generate(self.clock.now());
        let new = NewApiKey {
            id: id.clone(),
            label_sealed: vec![1],
            prefix: "ps_live_abcd".to_owned(),
            hash: crate::vault::sha256(id.as_str().as_bytes()),
            scopes: ScopeSet::from_iter([Scope::WebhooksManage]),
            created_by: None,
            created_at: self.clock.now(),
            expires_at: None,
            is_test: false,
            networks_sealed: None,
            created_by_key: None,
        };
        self.db.as_agency(&self.agency).write(move |tx| tx.insert_api_key(&new)).await.unwrap();
        id
    }

    pub async fn endpoint(&self, url: &str) -> (EndpointId, PlainSecret) {
        let (view, secret) = self.webhooks.create_endpoint(&self.agency, &self.key, url, BTreeSet::new()).await.unwrap();
        (view.id, secret)
    }

    /// An event of the key, to all its endpoints.
    pub async fn event(&self) -> Event {
        let event = Event::endpoint_test(self.agency.clone(), self.key.clone(), self.clock.now());
        let stored = event.clone();
        self.db.as_agency(&self.agency).write(move |tx| tx.insert_event(&stored)).await.unwrap();
        event
    }

    pub fn dispatcher(&self) -> Dispatcher {
        self.webhooks.dispatcher("test").unwrap()
    }

    pub async fn run_due(&self) -> DispatchCount {
        self.dispatcher().run_due(self.clock.now()).await.unwrap()
    }

    pub async fn deliveries(&self, endpoint: &EndpointId) -> Vec<DeliveryRecord> {
        let endpoint = endpoint.clone();
        self.db.as_agency(&self.agency).read(move |tx| tx.list_deliveries(&endpoint, 100)).await.unwrap()
    }

    pub async fn states(&self, endpoint: &EndpointId) -> Vec<DeliveryState> {
        self.deliveries(endpoint).await.into_iter().map(|delivery| delivery.state).collect()
    }

    pub async fn attempts(&self, endpoint: &EndpointId) -> Vec<AttemptRow> {
        let delivery = self.deliveries(endpoint).await.remove(0).id;
        self.db.as_agency(&self.agency).read(move |tx| tx.list_attempts(&delivery)).await.unwrap()
    }

    pub fn advance(&self, secs: u64) {
        self.clock.advance(Duration::from_secs(secs));
    }
}

pub fn kinds(list: &[EventKind]) -> BTreeSet<EventKind> {
    list.iter().copied().collect()
}
