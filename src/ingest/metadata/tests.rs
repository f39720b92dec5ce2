//! Blocks to facts, as a walker hands them over.

use std::io::Cursor;

use ::exif::experimental::Writer;
use ::exif::{Context, Field, In, Rational, Tag, Value};
use proptest::prelude::*;

use super::*;

const XP_AUTHOR: Tag = Tag(Context::Tiff, 0x9c9d);

fn facts(fields: &[(Tag, Value)]) -> Metadata {
    let fields: Vec<Field> =
        fields.iter().map(|(tag, value)| Field { tag: *tag, ifd_num: In::PRIMARY, value: value.clone() }).collect();
    let mut writer = Writer::new();
    fields.iter().for_each(|field| writer.push_field(field));
    let mut block = Cursor::new(Vec::new());
    writer.write(&mut block, false).unwrap();
    of_exif(block.get_ref())
}

fn of_exif(block: &[u8]) -> Metadata {
    Blocks { exif: Some(Cow::Borrowed(block)), ..Blocks::default() }.read().0
}

fn ascii(text: &str) -> Value {
    Value::Ascii(vec![text.as_bytes().to_vec()])
}

fn ratio(num: u32, denom: u32) -> Value {
    Value::Rational(vec![Rational { num, denom }])
}

#[test]
fn capture_facts() {
    let capture = facts(&[
        (Tag::Make, ascii("NIKON CORPORATION")),
        (Tag::Model, ascii("NIKON \u{202e}Z 6")),
        (Tag::LensModel, ascii("50mm f/1.8\0junk")),
        (Tag::ExposureTime, ratio(10, 2500)),
        (Tag::FNumber, ratio(18, 10)),
        (Tag::PhotographicSensitivity, Value::Short(vec![400])),
        (Tag::FocalLength, ratio(50, 1)),
        (Tag::FocalLengthIn35mmFilm, Value::Short(vec![75])),
        (Tag::Flash, Value::Short(vec![0x19])),
        (Tag::DateTimeOriginal, ascii("2026:11:20 14:03:11")),
        (Tag::Software, ascii("Editor 5")),
    ])
    .capture;
    assert_eq!(capture.make.as_deref(), Some("NIKON CORPORATION"));
    assert_eq!(capture.model.as_deref(), Some("NIKON Z 6"));
    assert_eq!(capture.lens.as_deref(), Some("50mm f/1.8"));
    assert_eq!(capture.exposure_time.as_deref(), Some("1/250"));
    assert_eq!((capture.f_number, capture.iso), (Some(1.8), Some(400)));
    assert_eq!((capture.focal_length_mm, capture.focal_length_35mm), (Some(50.0), Some(75)));
    assert_eq!(capture.flash_fired, Some(true));
    assert_eq!(capture.taken_at.as_deref(), Some("2026-11-20 14:03:11"));
    assert_eq!(capture.software.as_deref(), Some("Editor 5"));
}

#[test]
fn private_values_are_masked() {
    let metadata = facts(&[
        (Tag::BodySerialNumber, ascii("300184471")),
        (Tag::LensSerialNumber, ascii("abc")),
        (Tag::Artist, ascii("Jane Exposed")),
        (XP_AUTHOR, Value::Byte(b"J\0o\0\0\0".to_vec())),
        (Tag::CameraOwnerName, ascii("Q")),
        (Tag::GPSLatitude, ratio(47, 1)),
        (Tag::Copyright, ascii("© Studio")),
        (Tag::MakerNote, Value::Undefined(vec![1; 40], 0)),
    ]);
    let privacy = metadata.privacy;
    assert!(privacy.gps_position);
    assert_eq!(privacy.device_ids, ["BodySerialNumber …4471", "LensSerialNumber …c"]);
    assert_eq!(privacy.names, ["Artist (12 characters)", "XPAuthor (2 characters)", "CameraOwnerName (1 character)"]);
    assert_eq!(privacy.maker_note_bytes, Some(40));
    let rights = Rights { copyright: Some("© Studio".to_owned()), creator_named: true, ..Rights::default() };
    assert_eq!(metadata.rights, rights);
}

#[test]
fn blanks_and_nonsense_are_left_out() {
    let metadata = facts(&[
        (Tag::Orientation, Value::Short(vec![9])),
        (Tag::ExposureTime, ratio(1, 0)),
        (Tag::FNumber, ratio(0, 1)),
        (Tag::DateTimeOriginal, ascii("0000:00:00 00:00:00")),
        (Tag::GPSLatitude, ratio(0, 0)),
        (Tag::GPSVersionID, Value::Byte(vec![2, 3, 0, 0])),
        (Tag::Artist, ascii("   ")),
        (Tag::Copyright, ascii(" ")),
    ]);
    assert_eq!(metadata.statements.blocks[0].fields, 8);
    assert_eq!(metadata.capture, Capture::default());
    assert_eq!(metadata.privacy, Privacy::default());
    assert_eq!(metadata.rights, Rights::default());
    assert_eq!(metadata.orientation, Orientation::Upright);
}

