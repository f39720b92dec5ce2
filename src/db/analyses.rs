//! Analyses as the agency sees them.

use diesel::prelude::*;

use super::DbError;
use super::conn::{Conn, locked};
use super::progress::{self, Step, StepKind};
use super::schema::{analyses, photos};
use super::scope::{AgencyScope, SystemScope, Tx};
use super::words::{number, time_or_none, word, word_or_none};
use crate::domain::{AgencyId, AnalysisId, AnalysisState, ApiKeyId, FailureReason, Product, Timestamp, UserId};

/// Who started an analysis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A program; its endpoints hear of it.
    ApiKey(ApiKeyId),
    /// A person, by the web form.
    User(UserId),
}

impl Origin {
    /// The key whose endpoints hear of it.
    pub const fn api_key(&self) -> Option<&ApiKeyId> {
        match self {
            Self::ApiKey(key) => Some(key),
            Self::User(_) => None,
        }
    }

    /// The person who sent it.
    pub const fn user(&self) -> Option<&UserId> {
        match self {
            Self::User(user) => Some(user),
            Self::ApiKey(_) => None,
        }
    }
}

/// A new analysis of the agency in scope.
#[derive(Debug, Clone)]
pub struct NewAnalysis {
    /// Its id.
    pub id: AnalysisId,
    /// Who started it.
    pub origin: Origin,
    /// What was asked.
    pub product: Product,
    /// Whether picture content goes into the report.
    pub previews: bool,
    /// The customer's own reference, sealed.
    pub reference_sealed: Option<Vec<u8>>,
    /// Keyed digest of the reference, to find it by.
    pub reference_digest: Option<Vec<u8>>,
    /// How long the report will live, in milliseconds, above 0.
    pub life_ms: i64,
    /// The size in bytes of each photo, in order.
    pub photos: Vec<i64>,
    /// Open or processing.
    pub state: AnalysisState,
    /// The interrupted one it replaces.
    pub retry_of: Option<AnalysisId>,
    /// The node that holds the photos; of no meaning while it is open.
    pub lease_owner: String,
    /// Abandoned if nobody renews the lease by then.
    pub lease_until: Timestamp,
    /// When.
    pub created_at: Timestamp,
}

/// The fence of an analysis that nobody has taken over.
pub(super) const FIRST_FENCE: i64 = 1;

/// An analysis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnalysisRecord {
    /// Its id.
    pub id: AnalysisId,
    /// Whose.
    pub agency: AgencyId,
    /// Who started it.
    pub origin: Origin,
    /// What was asked.
    pub product: Product,
    /// Whether picture content goes into the report.
    pub previews: bool,
    /// The customer's own reference, sealed; none after the report's end.
    pub reference_sealed: Option<Vec<u8>>,
    /// Photos in it, as sent.
    pub photo_count: i32,
    /// How long the report lives, in milliseconds.
    pub life_ms: i64,
    /// Where it stands.
    pub state: AnalysisState,
    /// The interrupted one it replaces.
    pub retry_of: Option<AnalysisId>,
    /// Rises by one each time another node takes over; writes with an older one change nothing.
    pub fence: i64,
    /// Since when.
    pub created_at: Timestamp,
    /// When it reached its outcome.
    pub ended_at: Option<Timestamp>,
    /// Whether a test key made it: the report says so, and nothing of it is counted.
    pub is_test: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = analyses)]
pub(super) struct AnalysisRow {
    pub(super) id: String,
    agency_id: String,
    api_key_id: Option<String>,
    user_id: Option<String>,
    product: String,
    previews: bool,
    reference_sealed: Option<Vec<u8>>,
    photo_count: i32,
    life_ms: i64,
    state: String,
    failure_reason: Option<String>,
    retry_of: Option<String>,
    fence: i64,
    created_at: i64,
    ended_at: Option<i64>,
    is_test: bool,
}

impl TryFrom<AnalysisRow> for AnalysisRecord {
    type Error = DbError;
    fn try_from(row: AnalysisRow) -> Result<Self, DbError> {
        let origin = match (row.api_key_id, row.user_id) {
            (Some(key), None) => Origin::ApiKey(word("analyses.api_key_id", &key)?),
            (None, Some(user)) => Origin::User(word("analyses.user_id", &user)?),
            _ => return Err(DbError::BadRow { column: "analyses.user_id" }),
        };
        let state = AnalysisState::from_slugs(&row.state, row.failure_reason.as_deref())
            .ok_or(DbError::BadRow { column: "analyses.state" })?;
        Ok(Self {
            id: word("analyses.id", &row.id)?,
            agency: word("analyses.agency_id", &row.agency_id)?,
            origin,
            product: word("analyses.product", &row.product)?,
            previews: row.previews,
            reference_sealed: row.reference_sealed,
            photo_count: row.photo_count,
            life_ms: row.life_ms,
            state,
            retry_of: word_or_none("analyses.retry_of", row.retry_of.as_deref())?,
            fence: row.fence,
            created_at: Timestamp::from_epoch_millis(row.created_at),
            ended_at: time_or_none(row.ended_at),
            is_test: row.is_test,
        })
    }
}

