//! For whom a query runs. The scope is part of the type a query is a method of.
//!
//! On SQLite the scope is an argument each query reads from its transaction; on PostgreSQL the same values are what the
//! row-level policies of `migrations/postgres` compare with.

use super::DbError;
use super::conn::Conn;
use super::database::Db;
use super::guise::Scope;
use super::idempotency::CameOf;
use crate::domain::{AgencyId, UserId};

/// One tenant.
#[derive(Debug, Clone)]
pub struct AgencyScope(pub(super) AgencyId);

/// One person, whatever the agency.
#[derive(Debug, Clone)]
pub struct PersonScope(pub(super) UserId);

/// Whoever checks who somebody is.
#[derive(Debug, Clone)]
pub struct AuthenticatorScope;

/// Anybody.
#[derive(Debug, Clone)]
pub struct PublicScope;

/// Workers, jobs and the operator.
#[derive(Debug, Clone)]
pub struct SystemScope;

/// The database as seen in one scope; good for one transaction.
#[derive(Debug)]
pub struct Scoped<S> {
    pub(super) db: Db,
    pub(super) scope: S,
}

/// One transaction in one scope. Its methods are the queries that scope may run.
pub struct Tx<'t, S> {
    pub(super) conn: &'t mut Conn,
    pub(super) scope: &'t S,
    pub(super) came_of: CameOf,
}

impl<S> std::fmt::Debug for Tx<'_, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tx")
    }
}

impl<S: Scope> Scoped<S> {
    /// Runs `work` on a reading connection, in one consistent view. The engine refuses to write in it.
    ///
    /// # Errors
    /// What `work` answers, and [`DbError::Busy`] when no connection came free.
    pub async fn read<T, E>(self, work: impl FnOnce(&mut Tx<'_, S>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let Self { db, scope } = self;
        db.readers().transact(scope.guise(), move |conn| work(&mut Tx { conn, scope: &scope, came_of: CameOf::default() })).await
    }

    /// Runs `work` in a transaction that is kept if it answers `Ok` and forgotten if not. Of a request under a key
    /// ([`Db::under`]) the key is kept with it.
    ///
    /// # Errors
    /// What `work` answers, and [`DbError::Busy`] when the writer did not come free; under a key [`DbError::KeyReused`] and
    /// [`DbError::KeyUsed`], before any work.
    pub async fn write<T, E>(self, work: impl FnOnce(&mut Tx<'_, S>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let Self { db, scope } = self;
        let under = db.key().filter(|key| !key.is_kept()).cloned();
        let key = under.clone();
        let transacting = db.writer().transact(scope.guise(), move |conn| {
            if let Some(key) = &key {
                key.begin(conn)?;
            }
            let mut tx = Tx { conn, scope: &scope, came_of: CameOf::default() };
            let value = work(&mut tx)?;
            if let Some(key) = &key {
                key.settle(tx.conn, tx.came_of)?;
            }
            Ok::<T, E>(value)
        });
        let value = transacting.await?;
        if let Some(key) = under {
            key.set_kept();
        }
        Ok(value)
    }
}

impl Scoped<SystemScope> {
    /// Empties SQLite's write-ahead log into the file, so that what was deleted is in neither. Outside any transaction; waits up
    /// to 5 s for readers. False if one was still in the way: call again. Nothing to do on PostgreSQL.
    ///
    /// # Errors
    /// What the engine refuses.
    pub async fn checkpoint_truncate(self) -> Result<bool, DbError> {
        self.db.checkpoint().await
    }
}
