//! A database written by the first version becomes this version's, with what it holds.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};

use crate::db::conn::Conn;
use crate::db::tests::scratch::ScratchDb;
use crate::db::{DbError, MigrationCount};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
#[cfg(feature = "postgres")]
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Rows as the first version wrote them: an endpoint of each state, a delivery that waits and one that was made, a key, an analysis.
const ROWS: &str = "
INSERT INTO agencies (id, name_sealed, created_at) VALUES ('ag_1', X'01', 1);
INSERT INTO users (id, agency_id, role, email_digest, email_sealed, password_hash, created_at) VALUES ('us_1', 'ag_1', 'owner', X'02', X'03', 'hash', 1);
INSERT INTO sessions (id, user_id, agency_id, token_hash, created_at, last_used_at, ends_at) VALUES ('se_1', 'us_1', 'ag_1', X'04', 1, 2, 3);
INSERT INTO api_keys (id, agency_id, label_sealed, prefix, hash, scopes, created_by, created_at) VALUES ('key_1', 'ag_1', X'05', 'ps_live_abc', X'06', 'analyses:read', 'us_1', 1);
INSERT INTO analyses (id, agency_id, api_key_id, product, previews, photo_count, life_ms, state, fence, created_at, ended_at) VALUES ('an_1', 'ag_1', 'key_1', 'snapshot', TRUE, 1, 604800000, 'completed', 1, 1, 9);
INSERT INTO events (id, agency_id, api_key_id, analysis_id, kind, sequence, occurred_at, not_after, body) VALUES ('ev_1', 'ag_1', 'key_1', 'an_1', 'analysis.completed', 1, 9, 777, '{}');
INSERT INTO webhook_endpoints (id, agency_id, api_key_id, url_sealed, secret_sealed, kinds, status, created_at) VALUES ('ep_1', 'ag_1', 'key_1', X'07', X'08', 'analysis.completed', 'active', 1), ('ep_2', 'ag_1', 'key_1', X'07', X'08', 'analysis.completed', 'paused', 1), ('ep_3', 'ag_1', 'key_1', X'07', X'08', 'analysis.completed', 'gone', 1);
INSERT INTO deliveries (id, agency_id, event_id, endpoint_id, state, attempt_count, next_attempt_at, fence, created_at) VALUES ('dl_1', 'ag_1', 'ev_1', 'ep_1', 'pending', 1, 20, 1, 9), ('dl_2', 'ag_1', 'ev_1', 'ep_2', 'delivered', 1, NULL, 1, 9);
INSERT INTO attempts (delivery_id, number, agency_id, started_at, duration_ms, outcome) VALUES ('dl_1', 1, 'ag_1', 10, 5, 'refused');
";

/// Undoes every migration but the first.
fn back_to_the_first(conn: &mut Conn) -> Result<usize, DbError> {
    let mut reverted = 0;
    while applied(conn)? > 1 {
        match conn {
            Conn::Sqlite(sqlite) => drop(sqlite.revert_last_migration(SQLITE).map_err(DbError::Migration)?),
            #[cfg(feature = "postgres")]
            Conn::Postgres(postgres) => drop(postgres.revert_last_migration(POSTGRES).map_err(DbError::Migration)?),
        }
        reverted += 1;
    }
    Ok(reverted)
}

fn applied(conn: &mut Conn) -> Result<usize, DbError> {
    let all = match conn {
        Conn::Sqlite(sqlite) => sqlite.applied_migrations(),
        #[cfg(feature = "postgres")]
        Conn::Postgres(postgres) => postgres.applied_migrations(),
    };
    all.map(|all| all.len()).map_err(DbError::Migration)
}

/// PostgreSQL writes bytes in another way.
fn insert(conn: &mut Conn) -> Result<(), DbError> {
    let rows = match conn {
        Conn::Sqlite(_) => ROWS.to_owned(),
        #[cfg(feature = "postgres")]
        Conn::Postgres(_) => ROWS.replace("X'", "'\\x"),
    };
    conn.batch_execute(&rows).map_err(DbError::from)
}

#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = diesel::sql_types::Text)]
    line: String,
}

fn lines(conn: &mut Conn, question: &str) -> Result<Vec<String>, DbError> {
    let found: Vec<Line> = diesel::sql_query(question).load(conn)?;
    Ok(found.into_iter().map(|row| row.line).collect())
}

#[tokio::test]
async fn rows_of_the_first_version_are_rows_of_this_one() {
    let scratch = ScratchDb::open().await;
    let run = |conn: &mut Conn| {
        let reverted = back_to_the_first(conn)?;
        insert(conn)?;
        Ok::<_, DbError>(reverted)
    };
    let reverted = scratch.migrator().writer().run(run).await.unwrap();
    assert!(reverted >= 7, "{reverted}");
    assert_eq!(scratch.migrator().migrate().await.unwrap(), MigrationCount(reverted));
    let read = |conn: &mut Conn| {
        Ok::<_, DbError>((
            lines(
                conn,
                "SELECT id || ' ' || status || ' ' || COALESCE(status_reason, '-') AS line FROM webhook_endpoints ORDER BY id",
            )?,
            lines(conn, "SELECT id || ' ' || state || ' ' || CAST(not_after AS TEXT) AS line FROM deliveries ORDER BY id")?,
            lines(conn, "SELECT id || ' ' || scopes AS line FROM api_keys WHERE NOT is_test AND previous_hash IS NULL")?,
            lines(conn, "SELECT id || ' ' || state AS line FROM analyses WHERE NOT is_test")?,
        ))
    };
    let (endpoints, deliveries, keys, analyses) = scratch.migrator().writer().run(read).await.unwrap();
    assert_eq!(endpoints, ["ep_1 active -", "ep_2 paused key_revoked", "ep_3 gone receiver"]);
    assert_eq!(deliveries, ["dl_1 pending 777", "dl_2 delivered 777"], "what waits ends when its event does");
    assert_eq!(keys, ["key_1 analyses:read"]);
    assert_eq!(analyses, ["an_1 completed"]);
}
