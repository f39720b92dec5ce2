//! Signing in, coming back, signing out.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng as _;
use zeroize::Zeroizing;

use super::mail_address::MailAddress;
use super::people::find_by_digests;
use super::{AccountError, Accounts, TOUCH_EVERY};
use crate::db::{DbError, NewSession, SessionRecord, SignInGate, UserRecord};
use crate::domain::{AgencyId, Role, SessionId, Timestamp, UserId};
use crate::vault::{Purpose, sha256};

/// Bytes of a token; 43 characters of base64url.
const TOKEN_BYTES: usize = 32;

/// What a browser holds: 256 random bits. Stored only as SHA-256; does not print.
#[derive(Clone)]
pub struct SessionToken(Zeroizing<String>);

impl SessionToken {
    fn generate() -> Self {
        let mut random = Zeroizing::new([0_u8; TOKEN_BYTES]);
        rand::rng().fill_bytes(random.as_mut_slice());
        Self(Zeroizing::new(URL_SAFE_NO_PAD.encode(random.as_slice())))
    }

    /// The cookie's value.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(…)")
    }
}

/// A person who is signed in.
#[derive(Clone, PartialEq, Eq)]
pub struct UserPrincipal {
    /// Who.
    pub user: UserId,
    /// Their agency; none for an admin.
    pub agency: Option<AgencyId>,
    /// What they are now, not what they were when they signed in.
    pub role: Role,
    /// The session.
    pub session: SessionId,
    /// What a form of this session must carry.
    pub csrf: String,
}

impl fmt::Debug for UserPrincipal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UserPrincipal({}, {}, {})", self.user, self.role, self.session)
    }
}

/// The answer to a right password.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// For the cookie.
    pub token: SessionToken,
    /// Who it is.
    pub principal: UserPrincipal,
}

impl Accounts {
    /// Signs somebody in with a new session. Unknown people, wrong passwords and disabled accounts cost the same work,
    /// count the same and hear the same.
    ///
    /// # Errors
    /// [`AccountError::WrongCredentials`], [`AccountError::TooManyAttempts`], [`AccountError::Busy`], and what database and
    /// vault refuse.
    pub async fn sign_in(&self, email: &str, password: &str) -> Result<SignedIn, AccountError> {
        let now = self.clock.now();
        let address = MailAddress::lenient(email);
        let digests = self.vault.keyed_digests(Purpose::MailAddress, address.as_str().as_bytes());
        let counted = self.vault.keyed_digest(Purpose::MailAddress, address.as_str().as_bytes());
        let limits = self.settings.sign_in_limits();
        let (gate, user) = self
            .db
            .as_authenticator()
            .write(move |tx| Ok::<_, AccountError>((tx.enter_sign_in(&counted, limits, now)?, find_by_digests(tx, &digests)?)))
            .await?;
        if let SignInGate::ShutUntil(end) = gate {
            return Err(AccountError::TooManyAttempts { retry_after: end.since(now) });
        }
        let stored = user.as_ref().map(|user| user.password_hash.as_str());
        let right = self.hasher.verify(&self.vault, password, stored).await?;
        match user {
            Some(user) if right && user.disabled_at.is_none() => self.begin_session(user, counted).await,
            _ => Err(AccountError::WrongCredentials),
        }
    }

    async fn begin_session(&self, user: UserRecord, counted: [u8; 32]) -> Result<SignedIn, AccountError> {
        let now = self.clock.now();
        let token = SessionToken::generate();
        let new = NewSession {
            id: SessionId::generate(now),
            user: user.id.clone(),
            agency: user.agency.clone(),
            token_hash: sha256(token.reveal().as_bytes()),
            created_at: now,
            ends_at: now.plus(self.settings.session_life),
        };
        let principal = self.principal(&user, new.id.clone(), token.reveal());
        self.db
            .as_authenticator()
            .write::<(), DbError>(move |tx| {
                tx.record_sign_in(&counted, true)?;
                tx.insert_session(&new)
            })
            .await?;
        Ok(SignedIn { token, principal })
    }

    fn principal(&self, user: &UserRecord, session: SessionId, token: &str) -> UserPrincipal {
        UserPrincipal {
            user: user.id.clone(),
            agency: user.agency.clone(),
            role: user.role,
            session,
            csrf: URL_SAFE_NO_PAD.encode(self.vault.keyed_digest(Purpose::FormToken, token.as_bytes())),
        }
    }

    /// Who comes with this token? Uses are written down at most once a minute.
    ///
    /// # Errors
    /// [`AccountError::NoSession`] for a token that is nobody's, whose session is over, or whose person was disabled; what
    /// the database refuses.
    pub async fn resume(&self, token: &str) -> Result<UserPrincipal, AccountError> {
        let now = self.clock.now();
        let hash = sha256(token.as_bytes());
        let found = self.db.as_authenticator().read(move |tx| tx.find_session_by_hash(&hash).map_err(AccountError::from)).await?;
        let (session, user) = found.ok_or(AccountError::NoSession)?;
        if self.is_over(&session, now) || user.disabled_at.is_some() {
            self.db.as_authenticator().write::<bool, DbError>(move |tx| tx.delete_session(&hash)).await?;
            return Err(AccountError::NoSession);
        }
        if now.since(session.last_used_at) >= TOUCH_EVERY {
            let id = session.id.clone();
            self.db.as_authenticator().write::<(), DbError>(move |tx| tx.touch_session(&id, now)).await?;
        }
        Ok(self.principal(&user, session.id, token))
    }

    fn is_over(&self, session: &SessionRecord, now: Timestamp) -> bool {
        session.ends_at <= now || session.last_used_at.plus(self.settings.session_idle) <= now
    }

    /// Ends the session of this token; one that is over already is no error.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn sign_out(&self, token: &str) -> Result<(), AccountError> {
        let hash = sha256(token.as_bytes());
        self.db.as_authenticator().write::<bool, DbError>(move |tx| tx.delete_session(&hash)).await?;
        Ok(())
    }
}
