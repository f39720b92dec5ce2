//! For tests only: a database of one test on the server named by `PROOFSHEET_TEST_DATABASE_URL`, which goes away with it.
//!
//! The program's own connections sign in as `ps_test`, a login such as an operator makes: NOINHERIT, member of `ps_app` and
//! `ps_worker`, owner of nothing. What a test does past all scopes goes through the superuser's.

use std::sync::OnceLock;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, RunQueryDsl};

use crate::db::conn::Conn;
use crate::db::migrate;
use crate::db::tests::scratch::NOON;
use crate::domain::AgencyId;

/// Password of the login `ps_test`; the server is on loopback and lives as long as the tests.
const LOGIN: &str = "ps_test:ps_test";
/// For making login and template in one process at a time.
const ALONE: &str = "SELECT pg_advisory_lock(7077706866)";

/// The superuser's address, when the tests are to run on a server.
#[expect(clippy::disallowed_methods, reason = "which database the tests run on is said by the environment")]
pub(crate) fn superuser() -> Option<String> {
    std::env::var("PROOFSHEET_TEST_DATABASE_URL").ok().filter(|url| !url.is_empty())
}

/// `scheme://user@host/database` with other users and databases.
fn address(user: Option<&str>, database: &str) -> String {
    let url = superuser().expect("a server is named");
    let (scheme, rest) = url.split_once("://").expect("a URL");
    let (login, place) = rest.rsplit_once('@').expect("a user");
    let (host, _) = place.split_once('/').expect("a database");
    format!("{scheme}://{}@{host}/{database}", user.unwrap_or(login))
}

pub(crate) fn connect(url: &str) -> PgConnection {
    PgConnection::establish(url).unwrap_or_else(|error| panic!("the tests' server does not answer: {error}"))
}

/// One test's database.
pub(crate) struct ServerDatabase {
    name: String,
}

impl ServerDatabase {
    /// With the tables of this program, or empty.
    pub(crate) fn create(migrated: bool) -> Self {
        let template = if migrated { template() } else { "template0" };
        let name = format!("test_{}", AgencyId::generate(NOON).as_str().to_lowercase());
        let mut conn = connect(&address(None, "postgres"));
        conn.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).expect("a database for the test");
        Self { name }
    }

    /// For the program.
    pub(crate) fn url(&self) -> String {
        address(Some(LOGIN), &self.name)
    }

    /// Past all scopes.
    pub(crate) fn superuser_url(&self) -> String {
        address(None, &self.name)
    }

    /// Every row of every table as text, and every column of bytes as it is.
    pub(crate) fn raw_bytes(&self) -> Vec<u8> {
        #[derive(diesel::QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Binary>)]
            line: Option<Vec<u8>>,
        }
        let mut conn = connect(&self.superuser_url());
        let mut questions: Vec<String> =
            tables(&mut conn).iter().map(|table| format!("SELECT convert_to(t::text, 'UTF8') AS line FROM {table} t")).collect();
        questions.extend(names(
            &mut conn,
            "SELECT format('SELECT %I AS line FROM %I', column_name, table_name) AS name FROM information_schema.columns \
             WHERE table_schema = 'public' AND data_type = 'bytea'",
        ));
        let rows = questions.iter().flat_map(|question| diesel::sql_query(question).load::<Row>(&mut conn).expect("rows"));
        rows.filter_map(|row| row.line).flatten().collect()
    }
}

impl Drop for ServerDatabase {
    fn drop(&mut self) {
        let dropped = connect(&address(None, "postgres")).batch_execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
        if let Err(error) = dropped {
            eprintln!("{} stays until its server ends: {error}", self.name);
        }
    }
}

/// What a question answers in its column `name`.
pub(crate) fn names(conn: &mut PgConnection, question: &str) -> Vec<String> {
    #[derive(diesel::QueryableByName)]
    struct Name {
        #[diesel(sql_type = diesel::sql_types::Text)]
        name: String,
    }
    diesel::sql_query(question).load::<Name>(conn).expect("a list").into_iter().map(|row| row.name).collect()
}

/// The program's tables.
pub(crate) fn tables(conn: &mut PgConnection) -> Vec<String> {
    let list = "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public' \
                AND tablename <> '__diesel_schema_migrations' ORDER BY 1";
    names(conn, list)
}

/// A migrated database to copy from: its name is that of the migrations' text, so it is made once for each.
fn template() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        super::migrations::sql("postgres").hash(&mut hasher);
        include_str!("../../../migrations/postgres-roles.sql").hash(&mut hasher);
        let name = format!("template_{:016x}", hasher.finish());
        let mut conn = connect(&address(None, "postgres"));
        conn.batch_execute(ALONE).expect("a lock");
        let found = diesel::sql_query(format!("SELECT 1 FROM pg_database WHERE datname = '{name}'")).execute(&mut conn);
        if found.expect("an answer") == 0 {
            make_template(&mut conn, &name);
        }
        name
    })
}

fn make_template(conn: &mut PgConnection, name: &str) {
    let half = format!("{name}_half");
    conn.batch_execute(&format!("DROP DATABASE IF EXISTS {half} WITH (FORCE)")).expect("no rest");
    conn.batch_execute(&format!("CREATE DATABASE {half} TEMPLATE template0")).expect("an empty database");
    let mut inside = Conn::Postgres(connect(&address(None, &half)));
    migrate::run(&mut inside).expect("the migrations run");
    drop(inside);
    conn.batch_execute(
        "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ps_test') THEN \
         CREATE ROLE ps_test LOGIN NOINHERIT PASSWORD 'ps_test'; GRANT ps_app, ps_worker TO ps_test; END IF; END $$",
    )
    .expect("a login for the program");
    conn.batch_execute(&format!("ALTER DATABASE {half} RENAME TO {name}")).expect("a name");
}
