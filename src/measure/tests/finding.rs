//! Findings as words: unique, plain, and with their thresholds.

use crate::measure::Metric;
use crate::measure::finding::{
    BLACK_AREA_MAX, BLOCKINESS_MAX, BURNT_AREA_MAX, CAST_AREA_MIN, CAST_MAX, FINE_DETAIL_MIN, Finding, FindingKind,
    HISTOGRAM_GAPS_MAX, Level, MEGAPIXELS_MIN, NOISE_MAX, PEAK_SHARP_MIN, QUALITY_MIN, TONAL_RANGE_MIN,
};
use crate::measure::metadata::{PREVIEW_BITS_MAX, SHAPE_TOLERANCE};

fn finding(kind: FindingKind, value: f64) -> Finding {
    Finding { kind, level: Level::Check, metric: kind.accepted().map(|(metric, _)| metric), value: Some(value), threshold: None }
}

#[test]
fn slugs_are_the_wire_words() {
    for kind in FindingKind::ALL {
        assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{}\"", kind.slug()));
    }
}

#[test]
fn labels_have_at_most_three_words_and_sentences_end() {
    for kind in FindingKind::ALL {
        assert!(kind.label().split(' ').count() <= 3, "{}", kind.label());
        assert!(!kind.title().ends_with('.'));
        for value in [0.0, 1.0, 12.345, 100.0] {
            assert!(finding(kind, value).sentence().ends_with('.'));
        }
        assert!(kind.rule().ends_with('.') && kind.advice().ends_with('.'));
    }
}

#[test]
fn rules_name_their_threshold() {
    let named = [
        (FindingKind::NothingInFocus, format!("{PEAK_SHARP_MIN:.0} level²")),
        (FindingKind::NoFineDetail, format!("{FINE_DETAIL_MIN:.0} dB")),
        (FindingKind::HighlightsBurnt, format!("{BURNT_AREA_MAX:.0} %")),
        (FindingKind::ShadowsLost, format!("{BLACK_AREA_MAX:.0} %")),
        (FindingKind::VisibleNoise, format!("{NOISE_MAX:.0} levels")),
        (FindingKind::VisibleBlocks, format!("{BLOCKINESS_MAX}")),
        (FindingKind::HeavyCompression, format!("below {QUALITY_MIN}")),
        (FindingKind::LowContrast, format!("{:.0} %", TONAL_RANGE_MIN * 100.0)),
        (FindingKind::SmallPicture, format!("{MEGAPIXELS_MIN:.0} megapixels")),
        (FindingKind::ColorCast, format!("more than {CAST_MAX:.0} ")),
        (FindingKind::ColorCast, format!("{CAST_AREA_MIN:.0} %")),
        (FindingKind::CombHistogram, format!("{HISTOGRAM_GAPS_MAX:.0} %")),
        (FindingKind::PreviewDiffers, format!("{PREVIEW_BITS_MAX} of 256")),
        (FindingKind::PreviewDiffers, format!("{:.0} %", SHAPE_TOLERANCE * 100.0)),
    ];
    for (kind, words) in named {
        assert!(kind.rule().contains(&words), "{kind:?} should name {words}");
    }
}

#[test]
fn words_claim_nothing_we_cannot_know() {
    let forbidden = ["fake", "authentic", "manipulated", "tampered", "genuine"];
    let mut texts: Vec<String> =
        Metric::ALL.iter().flat_map(|m| [m.definition().title.into(), m.definition().definition.into()]).collect();
    for kind in FindingKind::ALL {
        texts.extend([kind.title(), kind.label(), kind.rule(), kind.advice()].map(String::from));
        texts.push(finding(kind, 3.0).sentence());
    }
    for text in texts {
        for word in forbidden {
            assert!(!text.to_lowercase().contains(word), "{word} in: {text}");
        }
    }
}

#[test]
fn accepted_ranges_lead_back_to_their_finding() {
    for kind in FindingKind::ALL {
        if let Some((metric, _)) = kind.accepted() {
            assert_eq!(FindingKind::of_metric(metric), Some(kind));
        }
    }
}
