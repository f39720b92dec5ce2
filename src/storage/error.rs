//! What can go wrong in the object store.

use super::ObjectName;

/// Why an object could not be kept, read, deleted or listed.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// There is no object of that name.
    #[error("there is no object {name}")]
    NotFound {
        /// The name asked for.
        name: ObjectName,
    },
    /// The object is larger than the store takes or gives.
    #[error("the object {name} has {bytes} bytes, more than the {bytes_max} an object may have")]
    TooLarge {
        /// The object.
        name: ObjectName,
        /// Its bytes.
        bytes: u64,
        /// The limit.
        bytes_max: u64,
    },
    /// A file operation failed.
    #[error("the object store could not {action}: {source}")]
    Io {
        /// What was being done, as in "write an object".
        action: &'static str,
        /// What the system answered.
        source: std::io::Error,
    },
    /// The program is shutting down.
    #[error("the object store was stopped")]
    Stopped,
}
