//! The end of life: destroys a report's key, then its objects, and gives a signed receipt that says so.
//!
//! Deleting the wrapped key is the deletion: from then on nobody can read the report, whatever is left of the object. All that
//! hangs on it (the life's end, the receipt, the event) is in the same transaction. Everything here may be done twice.

mod destroy;
mod error;
mod receipt;
mod reconcile;
mod sweep;

use std::time::Duration;

pub use error::RetentionError;
pub use receipt::{Receipt, ReceiptFacts, verify_receipt};
pub use reconcile::ReconcileCount;
pub use sweep::SweepCount;

use crate::db::Db;
use crate::domain::SharedClock;
use crate::storage::Store;
use crate::vault::Vault;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Bounds of ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Reports ended in one sweep at most; the rest wait for the next one. A clock that jumps cannot end everything at once: 1,000.
    pub sweep_reports_max: u32,
    /// Reports looked up at once: 50.
    pub batch: u32,
    /// How long the operator keeps database backups, as the receipt says it: 7 days.
    pub backup_life: Duration,
    /// How long the counts of a day are kept: 400 days.
    pub usage_life: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self { sweep_reports_max: 1000, batch: 50, backup_life: DAY * 7, usage_life: DAY * 400 }
    }
}

/// The service that ends reports. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Retention {
    db: Db,
    vault: Vault,
    store: Store,
    clock: SharedClock,
    settings: Settings,
}

impl Retention {
    /// With the default bounds.
    pub fn new(db: Db, vault: Vault, store: Store, clock: SharedClock) -> Self {
        Self::with_settings(db, vault, store, clock, Settings::default())
    }

    /// With other bounds.
    pub const fn with_settings(db: Db, vault: Vault, store: Store, clock: SharedClock, settings: Settings) -> Self {
        Self { db, vault, store, clock, settings }
    }

    /// The same service over `db`: for one request, see [`Db::under`].
    #[must_use]
    pub fn over(&self, db: Db) -> Self {
        Self { db, ..self.clone() }
    }
}

#[cfg(test)]
mod tests;
