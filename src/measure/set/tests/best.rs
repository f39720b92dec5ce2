//! Each key decides once, and only past its margin.

use super::photos::{made, outcome, set_of, with};
use crate::measure::set::{Best, BestKey};
use crate::measure::{Completeness, Compression, Metric, PhotoMeasurements, TableQuality, Validity};

/// Two files of one picture that are equal in everything.
fn equal(id: u16) -> PhotoMeasurements {
    let values = [
        (Metric::EffRes, -10.0),
        (Metric::Megapixels, 12.0),
        (Metric::PeakSharp, 500.0),
        (Metric::ClipHigh, 1.0),
        (Metric::ClipLowAll, 1.0),
        (Metric::SigmaMad, 4.0),
    ];
    let mut photo = values.into_iter().fold(made(id, &[], &[]), |photo, (metric, value)| with(photo, metric, value));
    photo.file.size_bytes = 1_000_000;
    photo
}

fn best(second: PhotoMeasurements) -> Best {
    set_of(&[outcome(equal(1)), outcome(second)]).groups[0].best.clone()
}

fn decided(second: PhotoMeasurements) -> (u16, BestKey) {
    let best = best(second);
    (best.number, best.decided_by)
}

fn quality(photo: &mut PhotoMeasurements, quality: u8) {
    photo.jpeg.as_mut().unwrap().qualities = vec![TableQuality::Exact(quality); 2];
}

#[test]
fn each_key_decides_past_its_margin_and_not_within() {
    let undecided = (1, BestKey::PhotoNumber);
    assert_eq!(best(equal(2)), Best { number: 1, decided_by: BestKey::PhotoNumber, equals: vec![2] });
    let metric = |metric, value| decided(with(equal(2), metric, value));
    assert_eq!(metric(Metric::EffRes, -3.9), (2, BestKey::EffRes));
    assert_eq!(metric(Metric::EffRes, -4.1), undecided);
    assert_eq!(metric(Metric::Megapixels, 15.1), (2, BestKey::Megapixels));
    assert_eq!(metric(Metric::Megapixels, 12.2), (2, BestKey::Megapixels), "a little larger, and else equal");
    assert_eq!(metric(Metric::Megapixels, 12.1), undecided);
    assert_eq!(metric(Metric::PeakSharp, 560.0), (2, BestKey::PeakSharp));
    assert_eq!(metric(Metric::PeakSharp, 440.0), (1, BestKey::PeakSharp));
    assert_eq!(metric(Metric::PeakSharp, 550.0), undecided);
    assert_eq!(metric(Metric::ClipHigh, 0.4), (2, BestKey::Clipping));
    assert_eq!(metric(Metric::ClipLowAll, 0.5), undecided);
    assert_eq!(metric(Metric::SigmaMad, 3.5), (2, BestKey::Noise));
    assert_eq!(metric(Metric::SigmaMad, 3.7), undecided);
    let file = |change: &dyn Fn(&mut PhotoMeasurements)| {
        let mut photo = equal(2);
        change(&mut photo);
        decided(photo)
    };
    assert_eq!(file(&|photo| photo.file.completeness = Completeness::Truncated), (1, BestKey::Complete));
    assert_eq!(file(&|photo| quality(photo, 96)), (2, BestKey::Compression));
    assert_eq!(file(&|photo| quality(photo, 95)), undecided);
    assert_eq!(file(&|photo| photo.file.compression = Compression::Lossless), (2, BestKey::Compression));
    assert_eq!(file(&|photo| photo.file.size_bytes = 1_030_000), (2, BestKey::FileSize));
    assert_eq!(file(&|photo| photo.file.size_bytes = 1_010_000), undecided);
}

#[test]
fn a_small_copy_is_not_better_for_being_sharper_per_pixel() {
    let copy = with(with(equal(2), Metric::Megapixels, 3.0), Metric::PeakSharp, 2000.0);
    assert_eq!(decided(copy), (1, BestKey::Megapixels));
}

#[test]
fn an_enlarged_copy_is_not_better_for_its_pixels() {
    let copy = with(with(equal(2), Metric::Megapixels, 48.0), Metric::EffRes, -29.0);
    assert_eq!(decided(copy), (1, BestKey::EffRes));
}

#[test]
fn what_is_unknown_of_one_decides_nothing() {
    let mut flat = equal(2);
    let measurement = flat.measurements.iter_mut().find(|one| one.metric == Metric::PeakSharp).unwrap();
    (measurement.value, measurement.validity) = (None, Validity::Flat);
    assert_eq!(decided(flat), (1, BestKey::PhotoNumber));
}

#[test]
fn the_last_key_that_was_needed_is_named() {
    let sharp = |id| with(equal(id), Metric::PeakSharp, 900.0);
    let set = set_of(&[outcome(equal(1)), outcome(with(sharp(2), Metric::SigmaMad, 8.0)), outcome(sharp(3))]);
    assert_eq!(set.groups[0].best, Best { number: 3, decided_by: BestKey::Noise, equals: vec![] });
}
