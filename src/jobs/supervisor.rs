//! Runs a job's occurrence at most once among all nodes, within its time, and survives its panic.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::JobKind;
use crate::db::{Db, DbError, OccurrenceClaim, SystemScope, Tx};
use crate::domain::{SharedClock, Timestamp};
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

    /// Runs what the ticks ask for, one at a time, until told to stop; then finishes the run it is in.
    pub async fn run(self, mut ticks: mpsc::Receiver<JobKind>, stop: CancellationToken) {
        loop {
            let kind = tokio::select! {
                biased;
                () = stop.cancelled() => return,
                tick = ticks.recv() => match tick {
                    Some(kind) => kind,
                    None => return,
                },
            };
            if let Err(error) = self.run_occurrence(kind).await {
                tracing::error!(job = kind.name(), %error, "a job's occurrence could not be taken");
            }
        }
    }

    async fn run_occurrence(&self, kind: JobKind) -> Result<(), DbError> {
        let now = self.clock.now();
        let fired_for = Timestamp::from_epoch_millis(now.epoch_millis() - now.epoch_millis().rem_euclid(60_000));
        let (owner, until) = (self.node.clone(), now.plus(kind.time_limit() + Duration::from_secs(5)));
        let claim = move |tx: &mut Tx<'_, SystemScope>| {
            tx.claim_occurrence(OccurrenceClaim { job: kind.name(), fired_for, owner: &owner, now, until })
        };
        if !self.db.as_system().write(claim).await? {
            return Ok(());
        }
        let work = self.work.clone();
        // A task of its own: its panic ends it and not the supervisor.
        let running = tokio::spawn(async move { tokio::time::timeout(kind.time_limit(), run_job(kind, work)).await });
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
async fn run_job(kind: JobKind, work: Work) {
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
    }
}
