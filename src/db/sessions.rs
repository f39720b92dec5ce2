//! Signed-in browsers.

use diesel::prelude::*;

use super::DbError;
use super::schema::{sessions, users};
use super::scope::{AuthenticatorScope, PersonScope, Tx};
use super::users::{UserRecord, UserRow};
use super::words::{word, word_or_none};
use crate::domain::{AgencyId, SessionId, Timestamp, UserId};

/// A new session.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub user: UserId,
    /// Their agency; none for an admin.
    pub agency: Option<AgencyId>,
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
    /// When.
    pub created_at: Timestamp,
    /// Over at this time, used or not.
    pub ends_at: Timestamp,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub user: UserId,
    /// Their agency; none for an admin.
    pub agency: Option<AgencyId>,
    /// Since when.
    pub created_at: Timestamp,
    /// Last seen use, to about a minute.
    pub last_used_at: Timestamp,
    /// Over at this time, used or not.
    pub ends_at: Timestamp,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
struct SessionRow {
    id: String,
    user_id: String,
    agency_id: Option<String>,
    created_at: i64,
    last_used_at: i64,
    ends_at: i64,
}

impl TryFrom<SessionRow> for SessionRecord {
    type Error = DbError;
    fn try_from(row: SessionRow) -> Result<Self, DbError> {
        Ok(Self {
            id: word("sessions.id", &row.id)?,
            user: word("sessions.user_id", &row.user_id)?,
            agency: word_or_none("sessions.agency_id", row.agency_id.as_deref())?,
            created_at: Timestamp::from_epoch_millis(row.created_at),
            last_used_at: Timestamp::from_epoch_millis(row.last_used_at),
            ends_at: Timestamp::from_epoch_millis(row.ends_at),
        })
    }
}

impl Tx<'_, AuthenticatorScope> {
    /// A new session; forgets this person's sessions that are over.
    ///
    /// # Errors
    /// [`DbError::AlreadyThere`], and what the engine refuses.
    pub fn insert_session(&mut self, new: &NewSession) -> Result<(), DbError> {
        diesel::delete(sessions::table.filter(sessions::user_id.eq(new.user.as_str())))
            .filter(sessions::ends_at.le(new.created_at.epoch_millis()))
            .execute(self.conn)?;
        diesel::insert_into(sessions::table)
            .values((
                sessions::id.eq(new.id.as_str()),
                sessions::user_id.eq(new.user.as_str()),
                sessions::agency_id.eq(new.agency.as_ref().map(AgencyId::as_str)),
                sessions::token_hash.eq(new.token_hash.to_vec()),
                sessions::created_at.eq(new.created_at.epoch_millis()),
                sessions::last_used_at.eq(new.created_at.epoch_millis()),
                sessions::ends_at.eq(new.ends_at.epoch_millis()),
            ))
            .execute(self.conn)
            .map_err(DbError::of_insert)?;
        Ok(())
    }

    /// The session with this token, and the person as they are now.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn find_session_by_hash(&mut self, token_hash: &[u8; 32]) -> Result<Option<(SessionRecord, UserRecord)>, DbError> {
        let rows: Option<(SessionRow, UserRow)> = sessions::table
            .inner_join(users::table.on(users::id.eq(sessions::user_id)))
            .filter(sessions::token_hash.eq(token_hash.to_vec()))
            .select((SessionRow::as_select(), UserRow::as_select()))
            .first(self.conn)
            .optional()?;
        rows.map(|(session, user)| Ok((session.try_into()?, user.try_into()?))).transpose()
    }

    /// The session was used now. Never moves backwards.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn touch_session(&mut self, session: &SessionId, now: Timestamp) -> Result<(), DbError> {
        diesel::update(sessions::table.find(session.as_str()))
            .filter(sessions::last_used_at.lt(now.epoch_millis()))
            .set(sessions::last_used_at.eq(now.epoch_millis()))
            .execute(self.conn)?;
        Ok(())
    }

    /// Ends the session with this token. False if there was none.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn delete_session(&mut self, token_hash: &[u8; 32]) -> Result<bool, DbError> {
        let gone = diesel::delete(sessions::table.filter(sessions::token_hash.eq(token_hash.to_vec()))).execute(self.conn)?;
        Ok(gone > 0)
    }
}

impl Tx<'_, PersonScope> {
    /// The person's sessions, newest first.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn list_sessions(&mut self) -> Result<Vec<SessionRecord>, DbError> {
        let rows: Vec<SessionRow> = sessions::table
            .filter(sessions::user_id.eq(self.scope.0.as_str()))
            .order(sessions::id.desc())
            .select(SessionRow::as_select())
            .load(self.conn)?;
        rows.into_iter().map(SessionRecord::try_from).collect()
    }

    /// Ends one of the person's sessions. False if there was none.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn delete_session(&mut self, session: &SessionId) -> Result<bool, DbError> {
        let gone = diesel::delete(sessions::table.find(session.as_str()))
            .filter(sessions::user_id.eq(self.scope.0.as_str()))
            .execute(self.conn)?;
        Ok(gone > 0)
    }
}
