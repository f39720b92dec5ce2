//! Measurements against the default thresholds: what a person should look at.

use super::blockiness::Blockiness;
use super::clipping::BurntArea;
use super::finding::{Accepted, BLOCK_STEP_MIN, CAST_AREA_MIN, QUALITY_MIN, TONAL_RANGE_MIN};
use super::metadata::EmbeddedPicture;
use super::{
    Completeness, FileFacts, Finding, FindingKind, JpegFacts, Level, Measurement, MetadataFacts, Metric, Percentiles,
    PrivacyFacts, jpeg,
};

/// A burnt area along at least this share of the picture's edge is taken as a backdrop.
const BACKDROP_EDGE_SHARE: f64 = 0.5;

/// All that findings rest on.
pub struct Evidence<'a> {
    /// What the file is.
    pub file: &'a FileFacts,
    /// Share of rows that could be read, %.
    pub rows_share: f64,
    /// All numbers.
    pub measurements: &'a [Measurement],
    /// Luma percentiles.
    pub percentiles: Option<Percentiles>,
    /// The largest burnt area.
    pub burnt: BurntArea,
    /// Steps across the 8-pixel grid.
    pub blockiness: Blockiness,
    /// JPEG only.
    pub jpeg: Option<&'a JpegFacts>,
    /// What the file gives away.
    pub privacy: &'a PrivacyFacts,
    /// What else is said, held against the picture.
    pub metadata: &'a MetadataFacts,
}

/// What was found, worst first.
pub fn findings(evidence: &Evidence<'_>) -> Vec<Finding> {
    FindingKind::ALL.into_iter().filter_map(|kind| find(kind, evidence)).collect()
}

fn find(kind: FindingKind, evidence: &Evidence<'_>) -> Option<Finding> {
    if let Some((_, accepted)) = kind.accepted() {
        let harmless = match kind {
            FindingKind::HighlightsBurnt => evidence.burnt.edge_share >= BACKDROP_EDGE_SHARE,
            // what is out of focus holds no fine detail either
            FindingKind::NoFineDetail => find(FindingKind::NothingInFocus, evidence).is_some(),
            FindingKind::VisibleBlocks => {
                !matches!(evidence.blockiness, Blockiness::Steps(steps) if steps.excess >= BLOCK_STEP_MIN)
            }
            FindingKind::ColorCast => number(evidence.measurements, Metric::CastShare).is_none_or(|share| share < CAST_AREA_MIN),
            // a palette has gaps by design
            FindingKind::CombHistogram => evidence.file.indexed,
            _ => false,
        };
        return if harmless { None } else { past(kind, accepted, evidence.measurements) };
    }
    match kind {
        FindingKind::FileIncomplete => (evidence.file.completeness != Completeness::Complete)
            .then(|| Finding { level: Level::Redo, ..fact(kind, evidence.rows_share, Some(100.0)) }),
        FindingKind::CmykColors => (evidence.file.channels == 4).then(|| Finding { value: None, ..fact(kind, 4.0, None) }),
        FindingKind::IndexedColors => evidence.file.indexed.then(|| Finding { value: None, ..fact(kind, 256.0, None) }),
        FindingKind::SeveralPictures => {
            let pictures = evidence.file.pictures;
            (pictures > 1).then(|| fact(kind, pictures.into(), Some(1.0)))
        }
        FindingKind::HeavyCompression => {
            let quality = f64::from(evidence.jpeg.and_then(jpeg::luma_quality)?);
            (quality < QUALITY_MIN).then(|| fact(kind, quality, Some(QUALITY_MIN)))
        }
        FindingKind::LowContrast => {
            let Percentiles([_, low, .., high, _]) = evidence.percentiles?;
            let range = f64::from(high.saturating_sub(low)) / 255.0;
            (range < TONAL_RANGE_MIN).then(|| fact(kind, range, Some(TONAL_RANGE_MIN)))
        }
        FindingKind::ShowsGpsPosition => evidence.privacy.gps_position.then(|| Finding { value: None, ..fact(kind, 1.0, None) }),
        FindingKind::ShowsDeviceId => {
            let ids = evidence.privacy.device_ids.len();
            (ids > 0).then(|| fact(kind, ids as f64, None))
        }
        FindingKind::ShowsPeople => {
            let people = evidence.privacy.people.len();
            (people > 0).then(|| fact(kind, people as f64, None))
        }
        FindingKind::PreviewDiffers => {
            evidence.metadata.embedded.iter().any(differs).then(|| Finding { value: None, ..fact(kind, 1.0, None) })
        }
        _ => None,
    }
}

