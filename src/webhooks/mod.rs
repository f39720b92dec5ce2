//! Turns events into signed deliveries: Standard Webhooks v1, a retry schedule, and a guard over where a request may go.
//!
//! Knows the outbox (`db`), never who wrote an event into it. Order is not promised; delivery is at least once, and the
//! `webhook-id` is the same on every attempt. Bodies are sent as the bytes they were recorded as.

mod changes;
mod client;
mod dispatcher;
mod egress;
mod endpoints;
mod error;
mod headers;
mod history;
mod outcome;
mod redelivery;
mod schedule;
mod secret;
mod signature;
mod verify;
mod view;

use std::time::Duration;

use crate::domain::BreakerPolicy;

pub use changes::{EndpointPatch, OVERLAP_DEFAULT, OVERLAP_MAX, RotatedSecret};
pub use client::{Answer, WebhookClient, install_tls_provider};
pub use dispatcher::{DispatchCount, Dispatcher};
pub use egress::{
    CheckedResolver, EgressPolicy, Found, Lookup, NotAllowed, SpecialUse, SystemLookup, Target, UrlProblem, special_use,
};
pub use endpoints::Webhooks;
pub use error::{NotDeliverable, WebhookError};
pub use headers::{EXTRA_HEADERS_MAX, ExtraHeaders, HEADER_NAME_MAX, HEADER_VALUE_MAX, HeaderProblem};
pub use history::{AttemptView, DeliveryView};
pub use outcome::{Outcome, WISH_HEADER, Wish};
pub use schedule::{Jitter, WAITS, next_attempt, retry_after};
pub use secret::{EndpointSecret, PlainSecret};
pub use signature::{ID_HEADER, SIGNATURE_HEADER, SignedHeaders, TIMESTAMP_HEADER, sign, sign_with_all};
pub use verify::{NotASecret, ReceivedHeaders, ReceiverSecret, Refusal, TOLERANCE, verify};
pub use view::{DESCRIPTION_CHARS_MAX, EndpointDraft, EndpointView};

/// Bounds of delivering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Whether endpoints on this machine are taken, also by http and on any port. Off by default; on in `demo`.
    pub allow_loopback: bool,
    /// One deadline over resolving, connecting, sending and reading; 15 s.
    pub request_timeout: Duration,
    /// Bytes of a receiver's answer that are read; 16 KiB.
    pub response_read_max: usize,
    /// Bytes of it that are kept, sealed; 4 KiB.
    pub response_kept_max: usize,
    /// Endpoints one API key may have; 10.
    pub endpoints_per_key_max: usize,
    /// Deliveries claimed at once; 20.
    pub batch_max: usize,
    /// Deliveries under way at the same moment; 64.
    pub in_flight_max: usize,
    /// Deliveries under way to one endpoint at the same moment; 2.
    pub in_flight_per_endpoint_max: u32,
    /// Spread of the waits.
    pub jitter: Jitter,
    /// Deliveries one call makes due again, and events one replay looks at; 1,000.
    pub redelivered_per_call_max: u32,
    /// When an endpoint that fails is left alone, and when it is given up.
    pub breaker: BreakerPolicy,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            allow_loopback: false,
            request_timeout: Duration::from_secs(15),
            response_read_max: 16 * 1024,
            response_kept_max: 4 * 1024,
            endpoints_per_key_max: 10,
            batch_max: 20,
            in_flight_max: 64,
            in_flight_per_endpoint_max: 2,
            jitter: Jitter::Random,
            redelivered_per_call_max: 1000,
            breaker: BreakerPolicy::default(),
        }
    }
}

impl Settings {
    /// The part of the settings the egress guard needs.
    pub const fn egress(&self) -> EgressPolicy {
        EgressPolicy { allow_loopback: self.allow_loopback }
    }
}

#[cfg(test)]
mod tests;
