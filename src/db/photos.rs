//! The photos of an analysis: number, size, what became of each. Never a name, never content.

use std::str::FromStr;

use diesel::prelude::*;

use super::DbError;
use super::leases::check_fence;
use super::progress::{self, Step, StepKind};
use super::schema::{partials, photos};
use super::scope::{AgencyScope, SystemScope, Tx};
use super::words::{time_or_none, word};
use crate::domain::{AnalysisId, Timestamp};

/// What became of a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhotoState {
    /// Waits or is being measured.
    Received,
    /// Measured.
    Measured,
    /// Could not be measured; the problem says why.
    Unusable,
}

impl PhotoState {
    /// All states.
    pub const ALL: [Self; 3] = [Self::Received, Self::Measured, Self::Unusable];

    /// The word in the API and database.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Measured => "measured",
            Self::Unusable => "unusable",
        }
    }

    /// The step to it.
    pub(super) const fn step(self) -> StepKind {
        match self {
            Self::Received => StepKind::Received,
            Self::Measured => StepKind::Measured,
            Self::Unusable => StepKind::Unusable,
        }
    }
}

impl FromStr for PhotoState {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|state| state.slug() == text).ok_or(())
    }
}

/// One photo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoRecord {
    /// Number in the set, from 1.
    pub number: i32,
    /// Size in bytes, as sent.
    pub size_bytes: i64,
    /// What became of it.
    pub state: PhotoState,
    /// Why it is unusable: the slug of a photo problem.
    pub problem: Option<String>,
    /// While it is measured in an open analysis: until when its node's word counts.
    pub lease_until: Option<Timestamp>,
}

impl PhotoRecord {
    /// Whether it was lost with the node that measured it, and may be put again.
    pub fn is_lost(&self, now: Timestamp) -> bool {
        self.lease_until.is_some_and(|until| until <= now)
    }
}

impl Tx<'_, AgencyScope> {
    /// The photos of one of the agency's analyses, by number; empty after the report's end, and for another's analysis.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn list_photos(&mut self, analysis: &AnalysisId) -> Result<Vec<PhotoRecord>, DbError> {
        let rows: Vec<(i32, i64, String, Option<String>)> = photos::table
            .filter(photos::analysis_id.eq(analysis.as_str()))
            .filter(photos::agency_id.eq(self.scope.0.as_str()))
            .order(photos::number.asc())
            .select((photos::number, photos::size_bytes, photos::state, photos::problem))
            .load(self.conn)?;
        let leases: Vec<(i32, Option<i64>)> = partials::table
            .filter(partials::analysis_id.eq(analysis.as_str()))
            .filter(partials::agency_id.eq(self.scope.0.as_str()))
            .select((partials::number, partials::lease_until))
            .load(self.conn)?;
        rows.into_iter()
            .map(|(number, size_bytes, state, problem)| {
                let lease = leases.iter().find(|(of, _)| *of == number).and_then(|(_, until)| *until);
                let state = word("photos.state", &state)?;
                Ok(PhotoRecord { number, size_bytes, state, problem, lease_until: time_or_none(lease) })
            })
            .collect()
    }
}

impl Tx<'_, SystemScope> {
    /// What became of a photo, by the holder of the lease. `problem` is the slug of a photo problem.
    ///
    /// # Errors
    /// [`DbError::StaleFence`] if somebody else has taken over or the analysis has its outcome, [`DbError::NotThere`].
    pub fn set_photo_state(
        &mut self,
        analysis: &AnalysisId,
        number: i32,
        fence: i64,
        (state, problem): (PhotoState, Option<&str>),
        now: Timestamp,
    ) -> Result<(), DbError> {
        let found = check_fence(self.conn, analysis, fence)?;
        if found.state.is_outcome() {
            return Err(DbError::StaleFence { analysis: analysis.clone() });
        }
        let changed = diesel::update(photos::table.find((analysis.as_str(), number)))
            .set((photos::state.eq(state.slug()), photos::problem.eq(problem)))
            .execute(self.conn)?;
        if changed == 0 {
            return Err(DbError::NotThere { what: "photo" });
        }
        progress::note(self.conn, (&found.agency, analysis), &[Step::of_photo(state.step(), number, problem)], now)
    }
}
