//! Scheduled work: the list of all jobs, a clock that ticks, a supervisor that runs them.
//!
//! tokio-cron-scheduler is the clock only: it has no overlap guard and forgets running jobs at its end. A tick asks for an
//! occurrence; the supervisor takes its lease in the database (one node runs it), bounds it, and reports a panic.

mod supervisor;

use std::time::Duration;

use tokio::sync::mpsc;
use tokio_cron_scheduler::{Job as CronJob, JobScheduler, JobSchedulerError};

pub use supervisor::{Supervisor, Work};

/// A job there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobKind {
    /// Ends reports past their date: key first, object after; and takes up deletions that were interrupted.
    RetentionSweep,
    /// Ends analyses whose node is gone.
    RecoverAnalyses,
    /// Removes objects no report knows and counts reports that have lost theirs.
    ReconcileObjects,
    /// Forgets what was counted longer ago than the counts are kept.
    ForgetUsage,
}

impl JobKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::RetentionSweep, Self::RecoverAnalyses, Self::ReconcileObjects, Self::ForgetUsage];

    /// Its name in the database and the log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RetentionSweep => "retention-sweep",
            Self::RecoverAnalyses => "recover-analyses",
            Self::ReconcileObjects => "reconcile-objects",
            Self::ForgetUsage => "forget-usage",
        }
    }

    /// When it is due: seconds, minutes, hours, days, months, weekdays, in UTC.
    pub const fn cron(self) -> &'static str {
        match self {
            Self::RetentionSweep => "0 * * * * *",
            Self::RecoverAnalyses => "30 * * * * *",
            Self::ReconcileObjects => "45 17 3 * * *",
            Self::ForgetUsage => "15 47 2 * * *",
        }
    }

    /// How long one run may take.
    pub const fn time_limit(self) -> Duration {
        match self {
            Self::RetentionSweep => Duration::from_secs(50),
            Self::RecoverAnalyses => Duration::from_secs(30),
            Self::ReconcileObjects => Duration::from_secs(30 * 60),
            Self::ForgetUsage => Duration::from_secs(60),
        }
    }
}

/// Starts the clock: a tick for each job at its times. Ticks that find the queue full are dropped; jobs work on what is due,
/// not on ticks, so the next one makes up for it.
///
/// # Errors
/// [`JobSchedulerError`] if a cron text is wrong or the clock does not start.
pub async fn start_clock(ticks: mpsc::Sender<JobKind>) -> Result<JobScheduler, JobSchedulerError> {
    let clock = JobScheduler::new().await?;
    for kind in JobKind::ALL {
        let ticks = ticks.clone();
        let job = CronJob::new(kind.cron(), move |_, _| {
            if ticks.try_send(kind).is_err() {
                tracing::warn!(job = kind.name(), "a tick was dropped: the supervisor is busy");
            }
        })?;
        clock.add(job).await?;
    }
    clock.start().await?;
    Ok(clock)
}
