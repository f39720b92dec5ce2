//! What can go wrong when endpoints are kept and events are delivered.

use super::egress::{NotAllowed, UrlProblem};
use crate::db::DbError;
use crate::domain::EndpointId;
use crate::vault::VaultError;

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
    /// The endpoint was disabled and takes no events.
    #[error("the webhook endpoint {endpoint} takes no events any more")]
    NotActive {
        /// The endpoint asked for.
        endpoint: EndpointId,
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
