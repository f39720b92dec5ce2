//! What the filters of lists have in common: words and times.

use std::str::FromStr;

use crate::domain::Timestamp;
use crate::http::Problem;

/// A word of a closed list.
pub(super) fn word<T: FromStr>(field: &str, text: Option<&str>, known: &[&str]) -> Result<Option<T>, Problem> {
    let wrong = || Problem::field(field, "unknown_value", format!("{field} is one of {}.", known.join(", ")));
    text.map(|text| text.parse().map_err(|_| wrong())).transpose()
}

/// A time as RFC 3339 has it. Nothing of ours is older than 1970: an earlier time is that one.
pub(super) fn time(field: &str, text: Option<&str>) -> Result<Option<Timestamp>, Problem> {
    let wrong = || Problem::field(field, "not_allowed", format!("{field} is a time such as 2026-11-22T09:30:00Z."));
    let of_ours = |time: Timestamp| Timestamp::from_epoch_millis(time.epoch_millis().max(0));
    let read = |text| Timestamp::from_rfc3339(text).map(of_ours).ok_or_else(wrong);
    text.map(read).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::EventKind;

    #[test]
    fn what_cannot_be_is_named() {
        assert_eq!(word("type", Some("endpoint.test"), &[]).unwrap(), Some(EventKind::EndpointTest));
        assert!(word::<EventKind>("type", Some("endpoint"), &["a", "b"]).is_err());
        assert_eq!(time("since", Some("1970-01-01T00:00:01Z")).unwrap(), Some(Timestamp::from_epoch_millis(1000)));
        assert_eq!(time("since", Some("1538-01-02T17:15:15Z")).unwrap(), Some(Timestamp::from_epoch_millis(0)));
        for wrong in ["yesterday", "2026-11-22", ""] {
            assert!(time("since", Some(wrong)).is_err(), "{wrong}");
        }
    }
}
