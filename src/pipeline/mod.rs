//! Carries an analysis through the stages: admission, photo workers, render worker, sealed storage, outcome and event.
//!
//! A photo is measured as soon as a worker is free and its bytes are gone with that; from the stored report on, everything is
//! in the database. Knows no HTTP.

pub mod admission;
pub mod bundle;
pub mod error;
pub mod frame;
pub mod held;
mod reading;
pub mod recovery;
mod run;
pub mod scheduler;
pub mod worker;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use admission::{HeldPhoto, Settings as AdmissionSettings, Upload, clean_text};
pub use error::{AdmissionError, CancelError, ReadError, SubmitError, Tombstone};
pub use reading::Part;
pub use worker::{Settings as WorkerSettings, Workers};

use crate::db::{Db, NewAnalysis, Origin};
use crate::domain::{AgencyId, AnalysisId, AnalysisState, Failpoint, Product, SharedClock, Timestamp, Transition, failpoint};
use crate::report::facts::REFERENCE_CHARS_MAX;
use crate::storage::Store;
use crate::vault::{Purpose, Vault};
use admission::{ByteBudget, RETRY_AFTER_SECS};
use scheduler::Scheduler;

/// How long a node's word about its analyses counts without being renewed.
pub const LEASE: Duration = Duration::from_secs(60);
/// How often it is renewed.
pub const LEASE_RENEWAL: Duration = Duration::from_secs(15);

/// Who sends photos.
#[derive(Debug, Clone)]
pub struct Submitter {
    /// The tenant.
    pub agency: AgencyId,
    /// Through what.
    pub origin: Origin,
    /// The agency's name as it stands on the report.
    pub agency_name: Option<String>,
}

/// What is asked about the photos.
#[derive(Debug, Clone)]
pub struct AnalysisRequest {
    /// What to answer.
    pub product: Product,
    /// Whether the report may hold picture content.
    pub previews: bool,
    /// The customer's own reference, at most 100 characters.
    pub reference: Option<String>,
    /// Days the report lives; None: the product's.
    pub life_days: Option<u32>,
    /// The analysis this one repeats.
    pub retry_of: Option<AnalysisId>,
}

impl AnalysisRequest {
    fn life(&self) -> Result<Duration, SubmitError> {
        let max_days = self.product.retention_days();
        match self.life_days.unwrap_or(max_days) {
            days if (1..=max_days).contains(&days) => Ok(Duration::from_secs(u64::from(days) * 24 * 60 * 60)),
            _ => Err(SubmitError::LifeDays { max_days }),
        }
    }

    fn reference(&self) -> Result<Option<String>, SubmitError> {
        let Some(given) = &self.reference else { return Ok(None) };
        if given.chars().count() > REFERENCE_CHARS_MAX {
            return Err(SubmitError::ReferenceTooLong { limit_chars: REFERENCE_CHARS_MAX });
        }
        Ok(Some(clean_text(given, REFERENCE_CHARS_MAX)).filter(|text| !text.is_empty()))
    }
}

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
    /// This process among others: the lease owner.
    pub node: String,
    /// Where its tasks run: they must outlive the connection that brought the photos.
    pub runtime: Handle,
    /// Told when an event was recorded.
    pub events: Arc<Notify>,
}

/// The service that takes photos and makes reports.
#[derive(Debug, Clone)]
pub struct Pipeline {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    parts: Parts,
    scheduler: Scheduler,
    budget: Arc<ByteBudget>,
    running: Mutex<HashMap<AnalysisId, Running>>,
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
            tasks: TaskTracker::new(),
            stopping: CancellationToken::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Limits of an upload, for the limits page.
    pub fn admission(&self) -> &AdmissionSettings {
        &self.inner.parts.admission
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
        let inner = &self.inner;
        let settings = &inner.parts.admission;
        let too_many = inner.scheduler.waiting() >= settings.waiting_photos_max;
        let too_long = inner.scheduler.longest_wait(Instant::now()) > Duration::from_secs(settings.queue_secs);
        if inner.stopping.is_cancelled() || too_many || too_long {
            return Err(AdmissionError::NodeFull { retry_after_secs: RETRY_AFTER_SECS });
        }
        Upload::begin(&inner.budget, &inner.parts.admission, declared_bytes)
    }

