//! The one listener: every wait for a client has an end. The framework bounds the first head of a connection and nothing else; here
//! each connection is a [`Guarded`] stream that keeps the time of every head, of the pause between requests and of whoever reads an
//! answer, and [`follow()`], the outermost middleware, tells it what the application is at and paces the request's body.
//!
//! HTTP/1.1 only: HTTP/2 belongs to the proxy.

mod crowd;
mod follow;
mod guarded;
mod raw;
mod serve;
mod watch;

use std::time::Duration;

use super::pace::Pace;
use crate::domain::SharedClock;

pub use crowd::{ConnectionPlace, Crowd, REFUSALS_MAX};
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
    /// How many there may be.
    pub crowd: Crowd,
    /// For the `type` of a problem the application never sees; without a slash at its end.
    pub public_url: String,
    /// How long a stopping server waits for requests in flight.
    pub drain: Duration,
}

#[cfg(test)]
impl Terms {
    /// With these deadlines, and room for all.
    fn for_test(deadlines: Deadlines) -> Self {
        let (clock, drain) = (std::sync::Arc::new(crate::domain::SystemClock), Duration::from_secs(5));
        Self { deadlines, clock, crowd: Crowd::new(100, 100), public_url: "http://localhost".to_owned(), drain }
    }
}

#[cfg(test)]
mod tests;
