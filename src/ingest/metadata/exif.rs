//! EXIF (CIPA DC-008) to facts.

use exif::{Context, DateTime, Exif, Field, In, Rational, Reader, Tag, Value};

use crate::raster::Orientation;

use super::{Capture, DeclaredColor, Metadata, Privacy, Rights, text};

/// Entries Windows and EXIF 3.0 add, which the reader has no name for.
const XP_AUTHOR: Tag = Tag(Context::Tiff, 0x9c9d);
const HOST_COMPUTER: Tag = Tag(Context::Tiff, 0x013c);
const CAMERA_SERIAL_NUMBER: Tag = Tag(Context::Tiff, 0xc62f);
const PHOTOGRAPHER: Tag = Tag(Context::Exif, 0xa437);
const IMAGE_EDITOR: Tag = Tag(Context::Exif, 0xa438);

/// Fields that identify a device.
const DEVICE_IDS: [(Tag, &str); 5] = [
    (Tag::BodySerialNumber, "BodySerialNumber"),
    (Tag::LensSerialNumber, "LensSerialNumber"),
    (CAMERA_SERIAL_NUMBER, "CameraSerialNumber"),
    (Tag::ImageUniqueID, "ImageUniqueID"),
    (HOST_COMPUTER, "HostComputer"),
];

/// Fields that hold a person's name.
const NAMES: [(Tag, &str); 5] = [
    (Tag::Artist, "Artist"),
    (XP_AUTHOR, "XPAuthor"),
    (Tag::CameraOwnerName, "CameraOwnerName"),
    (PHOTOGRAPHER, "Photographer"),
    (IMAGE_EDITOR, "ImageEditor"),
];

/// Fields that hold a position: here, and where it was looked at.
const POSITIONS: [Tag; 4] = [Tag::GPSLatitude, Tag::GPSLongitude, Tag::GPSDestLatitude, Tag::GPSDestLongitude];

/// Reads a TIFF-shaped EXIF block into `metadata`; what is broken in it is left out.
pub fn read(tiff: &[u8], metadata: &mut Metadata) {
    metadata.has_exif = true;
    let mut damaged = false;
    let parsed = Reader::new()
        .continue_on_error(true)
        .read_raw(tiff.to_vec())
        .or_else(|error| error.distill_partial_result(|_| damaged = true));
    let Ok(exif) = parsed else {
        metadata.exif_damaged = true;
        return;
    };
    metadata.exif_damaged = damaged;
    metadata.orientation =
        uint(&exif, Tag::Orientation).and_then(|value| Orientation::from_exif(u16::try_from(value).ok()?)).unwrap_or_default();
    metadata.declared_color = declared_color(&exif);
    metadata.capture = capture(&exif);
    metadata.privacy = privacy(&exif);
    metadata.rights = rights(&exif);
}

fn capture(exif: &Exif) -> Capture {
    Capture {
        make: words(exif, Tag::Make),
        model: words(exif, Tag::Model),
        lens: words(exif, Tag::LensModel),
        exposure_time: rational(exif, Tag::ExposureTime).and_then(seconds),
        f_number: rational(exif, Tag::FNumber).and_then(number),
        iso: iso(exif),
        focal_length_mm: rational(exif, Tag::FocalLength).and_then(number),
        focal_length_35mm: uint(exif, Tag::FocalLengthIn35mmFilm).filter(|&mm| mm > 0),
        flash_fired: uint(exif, Tag::Flash).map(|bits| bits & 1 == 1),
        taken_at: ascii(exif, Tag::DateTimeOriginal).and_then(date),
        software: words(exif, Tag::Software),
    }
}

fn privacy(exif: &Exif) -> Privacy {
    Privacy {
        gps_position: POSITIONS.iter().any(|&tag| rational(exif, tag).is_some_and(|degrees| degrees.denom != 0)),
        device_ids: DEVICE_IDS.iter().filter_map(|&(tag, name)| Some(masked_id(name, &words(exif, tag)?))).collect(),
        names: NAMES.iter().filter_map(|&(tag, name)| Some(masked_name(name, &words(exif, tag)?))).collect(),
        maker_note_bytes: field(exif, Tag::MakerNote).and_then(|field| match &field.value {
            Value::Undefined(bytes, _) => Some(bytes.len() as u64),
            _ => None,
        }),
    }
}

fn rights(exif: &Exif) -> Rights {
    let copyright = ascii(exif, Tag::Copyright).and_then(|bytes| {
        // photographer and editor, divided by a NUL (DC-008, 4.6.5)
        let parts: Vec<String> = bytes.split(|&byte| byte == 0).filter_map(text::clean_bytes).take(2).collect();
        text::clean(&parts.join(", "))
    });
    let creators = [Tag::Artist, XP_AUTHOR, PHOTOGRAPHER];
    Rights { copyright, creator_named: creators.iter().any(|&tag| words(exif, tag).is_some()) }
}

/// A name and the end of a value; a short value shows at most half of itself.
fn masked_id(name: &str, value: &str) -> String {
    let chars: Vec<char> = value.chars().collect();
    let shown: String = chars[chars.len() - (chars.len() / 2).min(4)..].iter().collect();
    format!("{name} …{shown}")
}

