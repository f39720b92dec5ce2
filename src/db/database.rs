//! The handle everybody holds: opens the lanes and gives out scopes.

use std::sync::Arc;
use std::time::Duration;

use super::conn::Purpose;
use super::guise::Scope;
use super::idempotency::{KeyedRequest, UnderKey};
use super::location::Location;
use super::migrate::{self, MigrationCount};
use super::pool::Lane;
use super::scope::{AgencyScope, AuthenticatorScope, PersonScope, PublicScope, Scoped, SystemScope};
use super::{DbError, conn};
use crate::domain::{AgencyId, SharedClock, UserId};

/// How far the clocks of a node and of the server may be apart, in milliseconds: far below what a lease has to spare.
const SKEW_MAX_MS: i64 = 5_000;

/// Where the database is and how much of it may be used at once.
#[derive(Clone, PartialEq, Eq)]
pub struct Settings {
    /// `sqlite:` and the path of a file in a directory that exists; or `postgres://` and a server, perhaps with a password.
    pub url: String,
    /// Connections that read, 1..64.
    pub readers: usize,
    /// Connections that write on PostgreSQL, 1..64; on SQLite one does.
    pub writers: usize,
    /// The longest wait for a free connection.
    pub wait_max: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self { url: "sqlite:data/proofsheet.db".to_owned(), readers: 4, writers: 8, wait_max: Duration::from_secs(10) }
    }
}

/// Without the address: it may hold a password.
impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { url: _, readers, writers, wait_max } = self;
        f.debug_struct("Settings").field("readers", readers).field("writers", writers).field("wait_max", wait_max).finish()
    }
}

/// The database: connections that write (one on SQLite) and connections that read. Clones share them.
#[derive(Clone)]
pub struct Db {
    shared: bool,
    writer: Arc<Lane>,
    readers: Arc<Lane>,
    key: Option<UnderKey>,
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Db")
    }
}

impl Db {
    /// Opens the file, or creates it in a directory that exists; or connects to the server. Blocks for some milliseconds, within
    /// 5 s when a server does not answer; meant for the start.
    ///
    /// # Errors
    /// For an address that is not one ([`DbError::UnknownScheme`], [`DbError::NoPostgres`], [`DbError::NotAPath`]: nothing is
    /// created then), [`DbError::Open`] and [`DbError::Unreachable`] with what the engine said.
    pub fn open(settings: &Settings) -> Result<Self, DbError> {
        let location = Location::parse(&settings.url)?;
        let shared = location.is_shared();
        let writers = if shared { settings.writers.clamp(1, 64) } else { 1 };
        let writer = Lane::open(location.clone(), Purpose::Write, writers, settings.wait_max)?;
        let readers = Lane::open(location, Purpose::Read, settings.readers.clamp(1, 64), settings.wait_max)?;
        Ok(Self { shared, writer, readers, key: None })
    }

    /// Whether the address names a server. Nothing is opened.
    ///
    /// # Errors
    /// For an address that is not one.
    pub fn names_a_server(settings: &Settings) -> Result<bool, DbError> {
        Ok(Location::parse(&settings.url)?.is_shared())
    }

    /// Whether other nodes may be working on the same rows: PostgreSQL. A SQLite file belongs to one process.
    pub const fn is_shared(&self) -> bool {
        self.shared
    }

    /// Brings the schema up to date. Run before any scope is used.
    ///
    /// # Errors
    /// [`DbError::SchemaTooNew`] if a newer program was here; nothing is changed then. [`DbError::Migration`] if one fails.
    pub async fn migrate(&self) -> Result<MigrationCount, DbError> {
        Arc::clone(&self.writer).run(migrate::run).await
    }

    /// Lets the login of `program` take the program's roles, as whoever has just migrated. Nothing to do where both are one, and
    /// on SQLite.
    ///
    /// # Errors
    /// What the engine refuses, such as a login that is not there or may not be let in by this one.
    pub async fn admit(&self, program: &Settings) -> Result<(), DbError> {
        let program = Location::parse(&program.url)?;
        Arc::clone(&self.writer).run(move |conn| migrate::admit(conn, &program)).await
    }

