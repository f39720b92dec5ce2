//! `demo`: the whole main job on sample photographs, over real HTTP, with a real webhook that is verified.
//!
//! `main` starts a service on a free port with temporary data and hands in its address and key; everything here goes the way
//! a customer's program goes.

mod client;
mod photos;
mod receiver;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};

use client::Client;
use receiver::Receiver;

/// How long the demo waits for the report and for the webhook.
const WAIT_SECS: u64 = 120;

/// A service to show.
#[derive(Debug)]
pub struct Stage {
    /// Its address.
    pub url: String,
    /// An API key of its agency.
    pub api_key: String,
}

/// Plays the main job and says each step.
///
/// # Errors
/// The first step that does not hold, in words.
pub async fn run(stage: &Stage, output: &Path) -> anyhow::Result<()> {
    let step = Steps::new();
    let client = Client::new(stage)?;
    let receiver = Receiver::start().await.context("no port for the webhook receiver")?;
    step.say(&format!("proofsheet answers on {}", stage.url));

    let secret = client.create_endpoint(&receiver.url()).await?;
    step.say("a webhook endpoint with a secret of its own");
    let photos = photos::all();
    let bytes: usize = photos.iter().map(|photo| photo.bytes.len()).sum();
    let analysis = client.upload(&photos).await?;
    step.say(&format!("{} photographs uploaded, {:.1} MB: {analysis}", photos.len(), bytes as f64 / 1e6));

    let delivery = tokio::time::timeout(Duration::from_secs(WAIT_SECS), receiver.next())
        .await
        .context("the webhook did not come in time")?
        .context("the receiver stopped")?;
    delivery.verify(&secret).context("the webhook's signature does not hold")?;
    let event: serde_json::Value = serde_json::from_slice(&delivery.body).context("the webhook is no JSON")?;
    if event["type"] != "analysis.completed" || event["data"]["analysis"] != analysis.as_str() {
        bail!("the webhook says {}: not what was expected", event["type"]);
    }
    step.say("analysis.completed received, its HMAC-SHA256 signature verified");

    let result = client.result(&analysis).await?;
    let pdf = client.report(&analysis).await?;
    if !pdf.starts_with(b"%PDF-1.7") {
        bail!("what came back is no PDF");
    }
    let path = output.join("report.pdf");
    write(&path, &pdf)?;
    write(&output.join("result.json"), &result)?;
    step.say(&format!("report fetched, {:.1} MB", pdf.len() as f64 / 1e6));

    let receipt = client.delete(&analysis).await?;
    step.say(&format!("report destroyed, receipt {receipt}"));
    client.expect_gone(&analysis).await?;
    step.say("it answers 410 Gone now; the service keeps nothing of it");
    step.finish(&format!("Look at {}", path.display()));
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the command's purpose: the report goes where the user says")]
fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("{} cannot be written", path.display()))
}

/// A new directory for the demo's report.
///
/// # Errors
/// The file system's.
#[expect(clippy::disallowed_methods, reason = "the demo's throw-away directory is a temporary one; no photo reaches it")]
pub fn output_directory(wanted: Option<PathBuf>) -> anyhow::Result<PathBuf> {
    let path = wanted.unwrap_or_else(|| std::env::temp_dir().join(format!("proofsheet-demo-{:08x}", rand::random::<u32>())));
    std::fs::create_dir_all(&path).with_context(|| format!("{} cannot be made", path.display()))?;
    Ok(path)
}

/// Steps as they are done, each a line that stays.
struct Steps(ProgressBar);

impl Steps {
    fn new() -> Self {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }

    fn say(&self, what: &str) {
        self.0.suspend(|| line(&format!("  done  {what}")));
    }

    fn finish(&self, what: &str) {
        self.0.finish_and_clear();
        line(what);
    }
}

fn line(text: &str) {
    use std::io::Write;
    // A closed standard output is the reader's choice.
    if writeln!(std::io::stdout().lock(), "{text}").is_err() {
        tracing::debug!("standard output is closed");
    }
}
