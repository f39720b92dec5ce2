//! From the words in a row to domain types. A word this program does not know is an error with its column, never a panic.

use std::str::FromStr;

use super::DbError;
use crate::domain::Timestamp;

/// A required word.
pub(super) fn word<T: FromStr>(column: &'static str, text: &str) -> Result<T, DbError> {
    text.parse().map_err(|_| DbError::BadRow { column })
}

/// An optional word.
pub(super) fn word_or_none<T: FromStr>(column: &'static str, text: Option<&str>) -> Result<Option<T>, DbError> {
    text.map(|text| word(column, text)).transpose()
}

/// Epoch milliseconds.
pub(super) fn time_or_none(millis: Option<i64>) -> Option<Timestamp> {
    millis.map(Timestamp::from_epoch_millis)
}

/// A number of another width or sign.
pub(super) fn number<T: TryFrom<i64>>(column: &'static str, value: i64) -> Result<T, DbError> {
    T::try_from(value).map_err(|_| DbError::BadRow { column })
}
