//! Files with planted metadata in every block and format: what is expected of each stands beside them.

use serde_json::{Value, json};

use crate::measure::{FindingKind, Options, PhotoMeasurements, PhotoOutcome, measure_photo};

fn measured(name: &str) -> PhotoMeasurements {
    of("metadata", name)
}

fn of(folder: &str, name: &str) -> PhotoMeasurements {
    let bytes = std::fs::read(format!("{}/fixtures/{folder}/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    match measure_photo(&bytes, &Options::default()) {
        PhotoOutcome::Measured(photo) => *photo,
        PhotoOutcome::Unusable(problem) => panic!("{name}: {problem:?}"),
    }
}

#[test]
fn planted_metadata_is_found_and_masked() {
    let expected: Value = serde_json::from_str(include_str!("../../../fixtures/metadata/expected.json")).unwrap();
    let mut wrong = Vec::new();
    for (name, facts) in expected.as_object().unwrap() {
        let photo = measured(name);
        let said = json!({
            "file": photo.file, "capture": photo.capture, "privacy": photo.privacy, "rights": photo.rights, "metadata": photo.metadata,
        });
        for (place, value) in facts.as_object().unwrap() {
            if said.pointer(place) != Some(value) {
                wrong.push(format!("{name} {place}: {:?} instead of {value}", said.pointer(place)));
            }
        }
        let all = said.to_string();
        for secret in ["Kim", "Rosengarten", "EX0042", "robin@", "robins-laptop", "555 12", "46.948", "Users"] {
            assert!(!all.contains(secret), "{name} leaks {secret}: {all}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn texts_of_a_large_tiff_are_read_without_its_exif() {
    assert_eq!(of("formats", "big.tif").metadata.said.history.programs, ["tifffile.py"]);
}

#[test]
fn sixteen_bits_are_told_from_eight_in_sixteen() {
    let used = |folder: &str, name: &str| of(folder, name).file.bits_used;
    assert_eq!(used("metadata", "eight-in-sixteen.png"), Some(8));
    assert_eq!(used("metadata", "exif.jpg"), None);
    assert_eq!(used("formats", "16bit-tiles.tif"), Some(16));
}

#[test]
fn previews_of_another_shape_and_people_are_findings() {
    let kinds = |name: &str| -> Vec<FindingKind> { measured(name).findings.iter().map(|finding| finding.kind).collect() };
    assert!(kinds("thumbnail-of-another-shape.jpg").contains(&FindingKind::PreviewDiffers));
    assert!(!kinds("thumbnail-with-bars.jpg").contains(&FindingKind::PreviewDiffers));
    assert!(kinds("xmp.jpg").contains(&FindingKind::ShowsPeople));
    let of_creators = kinds("iptc.jpg");
    assert!(!of_creators.contains(&FindingKind::ShowsPeople) && !of_creators.contains(&FindingKind::ShowsGpsPosition));
}
