//! Ends an analysis from outside, whichever node holds it: the fence rises, the outcome and its event are recorded in the same
//! transaction, and whatever the holder still writes is refused.

use std::time::Duration;

use super::{CancelError, Pipeline, open};
use crate::db::{AnalysisRecord, DbError, Failure, SystemScope, Tx};
use crate::domain::event::AnalysisFacts;
use crate::domain::{AgencyId, AnalysisId, AnalysisState, Event, FailureReason, Timestamp};

/// How often an analysis that changes hands in the same moment is looked at again.
const TRIES: u32 = 3;
/// How long a cancelled run may take to let go of its photos before the answer goes out all the same.
const LET_GO_MAX: Duration = Duration::from_secs(5);

/// Takes an analysis from its holder and ends it. False if it changed hands since it was seen.
///
/// # Errors
/// The database's.
pub(super) fn end_now(
    tx: &mut Tx<'_, SystemScope>,
    seen: AnalysisRecord,
    reason: FailureReason,
    now: Timestamp,
) -> Result<bool, DbError> {
    let Some(fence) = tx.seize(&seen)? else { return Ok(false) };
    record_failure(tx, seen, fence, reason, now)?;
    Ok(true)
}

/// Records the failure of an analysis that is held under `fence`, and its event.
///
/// # Errors
/// The database's.
pub(super) fn record_failure(
    tx: &mut Tx<'_, SystemScope>,
    analysis: AnalysisRecord,
    fence: i64,
    reason: FailureReason,
    now: Timestamp,
) -> Result<(), DbError> {
    let facts = AnalysisFacts {
        agency: analysis.agency,
        api_key: analysis.origin.api_key().cloned(),
        analysis: analysis.id.clone(),
        sequence: tx.next_event_sequence(&analysis.id)?,
        photo_count: analysis.photo_count,
        is_test: analysis.is_test,
    };
    let event = Event::failed(&facts, reason, now);
    tx.fail_analysis(&Failure { analysis: analysis.id, fence, reason, event, now })?;
    Ok(())
}

impl Pipeline {
    /// Ends an analysis that has no outcome yet as `failed: cancelled`, on whichever node it is, and returns when that is
    /// recorded. Again: nothing more happens.
    ///
    /// # Errors
    /// [`CancelError::NotFound`] for another agency's, [`CancelError::Finished`] past another outcome.
    pub async fn cancel(&self, agency: &AgencyId, analysis: &AnalysisId) -> Result<(), CancelError> {
        let now = self.now();
        for _ in 0..TRIES {
            let (agency, id) = (agency.clone(), analysis.clone());
            match self.db.as_system().write(move |tx| cancel(tx, &agency, &id, now)).await {
                Err(CancelError::Db(DbError::StaleFence { .. })) => continue,
                ended => ended?,
            }
            self.inner.parts.events.notify_one();
            self.inner.watching.wake(analysis);
            self.let_go(analysis).await;
            open::clear(&self.inner, Some(analysis)).await;
            return Ok(());
        }
        Err(DbError::StaleFence { analysis: analysis.clone() }.into())
    }

    /// Stops the run of an analysis that is over, if it is here.
    async fn let_go(&self, analysis: &AnalysisId) {
        let running = self.inner.lock_running().get(analysis).cloned();
        if let Some(running) = running {
            running.cancel.cancel();
            self.wait_here(analysis, LET_GO_MAX).await;
        }
    }
}

/// [`DbError::StaleFence`] if it changed hands in the same moment.
fn cancel(tx: &mut Tx<'_, SystemScope>, agency: &AgencyId, id: &AnalysisId, now: Timestamp) -> Result<(), CancelError> {
    let found = tx.find_analysis_any(id)?.filter(|found| found.agency == *agency).ok_or(CancelError::NotFound)?;
    match found.state {
        AnalysisState::Failed(FailureReason::Cancelled) => Ok(()),
        state if state.is_outcome() => Err(CancelError::Finished { state }),
        _ if end_now(tx, found, FailureReason::Cancelled, now)? => Ok(()),
        _ => Err(DbError::StaleFence { analysis: id.clone() }.into()),
    }
}
