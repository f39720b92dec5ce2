//! One connection, whichever engine; the only file that names one. `Conn::establish`, which the derive makes, is never
//! used: it tries the engines in turn and swallows their errors.

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::{Connection, SqliteConnection};

use super::DbError;
use super::location::Location;

/// A connection to one of the engines.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// SQLite, bundled.
    Sqlite(SqliteConnection),
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The one that writes.
    Write,
    /// One of those that read; the engine refuses to write on it.
    Read,
}

/// busy_timeout first, so that the rest waits for a lock instead of failing. secure_delete overwrites what is deleted.
const SQLITE_SETUP: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON;";

/// Opens a connection and sets it up.
pub(super) fn open(location: &Location, purpose: Purpose) -> Result<Conn, DbError> {
    let Location::Sqlite(path) = location;
    let failed = |source| DbError::Open { path: path.clone(), source };
    let mut conn = SqliteConnection::establish(path).map_err(failed)?;
    let setup = |e| failed(diesel::ConnectionError::CouldntSetupConfiguration(e));
    conn.batch_execute(SQLITE_SETUP).map_err(setup)?;
    if purpose == Purpose::Read {
        conn.batch_execute("PRAGMA query_only = ON;").map_err(setup)?;
    }
    Ok(Conn::Sqlite(conn))
}

/// Starts a transaction. A writer on SQLite takes the lock at once: a late upgrade fails without waiting.
pub(super) fn begin(conn: &mut Conn, purpose: Purpose) -> Result<(), DbError> {
    let Conn::Sqlite(sqlite) = conn;
    let sql = match purpose {
        Purpose::Write => "BEGIN IMMEDIATE",
        Purpose::Read => "BEGIN DEFERRED",
    };
    Ok(AnsiTransactionManager::begin_transaction_sql(sqlite, sql)?)
}

/// Keeps what was done since [`begin`].
pub(super) fn commit(conn: &mut Conn) -> Result<(), DbError> {
    Ok(<Conn as Connection>::TransactionManager::commit_transaction(conn)?)
}

/// Forgets what was done since [`begin`].
pub(super) fn roll_back(conn: &mut Conn) -> Result<(), DbError> {
    Ok(<Conn as Connection>::TransactionManager::rollback_transaction(conn)?)
}

#[derive(diesel::QueryableByName)]
struct Checkpoint {
    #[diesel(sql_type = diesel::sql_types::Integer)]
    busy: i32,
}

/// Moves the write-ahead log into the file and empties it. False if a reader was in the way.
pub(super) fn checkpoint_truncate(conn: &mut Conn) -> Result<bool, DbError> {
    use diesel::RunQueryDsl;
    let Conn::Sqlite(sqlite) = conn;
    let outcome: Checkpoint = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result(sqlite)?;
    Ok(outcome.busy == 0)
}
