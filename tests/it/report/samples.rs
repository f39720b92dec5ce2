//! Sets to render: made-up numbers around small pictures, one for each thing a report must be able to show.

use proofsheet::domain::{Branding, Product, Timestamp};
use proofsheet::measure::finding::{Accepted, Finding, FindingKind, Level};
use proofsheet::measure::*;
use proofsheet::raster::Orientation;
use proofsheet::report::{ReportFacts, ReportPhoto};

use super::{composed, said};

const CREATED: i64 = 1_795_271_000_000;
const DAY: i64 = 86_400_000;

/// Facts of a report that is kept for 14 days.
pub fn facts(previews: bool) -> ReportFacts {
    ReportFacts {
        report: "rp_01KAJ7T3W9Q4ZD8MX2C5VB6N7P".parse().unwrap(),
        analysis: "an_01KAJ7T3W9Q4ZD8MX2C5VB6N7Q".parse().unwrap(),
        product: Product::Portfolio,
        agency_name: Some("Northlight Agency".into()),
        reference: Some("Launch week, press kit".into()),
        created_at: Timestamp::from_epoch_millis(CREATED),
        expires_at: Some(Timestamp::from_epoch_millis(CREATED + 14 * DAY)),
        verify_url: Some("https://proofsheet.example/verify?r=rp_01KAJ7T3W9Q4ZD8MX2C5VB6N7P".into()),
        previews,
        branding: Branding::default(),
        is_test: false,
    }
}

/// Facts of a report made with a test key.
pub fn facts_of_a_test() -> ReportFacts {
    ReportFacts { is_test: true, ..facts(true) }
}

/// Facts of a report made on the command line.
pub fn facts_of_the_command_line() -> ReportFacts {
    ReportFacts {
        agency_name: None,
        reference: None,
        expires_at: None,
        verify_url: None,
        product: Product::Snapshot,
        ..facts(true)
    }
}

/// Facts of a report on what the files say.
pub fn facts_of_provenance() -> ReportFacts {
    ReportFacts { product: Product::Provenance, reference: Some("Estate of a photographer".into()), ..facts(true) }
}

/// A picture: the bytes of a fixture, or made here.
pub fn fixture(name: &str, width_px: u32, height_px: u32) -> Preview {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/photos/");
    Preview { width_px, height_px, jpeg: std::fs::read(format!("{path}{name}")).unwrap() }
}

/// A picture of any shape: a sky, a ground and a sun.
pub fn painted(width: u32, height: u32, grey: bool) -> Preview {
    let mut samples = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let (u, v) = (x as f32 / width as f32, y as f32 / height as f32);
            let sun = ((u - 0.7).powi(2) + ((v - 0.3) * height as f32 / width as f32).powi(2)).sqrt() < 0.07;
            let color = if sun {
                [255, 236, 190]
            } else if v < 0.6 {
                [(90.0 + 120.0 * v) as u8, (130.0 + 60.0 * v) as u8, 190]
            } else {
                [70, (60.0 + 50.0 * u) as u8, 44]
            };
            if grey { samples.push(color[1]) } else { samples.extend(color) }
        }
    }
    let mut jpeg = Vec::new();
    let kind = if grey { jpeg_encoder::ColorType::Luma } else { jpeg_encoder::ColorType::Rgb };
    jpeg_encoder::Encoder::new(&mut jpeg, 82).encode(&samples, width as u16, height as u16, kind).unwrap();
    Preview { width_px: width, height_px: height, jpeg }
}

fn curve(center: f32, spread: f32, clipped: bool) -> Vec<u64> {
    let mut bins: Vec<u64> = (0..256)
        .map(|level| {
            let d = (level as f32 - center) / spread;
            (9000.0 * (-d * d / 2.0).exp() + 500.0 + 300.0 * (level as f32 / 9.0).sin()) as u64
        })
        .collect();
    if clipped {
        bins[255] = 90_000;
        bins[0] = 12_000;
    }
    bins
}

