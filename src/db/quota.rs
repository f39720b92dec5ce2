//! What an agency may take in a window of time, shared by all nodes because it is a row taken in the transaction that uses it.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::DbError;
use super::scope::{AgencyScope, Tx};
use super::words::number;
use crate::domain::Timestamp;

/// What an agency may take in a window of the clock; 0: as much as it likes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaPolicy {
    /// Its name in the `RateLimit` headers and in the row.
    pub name: &'static str,
    /// How much.
    pub limit: u64,
    /// The window's length in milliseconds; windows begin at multiples of it since 1970.
    pub window_ms: i64,
}

/// More was asked for than is left of the window; nothing was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaSpent {
    /// Which one.
    pub policy: QuotaPolicy,
    /// What is left of the window.
    pub remaining: u64,
    /// When the next window begins.
    pub renewed_at: Timestamp,
}

#[derive(QueryableByName)]
struct Taken {
    #[diesel(sql_type = BigInt)]
    taken: i64,
    #[diesel(sql_type = BigInt)]
    window_start: i64,
}

/// The row that counts decides: whoever takes it holds it to the end of its transaction. A clock that is a little behind takes
/// from the window that has begun elsewhere.
const TAKE: &str = "INSERT INTO quota_windows (agency_id, policy, window_start, taken) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (agency_id, policy) DO UPDATE SET \
     taken = CASE WHEN excluded.window_start > quota_windows.window_start THEN excluded.taken \
     ELSE quota_windows.taken + excluded.taken END, \
     window_start = CASE WHEN excluded.window_start > quota_windows.window_start THEN excluded.window_start \
     ELSE quota_windows.window_start END RETURNING taken, window_start";

impl Tx<'_, AgencyScope> {
    /// Takes so many of the agency's share of this window, for all nodes. An answer means that it is more than is left: the
    /// transaction must not be kept then.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn take_quota(&mut self, policy: QuotaPolicy, many: u64, now: Timestamp) -> Result<Option<QuotaSpent>, DbError> {
        if policy.limit == 0 || many == 0 {
            return Ok(None);
        }
        let start = now.epoch_millis() - now.epoch_millis().rem_euclid(policy.window_ms);
        let row: Taken = diesel::sql_query(TAKE)
            .bind::<Text, _>(self.scope.0.as_str())
            .bind::<Text, _>(policy.name)
            .bind::<BigInt, _>(start)
            .bind::<BigInt, _>(i64::try_from(many).unwrap_or(i64::MAX))
            .get_result(self.conn)?;
        let taken: u64 = number("quota_windows.taken", row.taken)?;
        if taken <= policy.limit {
            return Ok(None);
        }
        let renewed_at = Timestamp::from_epoch_millis(row.window_start.saturating_add(policy.window_ms));
        Ok(Some(QuotaSpent { policy, remaining: policy.limit.saturating_sub(taken.saturating_sub(many)), renewed_at }))
    }
}
