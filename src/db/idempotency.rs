//! What a client's own key was used for, so that the same request sent twice is one: written in the transaction of what comes
//! of the request, so that it holds across nodes and restarts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use diesel::prelude::*;

use super::DbError;
use super::conn::Conn;
use super::schema::idempotency_keys as keys;
use super::scope::{AgencyScope, SystemScope, Tx};
use crate::domain::{AgencyId, Timestamp};

/// How long a key means the request it was first sent with.
pub const KEY_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// A request that changes something, under a key of the client's own choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyedRequest {
    /// Whose rows it changes.
    pub agency: AgencyId,
    /// The API key or the person it came with; each has keys of its own.
    pub owner: String,
    /// Keyed digests of the client's key, under every key of the ring, the active one first.
    pub key_digests: Vec<[u8; 32]>,
    /// Keyed digests of everything that was asked, likewise.
    pub fingerprints: Vec<[u8; 32]>,
    /// What it is about, by its id; empty if it makes something new.
    pub about: String,
    /// Now.
    pub now: Timestamp,
}

/// What a key was used for before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUse {
    /// What came of it, by its id; else what it was about.
    pub resource: String,
    /// A little more, as JSON, where the resource does not say all.
    pub outcome: Option<String>,
}

/// How a request under a key begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// Nobody sent it before, or the key's day is over. Or it came to nothing through no fault of the client: then what it made.
    First { interrupted: Option<String> },
    /// This very request came before.
    Before(KeyUse),
}

/// What came of a request, as its transaction says it.
#[derive(Debug, Default)]
pub(super) struct CameOf {
    pub(super) resource: Option<String>,
    pub(super) outcome: Option<String>,
}

/// One key for all writing transactions of a request: the first that is kept keeps the key.
#[derive(Clone)]
pub(super) struct UnderKey {
    request: Arc<KeyedRequest>,
    is_kept: Arc<AtomicBool>,
}

impl UnderKey {
    pub(super) fn of(request: KeyedRequest) -> Self {
        Self { request: Arc::new(request), is_kept: Arc::new(AtomicBool::new(false)) }
    }

    pub(super) fn is_kept(&self) -> bool {
        self.is_kept.load(Ordering::SeqCst)
    }

    pub(super) fn set_kept(&self) {
        self.is_kept.store(true, Ordering::SeqCst);
    }

    /// Before the transaction's work: a twin waits here until the first has ended.
    pub(super) fn begin(&self, conn: &mut Conn) -> Result<(), DbError> {
        match begin(conn, &self.request)? {
            Begun::First { .. } => Ok(()),
            Begun::Before(_) => Err(DbError::KeyUsed),
        }
    }

    /// After it.
    pub(super) fn settle(&self, conn: &mut Conn, came_of: CameOf) -> Result<(), DbError> {
        let resource = came_of.resource.as_deref().unwrap_or(&self.request.about);
        settle(conn, &self.request, resource, came_of.outcome.as_deref())
    }
}

struct Found {
    key_digest: Vec<u8>,
    is_same: bool,
    is_live: bool,
    key_use: KeyUse,
    released: bool,
}

fn find(conn: &mut Conn, request: &KeyedRequest) -> Result<Option<Found>, DbError> {
    type Row = (Vec<u8>, Vec<u8>, String, Option<String>, bool, i64);
    let digests: Vec<Vec<u8>> = request.key_digests.iter().map(|digest| digest.to_vec()).collect();
    let row: Option<Row> = keys::table
        .filter(keys::agency_id.eq(request.agency.as_str()))
        .filter(keys::owner_id.eq(&request.owner))
        .filter(keys::key_digest.eq_any(digests))
        .order(keys::created_at.desc())
        .select((keys::key_digest, keys::fingerprint, keys::resource_id, keys::outcome, keys::released, keys::created_at))
        .first(conn)
        .optional()?;
    Ok(row.map(|(key_digest, fingerprint, resource, outcome, released, created_at)| Found {
        key_digest,
        is_same: request.fingerprints.iter().any(|ours| ours.as_slice() == fingerprint),
        is_live: !released && Timestamp::from_epoch_millis(created_at).plus(KEY_LIFE) > request.now,
        key_use: KeyUse { resource, outcome },
        released,
    }))
}