fn values(seed: f64) -> Vec<Measurement> {
    Metric::ALL
        .into_iter()
        .map(|metric| {
            let value = match metric {
                Metric::Megapixels => 24.0,
                Metric::MeanLuma => 118.4 + seed,
                Metric::RmsContrast => 0.2213,
                Metric::ClipHigh => 0.42,
                Metric::ClipHighAll => 0.05,
                Metric::ClipHighLargest => 0.2,
                Metric::ClipLow => 0.9,
                Metric::ClipLowAll => 0.1,
                Metric::LapVar => 861.24,
                Metric::PeakSharp => 514.2,
                Metric::SharpShare => 31.5,
                Metric::SigmaMad => 1.84,
                Metric::Colorfulness => 41.2,
                Metric::Blockiness => 1.041,
                Metric::BitsPerPixel => 3.801,
                Metric::NearClipHigh => 0.71,
                Metric::NearClipLow => 1.32,
                Metric::Entropy => 7.412,
                Metric::Tenengrad => 1204.5,
                Metric::SigmaImmerkaer => 2.31,
                Metric::ColoredShare => 97.2,
                _ => 1.5,
            };
            Measurement { metric, value: Some(value), validity: Validity::Valid }
        })
        .collect()
}

/// A photo in which nothing is found.
pub fn photo(preview: Preview, seed: u8) -> PhotoMeasurements {
    let (width, height) = (preview.width_px * 8, preview.height_px * 8);
    let colors =
        [[0xfc, 0xf8, 0xf3], [0xdf, 0xd0, 0xc5], [0x10, 0x08, 0x0c], [0x73, 0x35, 0x2e], [0xf9, 0x83, 0x53], [0xa5, 0x90, 0x7d]];
    let shares = [0.33, 0.17, 0.14, 0.13, 0.13, 0.10];
    PhotoMeasurements {
        file: FileFacts {
            format: Format::Jpeg,
            size_bytes: 11_400_000 + u64::from(seed) * 1000,
            sha256: format!("{:02x}", seed).repeat(32),
            completeness: Completeness::Complete,
            trailing_bytes: 0,
            width_px: width,
            height_px: height,
            stored_px: (width, height),
            orientation: Orientation::Upright,
            bits_per_sample: 8,
            bits_used: None,
            channels: 3,
            indexed: false,
            compression: Compression::Lossy,
            pictures: 1,
            animated: false,
            has_alpha: false,
            alpha_used: false,
            profile: Some("sRGB IEC61966-2.1".into()),
            known_profile: Some(KnownProfile::Srgb),
            profile_class: Some(ProfileClass::Display),
            profile_version: Some((2, 1)),
            is_srgb: true,
        },
        measurements: values(f64::from(seed)),
        histogram: Some(Histogram {
            luma: curve(120.0, 40.0, false),
            red: curve(150.0, 36.0, false),
            green: curve(118.0, 42.0, false),
            blue: curve(84.0, 44.0, false),
        }),
        percentiles: Some(Percentiles([0, 4, 14, 62, 116, 170, 228, 247, 255])),
        palette: colors.into_iter().zip(shares).map(|(rgb, share)| PaletteColor { rgb, share }).collect(),
        jpeg: Some(JpegFacts {
            process: JpegProcess::Baseline,
            subsampling: "4:2:0".into(),
            restart_interval: 0,
            tables: vec![vec![3; 64], vec![4; 64]],
            qualities: vec![TableQuality::Exact(94), TableQuality::Exact(94)],
            huffman: HuffmanTables::Standard,
            adobe_transform: None,
        }),
        capture: CaptureFacts {
            make: Some("Canon".into()),
            model: Some("Canon EOS R5".into()),
            lens: Some("RF 50mm F1.2 L USM".into()),
            exposure_time: Some("1/250".into()),
            f_number: Some(2.8),
            iso: Some(400),
            focal_length_mm: Some(50.0),
            focal_length_35mm: Some(50),
            flash_fired: Some(false),
            slower_than_focal_length: Some(false),
            taken_at: Some("2026-11-20 14:03:11".into()),
            software: Some("Lightroom 14.1".into()),
        },
        privacy: PrivacyFacts::default(),
        rights: RightsFacts { copyright: Some("© 2026 Northlight".into()), creator_named: true, ..RightsFacts::default() },
        metadata: MetadataFacts::default(),
        print_sizes: composed::print_sizes(width, height),
        composition: Some(composed::composition(width, height)),
        findings: vec![],
        pictures: Some(pictures(preview)),
    }
}

