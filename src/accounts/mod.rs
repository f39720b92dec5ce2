//! Who is who and who may do what: people, passwords, sessions, API keys, and one table of permissions.
//!
//! Turns what a stranger shows (a key, a password, a cookie's token) into a principal, or into an error that tells no more
//! than it must. Keeps hashes and sealed values only. Knows no HTTP: cookies, headers and status codes belong to the edges.

mod api_key;
mod error;
mod founding;
mod hashing;
mod key_changes;
mod key_service;
mod leak;
mod mail_address;
mod networks;
pub mod password;
mod people;
pub mod policy;
mod session_service;

#[cfg(test)]
mod key_tests;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

pub use api_key::{KEY_PATTERN, PlainKey};
pub use error::AccountError;
pub use founding::{Credentials, Founded, Founding};
pub use key_changes::{KeyEdit, OVERLAP_DEFAULT, OVERLAP_MAX};
pub use key_service::{ApiKeyRecord, KEY_LIFE_DAYS_MAX, KEY_LIFE_MAX, KeyMaker, KeyPrincipal, NewKey};
pub use leak::{DEEDS_DEFAULT, DEEDS_MAX, LeakQuestion, LeakReport, parse_cursor};
pub use networks::{NETWORKS_MAX, Networks};
pub use policy::{Permission, may};
pub use session_service::{SessionToken, SignedIn, UserPrincipal};

use crate::db::{Db, SignInLimits};
use crate::domain::SharedClock;
use crate::vault::Vault;
use hashing::Hasher;

/// How passwords, sessions and sign-ins are handled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// bcrypt's cost, 4..31; each step doubles the work. Below 12 only in tests.
    pub bcrypt_cost: u32,
    /// Passwords hashed at once, at least 1; each takes a core for about a quarter of a second.
    pub hashes_at_once: usize,
    /// Passwords that may wait to be hashed; above that, [`AccountError::Busy`].
    pub hashes_waiting_max: usize,
    /// A session ends when it is not used for this long.
    pub session_idle: Duration,
    /// A session ends after this, used or not.
    pub session_life: Duration,
    /// Sign-in attempts for one address within the window.
    pub sign_in_attempts_max: u32,
    /// From the first attempt that failed.
    pub sign_in_window: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        const HOUR: Duration = Duration::from_secs(60 * 60);
        Self {
            bcrypt_cost: 12,
            hashes_at_once: 2,
            hashes_waiting_max: 64,
            session_idle: HOUR * 2,
            session_life: HOUR * 24,
            sign_in_attempts_max: 5,
            sign_in_window: HOUR / 4,
        }
    }
}

impl Settings {
    fn sign_in_limits(&self) -> SignInLimits {
        SignInLimits { attempts_max: self.sign_in_attempts_max, window: self.sign_in_window }
    }
}

/// A use is written down at most this often.
const TOUCH_EVERY: Duration = Duration::from_secs(60);

/// The accounts service. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Accounts {
    db: Db,
    vault: Vault,
    clock: SharedClock,
    settings: Arc<Settings>,
    hasher: Hasher,
}

impl Accounts {
    /// With the settings production runs with.
    pub fn new(db: Db, vault: Vault, clock: SharedClock) -> Self {
        Self::with_settings(db, vault, clock, Settings::default())
    }

    /// With settings of one's own.
    pub fn with_settings(db: Db, vault: Vault, clock: SharedClock, settings: Settings) -> Self {
        let hasher = Hasher::new(&settings);
        Self { db, vault, clock, settings: Arc::new(settings), hasher }
    }

    /// The same service over `db`: for one request, see [`Db::under`].
    #[must_use]
    pub fn over(&self, db: Db) -> Self {
        Self { db, ..self.clone() }
    }

    /// Passwords hashed or checked since the start.
    pub fn hash_count(&self) -> u64 {
        self.hasher.count()
    }
}
