//! People who sign in.

use diesel::prelude::*;

use super::DbError;
use super::schema::users;
use super::scope::{AgencyScope, AuthenticatorScope, PersonScope, SystemScope, Tx};
use super::words::{time_or_none, word, word_or_none};
use crate::domain::{AgencyId, Role, Timestamp, UserId};

/// A new person.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Their id.
    pub id: UserId,
    /// Their agency; none for an admin and for nobody else.
    pub agency: Option<AgencyId>,
    /// Who they are.
    pub role: Role,
    /// Keyed digest of the normalised address.
    pub email_digest: [u8; 32],
    /// The address, sealed.
    pub email_sealed: Vec<u8>,
    /// bcrypt over the peppered password.
    pub password_hash: String,
    /// When.
    pub created_at: Timestamp,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRecord {
    /// Their id.
    pub id: UserId,
    /// Their agency; none for an admin.
    pub agency: Option<AgencyId>,
    /// Who they are.
    pub role: Role,
    /// The address, sealed.
    pub email_sealed: Vec<u8>,
    /// bcrypt over the peppered password.
    pub password_hash: String,
    /// Since when.
    pub created_at: Timestamp,
    /// Not let in since.
    pub disabled_at: Option<Timestamp>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
pub(super) struct UserRow {
    id: String,
    agency_id: Option<String>,
    role: String,
    email_sealed: Vec<u8>,
    password_hash: String,
    created_at: i64,
    disabled_at: Option<i64>,
}

impl TryFrom<UserRow> for UserRecord {
    type Error = DbError;
    fn try_from(row: UserRow) -> Result<Self, DbError> {
        Ok(Self {
            id: word("users.id", &row.id)?,
            agency: word_or_none("users.agency_id", row.agency_id.as_deref())?,
            role: word("users.role", &row.role)?,
            email_sealed: row.email_sealed,
            password_hash: row.password_hash,
            created_at: Timestamp::from_epoch_millis(row.created_at),
            disabled_at: time_or_none(row.disabled_at),
        })
    }
}

impl Tx<'_, SystemScope> {
    /// A new person.
    ///
    /// # Errors
    /// [`DbError::AlreadyThere`] when somebody has that address.
    pub fn insert_user(&mut self, new: &NewUser) -> Result<(), DbError> {
        diesel::insert_into(users::table)
            .values((
                users::id.eq(new.id.as_str()),
                users::agency_id.eq(new.agency.as_ref().map(AgencyId::as_str)),
                users::role.eq(new.role.slug()),
                users::email_digest.eq(new.email_digest.to_vec()),
                users::email_sealed.eq(&new.email_sealed),
                users::password_hash.eq(&new.password_hash),
                users::created_at.eq(new.created_at.epoch_millis()),
            ))
            .execute(self.conn)
            .map_err(DbError::of_insert)?;
        Ok(())
    }

    /// People there are, admins included. 0 only at the first start.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn count_users(&mut self) -> Result<i64, DbError> {
        Ok(users::table.count().get_result(self.conn)?)
    }
}

impl Tx<'_, AgencyScope> {
    /// The agency's people, oldest first.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn list_users(&mut self) -> Result<Vec<UserRecord>, DbError> {
        let rows: Vec<UserRow> = users::table
            .filter(users::agency_id.eq(self.scope.0.as_str()))
            .order(users::id.asc())
            .select(UserRow::as_select())
            .load(self.conn)?;
        rows.into_iter().map(UserRecord::try_from).collect()
    }
}

impl Tx<'_, PersonScope> {
    /// The person.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn find_user(&mut self) -> Result<Option<UserRecord>, DbError> {
        let row: Option<UserRow> =
            users::table.find(self.scope.0.as_str()).select(UserRow::as_select()).first(self.conn).optional()?;
        row.map(UserRecord::try_from).transpose()
    }
}

impl Tx<'_, AuthenticatorScope> {
    /// Whose address has this digest?
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn find_user_by_email(&mut self, email_digest: &[u8; 32]) -> Result<Option<UserRecord>, DbError> {
        let row: Option<UserRow> = users::table
            .filter(users::email_digest.eq(email_digest.to_vec()))
            .select(UserRow::as_select())
            .first(self.conn)
            .optional()?;
        row.map(UserRecord::try_from).transpose()
    }
}