fn pictures(preview: Preview) -> Pictures {
    let across = preview.width_px as f32 / preview.height_px as f32;
    let (columns, rows) = if across >= 1.0 {
        (32_u16, ((32.0 / across).round() as u16).max(1))
    } else {
        (((32.0 * across).round() as u16).max(1), 32)
    };
    let tiles = (0..u32::from(columns) * u32::from(rows))
        .map(|index| {
            let (x, y) =
                ((index % u32::from(columns)) as f32 / f32::from(columns), (index / u32::from(columns)) as f32 / f32::from(rows));
            let sharp = 500.0 * (-((x - 0.45).powi(2) + (y - 0.5).powi(2)) * 9.0).exp();
            if y < 0.25 && (x * 31.0 + y * 17.0).sin() > -0.2 { None } else { Some(sharp + 20.0 * (x * 40.0).sin().abs()) }
        })
        .collect();
    let tiles: Vec<Option<f32>> = tiles;
    let tiles_of_gradients = tiles.iter().map(|tile| tile.map(|tile| 12.0 * tile)).collect();
    let (columns_c, rows_c) = (columns * 3, rows * 3);
    let mut burnt = Vec::new();
    let mut lost = Vec::new();
    for index in 0..u32::from(columns_c) * u32::from(rows_c) {
        let (x, y) = (
            (index % u32::from(columns_c)) as f32 / f32::from(columns_c),
            (index / u32::from(columns_c)) as f32 / f32::from(rows_c),
        );
        burnt.push(if (x - 0.7).powi(2) + (y - 0.3).powi(2) < 0.03 { 255 } else { 0 });
        lost.push(if (x - 0.3).abs() < 0.12 && (y - 0.75).abs() < 0.12 { 240 } else { 3 });
    }
    Pictures {
        thumbnail: preview.clone(),
        preview,
        hashes: None,
        focus: FocusMap { columns, rows, tenengrad: tiles_of_gradients, tiles },
        clipping: ClippingMap { columns: columns_c, rows: rows_c, burnt, lost },
        error_level: ErrorLevelMap { columns, rows, cells: vec![Some(1.25); usize::from(columns) * usize::from(rows)] },
    }
}

/// Adds a finding with its number.
pub fn with(mut photo: PhotoMeasurements, kind: FindingKind, value: f64) -> PhotoMeasurements {
    let metric = kind.accepted().map(|(metric, _)| metric);
    let threshold = kind.accepted().map(|(_, range)| match range {
        Accepted::AtMost(limit) | Accepted::AtLeast(limit) => limit,
    });
    if let Some(measurement) = photo.measurements.iter_mut().find(|measurement| Some(measurement.metric) == metric) {
        measurement.value = Some(value);
    }
    photo.findings.push(Finding { kind, level: Level::Check, metric, value: Some(value), threshold });
    photo
}

fn measured(photo: PhotoMeasurements) -> PhotoOutcome {
    PhotoOutcome::Measured(Box::new(photo))
}

fn named(photos: Vec<PhotoOutcome>) -> Vec<ReportPhoto> {
    photos
        .into_iter()
        .zip(1..)
        .map(|(outcome, number)| ReportPhoto {
            number,
            file_name: format!("LW_{:04}.jpg", 400 + number),
            declared_type: None,
            outcome,
        })
        .collect()
}

/// A set without any finding.
pub fn ready(count: usize) -> Vec<ReportPhoto> {
    named((0..count).map(|index| measured(photo(painted(300, 200, false), index as u8))).collect())
}

/// Twenty real pictures; three need attention, one could not be read.
pub fn mixed() -> Vec<ReportPhoto> {
    let files = [
        ("rocket.jpg", 640, 427),
        ("coffee-tagged.jpg", 600, 400),
        ("fig-blurred.jpg", 1200, 812),
        ("sunset-burnt.jpg", 1500, 1000),
        ("brushes-display-p3.jpg", 900, 708),
        ("cameraman-grey.jpg", 512, 512),
    ];
    let mut outcomes: Vec<PhotoOutcome> = (0..20_usize)
        .map(|index| {
            let (name, width, height) = files[index % files.len()];
            let preview = if index % 7 == 3 { painted(200, 300, index % 2 == 0) } else { fixture(name, width, height) };
            measured(photo(preview, index as u8))
        })
        .collect();
    let mut burnt = with(photo(fixture("sunset-burnt.jpg", 1500, 1000), 40), FindingKind::HighlightsBurnt, 28.04);
    burnt.histogram = Some(Histogram {
        luma: curve(190.0, 50.0, true),
        red: curve(220.0, 46.0, true),
        green: curve(180.0, 50.0, true),
        blue: curve(120.0, 60.0, true),
    });
    burnt = with(with(burnt, FindingKind::ShowsGpsPosition, 1.0), FindingKind::VisibleNoise, 7.3);
    burnt.privacy = PrivacyFacts {
        gps_position: true,
        device_ids: vec!["BodySerialNumber …4471".into()],
        names: vec!["Artist (12 characters)".into()],
        maker_note_bytes: Some(48_120),
        ..PrivacyFacts::default()
    };
    outcomes[3] = measured(burnt);
    outcomes[6] = measured(with(photo(fixture("fig-blurred.jpg", 1200, 812), 41), FindingKind::NothingInFocus, 9.2));
    outcomes[11] = PhotoOutcome::Unusable(PhotoProblem::Truncated);
    outcomes[15] = measured(with(photo(fixture("rocket.jpg", 640, 427), 42), FindingKind::ShowsGpsPosition, 1.0));
    named(outcomes)
}

