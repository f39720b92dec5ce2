//! Facts of an earlier report, from its result JSON: with the same photos they make the same report again, byte for byte.

use std::path::Path;

use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::domain::{Accent, AnalysisId, Branding, Paper, Product, ReportId, Timestamp};
use crate::measure::PhotoOutcome;
use crate::report::{ReportFacts, ReportPhoto};

/// A result, as far as it is needed (`docs/schema/result-1.json`).
#[derive(Debug, Deserialize)]
pub struct EarlierResult {
    report: About,
    photos: Vec<Sent>,
    #[serde(skip)]
    bytes: Vec<u8>,
}

#[derive(Debug, Deserialize)]
struct About {
    id: String,
    analysis: String,
    product: Product,
    agency: Option<String>,
    reference: Option<String>,
    created_at: String,
    expires_at: Option<String>,
    verify_url: Option<String>,
    previews: bool,
    paper: Paper,
    branding: Look,
    #[serde(default)]
    test: bool,
}

#[derive(Debug, Deserialize)]
struct Look {
    name: Option<String>,
    accent: Option<Accent>,
    logo_sha256: Option<String>,
}

/// What a photo was sent as, and which it was.
#[derive(Debug, Deserialize)]
struct Sent {
    file_name: String,
    file: Option<SentFile>,
}

#[derive(Debug, Deserialize)]
struct SentFile {
    sha256: String,
    declared_type: Option<String>,
}

impl EarlierResult {
    /// Reads a result.
    ///
    /// # Errors
    /// A file that cannot be read or is no result.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let bytes = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let result: Self =
            serde_json::from_slice(&bytes).with_context(|| format!("{} is no result of proofsheet", path.display()))?;
        Ok(Self { bytes, ..result })
    }

    /// Whether picture content goes into the report.
    pub fn previews(&self) -> bool {
        self.report.previews
    }

    /// The facts, with the logo from elsewhere: a result knows only its SHA-256.
    ///
    /// # Errors
    /// Ids and times that are none; another logo than the report had.
    pub fn facts(&self, branding: Branding) -> anyhow::Result<ReportFacts> {
        let about = &self.report;
        let logo_sha256 = branding.logo.as_ref().map(|logo| hexadecimal(&logo.jpeg));
        if logo_sha256 != about.branding.logo_sha256 {
            bail!(
                "the report had {}; give it with --logo",
                if about.branding.logo_sha256.is_some() { "another logo" } else { "no logo" }
            );
        }
        let time = |text: &str| Timestamp::from_rfc3339(text).with_context(|| format!("\"{text}\" is no time"));
        Ok(ReportFacts {
            report: about.id.parse::<ReportId>()?,
            analysis: about.analysis.parse::<AnalysisId>()?,
            product: about.product,
            agency_name: about.agency.clone(),
            reference: about.reference.clone(),
            created_at: time(&about.created_at)?,
            expires_at: about.expires_at.as_deref().map(time).transpose()?,
            verify_url: about.verify_url.clone(),
            previews: about.previews,
            branding: Branding {
                name: about.branding.name.clone(),
                accent: about.branding.accent,
                paper: about.paper,
                ..branding
            },
            is_test: about.test,
        })
    }

    /// Gives the photos the names and types they were sent with.
    ///
    /// # Errors
    /// Other photos than those the report was about.
    pub fn name(&self, photos: &mut [ReportPhoto]) -> anyhow::Result<()> {
        ensure!(photos.len() == self.photos.len(), "the facts are of {} photos, not of {}", self.photos.len(), photos.len());
        for (photo, sent) in photos.iter_mut().zip(&self.photos) {
            photo.file_name.clone_from(&sent.file_name);
            let Some(file) = &sent.file else { continue };
            let is_it = matches!(&photo.outcome, PhotoOutcome::Measured(measured) if measured.file.sha256 == file.sha256);
            ensure!(is_it, "photo {} is not the file the facts are of, by its SHA-256", photo.number);
            photo.declared_type.clone_from(&file.declared_type);
        }
        Ok(())
    }

    /// Whether a result is the same, byte for byte.
    pub fn is(&self, result_json: &[u8]) -> bool {
        self.bytes == result_json
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
