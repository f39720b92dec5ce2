//! Who holds an analysis. The photos are in one node's memory: when its lease ends unrenewed, another node may end the
//! analysis in its place, and the fence keeps the first from writing afterwards.

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::DbError;
use super::analyses::{self as rows, AnalysisRecord, AnalysisRow};
use super::conn::Conn;
use super::schema::analyses;
use super::scope::{SystemScope, Tx};
use crate::domain::{AnalysisId, Timestamp};

/// As the partial index has it, word for word: with bound values neither engine would see that the index fits.
pub(super) fn under_way() -> SqlLiteral<Bool> {
    sql("state IN ('open', 'processing')")
}

/// An analysis under way whose lease has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbandonedAnalysis {
    /// The analysis, with the fence it was seen with.
    pub analysis: AnalysisRecord,
    /// When the lease ended.
    pub lease_until: Timestamp,
}

/// The analysis, if `fence` is its newest; it stays so until the transaction ends.
pub(super) fn check_fence(conn: &mut Conn, analysis: &AnalysisId, fence: i64) -> Result<AnalysisRecord, DbError> {
    match rows::find_locked(conn, analysis)? {
        Some(found) if found.fence == fence => Ok(found),
        _ => Err(DbError::StaleFence { analysis: analysis.clone() }),
    }
}

impl Tx<'_, SystemScope> {
    /// Prolongs the leases of `owner` on those of these analyses that are under way. One it does not work on, because it never
    /// heard that its row was written, is left to end. Answers how many there are.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn renew_leases(&mut self, owner: &str, running: &[AnalysisId], until: Timestamp) -> Result<usize, DbError> {
        let renewed = diesel::update(analyses::table.filter(analyses::lease_owner.eq(owner)))
            .filter(analyses::id.eq_any(running.iter().map(AnalysisId::as_str)))
            .filter(under_way())
            .set(analyses::lease_until.eq(Some(until.epoch_millis())))
            .execute(self.conn)?;
        Ok(renewed)
    }

    /// Analyses under way whose lease has ended, of one owner or of anybody; longest first, at most 100.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn list_abandoned(&mut self, now: Timestamp, owner: Option<&str>) -> Result<Vec<AbandonedAnalysis>, DbError> {
        let mut query = analyses::table
            .filter(under_way())
            .filter(analyses::lease_until.le(now.epoch_millis()))
            .order(analyses::lease_until.asc())
            .limit(100)
            .select((AnalysisRow::as_select(), analyses::lease_until))
            .into_boxed();
        if let Some(owner) = owner {
            query = query.filter(analyses::lease_owner.eq(owner));
        }
        let found: Vec<(AnalysisRow, Option<i64>)> = query.load(self.conn)?;
        found
            .into_iter()
            .map(|(row, until)| {
                let lease_until = Timestamp::from_epoch_millis(until.unwrap_or_default());
                Ok(AbandonedAnalysis { analysis: row.try_into()?, lease_until })
            })
            .collect()
    }

    /// Takes an abandoned analysis over: the new fence, or `None` if the lease was renewed or somebody was faster.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn take_over(&mut self, abandoned: &AbandonedAnalysis, owner: &str, until: Timestamp) -> Result<Option<i64>, DbError> {
        let fence = abandoned.analysis.fence + 1;
        let taken = diesel::update(analyses::table.find(abandoned.analysis.id.as_str()))
            .filter(analyses::fence.eq(abandoned.analysis.fence))
            .filter(analyses::lease_until.eq(abandoned.lease_until.epoch_millis()))
            .filter(under_way())
            .set((
                analyses::lease_owner.eq(Some(owner)),
                analyses::lease_until.eq(Some(until.epoch_millis())),
                analyses::fence.eq(fence),
            ))
            .execute(self.conn)?;
        Ok((taken == 1).then_some(fence))
    }
}
