//! The SDK's errors as ours. Only the store's code and the innermost cause are told: never headers, signatures or credentials.

use std::error::Error;

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use crate::storage::StorageError;

/// Longest code of a store that is told.
const CODE_MAX: usize = 64;

/// What went wrong while doing `action`.
pub(super) fn fault<E>(action: &'static str, error: SdkError<E, HttpResponse>) -> StorageError
where
    E: Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    let unavailable = |cause: String| StorageError::Unavailable { action, cause };
    match &error {
        SdkError::TimeoutError(_) => unavailable("it did not answer in time".to_owned()),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => unavailable("it did not answer in time".to_owned()),
        SdkError::DispatchFailure(_) => unavailable(format!("it cannot be reached: {}", innermost(&error))),
        SdkError::ResponseError(_) => unavailable(format!("its answer cannot be read: {}", innermost(&error))),
        SdkError::ServiceError(service) => {
            let code = plain(service.err().code().unwrap_or_default());
            answered(action, service.raw().status().as_u16(), code)
        }
        SdkError::ConstructionFailure(_) => unavailable(format!("the request cannot be made: {}", innermost(&error))),
        _ => unavailable("for a reason the SDK does not name".to_owned()),
    }
}

/// What a status and a code of the store mean.
pub(super) fn answered(action: &'static str, status: u16, code: String) -> StorageError {
    match status {
        408 | 425 | 429 | 500 | 502..=599 => {
            StorageError::Unavailable { action, cause: format!("it answered {status} {code}").trim_end().to_owned() }
        }
        _ => StorageError::Refused { action, status, code },
    }
}

/// Whether the store says that there is no such object, which a missing bucket does not say.
pub(super) fn is_missing<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    let SdkError::ServiceError(service) = error else { return false };
    service.raw().status().as_u16() == 404 && service.err().code() != Some("NoSuchBucket")
}

/// The last cause in the chain: the system's or the TLS library's own words.
fn innermost(error: &dyn Error) -> String {
    let mut at = error;
    while let Some(source) = at.source() {
        at = source;
    }
    at.to_string()
}

/// A code as it may stand in a log: a word, whatever the store sent.
pub(super) fn plain(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).take(CODE_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_and_what_does_not() {
        for status in [408, 429, 500, 502, 503, 504] {
            assert!(matches!(answered("x", status, String::new()), StorageError::Unavailable { .. }), "{status}");
        }
        for status in [301, 400, 401, 403, 405, 409, 411, 501] {
            assert!(matches!(answered("x", status, String::new()), StorageError::Refused { .. }), "{status}");
        }
        assert!(answered("x", 501, "NotImplemented".to_owned()).is_not_offered());
        assert_eq!(plain("Slow\nDown <b>"), "SlowDownb");
    }
}
