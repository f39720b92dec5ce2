//! What an API key did, as far as rows tell: analyses, endpoints and keys it made, and analyses it had destroyed.
//!
//! Reading, cancelling and changing leave no rows, and so are not here.

use std::str::FromStr;

use diesel::prelude::*;

use super::DbError;
use super::conn::Conn;
use super::schema::{analyses, api_keys, receipts, webhook_endpoints as endpoints};
use super::scope::{AgencyScope, Tx};
use super::words::word;
use crate::domain::{AnalysisId, ApiKeyId, Timestamp};

/// What was done. In the order of deeds of the same moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeedKind {
    /// It sent or opened an analysis.
    AnalysisMade,
    /// It had an analysis destroyed.
    AnalysisDeleted,
    /// It made a webhook endpoint.
    EndpointMade,
    /// It made another key.
    KeyMade,
}

impl DeedKind {
    /// All, in their order.
    pub const ALL: [Self; 4] = [Self::AnalysisMade, Self::AnalysisDeleted, Self::EndpointMade, Self::KeyMade];

    /// The word in the API.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::AnalysisMade => "analysis.created",
            Self::AnalysisDeleted => "analysis.deleted",
            Self::EndpointMade => "endpoint.created",
            Self::KeyMade => "key.created",
        }
    }
}

impl FromStr for DeedKind {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|kind| kind.slug() == text).ok_or(())
    }
}

/// Something a key did. Sorts by time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyDeed {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: DeedKind,
    /// The analysis, endpoint or key it was done to.
    pub id: String,
    /// State of the analysis or endpoint now, the receipt of a deletion; of a key `revoked` or `active`.
    pub state: String,
}

type Row = (i64, String, String);

/// Where a page of one kind begins: rows of exactly `at` count if their id is above `above`.
struct From<'f> {
    at: i64,
    above: Option<&'f str>,
}

impl Tx<'_, AgencyScope> {
    /// What one of the agency's keys did since then, oldest first, past `after`; at most `limit`.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn list_key_deeds(
        &mut self,
        key: &ApiKeyId,
        since: Timestamp,
        after: Option<&KeyDeed>,
        limit: u32,
    ) -> Result<Vec<KeyDeed>, DbError> {
        let agency = self.scope.0.clone();
        let mut deeds = Vec::new();
        for kind in DeedKind::ALL {
            let from = begin(kind, since, after);
            let rows = rows_of(self.conn, kind, (agency.as_str(), key.as_str()), &from, i64::from(limit))?;
            deeds.extend(rows.into_iter().map(|(at, id, state)| KeyDeed {
                at: Timestamp::from_epoch_millis(at),
                kind,
                id,
                state,
            }));
        }
        deeds.sort();
        deeds.truncate(limit as usize);
        Ok(deeds)
    }

    /// Analyses one of the agency's keys made since then that were neither destroyed nor ended by time, oldest first; at most
    /// `limit`.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn list_undestroyed_of_key(&mut self, key: &ApiKeyId, since: Timestamp, limit: u32) -> Result<Vec<AnalysisId>, DbError> {
        let receipt = receipts::table.filter(receipts::analysis_id.eq(analyses::id));
        let rows: Vec<String> = analyses::table
            .filter(analyses::agency_id.eq(self.scope.0.as_str()))
            .filter(analyses::api_key_id.eq(key.as_str()))
            .filter(analyses::created_at.ge(since.epoch_millis()))
            .filter(diesel::dsl::not(diesel::dsl::exists(receipt)))
            .order((analyses::created_at.asc(), analyses::id.asc()))
            .limit(i64::from(limit))
            .select(analyses::id)
            .load(self.conn)?;
        rows.iter().map(|id| word("analyses.id", id)).collect()
    }
}

/// Where rows of this kind begin behind `after`, a deed of any kind.
fn begin(kind: DeedKind, since: Timestamp, after: Option<&KeyDeed>) -> From<'_> {
    match after {
        Some(after) if after.at >= since => match kind.cmp(&after.kind) {
            // This kind's deeds of that moment came before it.
            std::cmp::Ordering::Less => From { at: after.at.epoch_millis().saturating_add(1), above: None },
            std::cmp::Ordering::Equal => From { at: after.at.epoch_millis(), above: Some(&after.id) },
            std::cmp::Ordering::Greater => From { at: after.at.epoch_millis(), above: None },
        },
        _ => From { at: since.epoch_millis(), above: None },
    }
}

/// Rows of one table behind a place, oldest first.
macro_rules! page {
    ($query:expr, $conn:expr, $from:expr, $limit:expr, $at:expr, $id:expr) => {{
        let mut query = $query.filter($at.ge($from.at)).order(($at.asc(), $id.asc())).limit($limit).into_boxed();
        if let Some(above) = $from.above {
            query = query.filter($at.gt($from.at).or($id.gt(above)));
        }
        query.load::<Row>($conn)?
    }};
}

fn rows_of(
    conn: &mut Conn,
    kind: DeedKind,
    (agency, key): (&str, &str),
    from: &From<'_>,
    limit: i64,
) -> Result<Vec<Row>, DbError> {
    Ok(match kind {
        DeedKind::AnalysisMade => {
            let made = analyses::table.filter(analyses::agency_id.eq(agency)).filter(analyses::api_key_id.eq(key));
            let made = made.select((analyses::created_at, analyses::id, analyses::state));
            page!(made, conn, from, limit, analyses::created_at, analyses::id)
        }
        DeedKind::AnalysisDeleted => {
            let asked = receipts::table.filter(receipts::agency_id.eq(agency)).filter(receipts::requested_by_key.eq(key));
            let asked = asked.select((receipts::created_at, receipts::analysis_id, receipts::id));
            page!(asked, conn, from, limit, receipts::created_at, receipts::analysis_id)
        }
        DeedKind::EndpointMade => {
            let made = endpoints::table.filter(endpoints::agency_id.eq(agency)).filter(endpoints::api_key_id.eq(key));
            let made = made.select((endpoints::created_at, endpoints::id, endpoints::status));
            page!(made, conn, from, limit, endpoints::created_at, endpoints::id)
        }
        DeedKind::KeyMade => {
            let made = api_keys::table.filter(api_keys::agency_id.eq(agency)).filter(api_keys::created_by_key.eq(key));
            let made = made.select((api_keys::created_at, api_keys::id, api_keys::revoked_at));
            let mut query = made.filter(api_keys::created_at.ge(from.at)).limit(limit).into_boxed();
            if let Some(above) = from.above {
                query = query.filter(api_keys::created_at.gt(from.at).or(api_keys::id.gt(above)));
            }
            let rows: Vec<(i64, String, Option<i64>)> =
                query.order((api_keys::created_at.asc(), api_keys::id.asc())).load(conn)?;
            let word = |end: Option<i64>| if end.is_some() { "revoked" } else { "active" };
            rows.into_iter().map(|(at, id, end)| (at, id, word(end).to_owned())).collect()
        }
    })
}
