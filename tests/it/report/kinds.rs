//! Sets of one kind each: odd shapes, files that say nothing or as much as they may, names in many scripts.

use proofsheet::domain::Product;
use proofsheet::measure::finding::FindingKind;
use proofsheet::measure::*;
use proofsheet::report::content::TEXT_CHARS_MAX;
use proofsheet::report::facts::{FILE_NAME_CHARS_MAX, REFERENCE_CHARS_MAX};
use proofsheet::report::{ReportFacts, ReportPhoto};

use super::said;
use super::samples::{facts, facts_of_provenance, fixture, painted, photo, with};

fn set(photos: Vec<(&str, PhotoMeasurements)>) -> Vec<ReportPhoto> {
    photos
        .into_iter()
        .zip(1..)
        .map(|((name, photo), number)| ReportPhoto {
            number,
            file_name: name.into(),
            declared_type: None,
            outcome: PhotoOutcome::Measured(Box::new(photo)),
        })
        .collect()
}

/// Panoramas, screenshots of long pages, squares, slivers; in color and in grey.
pub fn shapes() -> Vec<ReportPhoto> {
    let mut grey = photo(fixture("cameraman-grey.jpg", 512, 512), 3);
    grey.file.channels = 1;
    grey.histogram =
        grey.histogram.map(|all| Histogram { red: all.luma.clone(), green: all.luma.clone(), blue: all.luma.clone(), ..all });
    grey.palette = [0x11, 0x55, 0x88, 0xdd].map(|level| PaletteColor { rgb: [level; 3], share: 0.25 }).into();
    set(vec![
        ("panorama.jpg", photo(painted(768, 128, false), 1)),
        ("screenshot of a long page.png", with(photo(painted(96, 768, false), 2), FindingKind::SmallPicture, 0.6)),
        ("grey.jpg", grey),
        ("grey and standing.jpg", photo(painted(200, 300, true), 4)),
        ("square.jpg", photo(painted(300, 300, false), 5)),
        ("banner.png", photo(painted(768, 6, false), 6)),
        ("sliver.png", photo(painted(6, 768, false), 7)),
    ])
}

/// A photo whose file says nothing of itself.
fn silent_photo(seed: u8) -> PhotoMeasurements {
    let mut silent = photo(painted(300, 200, false), seed);
    silent.capture = CaptureFacts::default();
    silent.rights = RightsFacts::default();
    silent.jpeg = None;
    silent.file.format = Format::Png;
    silent.file.compression = Compression::Lossless;
    silent.file.profile = None;
    silent.file.known_profile = None;
    silent.file.profile_class = None;
    silent.file.profile_version = None;
    silent
}

/// No metadata, no profile, no name.
pub fn silent() -> Vec<ReportPhoto> {
    set(vec![("", silent_photo(1)), ("2.png", silent_photo(2)), ("\u{200b}", silent_photo(3))])
}

/// As much as a report may be told: every text at its longest, in words and in one.
pub fn facts_of_much() -> ReportFacts {
    ReportFacts {
        agency_name: Some("An Agency of Many Words and Partners, ".repeat(3)),
        reference: Some("W".repeat(REFERENCE_CHARS_MAX)),
        ..facts_of_provenance()
    }
}