/// One analysis, whoever's; for the scopes that may.
pub(super) fn find(conn: &mut Conn, analysis: &AnalysisId) -> Result<Option<AnalysisRecord>, DbError> {
    let row: Option<AnalysisRow> =
        analyses::table.find(analysis.as_str()).select(AnalysisRow::as_select()).first(conn).optional()?;
    row.map(AnalysisRecord::try_from).transpose()
}

/// As [`find`], for whoever decides upon it.
pub(super) fn find_locked(conn: &mut Conn, analysis: &AnalysisId) -> Result<Option<AnalysisRecord>, DbError> {
    let row: Option<AnalysisRow> =
        locked!(conn, analyses::table.find(analysis.as_str()).select(AnalysisRow::as_select()), first).optional()?;
    row.map(AnalysisRecord::try_from).transpose()
}

impl Tx<'_, AgencyScope> {
    /// A new analysis with its photos, all received. Answers whether it is a test, as its key is.
    ///
    /// # Errors
    /// [`DbError::AlreadyThere`]; [`DbError::NotThere`] for a key or person of another agency; what the engine refuses.
    pub fn insert_analysis(&mut self, new: &NewAnalysis) -> Result<bool, DbError> {
        let is_test = self.check_origin(&new.origin)?;
        // An open analysis is in nobody's hands.
        let is_held = new.state != AnalysisState::Open;
        let photo_count: i32 = i32::try_from(new.photos.len()).map_err(|_| DbError::BadRow { column: "analyses.photo_count" })?;
        diesel::insert_into(analyses::table)
            .values((
                (
                    analyses::id.eq(new.id.as_str()),
                    analyses::agency_id.eq(self.scope.0.as_str()),
                    analyses::api_key_id.eq(new.origin.api_key().map(ApiKeyId::as_str)),
                    analyses::user_id.eq(new.origin.user().map(UserId::as_str)),
                    analyses::product.eq(new.product.slug()),
                    analyses::previews.eq(new.previews),
                    analyses::reference_sealed.eq(new.reference_sealed.as_ref()),
                    analyses::photo_count.eq(photo_count),
                ),
                (
                    analyses::life_ms.eq(new.life_ms),
                    analyses::state.eq(new.state.slug()),
                    analyses::failure_reason.eq(new.state.failure_reason().map(FailureReason::slug)),
                    analyses::retry_of.eq(new.retry_of.as_ref().map(AnalysisId::as_str)),
                    analyses::lease_owner.eq(is_held.then_some(new.lease_owner.as_str())),
                    analyses::lease_until.eq(is_held.then_some(new.lease_until.epoch_millis())),
                    analyses::fence.eq(FIRST_FENCE),
                    analyses::created_at.eq(new.created_at.epoch_millis()),
                ),
                (analyses::is_test.eq(is_test), analyses::reference_digest.eq(new.reference_digest.as_ref())),
            ))
            .execute(self.conn)
            .map_err(DbError::of_insert)?;
        for (number, size_bytes) in (1_i32..).zip(&new.photos) {
            diesel::insert_into(photos::table)
                .values((
                    photos::analysis_id.eq(new.id.as_str()),
                    photos::number.eq(number),
                    photos::agency_id.eq(self.scope.0.as_str()),
                    photos::size_bytes.eq(*size_bytes),
                    photos::state.eq(super::PhotoState::Received.slug()),
                ))
                .execute(self.conn)?;
        }
        let received = (1..=photo_count).map(|number| Step::of_photo(StepKind::Received, number, None));
        let steps: Vec<_> = received.chain(is_held.then_some(Step::of_whole(StepKind::Queued))).collect();
        progress::note(self.conn, (&self.scope.0, &new.id), &steps, new.created_at)?;
        Ok(is_test)
    }

    /// Whether what comes of it is a test.
    fn check_origin(&mut self, origin: &Origin) -> Result<bool, DbError> {
        match origin {
            Origin::ApiKey(key) => self.find_api_key(key)?.map(|key| key.is_test).ok_or(DbError::NotThere { what: "API key" }),
            Origin::User(user) => {
                let ours = self.list_users()?.iter().any(|known| known.id == *user);
                if ours { Ok(false) } else { Err(DbError::NotThere { what: "person" }) }
            }
        }
    }

    /// One of the agency's analyses.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn find_analysis(&mut self, analysis: &AnalysisId) -> Result<Option<AnalysisRecord>, DbError> {
        Ok(find(self.conn, analysis)?.filter(|found| found.agency == self.scope.0))
    }

    /// Analyses of the agency that have no outcome yet.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn count_running(&mut self) -> Result<u64, DbError> {
        let count: i64 = analyses::table
            .filter(analyses::agency_id.eq(self.scope.0.as_str()))
            .filter(super::leases::under_way())
            .count()
            .get_result(self.conn)?;
        number("analyses.id", count)
    }
}

impl Tx<'_, SystemScope> {
    /// One analysis, whoever's.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn find_analysis_any(&mut self, analysis: &AnalysisId) -> Result<Option<AnalysisRecord>, DbError> {
        find(self.conn, analysis)
    }
}
