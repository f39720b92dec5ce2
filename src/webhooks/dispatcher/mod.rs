//! Works off the outbox: claims what is due, tries it, records what came of it. Any number of nodes may run one.
//!
//! A claim is a lease with a fence: a node that dies loses its lease and another tries again, a node that was too slow
//! records nothing. At most a few deliveries go to one endpoint at the same moment, so a dead one delays nobody else.

mod attempt;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::client::WebhookClient;
use super::{Settings, WebhookError};
use crate::db::{Db, DbError, DeliveryNext, DueClaim, LATE_BATCH_MAX};
use crate::domain::{Failpoint, SharedClock, Timestamp, failpoint};
use crate::vault::Vault;

/// A claim outlasts the request's deadline by this much, for the writing before and after.
const LEASE_MARGIN: Duration = Duration::from_secs(30);
/// The dispatcher looks at the outbox at least this often, and at most that often without being woken.
const PAUSE_MAX: Duration = Duration::from_secs(30);
const PAUSE_MIN: Duration = Duration::from_secs(1);

/// What came of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DispatchCount {
    /// Accepted by the receiver.
    pub delivered: usize,
    /// To be tried again.
    pub retried: usize,
    /// Given up: the list of attempts or the event's time is at its end.
    pub exhausted: usize,
    /// Given up: the receiver wants no more of it.
    pub aborted: usize,
    /// The receiver wants nothing more; the endpoint was stopped.
    pub gone: usize,
    /// Not recorded: somebody else has the delivery by now, or it was cancelled.
    pub stale: usize,
    /// Not recorded: the database refused; the lease will end.
    pub unrecorded: usize,
}

impl DispatchCount {
    /// All attempts of the step.
    pub const fn total(&self) -> usize {
        self.delivered + self.retried + self.exhausted + self.aborted + self.gone + self.stale + self.unrecorded
    }

    fn add(&mut self, recorded: Result<Option<DeliveryNext>, WebhookError>) {
        match recorded {
            Ok(Some(DeliveryNext::Delivered)) => self.delivered += 1,
            Ok(Some(DeliveryNext::RetryAt(_))) => self.retried += 1,
            Ok(Some(DeliveryNext::Exhausted | DeliveryNext::Expired)) => self.exhausted += 1,
            Ok(Some(DeliveryNext::Aborted)) => self.aborted += 1,
            Ok(Some(DeliveryNext::EndpointGone)) => self.gone += 1,
            Ok(None) => self.stale += 1,
            Err(error) => {
                tracing::warn!(%error, "a webhook attempt could not be recorded");
                self.unrecorded += 1;
            }
        }
    }
}

/// The dispatcher of one node. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Dispatcher {
    db: Db,
    vault: Vault,
    clock: SharedClock,
    client: WebhookClient,
    settings: Settings,
    owner: Arc<str>,
}

impl Dispatcher {
    pub(super) fn new(
        db: Db,
        vault: Vault,
        clock: SharedClock,
        client: WebhookClient,
        settings: Settings,
        owner: String,
    ) -> Self {
        Self { db, vault, clock, client, settings, owner: owner.into() }
    }

    /// One step: claims one batch of what is due at `now`, tries all of it, waits for all of it.
    ///
    /// # Errors
    /// What the database refuses when claiming; what it refuses later is counted.
    pub async fn run_due(&self, now: Timestamp) -> Result<DispatchCount, WebhookError> {
        let mut under_way = JoinSet::new();
        let started = self.start_due(now, self.settings.batch_max, &mut under_way).await?;
        let mut count = DispatchCount { exhausted: started.late, ..DispatchCount::default() };
        while let Some(done) = under_way.join_next().await {
            count.add(done.unwrap_or_else(|_| Err(DbError::Ending.into())));
        }
        Ok(count)
    }

    /// Works until `shutdown`, then waits for the attempts under way, which the deadline of a request bounds. `wake` is
    /// notified when there is something new; without it the outbox is looked at every 1 s to 30 s, as its next time says.
    pub async fn run(&self, shutdown: CancellationToken, wake: Arc<Notify>) {
        let mut under_way = JoinSet::new();
        while !shutdown.is_cancelled() {
            let pause = self.start_all_due(&mut under_way).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "the webhook outbox could not be read");
                PAUSE_MIN
            });
            tokio::select! {
                () = shutdown.cancelled() => {}
                Some(done) = under_way.join_next() => report(done),
                () = wake.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
        while let Some(done) = under_way.join_next().await {
            report(done);
        }
    }

    /// Starts what is due as far as there is room; answers how long there is nothing to do.
    async fn start_all_due(&self, under_way: &mut JoinSet<Recorded>) -> Result<Duration, WebhookError> {
        loop {
            let now = self.clock.now();
            #[expect(
                clippy::redundant_closure_for_method_calls,
                reason = "the method's path is not general enough over the transaction's lifetime"
            )]
            let next_at = self.db.as_system().read(|tx| tx.next_delivery_at()).await?;
            let Some(next_at) = next_at else { return Ok(PAUSE_MAX) };
            if next_at > now {
                return Ok(next_at.since(now).clamp(PAUSE_MIN, PAUSE_MAX));
            }
            let room = self.settings.in_flight_max.saturating_sub(under_way.len()).min(self.settings.batch_max);
            if room == 0 || !self.start_due(now, room, under_way).await?.may_be_more(room) {
                // What is still due waits for its endpoint's turn; the end of an attempt comes back here.
                return Ok(PAUSE_MIN);
            }
        }
    }

    async fn start_due(&self, now: Timestamp, limit: usize, under_way: &mut JoinSet<Recorded>) -> Result<Started, WebhookError> {
        let claim = DueClaim {
            owner: self.owner.to_string(),
            now,
            lease_until: now.plus(self.settings.request_timeout + LEASE_MARGIN),
            limit: u32::try_from(limit).unwrap_or(u32::MAX),
            per_endpoint: self.settings.in_flight_per_endpoint_max,
        };
        let taken = self.db.as_system().write::<_, DbError>(move |tx| {
            tx.erase_ended_secrets(claim.now)?;
            let late = tx.end_late_deliveries(claim.now)?;
            Ok((late, tx.claim_due_deliveries(&claim)?))
        });
        let (late, claimed) = taken.await?;
        let started = Started { late, claimed: claimed.len() };
        if started.claimed > 0 {
            failpoint(Failpoint::DeliveryClaimed);
        }
        for delivery in claimed {
            let dispatcher = self.clone();
            under_way.spawn(async move { dispatcher.attempt(delivery).await });
        }
        Ok(started)
    }
}

/// What one look at the outbox set going.
struct Started {
    /// Ended unattempted: too late.
    late: usize,
    /// Under way now.
    claimed: usize,
}

impl Started {
    fn may_be_more(&self, room: usize) -> bool {
        self.claimed >= room || self.late >= LATE_BATCH_MAX as usize
    }
}

/// What an attempt ends with.
type Recorded = Result<Option<DeliveryNext>, WebhookError>;

fn report(done: Result<Recorded, tokio::task::JoinError>) {
    match done {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::warn!(%error, "a webhook attempt could not be recorded; its lease will end"),
        Err(error) => tracing::error!(%error, "a webhook attempt ended in a panic; its lease will end"),
    }
}
