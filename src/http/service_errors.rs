//! Every error of a service as a row of the table. No catch-all arm: a new variant is a decision, not an accident.

use std::time::Duration;

use super::analysis::gone;
use super::{Problem, ProblemKind};
use crate::accounts::AccountError;
use crate::db::{DbError, QuotaSpent};
use crate::domain::AnalysisState;
use crate::pipeline::{AdmissionError, CancelError, InFlight, OpenError, QuotaExceeded, ReadError, SubmitError};
use crate::retention::RetentionError;
use crate::storage::StorageError;
use crate::vault::VaultError;
use crate::webhooks::WebhookError;

/// What a client is asked to wait when the database has no connection free.
const BUSY_RETRY: Duration = Duration::from_secs(2);
/// What a client is asked to wait when the object store does not answer.
const STORE_RETRY: Duration = Duration::from_secs(10);
/// What a client is asked to wait while the database is away.
const AWAY_RETRY: Duration = Duration::from_secs(5);
/// What a client is asked to wait while an analysis runs.
const RUNNING_RETRY: Duration = Duration::from_secs(2);

/// What a client is asked to wait whose twin has just been answered.
const TWIN_RETRY: Duration = Duration::from_secs(1);
/// With a capital and a full stop.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", chars.as_str())
}

fn no_room(wait: Duration) -> Problem {
    Problem::new(ProblemKind::NoRoom).retry_after(wait)
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Busy { .. } | DbError::Contended { .. } => no_room(BUSY_RETRY),
            DbError::Unreachable { .. } | DbError::NoSpace { .. } => {
                tracing::warn!(%error, "a request was turned away");
                Self::new(ProblemKind::NotReady).retry_after(AWAY_RETRY)
            }
            DbError::KeyReused => Self::new(ProblemKind::KeyReused),
            DbError::KeyUsed => Self::new(ProblemKind::RequestInFlight).retry_after(TWIN_RETRY),
            DbError::Ending => Self::new(ProblemKind::NotReady).retry_after(BUSY_RETRY),
            DbError::UnknownScheme
            | DbError::NoPostgres
            | DbError::NotAPath { .. }
            | DbError::Open { .. }
            | DbError::SchemaTooNew { .. }
            | DbError::SchemaTooOld { .. }
            | DbError::ClockSkew { .. }
            | DbError::Migration(_)
            | DbError::Query(_)
            | DbError::BadRow { .. }
            | DbError::AlreadyThere
            | DbError::StaleFence { .. }
            | DbError::IllegalTransition(_)
            | DbError::NotThere { .. }
            | DbError::Panicked => Self::internal(error),
        }
    }
}

impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Unavailable { .. } | StorageError::Refused { .. } | StorageError::Io { .. } => {
                tracing::error!(%error, "a request needed the object store");
                Self::new(ProblemKind::NotReady).retry_after(STORE_RETRY).detail("The store of reports does not answer.")
            }
            StorageError::Stopped => Self::new(ProblemKind::NotReady).retry_after(STORE_RETRY),
            StorageError::NotFound { .. } | StorageError::TooLarge { .. } | StorageError::Settings(_) => Self::internal(error),
        }
    }
}