/// Every list at its longest, every text at its longest.
pub fn laden() -> Vec<ReportPhoto> {
    let words = "many words in a row ".repeat(12);
    let one = "Wunderbarkeitsnachweis".repeat(9);
    let photos = [words, one].map(|text| {
        let text: String = text.chars().take(TEXT_CHARS_MAX).collect();
        let many = vec![text.clone(); 32];
        let some = || Some(text.clone());
        let mut laden =
            FindingKind::ALL.into_iter().fold(photo(painted(300, 200, false), 5), |photo, kind| with(photo, kind, 12.5));
        laden.capture = CaptureFacts {
            make: some(),
            model: some(),
            lens: some(),
            exposure_time: Some("123456789/987654321".into()),
            f_number: Some(1234.5),
            iso: Some(u32::MAX),
            focal_length_mm: Some(12_345.6),
            focal_length_35mm: Some(u32::MAX),
            flash_fired: Some(true),
            slower_than_focal_length: Some(false),
            taken_at: Some("2026-11-20 14:03:11".into()),
            software: some(),
        };
        laden.rights = RightsFacts {
            copyright: some(),
            credit: some(),
            usage_terms: some(),
            web_statement: some(),
            model_release: some(),
            property_release: some(),
            data_mining: some(),
            ..said::rights()
        };
        laden.privacy = PrivacyFacts {
            device_ids: many.clone(),
            names: many.clone(),
            places: many.clone(),
            people: many.clone(),
            captions: many.clone(),
            contacts: many.clone(),
            paths: many.clone(),
            maker_note_vendor: some(),
            ..said::privacy()
        };
        laden.metadata = said::metadata();
        laden.metadata.said.history.programs = many.clone();
        laden.metadata.said.origin.generators = many.clone();
        laden.metadata.said.scrub.remove = many.clone();
        laden.metadata.said.scrub.keep = many;
        laden.file.profile = some();
        laden
    });
    let [words, one] = photos;
    let mut set = set(vec![("", words), ("", one)]);
    set[0].file_name = "many words in a name, ".repeat(12).chars().take(FILE_NAME_CHARS_MAX).collect();
    set[1].file_name = "W".repeat(FILE_NAME_CHARS_MAX);
    set
}

/// English, Greek, Russian, and scripts that the faces do not have.
pub fn facts_in_scripts() -> ReportFacts {
    ReportFacts {
        agency_name: Some("Στούντιο Αθήνα и Фотостудия «Север»".into()),
        reference: Some("Office waffles: Άνοιξη, Съёмка, 春の写真 😀".into()),
        product: Product::Provenance,
        ..facts(true)
    }
}

/// Names, words of cameras and of rights in many scripts, with ligatures, pairs that are kerned and marks over letters.
pub fn in_scripts() -> Vec<ReportPhoto> {
    let said_in = |seed: u8, lens: &str, rights: &str| {
        let mut one = with(photo(painted(300, 200, false), seed), FindingKind::ShowsPeople, 1.0);
        one.capture.lens = Some(lens.into());
        one.capture.software = Some(rights.into());
        one.rights.copyright = Some(rights.into());
        one.rights.usage_terms = Some(lens.into());
        one.privacy = said::privacy();
        one.metadata = said::metadata();
        one.metadata.said.history.programs = vec![rights.into(), lens.into()];
        one
    };
    set(vec![
        (
            "office affine efficient fjord, AVATAR To Wave fi fl ffi ffl.jpg",
            said_in(1, "Offizier 1:1.4/50 fi", "© Zoë O’Neill, “Affiche”"),
        ),
        ("Φωτογραφία Άνοιξη ΐ ΰ ᾳ ῆ.jpg", said_in(2, "Φακός 50 mm", "© Γιώργος Παπαδόπουλος")),
        ("Съёмка набережной ёЁ йЙ № 5.jpg", said_in(3, "Объектив «Гелиос-44»", "© Юлия Щербакова")),
        ("写真 사진 照片 12.jpg", said_in(4, "ニッコール 50", "版权所有 © 李明")),
        ("😀 выставка 🚀.jpg", said_in(5, "🔭 50", "© 🐸")),
        ("صورة الربيع.jpg", said_in(6, "عدسة 50", "© ليلى")),
        ("תמונה 7 קיץ.jpg", said_in(7, "עדשה", "© דוד")),
        ("e\u{301}clair nai\u{308}ve и\u{306} x\u{336} q\u{307}\u{323}.jpg", said_in(8, "A\u{30a}ngström", "© Đặng Thị Hương")),
    ])
}
