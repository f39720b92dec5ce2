//! Photos that were put one at a time: who measures each, and where its sealed partial result is. The object's name stands
//! here before the object is stored, and until it is deleted.

use diesel::prelude::*;

use super::conn::Conn;
use super::open_analyses::has_ended;
use super::progress::{self, Step, StepKind};
use super::schema::{analyses, partials, photos};
use super::scope::{AgencyScope, SystemScope, Tx};
use super::words::{time_or_none, word};
use super::{DbError, PhotoState, analyses as rows};
use crate::domain::{AnalysisId, Timestamp};

/// The fence of a photo that nobody has put twice.
const FIRST_FENCE: i64 = 1;

/// A photo of an open analysis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartialRecord {
    /// Number in the set, from 1.
    pub number: i32,
    /// Size in bytes, as sent.
    pub size_bytes: i64,
    /// What became of it.
    pub state: PhotoState,
    /// Why it is unusable: the slug of a photo problem.
    pub problem: Option<String>,
    /// Keyed digest of its content.
    pub content_digest: Vec<u8>,
    /// The name of its sealed partial result.
    pub object: String,
    /// While it is being measured: until when its node's word counts.
    pub lease_until: Option<Timestamp>,
    /// Rises each time a lost photo is put again.
    pub fence: i64,
}

impl PartialRecord {
    /// Whether it was lost with the node that measured it.
    pub fn is_lost(&self, now: Timestamp) -> bool {
        self.lease_until.is_some_and(|until| until <= now)
    }
}

/// A photo that was put, to be measured by the node that has it.
#[derive(Debug, Clone)]
pub struct NewPartial {
    /// Of which analysis.
    pub analysis: AnalysisId,
    /// Number in the set, from 1.
    pub number: i32,
    /// Size in bytes.
    pub size_bytes: i64,
    /// Keyed digest of its content.
    pub content_digest: [u8; 32],
    /// What its partial result will be called.
    pub object: String,
    /// The node.
    pub lease_owner: String,
    /// Lost if nobody renews the lease by then.
    pub lease_until: Timestamp,
    /// Now.
    pub received_at: Timestamp,
}

/// A partial result whose analysis has its outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftoverPartial {
    /// Of which analysis.
    pub analysis: AnalysisId,
    /// Which photo.
    pub number: i32,
    /// The object.
    pub object: String,
}

type Row = (i32, i64, String, Option<String>, Vec<u8>, String, Option<i64>, i64);

