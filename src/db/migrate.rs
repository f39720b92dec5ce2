//! Brings the schema up to date, and refuses a database a newer program has written.

use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::DbError;
use super::conn::Conn;
use super::location::Location;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// How many migrations ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MigrationCount(pub usize);

/// Both engines have the same migrations; a test compares their names.
fn known_versions() -> Result<Vec<String>, DbError> {
    use diesel::migration::MigrationSource;
    let known = MigrationSource::<diesel::sqlite::Sqlite>::migrations(&SQLITE).map_err(DbError::Migration)?;
    let mut versions: Vec<String> = known.iter().map(|migration| migration.name().version().to_string()).collect();
    versions.sort();
    Ok(versions)
}

fn count_pending(applied: &[String]) -> Result<usize, DbError> {
    let known = known_versions()?;
    if let Some(found) = applied.iter().filter(|version| !known.contains(version)).max() {
        return Err(DbError::SchemaTooNew { found: found.clone(), known: known.last().cloned().unwrap_or_default() });
    }
    Ok(known.len().saturating_sub(applied.len()))
}

fn applied_to_file(sqlite: &mut diesel::SqliteConnection) -> Result<Vec<String>, DbError> {
    let applied = sqlite.applied_migrations().map_err(DbError::Migration)?;
    Ok(applied.iter().map(ToString::to_string).collect())
}

/// Migrations not yet run.
pub(super) fn pending(conn: &mut Conn) -> Result<usize, DbError> {
    match conn {
        Conn::Sqlite(sqlite) => count_pending(&applied_to_file(sqlite)?),
        #[cfg(feature = "postgres")]
        Conn::Postgres(postgres) => count_pending(&server::applied(postgres)?),
    }
}

/// Runs those not yet run: on SQLite each in its own transaction, on PostgreSQL all in one, by one node at a time.
pub(super) fn run(conn: &mut Conn) -> Result<MigrationCount, DbError> {
    match conn {
        Conn::Sqlite(sqlite) => {
            count_pending(&applied_to_file(sqlite)?)?;
            let ran = sqlite.run_pending_migrations(SQLITE).map_err(DbError::Migration)?;
            Ok(MigrationCount(ran.len()))
        }
        #[cfg(feature = "postgres")]
        Conn::Postgres(postgres) => server::run(postgres),
    }
}

/// Lets the login of the program take its roles.
pub(super) fn admit(conn: &mut Conn, program: &Location) -> Result<(), DbError> {
    match (conn, program) {
        (Conn::Sqlite(_), _) => Ok(()),
        #[cfg(feature = "postgres")]
        (Conn::Postgres(postgres), Location::Postgres(address)) => server::admit(postgres, address.login().as_deref()),
        #[cfg(feature = "postgres")]
        (Conn::Postgres(_), Location::Sqlite(_)) => Ok(()),
    }
}

/// PostgreSQL: the tables belong to the role `ps_migrator`; whoever migrates must be able to become it.
#[cfg(feature = "postgres")]
mod server {
    use diesel::connection::SimpleConnection;
    use diesel::{Connection, PgConnection, RunQueryDsl};
    use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

    use super::{MigrationCount, count_pending};
    use crate::db::DbError;

    const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
    /// Makes the roles that are not there.
    const ROLES: &str = include_str!("../../migrations/postgres-roles.sql");
    /// Lets the login `ps.login` in.
    const ADMISSION: &str = include_str!("../../migrations/postgres-admission.sql");
    /// Only one at a time in a database, for at most a minute; the number is this program's own.
    const ALONE: &str = "SET LOCAL lock_timeout = '60s'; SELECT pg_advisory_xact_lock(7077706865)";

    #[derive(diesel::QueryableByName)]
    struct Text {
        #[diesel(sql_type = diesel::sql_types::Text)]
        text: String,
    }

    /// The migrations noted in the database; none in an empty one. Needs no role: everybody may read the list.
    pub(super) fn applied(conn: &mut PgConnection) -> Result<Vec<String>, DbError> {
        const LIST: &str = "SELECT tablename::text AS text FROM pg_tables WHERE tablename = '__diesel_schema_migrations'";
        let list: Vec<Text> = diesel::sql_query(LIST).load(conn)?;
        if list.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<Text> = diesel::sql_query("SELECT version::text AS text FROM __diesel_schema_migrations").load(conn)?;
        Ok(rows.into_iter().map(|row| row.text).collect())
    }

    /// Without a name in the address libpq takes another from its surroundings, which an operator lets in by hand.
    pub(super) fn admit(conn: &mut PgConnection, login: Option<&str>) -> Result<(), DbError> {
        let Some(login) = login else { return Ok(()) };
        conn.transaction(|conn| {
            conn.batch_execute(ALONE)?;
            diesel::sql_query("SELECT set_config('ps.login', $1, true)")
                .bind::<diesel::sql_types::Text, _>(login)
                .execute(conn)?;
            Ok(conn.batch_execute(ADMISSION)?)
        })
    }

    pub(super) fn run(conn: &mut PgConnection) -> Result<MigrationCount, DbError> {
        conn.transaction(|conn| {
            conn.batch_execute(ALONE)?;
            if count_pending(&applied(conn)?)? == 0 {
                return Ok(MigrationCount(0));
            }
            conn.batch_execute(ROLES)?;
            conn.batch_execute("SET LOCAL ROLE ps_migrator")?;
            let ran = conn.run_pending_migrations(POSTGRES).map_err(DbError::Migration)?;
            Ok(MigrationCount(ran.len()))
        })
    }
}
