//! What the rows promise, on a real SQLite file or a real PostgreSQL.

mod destruction;
mod isolation;
mod migrations;
mod opening;
mod outbox;
mod outcome;
mod partials;
mod people;
pub(crate) mod scratch;
#[cfg(feature = "postgres")]
pub(crate) mod server;
