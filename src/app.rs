//! The whole running program as one plain struct: the only place where parts meet.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::accounts::Accounts;
use crate::config::{Config, DataDir};
use crate::db::{Db, DbError, MigrationCount};
use crate::domain::{SharedClock, SystemClock};
use crate::health::Health;
use crate::http::Services;
use crate::jobs::{self, JobKind, Supervisor, Work};
use crate::pipeline::recovery::Abandoned;
use crate::pipeline::{LEASE_RENEWAL, Parts, Pipeline, Workers};
use crate::retention::Retention;
use crate::storage::Store;
use crate::vault::{KeyRing, Vault};
use crate::webhooks::{Dispatcher, Webhooks};

/// Ticks that may wait for the supervisor.
const TICKS_MAX: usize = 16;

/// Everything a command needs that works on the data directory.
#[derive(Debug)]
pub struct App {
    /// As loaded.
    pub config: Config,
    /// What handlers call.
    pub services: Services,
    /// This process among others.
    pub node: String,
    /// Sends what is due.
    pub dispatcher: Dispatcher,
    /// Held until the program ends: one process a data directory.
    pub data_dir: DataDir,
    /// Whether other nodes use the object store too.
    store_is_shared: bool,
}

/// What runs beside the listener, and how to stop it.
pub struct Background {
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
    clock: tokio_cron_scheduler::JobScheduler,
}

/// Opens the database with its tables up to date. Those of a server are changed only if the settings say so.
///
/// # Errors
/// [`DbError::SchemaTooOld`] when they are not up to date, and what the database refuses.
pub async fn open_database(config: &Config) -> Result<Db, DbError> {
    let db = Db::open(&config.database_settings())?;
    if !db.is_shared() {
        db.migrate().await?;
    } else if config.database.migrate_at_start {
        migrate_database(config).await?;
    }
    db.check_schema().await?;
    Ok(db)
}

/// The data directory, the key ring and the database. A server is tried first: a wrong address leaves no file behind. The file of
/// SQLite is opened by whoever holds the directory, after the ring: a file without its ring is a fault.
async fn open_data(config: &Config, clock: &SharedClock) -> anyhow::Result<(DataDir, KeyRing, Db)> {
    if !Db::names_a_server(&config.database_settings())? {
        let data_dir = DataDir::open(&config.data.directory)?;
        let ring = data_dir.key_ring(&config.keys.ring_file)?;
        return Ok((data_dir, ring, open_database(config).await?));
    }
    let db = open_database(config).await?;
    db.check_clock(clock).await?;
    let data_dir = DataDir::open(&config.data.directory)?;
    let people = db.as_system().read(|tx| tx.count_users()).await?;
    if people > 0 {
        data_dir.require_key_ring(&config.keys.ring_file)?;
    }
    let ring = data_dir.key_ring(&config.keys.ring_file)?;
    Ok((data_dir, ring, db))
}

/// Brings the tables up to date as whoever may, and lets the program's own login in. Several nodes may do so at once.
///
/// # Errors
/// What the database refuses; nothing is changed then.
pub async fn migrate_database(config: &Config) -> Result<MigrationCount, DbError> {
    let db = Db::open(&config.migration_settings())?;
    let ran = db.migrate().await?;
    db.admit(&config.database_settings()).await?;
    Ok(ran)
}

impl App {
    /// Opens data directory, key ring, database (migrated) and store, and puts the services together.
    ///
    /// # Errors
    /// The first part that cannot be opened, with its cause in words.
    pub async fn open(config: Config, public_url: String) -> anyhow::Result<Self> {
        let clock: SharedClock = Arc::new(SystemClock);
        let (data_dir, ring, db) = open_data(&config, &clock).await?;
        let vault = Vault::new(ring);
        let store = Store::open(&config.store_settings())?;
        let store_is_shared = store.is_shared();
        let node = data_dir.node_name()?;
        let accounts = Accounts::with_settings(db.clone(), vault.clone(), Arc::clone(&clock), config.accounts.settings());
        let webhooks = Webhooks::new(db.clone(), vault.clone(), Arc::clone(&clock), config.webhooks.settings());
        let dispatcher = webhooks.dispatcher(&*node)?;
        let retention =
            Retention::with_settings(db.clone(), vault.clone(), store.clone(), Arc::clone(&clock), config.retention.settings());
        let pipeline = Pipeline::new(Parts {
            db: db.clone(),
            vault: vault.clone(),
            store: store.clone(),
            clock: Arc::clone(&clock),
            workers: Workers::new(config.worker.clone(), config.photo.limits()),
            parallel: config.worker.parallel_workers(),
            admission: config.upload.clone(),
            quota: config.rates.quota(),
            node: node.clone(),
            runtime: Handle::current(),
            events: webhooks.wake(),
            verify_url: format!("{public_url}/verify"),
        });
        let services = Services {
            health: Health::new(db.clone(), store),
            photo_limits: config.photo.limits(),
            clock,
            db,
            vault,
            accounts,
            webhooks,
            retention,
            pipeline,
            public_url,
        };
        Ok(Self { config, services, node, dispatcher, data_dir, store_is_shared })
    }

    /// Ends what a former process left undone, then starts deliveries, leases and jobs.
    ///
    /// # Errors
    /// The database's, or the clock's.
    pub async fn start_background(&self) -> anyhow::Result<Background> {
        let services = &self.services;
        // A file belongs to this process alone and nothing runs yet: whatever is left in it is over. On a server only what this
        // node left itself is surely over; other nodes may be working.
        let which = if services.db.is_shared() { Abandoned::OfThisNode } else { Abandoned::All };
        services.pipeline.recover(which).await?;
        if !self.store_is_shared {
            // A directory is this node's alone: an object without a report is an orphan, however young.
            services.retention.reconcile(Duration::ZERO).await?;
        }
        let stop = CancellationToken::new();
        let dispatcher = self.dispatcher.clone();
        let (stop_dispatch, events) = (stop.clone(), services.webhooks.wake());
        let deliveries = tokio::spawn(async move { dispatcher.run(stop_dispatch, events).await });
        let leases = tokio::spawn(keep_leases(services.pipeline.clone(), stop.clone()));
        let (ticks, due) = mpsc::channel(TICKS_MAX);
        let (retention, pipeline) = (services.retention.clone(), services.pipeline.clone());
        let work = Work { retention, pipeline, health: services.health.clone() };
        let supervisor = Supervisor::new(services.db.clone(), Arc::clone(&services.clock), self.node.clone(), work);
        let supervised = tokio::spawn(supervisor.run(due, stop.clone()));
        for kind in JobKind::ALL {
            ticks.send(kind).await?;
        }
        let clock = jobs::start_clock(ticks).await?;
        Ok(Background { stop, tasks: vec![deliveries, leases, supervised], clock })
    }
}

impl std::fmt::Debug for Background {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Background").field("tasks", &self.tasks).finish_non_exhaustive()
    }
}

impl Background {
    /// Stops everything and waits for it.
    pub async fn stop(mut self) {
        if let Err(error) = self.clock.shutdown().await {
            tracing::warn!(%error, "the clock did not stop");
        }
        self.stop.cancel();
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a background task broke off");
            }
        }
    }
}

async fn keep_leases(pipeline: Pipeline, stop: CancellationToken) {
    let mut beat = tokio::time::interval(LEASE_RENEWAL);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = beat.tick() => {}
        }
        if let Err(error) = pipeline.renew_leases().await {
            tracing::warn!(%error, "leases could not be renewed");
        }
    }
}
