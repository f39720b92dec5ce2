//! Carries an analysis through the stages: admission, photo workers, render worker, sealed storage, outcome and event.
//!
//! A photo is measured as soon as a worker is free and its bytes are gone with that; from the stored report on, everything is
//! in the database. Knows no HTTP.

pub mod accounting;
pub mod admission;
pub mod bundle;
mod ending;
pub mod error;
pub mod frame;
pub mod held;
pub mod once;
mod open;
mod outcome;
mod quota;
mod reading;
pub mod recovery;
mod request;
mod run;
pub mod scheduler;
mod watching;
pub mod worker;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use admission::{HeldPhoto, SentAs, Settings as AdmissionSettings, Upload, clean_text};
pub use error::{AdmissionError, CancelError, InFlight, OpenError, ReadError, SubmitError, Tombstone};
pub use once::{Accepted, Once};
pub use open::{Put, PutPhoto};
pub use quota::{Quota, QuotaExceeded};
pub use reading::{LiveReport, Part};
pub use request::{AnalysisRequest, Submitter};
pub use watching::Progress;
pub use worker::{Settings as WorkerSettings, Workers};

use crate::db::{AgencyScope, Begun, Counts, Db, DbError, KeyedRequest, NewAnalysis, OpenRecord, Tx};
use crate::domain::{AgencyId, AnalysisId, AnalysisState, Failpoint, SharedClock, Timestamp, Transition, failpoint};
use crate::storage::Store;
use crate::vault::Vault;
use admission::{ByteBudget, RETRY_AFTER_SECS};
use once::Keys;
use request::Accepting;
use scheduler::Scheduler;
use watching::Watching;

/// How long a node's word about its analyses counts without being renewed.
pub const LEASE: Duration = Duration::from_secs(60);
/// How often it is renewed.
pub const LEASE_RENEWAL: Duration = Duration::from_secs(15);

#[derive(Debug, Clone)]
struct Running {
    cancel: CancellationToken,
    done: watch::Receiver<bool>,
}

/// What a pipeline is made of.
#[derive(Debug)]
pub struct Parts {
    /// Rows.
    pub db: Db,
    /// Keys.
    pub vault: Vault,
    /// Objects.
    pub store: Store,
    /// Time.
    pub clock: SharedClock,
    /// Worker processes.
    pub workers: Workers,
    /// Workers at a time.
    pub parallel: usize,
    /// Limits of an upload.
    pub admission: AdmissionSettings,
    /// What an agency may send.
    pub quota: Quota,
    /// This process among others: the lease owner.
    pub node: String,
    /// Where its tasks run: they must outlive the connection that brought the photos.
    pub runtime: Handle,
    /// Told when an event was recorded.
    pub events: Arc<Notify>,
    /// Where reports can be verified, without the report's id.
    pub verify_url: String,
}

/// The service that takes photos and makes reports.
#[derive(Debug, Clone)]
pub struct Pipeline {
    inner: Arc<Inner>,
    /// The database for the request at hand; `inner.parts.db` for everything after it.
    db: Db,
}

#[derive(Debug)]
struct Inner {
    parts: Parts,
    scheduler: Scheduler,
    budget: Arc<ByteBudget>,
    running: Mutex<HashMap<AnalysisId, Running>>,
    keys: Keys,
    /// Objects of the photos that are measured here now.
    measuring: Mutex<HashSet<String>>,
    watching: Watching,
    tasks: TaskTracker,
    stopping: CancellationToken,
}

impl Pipeline {
    /// A pipeline of these parts.
    pub fn new(parts: Parts) -> Self {
        let scheduler = Scheduler::new(parts.parallel);
        let budget = ByteBudget::new(parts.admission.budget_bytes());
        let inner = Inner {
            parts,
            scheduler,
            budget,
            running: Mutex::new(HashMap::new()),
            keys: Keys::default(),
            measuring: Mutex::new(HashSet::new()),
            watching: Watching::default(),
            tasks: TaskTracker::new(),
            stopping: CancellationToken::new(),
        };
        Self { db: inner.parts.db.clone(), inner: Arc::new(inner) }
    }

