//! What happened to an analysis, step by step, for whoever watches it on any node. A step is written in the transaction of the
//! fact it tells, under the same hold of the analysis, so that sequences have no gaps and rise with time.

use std::str::FromStr;

use diesel::prelude::*;

use super::DbError;
use super::conn::Conn;
use super::schema::progress as table;
use super::scope::{AgencyScope, SystemScope, Tx};
use super::words::word;
use crate::domain::{AgencyId, AnalysisId, AnalysisState, FailureReason, Timestamp};

/// Steps that are read at a time.
pub const STEPS_A_READ_MAX: i64 = 500;

/// Kinds of steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// A photo came whole.
    Received,
    /// A photo was measured.
    Measured,
    /// A photo could not be measured; the detail is its problem.
    Unusable,
    /// All photos are here.
    Queued,
    /// All photos are measured; the report is being made.
    Rendering,
    /// Outcome: there is a report.
    Completed,
    /// Outcome: there is none; the detail is the reason.
    Failed,
}

impl StepKind {
    /// All.
    pub const ALL: [Self; 7] =
        [Self::Received, Self::Measured, Self::Unusable, Self::Queued, Self::Rendering, Self::Completed, Self::Failed];

    /// The word in the stream and database.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Measured => "measured",
            Self::Unusable => "unusable",
            Self::Queued => "queued",
            Self::Rendering => "rendering",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }

    /// Whether nothing follows.
    pub const fn is_outcome(self) -> bool {
        matches!(self, Self::Completed | Self::Failed)
    }
}

impl FromStr for StepKind {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|kind| kind.slug() == text).ok_or(())
    }
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRecord {
    /// From 1, without gaps.
    pub sequence: i32,
    /// What happened.
    pub kind: StepKind,
    /// To which photo, from 1; none: to the whole.
    pub photo: Option<i32>,
    /// The slug of a photo problem or of the reason of a failure.
    pub detail: Option<String>,
    /// When.
    pub occurred_at: Timestamp,
}

/// A step to note.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step<'a> {
    kind: StepKind,
    photo: Option<i32>,
    detail: Option<&'a str>,
}

impl<'a> Step<'a> {
    pub(super) const fn of_whole(kind: StepKind) -> Self {
        Self { kind, photo: None, detail: None }
    }

    pub(super) const fn of_photo(kind: StepKind, number: i32, detail: Option<&'a str>) -> Self {
        Self { kind, photo: Some(number), detail }
    }

    /// The step an outcome is; none of a state that is no outcome.
    pub(super) fn of_outcome(state: AnalysisState) -> Option<Self> {
        let kind = match state {
            AnalysisState::Completed => StepKind::Completed,
            AnalysisState::Failed(_) => StepKind::Failed,
            AnalysisState::Open | AnalysisState::Processing => return None,
        };
        Some(Self { kind, photo: None, detail: state.failure_reason().map(FailureReason::slug) })
    }
}

/// Notes steps of an analysis that is new or held in this transaction.
pub(super) fn note(
    conn: &mut Conn,
    (agency, analysis): (&AgencyId, &AnalysisId),
    steps: &[Step<'_>],
    now: Timestamp,
) -> Result<(), DbError> {
    let last: Option<i32> =
        table::table.filter(table::analysis_id.eq(analysis.as_str())).select(diesel::dsl::max(table::sequence)).first(conn)?;
    for (sequence, step) in (last.unwrap_or(0) + 1..).zip(steps) {
        diesel::insert_into(table::table)
            .values((
                table::analysis_id.eq(analysis.as_str()),
                table::sequence.eq(sequence),
                table::agency_id.eq(agency.as_str()),
                table::what.eq(step.kind.slug()),
                table::photo.eq(step.photo),
                table::detail.eq(step.detail),
                table::occurred_at.eq(now.epoch_millis()),
            ))
            .execute(conn)
            .map_err(DbError::of_insert)?;
    }
    Ok(())
}

/// Forgets what happened to an analysis.
pub(super) fn erase(conn: &mut Conn, analysis: &AnalysisId) -> Result<(), DbError> {
    diesel::delete(table::table.filter(table::analysis_id.eq(analysis.as_str()))).execute(conn)?;
    Ok(())
}

type Row = (i32, String, Option<i32>, Option<String>, i64);

impl Tx<'_, AgencyScope> {
    /// What happened to one of the agency's analyses after step `after`, in order; at most [`STEPS_A_READ_MAX`]. Nothing for
    /// another's analysis, after the report's end, and a day later.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn list_progress(&mut self, analysis: &AnalysisId, after: i32) -> Result<Vec<StepRecord>, DbError> {
        let rows: Vec<Row> = table::table
            .filter(table::analysis_id.eq(analysis.as_str()))
            .filter(table::agency_id.eq(self.scope.0.as_str()))
            .filter(table::sequence.gt(after))
            .order(table::sequence.asc())
            .limit(STEPS_A_READ_MAX)
            .select((table::sequence, table::what, table::photo, table::detail, table::occurred_at))
            .load(self.conn)?;
        rows.into_iter()
            .map(|(sequence, what, photo, detail, occurred_at)| {
                let kind = word("progress.what", &what)?;
                Ok(StepRecord { sequence, kind, photo, detail, occurred_at: Timestamp::from_epoch_millis(occurred_at) })
            })
            .collect()
    }
}

impl Tx<'_, SystemScope> {
    /// The report of an analysis is being made now, by the holder of the lease.
    ///
    /// # Errors
    /// [`DbError::StaleFence`] if somebody else has taken over or the analysis has its outcome.
    pub fn note_rendering(&mut self, analysis: &AnalysisId, fence: i64, now: Timestamp) -> Result<(), DbError> {
        let found = super::leases::check_fence(self.conn, analysis, fence)?;
        if found.state.is_outcome() {
            return Err(DbError::StaleFence { analysis: analysis.clone() });
        }
        note(self.conn, (&found.agency, analysis), &[Step::of_whole(StepKind::Rendering)], now)
    }

    /// Forgets every step before then. Answers how many.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn delete_progress_before(&mut self, cutoff: Timestamp) -> Result<usize, DbError> {
        Ok(diesel::delete(table::table.filter(table::occurred_at.le(cutoff.epoch_millis()))).execute(self.conn)?)
    }
}
