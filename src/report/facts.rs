//! All a report is made from. Equal facts give equal bytes.

use serde::{Deserialize, Serialize};

use crate::domain::{AnalysisId, Branding, Product, ReportId, Timestamp};
use crate::measure::PhotoOutcome;

/// Longest customer reference, in characters.
pub const REFERENCE_CHARS_MAX: usize = 100;
/// Longest file name kept, in characters.
pub const FILE_NAME_CHARS_MAX: usize = 200;

/// What the report is about, besides the photos.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportFacts {
    /// The report.
    pub report: ReportId,
    /// The analysis.
    pub analysis: AnalysisId,
    /// What was asked.
    pub product: Product,
    /// Whose it is; None from the command line.
    pub agency_name: Option<String>,
    /// The customer's own reference, cleaned; the report's title. None: "Untitled set".
    pub reference: Option<String>,
    /// When the photos were measured.
    pub created_at: Timestamp,
    /// When the report is destroyed; None from the command line, which stores nothing.
    pub expires_at: Option<Timestamp>,
    /// Where the report can be verified; None from the command line.
    pub verify_url: Option<String>,
    /// Whether picture content is in it.
    pub previews: bool,
    /// How it looks.
    pub branding: Branding,
    /// Whether a test key made it: every page says so.
    #[serde(default)]
    pub is_test: bool,
}

/// One photo of the set, in upload order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportPhoto {
    /// Number in the set, from 1.
    pub number: u16,
    /// File name as given, cleaned; untrusted text.
    pub file_name: String,
    /// Media type the sender gave, such as `image/jpeg`; None where nobody said.
    #[serde(default)]
    pub declared_type: Option<String>,
    /// What became of it.
    pub outcome: PhotoOutcome,
}

/// The finished report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedReport {
    /// PDF bytes.
    pub pdf: Vec<u8>,
    /// Canonical result JSON (UTF-8), `docs/schema/result-1.json`.
    pub result_json: Vec<u8>,
}
