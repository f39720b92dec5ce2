//! `analyze`: the same workers and the same report as the service, without a server and without keeping anything.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use futures_util::StreamExt;
use indicatif::{ProgressBar, ProgressStyle};

use super::args::{AnalyzeArgs, Previews};
use super::exit::ExitStatus;
use super::facts::EarlierResult;
use crate::domain::{AnalysisId, Branding, ReportId, Timestamp};
use crate::measure::Threads;
use crate::pipeline::admission::clean_file_name;
use crate::pipeline::worker::RenderHead;
use crate::pipeline::{Workers, clean_text, held};
use crate::report::facts::REFERENCE_CHARS_MAX;
use crate::report::{ReportFacts, ReportPhoto, set_words, words};

/// Measures the photos, writes the report, prints a summary.
///
/// # Errors
/// A photo that cannot be read, facts that do not fit, a report that cannot be made or written.
pub async fn run(args: &AnalyzeArgs, workers: &Workers, parallel: usize, now: Timestamp) -> anyhow::Result<ExitStatus> {
    let earlier = args.facts.as_deref().map(EarlierResult::read).transpose()?;
    let previews = earlier.as_ref().map_or(args.previews == Previews::Full, EarlierResult::previews);
    let branding = args.branding.over(Branding::default(), workers).await?;
    let facts = match &earlier {
        Some(earlier) => earlier.facts(branding)?,
        None => new_facts(args, branding, now),
    };
    let mut photos = measure(args, workers, parallel, previews).await?;
    if let Some(earlier) = &earlier {
        earlier.name(&mut photos)?;
    }
    let head = RenderHead { facts, photos };
    let rendered = workers.render(&head).await.context("the report could not be made")?;
    write(&args.output, &rendered.pdf)?;
    if let Some(json) = &args.json {
        write(json, &rendered.result_json)?;
    }
    print_summary(&head.photos, &args.output)?;
    if let Some(earlier) = &earlier {
        let same = earlier.is(&rendered.result_json);
        super::say(if same { "Its result is the one given, byte for byte." } else { "Its result differs from the one given." })?;
    }
    Ok(ExitStatus::Success)
}

fn new_facts(args: &AnalyzeArgs, branding: Branding, now: Timestamp) -> ReportFacts {
    ReportFacts {
        report: ReportId::generate(now),
        analysis: AnalysisId::generate(now),
        product: args.product,
        agency_name: None,
        reference: args.reference.as_deref().map(|text| clean_text(text, REFERENCE_CHARS_MAX)),
        created_at: now,
        expires_at: None,
        verify_url: None,
        previews: args.previews == Previews::Full,
        branding,
        is_test: false,
    }
}

async fn measure(args: &AnalyzeArgs, workers: &Workers, parallel: usize, previews: bool) -> anyhow::Result<Vec<ReportPhoto>> {
    let bar = ProgressBar::new(args.photos.len() as u64)
        .with_style(ProgressStyle::with_template("{bar:30} {pos} of {len} measured {msg}")?);
    bar.enable_steady_tick(Duration::from_millis(100));
    let threads = if args.photos.len() == 1 && parallel > 1 { Threads::Two } else { Threads::One };
    let measuring = (1_u16..).zip(&args.photos).map(|(number, path)| measure_one(number, path, workers, previews, threads));
    let mut measuring = futures_util::stream::iter(measuring).buffer_unordered(parallel.max(1));
    let mut photos = Vec::with_capacity(args.photos.len());
    while let Some(photo) = measuring.next().await {
        photos.push(photo?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    photos.sort_by_key(|photo| photo.number);
    Ok(photos)
}

async fn measure_one(
    number: u16,
    path: &PathBuf,
    workers: &Workers,
    previews: bool,
    threads: Threads,
) -> anyhow::Result<ReportPhoto> {
    let bytes = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    if bytes.is_empty() {
        bail!("{} is empty", path.display());
    }
    let memory = held::seal(&bytes).context("no memory for the photo")?;
    drop(bytes);
    let outcome = workers.measure(&memory, previews, threads).await?;
    Ok(ReportPhoto { number, file_name: clean_file_name(&path.to_string_lossy()), declared_type: None, outcome })
}

#[expect(clippy::disallowed_methods, reason = "the command's purpose: the report goes where the user says")]
fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("{} cannot be written", path.display()))
}

fn print_summary(photos: &[ReportPhoto], output: &Path) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", words::set_sentence(photos))?;
    for photo in photos {
        writeln!(out, "  {:>2}  {}: {}", photo.number, photo.file_name, words::photo_sentence(&photo.outcome))?;
    }
    for sentence in set_words::sentences(&set_words::measured(photos)) {
        writeln!(out, "  {sentence}")?;
    }
    writeln!(out, "Report: {}", output.display())?;
    Ok(())
}
