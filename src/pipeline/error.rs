//! What can go wrong between a client's photos and its report.

use super::quota::QuotaExceeded;
use crate::db::DbError;
use crate::domain::{AnalysisState, DeletionCause, ReceiptId, Timestamp};
use crate::storage::StorageError;
use crate::vault::VaultError;

/// Why an upload is not taken.
#[derive(Debug, thiserror::Error)]
pub enum AdmissionError {
    /// This node holds as much as it may.
    #[error("the node is full")]
    NodeFull { retry_after_secs: u64 },
    /// A file is larger than allowed.
    #[error("a file has {actual_bytes} bytes or more; {limit_bytes} are allowed")]
    FileTooLarge { limit_bytes: u64, actual_bytes: u64 },
    /// All files together are larger than allowed.
    #[error("the request has more than {limit_bytes} bytes")]
    RequestTooLarge { limit_bytes: u64, actual_bytes: Option<u64> },
    /// More photos than an analysis may have.
    #[error("more than {limit} photos")]
    TooManyPhotos { limit: usize },
    /// A photo without a byte.
    #[error("a photo has no bytes")]
    EmptyPhoto,
    /// Bytes outside a photo.
    #[error("bytes arrived before a photo was begun")]
    NoPhotoBegun,
    /// The kernel has no memory or descriptors for us.
    #[error("no memory to hold the photo")]
    Memory(#[source] std::io::Error),
}

/// The same key is on a request this node is still reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a request under the same key is being read")]
pub struct InFlight {
    /// When to send it again.
    pub retry_after_secs: u64,
}

/// Why an analysis is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// Not one photo.
    #[error("no photo")]
    NoPhotos,
    /// The customer's reference is too long.
    #[error("the reference has more than {limit_chars} characters")]
    ReferenceTooLong { limit_chars: usize },
    /// A life of no days, or longer than the product's.
    #[error("a report of this product lives 1 to {max_days} days")]
    LifeDays { max_days: u32 },
    /// This node has as much to do as it may, or is stopping.
    #[error("the node is full")]
    NodeFull { retry_after_secs: u64 },
    /// The agency has as many open analyses as it may.
    #[error("{limit} analyses are open")]
    TooManyOpen { limit: u64 },
    /// The agency has had its share.
    #[error(transparent)]
    Quota(#[from] QuotaExceeded),
    /// The row could not be written; nothing was accepted.
    #[error("the analysis could not be recorded")]
    Db(#[from] DbError),
    /// The reference could not be sealed.
    #[error("the analysis could not be sealed")]
    Vault(#[from] VaultError),
}

/// Why a photo is not put to an open analysis, or it is not submitted.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// No such analysis of this agency.
    #[error("no such analysis")]
    NotFound,
    /// It takes no photos: it was submitted, has ended, or its time is over.
    #[error("the analysis is {}", state.slug())]
    NotOpen { state: AnalysisState },
    /// The number has a photo with other content.
    #[error("number {number} has another photo")]
    PhotoTaken { number: u16 },
    /// Numbers without a photo, from 1 to the highest that has one.
    #[error("{} photos are missing", numbers.len())]
    PhotosMissing { numbers: Vec<u16> },
    /// The photo is not taken.
    #[error(transparent)]
    Admission(#[from] AdmissionError),
    /// The agency has had its share.
    #[error(transparent)]
    Quota(#[from] QuotaExceeded),
    /// The database failed.
    #[error("the open analysis could not be changed")]
    Db(#[from] DbError),
    /// A key could not be opened.
    #[error("the open analysis could not be unsealed")]
    Vault(#[from] VaultError),
}

/// Why an analysis cannot be cancelled.
#[derive(Debug, thiserror::Error)]
pub enum CancelError {
    /// No such analysis of this agency.
    #[error("no such analysis")]
    NotFound,
    /// Its outcome is final.
    #[error("the analysis is {}", state.slug())]
    Finished { state: AnalysisState },
    /// The database failed.
    #[error("the analysis could not be cancelled")]
    Db(#[from] DbError),
}

/// What remains of a report that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tombstone {
    /// Why it ended.
    pub cause: DeletionCause,
    /// When.
    pub ended_at: Timestamp,
    /// The receipt, once the sweep has written it.
    pub receipt: Option<ReceiptId>,
}

/// Why a report cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// No such analysis of this agency, or no such part of its report.
    #[error("no such analysis")]
    NotFound,
    /// No report, or none yet.
    #[error("the analysis is {}", state.slug())]
    NoReport { state: AnalysisState },
    /// It ended.
    #[error("the report ended")]
    Gone(Tombstone),
    /// The database failed.
    #[error("the report could not be looked up")]
    Db(#[from] DbError),
    /// The store failed.
    #[error("the report could not be fetched")]
    Storage(#[from] StorageError),
    /// It could not be opened.
    #[error("the report could not be opened")]
    Vault(#[from] VaultError),
    /// What was stored is no bundle.
    #[error("the stored report is damaged")]
    Damaged,
}