impl From<VaultError> for Problem {
    fn from(error: VaultError) -> Self {
        Self::internal(error)
    }
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        let said = error.to_string();
        match error {
            AccountError::MalformedKey | AccountError::UnknownKey => Self::new(ProblemKind::InvalidKey),
            AccountError::KeyExpired => Self::new(ProblemKind::ExpiredKey),
            AccountError::KeyRevoked => Self::new(ProblemKind::RevokedKey),
            AccountError::KeyFromElsewhere => Self::new(ProblemKind::NetworkNotAllowed),
            AccountError::KeyEnded => Self::new(ProblemKind::KeyEnded).detail("It was revoked or has expired."),
            AccountError::ScopeBeyond(scope) => Self::new(ProblemKind::MissingScope).scope(scope.slug()).detail(capital(&said)),
            AccountError::OnlyTestKeys => Self::field("mode", "not_allowed", said),
            AccountError::ExpiryInPast | AccountError::ExpiryTooFar { .. } => Self::field("expires_at", "not_allowed", said),
            AccountError::TooManyNetworks { limit } => Self::field("networks", "too_many", said).limit(limit as u64, None),
            AccountError::BadNetwork { .. } => Self::field("networks", "not_allowed", said),
            AccountError::OverlapTooLong { max_secs } => Self::field("overlap_secs", "not_allowed", said).limit(max_secs, None),
            // One answer for all three: which it was is nobody's business.
            AccountError::WrongCredentials | AccountError::NoSession => Self::new(ProblemKind::NotSignedIn),
            AccountError::TooManyAttempts { retry_after } => Self::new(ProblemKind::NotSignedIn)
                .header(actix_web::http::header::RETRY_AFTER, super::problem::whole_seconds(retry_after).to_string()),
            AccountError::PasswordTooShort { .. } | AccountError::PasswordTooLong { .. } => {
                Self::field("password", "not_allowed", said)
            }
            AccountError::NotAMailAddress | AccountError::MailAddressTaken => Self::field("email", "not_allowed", said),
            AccountError::NameLength { .. } => Self::field("label", "not_allowed", said),
            AccountError::Branding(_) => Self::field("branding", "not_allowed", said),
            AccountError::NoScope | AccountError::ScopeNotForAgencies(_) => Self::field("scopes", "not_allowed", said),
            AccountError::NoSuchAgency | AccountError::NoSuchKey => Self::new(ProblemKind::NotFound),
            AccountError::Busy => no_room(Duration::from_secs(5)),
            AccountError::Db(error) => error.into(),
            AccountError::Vault(error) => error.into(),
            AccountError::RoleAndAgency
            | AccountError::Hash(_)
            | AccountError::UnknownHashForm
            | AccountError::UnknownBranding => Self::internal(said),
        }
    }
}

impl From<AdmissionError> for Problem {
    fn from(error: AdmissionError) -> Self {
        match error {
            AdmissionError::NodeFull { retry_after_secs } => no_room(Duration::from_secs(retry_after_secs)),
            AdmissionError::FileTooLarge { limit_bytes, actual_bytes } => Self::new(ProblemKind::PhotoTooLarge)
                .limit(limit_bytes, Some(actual_bytes))
                .detail(format!("A photo has {actual_bytes} bytes or more; {limit_bytes} are allowed.")),
            AdmissionError::RequestTooLarge { limit_bytes, actual_bytes } => {
                Self::new(ProblemKind::RequestTooLarge).limit(limit_bytes, actual_bytes)
            }
            AdmissionError::TooManyPhotos { limit } => {
                Self::field("photos", "too_many", format!("An analysis takes at most {limit} photos.")).limit(limit as u64, None)
            }
            AdmissionError::EmptyPhoto => Self::field("photos", "empty", "A photo has no bytes."),
            AdmissionError::NoPhotoBegun | AdmissionError::Memory(_) => Self::internal(error),
        }
    }
}

impl From<SubmitError> for Problem {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::NoPhotos => Self::field("photos", "missing", "Send at least one photo."),
            SubmitError::ReferenceTooLong { limit_chars } => {
                Self::field("reference", "too_long", format!("At most {limit_chars} characters.")).limit(limit_chars as u64, None)
            }
            SubmitError::LifeDays { max_days } => {
                Self::field("life_days", "not_allowed", format!("A report of this product lives 1 to {max_days} days."))
            }
            SubmitError::NodeFull { retry_after_secs } => no_room(Duration::from_secs(retry_after_secs)),
            SubmitError::TooManyOpen { limit } => Self::new(ProblemKind::LimitReached)
                .limit(limit, None)
                .detail(format!("{limit} analyses are open. Submit or cancel one of them.")),
            SubmitError::Quota(exceeded) => exceeded.into(),
            SubmitError::Db(error) => error.into(),
            SubmitError::Vault(error) => error.into(),
        }
    }
}

impl From<QuotaExceeded> for Problem {
    /// Fields and members of draft-ietf-httpapi-ratelimit-headers; Retry-After and `t` are the same moment.
    fn from(QuotaExceeded { spent, wait }: QuotaExceeded) -> Self {
        let QuotaSpent { policy, remaining, .. } = spent;
        let (name, limit, window_secs) = (policy.name, policy.limit, policy.window_ms / 1000);
        Self::new(ProblemKind::QuotaExceeded)
            .retry_after(wait)
            .header(super::limits::RATELIMIT_POLICY, format!("\"{name}\";q={limit};w={window_secs}"))
            .header(super::limits::RATELIMIT, format!("\"{name}\";r={remaining};t={}", super::problem::whole_seconds(wait)))
            .limit(limit, None)
            .member("violated-policies", vec![name])
            .detail(format!(
                "Of the agency's share of {limit} for \"{name}\" {remaining} are left; the whole request was refused."
            ))
    }
}

