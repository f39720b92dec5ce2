//! Findings: a measurement against a documented default threshold, with a plain sentence and what to do.

use serde::{Deserialize, Serialize};

use super::metric::Metric;

/// How much a finding weighs. Without a customer's rules only an unusable file is `Redo`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Look at it; usable after one fix, or as it is if intended.
    Check,
    /// Not usable as it is.
    Redo,
}

/// What was found. Each has one threshold, written in [`FindingKind::rule`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    FileIncomplete,
    NothingInFocus,
    HighlightsBurnt,
    ShadowsLost,
    VisibleNoise,
    VisibleBlocks,
    HeavyCompression,
    LowContrast,
    SmallPicture,
    ShowsGpsPosition,
    ShowsDeviceId,
}

/// A measurement past its threshold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What.
    pub kind: FindingKind,
    /// How much it weighs.
    pub level: Level,
    /// The number it rests on, if it rests on one.
    pub metric: Option<Metric>,
    /// That number.
    pub value: Option<f64>,
    /// The threshold it passed.
    pub threshold: Option<f64>,
}
