//! Scheduled work: one row for each job and minute, so that of many nodes one runs it.

use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::Text;

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
        // Of two that ask at the same moment the engine lets one insert; the other changes a row whose lease has ended, or none.
        let taken = diesel::sql_query(format!(
            "INSERT INTO job_occurrences (job, fired_for, lease_owner, lease_until, fence) VALUES ($1, {}, $2, {}, 1) \
             ON CONFLICT (job, fired_for) DO UPDATE SET lease_owner = excluded.lease_owner, lease_until = excluded.lease_until, \
             fence = job_occurrences.fence + 1 \
             WHERE job_occurrences.finished_at IS NULL AND job_occurrences.lease_until <= {}",
            fired_for.epoch_millis(),
            until.epoch_millis(),
            now.epoch_millis()
        ))
        .bind::<Text, _>(job)
        .bind::<Text, _>(owner)
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
