//! Two databases, one schema: the migrations of both sides have the same names and say the same tables and columns.

use std::collections::BTreeMap;

use crate::db::conn::Conn;
use crate::db::tests::scratch::ScratchDb;
use crate::db::{DbError, MigrationCount};

type Tables = BTreeMap<String, Vec<(String, String)>>;

fn migrations(engine: &str) -> Vec<String> {
    let directory = format!("{}/migrations/{engine}", env!("CARGO_MANIFEST_DIR"));
    let mut names: Vec<String> =
        std::fs::read_dir(directory).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

pub(super) fn sql(engine: &str) -> String {
    let read = |name: &String| {
        std::fs::read_to_string(format!("{}/migrations/{engine}/{name}/up.sql", env!("CARGO_MANIFEST_DIR"))).unwrap()
    };
    migrations(engine).iter().map(read).collect()
}

/// Table names with their columns and column types, BLOB and BYTEA being one.
fn tables(sql: &str) -> Tables {
    let mut tables = Tables::new();
    for chunk in sql.split("CREATE TABLE ").skip(1) {
        let (name, rest) = chunk.split_once(" (").unwrap();
        let body = rest.split("\n);").next().unwrap();
        let columns = body.lines().filter_map(|line| {
            let mut words = line.trim().trim_end_matches(',').splitn(3, ' ');
            let (column, kind) = (words.next()?, words.next()?);
            let rest = words.next().unwrap_or("").replace("BYTEA", "BLOB");
            let kind = if kind == "BYTEA" { "BLOB" } else { kind };
            column.chars().all(|c| c.is_ascii_lowercase() || c == '_').then(|| (column.to_owned(), format!("{kind} {rest}")))
        });
        tables.insert(name.to_owned(), columns.collect());
    }
    for added in sql.lines().filter_map(|line| line.strip_prefix("ALTER TABLE ")) {
        let Some((table, column)) = added.trim_end_matches(';').split_once(" ADD COLUMN ") else { continue };
        let (name, kind) = column.split_once(' ').unwrap();
        let kind = kind.replace("BYTEA", "BLOB");
        tables.get_mut(table).unwrap().push((name.to_owned(), format!("{kind} ")));
    }
    tables
}

#[test]
fn both_sides_have_the_same_migrations_tables_columns_and_indexes() {
    assert_eq!(migrations("sqlite"), migrations("postgres"));
    let (sqlite, postgres) = (sql("sqlite"), sql("postgres"));
    assert_eq!(tables(&sqlite), tables(&postgres));
    assert_eq!(tables(&sqlite).len(), 21);
    let indexes = |sql: &str| sql.lines().filter(|line| line.contains(" INDEX ")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(indexes(&sqlite), indexes(&postgres));
}

#[test]
fn every_table_of_a_tenant_carries_the_agency_and_is_guarded_by_rows_on_postgresql() {
    let postgres = sql("postgres");
    for (table, columns) in tables(&postgres) {
        let carries = columns.iter().any(|(column, _)| column == "agency_id");
        let of_nobody = ["agencies", "sign_in_attempts", "job_occurrences"].contains(&table.as_str());
        assert_eq!(carries, !of_nobody, "{table}");
        for guard in ["ENABLE", "FORCE"] {
            let guarded = postgres.contains(&format!("ALTER TABLE {table} {guard} ROW LEVEL SECURITY;"));
            assert!(guarded, "{table} lacks {guard}");
        }
    }
}

#[tokio::test]
async fn the_schema_of_the_program_is_the_one_of_the_migrations() {
    let scratch = ScratchDb::open().await;
    assert_eq!(scratch.migrator().migrate().await.unwrap(), MigrationCount(0));
    assert_eq!(scratch.db.pending_migrations().await.unwrap(), 0);
    let schema = include_str!("../schema.rs");
    let mut declared = Tables::new();
    for chunk in schema.split("diesel::table! {\n    ").skip(1) {
        let (name, rest) = chunk.split_once(' ').unwrap();
        let columns = rest.lines().filter_map(|line| {
            let (column, kind) = line.trim().trim_end_matches(',').split_once(" -> ")?;
            let (plain, null) = match kind.strip_prefix("Nullable<") {
                Some(inner) => (inner.trim_end_matches('>'), true),
                None => (kind, false),
            };
            let plain = match plain {
                "Text" => "TEXT",
                "Binary" => "BLOB",
                "BigInt" => "BIGINT",
                "Integer" => "INTEGER",
                "Bool" => "BOOLEAN",
                other => other,
            };
            Some((column.to_owned(), format!("{plain}{}", if null { "?" } else { "" })))
        });
        declared.insert(name.to_owned(), columns.collect());
    }
    let migrated: Tables = tables(&sql("sqlite"))
        .into_iter()
        .map(|(table, columns)| {
            let columns = columns.into_iter().map(|(column, words)| {
                let kind = words.split(' ').next().unwrap_or_default();
                (column, format!("{kind}{}", if words.contains("NOT NULL") { "" } else { "?" }))
            });
            (table, columns.collect())
        })
        .collect();
    assert_eq!(declared, migrated);
}

#[tokio::test]
async fn a_schema_newer_than_the_program_is_refused_and_left_alone() {
    let scratch = ScratchDb::open().await;
    scratch.run_sql("INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000000')").await;
    let newest = migrations("sqlite").pop().unwrap();
    let newest: String = newest.split('_').next().unwrap().chars().filter(char::is_ascii_digit).collect();
    for refused in [scratch.migrator().migrate().await.unwrap_err(), scratch.db.pending_migrations().await.unwrap_err()] {
        assert!(
            matches!(&refused, DbError::SchemaTooNew { found, known } if found == "29990101000000" && *known == newest),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn down_and_up_again() {
    use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};
    const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
    #[cfg(feature = "postgres")]
    const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
    let scratch = ScratchDb::open().await;
    let revert = |conn: &mut Conn| {
        let reverted = match conn {
            Conn::Sqlite(sqlite) => sqlite.revert_all_migrations(SQLITE),
            #[cfg(feature = "postgres")]
            Conn::Postgres(postgres) => postgres.revert_all_migrations(POSTGRES),
        };
        reverted.map(|all| all.len()).map_err(DbError::Migration)
    };
    let all = scratch.migrator().writer().run(revert).await.unwrap();
    assert_eq!(scratch.migrator().migrate().await.unwrap(), MigrationCount(all));
    assert_eq!(all, migrations("sqlite").len());
}
