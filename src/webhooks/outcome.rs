//! How an attempt can end.

use reqwest::StatusCode;

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// A 2xx: the receiver has it.
    Delivered,
    /// A 410: the receiver wants nothing any more.
    Gone,
    /// `webhook-delivery: disable` beside a status that is no success: likewise.
    Disabled,
    /// `webhook-delivery: abort-message` beside such a status: the receiver wants no more of this one.
    Aborted,
    /// A 3xx, which is never followed.
    Redirected,
    /// Another status.
    Refused,
    /// Not done within the deadline.
    TimedOut,
    /// The host name has no address.
    Unresolved,
    /// The host name resolves to an address that is not public, or the URL is not in bounds (any more).
    Blocked,
    /// No connection, or no TLS with a certificate that holds.
    Unreachable,
    /// The connection ended or was no HTTP.
    Broken,
    /// Not attempted: the event's time was over.
    Expired,
    /// Not attempted: what is stored about the endpoint cannot be opened with the key ring.
    Unreadable,
}

impl Outcome {
    /// All outcomes.
    pub const ALL: [Self; 13] = [
        Self::Delivered,
        Self::Gone,
        Self::Disabled,
        Self::Aborted,
        Self::Redirected,
        Self::Refused,
        Self::TimedOut,
        Self::Unresolved,
        Self::Blocked,
        Self::Unreachable,
        Self::Broken,
        Self::Expired,
        Self::Unreadable,
    ];

    /// The word in the API and database.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Gone => "gone",
            Self::Disabled => "disabled",
            Self::Aborted => "aborted",
            Self::Redirected => "redirected",
            Self::Refused => "refused",
            Self::TimedOut => "timed_out",
            Self::Unresolved => "unresolved",
            Self::Blocked => "blocked",
            Self::Unreachable => "unreachable",
            Self::Broken => "broken",
            Self::Expired => "expired",
            Self::Unreadable => "unreadable",
        }
    }

    /// A success is one, whatever else is asked for beside it.
    pub(super) fn of_answer(status: StatusCode, wish: Option<Wish>) -> Self {
        match (status.as_u16(), wish) {
            (200..=299, _) => Self::Delivered,
            (410, _) => Self::Gone,
            (_, Some(Wish::Disable)) => Self::Disabled,
            (_, Some(Wish::AbortMessage)) => Self::Aborted,
            (300..=399, None) => Self::Redirected,
            (_, None) => Self::Refused,
        }
    }
}

/// The response header a receiver may ask for something in (a proposal to Standard Webhooks, its issue 291).
pub const WISH_HEADER: &str = "webhook-delivery";

/// What a receiver may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// No more of this delivery.
    AbortMessage,
    /// Nothing more to this endpoint.
    Disable,
}

impl Wish {
    /// Reads the header; `None` for anything else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "abort-message" => Some(Self::AbortMessage),
            "disable" => Some(Self::Disable),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_counts_only_beside_a_failure_and_never_undoes_a_success() {
        let judge = |status, wish| Outcome::of_answer(StatusCode::from_u16(status).unwrap(), wish);
        assert_eq!(judge(204, Some(Wish::AbortMessage)), Outcome::Delivered);
        assert_eq!(judge(200, Some(Wish::Disable)), Outcome::Delivered);
        assert_eq!(judge(410, Some(Wish::AbortMessage)), Outcome::Gone);
        assert_eq!(judge(500, Some(Wish::Disable)), Outcome::Disabled);
        assert_eq!(judge(422, Some(Wish::AbortMessage)), Outcome::Aborted);
        assert_eq!((judge(302, None), judge(422, None)), (Outcome::Redirected, Outcome::Refused));
    }

    #[test]
    fn the_header_has_two_words() {
        assert_eq!(Wish::parse(" Disable "), Some(Wish::Disable));
        assert_eq!(Wish::parse("abort-message"), Some(Wish::AbortMessage));
        for other in ["", "abort", "disable, abort-message", "no"] {
            assert_eq!(Wish::parse(other), None, "{other}");
        }
    }
}
