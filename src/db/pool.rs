//! A bounded set of connections, used on the blocking threads of the runtime.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::DbError;
use super::conn::{self, Conn, Purpose};
use super::location::Location;

/// As many connections as may work at once, all for one purpose. Opened when first needed, then kept.
pub(super) struct Lane {
    location: Location,
    purpose: Purpose,
    idle: Mutex<Vec<Conn>>,
    permits: Arc<Semaphore>,
    wait_max: Duration,
}

impl Lane {
    /// A lane of `size` connections (at least 1); the first is opened here, so that a wrong place is noticed at once.
    pub(super) fn open(location: Location, purpose: Purpose, size: usize, wait_max: Duration) -> Result<Arc<Self>, DbError> {
        let first = conn::open(&location, purpose)?;
        let permits = Arc::new(Semaphore::new(size.max(1)));
        Ok(Arc::new(Self { location, purpose, idle: Mutex::new(vec![first]), permits, wait_max }))
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit, DbError> {
        match tokio::time::timeout(self.wait_max, Arc::clone(&self.permits).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_closed)) => Err(DbError::Ending),
            Err(_elapsed) => Err(DbError::Busy { waited: self.wait_max }),
        }
    }

    fn take(&self) -> Result<Conn, DbError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| conn::open(&self.location, self.purpose), Ok)
    }

    fn give_back(&self, conn: Conn) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
    }

    /// Runs `work` outside any transaction.
    #[expect(clippy::disallowed_methods, reason = "bounded by the lane's size: the permit lives as long as the work")]
    pub(super) async fn run<T, E>(self: Arc<Self>, work: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let permit = self.permit().await?;
        let span = tracing::Span::current();
        let task = tokio::task::spawn_blocking(move || {
            let _held = permit;
            let _in_span = span.enter();
            let mut conn = self.take()?;
            match catch_unwind(AssertUnwindSafe(|| work(&mut conn))) {
                Ok(outcome) => {
                    self.give_back(conn);
                    outcome
                }
                // The connection is dropped, and with it whatever it was in the middle of.
                Err(_panic) => Err(DbError::Panicked.into()),
            }
        });
        task.await.unwrap_or_else(|join| Err(if join.is_cancelled() { DbError::Ending } else { DbError::Panicked }.into()))
    }

    /// Runs `work` in a transaction: committed if it answers `Ok`, rolled back if not.
    pub(super) async fn transact<T, E>(
        self: Arc<Self>,
        work: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let purpose = self.purpose;
        self.run(move |conn| {
            conn::begin(conn, purpose)?;
            match work(conn) {
                Ok(value) => {
                    if let Err(refused) = conn::commit(conn) {
                        roll_back_or_say(conn);
                        return Err(refused.into());
                    }
                    Ok(value)
                }
                Err(error) => {
                    roll_back_or_say(conn);
                    Err(error)
                }
            }
        })
        .await
    }
}

fn roll_back_or_say(conn: &mut Conn) {
    if let Err(error) = conn::roll_back(conn) {
        tracing::warn!(%error, "a transaction could not be rolled back");
    }
}
