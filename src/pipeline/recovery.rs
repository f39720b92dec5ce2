//! After a node stopped: its analyses end as `failed: interrupted`, and their event says so. Photos were never stored, so there
//! is nothing to take up again.

use super::{LEASE, Pipeline};
use crate::db::{AbandonedAnalysis, DbError, Failure};
use crate::domain::event::AnalysisFacts;
use crate::domain::{Event, FailureReason, Timestamp};

/// Which analyses are without a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Abandoned {
    /// Those whose lease has run out. For running nodes.
    LeaseEnded,
    /// All of them: nobody else can use this data directory. Before this node accepts its first.
    All,
}

impl Pipeline {
    /// Ends abandoned analyses. Returns how many.
    ///
    /// # Errors
    /// The database's; what was not ended is found again.
    pub async fn recover(&self, which: Abandoned) -> Result<usize, DbError> {
        let now = self.now();
        let cutoff = match which {
            Abandoned::LeaseEnded => now,
            Abandoned::All => Timestamp::from_epoch_millis(i64::MAX),
        };
        let mut ended = 0;
        loop {
            let found = self.inner.parts.db.as_system().read(move |tx| tx.list_abandoned(cutoff)).await?;
            let mut ended_now = 0;
            for abandoned in found {
                ended_now += usize::from(self.interrupt(abandoned, now).await?);
            }
            ended += ended_now;
            if ended_now == 0 {
                break;
            }
        }
        if ended > 0 {
            tracing::warn!(count = ended, "analyses of a stopped node ended as interrupted");
            self.inner.parts.events.notify_one();
        }
        Ok(ended)
    }

    /// Takes one over and ends it, in one transaction. False if somebody else was faster.
    async fn interrupt(&self, abandoned: AbandonedAnalysis, now: Timestamp) -> Result<bool, DbError> {
        let node = self.inner.parts.node.clone();
        let ended = self.inner.parts.db.as_system().write(move |tx| {
            let Some(fence) = tx.take_over(&abandoned, &node, now.plus(LEASE))? else { return Ok(false) };
            let analysis = abandoned.analysis;
            let facts = AnalysisFacts {
                agency: analysis.agency,
                api_key: analysis.origin.api_key().cloned(),
                analysis: analysis.id.clone(),
                sequence: tx.next_event_sequence(&analysis.id)?,
                photo_count: analysis.photo_count,
            };
            let reason = FailureReason::Interrupted;
            let event = Event::failed(&facts, reason, now);
            tx.fail_analysis(&Failure { analysis: analysis.id, fence, reason, event, now })?;
            Ok(true)
        });
        match ended.await {
            Err(DbError::StaleFence { .. } | DbError::IllegalTransition(_)) => Ok(false),
            other => other,
        }
    }

    /// Says that this node still works on its analyses.
    ///
    /// # Errors
    /// The database's.
    pub async fn renew_leases(&self) -> Result<(), DbError> {
        let (node, until) = (self.inner.parts.node.clone(), self.now().plus(LEASE));
        self.inner.parts.db.as_system().write(move |tx| tx.renew_leases(&node, until)).await?;
        Ok(())
    }
}