fn begin(conn: &mut Conn, request: &KeyedRequest) -> Result<Begun, DbError> {
    let mut interrupted = None;
    if let Some(found) = find(conn, request)? {
        if found.is_live {
            return if found.is_same { Ok(Begun::Before(found.key_use)) } else { Err(DbError::KeyReused) };
        }
        if found.is_same && found.released {
            interrupted = Some(found.key_use.resource);
        }
        diesel::delete(keys::table.find((&request.owner, &found.key_digest)))
            .filter(keys::agency_id.eq(request.agency.as_str()))
            .execute(conn)?;
    }
    let inserted = diesel::insert_into(keys::table)
        .values((
            keys::owner_id.eq(&request.owner),
            keys::key_digest.eq(first(&request.key_digests)),
            keys::agency_id.eq(request.agency.as_str()),
            keys::fingerprint.eq(first(&request.fingerprints)),
            keys::resource_id.eq(""),
            keys::released.eq(false),
            keys::created_at.eq(request.now.epoch_millis()),
        ))
        .execute(conn);
    match inserted.map_err(DbError::of_insert) {
        Ok(_) => Ok(Begun::First { interrupted }),
        // Its twin came in by another connection in the same moment.
        Err(DbError::AlreadyThere) => Err(DbError::KeyUsed),
        Err(error) => Err(error),
    }
}

fn settle(conn: &mut Conn, request: &KeyedRequest, resource: &str, outcome: Option<&str>) -> Result<(), DbError> {
    diesel::update(keys::table.find((&request.owner, first(&request.key_digests))))
        .filter(keys::agency_id.eq(request.agency.as_str()))
        .set((keys::resource_id.eq(resource), keys::outcome.eq(outcome)))
        .execute(conn)?;
    Ok(())
}

fn first(digests: &[[u8; 32]]) -> Vec<u8> {
    digests.first().map(|digest| digest.to_vec()).unwrap_or_default()
}

/// The keys of an analysis that was interrupted may be used again.
pub(super) fn release(conn: &mut Conn, resource: &str) -> Result<(), DbError> {
    diesel::update(keys::table.filter(keys::resource_id.eq(resource))).set(keys::released.eq(true)).execute(conn)?;
    Ok(())
}

/// Nothing of what was asked about it stays.
pub(super) fn erase(conn: &mut Conn, resource: &str) -> Result<(), DbError> {
    diesel::delete(keys::table.filter(keys::resource_id.eq(resource))).execute(conn)?;
    Ok(())
}

impl<S> Tx<'_, S> {
    /// What comes of the request this transaction is for, by its id: what its key will mean, if it has one.
    pub fn came_of(&mut self, resource: &str) {
        self.came_of.resource = Some(resource.to_owned());
    }

    /// A little more of it, as JSON, for an answer that cannot be read anew from the resource.
    pub fn note_outcome(&mut self, outcome: String) {
        self.came_of.outcome = Some(outcome);
    }
}

impl Tx<'_, AgencyScope> {
    /// What this very request came to, if it came before.
    ///
    /// # Errors
    /// [`DbError::KeyReused`] if its key was used for something else; what the engine refuses.
    pub fn find_key_use(&mut self, request: &KeyedRequest) -> Result<Option<KeyUse>, DbError> {
        match find(self.conn, request)?.filter(|found| found.is_live) {
            Some(found) if found.is_same => Ok(Some(found.key_use)),
            Some(_) => Err(DbError::KeyReused),
            None => Ok(None),
        }
    }

    /// Begins a request under a key, in the transaction of what comes of it. For those that have to know what came before;
    /// all others go through [`super::Db::under`].
    ///
    /// # Errors
    /// [`DbError::KeyReused`]; [`DbError::KeyUsed`] if its twin ended while this one waited; what the engine refuses.
    pub fn begin_keyed(&mut self, request: &KeyedRequest) -> Result<Begun, DbError> {
        begin(self.conn, request)
    }

    /// Says what came of a request that was begun in this transaction.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn settle_keyed(&mut self, request: &KeyedRequest, resource: &str) -> Result<(), DbError> {
        settle(self.conn, request, resource, None)
    }
}

impl Tx<'_, SystemScope> {
    /// Forgets every key used before then. Answers how many.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn delete_key_uses_before(&mut self, cutoff: Timestamp) -> Result<usize, DbError> {
        Ok(diesel::delete(keys::table.filter(keys::created_at.le(cutoff.epoch_millis()))).execute(self.conn)?)
    }
}
