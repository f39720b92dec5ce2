//! Scheduled work: one row for each job and minute, so that of many nodes one runs it.

use std::time::Duration;

use diesel::prelude::*;

use super::DbError;
use super::schema::job_occurrences as table;
use super::scope::{SystemScope, Tx};
use crate::domain::Timestamp;

/// Finished occurrences are kept this long, for looking into; then forgotten at the next claim of their job.
const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A wish to run a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OccurrenceClaim<'a> {
    /// The job's name.
    pub job: &'a str,
    /// The minute it is for.
    pub fired_for: Timestamp,
    /// The node.
    pub owner: &'a str,
    /// Now.
    pub now: Timestamp,
    /// Others may try when this is over and the job has not finished.
    pub until: Timestamp,
}

impl Tx<'_, SystemScope> {
    /// Whether this node runs this occurrence: the first that asks does, or a later one after an unfinished lease.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn claim_occurrence(&mut self, claim: OccurrenceClaim<'_>) -> Result<bool, DbError> {
        let OccurrenceClaim { job, fired_for, owner, now, until } = claim;
        diesel::delete(table::table.filter(table::job.eq(job)))
            .filter(table::fired_for.lt(now.minus(KEPT).epoch_millis()))
            .execute(self.conn)?;
        let found: Option<(i64, i64, Option<i64>)> = table::table
            .find((job, fired_for.epoch_millis()))
            .select((table::lease_until, table::fence, table::finished_at))
            .first(self.conn)
            .optional()?;
        let Some((lease_until, fence, finished_at)) = found else {
            diesel::insert_into(table::table)
                .values((
                    table::job.eq(job),
                    table::fired_for.eq(fired_for.epoch_millis()),
                    table::lease_owner.eq(owner),
                    table::lease_until.eq(until.epoch_millis()),
                    table::fence.eq(1_i64),
                ))
                .execute(self.conn)
                .map_err(DbError::of_insert)?;
            return Ok(true);
        };
        if finished_at.is_some() || lease_until > now.epoch_millis() {
            return Ok(false);
        }
        let taken = diesel::update(table::table.find((job, fired_for.epoch_millis())))
            .filter(table::fence.eq(fence))
            .set((table::lease_owner.eq(owner), table::lease_until.eq(until.epoch_millis()), table::fence.eq(fence + 1)))
            .execute(self.conn)?;
        Ok(taken == 1)
    }

    /// The occurrence is done. False if this node does not hold it any more.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn finish_occurrence(&mut self, job: &str, fired_for: Timestamp, owner: &str, now: Timestamp) -> Result<bool, DbError> {
        let finished = diesel::update(table::table.find((job, fired_for.epoch_millis())))
            .filter(table::lease_owner.eq(owner))
            .filter(table::finished_at.is_null())
            .set(table::finished_at.eq(Some(now.epoch_millis())))
            .execute(self.conn)?;
        Ok(finished == 1)
    }
}
