//! Where endpoints stand, and the words for it in their rows.

use super::DbError;
use crate::domain::StopReason;

/// Where an endpoint stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndpointStatus {
    /// Hears of events.
    Active,
    /// Its owner paused it, or its key was revoked.
    Paused,
    /// It failed for too long.
    Disabled,
    /// The receiver answered that it is gone, or wants nothing more.
    Gone,
}

impl EndpointStatus {
    /// All that anybody sees; the rows of deleted ones stay for their deliveries' sake, unseen.
    pub const ALL: [Self; 4] = [Self::Active, Self::Paused, Self::Disabled, Self::Gone];

    /// The word in the API.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Disabled => "disabled",
            Self::Gone => "gone",
        }
    }

    /// Where an endpoint that was stopped for a reason stands.
    pub const fn stopped(reason: StopReason) -> Self {
        match reason {
            StopReason::Owner | StopReason::KeyRevoked => Self::Paused,
            StopReason::Failures => Self::Disabled,
            StopReason::Receiver => Self::Gone,
        }
    }

    /// The word in the row; a disabled one is a paused one whose reason is its failures.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused | Self::Disabled => "paused",
            Self::Gone => "gone",
        }
    }

    pub(super) fn of_row(text: &str, reason: Option<StopReason>) -> Result<Self, DbError> {
        match (text, reason) {
            ("active", _) => Ok(Self::Active),
            ("paused", Some(StopReason::Failures)) => Ok(Self::Disabled),
            ("paused", _) => Ok(Self::Paused),
            ("gone", _) => Ok(Self::Gone),
            _ => Err(DbError::BadRow { column: "webhook_endpoints.status" }),
        }
    }
}

/// The word in the rows of deleted endpoints.
pub(super) const DELETED: &str = "deleted";