/// Whether an embedded picture has another shape than the picture or shows another one.
fn differs(picture: &EmbeddedPicture) -> bool {
    picture.shape_differs == Some(true) || picture.shows_another()
}

fn number(measurements: &[Measurement], metric: Metric) -> Option<f64> {
    measurements.iter().find(|measurement| measurement.metric == metric)?.value
}

/// A finding that rests on a metric, if its number was measured and is out of range.
fn past(kind: FindingKind, accepted: Accepted, measurements: &[Measurement]) -> Option<Finding> {
    let (metric, _) = kind.accepted()?;
    let value = number(measurements, metric)?;
    let (found, threshold) = match accepted {
        Accepted::AtMost(limit) => (value > limit, limit),
        Accepted::AtLeast(limit) => (value < limit, limit),
    };
    found.then_some(Finding { metric: Some(metric), ..fact(kind, value, Some(threshold)) })
}

fn fact(kind: FindingKind, value: f64, threshold: Option<f64>) -> Finding {
    Finding { kind, level: Level::Check, metric: None, value: Some(value), threshold }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::blockiness::GridSteps;
    use crate::measure::{TableQuality, Validity};

    fn file() -> FileFacts {
        FileFacts {
            format: crate::measure::Format::Jpeg,
            size_bytes: 1,
            sha256: String::new(),
            completeness: Completeness::Complete,
            trailing_bytes: 0,
            width_px: 4000,
            height_px: 3000,
            stored_px: (4000, 3000),
            orientation: crate::raster::Orientation::Upright,
            bits_per_sample: 8,
            bits_used: None,
            channels: 3,
            indexed: false,
            compression: crate::measure::Compression::Lossy,
            pictures: 1,
            animated: false,
            has_alpha: false,
            alpha_used: false,
            profile: None,
            known_profile: None,
            profile_class: None,
            profile_version: None,
            is_srgb: true,
        }
    }

    /// Of a file, and of nothing that was seen in its picture.
    fn of_file(file: &FileFacts) -> Vec<FindingKind> {
        let privacy = PrivacyFacts::default();
        let findings = findings(&Evidence {
            file,
            rows_share: 0.0,
            measurements: &[],
            percentiles: None,
            burnt: BurntArea::default(),
            blockiness: Blockiness::TooSmall,
            jpeg: None,
            privacy: &privacy,
            metadata: &MetadataFacts::default(),
        });
        findings.iter().map(|finding| finding.kind).collect()
    }

    #[test]
    fn inks_palettes_and_further_pictures_are_found() {
        assert_eq!(of_file(&file()), []);
        assert_eq!(of_file(&FileFacts { channels: 4, ..file() }), [FindingKind::CmykColors]);
        let gif = FileFacts { indexed: true, pictures: 12, animated: true, ..file() };
        assert_eq!(of_file(&gif), [FindingKind::IndexedColors, FindingKind::SeveralPictures]);
        assert_eq!(of_file(&FileFacts { pictures: 1, animated: true, ..file() }), []);
    }

    fn found(change: impl FnOnce(&mut Vec<Measurement>, &mut PrivacyFacts, &mut Percentiles, &mut BurntArea)) -> Vec<Finding> {
        let fine = [
            (Metric::PeakSharp, 500.0),
            (Metric::EffRes, -10.0),
            (Metric::ClipHighLargest, 0.1),
            (Metric::ClipLowAll, 0.0),
            (Metric::SigmaMad, 1.0),
            (Metric::Blockiness, 1.0),
            (Metric::CastStrength, 2.0),
            (Metric::CastShare, 25.0),
            (Metric::HistogramGaps, 0.0),
            (Metric::Megapixels, 12.0),
        ];
        let mut measurements: Vec<Measurement> = fine
            .into_iter()
            .map(|(metric, value)| Measurement { metric, value: Some(value), validity: Validity::Valid })
            .collect();
        let (mut privacy, mut percentiles, mut burnt) =
            (PrivacyFacts::default(), Percentiles([0, 5, 20, 60, 120, 180, 230, 250, 255]), BurntArea::default());
        change(&mut measurements, &mut privacy, &mut percentiles, &mut burnt);
        findings(&Evidence {
            file: &file(),
            rows_share: 100.0,
            measurements: &measurements,
            percentiles: Some(percentiles),
            burnt,
            blockiness: Blockiness::Steps(GridSteps { ratio: 1.3, excess: 1.0 }),
            jpeg: None,
            privacy: &privacy,
            metadata: &MetadataFacts::default(),
        })
    }

    fn set(measurements: &mut [Measurement], metric: Metric, value: Option<f64>) {
        measurements.iter_mut().find(|measurement| measurement.metric == metric).unwrap().value = value;
    }

    #[test]
    fn a_good_photo_has_none() {
        assert_eq!(found(|_, _, _, _| {}), []);
    }

    #[test]
    fn each_number_has_its_finding_just_past_the_threshold() {
        let cases = [
            (Metric::PeakSharp, FindingKind::NothingInFocus, 30.0, 29.9),
            (Metric::EffRes, FindingKind::NoFineDetail, -20.0, -20.1),
            (Metric::ClipHighLargest, FindingKind::HighlightsBurnt, 2.0, 2.1),
            (Metric::ClipLowAll, FindingKind::ShadowsLost, 10.0, 10.1),
            (Metric::SigmaMad, FindingKind::VisibleNoise, 6.0, 6.1),
            (Metric::Blockiness, FindingKind::VisibleBlocks, 1.25, 1.26),
            (Metric::CastStrength, FindingKind::ColorCast, 6.0, 6.1),
            (Metric::HistogramGaps, FindingKind::CombHistogram, 10.0, 10.1),
            (Metric::Megapixels, FindingKind::SmallPicture, 2.0, 1.99),
        ];
        for (metric, kind, inside, outside) in cases {
            assert_eq!(found(|m, _, _, _| set(m, metric, Some(inside))), []);
            assert_eq!(found(|m, _, _, _| set(m, metric, None)), []);
            let findings = found(|m, _, _, _| set(m, metric, Some(outside)));
            assert_eq!(findings.len(), 1);
            assert_eq!(
                (findings[0].kind, findings[0].metric, findings[0].value, findings[0].threshold),
                (kind, Some(metric), Some(outside), Some(inside))
            );
        }
    }

    #[test]
    fn what_is_out_of_focus_is_not_said_to_lack_detail_too() {
        let findings = found(|measurements, _, _, _| {
            set(measurements, Metric::PeakSharp, Some(3.0));
            set(measurements, Metric::EffRes, Some(-30.0));
        });
        assert_eq!(findings.iter().map(|finding| finding.kind).collect::<Vec<_>>(), [FindingKind::NothingInFocus]);
    }

    #[test]
    fn a_white_backdrop_is_wanted() {
        let burnt = |edge_share| {
            found(|measurements, _, _, burnt| {
                set(measurements, Metric::ClipHighLargest, Some(40.0));
                burnt.edge_share = edge_share;
            })
        };
        assert_eq!(burnt(0.8), []);
        assert_eq!(burnt(0.2)[0].kind, FindingKind::HighlightsBurnt);
    }

    #[test]
    fn a_cast_needs_enough_near_neutral_colors() {
        let kinds = |share| {
            let findings = found(|measurements, _, _, _| {
                set(measurements, Metric::CastStrength, Some(9.0));
                set(measurements, Metric::CastShare, Some(share));
            });
            findings.iter().map(|finding| finding.kind).collect::<Vec<_>>()
        };
        assert_eq!((kinds(24.9), kinds(25.0)), (vec![], vec![FindingKind::ColorCast]));
    }

    #[test]
    fn flat_tones_and_privacy_are_found() {
        let findings = found(|_, privacy, percentiles, _| {
            privacy.gps_position = true;
            privacy.device_ids = vec!["BodySerialNumber …4471".into(), "LensSerialNumber …0012".into()];
            percentiles.0 = [100, 100, 101, 103, 105, 107, 109, 112, 120];
        });
        let kinds: Vec<_> = findings.iter().map(|finding| finding.kind).collect();
        assert_eq!(kinds, [FindingKind::LowContrast, FindingKind::ShowsGpsPosition, FindingKind::ShowsDeviceId]);
        assert!(findings[0].sentence().contains("4.7 %"));
        assert!(findings[2].sentence().contains("2 fields"));
    }

    #[test]
    fn people_and_previews_of_another_shape_are_found_and_creators_are_not() {
        let picture = |shape_differs, pdq_distance| EmbeddedPicture {
            place: crate::measure::metadata::Place::ExifThumbnail,
            bytes: 900,
            size_px: Some((160, 120)),
            shape_differs,
            pdq_distance,
        };
        let kinds = |people: &[&str], shape_differs, pdq_distance| -> Vec<FindingKind> {
            let privacy = PrivacyFacts {
                names: vec!["Artist (4 characters)".into()],
                people: people.iter().map(|name| (*name).to_owned()).collect(),
                ..PrivacyFacts::default()
            };
            let metadata = MetadataFacts { embedded: vec![picture(shape_differs, pdq_distance)], ..MetadataFacts::default() };
            let evidence = Evidence {
                file: &file(),
                rows_share: 0.0,
                measurements: &[],
                percentiles: None,
                burnt: BurntArea::default(),
                blockiness: Blockiness::TooSmall,
                jpeg: None,
                privacy: &privacy,
                metadata: &metadata,
            };
            findings(&evidence).iter().map(|finding| finding.kind).collect()
        };
        assert_eq!(kinds(&[], Some(false), Some(100)), []);
        assert_eq!(kinds(&[], None, None), []);
        assert_eq!(kinds(&[], Some(false), Some(101)), [FindingKind::PreviewDiffers]);
        assert_eq!(
            kinds(&["XMP PersonInImage (3 characters)"], Some(true), None),
            [FindingKind::ShowsPeople, FindingKind::PreviewDiffers]
        );
    }

    #[test]
    fn incomplete_files_are_to_redo_and_come_first() {
        let jpeg = JpegFacts {
            process: crate::measure::JpegProcess::Baseline,
            subsampling: "4:2:0".into(),
            restart_interval: 0,
            tables: vec![vec![1; 64]],
            qualities: vec![TableQuality::Custom { nearest: 40, rms: 2.0 }],
            huffman: crate::measure::HuffmanTables::Standard,
            adobe_transform: None,
        };
        let findings = findings(&Evidence {
            file: &FileFacts { completeness: Completeness::Truncated, ..file() },
            rows_share: 62.4,
            measurements: &[],
            percentiles: Some(Percentiles([0, 5, 20, 60, 120, 180, 230, 250, 255])),
            burnt: BurntArea::default(),
            blockiness: Blockiness::TooSmall,
            jpeg: Some(&jpeg),
            privacy: &PrivacyFacts::default(),
            metadata: &MetadataFacts::default(),
        });
        assert_eq!(
            findings.iter().map(|f| (f.kind, f.level)).collect::<Vec<_>>(),
            [(FindingKind::FileIncomplete, Level::Redo), (FindingKind::HeavyCompression, Level::Check),]
        );
        assert_eq!(findings[0].sentence(), "Only the first 62 % of the picture could be read; the rest is missing.");
        assert!(findings[1].sentence().contains("quality 40"));
    }
}