    /// The same pipeline over `db`: for one request, see [`Db::under`].
    #[must_use]
    pub fn over(&self, db: Db) -> Self {
        Self { inner: Arc::clone(&self.inner), db }
    }

    /// Limits of an upload, for the limits page.
    pub fn admission(&self) -> &AdmissionSettings {
        &self.inner.parts.admission
    }

    /// What an agency may send, for the limits page.
    pub fn quota(&self) -> Quota {
        self.inner.parts.quota
    }

    /// Bytes of uploads held now.
    pub fn held_bytes(&self) -> u64 {
        self.inner.budget.used()
    }

    /// Opens the door for a body of `declared_bytes`, if it says so.
    ///
    /// # Errors
    /// [`AdmissionError::NodeFull`] when this node has enough to do, or a limit that the declared length passes.
    pub fn begin_upload(&self, declared_bytes: Option<u64>) -> Result<Upload, AdmissionError> {
        self.begin_upload_after(0, declared_bytes)
    }

    fn begin_upload_after(&self, came_before: u64, declared_bytes: Option<u64>) -> Result<Upload, AdmissionError> {
        let inner = &self.inner;
        let settings = &inner.parts.admission;
        let too_many = inner.scheduler.waiting() >= settings.waiting_photos_max;
        let too_long = inner.scheduler.longest_wait(Instant::now()) > Duration::from_secs(settings.queue_secs);
        if inner.stopping.is_cancelled() || too_many || too_long {
            return Err(AdmissionError::NodeFull { retry_after_secs: RETRY_AFTER_SECS });
        }
        Upload::begin(&inner.budget, &inner.parts.admission, declared_bytes, came_before)
    }

    /// Accepts an analysis: its row is written before this returns, and from then on it reaches exactly one outcome. The same
    /// request under the same key is accepted once.
    ///
    /// # Errors
    /// [`SubmitError`]; then nothing was accepted and the photos are gone.
    pub async fn submit(
        &self,
        submitter: Submitter,
        request: AnalysisRequest,
        upload: Upload,
        once: Option<&Once>,
    ) -> Result<Accepted, SubmitError> {
        let parts = &self.inner.parts;
        let photos = upload.into_photos();
        if photos.is_empty() {
            return Err(SubmitError::NoPhotos);
        }
        let accepting = Accepting::new(submitter, request, self.now())?;
        // The whole body is here: open and submit are one step.
        let state = AnalysisState::Open.apply(Transition::Submit).unwrap_or(AnalysisState::Processing);
        let sizes: Vec<i64> = photos.iter().map(|photo| i64::try_from(photo.memory.len()).unwrap_or(i64::MAX)).collect();
        let photo_count = i32::try_from(sizes.len()).unwrap_or(i32::MAX);
        let row = accepting.row(&parts.vault, state, sizes, &parts.node)?;
        let asked = once::asked_of_new(&accepting.request, Some(&photos));
        let keyed = once.map(|once| once.keyed(&parts.vault, &asked, accepting.now));
        failpoint(Failpoint::UploadHeld);
        let accepted = self.insert(&accepting.submitter.agency, New { row, keyed, open: None }).await?;
        failpoint(Failpoint::Accepted);
        if !accepted.is_replay {
            self.start(run::Carried { is_test: accepted.is_test, ..run::Carried::of(accepting, photos, photo_count) });
        }
        Ok(accepted)
    }

    /// Writes the row of a new analysis, unless its key has made one before.
    async fn insert(&self, agency: &AgencyId, new: New) -> Result<Accepted, SubmitError> {
        if self.inner.stopping.is_cancelled() {
            return Err(SubmitError::NodeFull { retry_after_secs: RETRY_AFTER_SECS });
        }
        let bounds = (self.inner.parts.admission.open_max, self.inner.parts.quota);
        let db = &self.inner.parts.db;
        let (first, again) = (new.clone(), new);
        match db.as_agency(agency).write(move |tx| first.insert(tx, bounds)).await {
            // Its twin came in by another connection in the same moment, and is there now.
            Err(SubmitError::Db(DbError::KeyUsed)) => db.as_agency(agency).write(move |tx| again.insert(tx, bounds)).await,
            other => other,
        }
    }

