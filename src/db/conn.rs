//! One connection, whichever engine; the only file that names both. `Conn::establish`, which the derive makes, is never
//! used: it tries the engines in turn and swallows their errors.

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::{Connection, SqliteConnection};

use super::DbError;
use super::guise::Guise;
use super::location::Location;

/// A connection to one of the engines.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// SQLite, bundled.
    Sqlite(SqliteConnection),
    /// PostgreSQL, through libpq.
    #[cfg(feature = "postgres")]
    Postgres(diesel::PgConnection),
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// One that writes.
    Write,
    /// One of those that read; the engine refuses to write on it.
    Read,
}

/// Runs a query on rows that are read to be decided upon. PostgreSQL locks them until the end of the transaction, so that two
/// writers decide one after the other; on SQLite there is one writer anyway. The last word is how to run it (`first`, `load`).
///
/// `NO KEY UPDATE` is what an `UPDATE` takes, and lets rows that refer to these be inserted meanwhile.
macro_rules! locked {
    ($conn:expr, $query:expr, $run:ident) => {
        match $conn {
            $crate::db::conn::Conn::Sqlite(conn) => diesel::RunQueryDsl::$run($query, conn),
            #[cfg(feature = "postgres")]
            $crate::db::conn::Conn::Postgres(conn) => diesel::RunQueryDsl::$run($query.for_no_key_update(), conn),
        }
    };
}
pub(super) use locked;

/// As [`locked`], for rows that must only stay as they are: others may hold them likewise.
macro_rules! held {
    ($conn:expr, $query:expr, $run:ident) => {
        match $conn {
            $crate::db::conn::Conn::Sqlite(conn) => diesel::RunQueryDsl::$run($query, conn),
            #[cfg(feature = "postgres")]
            $crate::db::conn::Conn::Postgres(conn) => diesel::RunQueryDsl::$run($query.for_share(), conn),
        }
    };
}
pub(super) use held;

/// busy_timeout first, so that the rest waits for a lock instead of failing. secure_delete overwrites what is deleted.
const SQLITE_SETUP: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON;";

/// Opens a connection and sets it up.
pub(super) fn open(location: &Location, purpose: Purpose) -> Result<Conn, DbError> {
    match location {
        Location::Sqlite(path) => open_sqlite(path, purpose),
        #[cfg(feature = "postgres")]
        Location::Postgres(address) => super::postgres::open(address).map(Conn::Postgres),
    }
}

fn open_sqlite(path: &str, purpose: Purpose) -> Result<Conn, DbError> {
    let failed = |source| DbError::Open { path: path.to_owned(), source };
    let mut conn = SqliteConnection::establish(path).map_err(failed)?;
    let setup = |e| failed(diesel::ConnectionError::CouldntSetupConfiguration(e));
    conn.batch_execute(SQLITE_SETUP).map_err(setup)?;
    if purpose == Purpose::Read {
        conn.batch_execute("PRAGMA query_only = ON;").map_err(setup)?;
    }
    Ok(Conn::Sqlite(conn))
}

/// Starts a transaction for whoever `guise` is. A writer on SQLite takes the lock at once: a late upgrade fails without
/// waiting. On PostgreSQL this is one round trip.
pub(super) fn begin(conn: &mut Conn, purpose: Purpose, guise: &Guise) -> Result<(), DbError> {
    match conn {
        Conn::Sqlite(sqlite) => {
            // One file, one process: here the scope is an argument of the queries.
            let _argument = guise;
            let sql = match purpose {
                Purpose::Write => "BEGIN IMMEDIATE",
                Purpose::Read => "BEGIN DEFERRED",
            };
            Ok(AnsiTransactionManager::begin_transaction_sql(sqlite, sql)?)
        }
        #[cfg(feature = "postgres")]
        Conn::Postgres(postgres) => {
            let sql = super::postgres::begin_sql(purpose, guise);
            Ok(AnsiTransactionManager::begin_transaction_sql(postgres, &sql)?)
        }
    }
}

/// Keeps what was done since [`begin`].
pub(super) fn commit(conn: &mut Conn) -> Result<(), DbError> {
    match conn {
        Conn::Sqlite(sqlite) => Ok(AnsiTransactionManager::commit_transaction(sqlite)?),
        // After a refused statement PostgreSQL answers COMMIT with a rollback and no error; the question before it fails then.
        #[cfg(feature = "postgres")]
        Conn::Postgres(postgres) => Ok(postgres.batch_execute("SELECT 1; COMMIT")?),
    }
}

/// Forgets what was done since [`begin`].
pub(super) fn roll_back(conn: &mut Conn) -> Result<(), DbError> {
    Ok(<Conn as Connection>::TransactionManager::rollback_transaction(conn)?)
}

/// Whether nobody should use this connection again: it is lost, or in the middle of something.
pub(super) fn is_broken(conn: &mut Conn) -> bool {
    match conn {
        Conn::Sqlite(sqlite) => AnsiTransactionManager::is_broken_transaction_manager(sqlite),
        #[cfg(feature = "postgres")]
        Conn::Postgres(postgres) => AnsiTransactionManager::is_broken_transaction_manager(postgres),
    }
}

/// The time by the server's clock, in epoch milliseconds; SQLite has none of its own.
pub(super) fn server_millis(conn: &mut Conn) -> Result<Option<i64>, DbError> {
    match conn {
        Conn::Sqlite(_) => Ok(None),
        #[cfg(feature = "postgres")]
        Conn::Postgres(postgres) => super::postgres::server_millis(postgres).map(Some),
    }
}

#[derive(diesel::QueryableByName)]
struct Checkpoint {
    #[diesel(sql_type = diesel::sql_types::Integer)]
    busy: i32,
}

/// Moves the write-ahead log of SQLite into the file and empties it. False if a reader was in the way. On PostgreSQL the log is
/// the server's own matter: nothing is done, and the answer is true.
pub(super) fn checkpoint_truncate(conn: &mut Conn) -> Result<bool, DbError> {
    use diesel::RunQueryDsl;
    match conn {
        Conn::Sqlite(sqlite) => {
            let outcome: Checkpoint = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result(sqlite)?;
            Ok(outcome.busy == 0)
        }
        #[cfg(feature = "postgres")]
        Conn::Postgres(_) => Ok(true),
    }
}
