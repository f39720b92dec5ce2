//! What the rows promise, on a real SQLite file or a real PostgreSQL.

#[cfg(feature = "postgres")]
mod away;
mod destruction;
mod feed;
mod isolation;
mod migrations;
mod once;
mod opening;
mod outbox;
mod outcome;
mod partials;
mod people;
mod progress;
#[cfg(feature = "postgres")]
mod rows;
pub(crate) mod scratch;
#[cfg(feature = "postgres")]
pub(crate) mod server;
mod together;
mod upgrade;