impl From<InFlight> for Problem {
    fn from(InFlight { retry_after_secs }: InFlight) -> Self {
        Self::new(ProblemKind::RequestInFlight).retry_after(Duration::from_secs(retry_after_secs))
    }
}

impl From<OpenError> for Problem {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::NotFound => Self::new(ProblemKind::NotFound),
            OpenError::NotOpen { state: state @ AnalysisState::Open } => Self::new(ProblemKind::NotOpen)
                .member("state", state.slug())
                .detail("Its time is over; it ends without a report."),
            OpenError::NotOpen { state } => Self::new(ProblemKind::NotOpen).member("state", state.slug()),
            OpenError::PhotoTaken { number } => Self::new(ProblemKind::PhotoTaken).member("number", number),
            OpenError::PhotosMissing { numbers } => Self::new(ProblemKind::PhotosMissing).member("missing", numbers),
            OpenError::Admission(error) => error.into(),
            OpenError::Quota(exceeded) => exceeded.into(),
            OpenError::Db(error) => error.into(),
            OpenError::Vault(error) => error.into(),
        }
    }
}

impl From<CancelError> for Problem {
    fn from(error: CancelError) -> Self {
        match error {
            CancelError::NotFound => Self::new(ProblemKind::NotFound),
            CancelError::Finished { state } => Self::new(ProblemKind::AlreadyFinished).member("state", state.slug()),
            CancelError::Db(error) => error.into(),
        }
    }
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::NotFound => Self::new(ProblemKind::NotFound),
            ReadError::NoReport { state } => match state.failure_reason() {
                Some(reason) => Self::new(ProblemKind::AnalysisFailed).detail(reason.sentence()).member("reason", reason.slug()),
                None => Self::new(ProblemKind::NotFinished).retry_after(RUNNING_RETRY).member("state", state.slug()),
            },
            ReadError::Gone(tombstone) => gone(&tombstone),
            ReadError::Db(error) => error.into(),
            ReadError::Vault(error) => error.into(),
            ReadError::Storage(error) => error.into(),
            ReadError::Damaged => Self::internal(error),
        }
    }
}

impl From<RetentionError> for Problem {
    fn from(error: RetentionError) -> Self {
        match error {
            RetentionError::NoSuchAnalysis { .. } => Self::new(ProblemKind::NotFound),
            RetentionError::StillRunning { .. } => Self::new(ProblemKind::NotFinished).retry_after(RUNNING_RETRY),
            RetentionError::Db(error) => error.into(),
            RetentionError::Storage(error) => error.into(),
            RetentionError::BadReceipt(_) | RetentionError::Signature(_) => Self::internal(error),
        }
    }
}

impl From<WebhookError> for Problem {
    fn from(error: WebhookError) -> Self {
        let said = error.to_string();
        match error {
            WebhookError::Url(_) | WebhookError::Host(_) => Self::field("url", "not_allowed", said),
            WebhookError::TooManyEndpoints { limit } => {
                Self::new(ProblemKind::LimitReached).limit(limit as u64, None).detail(said)
            }
            WebhookError::NoSuchEndpoint { .. } | WebhookError::NoSuchDelivery { .. } => Self::new(ProblemKind::NotFound),
            WebhookError::NotDeliverable { reason } => {
                Self::new(ProblemKind::NotDeliverable).detail(format!("{said}.")).member("reason", reason.slug())
            }
            WebhookError::NotActive { .. } | WebhookError::KeyRevoked { .. } => {
                Self::new(ProblemKind::EndpointNotActive).detail(said)
            }
            WebhookError::Header(_) => Self::field("headers", "not_allowed", said),
            WebhookError::DescriptionTooLong { limit } => Self::field("description", "too_long", said).limit(limit as u64, None),
            WebhookError::OverlapTooLong { limit_secs } => Self::field("overlap_secs", "too_large", said).limit(limit_secs, None),
            WebhookError::Db(error) => error.into(),
            WebhookError::Vault(error) => error.into(),
            WebhookError::Client(_) => Self::internal(said),
        }
    }
}
