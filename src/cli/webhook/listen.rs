//! `webhook listen`: a receiver on this machine that verifies and prints.

use std::net::Ipv4Addr;
use std::time::Duration;

use anyhow::Context;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::request;
use crate::cli::args::ListenArgs;
use crate::cli::{ExitStatus, say};
use crate::domain::{Clock, Timestamp};
use crate::webhooks::{ReceivedHeaders, ReceiverSecret, Refusal, verify};

/// Connections served at the same moment; others wait their turn.
const CONNECTIONS_MAX: usize = 16;
/// Longest wait for one request, and for its answer to be taken.
const REQUEST_MAX: Duration = Duration::from_secs(10);
/// What an unverified delivery is answered.
const REFUSED: u16 = 400;
/// Characters shown of what a stranger wrote.
const SHOWN_CHARS: usize = 64;

/// A delivery, judged.
struct Seen {
    id: String,
    kind: String,
    attempted_at: Option<Timestamp>,
    verdict: Result<(), Refusal>,
    answered: u16,
}

impl Seen {
    fn line(&self) -> String {
        let time = self.attempted_at.map_or_else(|| "-".to_owned(), Timestamp::rfc3339);
        let verdict = match &self.verdict {
            Ok(()) => "verified".to_owned(),
            Err(refusal) => format!("NOT VERIFIED ({refusal})"),
        };
        format!("{time}  {}  {}  {verdict}, answered {}", self.id, self.kind, self.answered)
    }
}

/// Listens until Ctrl-C, or until the event asked for came.
///
/// # Errors
/// The port is not free, or standard output is closed.
pub(super) async fn run(asked: &ListenArgs, secrets: &[ReceiverSecret], clock: &dyn Clock) -> anyhow::Result<ExitStatus> {
    let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, asked.port)).await;
    let listener = bound.with_context(|| format!("port {} of 127.0.0.1", asked.port))?;
    say(&format!("Listening on http://{}/ with {} secret(s). Stop with Ctrl-C.", listener.local_addr()?, secrets.len()))?;
    let (mut open, mut refused) = (JoinSet::new(), 0_u64);
    loop {
        tokio::select! {
            stopped = tokio::signal::ctrl_c() => {
                stopped?;
                return Ok(if refused == 0 { ExitStatus::Success } else { ExitStatus::Findings });
            }
            accepted = listener.accept(), if open.len() < CONNECTIONS_MAX => {
                // A connection that ended before it was taken is nobody's fault.
                let Ok((stream, _)) = accepted else { continue };
                open.spawn(serve(stream, secrets.to_vec(), asked.status, clock.now()));
            }
            Some(done) = open.join_next() => {
                let Ok(Some(seen)) = done else { continue };
                say(&seen.line())?;
                refused += u64::from(seen.verdict.is_err());
                if seen.verdict.is_ok() && asked.until.as_ref() == Some(&seen.kind) {
                    return Ok(ExitStatus::Success);
                }
            }
        }
    }
}

/// One request, verified and answered; `None` if none came.
async fn serve(mut stream: TcpStream, secrets: Vec<ReceiverSecret>, status: u16, now: Timestamp) -> Option<Seen> {
    let read = timeout(REQUEST_MAX, request::read(&mut stream)).await.ok()?;
    let seen = read.map(|request| judge(&request, &secrets, status, now));
    let answered = seen.as_ref().map_or_else(|none| none.status(), |seen| seen.answered);
    let answer = format!("HTTP/1.1 {answered} Noted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    // 204 must have no Content-Length (RFC 9110 section 8.6).
    let answer = if answered == 204 { answer.replace("Content-Length: 0\r\n", "") } else { answer };
    let writing = async {
        stream.write_all(answer.as_bytes()).await?;
        stream.shutdown().await
    };
    // Whether the sender took the answer is its own affair.
    timeout(REQUEST_MAX, writing).await.ok()?.ok();
    seen.ok()
}

fn judge(request: &request::Request, secrets: &[ReceiverSecret], status: u16, now: Timestamp) -> Seen {
    let headers = ReceivedHeaders::from_fields(request.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let verdict = verify(secrets, &headers, &request.body, now);
    let body: Option<serde_json::Value> = serde_json::from_slice(&request.body).ok();
    let kind = body.as_ref().and_then(|body| body.get("type")?.as_str()).unwrap_or("-");
    Seen {
        id: shown(headers.id().unwrap_or("-")),
        kind: shown(kind),
        attempted_at: headers.attempted_at(),
        answered: if verdict.is_ok() { status } else { REFUSED },
        verdict,
    }
}

/// Nothing that moves a terminal's cursor.
fn shown(text: &str) -> String {
    text.chars().take(SHOWN_CHARS).map(|c| if c.is_ascii_graphic() { c } else { '?' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::EventId;
    use crate::webhooks::{EndpointSecret, sign};

    #[test]
    fn a_delivery_is_judged_answered_and_shown_without_control_characters() {
        let (secret, now) = (EndpointSecret::generate(), Timestamp::from_epoch_millis(1_795_270_800_000));
        let body = br#"{"type":"endpoint.test\u001b[2J"}"#.to_vec();
        let signed = sign(&secret, &EventId::generate(now), now, &body);
        let fields =
            [("webhook-id", signed.id), ("webhook-timestamp", signed.timestamp), ("webhook-signature", signed.signature)];
        let fields = fields.map(|(name, value)| (name.to_owned(), value)).to_vec();
        let request = request::Request { fields, body };
        let ours = [secret.plain().expose().parse().unwrap()];
        let seen = judge(&request, &ours, 503, now);
        assert_eq!((seen.answered, seen.kind.as_str()), (503, "endpoint.test?[2J"));
        assert!(seen.line().ends_with("verified, answered 503"), "{}", seen.line());
        let other = [EndpointSecret::generate().plain().expose().parse().unwrap()];
        let seen = judge(&request, &other, 204, now);
        assert!(seen.answered == 400 && seen.line().contains("NOT VERIFIED (no signature matches"), "{}", seen.line());
    }
}
