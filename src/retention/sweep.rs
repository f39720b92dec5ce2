//! The sweep of each minute: ends what is over, removes what is left, empties the log.

use super::{Retention, RetentionError};
use crate::domain::{DeletionCause, Timestamp};

/// Ended reports whose objects are removed in one go; two objects each, within what a store takes in a request.
const CLEARED_TOGETHER: usize = 250;

/// What a sweep did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SweepCount {
    /// Reports whose keys were destroyed.
    pub expired: u32,
    /// Ended reports whose objects were removed.
    pub cleared: u32,
    /// Reports that could not be ended or cleared; the next sweep tries again.
    pub failed: u32,
    /// Whether the bound of a sweep was reached; then more is waiting.
    pub capped: bool,
    /// Whether the database's log was emptied, so that no trace of the keys is in it.
    pub log_emptied: bool,
    /// From the end of the longest overdue report to its key's destruction, in milliseconds.
    pub lateness_ms_max: u64,
}

impl Retention {
    /// Ends every report whose time is over (keys first, for all of them), then removes the objects of ended reports, then empties
    /// the database's log. One report's trouble does not stop the others. Correct whenever it runs: late, twice, on several nodes.
    ///
    /// # Errors
    /// What the database refuses when listing.
    pub async fn sweep(&self) -> Result<SweepCount, RetentionError> {
        let mut count = SweepCount::default();
        self.end_expired(&mut count).await?;
        self.clear_leftovers(&mut count).await?;
        count.log_emptied = self.db.as_system().checkpoint_truncate().await?;
        Ok(count)
    }

    async fn end_expired(&self, count: &mut SweepCount) -> Result<(), RetentionError> {
        let now = self.clock.now();
        loop {
            let room = self.settings.sweep_reports_max.saturating_sub(count.expired + count.failed);
            // Those that failed stand first in the list again, so a batch reaches past them.
            let limit = self.settings.batch.min(room).max(1) + count.failed;
            let ended = self.db.as_system().read(move |tx| Ok::<_, RetentionError>(tx.list_ended_reports(now, limit)?)).await?;
            let batch: Vec<_> = ended.into_iter().skip(usize::try_from(count.failed).unwrap_or(usize::MAX)).collect();
            if batch.is_empty() {
                return Ok(());
            }
            if room == 0 {
                count.capped = true;
                return Ok(());
            }
            for report in batch {
                let (id, expires_at) = (report.id.clone(), report.expires_at);
                match self.end_one(report).await {
                    Ok(()) => {
                        count.expired += 1;
                        count.lateness_ms_max = count.lateness_ms_max.max(lateness_ms(expires_at, self.clock.now()));
                    }
                    Err(error) => {
                        tracing::error!(%error, report = %id, "a report whose time is over could not be ended");
                        count.failed += 1;
                    }
                }
            }
        }
    }

    async fn end_one(&self, report: crate::db::ReportRecord) -> Result<(), RetentionError> {
        let asked = report.analysis.clone();
        let analysis = self
            .db
            .as_system()
            .read(move |tx| tx.find_analysis_any(&asked)?.ok_or(RetentionError::NoSuchAnalysis { analysis: asked }))
            .await?;
        self.end_report(analysis, report, DeletionCause::Expired, None).await?;
        Ok(())
    }

    async fn clear_leftovers(&self, count: &mut SweepCount) -> Result<(), RetentionError> {
        let limit = self.settings.sweep_reports_max;
        let leftovers = self.db.as_system().read(move |tx| Ok::<_, RetentionError>(tx.list_objects_to_delete(limit)?)).await?;
        for batch in leftovers.chunks(CLEARED_TOGETHER) {
            let size = u32::try_from(batch.len()).unwrap_or(u32::MAX);
            match self.delete_objects(batch).await {
                Ok(cleared) => {
                    count.cleared += cleared;
                    count.failed += size - cleared;
                }
                Err(error) => {
                    tracing::error!(%error, "objects of ended reports could not be removed; the next sweep asks again");
                    count.failed += size;
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

impl Retention {
    /// Forgets what was counted on days that are longer ago than the counts are kept. Answers how many rows.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn forget_usage(&self) -> Result<usize, RetentionError> {
        let cutoff = self.clock.now().minus(self.settings.usage_life);
        self.db.as_system().write(move |tx| Ok(tx.delete_usage_before(cutoff)?)).await
    }
}

fn lateness_ms(expires_at: Timestamp, ended_at: Timestamp) -> u64 {
    u64::try_from(ended_at.since(expires_at).as_millis()).unwrap_or(u64::MAX)
}