#[test]
fn declared_colors() {
    let color = |fields: &[(Tag, Value)]| facts(fields).declared_color;
    let uncalibrated = (Tag::ColorSpace, Value::Short(vec![0xffff]));
    assert_eq!(color(&[(Tag::ColorSpace, Value::Short(vec![1]))]), Some(DeclaredColor::Srgb));
    assert_eq!(color(std::slice::from_ref(&uncalibrated)), Some(DeclaredColor::Uncalibrated));
    assert_eq!(color(&[uncalibrated, (Tag::InteroperabilityIndex, ascii("R03"))]), Some(DeclaredColor::AdobeRgb));
}

#[test]
fn broken_blocks_do_no_harm() {
    for block in [&b""[..], b"II*\0", b"MM\0*\0\0\0\x08\xff\xff", b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\xff\xff\xff\xff"] {
        let metadata = of_exif(block);
        assert!(metadata.statements.blocks[0].damaged);
        assert_eq!(metadata.orientation, Orientation::Upright);
    }
}

fn packet(inside: &str) -> Vec<u8> {
    format!(
        "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
         <rdf:Description xmlns:dc=\"http://purl.org/dc/elements/1.1/\" {inside}/></rdf:RDF></x:xmpmeta>"
    )
    .into_bytes()
}

#[test]
fn all_blocks_meet_in_one_reading() {
    let sets = b"\x1c\x02\x50\x00\x03Ann\x1c\x02\x5a\x00\x04Bern";
    let blocks = Blocks {
        xmp: Some(packet("dc:creator='Jane' dc:rights='me'").into()),
        photoshop: Some(photoshop::tests::resource_bytes(0x0404, sets).into()),
        // the same again, as a TIFF has it
        iptc: Some(Cow::Borrowed(sets)),
        texts: vec![("parameters".into(), "a cat".into())],
        comments: vec![Cow::Borrowed(b"call +41 79 123 45 67")],
        ..Blocks::default()
    };
    let (metadata, embedded) = blocks.read();
    let fields: Vec<(Block, u32)> = metadata.statements.blocks.iter().map(|block| (block.block, block.fields)).collect();
    let expected = [(Block::Photoshop, 1), (Block::Iptc, 2), (Block::Xmp, 2), (Block::PngText, 1), (Block::Comment, 1)];
    assert_eq!(fields, expected);
    assert_eq!(metadata.statements.conflicts[0].blocks, [Block::Iptc, Block::Xmp]);
    assert_eq!(metadata.statements.origin.generators, ["PNG parameters (5 characters)"]);
    assert_eq!((metadata.privacy.names.len(), metadata.privacy.places.len()), (2, 1));
    assert_eq!(metadata.privacy.contacts, ["a telephone number in Comment"]);
    assert_eq!((metadata.rights.copyright.as_deref(), embedded.len()), (Some("me"), 0));
}

#[test]
fn a_missing_part_of_an_extended_packet_is_damage() {
    let main = packet("xmlns:xmpNote='http://ns.adobe.com/xmp/note/' xmpNote:HasExtendedXMP='0123456789ABCDEF0123456789ABCDEF'");
    let (metadata, _) = Blocks { xmp: Some(main.into()), ..Blocks::default() }.read();
    assert!(metadata.statements.blocks[0].damaged);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn blocks_of_anything_stay_in_their_bounds(
        exif in prop::collection::vec(any::<u8>(), 0..200),
        resources in prop::collection::vec(any::<u8>(), 0..200),
        text in ".{0,300}",
        times in 1usize..200,
    ) {
        let sets: Vec<u8> = text.bytes().flat_map(|byte| [0x1c, 2, byte, 0, 1, byte]).collect();
        let blocks = Blocks {
            exif: Some([&b"II*\0\x08\0\0\0"[..], &exif].concat().into()),
            photoshop: Some(resources.into()),
            iptc: Some(sets.into()),
            xmp: Some(packet(&format!("dc:creator='{}'", text.replace(['<', '&', '\''], ""))).into()),
            texts: vec![("Comment".into(), text.clone()); times],
            ..Blocks::default()
        };
        let (mut metadata, embedded) = blocks.read();
        prop_assert!(embedded.len() <= embedded::PICTURES_MAX);
        prop_assert!(metadata.privacy.longest() <= facts::LIST_MAX && metadata.statements.longest() <= facts::LIST_MAX);
        let texts = metadata.privacy.texts_mut().chain(metadata.rights.texts_mut()).chain(metadata.statements.texts_mut());
        for text in texts {
            prop_assert!(text.chars().count() <= 200 && !text.chars().any(char::is_control), "{text}");
        }
    }
}
