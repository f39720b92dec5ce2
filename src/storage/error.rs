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
    /// The store cannot be reached, is too slow or says that it is busy. Asking again later may help.
    #[error("the object store could not {action}: {cause}")]
    Unavailable {
        /// What was being done.
        action: &'static str,
        /// Why, without addresses, headers or credentials.
        cause: String,
    },
    /// The store understood and refused: credentials, rights, the bucket, a lock, or something it does not have.
    #[error("the object store refused to {action}: {status} {code}")]
    Refused {
        /// What was being done.
        action: &'static str,
        /// HTTP status.
        status: u16,
        /// The store's own word, such as `AccessDenied`.
        code: String,
    },
    /// The settings of the store cannot be.
    #[error("the object store cannot be set up so:\n  - {}", .0.join("\n  - "))]
    Settings(Vec<String>),
    /// The program is shutting down.
    #[error("the object store was stopped")]
    Stopped,
}

impl StorageError {
    /// Whether the store does not have the operation at all.
    pub const fn is_not_offered(&self) -> bool {
        matches!(self, Self::Refused { status: 501, .. })
    }

    /// Whether waiting and asking again cannot help.
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::NotFound { .. } | Self::TooLarge { .. } | Self::Settings(_) | Self::Stopped)
    }
}
