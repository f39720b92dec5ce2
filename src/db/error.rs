//! What can go wrong between the program and its rows.

use std::time::Duration;

use crate::domain::{AnalysisId, IllegalTransition};

/// Why the database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The URL has no scheme this program knows.
    #[error(
        "the database address must start with sqlite: or postgres://, as in sqlite:data/proofsheet.db or \
         postgres://proofsheet@db.example.org/proofsheet"
    )]
    UnknownScheme,
    /// The URL names PostgreSQL, and the program was built without it.
    #[error(
        "this build has no PostgreSQL; build it with --features postgres, as production images are, or give an address such as \
         sqlite:data/proofsheet.db"
    )]
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
    /// The database lacks tables of this program, and may not be changed here.
    #[error(
        "the database lacks {pending} migration(s) of this program; run `proofsheet migrate` first, or set \
         database.migrate_at_start = true"
    )]
    SchemaTooOld {
        /// Migrations not yet run.
        pending: usize,
    },
    /// The server of the database does not answer, or stopped answering. It may come back.
    #[error("the database cannot be reached: {cause}")]
    Unreachable {
        /// What the driver said, without the password.
        cause: String,
    },
    /// The clocks of this node and of the database are too far apart for leases to mean the same to both.
    #[error(
        "the clocks of this node and of the database differ by {difference_ms} ms, and {max_ms} ms are allowed; run a time service on both"
    )]
    ClockSkew {
        /// How far.
        difference_ms: i64,
        /// How far they may be.
        max_ms: i64,
    },
    /// Others were in the way for too long; the same work may succeed a moment later.
    #[error("the database had to give way: {cause}")]
    Contended {
        /// What the engine said.
        cause: String,
    },
    /// The database's disk is full.
    #[error("the database has no room: {cause}")]
    NoSpace {
        /// What the engine said.
        cause: String,
    },
    /// A migration failed; the database is as it was before it.
    #[error("the database could not be brought up to date: {0}")]
    Migration(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The engine refused a statement.
    #[error("the database refused: {0}")]
    Query(#[source] diesel::result::Error),
    /// A row holds a word this program does not know.
    #[error("the database holds a value in {column} that this program does not know")]
    BadRow {
        /// `table.column`.
        column: &'static str,
    },
    /// A row with this identity or unique value is there already.
    #[error("that is already there")]
    AlreadyThere,
    /// The client's own key belongs to another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The same request under the same key was here in the same moment.
    #[error("the same request under the same idempotency key has just been made")]
    KeyUsed,
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

/// What PostgreSQL says when a connection ends under a statement; diesel has no kind for these.
const ENDED: [&str; 4] = [
    "terminating connection",
    "server closed the connection unexpectedly",
    "no connection to the server",
    "the database system is",
];
/// Beginnings of what the engines say when others are in the way.
const IN_THE_WAY: [&str; 5] = [
    "database is locked",
    "deadlock detected",
    "could not serialize access",
    "canceling statement due to lock timeout",
    "canceling statement due to statement timeout",
];
/// Parts of what they say when a disk is full.
const FULL: [&str; 2] = ["database or disk is full", "No space left on device"];

impl From<diesel::result::Error> for DbError {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::DatabaseErrorKind as Kind;
        let diesel::result::Error::DatabaseError(kind, said) = &error else { return Self::Query(error) };
        let (cause, begins) = (said.message().to_owned(), |words: &[&str]| words.iter().any(|w| said.message().starts_with(w)));
        match kind {
            Kind::ClosedConnection | Kind::UnableToSendCommand => Self::Unreachable { cause },
            Kind::SerializationFailure => Self::Contended { cause },
            Kind::Unknown if begins(&ENDED) => Self::Unreachable { cause },
            Kind::Unknown if begins(&IN_THE_WAY) => Self::Contended { cause },
            Kind::Unknown if FULL.iter().any(|words| cause.contains(words)) => Self::NoSpace { cause },
            _ => Self::Query(error),
        }
    }
}

impl DbError {
    /// Whether the same work may succeed later, when the database is back or less busy.
    pub const fn may_pass(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Contended { .. } | Self::NoSpace { .. } | Self::Busy { .. })
    }

    /// From an insert: a broken unique constraint is its own error, by its kind (texts differ between engines).
    pub(super) fn of_insert(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind, Error};
        match error {
            Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Self::AlreadyThere,
            other => other.into(),
        }
    }
}
