//! Whether something between the clients and this service keeps requests back until they are whole, in memory or in a file: then
//! photographs lie where this service has no say.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};

/// What a request without a key sends of the body it promised.
const SENT_BYTES: usize = 1024;
/// What it promises: more than a proxy keeps in a small buffer of its own.
const PROMISED_BYTES: usize = 1024 * 1024;
/// A proxy that passes requests on has had the answer long before; one that buffers waits for the rest.
const PATIENCE: Duration = Duration::from_secs(5);

/// What was found at the public address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passage {
    /// The service answered before the body was whole: nobody waits for it.
    AsItComes,
    /// No answer while the body is not whole.
    KeptBack,
    /// Somebody else answered.
    Stranger {
        /// With this status.
        status: u16,
    },
    /// Nobody answered.
    Nobody,
}

/// Begins an upload without a key and does not end it. The service refuses such a request from its head alone; whoever collects
/// bodies first never hears that.
///
/// # Errors
/// No HTTP client could be made.
pub async fn look(public_url: &str) -> reqwest::Result<Passage> {
    let client = reqwest::Client::builder().no_proxy().connect_timeout(PATIENCE).build()?;
    let first: Result<Vec<u8>, std::io::Error> = Ok(vec![0; SENT_BYTES]);
    let body = reqwest::Body::wrap_stream(stream::iter([first]).chain(stream::pending()));
    let request = client
        .post(format!("{public_url}/v1/analyses?product=snapshot"))
        .header(CONTENT_TYPE, "image/jpeg")
        .header(CONTENT_LENGTH, PROMISED_BYTES)
        .body(body);
    let answered = tokio::time::timeout(PATIENCE, request.send()).await;
    Ok(match answered {
        Err(_) => Passage::KeptBack,
        Ok(Err(_)) => Passage::Nobody,
        Ok(Ok(answer)) => {
            let ours =
                answer.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/problem+json"));
            match answer.status().as_u16() {
                401 if ours => Passage::AsItComes,
                status => Passage::Stranger { status },
            }
        }
    })
}

/// The same in words; an error is a fault.
///
/// # Errors
/// A sentence that says what to change.
pub async fn finding(public_url: &str) -> Result<String, String> {
    if public_url.is_empty() {
        return Ok("server.public_url is not set, so none is looked for".to_owned());
    }
    match look(public_url).await.map_err(|error| error.to_string())? {
        Passage::AsItComes => Ok(format!("whatever stands at {public_url} passes a request on as it comes")),
        Passage::KeptBack => Err(format!(
            "whatever stands at {public_url} keeps a request back until it is whole, perhaps in a file; switch request buffering off \
             (deploy/nginx.conf and deploy/haproxy.cfg show how)"
        )),
        Passage::Stranger { status } => Err(format!("{public_url} answered {status}, but not as this service does")),
        Passage::Nobody => Ok(format!("nobody answers at {public_url}; look again when the service runs")),
    }
}
