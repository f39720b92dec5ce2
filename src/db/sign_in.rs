//! How often somebody has tried to sign in, counted by the digest of the address: for an unknown one too, so that the
//! answer tells nobody which addresses are known.

use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::Binary;

use super::DbError;
use super::schema::sign_in_attempts as attempts;
use super::scope::{AuthenticatorScope, Tx};
use crate::domain::Timestamp;

/// How many attempts within which time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignInLimits {
    /// Failed attempts for one address within `window`.
    pub attempts_max: u32,
    /// From the first failed attempt.
    pub window: Duration,
}

/// Whether an attempt may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInGate {
    /// It may, and is counted as failed until [`Tx::record_sign_in`] says otherwise.
    Open,
    /// Not before this time.
    ShutUntil(Timestamp),
}

impl Tx<'_, AuthenticatorScope> {
    /// Counts an attempt before the password is looked at: many at once cannot slip past the limit together. Forgets the
    /// counts whose time is over.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn enter_sign_in(
        &mut self,
        email_digest: &[u8; 32],
        limits: SignInLimits,
        now: Timestamp,
    ) -> Result<SignInGate, DbError> {
        let over = now.minus(limits.window).epoch_millis();
        diesel::delete(attempts::table.filter(attempts::window_start.le(over))).execute(self.conn)?;
        // One statement, so that of attempts at the same moment none is left uncounted; below the limit it changes the row.
        let counted = diesel::sql_query(format!(
            "INSERT INTO sign_in_attempts (email_digest, attempt_count, window_start) VALUES ($1, 1, {}) \
             ON CONFLICT (email_digest) DO UPDATE SET attempt_count = sign_in_attempts.attempt_count + 1 \
             WHERE sign_in_attempts.attempt_count < {}",
            now.epoch_millis(),
            limits.attempts_max
        ))
        .bind::<Binary, _>(email_digest.to_vec())
        .execute(self.conn)?;
        if counted == 1 {
            return Ok(SignInGate::Open);
        }
        let start: i64 = attempts::table.find(email_digest.to_vec()).select(attempts::window_start).first(self.conn)?;
        Ok(SignInGate::ShutUntil(Timestamp::from_epoch_millis(start).plus(limits.window)))
    }

    /// How the attempt ended: a success forgets the count, a failure leaves it as [`Tx::enter_sign_in`] made it.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn record_sign_in(&mut self, email_digest: &[u8; 32], success: bool) -> Result<(), DbError> {
        if success {
            diesel::delete(attempts::table.find(email_digest.to_vec())).execute(self.conn)?;
        }
        Ok(())
    }
}
