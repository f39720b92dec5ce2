//! Who watches an analysis: however many on this node, one task reads its rows for all of them, at once when this node changed
//! them and soon after when another did.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};

use super::request::reference_digests;
use super::{Inner, Pipeline};
use crate::db::{DbError, StepRecord};
use crate::domain::{AgencyId, AnalysisId, AnalysisState};

/// How often the rows are looked at while nothing wakes us: another node may have changed them.
pub const POLL_EVERY: Duration = Duration::from_millis(250);
/// Analyses that are watched on a node at a time.
pub const WATCHED_MAX: usize = 1024;
/// How long it is kept what happened to an analysis.
pub const PROGRESS_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// What is known of an analysis that is watched.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// Where it stands; none before the first look.
    pub state: Option<AnalysisState>,
    /// What happened to it so far, in order.
    pub steps: Vec<StepRecord>,
}

impl Progress {
    /// Whether nothing more will happen.
    pub fn is_over(&self) -> bool {
        self.state.is_some_and(AnalysisState::is_outcome)
    }
}

#[derive(Debug)]
struct Watched {
    progress: watch::Sender<Progress>,
    wake: Arc<Notify>,
}

/// The analyses that are watched on this node.
#[derive(Debug, Default)]
pub(super) struct Watching(Mutex<HashMap<AnalysisId, Watched>>);

impl Watching {
    fn lock(&self) -> MutexGuard<'_, HashMap<AnalysisId, Watched>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// This node has changed the analysis.
    pub(super) fn wake(&self, analysis: &AnalysisId) {
        if let Some(watched) = self.lock().get(analysis) {
            watched.wake.notify_one();
        }
    }

    /// Tells all who watch it, if there was a change. False, and forgotten, once nobody does or nothing more will happen.
    fn tell(&self, analysis: &AnalysisId, change: impl FnOnce(&mut Progress) -> bool) -> bool {
        let mut all = self.lock();
        let Some(watched) = all.get(analysis) else { return false };
        watched.progress.send_if_modified(change);
        let goes_on = !watched.progress.borrow().is_over() && watched.progress.receiver_count() > 0;
        if !goes_on {
            all.remove(analysis);
        }
        goes_on
    }
}

impl Pipeline {
    /// What happens to one of the agency's analyses from its beginning on; the sender ends after the outcome. None while
    /// [`WATCHED_MAX`] others are watched here.
    pub fn watch(&self, agency: &AgencyId, analysis: &AnalysisId) -> Option<watch::Receiver<Progress>> {
        let mut all = self.inner.watching.lock();
        if let Some(watched) = all.get(analysis) {
            return Some(watched.progress.subscribe());
        }
        if all.len() >= WATCHED_MAX {
            return None;
        }
        let (progress, receiver) = watch::channel(Progress::default());
        let wake = Arc::new(Notify::new());
        all.insert(analysis.clone(), Watched { progress, wake: Arc::clone(&wake) });
        drop(all);
        let look = look_after(Arc::clone(&self.inner), (agency.clone(), analysis.clone()), wake);
        self.inner.parts.runtime.spawn(look);
        Some(receiver)
    }

    /// Waits until one of the agency's analyses has its outcome, on whichever node, or `most` has passed.
    pub async fn wait(&self, agency: &AgencyId, analysis: &AnalysisId, most: Duration) {
        let Some(mut progress) = self.watch(agency, analysis) else { return self.wait_here(analysis, most).await };
        // Both a time-out and a sender that is gone mean: look at the row.
        let _waited = tokio::time::timeout(most, progress.wait_for(Progress::is_over)).await;
    }

    /// What analyses with this reference are found by.
    pub fn reference_digests(&self, agency: &AgencyId, reference: &str) -> Vec<Vec<u8>> {
        reference_digests(&self.inner.parts.vault, agency, reference)
    }
}

/// Reads the rows for all who watch, until the outcome or until nobody does.
async fn look_after(inner: Arc<Inner>, (agency, analysis): (AgencyId, AnalysisId), wake: Arc<Notify>) {
    let mut seen = 0;
    loop {
        let goes_on = match look(&inner, &agency, &analysis, seen).await {
            Ok((state, steps)) => {
                seen = steps.last().map_or(seen, |step| step.sequence);
                inner.watching.tell(&analysis, |progress| {
                    let is_new = !steps.is_empty() || state.is_some_and(|state| progress.state != Some(state));
                    progress.state = state.or(progress.state);
                    progress.steps.extend(steps);
                    is_new
                })
            }
            Err(error) => {
                tracing::debug!(analysis.id = %analysis, %error, "a watched analysis could not be looked at");
                inner.watching.tell(&analysis, |_| false)
            }
        };
        if !goes_on {
            return;
        }
        tokio::select! {
            () = inner.stopping.cancelled() => {
                inner.watching.lock().remove(&analysis);
                return;
            }
            () = wake.notified() => {}
            () = tokio::time::sleep(POLL_EVERY) => {}
        }
    }
}

async fn look(
    inner: &Inner,
    agency: &AgencyId,
    analysis: &AnalysisId,
    seen: i32,
) -> Result<(Option<AnalysisState>, Vec<StepRecord>), DbError> {
    let id = analysis.clone();
    let looked = inner.parts.db.as_agency(agency).read(move |tx| {
        let state = tx.find_analysis(&id)?.map(|found| found.state);
        let (mut steps, mut last) = (Vec::new(), seen);
        loop {
            let more = tx.list_progress(&id, last)?;
            let Some(newest) = more.last() else { return Ok((state, steps)) };
            last = newest.sequence;
            steps.extend(more);
        }
    });
    looked.await
}
