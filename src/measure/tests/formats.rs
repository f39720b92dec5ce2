//! `fixtures/formats`: files our own tests cannot encode, against what Pillow, tifffile and libjpeg-turbo say of them.
//!
//! Means of coded R', G' and B' over the whole picture: exact samples within 0.01 level (Pillow counts the upper byte of
//! 16 bits as we do), lossy WebP and JPEG within 0.7 (chroma is enlarged in different ways), odd samplings within 1.0.

use serde_json::Value;

use crate::measure::{
    Completeness, Compression, FindingKind, Format, Metric, Options, PhotoMeasurements, PhotoOutcome, Validity, measure_photo,
};

fn folder() -> String {
    format!("{}/fixtures/formats", env!("CARGO_MANIFEST_DIR"))
}

fn outcome(name: &str, previews: bool) -> PhotoOutcome {
    let bytes = std::fs::read(format!("{}/{name}", folder())).unwrap();
    measure_photo(&bytes, &Options { previews, ..Options::default() })
}

fn measured(name: &str) -> PhotoMeasurements {
    match outcome(name, true) {
        PhotoOutcome::Measured(photo) => *photo,
        PhotoOutcome::Unusable(problem) => panic!("{name}: {problem:?}"),
    }
}

fn expectations() -> serde_json::Map<String, Value> {
    let text = std::fs::read(format!("{}/expected.json", folder())).unwrap();
    serde_json::from_slice::<Value>(&text).unwrap().as_object().unwrap().clone()
}

/// Mean level of counts.
fn mean(counts: &[u64]) -> f64 {
    let sum: u64 = counts.iter().enumerate().map(|(level, count)| level as u64 * count).sum();
    sum as f64 / counts.iter().sum::<u64>() as f64
}

fn check(name: &str, expected: &Value) {
    let photo = measured(name);
    let file = &photo.file;
    assert_eq!(file.completeness, Completeness::Complete, "{name}");
    let counts = photo.histogram.as_ref().unwrap();
    let tolerance = match (file.compression, name.starts_with("sampled-")) {
        (Compression::Lossy, true) => 1.0,
        (Compression::Lossy, false) => 0.7,
        _ => 0.01,
    };
    for (channel, theirs) in [&counts.red, &counts.green, &counts.blue].into_iter().zip(expected["mean"].as_array().unwrap()) {
        let (ours, theirs) = (mean(channel), theirs.as_f64().unwrap());
        assert!((ours - theirs).abs() <= tolerance, "{name}: mean {ours}, elsewhere {theirs}");
    }
    assert_eq!(serde_json::to_value(file.compression).unwrap(), expected["compression"], "{name}");
    assert_eq!(u64::from(file.bits_per_sample), expected["bits"].as_u64().unwrap_or(8), "{name}");
    assert_eq!(u64::from(file.channels), expected["channels"].as_u64().unwrap_or(3), "{name}");
    assert_eq!(u64::from(file.pictures), expected["pictures"].as_u64().unwrap_or(1), "{name}");
    assert_eq!(u64::from(file.orientation.exif()), expected["orientation"].as_u64().unwrap_or(1), "{name}");
    for (ours, word) in [(file.indexed, "indexed"), (file.animated, "animated"), (file.alpha_used, "alpha_used")] {
        assert_eq!(ours, expected[word] == true, "{name}: {word}");
    }
    assert_eq!(photo.capture.make.as_deref(), expected["make"].as_str(), "{name}");
    if let Some(subsampling) = expected["subsampling"].as_str() {
        assert_eq!(photo.jpeg.unwrap().subsampling, subsampling, "{name}");
    }
    if expected["profile"] == true {
        assert!(file.profile.is_some() && file.is_srgb, "{name}");
    }
}

#[test]
fn files_are_what_other_decoders_say_they_are() {
    for (name, expected) in expectations() {
        match (&expected["mean"], &expected["unusable"], &expected["inks"]) {
            (Value::Array(_), ..) => check(&name, &expected),
            (_, Value::String(problem), _) => match outcome(&name, false) {
                PhotoOutcome::Unusable(ours) => assert_eq!(ours.slug(), problem, "{name}"),
                PhotoOutcome::Measured(_) => panic!("{name} was measured"),
            },
            (.., Value::Bool(true)) => inks(&name),
            other => panic!("{name}: {other:?}"),
        }
    }
}

/// Four inks: what the headers tell, and nothing about what they look like.
fn inks(name: &str) {
    let photo = measured(name);
    assert_eq!((photo.file.channels, photo.file.is_srgb, photo.file.width_px), (4, false, 225), "{name}");
    assert!(photo.histogram.is_none() && photo.percentiles.is_none() && photo.pictures.is_none() && photo.palette.is_empty());
    for measurement in &photo.measurements {
        match (measurement.metric, photo.file.format) {
            (Metric::Megapixels, _) | (Metric::BitsPerPixel, Format::Jpeg) => assert!(measurement.value.is_some()),
            (Metric::BitsPerPixel, _) => assert_eq!(measurement.validity, Validity::NotApplicable),
            _ => assert_eq!((measurement.value, measurement.validity), (None, Validity::Cmyk), "{name}: {measurement:?}"),
        }
    }
    let kinds: Vec<FindingKind> = photo.findings.iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [FindingKind::CmykColors, FindingKind::SmallPicture], "{name}");
}

#[test]
fn palettes_and_further_pictures_are_found() {
    let kinds = |name| measured(name).findings.iter().map(|finding| finding.kind).collect::<Vec<_>>();
    assert!(kinds("still.gif").contains(&FindingKind::IndexedColors));
    assert!(!kinds("still.gif").contains(&FindingKind::SeveralPictures));
    for name in ["animated.gif", "animated.webp", "animated.png", "pages.tif"] {
        let photo = measured(name);
        let finding = photo.findings.iter().find(|finding| finding.kind == FindingKind::SeveralPictures).unwrap();
        assert_eq!(finding.value, Some(f64::from(photo.file.pictures)), "{name}");
    }
}

#[test]
fn every_cut_of_every_file_is_noticed() {
    for (name, expected) in expectations() {
        if expected["unusable"].is_string() {
            continue;
        }
        let bytes = std::fs::read(format!("{}/{name}", folder())).unwrap();
        for part in 0..16 {
            let cut = bytes.len() * part / 16;
            match measure_photo(&bytes[..cut], &Options { previews: false, ..Options::default() }) {
                PhotoOutcome::Measured(photo) => {
                    assert_ne!(photo.file.completeness, Completeness::Complete, "{name} cut to {cut} of {}", bytes.len());
                    assert_eq!(photo.findings[0].kind, FindingKind::FileIncomplete, "{name} cut to {cut}");
                }
                PhotoOutcome::Unusable(problem) => {
                    assert_ne!(problem, crate::measure::PhotoProblem::WorkerStopped, "{name} cut to {cut}");
                }
            }
        }
        let last = &bytes[..bytes.len() - 1];
        if let PhotoOutcome::Measured(photo) = measure_photo(last, &Options { previews: false, ..Options::default() }) {
            assert_ne!(photo.file.completeness, Completeness::Complete, "{name} without its last byte");
        }
    }
}
