//! Cursors of lists: the last id seen, bound to what was asked for. Opaque to clients, and no secret: whatever one says, a query
//! still runs in the agency's scope.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::http::{Problem, ProblemKind};

/// Lines of a page, unless it is asked for more or fewer.
pub const LIMIT_DEFAULT: u32 = 20;
/// Most lines of a page.
pub const LIMIT_MAX: u32 = 100;
/// Bytes that bind a cursor to its filter.
const TAG_BYTES: usize = 8;

/// The lines a page may have.
///
/// # Errors
/// 422 outside 1 to [`LIMIT_MAX`].
pub fn limit_of(asked: Option<u32>) -> Result<u32, Problem> {
    let limit = asked.unwrap_or(LIMIT_DEFAULT);
    if (1..=LIMIT_MAX).contains(&limit) {
        return Ok(limit);
    }
    Err(Problem::field("limit", "unknown_value", format!("limit is 1 to {LIMIT_MAX}.")))
}

fn tag(filter: &str) -> [u8; TAG_BYTES] {
    let digest = Sha256::digest(filter.as_bytes());
    std::array::from_fn(|at| digest.get(at).copied().unwrap_or_default())
}

/// A cursor after `last`, for the same `filter` only.
pub fn cursor_after(filter: &str, last: &str) -> String {
    URL_SAFE_NO_PAD.encode([&tag(filter)[..], last.as_bytes()].concat())
}

/// The id a cursor of this very filter stands after.
///
/// # Errors
/// 400 for one that is not ours, or of another filter.
pub fn read_cursor<T: std::str::FromStr>(filter: &str, cursor: &str) -> Result<T, Problem> {
    let wrong = || Problem::new(ProblemKind::InvalidCursor);
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| wrong())?;
    let (bound, last) = bytes.split_at_checked(TAG_BYTES).ok_or_else(wrong)?;
    if bound != tag(filter) {
        return Err(wrong().detail("This cursor belongs to a list with other filters."));
    }
    std::str::from_utf8(last).ok().and_then(|last| last.parse().ok()).ok_or_else(wrong)
}

/// One more line than a page has was read: whether there is a next page, and its cursor.
pub fn cut<T>(rows: &mut Vec<T>, limit: u32, cursor: impl FnOnce(&T) -> String) -> (bool, Option<String>) {
    let has_more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    (has_more, if has_more { rows.last().map(cursor) } else { None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AnalysisId, Timestamp};

    #[test]
    fn a_cursor_is_good_for_its_own_filter_only() {
        let id = AnalysisId::generate(Timestamp::from_epoch_millis(1_790_000_000_000));
        let cursor = cursor_after("state=failed", id.as_str());
        assert_eq!(read_cursor::<AnalysisId>("state=failed", &cursor).ok(), Some(id));
        for (filter, cursor) in
            [("", cursor.as_str()), ("state=completed", &cursor), ("", "nonsense"), ("", "????"), ("", ""), ("", "AAAA")]
        {
            let refused = read_cursor::<AnalysisId>(filter, cursor).unwrap_err();
            assert_eq!(refused.kind(), ProblemKind::InvalidCursor, "{filter} {cursor}");
        }
    }

    #[test]
    fn a_page_is_cut_at_its_limit_and_one_past_says_so() {
        let cut_at = |count: usize| {
            let mut rows: Vec<usize> = (1..=count).collect();
            let (has_more, cursor) = cut(&mut rows, 3, ToString::to_string);
            (rows.len(), has_more, cursor)
        };
        assert_eq!(cut_at(3), (3, false, None));
        assert_eq!(cut_at(4), (3, true, Some("3".to_owned())));
        assert_eq!(cut_at(0), (0, false, None));
    }

    #[test]
    fn limits_hold_at_and_one_past() {
        assert_eq!(limit_of(None).ok(), Some(LIMIT_DEFAULT));
        assert_eq!((limit_of(Some(1)).ok(), limit_of(Some(LIMIT_MAX)).ok()), (Some(1), Some(LIMIT_MAX)));
        for past in [0, LIMIT_MAX + 1] {
            assert_eq!(limit_of(Some(past)).unwrap_err().kind(), ProblemKind::InvalidFields);
        }
    }
}
