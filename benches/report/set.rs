//! The set the report is made of: cuts of the photographs in `fixtures/photos`, measured, with names in three scripts.

use std::path::Path;

use proofsheet::domain::{Branding, Product, Timestamp};
use proofsheet::measure::{Options, PhotoOutcome, measure_photo};
use proofsheet::report::{ReportFacts, ReportPhoto};

const NAMES: [&str; 3] = ["Launch day", "Φωτογραφία εργαστηρίου", "Съёмка в студии"];
/// Columns and rows of a cut.
const CUT: (u32, u32) = (2304, 1536);

pub fn facts() -> ReportFacts {
    let created = 1_795_271_000_000;
    ReportFacts {
        report: "rp_01KAJ7T3W9Q4ZD8MX2C5VB6N7P".parse().unwrap(),
        analysis: "an_01KAJ7T3W9Q4ZD8MX2C5VB6N7Q".parse().unwrap(),
        product: Product::Portfolio,
        agency_name: Some("Northlight Agency".into()),
        reference: Some("Launch week, Θεσσαλονίκη, Київ".into()),
        created_at: Timestamp::from_epoch_millis(created),
        expires_at: Some(Timestamp::from_epoch_millis(created + 14 * 86_400_000)),
        verify_url: Some("https://proofsheet.example/verify?r=rp_01KAJ7T3W9Q4ZD8MX2C5VB6N7P".into()),
        previews: true,
        branding: Branding::default(),
        is_test: false,
    }
}

/// So many photographs, measured.
pub fn photos(count: u16) -> Vec<ReportPhoto> {
    let whole = ["mountain-12mp.jpg", "dandelion-16mp.jpg"].map(decoded);
    (1..=count).map(|number| measured(number, &cut(&whole, number))).collect()
}

/// The same as files, for a process that measures them one after the other.
pub fn write_files(folder: &Path, count: u16) {
    let whole = ["mountain-12mp.jpg", "dandelion-16mp.jpg"].map(decoded);
    (1..=count).for_each(|number| std::fs::write(folder.join(format!("{number:02}")), cut(&whole, number)).unwrap());
}

/// The photographs in a folder of [`write_files`].
pub fn measured_files(folder: &Path) -> Vec<ReportPhoto> {
    let files = std::fs::read_dir(folder).unwrap().count() as u16;
    (1..=files).map(|number| measured(number, &std::fs::read(folder.join(format!("{number:02}"))).unwrap())).collect()
}

fn measured(number: u16, file: &[u8]) -> ReportPhoto {
    ReportPhoto {
        number,
        file_name: format!("{} {number:02}.jpg", NAMES[usize::from(number) % NAMES.len()]),
        declared_type: Some("image/jpeg".into()),
        outcome: measure_photo(file, &Options::default()),
    }
}

fn cut(whole: &[image::RgbImage; 2], number: u16) -> Vec<u8> {
    let (whole, number) = (&whole[usize::from(number % 2)], u32::from(number));
    let room = (whole.width() - CUT.0, whole.height() - CUT.1);
    let cut = image::imageops::crop_imm(whole, number * 997 % room.0, number * 613 % room.1, CUT.0, CUT.1).to_image();
    let mut file = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut file, 90);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_2_2);
    encoder.encode(cut.as_raw(), CUT.0 as u16, CUT.1 as u16, jpeg_encoder::ColorType::Rgb).unwrap();
    file
}

fn decoded(name: &str) -> image::RgbImage {
    let bytes = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/photos").join(name)).unwrap();
    let mut decoder = zune_jpeg::JpegDecoder::new(zune_jpeg::zune_core::bytestream::ZCursor::new(&bytes));
    let samples = decoder.decode().unwrap();
    let (width, height) = decoder.dimensions().unwrap();
    image::RgbImage::from_raw(width as u32, height as u32, samples).unwrap()
}

/// Bytes of the encoded pictures that the report embeds.
pub fn embedded_bytes(photos: &[ReportPhoto]) -> usize {
    let pictures = photos.iter().filter_map(|photo| match &photo.outcome {
        PhotoOutcome::Measured(measured) => measured.pictures.as_ref(),
        PhotoOutcome::Unusable(_) => None,
    });
    pictures.map(|pictures| pictures.preview.jpeg.len() + pictures.thumbnail.jpeg.len()).sum()
}
