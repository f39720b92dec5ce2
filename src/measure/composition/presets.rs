//! Crops people ask for, as dated data: platforms change theirs, so each says where it is from and when it was looked up.

use serde::{Deserialize, Serialize};

/// A shape a picture may have to fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CropPreset {
    InstagramFeed,
    InstagramSquare,
    InstagramStory,
    MarketplaceSquare,
    ThreeToTwo,
    FourToThree,
    SixteenToNine,
    A4Portrait,
    A4Landscape,
    FourBySix,
    EightByTen,
}

/// What a preset asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// The word in JSON: stable, kebab case.
    pub id: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// Width to height.
    pub ratio: (u32, u32),
    /// Whether it lies or stands as the picture does.
    pub turns: bool,
    /// Columns and rows wanted; None for a bare shape.
    pub pixels: Option<(u32, u32)>,
    /// Where that is from.
    pub source: &'static str,
    /// Year and month in which it was looked up.
    pub dated: &'static str,
}

/// When all of them were looked up.
const DATED: &str = "2026-11";

impl CropPreset {
    /// All, in the order they are listed.
    pub const ALL: [Self; 11] = [
        Self::InstagramFeed,
        Self::InstagramSquare,
        Self::InstagramStory,
        Self::MarketplaceSquare,
        Self::ThreeToTwo,
        Self::FourToThree,
        Self::SixteenToNine,
        Self::A4Portrait,
        Self::A4Landscape,
        Self::FourBySix,
        Self::EightByTen,
    ];

    /// What it asks for.
    #[expect(clippy::too_many_lines, reason = "a table: one row a preset")]
    pub const fn preset(self) -> Preset {
        match self {
            Self::InstagramFeed => Preset {
                id: "instagram-feed",
                name: "Instagram feed 4:5",
                ratio: (4, 5),
                turns: false,
                pixels: Some((1080, 1350)),
                source: "Instagram's help pages as guides quote them: at most 1080 px wide, 1.91:1 to 3:4; 4:5 is the usual portrait",
                dated: DATED,
            },
            Self::InstagramSquare => Preset {
                id: "instagram-square",
                name: "Instagram square",
                ratio: (1, 1),
                turns: false,
                pixels: Some((1080, 1080)),
                source: "Instagram's help pages as guides quote them: at most 1080 px wide",
                dated: DATED,
            },
            Self::InstagramStory => Preset {
                id: "instagram-story",
                name: "Instagram story 9:16",
                ratio: (9, 16),
                turns: false,
                pixels: Some((1080, 1920)),
                source: "Instagram's help pages as guides quote them: 1080 x 1920 px fill a telephone's screen",
                dated: DATED,
            },
            Self::MarketplaceSquare => Preset {
                id: "marketplace-square",
                name: "Marketplace square",
                ratio: (1, 1),
                turns: false,
                pixels: Some((2000, 2000)),
                source: "Own default: guides to Etsy and Shopify name 2000 and 2048 px",
                dated: DATED,
            },
            Self::ThreeToTwo => Preset {
                id: "three-to-two",
                name: "3:2",
                ratio: (3, 2),
                turns: true,
                pixels: None,
                source: "Shape of 35 mm film",
                dated: DATED,
            },
            Self::FourToThree => Preset {
                id: "four-to-three",
                name: "4:3",
                ratio: (4, 3),
                turns: true,
                pixels: None,
                source: "Shape of telephones and Four Thirds cameras",
                dated: DATED,
            },
            Self::SixteenToNine => Preset {
                id: "sixteen-to-nine",
                name: "16:9",
                ratio: (16, 9),
                turns: true,
                pixels: None,
                source: "Shape of HD screens (ITU-R BT.709)",
                dated: DATED,
            },
            Self::A4Portrait => Preset {
                id: "a4-portrait",
                name: "A4 portrait",
                ratio: (210, 297),
                turns: false,
                pixels: Some((2480, 3508)),
                source: "ISO 216 at 300 ppi",
                dated: DATED,
            },
            Self::A4Landscape => Preset {
                id: "a4-landscape",
                name: "A4 landscape",
                ratio: (297, 210),
                turns: false,
                pixels: Some((3508, 2480)),
                source: "ISO 216 at 300 ppi",
                dated: DATED,
            },
            Self::FourBySix => Preset {
                id: "four-by-six",
                name: "4 x 6 inch print",
                ratio: (6, 4),
                turns: true,
                pixels: Some((1800, 1200)),
                source: "US photo paper at 300 ppi",
                dated: DATED,
            },
            Self::EightByTen => Preset {
                id: "eight-by-ten",
                name: "8 x 10 inch print",
                ratio: (10, 8),
                turns: true,
                pixels: Some((3000, 2400)),
                source: "US photo paper at 300 ppi",
                dated: DATED,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_are_named_dated_and_consistent() {
        let mut seen = std::collections::BTreeSet::new();
        for crop in CropPreset::ALL {
            let preset = crop.preset();
            assert!(seen.insert(preset.id));
            assert_eq!(serde_json::to_string(&crop).unwrap(), format!("\"{}\"", preset.id));
            assert!(!preset.source.is_empty() && preset.dated.len() == 7);
            if let Some((width, height)) = preset.pixels {
                let (wanted, ratio) =
                    (f64::from(width) / f64::from(height), f64::from(preset.ratio.0) / f64::from(preset.ratio.1));
                assert!((wanted / ratio - 1.0).abs() < 1e-3, "{}", preset.id);
            }
        }
    }
}
