//! A logo from a file: measured by the same sandboxed worker as a photo, kept as its preview, without metadata.

use std::path::Path;

use anyhow::{Context, bail};

use crate::domain::Logo;
use crate::measure::{PhotoOutcome, Threads};
use crate::pipeline::{Workers, held};

/// Reads a logo.
///
/// # Errors
/// A file that cannot be read, is no picture, or lets the page shine through.
pub async fn read(path: &Path, workers: &Workers) -> anyhow::Result<Logo> {
    let shown = path.display();
    let bytes = std::fs::read(path).with_context(|| format!("{shown} cannot be read"))?;
    let memory = held::seal(&bytes).context("no memory for the logo")?;
    let measured = match workers.measure(&memory, true, Threads::One).await? {
        PhotoOutcome::Measured(measured) => *measured,
        PhotoOutcome::Unusable(problem) => bail!("{shown} cannot be a logo: {}", problem.sentence()),
    };
    if measured.file.alpha_used {
        bail!("{shown} is transparent. Save it on solid ground; the page of a report is #fbfaf7.");
    }
    let Some(pictures) = measured.pictures else { bail!("{shown} cannot be a logo: its colors cannot be shown") };
    let preview = pictures.preview;
    Ok(Logo { width_px: preview.width_px, height_px: preview.height_px, jpeg: preview.jpeg })
}
