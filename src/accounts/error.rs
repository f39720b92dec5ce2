//! What can go wrong when somebody comes in or an account is changed.

use std::time::Duration;

use crate::db::DbError;
use crate::domain::Scope;
use crate::vault::VaultError;

/// Why somebody is not let in, or an account not changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Not of the form of a key, or mistyped: its checksum does not fit.
    #[error("that is not an API key of ours; check that it was copied whole")]
    MalformedKey,
    /// Of the right form, but nobody's.
    #[error("this API key is not known")]
    UnknownKey,
    /// Its time is over.
    #[error("this API key has expired")]
    KeyExpired,
    /// Somebody ended it.
    #[error("this API key was revoked")]
    KeyRevoked,
    /// It was shown from outside the networks it was given.
    #[error("this API key may not be used from this address")]
    KeyFromElsewhere,
    /// Address or password; never which.
    #[error("the e-mail address or the password is wrong")]
    WrongCredentials,
    /// Too many attempts for this address; the right password is refused too.
    #[error("too many attempts; try again in {} s", retry_after.as_secs())]
    TooManyAttempts {
        /// Until the next attempt counts.
        retry_after: Duration,
    },
    /// No such session, or it is over.
    #[error("the session is over; please sign in again")]
    NoSession,
    /// Under the least number of characters.
    #[error("a password has at least {min} characters; this one has {chars}")]
    PasswordTooShort {
        /// Characters it has.
        chars: usize,
        /// Characters it needs.
        min: usize,
    },
    /// Over the greatest number of characters.
    #[error("a password has at most {max} characters; this one has {chars}")]
    PasswordTooLong {
        /// Characters it has.
        chars: usize,
        /// Characters it may have.
        max: usize,
    },
    /// Not an address.
    #[error("that is not an e-mail address")]
    NotAMailAddress,
    /// Somebody has it.
    #[error("somebody has this e-mail address already")]
    MailAddressTaken,
    /// Reports cannot look like that.
    #[error(transparent)]
    Branding(#[from] crate::domain::BrandingError),
    /// It was stored by a newer program.
    #[error("how the agency's reports look is stored in a form this program does not know")]
    UnknownBranding,
    /// An agency's name or a key's label.
    #[error("a name has 1 to {max} characters")]
    NameLength {
        /// Characters it may have.
        max: usize,
    },
    /// A key that may do nothing.
    #[error("an API key needs at least one scope")]
    NoScope,
    /// Only the operator's.
    #[error("an agency's API key cannot carry the scope {}", .0.slug())]
    ScopeNotForAgencies(Scope),
    /// A key would make, change or roll one that may more than itself.
    #[error("this API key lacks the scope {} and cannot make, change or roll a key that has it", .0.slug())]
    ScopeBeyond(Scope),
    /// A test key would make, change or roll a live one.
    #[error("a test key makes, changes and rolls only test keys")]
    OnlyTestKeys,
    /// A key's end that is over.
    #[error("a key's end lies in the future")]
    ExpiryInPast,
    /// A key's end that is too far.
    #[error("a key ends within {max_days} days")]
    ExpiryTooFar {
        /// Days it may live.
        max_days: u64,
    },
    /// More networks than a key may have.
    #[error("a key may have at most {limit} networks")]
    TooManyNetworks {
        /// Networks it may have.
        limit: usize,
    },
    /// Not a network.
    #[error("network {number} is neither an address nor a network like 192.0.2.0/24 or 2001:db8::/32")]
    BadNetwork {
        /// Which, from 1.
        number: usize,
    },
    /// An overlap that is too long.
    #[error("both texts of a key are taken for at most {max_secs} s")]
    OverlapTooLong {
        /// Seconds it may last.
        max_secs: u64,
    },
    /// A revoked or expired key cannot be changed or rolled.
    #[error("this API key has ended; make a new one")]
    KeyEnded,
    /// An admin with an agency, or another role without.
    #[error("an admin belongs to no agency, and everybody else to one")]
    RoleAndAgency,
    /// No such agency.
    #[error("there is no such agency")]
    NoSuchAgency,
    /// No such key, or another agency's.
    #[error("there is no such API key")]
    NoSuchKey,
    /// More passwords wait to be hashed than may.
    #[error("too many people sign in just now; try again in a few seconds")]
    Busy,
    /// bcrypt refused.
    #[error("a password could not be hashed: {0}")]
    Hash(#[from] bcrypt::BcryptError),
    /// A hash is stored in a form this program does not know.
    #[error("a stored password hash has a form this program does not know")]
    UnknownHashForm,
    /// The vault refused.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
}