/// Files none of which could be read.
pub fn unreadable(count: usize) -> Vec<ReportPhoto> {
    named((0..count).map(|index| PhotoOutcome::Unusable(PhotoProblem::ALL[index % PhotoProblem::ALL.len()])).collect())
}

/// Files that say much, little and nothing.
pub fn talkative() -> Vec<ReportPhoto> {
    let mut much =
        with(with(photo(fixture("rocket.jpg", 640, 427), 7), FindingKind::ShowsPeople, 2.0), FindingKind::PreviewDiffers, 1.0);
    much.privacy = said::privacy();
    much.rights = said::rights();
    much.metadata = said::metadata();
    let mut full = photo(painted(300, 200, false), 8);
    full.privacy = said::privacy();
    full.privacy.places = (0..32).map(|index| format!("XMP Iptc4xmpExt:Field{index} ({index} characters)")).collect();
    full.privacy.captions = vec!["ф".repeat(120); 32];
    full.metadata = said::metadata();
    full.metadata.said.dates.original = Some("2031-01-01 00:00:00".into());
    let photos = vec![
        measured(much),
        measured(full),
        measured(photo(painted(300, 200, false), 9)),
        PhotoOutcome::Unusable(PhotoProblem::Damaged),
        measured(photo(painted(300, 200, false), 10)),
    ];
    named(photos)
}

/// Odd shapes and strangers' texts.
pub fn odd() -> Vec<ReportPhoto> {
    let mut hostile = with(photo(painted(300, 200, true), 3), FindingKind::ShowsDeviceId, 3.0);
    hostile.capture.make = Some("\u{202e}evil\u{0} <script>".into());
    hostile.capture.lens = Some("ф".repeat(120));
    hostile.rights = RightsFacts { copyright: Some("版权所有 ©".into()), creator_named: false, ..RightsFacts::default() };
    hostile.privacy.device_ids = (0..9).map(|index| format!("SerialNumber{index} …{index}471")).collect();
    let mut bare = photo(painted(300, 200, false), 4);
    bare.capture = CaptureFacts::default();
    bare.rights = RightsFacts::default();
    bare.jpeg = None;
    bare.file.format = Format::Png;
    bare.file.compression = Compression::Lossless;
    bare.file.profile = None;
    for measurement in &mut bare.measurements {
        if matches!(measurement.metric, Metric::PeakSharp | Metric::SharpShare | Metric::SigmaMad) {
            (measurement.value, measurement.validity) = (None, Validity::Flat);
        }
        if measurement.metric == Metric::BitsPerPixel {
            (measurement.value, measurement.validity) = (None, Validity::NotApplicable);
        }
    }
    let all = FindingKind::ALL.into_iter().fold(photo(painted(300, 200, false), 5), |photo, kind| with(photo, kind, 12.5));
    let mut photos = named(vec![
        measured(with(photo(painted(768, 96, false), 1), FindingKind::SmallPicture, 1.2)),
        measured(photo(painted(40, 360, false), 2)),
        measured(hostile),
        measured(bare),
        measured(all),
    ]);
    photos[0].file_name =
        "a very long file name that somebody typed on a Sunday afternoon, final, really final (2) copy 17.jpeg".into();
    photos[1].file_name = "Φωτογραφία Фотография 写真.jpg".into();
    photos[2].file_name = "invoice\u{202e}gpj.exe".into();
    photos
}

/// The same set without picture content.
pub fn without_pictures(mut photos: Vec<ReportPhoto>) -> Vec<ReportPhoto> {
    for photo in &mut photos {
        if let PhotoOutcome::Measured(measured) = &mut photo.outcome {
            measured.pictures = None;
        }
    }
    photos
}
