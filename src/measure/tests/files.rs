//! Whole files through the entry point: fixtures, and files made here.

use jpeg_encoder::{ColorType, Encoder};

use super::synthetic::Noise;
use crate::measure::{
    Completeness, FindingKind, Level, Metric, Options, PhotoMeasurements, PhotoOutcome, PhotoProblem, PhotoVerdict, TableQuality,
    Threads, Validity, measure_photo,
};
use crate::raster::Orientation;

fn measured(bytes: &[u8]) -> PhotoMeasurements {
    match measure_photo(bytes, &Options::default()) {
        PhotoOutcome::Measured(photo) => *photo,
        PhotoOutcome::Unusable(problem) => panic!("{problem:?}"),
    }
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn jpeg(width: u16, height: u16, quality: u8, color: ColorType, seed: u64) -> Vec<u8> {
    let mut noise = Noise::new(seed);
    let samples = usize::from(width) * usize::from(height) * if color == ColorType::Luma { 1 } else { 3 };
    let pixels: Vec<u8> = (0..samples).map(|i| (i / 7 % 200) as u8 + noise.byte() / 8).collect();
    let mut bytes = Vec::new();
    Encoder::new(&mut bytes, quality).encode(&pixels, width, height, color).unwrap();
    bytes
}

#[test]
fn every_quality_of_an_ijg_encoder_is_exact() {
    for quality in 1..=100 {
        let photo = measured(&jpeg(32, 16, quality, ColorType::Rgb, 1));
        let jpeg = photo.jpeg.unwrap();
        assert_eq!(jpeg.qualities[0], TableQuality::Exact(quality));
        assert!(jpeg.qualities.iter().all(|&table| table == TableQuality::Exact(quality)), "{quality}: {:?}", jpeg.qualities);
    }
}

#[test]
fn tables_of_another_maker_are_custom() {
    let photo = measured(&fixture("photos/rocket.jpg"));
    assert!(photo.jpeg.unwrap().qualities.iter().all(|table| matches!(table, TableQuality::Custom { .. })));
}

#[test]
fn tiny_pictures_are_measured_as_far_as_they_go() {
    for (width, height, color) in
        [(1, 1, ColorType::Rgb), (2, 3, ColorType::Rgb), (3, 2, ColorType::Luma), (1, 40, ColorType::Luma)]
    {
        let photo = measured(&jpeg(width, height, 90, color, 2));
        assert_eq!((photo.file.width_px, photo.file.height_px), (u32::from(width), u32::from(height)));
        let validity = |metric| photo.measurements.iter().find(|m| m.metric == metric).unwrap().validity;
        for metric in [Metric::PeakSharp, Metric::SharpShare, Metric::SigmaMad, Metric::Blockiness, Metric::LapVar] {
            assert_eq!((validity(metric), photo.value(metric)), (Validity::TooSmall, None), "{metric:?}");
        }
        assert_eq!(validity(Metric::MeanLuma), Validity::Valid);
        assert!(photo.palette.iter().map(|color| color.share).sum::<f64>() > 0.999);
        let pictures = photo.pictures.unwrap();
        assert_eq!((pictures.preview.width_px, pictures.preview.height_px), (u32::from(width), u32::from(height)));
        assert!(!photo.findings.iter().any(|finding| finding.kind == FindingKind::NothingInFocus));
    }
}

#[test]
fn each_metric_is_there_once_and_in_order() {
    let photo = measured(&fixture("photos/coffee-tagged.jpg"));
    let metrics: Vec<Metric> = photo.measurements.iter().map(|m| m.metric).collect();
    assert_eq!(metrics, Metric::ALL);
    for measurement in &photo.measurements {
        assert_eq!(measurement.value.is_some(), measurement.validity == Validity::Valid, "{measurement:?}");
        assert!(measurement.value.is_none_or(f64::is_finite));
    }
}

#[test]
fn known_numbers_of_a_known_photograph() {
    // OpenCV 5.0.0, NumPy and scikit-image 0.26 on scikit-image's astronaut.png
    let photo = measured(&fixture("photos/astronaut.png"));
    let near = |metric, theirs: f64| {
        let ours = photo.value(metric).unwrap();
        assert!((ours / theirs - 1.0).abs() < 1e-9, "{metric:?}: {ours} {theirs}");
    };
    near(Metric::MeanLuma, 115.405_052_185_058_6);
    near(Metric::RmsContrast, 0.294_600_510_777_341_6);
    near(Metric::LapVar, 860.597_369_655_966_8);
    near(Metric::SigmaMad, 1.704_279_497_952_563);
    near(Metric::Colorfulness, 72.605_164_818_853_55);
    near(Metric::Blockiness, 1.026_237_225_387_882_6);
    near(Metric::ClipHigh, 0.172_424_316_406_25);
    near(Metric::ClipLow, 11.488_342_285_156_25);
}

#[test]
fn previews_none_leaves_out_everything_with_picture_content() {
    let bytes = fixture("photos/cat-progressive-444.jpg");
    let without = match measure_photo(&bytes, &Options { previews: false, ..Options::default() }) {
        PhotoOutcome::Measured(photo) => *photo,
        PhotoOutcome::Unusable(problem) => panic!("{problem:?}"),
    };
    let with = measured(&bytes);
    assert!(without.pictures.is_none() && with.pictures.is_some());
    assert_eq!(PhotoMeasurements { pictures: None, ..with }, without);
}

#[test]
fn a_second_thread_changes_no_digit() {
    let two = Options { threads: Threads::Two, ..Options::default() };
    for name in ["photos/mountain-2mp.jpg", "photos/cat-progressive-444.jpg", "photos/cat-16bit.png", "photos/cameraman-grey.jpg"]
    {
        let bytes = fixture(name);
        for bytes in [&bytes[..], &bytes[..bytes.len() * 2 / 3]] {
            assert_eq!(measure_photo(bytes, &two), measure_photo(bytes, &Options::default()), "{name}");
        }
    }
}

#[test]
fn turned_photos_are_seen_upright() {
    let photo = measured(&fixture("photos/dogs-rotated.jpg"));
    assert_eq!((photo.file.orientation, photo.file.stored_px), (Orientation::Rotated90, (1802, 1200)));
    assert_eq!((photo.file.width_px, photo.file.height_px), (1200, 1802));
    let pictures = photo.pictures.unwrap();
    assert_eq!((pictures.preview.width_px, pictures.preview.height_px), (511, 768));
    assert!(pictures.focus.rows > pictures.focus.columns && pictures.clipping.rows > pictures.clipping.columns);
    assert!(photo.print_sizes[0].height_cm > photo.print_sizes[0].width_cm);
}

#[test]
fn findings_tell_the_photographs_apart() {
    let kinds =
        |name: &str| -> Vec<FindingKind> { measured(&fixture(name)).findings.iter().map(|finding| finding.kind).collect() };
    assert!(kinds("photos/fig-blurred.jpg").contains(&FindingKind::NothingInFocus));
    assert!(kinds("photos/sunset-burnt.jpg").contains(&FindingKind::HighlightsBurnt));
    assert_eq!(kinds("photos/dogs-rotated.jpg"), []);
    let tagged = kinds("photos/coffee-tagged.jpg");
    assert!(tagged.contains(&FindingKind::ShowsGpsPosition) && tagged.contains(&FindingKind::ShowsDeviceId));
    assert!(!tagged.contains(&FindingKind::NothingInFocus));
}

#[test]
fn what_is_there_of_a_broken_file_is_measured_and_said() {
    let photo = measured(&fixture("malformed/truncated-scan.jpg"));
    assert_eq!(photo.file.completeness, Completeness::Truncated);
    assert_eq!(photo.verdict(), PhotoVerdict::Redo);
    assert_eq!((photo.findings[0].kind, photo.findings[0].level), (FindingKind::FileIncomplete, Level::Redo));
    let validity = |metric| photo.measurements.iter().find(|m| m.metric == metric).unwrap().validity;
    assert_eq!((validity(Metric::LapVar), validity(Metric::Megapixels)), (Validity::Partial, Validity::Valid));
}

#[test]
fn files_without_a_picture_say_why() {
    for (name, problem) in [
        ("text.jpg", PhotoProblem::UnsupportedType),
        ("arithmetic.jpg", PhotoProblem::UnsupportedCoding),
        ("bomb-20000x20000.png", PhotoProblem::TooManyPixels),
        ("long-40000x2.png", PhotoProblem::TooLong),
        ("truncated-header.jpg", PhotoProblem::Truncated),
    ] {
        assert_eq!(
            measure_photo(&fixture(&format!("malformed/{name}")), &Options::default()),
            PhotoOutcome::Unusable(problem),
            "{name}"
        );
    }
}

#[test]
fn depth_alpha_and_grey_are_noticed() {
    let sixteen = measured(&fixture("photos/cat-16bit.png"));
    assert_eq!((sixteen.file.bits_per_sample, sixteen.file.channels), (16, 3));
    let alpha = measured(&fixture("photos/coffee-alpha.png"));
    assert!(alpha.file.has_alpha && alpha.file.alpha_used);
    let grey = measured(&fixture("photos/cameraman-grey.jpg"));
    assert_eq!(grey.file.channels, 1);
    assert_eq!(grey.measurements.iter().find(|m| m.metric == Metric::Colorfulness).unwrap().validity, Validity::Greyscale);
    assert_eq!(grey.histogram.as_ref().unwrap().red, grey.histogram.as_ref().unwrap().luma);
}

#[test]
fn profiles_are_named_and_told_by_content() {
    let p3 = measured(&fixture("photos/brushes-display-p3.jpg"));
    assert_eq!((p3.file.profile.as_deref(), p3.file.is_srgb), (Some("Display P3"), false));
    let srgb = measured(&fixture("photos/astronaut.png"));
    assert!(srgb.file.is_srgb && srgb.file.profile.is_some());
    let untagged = measured(&fixture("photos/cat-progressive-444.jpg"));
    assert!(untagged.file.is_srgb && untagged.file.profile.is_none());
}

#[test]
fn same_bytes_same_numbers() {
    let bytes = fixture("photos/sunset-burnt.jpg");
    let first = measured(&bytes);
    let others = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..2).map(|_| scope.spawn(|| measured(&bytes))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(others.iter().all(|other| *other == first));
}

#[test]
fn a_jpeg_of_the_highest_quality_measures_like_its_png() {
    let png = fixture("photos/astronaut.png");
    let picture = image::load_from_memory(&png).unwrap().into_rgb8();
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 100);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_1_1);
    encoder.encode(picture.as_raw(), picture.width() as u16, picture.height() as u16, ColorType::Rgb).unwrap();
    let (png, jpeg) = (measured(&png), measured(&bytes));
    // rounding in Y'CbCr and of coefficients is noise of about half a level: what counts small steps feels it most
    for (metric, relative) in [
        (Metric::MeanLuma, 2e-3),
        (Metric::RmsContrast, 2e-3),
        (Metric::Colorfulness, 5e-3),
        (Metric::LapVar, 1e-2),
        (Metric::Tenengrad, 2e-3),
        (Metric::BlurEffect, 1e-2),
        (Metric::Blockiness, 1e-2),
        (Metric::MeanLightness, 5e-3),
        (Metric::ChromaMean, 1e-2),
        (Metric::EdgeWidth, 2e-2),
        (Metric::SigmaImmerkaer, 5e-2),
        (Metric::SigmaMad, 1e-1),
    ] {
        let (png, jpeg) = (png.value(metric).unwrap(), jpeg.value(metric).unwrap());
        assert!((png - jpeg).abs() <= relative * png.abs(), "{metric:?}: {png} and {jpeg}");
    }
    let hashes = |photo: &PhotoMeasurements| photo.pictures.as_ref().unwrap().hashes.unwrap();
    assert!(hashes(&png).pdq.distance(&hashes(&jpeg).pdq) <= 2 && hashes(&png).phash.distance(hashes(&jpeg).phash) <= 2);
}

#[test]
fn names_end_as_their_format() {
    use crate::measure::Format;
    for (format, name, fits) in [
        (Format::Jpeg, "DSC_0001.JPG", Some(true)),
        (Format::Jpeg, "a.b.jpeg", Some(true)),
        (Format::Png, "sent.jpg", Some(false)),
        (Format::Tiff, "scan.tif", Some(true)),
        (Format::WebP, "picture", None),
        (Format::Gif, ".gif", None),
        (Format::Gif, "clip.", None),
    ] {
        assert_eq!(format.fits_name(name), fits, "{name}");
    }
    for (format, declared, fits) in [
        (Format::Jpeg, "image/jpeg", Some(true)),
        (Format::Jpeg, "image/jpg", Some(true)),
        (Format::Png, "image/jpeg", Some(false)),
        (Format::Tiff, "image/tiff", Some(true)),
        (Format::WebP, "image/webp", Some(true)),
        (Format::Gif, "text/html", Some(false)),
        (Format::Gif, "application/octet-stream", None),
    ] {
        assert_eq!(format.fits_media_type(declared), fits, "{declared}");
    }
}
