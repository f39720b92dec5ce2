//! A set of which some frames are alike: hashes made up around real pictures.

use proofsheet::measure::*;
use proofsheet::report::ReportPhoto;

use super::samples::{fixture, photo};

/// Real pictures of which some are alike: in pairs and threes, with a dark frame, a colorful one and a gap in the names.
pub fn photos(count: u16) -> Vec<ReportPhoto> {
    let files = [("rocket.jpg", 640, 427), ("coffee-tagged.jpg", 600, 400), ("brushes-display-p3.jpg", 900, 708)];
    let mut photos: Vec<ReportPhoto> = (1..=count)
        .map(|number| {
            let (name, width, height) = files[usize::from(number / 3) % files.len()];
            let mut one = photo(fixture(name, width, height), number as u8);
            one.pictures.as_mut().unwrap().hashes = Some(hashes(number / 3, number % 3));
            one.file.size_bytes = 11_000_000;
            let value = |metric| match metric {
                Metric::PeakSharp => Some(500.0 + 100.0 * f64::from(number % 3)),
                Metric::RmsContrast => Some(0.22 + 0.001 * f64::from(number % 5) - if number == 7 { 0.15 } else { 0.0 }),
                Metric::Colorfulness => Some(41.0 + f64::from(number % 4) + if number == 5 { 50.0 } else { 0.0 }),
                _ => None,
            };
            for measurement in &mut one.measurements {
                measurement.value = value(measurement.metric).or(measurement.value);
            }
            one.capture.taken_at = Some(format!("2026-11-20 14:{:02}:11", number));
            let number_in_name = if number < 6 { 400 + number } else { 402 + number };
            ReportPhoto {
                number,
                file_name: format!("LW_{number_in_name:04}.jpg"),
                declared_type: None,
                outcome: PhotoOutcome::Measured(Box::new(one)),
            }
        })
        .collect();
    // the same file twice
    if let [first, .., last] = photos.as_mut_slice() {
        last.outcome = first.outcome.clone();
    }
    photos
}

/// Hashes of one of many pictures, a little changed.
fn hashes(picture: u16, change: u16) -> PictureHashes {
    let seed = |at: usize| (usize::from(picture) * 73 + at * 41).wrapping_mul(0x9e37_79b1) >> 13;
    let mut pdq: [u8; 32] = std::array::from_fn(|at| seed(at) as u8);
    pdq[3] ^= 0xff << change.min(7);
    let phash = (0..8).fold(0, |bits, at| bits << 8 | u64::from(seed(at + 40) as u8));
    PictureHashes {
        pixels: PixelHash(std::array::from_fn(|at| if at == 0 { change as u8 } else { picture as u8 })),
        pdq: Pdq(pdq),
        pdq_quality: 100,
        phash: Phash(phash ^ u64::from(change)),
        turned: [Pdq([0x5a; 32]); 7],
    }
}
