//! A caller of the service: with a key, with none, or with somebody else's.

use std::sync::Once;
use std::time::{Duration, Instant};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use tokio::runtime::Runtime;

use super::Service;

/// Longest wait for one answer.
const ANSWER_MAX: Duration = Duration::from_secs(120);

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{} is no JSON: {error}: {:?}", self.status, self.text()))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header, empty if there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Asserts the status, showing what was answered.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "answered {}", self.text());
        self
    }

    /// Asserts that this is a problem of the catalogue, in the form of RFC 9457, and gives it.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "answered {}", self.text());
        assert_eq!(self.header("content-type").split(';').next(), Some("application/problem+json"), "{}", self.text());
        let problem = self.json();
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], status, "{problem}");
        for member in ["type", "title", "request_id"] {
            assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{member} is missing: {problem}");
        }
        assert_eq!(problem["request_id"].as_str(), Some(self.header("x-request-id")), "{problem}");
        problem
    }
}

/// A multipart form.
#[derive(Debug, Clone)]
pub struct Form {
    body: Vec<u8>,
}

const BOUNDARY: &str = "proofsheet-test-boundary";

impl Form {
    /// With this product.
    pub fn product(product: &str) -> Self {
        Self::empty().text("product", product)
    }

    /// With nothing in it.
    pub const fn empty() -> Self {
        Self { body: Vec::new() }
    }

    /// Adds a small field.
    pub fn text(mut self, name: &str, value: &str) -> Self {
        let part = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        self.body.extend(part.as_bytes());
        self
    }

    /// Adds a photo.
    pub fn photo(mut self, name: &str, bytes: &[u8]) -> Self {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"photos\"; filename=\"{name}\"\r\nContent-Type: image/jpeg\r\n\r\n"
        );
        self.body.extend(head.as_bytes());
        self.body.extend(bytes);
        self.body.extend(b"\r\n");
        self
    }

    /// Adds a photograph of `fixtures/`.
    pub fn fixture(self, path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap();
        self.photo(name, &std::fs::read(crate::fixtures::fixture(path)).unwrap())
    }

    /// As [`Form::finish`], with a boundary of its own.
    pub fn finish_between(self, boundary: &str) -> (String, Vec<u8>) {
        let (_, body) = self.finish();
        let (mut changed, mut rest) = (Vec::with_capacity(body.len()), body.as_slice());
        while let Some(at) = rest.windows(BOUNDARY.len()).position(|window| window == BOUNDARY.as_bytes()) {
            changed.extend(&rest[..at]);
            changed.extend(boundary.as_bytes());
            rest = &rest[at + BOUNDARY.len()..];
        }
        changed.extend(rest);
        (format!("multipart/form-data; boundary={boundary}"), changed)
    }

    /// Content type and body.
    pub fn finish(mut self) -> (String, Vec<u8>) {
        self.body.extend(format!("--{BOUNDARY}--\r\n").as_bytes());
        (format!("multipart/form-data; boundary={BOUNDARY}"), self.body)
    }
}

/// What every HTTP client in this process needs, also for plain HTTP.
pub fn install_tls_provider() {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        rustls::crypto::ring::default_provider().install_default().ok();
    });
}

/// A caller.
#[derive(Debug)]
pub struct Client {
    runtime: Runtime,
    http: reqwest::Client,
    url: String,
    key: Option<String>,
}

impl Client {
    /// Without a key.
    pub fn anonymous(service: &Service) -> Self {
        Self::new(&service.url, None)
    }

    /// With a key.
    pub fn with_key(service: &Service, key: &str) -> Self {
        Self::new(&service.url, Some(key))
    }

    /// With a key, at another address of the service.
    pub fn at(url: &str, key: &str) -> Self {
        Self::new(url, Some(key))
    }

    fn new(url: &str, key: Option<&str>) -> Self {
        install_tls_provider();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(ANSWER_MAX)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self { runtime, http, url: url.to_owned(), key: key.map(str::to_owned) }
    }

    /// Sends a request and reads the whole answer.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        self.try_send(method, path, headers, body).unwrap_or_else(|error| panic!("{method} {path}: {error:?}"))
    }

    /// Sends a request that may find nobody, or nobody any more.
    pub fn try_send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> reqwest::Result<Answer> {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.url) };
        let mut request = self.http.request(method.parse().unwrap(), url).body(body);
        if let Some(key) = &self.key {
            request = request.bearer_auth(key);
        }
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap());
        }
        self.runtime.block_on(async {
            let response = request.headers(map).send().await?;
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            let body = response.bytes().await?.to_vec();
            Ok(Answer { status, headers, body })
        })
    }

    /// GET.
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], Vec::new())
    }

    /// DELETE.
    pub fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, &[], Vec::new())
    }

    /// POST of JSON.
    pub fn post_json(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, &[("content-type", "application/json")], body.to_string().into_bytes())
    }

    /// Sends a form to `/v1/analyses` and answers at once.
    pub fn submit(&self, form: Form) -> Answer {
        let (content_type, body) = form.finish();
        self.send("POST", "/v1/analyses", &[("content-type", &content_type)], body)
    }

    /// Sends a form and follows the analysis to its outcome; gives the resource.
    pub fn analyze(&self, form: Form) -> Value {
        let accepted = self.submit(form).expect(202);
        let place = accepted.header("location").to_owned();
        assert!(!accepted.header("retry-after").is_empty(), "202 says when to ask again");
        self.follow(&place)
    }

    /// Asks until the analysis has an outcome.
    pub fn follow(&self, place: &str) -> Value {
        let start = Instant::now();
        loop {
            let seen = self.get(place).expect(200).json();
            if matches!(seen["state"].as_str(), Some("completed" | "failed")) {
                return seen;
            }
            assert!(start.elapsed() < ANSWER_MAX, "no outcome: {seen}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Registers a webhook endpoint that is sent nothing yet; gives its id and secret.
    pub fn register(&self, url: &str) -> (String, String) {
        let made = self.post_json("/v1/webhook-endpoints", &serde_json::json!({ "url": url, "ping": false })).expect(201).json();
        (made["id"].as_str().unwrap().to_owned(), made["secret"].as_str().unwrap().to_owned())
    }
}
