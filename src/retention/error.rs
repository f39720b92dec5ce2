//! What can go wrong at the end of a report's life.

use crate::db::DbError;
use crate::domain::AnalysisId;
use crate::storage::StorageError;
use crate::vault::VaultError;

/// Why something could not be destroyed, swept or proven.
#[derive(Debug, thiserror::Error)]
pub enum RetentionError {
    /// The agency has no such analysis.
    #[error("there is no analysis {analysis}")]
    NoSuchAnalysis {
        /// The analysis asked for.
        analysis: AnalysisId,
    },
    /// The analysis has no outcome yet: it is to be cancelled first.
    #[error("the analysis {analysis} is still under way")]
    StillRunning {
        /// The analysis.
        analysis: AnalysisId,
    },
    /// The database did not do it.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The object store did not do it; the key is destroyed, and the next sweep tries again.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The receipt's text is not what a receipt holds.
    #[error("the receipt cannot be read: {0}")]
    BadReceipt(#[from] serde_json::Error),
    /// The receipt is not signed by the key it names.
    #[error(transparent)]
    Signature(#[from] VaultError),
}
