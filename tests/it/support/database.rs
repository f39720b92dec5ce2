//! A database of one service on the server named by `PROOFSHEET_TEST_DATABASE_URL`; without it services use SQLite.

use std::sync::atomic::{AtomicU32, Ordering};

/// The login of the program: NOINHERIT and owner of nothing, as `docs/postgresql.md` has it.
const LOGIN: &str = "ps_test:ps_test";

/// The superuser's address, when the tests are to run on a server.
pub fn superuser() -> Option<String> {
    std::env::var("PROOFSHEET_TEST_DATABASE_URL").ok().filter(|url| !url.is_empty())
}

/// One service's database; goes away with it.
#[derive(Debug)]
pub struct Database {
    name: String,
}

impl Database {
    /// A new, empty one, if the tests are to run on a server.
    pub fn if_wanted() -> Option<Self> {
        superuser().map(|_| Self::new())
    }

    /// A new, empty one.
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("it_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
        run(
            "postgres",
            "DO $$ BEGIN CREATE ROLE ps_test LOGIN NOINHERIT PASSWORD 'ps_test'; \
             EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
        );
        run("postgres", &format!("CREATE DATABASE {name} TEMPLATE template0"));
        Self { name }
    }

    /// As the program signs in.
    pub fn url(&self) -> String {
        address(Some(LOGIN), &self.name)
    }

    /// As whoever may change tables.
    pub fn superuser_url(&self) -> String {
        address(None, &self.name)
    }

    /// Settings of a service that uses it and makes its tables itself.
    pub fn settings(&self) -> [(&'static str, String); 3] {
        [
            ("PROOFSHEET_DATABASE__URL", self.url()),
            ("PROOFSHEET_DATABASE__MIGRATION_URL", self.superuser_url()),
            ("PROOFSHEET_DATABASE__MIGRATE_AT_START", "true".to_owned()),
        ]
    }

    /// Ends every connection and takes no new ones.
    pub fn go_away(&self) {
        run("postgres", &format!("ALTER DATABASE {} ALLOW_CONNECTIONS false", self.name));
        run("postgres", &format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'", self.name));
    }

    /// Takes connections again.
    pub fn come_back(&self) {
        run("postgres", &format!("ALTER DATABASE {} ALLOW_CONNECTIONS true", self.name));
    }

    /// Runs statements past all scopes.
    pub fn run(&self, sql: &str) {
        run(&self.name, sql);
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        run("postgres", &format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

/// `scheme://user@host/database` with other users and databases.
pub fn address(user: Option<&str>, database: &str) -> String {
    let url = superuser().expect("a server is named");
    let (scheme, rest) = url.split_once("://").unwrap();
    let (login, place) = rest.rsplit_once('@').unwrap();
    let host = place.split('/').next().unwrap();
    format!("{scheme}://{}@{host}/{database}", user.unwrap_or(login))
}

#[cfg(feature = "postgres")]
fn run(database: &str, sql: &str) {
    use diesel::Connection;
    use diesel::connection::SimpleConnection;
    let mut conn = diesel::PgConnection::establish(&address(None, database)).unwrap();
    conn.batch_execute(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
}

#[cfg(not(feature = "postgres"))]
fn run(_database: &str, _sql: &str) {
    panic!("tests on PostgreSQL need --features postgres");
}
