//! Runs a job's occurrence at most once among all nodes, within its time, and survives its panic.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::JobKind;
use crate::db::{Db, DbError, OccurrenceClaim, SystemScope, Tx};
use crate::domain::{SharedClock, Timestamp};
use crate::health::Health;
use crate::pipeline::Pipeline;
use crate::pipeline::recovery::Abandoned;
use crate::retention::Retention;

/// The services the jobs call.
#[derive(Debug, Clone)]
pub struct Work {
    /// For the sweep.
    pub retention: Retention,
    /// For recovery.
    pub pipeline: Pipeline,
    /// Told what reconciliation found.
    pub health: Health,
}

/// Takes ticks and runs jobs.
#[derive(Debug)]
pub struct Supervisor {
    db: Db,
    clock: SharedClock,
    node: String,
    work: Work,
}

impl Supervisor {
    /// A supervisor for this node.
    pub fn new(db: Db, clock: SharedClock, node: String, work: Work) -> Self {
        Self { db, clock, node, work }
    }

    /// Runs what the ticks ask for until told to stop, each kind at most once at a time; then ends what still runs and waits for it.
    pub async fn run(self, mut ticks: mpsc::Receiver<JobKind>, stop: CancellationToken) {
        let (this, mut running, mut busy) = (Arc::new(self), JoinSet::new(), HashSet::new());
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                Some(ended) = running.join_next(), if !running.is_empty() => {
                    match ended {
                        Ok(kind) => drop(busy.remove(&kind)),
                        Err(error) => tracing::error!(%error, "an occurrence broke off"),
                    }
                }
                tick = ticks.recv() => {
                    let Some(kind) = tick else { break };
                    if busy.insert(kind) {
                        let (this, stop) = (Arc::clone(&this), stop.clone());
                        running.spawn(async move { this.run_logged(kind, &stop).await });
                    }
                }
            }
        }
        while running.join_next().await.is_some() {}
    }

    async fn run_logged(&self, kind: JobKind, stop: &CancellationToken) -> JobKind {
        if let Err(error) = self.run_occurrence(kind, stop).await {
            tracing::error!(job = kind.name(), %error, "a job's occurrence could not be taken");
        }
        kind
    }

    async fn run_occurrence(&self, kind: JobKind, stop: &CancellationToken) -> Result<(), DbError> {
        let now = self.clock.now();
        let fired_for = Timestamp::from_epoch_millis(now.epoch_millis() - now.epoch_millis().rem_euclid(60_000));
        let (owner, until) = (self.node.clone(), now.plus(kind.time_limit() + Duration::from_secs(5)));
        let claim = move |tx: &mut Tx<'_, SystemScope>| {
            tx.claim_occurrence(OccurrenceClaim { job: kind.name(), fired_for, owner: &owner, now, until })
        };
        if !self.db.as_system().write(claim).await? {
            return Ok(());
        }
        let (work, stop) = (self.work.clone(), stop.clone());
        // A task of its own: its panic ends it and not the supervisor.
        let running = tokio::spawn(async move { tokio::time::timeout(kind.time_limit(), run_job(kind, work, stop)).await });
        match running.await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => tracing::error!(job = kind.name(), "a job was stopped at its time limit"),
            Err(error) => tracing::error!(job = kind.name(), panicked = error.is_panic(), "a job broke off"),
        }
        let (owner, finished_at) = (self.node.clone(), self.clock.now());
        let finish = move |tx: &mut Tx<'_, SystemScope>| tx.finish_occurrence(kind.name(), fired_for, &owner, finished_at);
        self.db.as_system().write(finish).await?;
        Ok(())
    }
}

/// One run of a job; what goes wrong is logged here, where it is handled: the next run takes it up again.
async fn run_job(kind: JobKind, work: Work, stop: CancellationToken) {
    match kind {
        JobKind::RetentionSweep => match work.retention.sweep().await {
            Ok(count) => tracing::debug!(?count, "retention swept"),
            Err(error) => tracing::error!(%error, "the retention sweep failed"),
        },
        JobKind::RecoverAnalyses => {
            if let Err(error) = work.pipeline.recover(Abandoned::LeaseEnded).await {
                tracing::error!(%error, "recovery failed");
            }
        }
        JobKind::ForgetUsage => match work.retention.forget_usage().await {
            Ok(rows) => tracing::debug!(rows, "old counts forgotten"),
            Err(error) => tracing::error!(%error, "old counts could not be forgotten"),
        },
        JobKind::ReconcileObjects => tokio::select! {
            // It may take long, and the next day's takes up what this one leaves.
            () = stop.cancelled() => {}
            found = work.retention.reconcile(Retention::ORPHAN_AGE) => match found {
                Ok(count) => {
                    work.health.note_ghosts(count.ghosts);
                    tracing::info!(?count, "store and rows reconciled");
                }
                Err(error) => tracing::error!(%error, "reconciliation failed"),
            },
        },
    }
}
