//! Records how an analysis ended. What is to be recorded is still in memory, so a database that is away for a while is waited for.

use std::time::Duration;

use super::Inner;
use super::run::Carried;
use crate::db::{Completion, DbError, Failure, NewReport, SystemScope, Tx, WrappedKeyColumns};
use crate::domain::event::AnalysisFacts;
use crate::domain::{Event, Failpoint, FailureReason, Product, ReportId, Timestamp, failpoint};
use crate::storage::{ObjectName, Part};

/// Pause before a database that refused is asked again.
pub(super) const RETRY_PAUSE: Duration = Duration::from_secs(1);
/// How long a failure may take to be recorded before it is left to recovery.
const FAIL_MAX: Duration = Duration::from_secs(10);

/// What a run leaves in the store, named before anything is put there so that it can be taken back.
#[derive(Debug, Clone)]
pub(super) struct Names {
    pub report: ReportId,
    pub pdf: ObjectName,
    pub result: ObjectName,
}

impl Names {
    pub(super) fn new(product: Product, now: Timestamp) -> Self {
        Self {
            report: ReportId::generate(now),
            pdf: ObjectName::new(product, now, Part::Report),
            result: ObjectName::new(product, now, Part::Result),
        }
    }
}

/// Does work on rows until it is done, or refused for good. The caller bounds the wait.
///
/// # Errors
/// What asking again would not mend.
pub(super) async fn until_recorded<T, W>(mut work: impl FnMut() -> W) -> Result<T, DbError>
where
    W: Future<Output = Result<T, DbError>>,
{
    loop {
        match work().await {
            Err(error) if error.may_pass() => {
                tracing::warn!(%error, "the database did not take what is to be recorded");
                tokio::time::sleep(RETRY_PAUSE).await;
            }
            other => return other,
        }
    }
}

fn event_facts(tx: &mut Tx<'_, SystemScope>, about: &AnalysisFacts) -> Result<AnalysisFacts, DbError> {
    Ok(AnalysisFacts { sequence: tx.next_event_sequence(&about.analysis)?, ..about.clone() })
}

fn about(carried: &Carried) -> AnalysisFacts {
    AnalysisFacts {
        agency: carried.agency.clone(),
        api_key: carried.api_key.clone(),
        analysis: carried.analysis.clone(),
        sequence: 0,
        photo_count: carried.photo_count,
        is_test: carried.is_test,
    }
}

/// Tells whoever watches that the report is being made now.
///
/// # Errors
/// [`DbError::StaleFence`] if somebody else ended the analysis.
pub(super) async fn note_rendering(inner: &Inner, carried: &Carried) -> Result<(), DbError> {
    until_recorded(|| {
        let (analysis, fence, now) = (carried.analysis.clone(), carried.fence, inner.parts.clock.now());
        inner.parts.db.as_system().write(move |tx| tx.note_rendering(&analysis, fence, now))
    })
    .await?;
    inner.watching.wake(&carried.analysis);
    Ok(())
}

/// Records the report, the key that opens it, and the event, in one transaction.
///
/// # Errors
/// [`DbError::StaleFence`] if somebody else ended the analysis; what the engine refuses for good.
pub(super) async fn complete(
    inner: &Inner,
    carried: &Carried,
    report: &NewReport,
    key: &WrappedKeyColumns,
    now: Timestamp,
) -> Result<(), DbError> {
    until_recorded(|| {
        let (about, fence, report, key) = (about(carried), carried.fence, report.clone(), key.clone());
        inner.parts.db.as_system().write(move |tx| {
            let event = Event::completed(&event_facts(tx, &about)?, &report.id, report.expires_at, now);
            let deliveries = tx.complete_analysis(&Completion { analysis: about.analysis, fence, report, key, event, now })?;
            failpoint(Failpoint::OutcomeWritten);
            Ok(deliveries)
        })
    })
    .await?;
    failpoint(Failpoint::OutcomeRecorded);
    inner.parts.events.notify_one();
    inner.watching.wake(&carried.analysis);
    Ok(())
}

/// Records the failure and takes back what was stored. An analysis that completed after all keeps its report, and so does one of
/// which nobody knows: recovery will end it, and reconciliation takes the objects if they have no report.
pub(super) async fn fail(inner: &Inner, carried: &Carried, reason: FailureReason, names: &Names) {
    match tokio::time::timeout(FAIL_MAX, record_failure(inner, carried, reason)).await {
        Ok(Ok(())) => {
            failpoint(Failpoint::FailureRecorded);
            inner.parts.events.notify_one();
            inner.watching.wake(&carried.analysis);
            tracing::info!(analysis.id = %carried.analysis, reason = reason.slug(), "analysis ended without a report");
        }
        Ok(Err(DbError::StaleFence { .. })) => {
            tracing::info!(analysis.id = %carried.analysis, "the analysis was ended by somebody else");
        }
        // It completed in the moment before.
        Ok(Err(DbError::IllegalTransition(_))) => return,
        Ok(Err(error)) => {
            tracing::warn!(analysis.id = %carried.analysis, %error, "the failure could not be recorded; recovery will");
            return;
        }
        Err(_) => {
            tracing::warn!(analysis.id = %carried.analysis, "the failure could not be recorded in time; recovery will");
            return;
        }
    }
    if let Err(error) = inner.parts.store.delete_many(&[names.pdf.clone(), names.result.clone()]).await {
        tracing::warn!(%error, "objects could not be taken back; reconciliation will");
    }
}

async fn record_failure(inner: &Inner, carried: &Carried, reason: FailureReason) -> Result<(), DbError> {
    until_recorded(|| {
        let (about, fence, now) = (about(carried), carried.fence, inner.parts.clock.now());
        inner.parts.db.as_system().write(move |tx| {
            let event = Event::failed(&event_facts(tx, &about)?, reason, now);
            tx.fail_analysis(&Failure { analysis: about.analysis, fence, reason, event, now })
        })
    })
    .await?;
    Ok(())
}
