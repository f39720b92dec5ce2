//! The life of an analysis and of its report, as one pure transition table.
//!
//! `open → processing → completed | failed(reason)`, and for the report `live → expired | deleted`.

use std::fmt;
use std::str::FromStr;

/// Why an analysis ended without a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FailureReason {
    /// The node that held the photos stopped; they were never stored, so they must be sent again.
    Interrupted,
    /// Not one of the photos could be measured.
    NoUsablePhoto,
    /// It took longer than an analysis may take.
    Deadline,
    /// The customer cancelled it.
    Cancelled,
}

impl FailureReason {
    /// All reasons.
    pub const ALL: [Self; 4] = [Self::Interrupted, Self::NoUsablePhoto, Self::Deadline, Self::Cancelled];

    /// The word in the API, events and database.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Interrupted => "interrupted",
            Self::NoUsablePhoto => "no_usable_photo",
            Self::Deadline => "deadline",
            Self::Cancelled => "cancelled",
        }
    }

    /// What it means and what to do, as one sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Interrupted => "The service stopped while it held your photos. Nothing was kept; please send them again.",
            Self::NoUsablePhoto => "None of the photos could be measured. The list says why for each.",
            Self::Deadline => "The analysis took longer than it may. Nothing was kept; please send the photos again.",
            Self::Cancelled => "The analysis was cancelled. Nothing was kept.",
        }
    }
}

/// Where an analysis stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AnalysisState {
    /// Takes photos, one at a time.
    Open,
    /// All photos are here; measuring or rendering.
    Processing,
    /// A report was stored.
    Completed,
    /// Ended without a report.
    Failed(FailureReason),
}

impl AnalysisState {
    /// The word in the API, events and database; the reason stands apart.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Failed(_) => "failed",
        }
    }

    /// The reason of a failed one.
    pub const fn failure_reason(self) -> Option<FailureReason> {
        match self {
            Self::Failed(reason) => Some(reason),
            Self::Open | Self::Processing | Self::Completed => None,
        }
    }

    /// Whether nothing more will happen to it.
    pub const fn is_outcome(self) -> bool {
        matches!(self, Self::Completed | Self::Failed(_))
    }

    /// From the two words a row holds.
    pub fn from_slugs(state: &str, reason: Option<&str>) -> Option<Self> {
        match (state, reason) {
            ("open", None) => Some(Self::Open),
            ("processing", None) => Some(Self::Processing),
            ("completed", None) => Some(Self::Completed),
            ("failed", Some(slug)) => FailureReason::ALL.into_iter().find(|r| r.slug() == slug).map(Self::Failed),
            _ => None,
        }
    }
}

/// What can happen to an analysis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transition {
    /// The customer says that all photos are here.
    Submit,
    /// Report stored.
    Complete,
    /// Ends without a report.
    Fail(FailureReason),
}

/// A transition the table does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an analysis that is {from} does not take {transition:?}", from = from.slug())]
pub struct IllegalTransition {
    /// Where it stood.
    pub from: AnalysisState,
    /// What was asked.
    pub transition: Transition,
}

impl AnalysisState {
    /// The one transition table of the product. An outcome is final.
    ///
    /// # Errors
    /// [`IllegalTransition`] for every pair the table does not name.
    pub const fn apply(self, transition: Transition) -> Result<Self, IllegalTransition> {
        match (self, transition) {
            (Self::Open, Transition::Submit) => Ok(Self::Processing),
            (Self::Processing, Transition::Complete) => Ok(Self::Completed),
            (Self::Open | Self::Processing, Transition::Fail(reason)) => Ok(Self::Failed(reason)),
            (from, transition) => Err(IllegalTransition { from, transition }),
        }
    }
}

/// Why a report ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeletionCause {
    /// Its days were over.
    Expired,
    /// Somebody who may asked for it.
    Requested,
    /// The agency's account ended.
    AccountDeleted,
}

impl DeletionCause {
    /// All causes.
    pub const ALL: [Self; 3] = [Self::Expired, Self::Requested, Self::AccountDeleted];

    /// The word in the API, events, receipts and database.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Requested => "requested",
            Self::AccountDeleted => "account_deleted",
        }
    }

    /// The life a report has after ending so.
    pub const fn life(self) -> ReportLife {
        match self {
            Self::Expired => ReportLife::Expired,
            Self::Requested | Self::AccountDeleted => ReportLife::Deleted,
        }
    }
}

impl FromStr for DeletionCause {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|cause| cause.slug() == text).ok_or(())
    }
}

/// Where a report stands: `live → expired | deleted`, never back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReportLife {
    /// Readable.
    Live,
    /// Ended by its date; its key is destroyed.
    Expired,
    /// Ended by request; its key is destroyed.
    Deleted,
}

impl ReportLife {
    /// The word in the API and database.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Expired => "expired",
            Self::Deleted => "deleted",
        }
    }
}

impl FromStr for ReportLife {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Live, Self::Expired, Self::Deleted].into_iter().find(|life| life.slug() == text).ok_or(())
    }
}

impl fmt::Display for AnalysisState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_table() {
        use AnalysisState::{Completed, Failed, Open, Processing};
        let fail = FailureReason::Interrupted;
        let states = [Open, Processing, Completed, Failed(fail)];
        let transitions = [Transition::Submit, Transition::Complete, Transition::Fail(fail)];
        let table: Vec<Option<AnalysisState>> =
            states.iter().flat_map(|s| transitions.iter().map(|t| s.apply(*t).ok())).collect();
        assert_eq!(
            table,
            [
                Some(Processing),
                None,
                Some(Failed(fail)),
                None,
                Some(Completed),
                Some(Failed(fail)),
                None,
                None,
                None,
                None,
                None,
                None,
            ]
        );
    }

    #[test]
    fn slugs_come_back() {
        for reason in FailureReason::ALL {
            let state = AnalysisState::Failed(reason);
            assert_eq!(AnalysisState::from_slugs(state.slug(), Some(reason.slug())), Some(state));
        }
        assert_eq!(AnalysisState::from_slugs("failed", None), None);
        assert_eq!(AnalysisState::from_slugs("completed", Some("deadline")), None);
    }
}
