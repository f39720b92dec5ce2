//! One HTTP request from one connection, bounded in bytes; whoever calls bounds it in time.

use tokio::io::{AsyncRead, AsyncReadExt as _};

/// Most bytes of a head.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Most bytes of a body. Ours have less than 4 kB.
pub(super) const BODY_BYTES_MAX: usize = 64 * 1024;

/// A request as it came.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request {
    /// Names and values, in order.
    pub fields: Vec<(String, String)>,
    /// Byte for byte.
    pub body: Vec<u8>,
}

/// Why there is no request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoRequest {
    /// The connection ended first.
    Ended,
    /// More bytes than are taken.
    TooLarge,
    /// Not a POST with a Content-Length.
    NotAPost,
}

impl NoRequest {
    /// The status that says so, where anybody listens.
    pub const fn status(self) -> u16 {
        match self {
            Self::Ended => 400,
            Self::TooLarge => 413,
            Self::NotAPost => 405,
        }
    }
}

/// Reads one request.
pub(super) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Result<Request, NoRequest> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        if bytes.len() > HEAD_BYTES_MAX {
            return Err(NoRequest::TooLarge);
        }
        more(stream, &mut bytes).await?;
    };
    let (fields, length) = head(bytes.get(..end).unwrap_or_default()).ok_or(NoRequest::NotAPost)?;
    if length > BODY_BYTES_MAX {
        return Err(NoRequest::TooLarge);
    }
    while bytes.len() < end + length {
        more(stream, &mut bytes).await?;
    }
    let body = bytes.get(end..end + length).unwrap_or_default().to_vec();
    Ok(Request { fields, body })
}

async fn more(stream: &mut (impl AsyncRead + Unpin), bytes: &mut Vec<u8>) -> Result<(), NoRequest> {
    let mut piece = [0; 4096];
    let read = stream.read(&mut piece).await.map_err(|_| NoRequest::Ended)?;
    bytes.extend_from_slice(piece.get(..read).unwrap_or_default());
    if read == 0 { Err(NoRequest::Ended) } else { Ok(()) }
}

type Head = (Vec<(String, String)>, usize);

fn head(bytes: &[u8]) -> Option<Head> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (first, rest) = text.split_once("\r\n")?;
    first.starts_with("POST ").then_some(())?;
    let fields = rest.lines().filter_map(|line| line.split_once(':'));
    let fields: Vec<_> = fields.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect();
    let length = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"))?.1.parse().ok()?;
    Some((fields, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn of(text: &str) -> Result<Request, NoRequest> {
        read(&mut text.as_bytes()).await
    }

    #[tokio::test]
    async fn a_request_is_read_to_its_length_and_no_further() {
        let read = of("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcdef").await.unwrap();
        assert_eq!(read.body, b"abc");
        assert_eq!(read.fields[0], ("Host".to_owned(), "x".to_owned()));
    }

    #[tokio::test]
    async fn what_is_no_request_is_named_and_nothing_grows_without_end() {
        assert_eq!(of("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc").await, Err(NoRequest::Ended));
        assert_eq!(of("GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n").await, Err(NoRequest::NotAPost));
        assert_eq!(of("POST / HTTP/1.1\r\n\r\n").await, Err(NoRequest::NotAPost));
        let body = |length: usize| format!("POST / HTTP/1.1\r\nContent-Length: {length}\r\n\r\n{}", "a".repeat(length));
        assert_eq!(of(&body(BODY_BYTES_MAX)).await.unwrap().body.len(), BODY_BYTES_MAX);
        assert_eq!(of(&body(BODY_BYTES_MAX + 1)).await, Err(NoRequest::TooLarge));
        assert_eq!(of(&"a".repeat(3 * HEAD_BYTES_MAX)).await, Err(NoRequest::TooLarge));
    }
}
