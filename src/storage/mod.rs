//! Keeps sealed bytes as objects and gives them back by name. Knows nothing of what is inside, of rows or of who may read.
//!
//! Names are typed ([`ObjectName`]) and never made of anything a user wrote. There is one [`Store`] with one behaviour,
//! held by one conformance suite (`conformance.rs`), whatever keeps the bytes.

mod error;
mod local;
mod object_name;

#[cfg(test)]
mod conformance;

use std::path::PathBuf;

pub use error::StorageError;
pub use local::LocalStore;
pub use object_name::{NameError, ObjectName, Part, Prefix};

/// Where objects are kept and how much at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The directory of the local store; made if it is not there (mode 0700).
    pub directory: PathBuf,
    /// Largest object, in bytes: reading or writing more is refused.
    pub object_bytes_max: u64,
    /// Objects read or written at the same moment; the rest wait.
    pub parallel_max: usize,
}

impl Settings {
    /// 256 MiB an object, 8 at the same moment.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into(), object_bytes_max: 256 * 1024 * 1024, parallel_max: 8 }
    }
}

/// The object store in use. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Store {
    /// A directory of this machine.
    Local(LocalStore),
}

impl Store {
    /// Opens the local store, makes its directory if need be and clears away what a crash left half written.
    /// Blocks for a few file operations; meant for start-up. Only one process may have a directory open.
    ///
    /// # Errors
    /// [`StorageError::Io`] if the directory cannot be made or used.
    pub fn open(settings: &Settings) -> Result<Self, StorageError> {
        LocalStore::open(settings).map(Self::Local)
    }

    /// Keeps `bytes` under `name`. Once it answers, the object survives a power loss; before, it is not there at all.
    ///
    /// # Errors
    /// [`StorageError::TooLarge`], or what the store could not do; then nothing is left behind.
    pub async fn put(&self, name: &ObjectName, bytes: Vec<u8>) -> Result<(), StorageError> {
        match self {
            Self::Local(local) => local.put(name, bytes).await,
        }
    }

    /// The object's bytes.
    ///
    /// # Errors
    /// [`StorageError::NotFound`], [`StorageError::TooLarge`], or what the store could not do.
    pub async fn get(&self, name: &ObjectName) -> Result<Vec<u8>, StorageError> {
        match self {
            Self::Local(local) => local.get(name).await,
        }
    }

    /// Deletes the object; one that is not there is deleted already.
    ///
    /// # Errors
    /// What the store could not do.
    pub async fn delete(&self, name: &ObjectName) -> Result<(), StorageError> {
        match self {
            Self::Local(local) => local.delete(name).await,
        }
    }

    /// At most `limit` names under `prefix` in ascending order, those after `after`. Files that are no objects are passed over.
    ///
    /// # Errors
    /// What the store could not do.
    pub async fn list(&self, prefix: Prefix, after: Option<&ObjectName>, limit: usize) -> Result<Vec<ObjectName>, StorageError> {
        match self {
            Self::Local(local) => local.list(prefix, after, limit).await,
        }
    }
}