    /// That the clocks of this node and of a server differ by less than 5 s: leases are given and judged by the nodes' clocks.
    ///
    /// # Errors
    /// [`DbError::ClockSkew`], and what the engine refuses.
    pub async fn check_clock(&self, clock: &SharedClock) -> Result<(), DbError> {
        let clock = Arc::clone(clock);
        let read = self.readers().transact(SystemScope.guise(), move |conn| {
            let before = clock.now().epoch_millis();
            let server = conn::server_millis(conn)?;
            Ok::<_, DbError>((before, server, clock.now().epoch_millis()))
        });
        let (before, Some(server), after) = read.await? else { return Ok(()) };
        // Somewhen between the question and the answer.
        let difference_ms = (before - server).max(server - after).max(0);
        if difference_ms > SKEW_MAX_MS { Err(DbError::ClockSkew { difference_ms, max_ms: SKEW_MAX_MS }) } else { Ok(()) }
    }

    /// That nothing is left to migrate.
    ///
    /// # Errors
    /// [`DbError::SchemaTooOld`], [`DbError::SchemaTooNew`], and what the engine refuses.
    pub async fn check_schema(&self) -> Result<(), DbError> {
        match self.pending_migrations().await? {
            0 => Ok(()),
            pending => Err(DbError::SchemaTooOld { pending }),
        }
    }

    /// Migrations that [`Db::migrate`] would run: 0 for a database that is up to date.
    ///
    /// # Errors
    /// [`DbError::SchemaTooNew`], and what the engine refuses.
    pub async fn pending_migrations(&self) -> Result<usize, DbError> {
        Arc::clone(&self.writer).run(migrate::pending).await
    }

    fn scoped<S>(&self, scope: S) -> Scoped<S> {
        Scoped { db: self.clone(), scope }
    }

    /// One tenant's rows.
    pub fn as_agency(&self, agency: &AgencyId) -> Scoped<AgencyScope> {
        self.scoped(AgencyScope(agency.clone()))
    }

    /// One person's own rows, whatever the agency.
    pub fn as_person(&self, user: &UserId) -> Scoped<PersonScope> {
        self.scoped(PersonScope(user.clone()))
    }

    /// Look-up by hash only: who is it that comes?
    pub fn as_authenticator(&self) -> Scoped<AuthenticatorScope> {
        self.scoped(AuthenticatorScope)
    }

    /// What anybody may read who knows its id.
    pub fn as_public(&self) -> Scoped<PublicScope> {
        self.scoped(PublicScope)
    }

    /// All tenants' rows: workers, jobs and the operator's commands.
    pub fn as_system(&self) -> Scoped<SystemScope> {
        self.scoped(SystemScope)
    }

    /// The same database for one request under a key of the client's own choice: the first transaction that writes keeps the
    /// key, together with what it does, or finds that its twin was here before. Without a key: the same database.
    #[must_use]
    pub fn under(&self, request: Option<KeyedRequest>) -> Self {
        Self { key: request.map(UnderKey::of), ..self.clone() }
    }

    /// Keeps the key of a request that found nothing to change, and what it came to. Without a key nothing is done.
    ///
    /// # Errors
    /// As [`Scoped::write`].
    pub async fn keep_key(&self, agency: &AgencyId, resource: &str) -> Result<(), DbError> {
        if self.key().is_none_or(UnderKey::is_kept) {
            return Ok(());
        }
        let resource = resource.to_owned();
        let keep = move |tx: &mut super::Tx<'_, AgencyScope>| {
            tx.came_of(&resource);
            Ok(())
        };
        self.as_agency(agency).write(keep).await
    }

    pub(super) const fn key(&self) -> Option<&UnderKey> {
        self.key.as_ref()
    }

    pub(super) fn writer(&self) -> Arc<Lane> {
        Arc::clone(&self.writer)
    }

    pub(super) fn readers(&self) -> Arc<Lane> {
        Arc::clone(&self.readers)
    }

    pub(super) async fn checkpoint(&self) -> Result<bool, DbError> {
        Arc::clone(&self.writer).run(conn::checkpoint_truncate).await
    }
}
