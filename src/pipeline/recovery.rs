//! After a node stopped: its analyses end as `failed: interrupted`, and their event says so. Photos were never stored, so there
//! is nothing to take up again. Those that stayed open past their time end as `failed: deadline`. Any node does this for all.

use super::ending::{end_now, record_failure};
use super::watching::PROGRESS_LIFE;
use super::{LEASE, Pipeline, open};
use crate::db::{AbandonedAnalysis, DbError, KEY_LIFE, SystemScope, Tx};
use crate::domain::{AnalysisId, AnalysisState, FailureReason, Timestamp};

/// Which analyses are without a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Abandoned {
    /// Those whose lease has run out. For running nodes.
    LeaseEnded,
    /// Those this node held before it ended: nobody else has its name. Before this node accepts its first.
    OfThisNode,
    /// All of them: nobody else can use this database. Before this node accepts its first.
    All,
}

impl Pipeline {
    /// Ends abandoned and overdue analyses, and takes away what ended ones left. Returns how many it ended.
    ///
    /// # Errors
    /// The database's; what was not ended is found again.
    pub async fn recover(&self, which: Abandoned) -> Result<usize, DbError> {
        let now = self.now();
        let gone = match which {
            Abandoned::LeaseEnded => None,
            Abandoned::OfThisNode => Some(Some(self.inner.parts.node.clone())),
            Abandoned::All => Some(None),
        };
        if let Some(owner) = gone {
            self.inner.parts.db.as_system().write(move |tx| tx.end_partial_leases(owner.as_deref(), now)).await?;
        }
        let interrupted = self.end_abandoned(which, now).await?;
        let overdue = self.end_overdue(now).await?;
        if interrupted + overdue > 0 {
            tracing::warn!(interrupted, overdue, "analyses of a stopped node or a lost client were ended");
            self.inner.parts.events.notify_one();
        }
        open::clear(&self.inner, None).await;
        let forget = move |tx: &mut Tx<'_, SystemScope>| {
            tx.delete_key_uses_before(now.minus(KEY_LIFE))?;
            tx.delete_progress_before(now.minus(PROGRESS_LIFE))
        };
        self.inner.parts.db.as_system().write(forget).await?;
        Ok(interrupted + overdue)
    }

    async fn end_abandoned(&self, which: Abandoned, now: Timestamp) -> Result<usize, DbError> {
        let node = &self.inner.parts.node;
        let (cutoff, owner) = match which {
            Abandoned::LeaseEnded => (now, None),
            Abandoned::OfThisNode => (Timestamp::from_epoch_millis(i64::MAX), Some(node)),
            Abandoned::All => (Timestamp::from_epoch_millis(i64::MAX), None),
        };
        let mut ended = 0;
        loop {
            let owner = owner.cloned();
            let list = move |tx: &mut Tx<'_, SystemScope>| tx.list_abandoned(cutoff, owner.as_deref());
            let found = self.inner.parts.db.as_system().read(list).await?;
            let mut ended_now = 0;
            for abandoned in found {
                ended_now += usize::from(self.interrupt(abandoned, now).await?);
            }
            ended += ended_now;
            if ended_now == 0 {
                return Ok(ended);
            }
        }
    }

    /// Takes one over and ends it, in one transaction. False if somebody else was faster.
    async fn interrupt(&self, abandoned: AbandonedAnalysis, now: Timestamp) -> Result<bool, DbError> {
        let node = self.inner.parts.node.clone();
        let ended = self.inner.parts.db.as_system().write(move |tx| {
            let Some(fence) = tx.take_over(&abandoned, &node, now.plus(LEASE))? else { return Ok(false) };
            record_failure(tx, abandoned.analysis, fence, FailureReason::Interrupted, now)?;
            Ok(true)
        });
        lost_the_race(ended.await)
    }

    async fn end_overdue(&self, now: Timestamp) -> Result<usize, DbError> {
        let mut ended = 0;
        loop {
            let found = self.inner.parts.db.as_system().read(move |tx| tx.list_overdue(now)).await?;
            let mut ended_now = 0;
            for overdue in found {
                ended_now += usize::from(self.end_one_overdue(overdue.id).await?);
            }
            ended += ended_now;
            if ended_now == 0 {
                return Ok(ended);
            }
        }
    }

    /// False if it was submitted or ended in the meantime.
    async fn end_one_overdue(&self, analysis: AnalysisId) -> Result<bool, DbError> {
        let now = self.now();
        let ended = self.inner.parts.db.as_system().write(move |tx| match tx.find_analysis_any(&analysis)? {
            Some(found) if found.state == AnalysisState::Open => end_now(tx, found, FailureReason::Deadline, now),
            _ => Ok(false),
        });
        lost_the_race(ended.await)
    }

    /// Says that this node still works on what it works on, and stops work on what it lost. A row of its own that it does not work
    /// on, because the answer to writing it was lost, is not renewed: it ends as if the node were gone.
    ///
    /// # Errors
    /// The database's.
    pub async fn renew_leases(&self) -> Result<(), DbError> {
        let running: Vec<_> = self.inner.lock_running().iter().map(|(id, run)| (id.clone(), run.cancel.clone())).collect();
        let ids: Vec<AnalysisId> = running.iter().map(|(id, _)| id.clone()).collect();
        let measuring: Vec<String> = self.inner.lock_measuring().iter().cloned().collect();
        let (node, now) = (self.inner.parts.node.clone(), self.now());
        let renew = self.inner.parts.db.as_system().write(move |tx| {
            tx.renew_leases(&node, &ids, now.plus(LEASE))?;
            tx.renew_partial_leases(&node, &measuring, now, now.plus(LEASE))?;
            tx.list_held(&node)
        });
        let held = renew.await?;
        for (_, cancel) in running.iter().filter(|(id, _)| !held.contains(id)) {
            cancel.cancel();
        }
        Ok(())
    }
}

fn lost_the_race(ended: Result<bool, DbError>) -> Result<bool, DbError> {
    match ended {
        Err(DbError::StaleFence { .. } | DbError::IllegalTransition(_)) => Ok(false),
        other => other,
    }
}
