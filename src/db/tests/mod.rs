//! What the rows promise, on a real SQLite file.

mod destruction;
mod isolation;
mod migrations;
mod opening;
mod outbox;
mod outcome;
mod partials;
mod people;
pub(crate) mod scratch;
