//! The three products: one engine, three questions, three lives.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What a customer buys: a list of measurements, a page plan and a retention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Product {
    /// Which files are technically fit to use. Seven days.
    Snapshot,
    /// Does the set meet the brief, what to redo. Fourteen days.
    Portfolio,
    /// What the files say about their origin and what they give away. Thirty days.
    Provenance,
}

/// A word that names no product.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no such product; the products are snapshot, portfolio and provenance")]
pub struct UnknownProduct;

impl Product {
    /// All, shortest life first.
    pub const ALL: [Self; 3] = [Self::Snapshot, Self::Portfolio, Self::Provenance];

    /// The word in the API, lower case.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Snapshot => "snapshot",
            Self::Portfolio => "portfolio",
            Self::Provenance => "provenance",
        }
    }

    /// The word on pages and in the PDF.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Snapshot => "Snapshot",
            Self::Portfolio => "Portfolio",
            Self::Provenance => "Provenance",
        }
    }

    /// The question it answers, as a sentence.
    pub const fn question(self) -> &'static str {
        match self {
            Self::Snapshot => "Which files are technically fit to use?",
            Self::Portfolio => "Does the whole set meet the brief, and what must be redone?",
            Self::Provenance => "What do the files say about their origin, and what do they give away?",
        }
    }

    /// Days the report lives at most: 7, 14 or 30.
    pub const fn retention_days(self) -> u32 {
        match self {
            Self::Snapshot => 7,
            Self::Portfolio => 14,
            Self::Provenance => 30,
        }
    }

    /// How long the report lives at most.
    pub fn retention(self) -> Duration {
        DAY * self.retention_days()
    }

    /// The retention class in object names: `r07`, `r14`, `r30`.
    pub const fn retention_class(self) -> &'static str {
        match self {
            Self::Snapshot => "r07",
            Self::Portfolio => "r14",
            Self::Provenance => "r30",
        }
    }
}

impl FromStr for Product {
    type Err = UnknownProduct;
    fn from_str(text: &str) -> Result<Self, UnknownProduct> {
        Self::ALL.into_iter().find(|product| product.slug() == text).ok_or(UnknownProduct)
    }
}

impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
    }
}
