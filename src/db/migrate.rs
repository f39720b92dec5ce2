//! Brings the schema up to date, and refuses a database a newer program has written.

use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::DbError;
use super::conn::Conn;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// How many migrations ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MigrationCount(pub usize);

fn known_versions() -> Result<Vec<String>, DbError> {
    use diesel::migration::MigrationSource;
    let known = MigrationSource::<diesel::sqlite::Sqlite>::migrations(&SQLITE).map_err(DbError::Migration)?;
    let mut versions: Vec<String> = known.iter().map(|migration| migration.name().version().to_string()).collect();
    versions.sort();
    Ok(versions)
}

/// Migrations not yet run.
pub(super) fn pending(conn: &mut Conn) -> Result<usize, DbError> {
    let Conn::Sqlite(sqlite) = conn;
    let applied: Vec<String> = sqlite.applied_migrations().map_err(DbError::Migration)?.iter().map(ToString::to_string).collect();
    let known = known_versions()?;
    if let Some(found) = applied.iter().filter(|version| !known.contains(version)).max() {
        return Err(DbError::SchemaTooNew { found: found.clone(), known: known.last().cloned().unwrap_or_default() });
    }
    Ok(known.len().saturating_sub(applied.len()))
}

/// Runs those not yet run, each in its own transaction.
pub(super) fn run(conn: &mut Conn) -> Result<MigrationCount, DbError> {
    pending(conn)?;
    let Conn::Sqlite(sqlite) = conn;
    let ran = sqlite.run_pending_migrations(SQLITE).map_err(DbError::Migration)?;
    Ok(MigrationCount(ran.len()))
}
