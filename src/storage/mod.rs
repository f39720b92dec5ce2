//! Keeps sealed bytes as objects and gives them back by name. Knows nothing of what is inside, of rows or of who may read.
//!
//! Names are typed ([`ObjectName`]) and never made of anything a user wrote. There is one [`Store`] with one behavior,
//! held by one conformance suite (`conformance.rs`), whatever keeps the bytes. Names are never used twice, so nothing here
//! depends on a conditional write, which some stores silently ignore.

mod error;
mod lifecycle;
mod local;
mod object_name;
mod s3;
mod secret;
mod settings;

#[cfg(test)]
mod conformance;

use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

pub use error::StorageError;
pub use lifecycle::{LifecycleRule, LifecycleState};
pub use local::LocalStore;
pub use object_name::{NameError, ObjectName, Part, Prefix};
pub use s3::{S3Settings, S3Store};
pub use secret::Secret;
pub use settings::{Place, Settings};

/// Pause before a store that failed is asked again.
const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// How long a store that fails is asked again.
struct Patience {
    until: Instant,
}

impl Patience {
    /// Whether asking again is worth it and there is time for it.
    fn lasts(&self, error: &StorageError) -> bool {
        !error.is_final() && Instant::now() + RETRY_PAUSE < self.until
    }

    async fn pause(&self, error: &StorageError, name: &ObjectName) {
        tracing::warn!(%error, object = %name, "the object store failed; it is asked again");
        tokio::time::sleep(RETRY_PAUSE).await;
    }
}

/// The object store in use. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Store {
    /// A directory of this machine.
    Local(LocalStore),
    /// A bucket that all nodes share.
    S3(S3Store),
}

impl Store {
    /// Opens the store. A directory is made if need be and cleared of what a crash left half written; only one process may have it
    /// open. A bucket is not asked yet: it may be down while the service starts. Blocks for a few file operations at most.
    ///
    /// # Errors
    /// [`StorageError::Io`] if the directory cannot be made or used, [`StorageError::Settings`] for a bucket that cannot be.
    pub fn open(settings: &Settings) -> Result<Self, StorageError> {
        match &settings.place {
            Place::Directory(directory) => LocalStore::open(directory, settings).map(Self::Local),
            Place::Bucket(bucket) => S3Store::open(bucket, settings).map(Self::S3),
        }
    }

    /// Keeps `bytes` under `name`. Once it answers, the object survives a power loss and can be read. If it fails, a directory has
    /// nothing of it; a bucket may have it all the same (the answer was lost), so a failed name is to be deleted, or put again.
    ///
    /// # Errors
    /// [`StorageError::TooLarge`], or what the store could not do.
    pub async fn put(&self, name: &ObjectName, bytes: impl Into<Bytes>) -> Result<(), StorageError> {
        match self {
            Self::Local(local) => local.put(name, bytes.into()).await,
            Self::S3(s3) => s3.put(name, bytes.into()).await,
        }
    }

    /// As [`Store::put`], but a store that does not take it is asked again until the patience of the settings is over.
    ///
    /// # Errors
    /// What the store answered last.
    pub async fn put_patiently(&self, name: &ObjectName, bytes: impl Into<Bytes>) -> Result<(), StorageError> {
        let (bytes, patience) = (bytes.into(), self.patience());
        loop {
            match self.put(name, bytes.clone()).await {
                Err(error) if patience.lasts(&error) => patience.pause(&error, name).await,
                answer => return answer,
            }
        }
    }

    fn patience(&self) -> Patience {
        let patience = match self {
            Self::Local(local) => local.patience(),
            Self::S3(s3) => s3.patience(),
        };
        Patience { until: Instant::now() + patience }
    }

    /// The object's bytes.
    ///
    /// # Errors
    /// [`StorageError::NotFound`], [`StorageError::TooLarge`], or what the store could not do.
    pub async fn get(&self, name: &ObjectName) -> Result<Vec<u8>, StorageError> {
        match self {
            Self::Local(local) => local.get(name).await,
            Self::S3(s3) => s3.get(name).await,
        }
    }

    /// As [`Store::get`], but a store that does not give it is asked again until the patience of the settings is over.
    ///
    /// # Errors
    /// What the store answered last.
    pub async fn get_patiently(&self, name: &ObjectName) -> Result<Vec<u8>, StorageError> {
        let patience = self.patience();
        loop {
            match self.get(name).await {
                Err(error) if patience.lasts(&error) => patience.pause(&error, name).await,
                answer => return answer,
            }
        }
    }

    /// Whether there is an object of that name.
    ///
    /// # Errors
    /// What the store could not do.
    pub async fn has(&self, name: &ObjectName) -> Result<bool, StorageError> {
        match self {
            Self::Local(local) => local.has(name).await,
            Self::S3(s3) => s3.has(name).await,
        }
    }

    /// Deletes the object; one that is not there is deleted already.
    ///
    /// # Errors
    /// What the store could not do.
    pub async fn delete(&self, name: &ObjectName) -> Result<(), StorageError> {
        match self {
            Self::Local(local) => local.delete(name).await,
            Self::S3(s3) => s3.delete(name).await,
        }
    }

    /// Deletes the objects, as many in a request as the store takes. Answers those it would not delete; they are logged.
    ///
    /// # Errors
    /// What the store could not do; then some may be deleted and some not.
    pub async fn delete_many(&self, names: &[ObjectName]) -> Result<Vec<ObjectName>, StorageError> {
        match self {
            Self::Local(local) => local.delete_many(names).await,
            Self::S3(s3) => s3.delete_many(names).await,
        }
    }

    /// At most `limit` names under `prefix` in ascending order, those after `after`. What is no object of ours is passed over.
    ///
    /// # Errors
    /// What the store could not do.
    pub async fn list(&self, prefix: Prefix, after: Option<&ObjectName>, limit: usize) -> Result<Vec<ObjectName>, StorageError> {
        match self {
            Self::Local(local) => local.list(prefix, after, limit).await,
            Self::S3(s3) => s3.list(prefix, after, limit).await,
        }
    }

    /// Whether other nodes may use it at the same time.
    pub const fn is_shared(&self) -> bool {
        matches!(self, Self::S3(_))
    }

    /// Whether the store has shown that it cannot delete many objects in a request.
    pub fn deletes_one_by_one(&self) -> bool {
        match self {
            Self::Local(_) => false,
            Self::S3(s3) => s3.deletes_one_by_one(),
        }
    }

    /// The bucket's lifecycle rules, as far as they are ours.
    ///
    /// # Errors
    /// What the store could not do; [`StorageError::is_not_offered`] if it has no such rules.
    pub async fn lifecycle(&self) -> Result<LifecycleState, StorageError> {
        match self {
            Self::Local(_) => Ok(LifecycleState::NotNeeded),
            Self::S3(s3) => s3.lifecycle().await,
        }
    }

    /// Sets our lifecycle rules and keeps those of others. Needs rights the service itself should not have.
    ///
    /// # Errors
    /// What the store could not do.
    pub async fn apply_lifecycle(&self) -> Result<LifecycleState, StorageError> {
        match self {
            Self::Local(_) => Ok(LifecycleState::NotNeeded),
            Self::S3(s3) => s3.apply_lifecycle().await,
        }
    }
}
