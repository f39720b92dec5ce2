//! `Prefer` (RFC 7240): how long a client waits for an outcome before it takes what there is.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header::HeaderName;

/// Says what was done of what was preferred.
pub const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");
const PREFER: HeaderName = HeaderName::from_static("prefer");

/// What a client prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Preferences {
    /// Longest wait for the outcome; none: answer at once.
    pub wait: Option<Duration>,
    /// 202 is welcome. It is what we answer anyway, so that only the echo depends on it.
    pub respond_async: bool,
}

impl Preferences {
    /// Of a request, its wait cut to `most`. Of a preference that is there twice the first counts (RFC 7240 section 2).
    pub fn of(request: &HttpRequest, most: Duration) -> Self {
        let mut found = Self::default();
        let values = request.headers().get_all(PREFER).filter_map(|value| value.to_str().ok());
        for preference in values.flat_map(|value| value.split(',')) {
            // Parameters after a semicolon mean nothing to us.
            let preference = preference.split(';').next().unwrap_or_default();
            let (name, value) = preference.split_once('=').unwrap_or((preference, ""));
            if name.trim().eq_ignore_ascii_case("respond-async") {
                found.respond_async = true;
            } else if name.trim().eq_ignore_ascii_case("wait") && found.wait.is_none() {
                let secs = value.trim().trim_matches('"').parse().ok();
                found.wait = secs.map(|secs| Duration::from_secs(secs).min(most));
            }
        }
        found
    }

    /// The value of `Preference-Applied`: the wait that was granted, and `respond-async` if the answer has no outcome.
    pub fn applied(self, is_over: bool) -> Option<String> {
        let respond_async = (self.respond_async && !is_over).then(|| "respond-async".to_owned());
        let wait = self.wait.map(|wait| format!("wait={}", wait.as_secs()));
        let applied: Vec<String> = respond_async.into_iter().chain(wait).collect();
        (!applied.is_empty()).then(|| applied.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn of(value: &str) -> Preferences {
        Preferences::of(&TestRequest::get().insert_header(("prefer", value)).to_http_request(), Duration::from_secs(30))
    }

    #[test]
    fn wait_is_read_among_other_preferences_and_cut() {
        let secs = |value: &str| of(value).wait.map(|wait| wait.as_secs());
        assert_eq!(secs("wait=5"), Some(5));
        assert_eq!(secs("respond-async, Wait = 10; foo=bar"), Some(10));
        assert_eq!(secs("wait=30"), Some(30));
        assert_eq!(secs("wait=31"), Some(30), "one past the most");
        assert_eq!(secs("wait=2, wait=9"), Some(2));
        assert_eq!(secs("respond-async"), None);
        assert_eq!(secs("wait=-1"), None);
        assert_eq!(secs("wait"), None);
    }

    #[test]
    fn what_was_done_is_said() {
        assert_eq!(of("respond-async, wait=60").applied(false).as_deref(), Some("respond-async, wait=30"));
        assert_eq!(of("respond-async, wait=60").applied(true).as_deref(), Some("wait=30"));
        assert_eq!(of("respond-async").applied(false).as_deref(), Some("respond-async"));
        assert_eq!(of("respond-async").applied(true), None);
        assert_eq!(of("handling=lenient").applied(false), None);
    }
}
