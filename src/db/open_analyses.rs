//! Analyses that take photos one at a time: until when, under which key their partial results are sealed, and who takes them
//! from there. What follows from a row is decided by the pipeline, inside its transaction.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::analyses::AnalysisRow;
use super::conn::Conn;
use super::leases::under_way;
use super::outcome::WrappedKeyColumns;
use super::progress::{self, Step, StepKind};
use super::schema::{analyses, open_analyses};
use super::scope::{AgencyScope, SystemScope, Tx};
use super::words::number;
use super::{AnalysisRecord, DbError, NewAnalysis};
use crate::domain::{AnalysisId, AnalysisState, Timestamp, Transition};

/// What an open analysis has besides its row, from its opening to its outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenRecord {
    /// Takes photos before then.
    pub open_until: Timestamp,
    /// The key of its partial results.
    pub key: WrappedKeyColumns,
}

type OpenRow = (i64, String, Vec<u8>, Vec<u8>);

fn record(row: OpenRow) -> OpenRecord {
    let (open_until, kid, nonce, wrapped) = row;
    OpenRecord { open_until: Timestamp::from_epoch_millis(open_until), key: WrappedKeyColumns { kid, nonce, wrapped } }
}

/// The partial results of an analysis that has its outcome cannot be opened any more.
pub(super) fn delete_key(conn: &mut Conn, analysis: &AnalysisId) -> Result<(), DbError> {
    diesel::delete(open_analyses::table.find(analysis.as_str())).execute(conn)?;
    Ok(())
}

impl Tx<'_, AgencyScope> {
    /// A new analysis without photos, held by no node. Answers whether it is a test.
    ///
    /// # Errors
    /// As [`Tx::insert_analysis`].
    pub fn insert_open_analysis(&mut self, new: &NewAnalysis, open: &OpenRecord) -> Result<bool, DbError> {
        let is_test = self.insert_analysis(new)?;
        diesel::insert_into(open_analyses::table)
            .values((
                open_analyses::analysis_id.eq(new.id.as_str()),
                open_analyses::agency_id.eq(self.scope.0.as_str()),
                open_analyses::open_until.eq(open.open_until.epoch_millis()),
                open_analyses::kid.eq(&open.key.kid),
                open_analyses::nonce.eq(&open.key.nonce),
                open_analyses::wrapped.eq(&open.key.wrapped),
            ))
            .execute(self.conn)
            .map_err(DbError::of_insert)?;
        Ok(is_test)
    }

    /// Opened analyses of the agency that have no outcome yet.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn count_open(&mut self) -> Result<u64, DbError> {
        let count: i64 =
            open_analyses::table.filter(open_analyses::agency_id.eq(self.scope.0.as_str())).count().get_result(self.conn)?;
        number("open_analyses.analysis_id", count)
    }

    /// What one of the agency's opened analyses has besides its row; None for one that was never open or has its outcome.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn find_open(&mut self, analysis: &AnalysisId) -> Result<Option<OpenRecord>, DbError> {
        let row: Option<OpenRow> = open_analyses::table
            .find(analysis.as_str())
            .filter(open_analyses::agency_id.eq(self.scope.0.as_str()))
            .select((open_analyses::open_until, open_analyses::kid, open_analyses::nonce, open_analyses::wrapped))
            .first(self.conn)
            .optional()?;
        Ok(row.map(record))
    }

    /// One of the agency's analyses, to be decided upon: until this transaction ends nobody else changes an open one. On
    /// SQLite the writer is alone anyhow; on PostgreSQL the update that changes nothing holds the row.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn hold_analysis(&mut self, analysis: &AnalysisId) -> Result<Option<AnalysisRecord>, DbError> {
        diesel::update(analyses::table.find(analysis.as_str()))
            .filter(analyses::agency_id.eq(self.scope.0.as_str()))
            .filter(under_way())
            .set(analyses::photo_count.eq(analyses::photo_count))
            .execute(self.conn)?;
        self.find_analysis(analysis)
    }

    /// Hands an open analysis, held in this transaction, to a node, from now until then. Answers the node's fence.
    ///
    /// # Errors
    /// [`DbError::IllegalTransition`] if it is not open, and what the engine refuses.
    pub fn begin_processing(
        &mut self,
        held: &AnalysisRecord,
        owner: &str,
        (now, until): (Timestamp, Timestamp),
    ) -> Result<i64, DbError> {
        let state = held.state.apply(Transition::Submit)?;
        let fence = held.fence + 1;
        diesel::update(analyses::table.find(held.id.as_str()))
            .filter(analyses::agency_id.eq(self.scope.0.as_str()))
            .set((
                analyses::state.eq(state.slug()),
                analyses::lease_owner.eq(Some(owner)),
                analyses::lease_until.eq(Some(until.epoch_millis())),
                analyses::fence.eq(fence),
            ))
            .execute(self.conn)?;
        progress::note(self.conn, (&self.scope.0, &held.id), &[Step::of_whole(StepKind::Queued)], now)?;
        Ok(fence)
    }
}

impl Tx<'_, SystemScope> {
    /// Analyses that are still open past their time, longest over first; at most 100.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn list_overdue(&mut self, now: Timestamp) -> Result<Vec<AnalysisRecord>, DbError> {
        let found: Vec<AnalysisRow> = open_analyses::table
            .inner_join(analyses::table.on(analyses::id.eq(open_analyses::analysis_id)))
            .filter(analyses::state.eq(AnalysisState::Open.slug()))
            .filter(open_analyses::open_until.le(now.epoch_millis()))
            .order(open_analyses::open_until.asc())
            .limit(100)
            .select(AnalysisRow::as_select())
            .load(self.conn)?;
        found.into_iter().map(AnalysisRecord::try_from).collect()
    }

    /// Takes an analysis under way out of whosever hands it is in, so that it can be ended: the new fence, or None if it
    /// changed hands or reached its outcome since it was seen.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn seize(&mut self, seen: &AnalysisRecord) -> Result<Option<i64>, DbError> {
        let fence = seen.fence + 1;
        let seized = diesel::update(analyses::table.find(seen.id.as_str()))
            .filter(analyses::fence.eq(seen.fence))
            .filter(under_way())
            .set(analyses::fence.eq(fence))
            .execute(self.conn)?;
        Ok((seized == 1).then_some(fence))
    }

    /// The analyses under way that a node holds.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn list_held(&mut self, owner: &str) -> Result<Vec<AnalysisId>, DbError> {
        let ids: Vec<String> =
            analyses::table.filter(under_way()).filter(analyses::lease_owner.eq(owner)).select(analyses::id).load(self.conn)?;
        ids.iter().map(|id| super::words::word("analyses.id", id)).collect()
    }
}

/// Of an analysis with its outcome.
pub(super) fn has_ended() -> diesel::expression::SqlLiteral<Bool> {
    sql("analyses.state IN ('completed', 'failed')")
}
