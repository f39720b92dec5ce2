//! Photographs printed in one tone, and the photographs themselves.

use std::io::Cursor;

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::measure::{Metric, Options, PhotoMeasurements, PhotoOutcome, Validity, measure_photo};

fn measured(bytes: &[u8]) -> PhotoMeasurements {
    match measure_photo(bytes, &Options::default()) {
        PhotoOutcome::Measured(photo) => *photo,
        PhotoOutcome::Unusable(problem) => panic!("{problem:?}"),
    }
}

/// All of them, with their names.
fn photographs() -> Vec<(String, PhotoMeasurements)> {
    let folder = std::fs::read_dir(format!("{}/fixtures/photos", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let paths = folder.map(|entry| entry.unwrap().path()).filter(|path| path.extension().unwrap() != "license");
    paths
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), measured(&std::fs::read(path).unwrap())))
        .collect()
}

/// Its small preview in grey, through a curve a channel, saved as JPEG.
fn toned(photo: &PhotoMeasurements, exponents: [f64; 3]) -> PhotoMeasurements {
    let preview = &photo.pictures.as_ref().unwrap().thumbnail;
    let mut pixels = zune_jpeg::JpegDecoder::new(Cursor::new(&preview.jpeg)).decode().unwrap();
    for pixel in pixels.chunks_exact_mut(3) {
        let grey = (0.299 * f64::from(pixel[0]) + 0.587 * f64::from(pixel[1]) + 0.114 * f64::from(pixel[2])) / 255.0;
        pixel.iter_mut().zip(exponents).for_each(|(sample, exponent)| *sample = (255.0 * grey.powf(exponent) + 0.5) as u8);
    }
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, 85);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.encode(&pixels, preview.width_px as u16, preview.height_px as u16, ColorType::Rgb).unwrap();
    measured(&jpeg)
}

fn tone(photo: &PhotoMeasurements) -> Option<(f64, f64)> {
    Some((photo.value(Metric::ToneHue)?, photo.value(Metric::ToneChroma)?))
}

#[test]
fn toned_copies_of_all_photographs_are_found_and_no_photograph_in_color_is() {
    let photographs = photographs();
    assert!(photographs.len() >= 14);
    for (name, photo) in &photographs {
        let validity = |metric| photo.measurements.iter().find(|number| number.metric == metric).unwrap().validity;
        let (expected, known) = match name.as_str() {
            "cameraman-grey.jpg" => (Validity::Greyscale, Validity::Greyscale),
            _ => (Validity::NotApplicable, Validity::Valid),
        };
        assert_eq!((tone(photo), validity(Metric::ToneHue), validity(Metric::ToneChroma)), (None, expected, expected), "{name}");
        assert_eq!((validity(Metric::HueConcentration), validity(Metric::ChromaResidual)), (known, known), "{name}");
        // sepia, selenium, cyanotype: hues and chroma that rgb2lab has along the curve
        for (exponents, hues, chroma) in [
            ([0.74, 1.0, 1.4], 60.0..85.0, 8.0..22.0),
            ([1.0, 1.12, 1.03], 325.0..340.0, 3.0..8.0),
            ([1.9, 1.09, 0.6], 260.0..290.0, 18.0..36.0),
        ] {
            let (hue, strength) = tone(&toned(photo, exponents)).unwrap_or_else(|| panic!("{name} {exponents:?}"));
            assert!(hues.contains(&hue) && chroma.contains(&strength), "{name} {exponents:?}: {hue} {strength}");
        }
    }
}

#[test]
fn a_photograph_without_color_has_no_tone() {
    let (_, photo) = photographs().into_iter().find(|(name, _)| name == "astronaut.png").unwrap();
    let grey = toned(&photo, [1.0; 3]);
    let validity = grey.measurements.iter().find(|number| number.metric == Metric::ToneHue).unwrap().validity;
    assert_eq!((tone(&grey), validity), (None, Validity::Greyscale));
}