fn list(conn: &mut Conn, analysis: &AnalysisId) -> Result<Vec<PartialRecord>, DbError> {
    let same_photo = photos::analysis_id.eq(partials::analysis_id).and(photos::number.eq(partials::number));
    let rows: Vec<Row> = partials::table
        .inner_join(photos::table.on(same_photo))
        .filter(partials::analysis_id.eq(analysis.as_str()))
        .order(partials::number.asc())
        .select((
            partials::number,
            photos::size_bytes,
            photos::state,
            photos::problem,
            partials::content_digest,
            partials::object,
            partials::lease_until,
            partials::fence,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(number, size_bytes, state, problem, content_digest, object, lease_until, fence)| {
            let state = word("photos.state", &state)?;
            let lease_until = time_or_none(lease_until);
            Ok(PartialRecord { number, size_bytes, state, problem, content_digest, object, lease_until, fence })
        })
        .collect()
}

impl Tx<'_, AgencyScope> {
    /// The photos put so far to one of the agency's analyses, by number.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn list_partials(&mut self, analysis: &AnalysisId) -> Result<Vec<PartialRecord>, DbError> {
        if self.find_analysis(analysis)?.is_none() { Ok(Vec::new()) } else { list(self.conn, analysis) }
    }

    /// A photo of an analysis held in this transaction, at a number that is free.
    ///
    /// # Errors
    /// [`DbError::AlreadyThere`] for a number that is taken, and what the engine refuses.
    pub fn insert_partial(&mut self, new: &NewPartial) -> Result<i64, DbError> {
        diesel::insert_into(photos::table)
            .values((
                photos::analysis_id.eq(new.analysis.as_str()),
                photos::number.eq(new.number),
                photos::agency_id.eq(self.scope.0.as_str()),
                photos::size_bytes.eq(new.size_bytes),
                photos::state.eq(PhotoState::Received.slug()),
            ))
            .execute(self.conn)
            .map_err(DbError::of_insert)?;
        diesel::insert_into(partials::table)
            .values((
                partials::analysis_id.eq(new.analysis.as_str()),
                partials::number.eq(new.number),
                partials::agency_id.eq(self.scope.0.as_str()),
                partials::content_digest.eq(new.content_digest.to_vec()),
                partials::object.eq(&new.object),
                partials::lease_owner.eq(&new.lease_owner),
                partials::lease_until.eq(Some(new.lease_until.epoch_millis())),
                partials::fence.eq(FIRST_FENCE),
            ))
            .execute(self.conn)
            .map_err(DbError::of_insert)?;
        diesel::update(analyses::table.find(new.analysis.as_str()))
            .filter(analyses::agency_id.eq(self.scope.0.as_str()))
            .set(analyses::photo_count.eq(analyses::photo_count + 1))
            .execute(self.conn)?;
        self.note_received(new)?;
        Ok(FIRST_FENCE)
    }

    fn note_received(&mut self, new: &NewPartial) -> Result<(), DbError> {
        let received = Step::of_photo(StepKind::Received, new.number, None);
        progress::note(self.conn, (&self.scope.0, &new.analysis), &[received], new.received_at)
    }

    /// Puts a photo in the place of one that was lost, in an analysis held in this transaction. Answers the new fence.
    ///
    /// # Errors
    /// [`DbError::NotThere`], and what the engine refuses.
    pub fn replace_partial(&mut self, lost: &PartialRecord, new: &NewPartial) -> Result<i64, DbError> {
        let fence = lost.fence + 1;
        let changed = diesel::update(partials::table.find((new.analysis.as_str(), new.number)))
            .filter(partials::agency_id.eq(self.scope.0.as_str()))
            .set((
                partials::content_digest.eq(new.content_digest.to_vec()),
                partials::object.eq(&new.object),
                partials::lease_owner.eq(&new.lease_owner),
                partials::lease_until.eq(Some(new.lease_until.epoch_millis())),
                partials::fence.eq(fence),
            ))
            .execute(self.conn)?;
        if changed == 0 {
            return Err(DbError::NotThere { what: "photo" });
        }
        diesel::update(photos::table.find((new.analysis.as_str(), new.number)))
            .filter(photos::agency_id.eq(self.scope.0.as_str()))
            .set((
                photos::size_bytes.eq(new.size_bytes),
                photos::state.eq(PhotoState::Received.slug()),
                photos::problem.eq(None::<String>),
            ))
            .execute(self.conn)?;
        self.note_received(new)?;
        Ok(fence)
    }
}

