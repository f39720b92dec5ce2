//! The catalogue of numbers: each with an id, a unit, a method id and a meaning. No number is shown without one.

use serde::{Deserialize, Serialize};

/// A number we measure in one photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    Megapixels,
    MeanLuma,
    RmsContrast,
    ClipHigh,
    ClipHighAll,
    ClipHighLargest,
    ClipLow,
    ClipLowAll,
    NearClipHigh,
    NearClipLow,
    Entropy,
    LapVar,
    Tenengrad,
    PeakSharp,
    SharpShare,
    SigmaMad,
    SigmaImmerkaer,
    Colorfulness,
    ColoredShare,
    Blockiness,
    BitsPerPixel,
}

/// How a metric is defined and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Definition {
    /// The id in JSON: stable, kebab case.
    pub id: &'static str,
    /// Short name for tables.
    pub title: &'static str,
    /// Unit as printed; empty for a bare ratio.
    pub unit: &'static str,
    /// Method id with version, plane and scale: changes when the number would.
    pub method: &'static str,
    /// Decimals it is rounded to in JSON and print.
    pub decimals: u8,
    /// The definition in words, with its source and its limits.
    pub definition: &'static str,
}

impl Metric {
    /// All, in the order they are listed.
    pub const ALL: [Self; 21] = [
        Self::Megapixels,
        Self::MeanLuma,
        Self::RmsContrast,
        Self::ClipHigh,
        Self::ClipHighAll,
        Self::ClipHighLargest,
        Self::ClipLow,
        Self::ClipLowAll,
        Self::NearClipHigh,
        Self::NearClipLow,
        Self::Entropy,
        Self::LapVar,
        Self::Tenengrad,
        Self::PeakSharp,
        Self::SharpShare,
        Self::SigmaMad,
        Self::SigmaImmerkaer,
        Self::Colorfulness,
        Self::ColoredShare,
        Self::Blockiness,
        Self::BitsPerPixel,
    ];

    /// Whether the PDF has it too. The others say the same another way and stand in the JSON, for programs.
    pub const fn is_printed(self) -> bool {
        !matches!(
            self,
            Self::NearClipHigh | Self::NearClipLow | Self::Entropy | Self::Tenengrad | Self::SigmaImmerkaer | Self::ColoredShare
        )
    }

