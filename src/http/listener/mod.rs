//! The one listener: every wait for a client has an end. The framework bounds the first head of a connection and nothing else; here
//! each connection is a [`Guarded`] stream that keeps the time of every head, of the pause between requests and of whoever reads an
//! answer, and [`follow()`], the outermost middleware, tells it what the application is at and paces the request's body.
//!
//! HTTP/1.1 only: HTTP/2 belongs to the proxy.

mod follow;
mod guarded;
mod serve;
mod watch;

use std::time::Duration;

use super::pace::Pace;
use crate::domain::SharedClock;

pub use follow::follow;
pub use guarded::{Guarded, Transport};
pub use serve::serve;
pub use watch::{Cause, Watch};

/// How long a client may let us wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// A request's head, from its first byte; the first one from the start of the connection.
    pub head: Duration,
    /// Nothing asked since the last answer was taken.
    pub keep_alive: Duration,
    /// Whoever reads an answer. Only time in which bytes wait to be taken counts: an application with nothing to say is no slow reader.
    pub reader: Pace,
}

/// What every connection keeps to.
#[derive(Debug, Clone)]
pub struct Terms {
    /// Its deadlines.
    pub deadlines: Deadlines,
    /// For the `Date` of an answer the application never sees.
    pub clock: SharedClock,
}

#[cfg(test)]
mod tests;
