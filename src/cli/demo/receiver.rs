//! A webhook receiver of a few lines on loopback, as a customer would write one.

use anyhow::{Context, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// Most bytes of a request: head and body.
const REQUEST_BYTES_MAX: usize = 64 * 1024;

/// Listens until dropped.
#[derive(Debug)]
pub(super) struct Receiver {
    port: u16,
    deliveries: tokio::sync::Mutex<mpsc::Receiver<Delivery>>,
    task: tokio::task::JoinHandle<()>,
}

/// One webhook as it came.
#[derive(Debug)]
pub(super) struct Delivery {
    id: String,
    timestamp: String,
    signature: String,
    /// The body as it was signed.
    pub body: Vec<u8>,
}

impl Delivery {
    /// Standard Webhooks v1, as a receiver does it: HMAC-SHA256 over `id.timestamp.body`, one of the signatures must be it.
    pub fn verify(&self, secret: &str) -> anyhow::Result<()> {
        let key = secret.strip_prefix("whsec_").context("the secret has no prefix")?;
        let key = STANDARD.decode(key).context("the secret is not base64")?;
        let holds = |item: &str| {
            let given = item.strip_prefix("v1,").and_then(|text| STANDARD.decode(text).ok())?;
            let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
            for piece in [self.id.as_bytes(), b".", self.timestamp.as_bytes(), b".", &self.body] {
                mac.update(piece);
            }
            mac.verify_slice(&given).ok()
        };
        if self.signature.split(' ').any(|item| holds(item).is_some()) { Ok(()) } else { bail!("not signed by this secret") }
    }
}

impl Receiver {
    /// On a free port.
    pub async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let (sender, deliveries) = mpsc::channel(16);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if let Ok(Some(delivery)) = receive(stream).await
                    && sender.send(delivery).await.is_err()
                {
                    return;
                }
            }
        });
        Ok(Self { port, deliveries: tokio::sync::Mutex::new(deliveries), task })
    }

    /// Where to deliver.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/webhook", self.port)
    }

    /// Waits for the next webhook.
    pub async fn next(&self) -> Option<Delivery> {
        self.deliveries.lock().await.recv().await
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn receive(mut stream: TcpStream) -> std::io::Result<Option<Delivery>> {
    let mut request = Vec::new();
    let (head_len, body_len) = loop {
        if let Some(lengths) = lengths(&request) {
            break lengths;
        }
        if request.len() > REQUEST_BYTES_MAX || stream.read_buf(&mut request).await? == 0 {
            return Ok(None);
        }
    };
    while request.len() < head_len + body_len {
        if request.len() > REQUEST_BYTES_MAX || stream.read_buf(&mut request).await? == 0 {
            return Ok(None);
        }
    }
    stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n").await?;
    stream.shutdown().await?;
    let head = String::from_utf8_lossy(request.get(..head_len).unwrap_or_default()).into_owned();
    let body = request.get(head_len..head_len + body_len).unwrap_or_default().to_vec();
    let field = |name: &str| header(&head, name).unwrap_or_default().to_owned();
    Ok(Some(Delivery {
        id: field("webhook-id"),
        timestamp: field("webhook-timestamp"),
        signature: field("webhook-signature"),
        body,
    }))
}

/// Bytes of head (with its empty line) and body, once the head is complete.
fn lengths(request: &[u8]) -> Option<(usize, usize)> {
    let end = request.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(request.get(..end)?).ok()?;
    Some((end, header(head, "content-length")?.parse().ok()?))
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(field, _)| field.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}
