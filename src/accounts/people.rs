//! Agencies and people: made by the operator's commands and at the first start.

use super::mail_address::MailAddress;
use super::{AccountError, Accounts, password};
use crate::db::{AuthenticatorScope, NewAgency, NewUser, Tx, UserRecord};
use crate::domain::{AgencyId, AgencyProfile, Branding, Role, Timestamp, UserId};
use crate::vault::{Digest, Purpose};

/// Longest name of an agency or label of a key, in characters.
pub(super) const NAME_CHARS_MAX: usize = 100;

/// A name as it is kept: trimmed, 1 to 100 characters.
pub(super) fn check_name(name: &str) -> Result<&str, AccountError> {
    let name = name.trim();
    let chars = name.chars().count();
    if chars == 0 || chars > NAME_CHARS_MAX { Err(AccountError::NameLength { max: NAME_CHARS_MAX }) } else { Ok(name) }
}

/// The person whose address has one of these digests: under the active ring key, or under an older one.
pub(super) fn find_by_digests(
    tx: &mut Tx<'_, AuthenticatorScope>,
    digests: &[Digest],
) -> Result<Option<UserRecord>, AccountError> {
    for digest in digests {
        if let Some(user) = tx.find_user_by_email(digest)? {
            return Ok(Some(user));
        }
    }
    Ok(None)
}

impl Accounts {
    /// A new agency with nobody in it.
    ///
    /// # Errors
    /// [`AccountError::NameLength`], and what database and vault refuse.
    pub async fn create_agency(&self, name: &str) -> Result<AgencyId, AccountError> {
        let new = self.new_agency(name, self.clock.now())?;
        let id = new.id.clone();
        self.db.as_system().write(move |tx| tx.insert_agency(&new).map_err(AccountError::from)).await?;
        Ok(id)
    }

    pub(super) fn new_agency(&self, name: &str, now: Timestamp) -> Result<NewAgency, AccountError> {
        let name = check_name(name)?;
        let id = AgencyId::generate(now);
        let name_sealed = self.vault.seal(Purpose::AgencyName, id.as_str(), name.as_bytes())?;
        Ok(NewAgency { id, name_sealed, created_at: now })
    }

    /// The agency's name.
    ///
    /// # Errors
    /// [`AccountError::NoSuchAgency`], and what database and vault refuse.
    pub async fn agency_name(&self, agency: &AgencyId) -> Result<String, AccountError> {
        let found = self.db.as_agency(agency).read(|tx| tx.find_agency().map_err(AccountError::from)).await?;
        let record = found.ok_or(AccountError::NoSuchAgency)?;
        Ok(self.vault.open_text(Purpose::AgencyName, agency.as_str(), &record.name_sealed)?.to_string())
    }

    /// The agency as its reports name and show it.
    ///
    /// # Errors
    /// As [`Accounts::agency_name`], and [`AccountError::UnknownBranding`].
    pub async fn agency_profile(&self, agency: &AgencyId) -> Result<AgencyProfile, AccountError> {
        let found = self.db.as_agency(agency).read(|tx| tx.find_agency().map_err(AccountError::from)).await?;
        let record = found.ok_or(AccountError::NoSuchAgency)?;
        let name = self.vault.open_text(Purpose::AgencyName, agency.as_str(), &record.name_sealed)?.to_string();
        let branding = match &record.branding_sealed {
            Some(sealed) => {
                let json = self.vault.open_text(Purpose::Branding, agency.as_str(), sealed)?;
                serde_json::from_str(&json).map_err(|_| AccountError::UnknownBranding)?
            }
            None => Branding::default(),
        };
        Ok(AgencyProfile { name: Some(name), branding })
    }

    /// How the agency's reports look from now on; reports that exist stay as they are.
    ///
    /// # Errors
    /// [`AccountError::Branding`], [`AccountError::NoSuchAgency`], and what database and vault refuse.
    pub async fn set_branding(&self, agency: &AgencyId, branding: &Branding) -> Result<(), AccountError> {
        branding.check()?;
        self.agency_name(agency).await?;
        let json = serde_json::to_vec(branding).map_err(|_| AccountError::UnknownBranding)?;
        let sealed = self.vault.seal(Purpose::Branding, agency.as_str(), &json)?;
        let sealed = (*branding != Branding::default()).then_some(sealed);
        let agency = agency.clone();
        self.db.as_system().write(move |tx| tx.set_branding(&agency, sealed.as_deref()).map_err(AccountError::from)).await
    }

    /// A new person.
    ///
    /// # Errors
    /// [`AccountError::RoleAndAgency`], [`AccountError::NotAMailAddress`], [`AccountError::MailAddressTaken`], those of
    /// [`password::check`], [`AccountError::NoSuchAgency`], and what database and vault refuse.
    pub async fn create_user(
        &self,
        agency: Option<&AgencyId>,
        role: Role,
        email: &str,
        password: &str,
    ) -> Result<UserId, AccountError> {
        if let Some(agency) = agency {
            self.agency_name(agency).await?;
        }
        let new = self.new_user(agency, role, email, password).await?;
        let id = new.id.clone();
        self.db.as_system().write(move |tx| tx.insert_user(&new).map_err(taken)).await?;
        Ok(id)
    }

    pub(super) async fn new_user(
        &self,
        agency: Option<&AgencyId>,
        role: Role,
        email: &str,
        password: &str,
    ) -> Result<NewUser, AccountError> {
        if (role == Role::Admin) != agency.is_none() {
            return Err(AccountError::RoleAndAgency);
        }
        password::check(password)?;
        let address = MailAddress::parse(email)?;
        let digests = self.vault.keyed_digests(Purpose::MailAddress, address.as_str().as_bytes());
        let holder = self.db.as_authenticator().read(move |tx| find_by_digests(tx, &digests)).await?;
        if holder.is_some() {
            return Err(AccountError::MailAddressTaken);
        }
        let password_hash = self.hasher.hash(&self.vault, password).await?;
        let now = self.clock.now();
        let id = UserId::generate(now);
        Ok(NewUser {
            agency: agency.cloned(),
            role,
            email_digest: self.vault.keyed_digest(Purpose::MailAddress, address.as_str().as_bytes()),
            email_sealed: self.vault.seal(Purpose::MailAddress, id.as_str(), address.as_str().as_bytes())?,
            password_hash,
            created_at: now,
            id,
        })
    }
}

/// An insert of a person that found the address taken meanwhile.
pub(super) fn taken(error: crate::db::DbError) -> AccountError {
    match error {
        crate::db::DbError::AlreadyThere => AccountError::MailAddressTaken,
        other => AccountError::Db(other),
    }
}