    /// Its row of the catalogue.
    #[expect(clippy::too_many_lines, reason = "a table: one row a metric")]
    pub const fn definition(self) -> Definition {
        match self {
            Self::Megapixels => Definition {
                id: "megapixels",
                title: "Megapixels",
                unit: "MP",
                method: "megapixels/1",
                decimals: 2,
                definition: "Width times height, in millions of pixels.",
            },
            Self::MeanLuma => Definition {
                id: "mean-luma",
                title: "Mean brightness",
                unit: "level",
                method: "mean-luma/1 coded-luma native",
                decimals: 2,
                definition: "Mean of coded luma, 0 to 255. Dark and bright styles are choices, not faults.",
            },
            Self::RmsContrast => Definition {
                id: "rms-contrast",
                title: "Contrast",
                unit: "",
                method: "rms-contrast/1 coded-luma native",
                decimals: 4,
                definition: "Standard deviation of coded luma divided by 255, 0 to 0.5 (Peli 1990).",
            },
            Self::ClipHigh => Definition {
                id: "clip-high",
                title: "Burnt highlights",
                unit: "%",
                method: "clip-high/1 any-channel-max coded-rgb native",
                decimals: 2,
                definition: "Share of pixels with at least one coded channel at its highest level. Reflections, white backdrops and saturated colours count too.",
            },
            Self::ClipHighAll => Definition {
                id: "clip-high-all",
                title: "Pure white",
                unit: "%",
                method: "clip-high-all/1 all-channels-max coded-rgb native",
                decimals: 2,
                definition: "Share of pixels with all coded channels at their highest level.",
            },
            Self::ClipHighLargest => Definition {
                id: "clip-high-largest",
                title: "Largest burnt area",
                unit: "%",
                method: "clip-high-largest/1 cells-half-burnt 4-connected",
                decimals: 2,
                definition: "The largest connected area of map cells at least half burnt, as share of the picture. A cell is at most a 96th of the long edge.",
            },
            Self::ClipLow => Definition {
                id: "clip-low",
                title: "Lost shadows",
                unit: "%",
                method: "clip-low/1 any-channel-0 coded-rgb native",
                decimals: 2,
                definition: "Share of pixels with at least one coded channel at level 0. Saturated colours count too.",
            },
            Self::ClipLowAll => Definition {
                id: "clip-low-all",
                title: "Pure black",
                unit: "%",
                method: "clip-low-all/1 all-channels-0 coded-rgb native",
                decimals: 2,
                definition: "Share of pixels with all coded channels at level 0.",
            },
            Self::NearClipHigh => Definition {
                id: "near-clip-high",
                title: "Nearly burnt",
                unit: "%",
                method: "near-clip-high/1 any-channel-250 coded-rgb native",
                decimals: 2,
                definition: "Share of pixels with at least one coded channel at level 250 or above.",
            },
            Self::NearClipLow => Definition {
                id: "near-clip-low",
                title: "Nearly lost",
                unit: "%",
                method: "near-clip-low/1 any-channel-5 coded-rgb native",
                decimals: 2,
                definition: "Share of pixels with at least one coded channel at level 5 or below.",
            },
            Self::Entropy => Definition {
                id: "entropy",
                title: "Entropy",
                unit: "bit",
                method: "entropy/1 coded-luma native 256-levels",
                decimals: 3,
                definition: "Shannon entropy of the histogram of coded luma, base 2, 0 to 8. Says little alone; noise raises it.",
            },
            Self::LapVar => Definition {
                id: "lap-var",
                title: "Variance of Laplacian",
                unit: "level²",
                method: "lap-var/1 coded-luma native reflect-101",
                decimals: 2,
                definition: "Population variance of the four-neighbour Laplacian of coded luma at native size (Pech-Pacheco 2000). Noise raises it; depends on content.",
            },
            Self::Tenengrad => Definition {
                id: "tenengrad",
                title: "Tenengrad",
                unit: "level²",
                method: "tenengrad/1 coded-luma native sobel-3 reflect-101",
                decimals: 2,
                definition: "Mean squared Sobel gradient of coded luma at native size (Krotkov; Pertuz 2013). Less moved by noise than the Laplacian, and by blur.",
            },
            Self::PeakSharp => Definition {
                id: "peak-sharp",
                title: "Peak sharpness",
                unit: "level²",
                method: "peak-sharp/1 coded-luma native tiles-64 p95",
                decimals: 1,
                definition: "95th percentile over textured tiles of the variance of Laplacian, less 20 times the squared noise. Tiles are 64 px, larger where that would make more than 32 a side. Finds a sharp subject on a soft ground.",
            },
            Self::SharpShare => Definition {
                id: "sharp-share",
                title: "Sharp area",
                unit: "%",
                method: "sharp-share/1 textured-tiles-over-half-peak",
                decimals: 1,
                definition: "Share of textured tiles that reach at least half of the peak sharpness.",
            },
            Self::SigmaMad => Definition {
                id: "sigma-mad",
                title: "Noise",
                unit: "level",
                method: "sigma-mad/2 coded-luma native db2-hh odd-row-steps-over-2mp",
                decimals: 2,
                definition: "Median of the absolute diagonal wavelet band (db2) divided by 0.67449, exact zeros left out (Donoho and Johnstone 1994). Above 2 megapixels every third, fifth, ... row of the band is used. Texture raises it, JPEG lowers it.",
            },
            Self::SigmaImmerkaer => Definition {
                id: "sigma-immerkaer",
                title: "Noise, by Laplacian difference",
                unit: "level",
                method: "sigma-immerkaer/1 coded-luma native interior",
                decimals: 2,
                definition: "Mean magnitude of the difference of two Laplacians times the square root of pi over 2 (Immerkær 1996), without the outermost pixels. Texture raises it.",
            },
            Self::Colorfulness => Definition {
                id: "colorfulness",
                title: "Colourfulness",
                unit: "",
                method: "colorfulness/1 srgb native odd-row-steps-with-profile",
                decimals: 2,
                definition: "Hasler and Süsstrunk 2003 over all pixels, 0 to about 110. With a profile other than sRGB: over evenly spaced rows turned to sRGB, all rows up to 1 megapixel. Small saturated patches count little.",
            },
            Self::ColoredShare => Definition {
                id: "colored-share",
                title: "Coloured area",
                unit: "%",
                method: "colored-share/1 channels-over-2-apart coded-rgb native",
                decimals: 2,
                definition: "Share of pixels whose coded channels are more than 2 levels apart. At most 0.1 % is a greyscale picture.",
            },
            Self::Blockiness => Definition {
                id: "blockiness",
                title: "Blockiness",
                unit: "",
                method: "blockiness/1 coded-luma native 8-grid",
                decimals: 3,
                definition: "Mean absolute gradient across the 8-pixel grid over that inside the blocks, mean of both axes (after Wang 2002). About 1 without visible blocks; lost after resizing.",
            },
            Self::BitsPerPixel => Definition {
                id: "bits-per-pixel",
                title: "Bits per pixel",
                unit: "bit/px",
                method: "bits-per-pixel/1 entropy-coded-bytes",
                decimals: 3,
                definition: "Eight times the bytes of entropy-coded data, over the pixels. JPEG only.",
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_equal_the_wire_names() {
        let mut seen = std::collections::BTreeSet::new();
        for metric in Metric::ALL {
            let definition = metric.definition();
            assert!(seen.insert(definition.id));
            assert_eq!(serde_json::to_string(&metric).unwrap(), format!("\"{}\"", definition.id));
            assert!(definition.method.starts_with(definition.id));
        }
    }
}
