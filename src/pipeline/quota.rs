//! What an agency may send in a day and an hour, on all nodes together. A set that is more than what is left is refused whole.

use std::time::Duration;

use crate::db::{AgencyScope, DbError, QuotaPolicy, QuotaSpent, Tx};
use crate::domain::Timestamp;

const HOUR_MS: i64 = 60 * 60 * 1000;

/// An agency's share; 0: none is kept. What test keys send is not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Quota {
    /// Photos a day in UTC.
    pub photos_per_day: u64,
    /// Analyses an hour.
    pub analyses_per_hour: u64,
}

impl Quota {
    /// Photos a day.
    pub const fn photos(self) -> QuotaPolicy {
        QuotaPolicy { name: "account-photos", limit: self.photos_per_day, window_ms: 24 * HOUR_MS }
    }

    /// Analyses an hour.
    pub const fn analyses(self) -> QuotaPolicy {
        QuotaPolicy { name: "account-analyses", limit: self.analyses_per_hour, window_ms: HOUR_MS }
    }

    /// Takes from both; an answer means that one is spent, and the transaction must not be kept.
    ///
    /// # Errors
    /// The database's.
    pub(super) fn take(
        self,
        tx: &mut Tx<'_, AgencyScope>,
        (analyses, photos): (u64, u64),
        now: Timestamp,
    ) -> Result<Option<QuotaSpent>, DbError> {
        match tx.take_quota(self.analyses(), analyses, now)? {
            None => tx.take_quota(self.photos(), photos, now),
            spent => Ok(spent),
        }
    }
}

/// An agency's share is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the share of {} for {} is used up", spent.policy.limit, spent.policy.name)]
pub struct QuotaExceeded {
    /// Which, and what is left.
    pub spent: QuotaSpent,
    /// Until the next window.
    pub wait: Duration,
}

impl QuotaExceeded {
    pub(super) fn at(spent: QuotaSpent, now: Timestamp) -> Self {
        Self { spent, wait: spent.renewed_at.since(now) }
    }
}
