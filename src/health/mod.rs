//! Whether this node is alive and may be sent work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use crate::db::Db;
use crate::storage::{Prefix, Store};

/// How long the store may take to answer a probe.
const STORE_ANSWER_MAX: Duration = Duration::from_secs(3);
/// How long the answer of a store that other nodes ask too is taken for true: its requests cost money.
const STORE_ANSWER_LIFE: Duration = Duration::from_secs(10);

/// What a load balancer wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Readiness {
    /// The database answers.
    pub database: bool,
    /// The object store answers.
    pub store: bool,
    /// The node is stopping.
    pub stopping: bool,
    /// Objects of live reports the last reconciliation on this node did not find; keeps nobody from being sent work.
    pub ghosts: u64,
}

impl Readiness {
    /// Whether work may be sent here.
    pub const fn is_ready(self) -> bool {
        self.database && self.store && !self.stopping
    }
}

/// Looks after the parts a node cannot work without.
#[derive(Debug, Clone)]
pub struct Health {
    db: Db,
    store: Store,
    stopping: Arc<AtomicBool>,
    ghosts: Arc<AtomicU64>,
    store_answer: Arc<Mutex<Option<(Instant, bool)>>>,
}

impl Health {
    /// Of these parts.
    pub fn new(db: Db, store: Store) -> Self {
        Self { db, store, stopping: Arc::default(), ghosts: Arc::default(), store_answer: Arc::default() }
    }

    /// So many objects of live reports are missing.
    pub fn note_ghosts(&self, count: u64) {
        self.ghosts.store(count, Ordering::Relaxed);
    }

    /// From here on the node is not ready.
    pub fn begin_stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
    }

    /// Asks each part now.
    pub async fn readiness(&self) -> Readiness {
        let database = self.db.as_system().read(|tx| tx.count_users()).await;
        Readiness {
            database: database.is_ok(),
            store: self.store_answers().await,
            stopping: self.stopping.load(Ordering::SeqCst),
            ghosts: self.ghosts.load(Ordering::Relaxed),
        }
    }

    /// Probes that come together wait for one question; a good answer of a shared store is believed for a while.
    async fn store_answers(&self) -> bool {
        let mut last = self.store_answer.lock().await;
        if let Some((at, true)) = *last
            && self.store.is_shared()
            && at.elapsed() < STORE_ANSWER_LIFE
        {
            return true;
        }
        let answers = timeout(STORE_ANSWER_MAX, self.store.list(Prefix::All, None, 1)).await.is_ok_and(|listed| listed.is_ok());
        *last = Some((Instant::now(), answers));
        answers
    }
}
