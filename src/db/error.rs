//! What can go wrong between the program and its rows.

use std::time::Duration;

use crate::domain::{AnalysisId, IllegalTransition};

/// Why the database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The URL has no scheme this program knows.
    #[error("the database address must start with sqlite: and a path, as in sqlite:data/proofsheet.db")]
    UnknownScheme,
    /// The URL names PostgreSQL.
    #[error("this build has no PostgreSQL; give an address such as sqlite:data/proofsheet.db")]
    NoPostgres,
    /// The text after `sqlite:` is not the plain path of a file.
    #[error("the database address {url:?} does not name a file by its plain path")]
    NotAPath {
        /// The address as given.
        url: String,
    },
    /// The file could not be opened or set up.
    #[error("the database file {path} cannot be opened: {source}")]
    Open {
        /// Where.
        path: String,
        /// What the engine said.
        source: diesel::ConnectionError,
    },
    /// A newer program has been at this database.
    #[error("the database was written by a newer proofsheet (its schema is {found}, this program knows {known})")]
    SchemaTooNew {
        /// The newest migration in the database.
        found: String,
        /// The newest this program has.
        known: String,
    },
    /// A migration failed; the database is as it was before it.
    #[error("the database could not be brought up to date: {0}")]
    Migration(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The engine refused a statement.
    #[error("the database refused: {0}")]
    Query(#[from] diesel::result::Error),
    /// A row holds a word this program does not know.
    #[error("the database holds a value in {column} that this program does not know")]
    BadRow {
        /// `table.column`.
        column: &'static str,
    },
    /// A row with this identity or unique value is there already.
    #[error("that is already there")]
    AlreadyThere,
    /// Somebody else has taken the analysis over, or it is not there any more.
    #[error("the lease on {analysis} was lost")]
    StaleFence {
        /// The analysis.
        analysis: AnalysisId,
    },
    /// The life of an analysis has no such step.
    #[error(transparent)]
    IllegalTransition(#[from] IllegalTransition),
    /// A row that must exist does not.
    #[error("no such {what}")]
    NotThere {
        /// What was looked for.
        what: &'static str,
    },
    /// Every connection was in use for as long as one may wait.
    #[error("no database connection came free within {} s", waited.as_secs())]
    Busy {
        /// How long it waited.
        waited: Duration,
    },
    /// A closure given to `read` or `write` panicked; its transaction was rolled back.
    #[error("database work ended in a panic")]
    Panicked,
    /// The runtime is shutting down.
    #[error("the program is ending")]
    Ending,
}

impl DbError {
    /// From an insert: a broken unique constraint is its own error, by its kind (texts differ between engines).
    pub(super) fn of_insert(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind, Error};
        match error {
            Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Self::AlreadyThere,
            other => Self::Query(other),
        }
    }
}