impl Tx<'_, SystemScope> {
    /// The photos put so far to an analysis, whoever's, by number.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn list_partials_any(&mut self, analysis: &AnalysisId) -> Result<Vec<PartialRecord>, DbError> {
        list(self.conn, analysis)
    }

    /// A photo is measured and its partial result stored; by the node that has it.
    ///
    /// # Errors
    /// [`DbError::StaleFence`] if it was put again in the meantime or the analysis has its outcome.
    pub fn settle_partial(
        &mut self,
        analysis: &AnalysisId,
        number: i32,
        fence: i64,
        (state, problem): (PhotoState, Option<&str>),
        now: Timestamp,
    ) -> Result<(), DbError> {
        let stale = || DbError::StaleFence { analysis: analysis.clone() };
        let found = rows::find_locked(self.conn, analysis)?.ok_or_else(stale)?;
        let changed = diesel::update(partials::table.find((analysis.as_str(), number)))
            .filter(partials::fence.eq(fence))
            .filter(partials::lease_until.is_not_null())
            .set(partials::lease_until.eq(None::<i64>))
            .execute(self.conn)?;
        if changed == 0 || found.state.is_outcome() {
            return Err(stale());
        }
        diesel::update(photos::table.find((analysis.as_str(), number)))
            .set((photos::state.eq(state.slug()), photos::problem.eq(problem)))
            .execute(self.conn)?;
        progress::note(self.conn, (&found.agency, analysis), &[Step::of_photo(state.step(), number, problem)], now)
    }

    /// A photo will not be measured by the node that has it: from now on it may be put again.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn give_partial_up(&mut self, analysis: &AnalysisId, number: i32, fence: i64, now: Timestamp) -> Result<(), DbError> {
        diesel::update(partials::table.find((analysis.as_str(), number)))
            .filter(partials::fence.eq(fence))
            .filter(partials::lease_until.is_not_null())
            .set(partials::lease_until.eq(Some(now.epoch_millis())))
            .execute(self.conn)?;
        Ok(())
    }

    /// Prolongs the leases of `owner` on the photos it measures, known by the names of their objects. Answers how many there are.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn renew_partial_leases(
        &mut self,
        owner: &str,
        measuring: &[String],
        now: Timestamp,
        until: Timestamp,
    ) -> Result<usize, DbError> {
        // One that has ended is lost: somebody may have been told so.
        let renewed = diesel::update(partials::table.filter(partials::lease_owner.eq(owner)))
            .filter(partials::object.eq_any(measuring))
            .filter(partials::lease_until.gt(now.epoch_millis()))
            .set(partials::lease_until.eq(Some(until.epoch_millis())))
            .execute(self.conn)?;
        Ok(renewed)
    }

    /// Ends the leases on photos that a node held before it ended; without a name those of all nodes, only where this process is
    /// the only one and just started.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn end_partial_leases(&mut self, owner: Option<&str>, now: Timestamp) -> Result<usize, DbError> {
        let mut ending = diesel::update(partials::table)
            .filter(partials::lease_until.gt(now.epoch_millis()))
            .set(partials::lease_until.eq(Some(now.epoch_millis())))
            .into_boxed();
        if let Some(owner) = owner {
            ending = ending.filter(partials::lease_owner.eq(owner));
        }
        Ok(ending.execute(self.conn)?)
    }

    /// Partial results of analyses that have their outcome, but for those a node may still be about to store; at most
    /// `limit`. Of one analysis, or of all.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn list_leftover_partials(
        &mut self,
        of: Option<&AnalysisId>,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<LeftoverPartial>, DbError> {
        let mut query = partials::table
            .inner_join(analyses::table.on(analyses::id.eq(partials::analysis_id)))
            .filter(has_ended())
            .filter(partials::lease_until.is_null().or(partials::lease_until.le(now.epoch_millis())))
            .order((partials::analysis_id.asc(), partials::number.asc()))
            .limit(i64::from(limit))
            .select((partials::analysis_id, partials::number, partials::object))
            .into_boxed();
        if let Some(analysis) = of {
            query = query.filter(partials::analysis_id.eq(analysis.as_str()));
        }
        let rows: Vec<(String, i32, String)> = query.load(self.conn)?;
        rows.into_iter()
            .map(|(analysis, number, object)| {
                Ok(LeftoverPartial { analysis: word("partials.analysis_id", &analysis)?, number, object })
            })
            .collect()
    }

    /// The object is gone from the store.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn forget_partial(&mut self, leftover: &LeftoverPartial) -> Result<(), DbError> {
        diesel::delete(partials::table.find((leftover.analysis.as_str(), leftover.number)))
            .filter(partials::object.eq(&leftover.object))
            .execute(self.conn)?;
        Ok(())
    }
}
