//! Whether this node is alive and may be sent work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::db::Db;
use crate::storage::{Prefix, Store};

/// What a load balancer wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Readiness {
    /// The database answers.
    pub database: bool,
    /// The object store answers.
    pub store: bool,
    /// The node is stopping.
    pub stopping: bool,
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
}

impl Health {
    /// Of these parts.
    pub fn new(db: Db, store: Store) -> Self {
        Self { db, store, stopping: Arc::new(AtomicBool::new(false)) }
    }

    /// From here on the node is not ready.
    pub fn begin_stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
    }

    /// Asks each part now.
    pub async fn readiness(&self) -> Readiness {
        let database = self.db.as_system().read(|tx| tx.count_users()).await;
        let store = self.store.list(Prefix::All, None, 1).await;
        Readiness { database: database.is_ok(), store: store.is_ok(), stopping: self.stopping.load(Ordering::SeqCst) }
    }
}
