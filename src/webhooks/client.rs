//! One signed POST to one endpoint, judged. Bounded in time, bytes and reach; never an error, always an [`Answer`].

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Client, ClientBuilder, Response, redirect, retry};
use tokio::time::{Instant, timeout_at};

use super::egress::{CheckedResolver, NotAllowed, Target};
use super::headers::ExtraHeaders;
use super::outcome::{Outcome, WISH_HEADER, Wish};
use super::signature::{ID_HEADER, SIGNATURE_HEADER, SignedHeaders, TIMESTAMP_HEADER};
use super::{Settings, WebhookError};

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// How it ended.
    pub outcome: Outcome,
    /// The status, if there was one.
    pub status: Option<u16>,
    /// The `Retry-After` header as sent.
    pub retry_after: Option<String>,
    /// What the receiver asks for in `webhook-delivery`.
    pub wish: Option<Wish>,
    /// The start of the body, at most `Settings::response_kept_max` bytes. Untrusted.
    pub excerpt: Vec<u8>,
    /// How long it took.
    pub duration: Duration,
}

impl Answer {
    /// An attempt that was not made.
    pub(super) const fn unsent(outcome: Outcome) -> Self {
        Self { outcome, status: None, retry_after: None, wish: None, excerpt: Vec::new(), duration: Duration::ZERO }
    }
}

/// Installs ring as this process's TLS provider. Once is enough, more does no harm.
pub fn install_tls_provider() {
    // The error only says that a provider is installed already.
    rustls::crypto::ring::default_provider().install_default().unwrap_or_default();
}

/// The HTTP client of webhooks.
#[derive(Debug, Clone)]
pub struct WebhookClient {
    client: Client,
    settings: Settings,
}

impl WebhookClient {
    /// A client that connects only to what `resolver` lets through.
    ///
    /// # Errors
    /// [`WebhookError::Client`] if TLS cannot be set up.
    pub fn new(resolver: CheckedResolver, settings: Settings) -> Result<Self, WebhookError> {
        install_tls_provider();
        let resolver = Arc::new(resolver);
        let builder = || restrained(Client::builder(), settings).dns_resolver(Arc::clone(&resolver));
        let client = builder().build().or_else(|error| {
            // A machine without certificate authorities can still deliver to itself; every https delivery fails and says so.
            tracing::warn!(%error, "no certificate authorities found; webhooks by https will fail (install ca-certificates)");
            builder().tls_certs_only([]).build()
        });
        Ok(Self { client: client?, settings })
    }

    /// Sends one attempt. One deadline stands over resolving, connecting, sending and reading.
    pub async fn post(&self, target: &Target, headers: SignedHeaders, extra: &ExtraHeaders, body: String) -> Answer {
        let started = Instant::now();
        let deadline = started + self.settings.request_timeout;
        let request = self
            .client
            .post(target.url().clone())
            .headers(extra.to_map())
            .header(CONTENT_TYPE, "application/json")
            .header(ID_HEADER, headers.id)
            .header(TIMESTAMP_HEADER, headers.timestamp)
            .header(SIGNATURE_HEADER, headers.signature)
            .body(body);
        let mut answer = match timeout_at(deadline, request.send()).await {
            Ok(Ok(response)) => self.read(response, deadline).await,
            Ok(Err(error)) => Answer::unsent(judge(&error)),
            Err(_) => Answer::unsent(Outcome::TimedOut),
        };
        answer.duration = started.elapsed();
        answer
    }

    /// The status is the answer; the body is only kept for people to read, so what goes wrong in it changes nothing.
    async fn read(&self, mut response: Response, deadline: Instant) -> Answer {
        let status = response.status();
        let text = |name| response.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok()).map(str::to_owned);
        let retry_after = text(RETRY_AFTER);
        let wish = text(HeaderName::from_static(WISH_HEADER)).and_then(|text| Wish::parse(&text));
        let mut excerpt = Vec::new();
        let mut bytes_read = 0;
        while bytes_read < self.settings.response_read_max {
            let Ok(Ok(Some(chunk))) = timeout_at(deadline, response.chunk()).await else { break };
            bytes_read += chunk.len();
            let room = self.settings.response_kept_max - excerpt.len();
            excerpt.extend_from_slice(&chunk[..chunk.len().min(room)]);
        }
        Answer {
            outcome: Outcome::of_answer(status, wish),
            status: Some(status.as_u16()),
            retry_after,
            wish,
            excerpt,
            duration: Duration::ZERO,
        }
    }
}

/// No proxy, no redirect, no retry, no kept connection, HTTP/1.1 only.
fn restrained(builder: ClientBuilder, settings: Settings) -> ClientBuilder {
    builder
        .user_agent(concat!("proofsheet-webhooks/", env!("CARGO_PKG_VERSION")))
        .no_proxy()
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .http1_only()
        .http1_max_headers(64)
        .pool_max_idle_per_host(0)
        .https_only(!settings.allow_loopback)
        .connect_timeout(settings.request_timeout)
}

fn judge(error: &reqwest::Error) -> Outcome {
    let mut source = error.source();
    while let Some(cause) = source {
        match cause.downcast_ref::<NotAllowed>() {
            Some(NotAllowed::Unknown) => return Outcome::Unresolved,
            Some(NotAllowed::Special { .. }) => return Outcome::Blocked,
            None => source = cause.source(),
        }
    }
    if error.is_timeout() {
        Outcome::TimedOut
    } else if error.is_connect() {
        Outcome::Unreachable
    } else {
        Outcome::Broken
    }
}
