//! Why a configuration cannot be used.

use std::path::PathBuf;

/// Told on standard error, with exit code 2.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file or a variable cannot be read, or names a setting that does not exist.
    #[error("the configuration ({}, PROOFSHEET_*) cannot be read: {source}", path.display())]
    Read { path: PathBuf, source: Box<config::ConfigError> },
    /// Settings that cannot be.
    #[error("the configuration has {} fault(s):\n  - {}", .0.len(), .0.join("\n  - "))]
    Faults(Vec<String>),
}