    /// Accepts an analysis: its row is written before this returns, and from then on it reaches exactly one outcome.
    ///
    /// # Errors
    /// [`SubmitError`]; then nothing was accepted and the photos are gone.
    pub async fn submit(
        &self,
        submitter: Submitter,
        request: AnalysisRequest,
        upload: Upload,
    ) -> Result<AnalysisId, SubmitError> {
        let inner = &self.inner;
        let photos = upload.into_photos();
        if photos.is_empty() {
            return Err(SubmitError::NoPhotos);
        }
        let (life, reference) = (request.life()?, request.reference()?);
        if inner.stopping.is_cancelled() {
            return Err(SubmitError::NodeFull { retry_after_secs: RETRY_AFTER_SECS });
        }
        failpoint(Failpoint::UploadHeld);
        let now = inner.parts.clock.now();
        let analysis = AnalysisId::generate(now);
        let reference_sealed = match &reference {
            Some(text) => Some(inner.parts.vault.seal(Purpose::Reference, analysis.as_str(), text.as_bytes())?),
            None => None,
        };
        let row = NewAnalysis {
            id: analysis.clone(),
            origin: submitter.origin.clone(),
            product: request.product,
            previews: request.previews,
            reference_sealed,
            life_ms: i64::try_from(life.as_millis()).unwrap_or(i64::MAX),
            photos: photos.iter().map(|photo| i64::try_from(photo.memory.len()).unwrap_or(i64::MAX)).collect(),
            // The whole body is here: open and submit are one step.
            state: AnalysisState::Open.apply(Transition::Submit).unwrap_or(AnalysisState::Processing),
            retry_of: request.retry_of.clone(),
            lease_owner: inner.parts.node.clone(),
            lease_until: now.plus(LEASE),
            created_at: now,
        };
        inner.parts.db.as_agency(&submitter.agency).write(move |tx| tx.insert_analysis(&row)).await?;
        failpoint(Failpoint::Accepted);
        let photo_count = i32::try_from(photos.len()).unwrap_or(i32::MAX);
        let carried = run::Carried {
            analysis: analysis.clone(),
            submitter,
            request,
            reference,
            life,
            photos,
            photo_count,
            accepted_at: now,
        };
        self.start(carried);
        Ok(analysis)
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

    /// Waits until the analysis has an outcome or `most` has passed. Returns at once for an analysis of another node.
    pub async fn wait(&self, analysis: &AnalysisId, most: Duration) {
        let running = self.inner.lock_running().get(analysis).cloned();
        if let Some(mut running) = running {
            // Both a time-out and a task that is gone mean: look at the row.
            let _waited = tokio::time::timeout(most, running.done.wait_for(|done| *done)).await;
        }
    }

    /// Ends an analysis that has no outcome yet as `failed: cancelled`, and returns when that is recorded.
    ///
    /// # Errors
    /// [`CancelError::NotFound`] for another agency's, [`CancelError::Finished`] past its outcome.
    pub async fn cancel(&self, agency: &AgencyId, analysis: &AnalysisId) -> Result<(), CancelError> {
        let id = analysis.clone();
        let found = self.inner.parts.db.as_agency(agency).read(move |tx| tx.find_analysis(&id)).await?;
        let state = found.ok_or(CancelError::NotFound)?.state;
        if state.is_outcome() {
            return Err(CancelError::Finished { state });
        }
        let running = self.inner.lock_running().get(analysis).cloned();
        match running {
            Some(running) => {
                running.cancel.cancel();
                self.wait(analysis, LEASE).await;
                Ok(())
            }
            None => Err(CancelError::Finished { state }),
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

impl Inner {
    fn lock_running(&self) -> MutexGuard<'_, HashMap<AnalysisId, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
