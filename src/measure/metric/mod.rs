//! The catalogue of numbers: each with an id, a unit, a method id and a meaning. No number is shown without one.

mod color;
mod compression;
mod file;
mod noise;
mod sharpness;
mod tone;

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
    ClipHighEdge,
    ClipLow,
    ClipLowAll,
    ClipLowLargest,
    NearClipHigh,
    NearClipLow,
    Entropy,
    MeanLightness,
    TonalRange,
    LevelsUsed,
    HistogramGaps,
    LapVar,
    #[serde(rename = "lap-var-1024")]
    LapVar1024,
    Tenengrad,
    #[serde(rename = "tenengrad-1024")]
    Tenengrad1024,
    PeakSharp,
    SharpShare,
    BlurEffect,
    EffRes,
    EdgeWidth,
    Oversharp,
    SigmaMad,
    SigmaImmerkaer,
    SigmaFlatShadows,
    SigmaFlatMidtones,
    SigmaFlatHighlights,
    ChromaNoiseCb,
    ChromaNoiseCr,
    Snr,
    Colorfulness,
    ColoredShare,
    ChromaMean,
    ChromaMedian,
    ChromaP95,
    NeutralShare,
    CastShare,
    CastA,
    CastB,
    CastStrength,
    CastAngle,
    HueConcentration,
    ChromaResidual,
    ToneHue,
    ToneChroma,
    SaturationClip,
    GamutOut,
    Blockiness,
    ErrorLevelMean,
    ErrorLevelSpread,
    Banding,
    DoubleJpeg,
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
    pub const ALL: [Self; 58] = [
        Self::Megapixels,
        Self::MeanLuma,
        Self::RmsContrast,
        Self::ClipHigh,
        Self::ClipHighAll,
        Self::ClipHighLargest,
        Self::ClipHighEdge,
        Self::ClipLow,
        Self::ClipLowAll,
        Self::ClipLowLargest,
        Self::NearClipHigh,
        Self::NearClipLow,
        Self::Entropy,
        Self::MeanLightness,
        Self::TonalRange,
        Self::LevelsUsed,
        Self::HistogramGaps,
        Self::LapVar,
        Self::LapVar1024,
        Self::Tenengrad,
        Self::Tenengrad1024,
        Self::PeakSharp,
        Self::SharpShare,
        Self::BlurEffect,
        Self::EffRes,
        Self::EdgeWidth,
        Self::Oversharp,
        Self::SigmaMad,
        Self::SigmaImmerkaer,
        Self::SigmaFlatShadows,
        Self::SigmaFlatMidtones,
        Self::SigmaFlatHighlights,
        Self::ChromaNoiseCb,
        Self::ChromaNoiseCr,
        Self::Snr,
        Self::Colorfulness,
        Self::ColoredShare,
        Self::ChromaMean,
        Self::ChromaMedian,
        Self::ChromaP95,
        Self::NeutralShare,
        Self::CastShare,
        Self::CastA,
        Self::CastB,
        Self::CastStrength,
        Self::CastAngle,
        Self::HueConcentration,
        Self::ChromaResidual,
        Self::ToneHue,
        Self::ToneChroma,
        Self::SaturationClip,
        Self::GamutOut,
        Self::Blockiness,
        Self::ErrorLevelMean,
        Self::ErrorLevelSpread,
        Self::Banding,
        Self::DoubleJpeg,
        Self::BitsPerPixel,
    ];

    /// Whether the PDF has it too. The others say the same another way and stand in the JSON, for programs.
    pub const fn is_printed(self) -> bool {
        matches!(
            self,
            Self::Megapixels
                | Self::MeanLuma
                | Self::RmsContrast
                | Self::ClipHigh
                | Self::ClipHighAll
                | Self::ClipHighLargest
                | Self::ClipLow
                | Self::ClipLowAll
                | Self::LapVar
                | Self::PeakSharp
                | Self::SharpShare
                | Self::SigmaMad
                | Self::Colorfulness
                | Self::Blockiness
                | Self::BitsPerPixel
        )
    }

    /// Its row of the catalogue.
    pub const fn definition(self) -> Definition {
        match self {
            Self::Megapixels => file::MEGAPIXELS,
            Self::MeanLuma => tone::MEAN_LUMA,
            Self::RmsContrast => tone::RMS_CONTRAST,
            Self::ClipHigh => tone::CLIP_HIGH,
            Self::ClipHighAll => tone::CLIP_HIGH_ALL,
            Self::ClipHighLargest => tone::CLIP_HIGH_LARGEST,
            Self::ClipHighEdge => tone::CLIP_HIGH_EDGE,
            Self::ClipLow => tone::CLIP_LOW,
            Self::ClipLowAll => tone::CLIP_LOW_ALL,
            Self::ClipLowLargest => tone::CLIP_LOW_LARGEST,
            Self::NearClipHigh => tone::NEAR_CLIP_HIGH,
            Self::NearClipLow => tone::NEAR_CLIP_LOW,
            Self::Entropy => tone::ENTROPY,
            Self::MeanLightness => tone::MEAN_LIGHTNESS,
            Self::TonalRange => tone::TONAL_RANGE,
            Self::LevelsUsed => tone::LEVELS_USED,
            Self::HistogramGaps => tone::HISTOGRAM_GAPS,
            Self::LapVar => sharpness::LAP_VAR,
            Self::LapVar1024 => sharpness::LAP_VAR_1024,
            Self::Tenengrad => sharpness::TENENGRAD,
            Self::Tenengrad1024 => sharpness::TENENGRAD_1024,
            Self::PeakSharp => sharpness::PEAK_SHARP,
            Self::SharpShare => sharpness::SHARP_SHARE,
            Self::BlurEffect => sharpness::BLUR_EFFECT,
            Self::EffRes => sharpness::EFF_RES,
            Self::EdgeWidth => sharpness::EDGE_WIDTH,
            Self::Oversharp => sharpness::OVERSHARP,
            Self::SigmaMad => noise::SIGMA_MAD,
            Self::SigmaImmerkaer => noise::SIGMA_IMMERKAER,
            Self::SigmaFlatShadows => noise::SIGMA_FLAT_SHADOWS,
            Self::SigmaFlatMidtones => noise::SIGMA_FLAT_MIDTONES,
            Self::SigmaFlatHighlights => noise::SIGMA_FLAT_HIGHLIGHTS,
            Self::ChromaNoiseCb => noise::CHROMA_NOISE_CB,
            Self::ChromaNoiseCr => noise::CHROMA_NOISE_CR,
            Self::Snr => noise::SNR,
            Self::Colorfulness => color::COLORFULNESS,
            Self::ColoredShare => color::COLORED_SHARE,
            Self::ChromaMean => color::CHROMA_MEAN,
            Self::ChromaMedian => color::CHROMA_MEDIAN,
            Self::ChromaP95 => color::CHROMA_P95,
            Self::NeutralShare => color::NEUTRAL_SHARE,
            Self::CastShare => color::CAST_SHARE,
            Self::CastA => color::CAST_A,
            Self::CastB => color::CAST_B,
            Self::CastStrength => color::CAST_STRENGTH,
            Self::CastAngle => color::CAST_ANGLE,
            Self::HueConcentration => color::HUE_CONCENTRATION,
            Self::ChromaResidual => color::CHROMA_RESIDUAL,
            Self::ToneHue => color::TONE_HUE,
            Self::ToneChroma => color::TONE_CHROMA,
            Self::SaturationClip => color::SATURATION_CLIP,
            Self::GamutOut => color::GAMUT_OUT,
            Self::Blockiness => compression::BLOCKINESS,
            Self::ErrorLevelMean => compression::ERROR_LEVEL_MEAN,
            Self::ErrorLevelSpread => compression::ERROR_LEVEL_SPREAD,
            Self::Banding => compression::BANDING,
            Self::DoubleJpeg => compression::DOUBLE_JPEG,
            Self::BitsPerPixel => compression::BITS_PER_PIXEL,
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
