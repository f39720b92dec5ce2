//! What can go wrong when endpoints are kept and events are delivered.

use super::egress::{NotAllowed, UrlProblem};
use super::headers::HeaderProblem;
use crate::db::DbError;
use crate::domain::{DeliveryId, EndpointId};
use crate::vault::VaultError;

/// Why an event is not sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotDeliverable {
    /// The endpoint is not active.
    #[error("the endpoint takes no events; make it active first")]
    EndpointNotActive,
    /// The event is never attempted that late.
    #[error("the event's time is over")]
    EventOver,
    /// What it tells of was destroyed, and its body with it.
    #[error("the event's body was erased with what it tells of")]
    BodyErased,
    /// A node is at it.
    #[error("an attempt is being made at this moment; see how it ends")]
    UnderWay,
}

impl NotDeliverable {
    /// The word in the API.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::EndpointNotActive => "endpoint_not_active",
            Self::EventOver => "event_over",
            Self::BodyErased => "body_erased",
            Self::UnderWay => "under_way",
        }
    }
}

/// Why an endpoint could not be made, read or served.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// The URL is not one webhooks may be sent to.
    #[error(transparent)]
    Url(#[from] UrlProblem),
    /// The URL's host may not be connected to.
    #[error(transparent)]
    Host(#[from] NotAllowed),
    /// The key has as many endpoints as it may have.
    #[error("an API key may have {limit} webhook endpoints; delete one first")]
    TooManyEndpoints {
        /// The limit.
        limit: usize,
    },
    /// There is no such endpoint of this key.
    #[error("there is no webhook endpoint {endpoint}")]
    NoSuchEndpoint {
        /// The endpoint asked for.
        endpoint: EndpointId,
    },
    /// The endpoint is paused, disabled or gone, and is sent nothing.
    #[error("the webhook endpoint {endpoint} is not active; resume it first")]
    NotActive {
        /// The endpoint asked for.
        endpoint: EndpointId,
    },
    /// There is no such delivery to this endpoint.
    #[error("there is no delivery {delivery}")]
    NoSuchDelivery {
        /// The delivery asked for.
        delivery: DeliveryId,
    },
    /// It cannot be sent, again or at all.
    #[error("{reason}")]
    NotDeliverable {
        /// Why not.
        reason: NotDeliverable,
    },
    /// The endpoint's key was revoked: nothing brings it back.
    #[error("the key of the webhook endpoint {endpoint} was revoked; make the endpoint anew with another key")]
    KeyRevoked {
        /// The endpoint asked for.
        endpoint: EndpointId,
    },
    /// A header that may not be sent.
    #[error(transparent)]
    Header(#[from] HeaderProblem),
    /// A description of too many characters.
    #[error("a description has at most {limit} characters")]
    DescriptionTooLong {
        /// The limit.
        limit: usize,
    },
    /// Two secrets may not sign for that long.
    #[error("an overlap lasts at most {limit_secs} seconds")]
    OverlapTooLong {
        /// The limit, in seconds.
        limit_secs: u64,
    },
    /// The HTTP client could not be set up.
    #[error("the webhook client cannot be set up: {0}")]
    Client(#[from] reqwest::Error),
    /// The database did not do it.
    #[error(transparent)]
    Db(#[from] DbError),
    /// Something sealed could not be opened.
    #[error(transparent)]
    Vault(#[from] VaultError),
}