/// A name and the length of a value.
pub fn masked_name(name: &str, value: &str) -> String {
    match value.chars().count() {
        1 => format!("{name} (1 character)"),
        count => format!("{name} ({count} characters)"),
    }
}

fn declared_color(exif: &Exif) -> Option<DeclaredColor> {
    match uint(exif, Tag::ColorSpace)? {
        1 => Some(DeclaredColor::Srgb),
        2 => Some(DeclaredColor::AdobeRgb),
        0xffff if words(exif, Tag::InteroperabilityIndex).as_deref() == Some("R03") => Some(DeclaredColor::AdobeRgb),
        0xffff => Some(DeclaredColor::Uncalibrated),
        _ => None,
    }
}

fn iso(exif: &Exif) -> Option<u32> {
    // 65535 says: too large for this field, see the other
    let short = uint(exif, Tag::PhotographicSensitivity).filter(|&iso| iso > 0);
    match short {
        Some(0xffff) | None => uint(exif, Tag::ISOSpeed).filter(|&iso| iso > 0).or(short),
        _ => short,
    }
}

/// A time as photographers write it: `1/250`, `0.5` as `1/2`, `2.5`, `30`.
fn seconds(time: Rational) -> Option<String> {
    let value = number(time)?;
    if value >= 1.0 {
        let rounded = format!("{value:.1}");
        return Some(rounded.strip_suffix(".0").map_or(rounded.clone(), str::to_owned));
    }
    let divisor = gcd(time.num, time.denom);
    Some(format!("{}/{}", time.num / divisor, time.denom / divisor))
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a.max(1) } else { gcd(b, a % b) }
}

fn number(value: Rational) -> Option<f64> {
    (value.num > 0 && value.denom > 0).then(|| value.to_f64())
}

fn date(bytes: &[u8]) -> Option<String> {
    let DateTime { year, month, day, hour, minute, second, .. } = DateTime::from_ascii(bytes.trim_ascii_end()).ok()?;
    let real = year > 0 && (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second <= 60;
    real.then(|| format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"))
}

fn field(exif: &Exif, tag: Tag) -> Option<&Field> {
    exif.get_field(tag, In::PRIMARY)
}

fn uint(exif: &Exif, tag: Tag) -> Option<u32> {
    field(exif, tag)?.value.get_uint(0)
}

fn rational(exif: &Exif, tag: Tag) -> Option<Rational> {
    match &field(exif, tag)?.value {
        Value::Rational(values) => values.first().copied(),
        _ => None,
    }
}

/// The bytes of a text field, with the NULs inside it.
fn ascii(exif: &Exif, tag: Tag) -> Option<&[u8]> {
    match &field(exif, tag)?.value {
        Value::Ascii(parts) => parts.first().map(Vec::as_slice),
        _ => None,
    }
}

/// A text field, cleaned.
fn words(exif: &Exif, tag: Tag) -> Option<String> {
    match &field(exif, tag)?.value {
        Value::Ascii(parts) => parts.iter().find_map(|part| text::clean_bytes(part)),
        // Windows writes UTF-16, EXIF 3.0 a type of its own for UTF-8
        Value::Byte(bytes) if tag == XP_AUTHOR => text::clean_utf16(bytes, u16::from_le_bytes),
        Value::Byte(bytes) | Value::Undefined(bytes, _) => text::clean_bytes(bytes),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use exif::experimental::Writer;

    use super::*;

    fn facts(fields: &[(Tag, Value)]) -> Metadata {
        let fields: Vec<Field> =
            fields.iter().map(|(tag, value)| Field { tag: *tag, ifd_num: In::PRIMARY, value: value.clone() }).collect();
        let mut writer = Writer::new();
        fields.iter().for_each(|field| writer.push_field(field));
        let mut block = Cursor::new(Vec::new());
        writer.write(&mut block, false).unwrap();
        let mut metadata = Metadata::default();
        read(block.get_ref(), &mut metadata);
        metadata
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
        assert_eq!(metadata.rights, Rights { copyright: Some("© Studio".to_owned()), creator_named: true });
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
        assert!(metadata.has_exif);
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
    fn times_as_written() {
        let time = |num, denom| seconds(Rational { num, denom });
        assert_eq!(time(1, 8000).as_deref(), Some("1/8000"));
        assert_eq!(time(5, 10).as_deref(), Some("1/2"));
        assert_eq!(time(3, 10).as_deref(), Some("3/10"));
        assert_eq!(time(25, 10).as_deref(), Some("2.5"));
        assert_eq!(time(30, 1).as_deref(), Some("30"));
        assert_eq!(time(0, 5), None);
    }

    #[test]
    fn broken_blocks_do_no_harm() {
        for block in [&b""[..], b"II*\0", b"MM\0*\0\0\0\x08\xff\xff", b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\xff\xff\xff\xff"] {
            let mut metadata = Metadata::default();
            read(block, &mut metadata);
            assert!(metadata.has_exif && metadata.exif_damaged);
            assert_eq!(metadata.orientation, Orientation::Upright);
        }
    }
}
