//! An agency's analyses, page by page.

use diesel::prelude::*;

use super::analyses::AnalysisRow;
use super::schema::analyses;
use super::scope::{AgencyScope, Tx};
use super::{AnalysisRecord, DbError};
use crate::domain::{AnalysisId, Product, Timestamp};

/// Which analyses; what is not set leaves all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnalysisFilter {
    /// In this state, by its slug; a failure of any reason.
    pub state: Option<&'static str>,
    /// Of this product.
    pub product: Option<Product>,
    /// With this reference: its keyed digests, one for each key of the ring.
    pub reference_digests: Option<Vec<Vec<u8>>>,
    /// Begun later than this.
    pub created_after: Option<Timestamp>,
    /// Begun earlier than this.
    pub created_before: Option<Timestamp>,
}

impl Tx<'_, AgencyScope> {
    /// The agency's analyses, newest first; those older than `before`; at most `limit`.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn list_analyses(&mut self, before: Option<&AnalysisId>, limit: u32) -> Result<Vec<AnalysisRecord>, DbError> {
        self.search_analyses(&AnalysisFilter::default(), before, limit)
    }

    /// As [`Tx::list_analyses`], of those the filter leaves.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn search_analyses(
        &mut self,
        filter: &AnalysisFilter,
        before: Option<&AnalysisId>,
        limit: u32,
    ) -> Result<Vec<AnalysisRecord>, DbError> {
        let AnalysisFilter { state, product, reference_digests, created_after, created_before } = filter;
        let mut query = analyses::table
            .filter(analyses::agency_id.eq(self.scope.0.as_str()))
            .order(analyses::id.desc())
            .limit(i64::from(limit))
            .select(AnalysisRow::as_select())
            .into_boxed();
        if let Some(before) = before {
            query = query.filter(analyses::id.lt(before.as_str()));
        }
        if let Some(state) = state {
            query = query.filter(analyses::state.eq(*state));
        }
        if let Some(product) = product {
            query = query.filter(analyses::product.eq(product.slug()));
        }
        if let Some(digests) = reference_digests {
            query = query.filter(analyses::reference_digest.eq_any(digests));
        }
        if let Some(after) = created_after {
            query = query.filter(analyses::created_at.gt(after.epoch_millis()));
        }
        if let Some(before) = created_before {
            query = query.filter(analyses::created_at.lt(before.epoch_millis()));
        }
        let rows: Vec<AnalysisRow> = query.load(self.conn)?;
        rows.into_iter().map(AnalysisRecord::try_from).collect()
    }
}
