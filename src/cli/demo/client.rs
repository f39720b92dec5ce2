//! The API as a customer's program calls it.

use anyhow::{Context, bail};
use reqwest::{Response, StatusCode};

use super::Stage;
use super::photos::Sample;

/// Parts of the multipart body are set apart by this; it is in no photograph.
const BOUNDARY: &str = "proofsheet-demo-7f3b1c9e5d";

#[derive(Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    url: String,
    api_key: String,
}

impl Client {
    /// For this service, with this key.
    pub fn new(stage: &Stage) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().no_proxy().build().context("no HTTP client")?;
        Ok(Self { http, url: stage.url.clone(), api_key: stage.api_key.clone() })
    }

    fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url)).bearer_auth(&self.api_key)
    }

    async fn expect(response: Response, status: StatusCode) -> anyhow::Result<Vec<u8>> {
        let got = response.status();
        let body = response.bytes().await.context("the answer broke off")?.to_vec();
        if got != status {
            bail!("answered {got} where {status} was expected: {}", String::from_utf8_lossy(&body));
        }
        Ok(body)
    }

    /// Makes an endpoint that hears of the analysis only; answers its secret.
    pub async fn create_endpoint(&self, url: &str) -> anyhow::Result<String> {
        let body = serde_json::json!({ "url": url, "ping": false }).to_string();
        let request = self.request(reqwest::Method::POST, "/v1/webhook-endpoints").header("content-type", "application/json");
        let made = Self::expect(request.body(body).send().await?, StatusCode::CREATED).await?;
        let made: serde_json::Value = serde_json::from_slice(&made)?;
        made["secret"].as_str().map(str::to_owned).context("no secret in the answer")
    }

    /// Sends all photos in one request; answers the analysis's id.
    pub async fn upload(&self, photos: &[Sample]) -> anyhow::Result<String> {
        let mut body = Vec::new();
        for (name, value) in [("product", "portfolio"), ("reference", "Sample set")] {
            body.extend_from_slice(
                format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").as_bytes(),
            );
        }
        for photo in photos {
            let head = format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"photos\"; filename=\"{}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n",
                photo.name
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(photo.bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        let request = self
            .request(reqwest::Method::POST, "/v1/analyses")
            .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"));
        let accepted = Self::expect(request.body(body).send().await?, StatusCode::ACCEPTED).await?;
        let accepted: serde_json::Value = serde_json::from_slice(&accepted)?;
        accepted["id"].as_str().map(str::to_owned).context("no id in the answer")
    }

    /// Fetches the result JSON.
    pub async fn result(&self, analysis: &str) -> anyhow::Result<Vec<u8>> {
        let request = self.request(reqwest::Method::GET, &format!("/v1/analyses/{analysis}/result"));
        Self::expect(request.send().await?, StatusCode::OK).await
    }

    /// Fetches the PDF.
    pub async fn report(&self, analysis: &str) -> anyhow::Result<Vec<u8>> {
        let request = self.request(reqwest::Method::GET, &format!("/v1/analyses/{analysis}/report.pdf"));
        Self::expect(request.send().await?, StatusCode::OK).await
    }

    /// Destroys the analysis; answers the receipt's id.
    pub async fn delete(&self, analysis: &str) -> anyhow::Result<String> {
        let request = self.request(reqwest::Method::DELETE, &format!("/v1/analyses/{analysis}"));
        let receipt = Self::expect(request.send().await?, StatusCode::OK).await?;
        let receipt: serde_json::Value = serde_json::from_slice(&receipt)?;
        receipt["id"].as_str().map(str::to_owned).context("no receipt in the answer")
    }

    /// The report must answer 410 now.
    pub async fn expect_gone(&self, analysis: &str) -> anyhow::Result<()> {
        let request = self.request(reqwest::Method::GET, &format!("/v1/analyses/{analysis}/report.pdf"));
        Self::expect(request.send().await?, StatusCode::GONE).await.map(|_| ())
    }
}
