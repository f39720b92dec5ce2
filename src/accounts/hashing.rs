//! bcrypt over the vault's peppered pre-hash, on a few threads. Unknown people cost the same work as known ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{AccountError, Settings};
use crate::db::DbError;
use crate::vault::{Peppered, Vault};

/// 22 characters of salt and 31 of hash, all zero: checking against them costs what any check costs.
const NOBODY: &str = ".....................................................";

#[derive(Debug, Clone)]
pub(super) struct Hasher {
    cost: u32,
    at_once: Arc<Semaphore>,
    places: Arc<Semaphore>,
    count: Arc<AtomicU64>,
}

impl Hasher {
    pub(super) fn new(settings: &Settings) -> Self {
        let at_once = settings.hashes_at_once.max(1);
        Self {
            cost: settings.bcrypt_cost.clamp(4, 31),
            at_once: Arc::new(Semaphore::new(at_once)),
            places: Arc::new(Semaphore::new(at_once.saturating_add(settings.hashes_waiting_max))),
            count: Arc::new(AtomicU64::new(0)),
        }
    }

    pub(super) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// The hash of a new password, with the pepper's version: `kid:$2b$…`.
    pub(super) async fn hash(&self, vault: &Vault, password: &str) -> Result<String, AccountError> {
        let peppered = vault.pepper(password);
        let cost = self.cost;
        self.work(move || {
            let Peppered { version, text } = peppered;
            Ok(format!("{version}:{}", bcrypt::non_truncating_hash(text.as_bytes(), cost)?))
        })
        .await
    }

    /// Whether the password is the one of `stored`; with none stored the same work, and false.
    pub(super) async fn verify(&self, vault: &Vault, password: &str, stored: Option<&str>) -> Result<bool, AccountError> {
        let (peppered, hash) = match stored {
            Some(stored) => {
                let (version, hash) = stored.split_once(':').ok_or(AccountError::UnknownHashForm)?;
                (vault.pepper_as(version, password)?, hash.to_owned())
            }
            None => (vault.pepper(password), format!("$2b${:02}${NOBODY}", self.cost)),
        };
        let known = stored.is_some();
        self.work(move || Ok(bcrypt::non_truncating_verify(peppered.text.as_bytes(), &hash)? && known)).await
    }

    async fn permits(&self) -> Result<(OwnedSemaphorePermit, OwnedSemaphorePermit), AccountError> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| AccountError::Busy)?;
        let turn = Arc::clone(&self.at_once).acquire_owned().await.map_err(|_| AccountError::Busy)?;
        Ok((place, turn))
    }

    #[expect(clippy::disallowed_methods, reason = "bounded by hashes_at_once: the permit lives as long as the work")]
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, AccountError> + Send + 'static,
    ) -> Result<T, AccountError> {
        let permits = self.permits().await?;
        let count = Arc::clone(&self.count);
        let task = tokio::task::spawn_blocking(move || {
            let _held = permits;
            count.fetch_add(1, Ordering::Relaxed);
            work()
        });
        task.await.unwrap_or(Err(AccountError::Db(DbError::Ending)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::KeyRing;

    fn hasher(hashes_at_once: usize, hashes_waiting_max: usize) -> Hasher {
        Hasher::new(&Settings { bcrypt_cost: 4, hashes_at_once, hashes_waiting_max, ..Settings::default() })
    }

    #[tokio::test]
    async fn knows_the_password_and_nothing_else() {
        let vault = Vault::new(KeyRing::generate());
        let hasher = hasher(1, 1);
        let stored = hasher.hash(&vault, "correct horse battery").await.unwrap();
        assert!(stored.starts_with(&format!("{}:$2b$04$", vault.active_kid())));
        assert!(hasher.verify(&vault, "correct horse battery", Some(&stored)).await.unwrap());
        assert!(!hasher.verify(&vault, "correct horse batterz", Some(&stored)).await.unwrap());
        assert!(!hasher.verify(&vault, "correct horse battery", None).await.unwrap());
        assert_eq!(hasher.count(), 4);
    }

    #[tokio::test]
    async fn beyond_the_last_place_it_says_busy() {
        let vault = Vault::new(KeyRing::generate());
        let hasher = hasher(1, 0);
        let _taken = hasher.permits().await.unwrap();
        assert!(matches!(hasher.hash(&vault, "x").await, Err(AccountError::Busy)));
        assert_eq!(hasher.count(), 0);
    }
}
