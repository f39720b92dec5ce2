//! Where objects are kept, how much at once, and how long a store that is down is waited for.

use std::path::PathBuf;
use std::time::Duration;

use super::S3Settings;

/// What keeps the objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A directory of this machine; made if it is not there (mode 0700).
    Directory(PathBuf),
    /// A bucket of an S3-compatible store; it must be there.
    Bucket(Box<S3Settings>),
}

/// Where objects are kept and how much at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// What keeps them.
    pub place: Place,
    /// Largest object, in bytes: reading or writing more is refused.
    pub object_bytes_max: u64,
    /// Objects read or written at the same moment; the rest wait.
    pub parallel_max: usize,
    /// How long a finished report waits in memory for a store that does not take it.
    pub patience: Duration,
}

impl Settings {
    /// Largest object: a report of 200 MiB, and 1 MiB for what sealing adds.
    pub const OBJECT_BYTES_MAX: u64 = 201 * 1024 * 1024;
    /// Objects at the same moment.
    pub const PARALLEL_MAX: usize = 8;
    /// Patience with a store that is down.
    pub const PATIENCE: Duration = Duration::from_secs(120);

    /// A directory: 201 MiB an object, 8 at the same moment, two minutes of patience.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self::at(Place::Directory(directory.into()))
    }

    /// A bucket, with the same bounds.
    pub fn bucket(settings: S3Settings) -> Self {
        Self::at(Place::Bucket(Box::new(settings)))
    }

    const fn at(place: Place) -> Self {
        Self { place, object_bytes_max: Self::OBJECT_BYTES_MAX, parallel_max: Self::PARALLEL_MAX, patience: Self::PATIENCE }
    }
}