    fn start(&self, carried: run::Carried) {
        let (done_sender, done) = watch::channel(false);
        let cancel = CancellationToken::new();
        let analysis = carried.analysis.clone();
        self.inner.lock_running().insert(analysis.clone(), Running { cancel: cancel.clone(), done });
        let inner = Arc::clone(&self.inner);
        self.inner.tasks.spawn_on(
            async move {
                run::carry(&inner, carried, cancel).await;
                inner.lock_running().remove(&analysis);
                // Nobody waiting is fine.
                done_sender.send_replace(true);
            },
            &self.inner.parts.runtime,
        );
    }

    /// Waits until the run of an analysis on this node is over, if it is here, or `most` has passed.
    async fn wait_here(&self, analysis: &AnalysisId, most: Duration) {
        let running = self.inner.lock_running().get(analysis).cloned();
        if let Some(mut running) = running {
            // Both a time-out and a task that is gone mean: look at the row.
            let _waited = tokio::time::timeout(most, running.done.wait_for(|done| *done)).await;
        }
    }

    /// Takes nothing new, waits for what runs, then ends the rest as interrupted.
    pub async fn stop(&self, most: Duration) {
        self.inner.tasks.close();
        let drained = tokio::time::timeout(most, self.inner.tasks.wait()).await;
        self.inner.stopping.cancel();
        if drained.is_err() {
            self.inner.tasks.wait().await;
        }
    }

    fn now(&self) -> Timestamp {
        self.inner.parts.clock.now()
    }
}

/// A new analysis on its way to its row.
#[derive(Debug, Clone)]
struct New {
    row: NewAnalysis,
    keyed: Option<KeyedRequest>,
    open: Option<OpenRecord>,
}

impl New {
    fn insert(mut self, tx: &mut Tx<'_, AgencyScope>, (open_max, quota): (u64, Quota)) -> Result<Accepted, SubmitError> {
        if let Some(keyed) = &self.keyed {
            match tx.begin_keyed(keyed)? {
                Begun::Before(before) => {
                    let id = before.resource.parse().map_err(|_| DbError::BadRow { column: "idempotency_keys.resource_id" })?;
                    return Ok(Accepted { id, is_replay: true, is_test: false });
                }
                Begun::First { interrupted } => self.row.retry_of = interrupted.and_then(|id| id.parse().ok()),
            }
        }
        let is_test = match &self.open {
            Some(_) if tx.count_open()? >= open_max => return Err(SubmitError::TooManyOpen { limit: open_max }),
            Some(open) => tx.insert_open_analysis(&self.row, open)?,
            None => tx.insert_analysis(&self.row)?,
        };
        if !is_test {
            self.count(tx, quota)?;
        }
        if let Some(keyed) = &self.keyed {
            tx.settle_keyed(keyed, self.row.id.as_str())?;
        }
        Ok(Accepted { id: self.row.id, is_replay: false, is_test })
    }

    /// Takes it from the agency's share and counts it.
    fn count(&self, tx: &mut Tx<'_, AgencyScope>, quota: Quota) -> Result<(), SubmitError> {
        let now = self.row.created_at;
        let photos = self.row.photos.len() as u64;
        if let Some(spent) = quota.take(tx, (1, photos), now)? {
            return Err(QuotaExceeded::at(spent, now).into());
        }
        let received_bytes = self.row.photos.iter().map(|bytes| bytes.unsigned_abs()).sum();
        tx.count_usage(&self.row.id, Counts { analyses: 1, photos, received_bytes, ..Counts::default() }, now)?;
        Ok(())
    }
}

impl Inner {
    fn lock_running(&self) -> MutexGuard<'_, HashMap<AnalysisId, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_measuring(&self) -> MutexGuard<'_, HashSet<String>> {
        self.measuring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
