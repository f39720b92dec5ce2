//! The first start: an agency with its owner, and the operator's admin, all or nothing, and only into an empty house.

use std::fmt;

use super::people::taken;
use super::{AccountError, Accounts};
use crate::domain::{AgencyId, Role, UserId};

/// An address and a password to sign in with. Does not print the password.
pub struct Credentials<'a> {
    /// The address.
    pub email: &'a str,
    /// The password.
    pub password: &'a str,
}

impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({}, …)", self.email)
    }
}

/// What the first start makes.
#[derive(Debug)]
pub struct Founding<'a> {
    /// The agency's name.
    pub agency_name: &'a str,
    /// Its owner.
    pub owner: Credentials<'a>,
    /// The operator.
    pub admin: Credentials<'a>,
}

/// What the first start made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Founded {
    /// The agency.
    pub agency: AgencyId,
    /// Its owner.
    pub owner: UserId,
    /// The operator.
    pub admin: UserId,
}

impl Accounts {
    /// Whether nobody can sign in yet: the first start.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn is_empty(&self) -> Result<bool, AccountError> {
        Ok(self.db.as_system().read(|tx| tx.count_users().map_err(AccountError::from)).await? == 0)
    }

    /// Makes the first agency, its owner and the admin in one transaction; `None` if there is anybody already.
    ///
    /// # Errors
    /// As [`Accounts::create_agency`] and [`Accounts::create_user`].
    pub async fn found(&self, founding: &Founding<'_>) -> Result<Option<Founded>, AccountError> {
        if !self.is_empty().await? {
            return Ok(None);
        }
        let agency = self.new_agency(founding.agency_name, self.clock.now())?;
        let Credentials { email, password } = founding.owner;
        let owner = self.new_user(Some(&agency.id), Role::Owner, email, password).await?;
        let Credentials { email, password } = founding.admin;
        let admin = self.new_user(None, Role::Admin, email, password).await?;
        let made = Founded { agency: agency.id.clone(), owner: owner.id.clone(), admin: admin.id.clone() };
        let founded = self
            .db
            .as_system()
            .write(move |tx| {
                if tx.count_users()? > 0 {
                    return Ok(None);
                }
                tx.insert_agency(&agency)?;
                tx.insert_user(&owner).map_err(taken)?;
                tx.insert_user(&admin).map_err(taken)?;
                Ok(Some(made))
            })
            .await;
        match founded {
            // Another node of the same database was faster: its people are there.
            Err(AccountError::MailAddressTaken) => Ok(None),
            other => other,
        }
    }
}
