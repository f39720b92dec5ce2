//! A bounded set of connections, used on the blocking threads of the runtime.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::DbError;
use super::conn::{self, Conn, Purpose};
use super::guise::Guise;
use super::location::Location;

/// As many connections as may work at once, all for one purpose. Opened when first needed, then kept while they work.
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

    fn take_idle(&self) -> Option<Conn> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// When one idle connection is dead the server went away, and the others with it.
    fn forget_idle(&self) {
        let dead = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        tracing::info!(count = dead.len() + 1, "idle database connections were lost and are opened again when needed");
    }

    fn give_back(&self, mut conn: Conn) {
        if conn::is_broken(&mut conn) {
            tracing::warn!("a database connection was lost in the middle of its work");
            return;
        }
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
    }

    /// A connection with a transaction begun. A dead idle one shows itself here, before anything was done on it.
    fn begin(&self, guise: &Guise) -> Result<Conn, DbError> {
        while let Some(mut idle) = self.take_idle() {
            match conn::begin(&mut idle, self.purpose, guise) {
                Ok(()) => return Ok(idle),
                Err(_) if conn::is_broken(&mut idle) => self.forget_idle(),
                Err(refused) => return Err(refused),
            }
        }
        let mut fresh = conn::open(&self.location, self.purpose)?;
        conn::begin(&mut fresh, self.purpose, guise)?;
        Ok(fresh)
    }

    /// Runs `task` on a blocking thread, when a connection is allowed.
    #[expect(clippy::disallowed_methods, reason = "bounded by the lane's size: the permit lives as long as the task")]
    async fn on_thread<T, E>(self: Arc<Self>, task: impl FnOnce(&Self) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let permit = self.permit().await?;
        let span = tracing::Span::current();
        let task = tokio::task::spawn_blocking(move || {
            let _held = permit;
            let _in_span = span.enter();
            task(&self)
        });
        task.await.unwrap_or_else(|join| Err(if join.is_cancelled() { DbError::Ending } else { DbError::Panicked }.into()))
    }

    /// Runs `work` outside any transaction; on a server on a connection of its own, since an idle one may be dead.
    pub(super) async fn run<T, E>(self: Arc<Self>, work: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        self.on_thread(move |lane| {
            if lane.location.is_shared() {
                return unless_panicked(|| work(&mut conn::open(&lane.location, lane.purpose)?))?;
            }
            let mut conn = lane.take_idle().map_or_else(|| conn::open(&lane.location, lane.purpose), Ok)?;
            let outcome = unless_panicked(|| work(&mut conn))?;
            lane.give_back(conn);
            outcome
        })
        .await
    }

    /// Runs `work` in a transaction as `guise`: committed if it answers `Ok`, rolled back if not.
    pub(super) async fn transact<T, E>(
        self: Arc<Self>,
        guise: Guise,
        work: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        self.on_thread(move |lane| {
            let mut conn = lane.begin(&guise)?;
            let kept = match unless_panicked(|| work(&mut conn))? {
                Ok(value) => conn::commit(&mut conn).map(|()| value).map_err(E::from),
                Err(error) => Err(error),
            };
            if kept.is_err() {
                roll_back_or_say(&mut conn);
            }
            lane.give_back(conn);
            kept
        })
        .await
    }
}

/// After a panic the connection is dropped, and with it whatever it was in the middle of.
fn unless_panicked<T>(work: impl FnOnce() -> T) -> Result<T, DbError> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_panic| DbError::Panicked)
}

/// Where the transaction is over already, or the connection lost, there is nothing to roll back.
fn roll_back_or_say(conn: &mut Conn) {
    use diesel::result::Error::{BrokenTransactionManager, NotInTransaction};
    match conn::roll_back(conn) {
        Ok(()) | Err(DbError::Unreachable { .. } | DbError::Query(BrokenTransactionManager | NotInTransaction)) => {}
        Err(error) => tracing::warn!(%error, "a transaction could not be rolled back"),
    }
}
