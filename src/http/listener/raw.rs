//! Answers the application never sees: whole, with a body like any other problem's.

use super::Terms;
use crate::http::problem::PROBLEM_JSON;
use crate::http::{Problem, ProblemKind, RequestId};

/// Seconds after which somebody who was refused may come again.
const COME_AGAIN_SECS: u64 = 5;
/// Statuses the framework answers by itself, with nothing in them.
const BARE: [(&[u8], ProblemKind); 2] = [
    (b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n", ProblemKind::MalformedRequest),
    (b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\n", ProblemKind::HeadTooLarge),
];

impl Terms {
    /// A problem as the bytes of a whole answer, after which the connection ends.
    pub(super) fn answer(&self, kind: ProblemKind) -> String {
        let (row, id) = (kind.row(), RequestId::generate());
        let body = Problem::new(kind).to_json(&self.public_url, id.as_str()).to_string();
        let reason = kind.status().canonical_reason().unwrap_or_default();
        let again = match kind {
            ProblemKind::NoRoom | ProblemKind::TooManyRequests => format!("retry-after: {COME_AGAIN_SECS}\r\n"),
            _ => String::new(),
        };
        format!(
            "HTTP/1.1 {} {reason}\r\ncontent-length: {}\r\nconnection: close\r\ncontent-type: {PROBLEM_JSON}\r\n{again}\
             cache-control: no-store\r\nx-request-id: {}\r\ndate: {}\r\n\r\n{body}",
            row.status,
            body.len(),
            id.as_str(),
            self.clock.now().http_date()
        )
    }
}

/// The problem that an answer of the framework's own is, if these bytes are one.
pub(super) fn bare_problem(bytes: &[u8]) -> Option<ProblemKind> {
    BARE.into_iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, kind)| kind)
}
