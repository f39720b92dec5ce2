//! EXIF (CIPA DC-008) to fields and to what the camera says of the picture.

use std::collections::BTreeSet;
use std::ops::Range;

use exif::{Context, DateTime, Exif, Field, In, Rational, Reader, Tag, Value};

use crate::raster::Orientation;

use super::facts::{Density, NAMES_MAX};
use super::tags::{Block, Tags};
use super::{Capture, DeclaredColor, gps, maker_note, text};

/// Text fields, and entries Windows and EXIF 3.0 add, which the reader has no name for.
const TEXTS: [(Tag, &str); 37] = [
    (Tag::Make, "Make"),
    (Tag::Model, "Model"),
    (Tag::Software, "Software"),
    (Tag(Context::Tiff, 0x000b), "ProcessingSoftware"),
    (Tag(Context::Tiff, 0x013c), "HostComputer"),
    (Tag(Context::Tiff, 0xc62f), "CameraSerialNumber"),
    (Tag::Artist, "Artist"),
    (Tag::Copyright, "Copyright"),
    (Tag(Context::Tiff, 0x010d), "DocumentName"),
    (Tag(Context::Tiff, 0x011d), "PageName"),
    (Tag(Context::Tiff, 0x9213), "ImageHistory"),
    (Tag::ImageDescription, "ImageDescription"),
    (Tag(Context::Tiff, 0x9c9b), "XPTitle"),
    (Tag(Context::Tiff, 0x9c9c), "XPComment"),
    (Tag(Context::Tiff, 0x9c9d), "XPAuthor"),
    (Tag(Context::Tiff, 0x9c9e), "XPKeywords"),
    (Tag(Context::Tiff, 0x9c9f), "XPSubject"),
    (Tag::BodySerialNumber, "BodySerialNumber"),
    (Tag::LensSerialNumber, "LensSerialNumber"),
    (Tag::ImageUniqueID, "ImageUniqueID"),
    (Tag::CameraOwnerName, "CameraOwnerName"),
    (Tag::UserComment, "UserComment"),
    (Tag(Context::Exif, 0xa436), "ImageTitle"),
    (Tag(Context::Exif, 0xa437), "Photographer"),
    (Tag(Context::Exif, 0xa438), "ImageEditor"),
    (Tag(Context::Exif, 0xa439), "CameraFirmware"),
    (Tag(Context::Exif, 0xa43a), "RAWDevelopingSoftware"),
    (Tag(Context::Exif, 0xa43b), "ImageEditingSoftware"),
    (Tag(Context::Exif, 0xa43c), "MetadataEditingSoftware"),
    (Tag::DateTime, "DateTime"),
    (Tag::DateTimeOriginal, "DateTimeOriginal"),
    (Tag::DateTimeDigitized, "DateTimeDigitized"),
    (Tag::OffsetTime, "OffsetTime"),
    (Tag::OffsetTimeOriginal, "OffsetTimeOriginal"),
    (Tag::OffsetTimeDigitized, "OffsetTimeDigitized"),
    (Tag::GPSAreaInformation, "GPSAreaInformation"),
    (Tag::GPSProcessingMethod, "GPSProcessingMethod"),
];

/// The type of texts in UTF-8 (EXIF 3.0, 4.6.2), which the reader has no name for.
const UTF_8: u16 = 129;

/// What a block says besides its text fields.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Read {
    /// Nothing or not all of it could be read.
    pub damaged: bool,
    /// Entries of all directories.
    pub fields: u32,
    /// Names of these entries, each once; those of the thumbnail's directory say so.
    pub names: Vec<String>,
    pub orientation: Orientation,
    pub declared_color: Option<DeclaredColor>,
    pub capture: Capture,
    /// Columns and rows the camera declared.
    pub declared_px: Option<(u32, u32)>,
    pub density: Option<Density>,
    /// How finely the position is written or known, in m.
    pub resolution_m: Option<f64>,
    /// Where in the block the thumbnail's JPEG is.
    pub thumbnail: Option<Range<usize>>,
    /// Where in the block the maker note is.
    pub maker_note: Option<Range<usize>>,
    /// Whose the maker note is.
    pub maker_note_vendor: Option<String>,
}

/// Reads a TIFF-shaped EXIF block into `tags`; what is broken in it is left out.
pub fn read(tiff: &[u8], tags: &mut Tags) -> Read {
    let mut damaged = false;
    let parsed = Reader::new()
        .continue_on_error(true)
        .read_raw(tiff.to_vec())
        .or_else(|error| error.distill_partial_result(|_| damaged = true));
    let Ok(exif) = parsed else { return Read { damaged: true, ..Read::default() } };
    for (tag, name) in TEXTS {
        words(&exif, tag).into_iter().for_each(|value| tags.push(Block::Exif, name, &value));
    }
    other_texts(&exif, tags);
    if let Some(orientation) = uint(&exif, Tag::Orientation) {
        tags.push(Block::Exif, "Orientation", &orientation.to_string());
    }
    let note = field(&exif, Tag::MakerNote).and_then(|field| match &field.value {
        Value::Undefined(bytes, offset) => Some((*offset as usize..*offset as usize + bytes.len(), bytes)),
        _ => None,
    });
    Read {
        damaged,
        fields: exif.fields().count().try_into().unwrap_or(u32::MAX),
        names: names(&exif),
        orientation: uint(&exif, Tag::Orientation)
            .and_then(|value| Orientation::from_exif(u16::try_from(value).ok()?))
            .unwrap_or_default(),
        declared_color: declared_color(&exif),
        capture: capture(&exif),
        declared_px: uint(&exif, Tag::PixelXDimension).zip(uint(&exif, Tag::PixelYDimension)).filter(|(x, y)| *x > 0 && *y > 0),
        density: density(&exif),
        resolution_m: gps::read(&exif, tags),
        thumbnail: thumbnail(&exif),
        maker_note_vendor: note.as_ref().and_then(|(_, bytes)| maker_note::vendor(bytes, words(&exif, Tag::Make).as_deref())),
        maker_note: note.map(|(range, _)| range),
    }
}

/// A tag's name: its own, or its number where the reader has none.
fn name(tag: Tag) -> String {
    let known = TEXTS.iter().find(|(known, _)| *known == tag).map(|(_, name)| (*name).to_owned());
    known.or_else(|| tag.description().map(|_| tag.to_string())).unwrap_or_else(|| format!("0x{:04x}", tag.number()))
}

fn names(exif: &Exif) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let all = exif.fields().map(|field| match field.ifd_num {
        In::PRIMARY => name(field.tag),
        _ => format!("Thumbnail {}", name(field.tag)),
    });
    all.filter(|name| seen.insert(name.clone())).take(NAMES_MAX).collect()
}

/// Texts without a row in the table, and those of the thumbnail's directory that say something else: anything may stand in them.
fn other_texts(exif: &Exif, tags: &mut Tags) {
    for field in exif.fields() {
        let is_read = field.ifd_num == In::PRIMARY && TEXTS.iter().any(|(tag, _)| *tag == field.tag);
        if !is_read && matches!(field.value, Value::Ascii(_) | Value::Unknown(UTF_8, ..)) {
            let name = name(field.tag);
            let value = text_of(exif, field).unwrap_or_default();
            if !tags.holds(Block::Exif, &name, &value) {
                tags.push(Block::Exif, &name, &value);
            }
        }
    }
}

fn capture(exif: &Exif) -> Capture {
    let clean = |tag| words(exif, tag).and_then(|words| text::clean(&words));
    Capture {
        make: clean(Tag::Make),
        model: clean(Tag::Model),
        lens: clean(Tag::LensModel),
        exposure_time: rational(exif, Tag::ExposureTime).and_then(seconds).or_else(|| apex_seconds(exif)),
        f_number: rational(exif, Tag::FNumber).and_then(number).or_else(|| apex_f_number(exif)),
        iso: iso(exif),
        focal_length_mm: rational(exif, Tag::FocalLength).and_then(number),
        focal_length_35mm: uint(exif, Tag::FocalLengthIn35mmFilm).filter(|&mm| mm > 0),
        flash_fired: uint(exif, Tag::Flash).map(|bits| bits & 1 == 1),
        taken_at: ascii(exif, Tag::DateTimeOriginal).and_then(date),
        software: clean(Tag::Software),
    }
}

fn density(exif: &Exif) -> Option<Density> {
    let inches = match uint(exif, Tag::ResolutionUnit) {
        Some(3) => 2.54,
        Some(2) | None => 1.0,
        Some(_) => return None,
    };
    let ppi = |tag| rational(exif, tag).and_then(number).map(|value| value * inches);
    Some(Density { block: Block::Exif, x_ppi: ppi(Tag::XResolution)?, y_ppi: ppi(Tag::YResolution)? })
}

fn thumbnail(exif: &Exif) -> Option<Range<usize>> {
    let number = |tag| Some(exif.get_field(tag, In::THUMBNAIL)?.value.get_uint(0)? as usize);
    let (at, length) = (number(Tag::JPEGInterchangeFormat)?, number(Tag::JPEGInterchangeFormatLength)?);
    (length > 0).then(|| at..at.saturating_add(length))
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
pub(super) fn seconds(time: Rational) -> Option<String> {
    let value = number(time)?;
    if value >= 1.0 {
        let rounded = format!("{value:.1}");
        return Some(rounded.strip_suffix(".0").map_or(rounded.clone(), str::to_owned));
    }
    let divisor = gcd(time.num, time.denom);
    Some(format!("{}/{}", time.num / divisor, time.denom / divisor))
}

/// The time from its logarithm (DC-008, annex C), where a writer left the time itself out.
fn apex_seconds(exif: &Exif) -> Option<String> {
    let Value::SRational(values) = &field(exif, Tag::ShutterSpeedValue)?.value else { return None };
    let value = values.first().filter(|value| value.denom != 0)?.to_f64();
    let divisor = 2_f64.powf(value).round();
    match value {
        0.5..=16.0 => Some(format!("1/{divisor}")),
        -8.0..0.5 => Some(format!("{:.0}", 2_f64.powf(-value).max(1.0))),
        _ => None,
    }
}

/// The f-number from its logarithm, to a tenth.
fn apex_f_number(exif: &Exif) -> Option<f64> {
    let value = rational(exif, Tag::ApertureValue).filter(|value| value.denom > 0)?.to_f64();
    (0.0..=14.0).contains(&value).then(|| (2_f64.powf(value / 2.0) * 10.0).round() / 10.0)
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a.max(1) } else { gcd(b, a % b) }
}

pub(super) fn number(value: Rational) -> Option<f64> {
    (value.num > 0 && value.denom > 0).then(|| value.to_f64())
}

fn date(bytes: &[u8]) -> Option<String> {
    let DateTime { year, month, day, hour, minute, second, .. } = DateTime::from_ascii(bytes.trim_ascii_end()).ok()?;
    let real = year > 0 && (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second <= 60;
    real.then(|| format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"))
}

pub(super) fn field(exif: &Exif, tag: Tag) -> Option<&Field> {
    exif.get_field(tag, In::PRIMARY)
}

fn uint(exif: &Exif, tag: Tag) -> Option<u32> {
    field(exif, tag)?.value.get_uint(0)
}

pub(super) fn rational(exif: &Exif, tag: Tag) -> Option<Rational> {
    match &field(exif, tag)?.value {
        Value::Rational(values) => values.first().copied(),
        _ => None,
    }
}

/// The bytes of a text field, with the NULs inside it.
pub(super) fn ascii(exif: &Exif, tag: Tag) -> Option<&[u8]> {
    match &field(exif, tag)?.value {
        Value::Ascii(parts) => parts.first().map(Vec::as_slice),
        _ => None,
    }
}

/// A text field.
pub(super) fn words(exif: &Exif, tag: Tag) -> Option<String> {
    text_of(exif, field(exif, tag)?)
}

fn text_of(exif: &Exif, field: &Field) -> Option<String> {
    let (tag, value) = (field.tag, &field.value);
    let is_wide = tag.context() == Context::Tiff && (0x9c9b..=0x9c9f).contains(&tag.number());
    match value {
        // photographer and editor, divided by a NUL (DC-008, 4.6.5)
        Value::Ascii(parts) if tag == Tag::Copyright => {
            let parts = parts.iter().flat_map(|part| part.split(|&byte| byte == 0));
            let parts: Vec<String> = parts.filter_map(text::long_bytes).take(2).collect();
            text::long(&parts.join(", "))
        }
        Value::Ascii(parts) => parts.iter().find_map(|part| text::long_bytes(part)),
        // Windows writes UTF-16
        Value::Byte(bytes) if is_wide => text::long_utf16(bytes, u16::from_le_bytes),
        // the character set stands before the text (DC-008, 4.6.6)
        Value::Undefined(bytes, _) => match bytes.split_first_chunk::<8>() {
            Some((b"ASCII\0\0\0" | b"\0\0\0\0\0\0\0\0", rest)) => text::long_bytes(rest),
            Some((b"UNICODE\0", rest)) if exif.little_endian() => text::long_utf16(rest, u16::from_le_bytes),
            Some((b"UNICODE\0", rest)) => text::long_utf16(rest, u16::from_be_bytes),
            _ => text::long_bytes(bytes),
        },
        Value::Byte(bytes) => text::long_bytes(bytes),
        Value::Unknown(UTF_8, count, at) => text::long_bytes(stored(exif, *count as usize, *at as usize)?),
        _ => None,
    }
}

/// Bytes of an entry whose type the reader does not know: in its last four bytes, or where they point.
fn stored(exif: &Exif, count: usize, at: usize) -> Option<&[u8]> {
    let bytes = exif.buf();
    let four = *bytes.get(at..)?.first_chunk::<4>()?;
    let place = if exif.little_endian() { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) } as usize;
    let start = if count <= 4 { at } else { place };
    bytes.get(start..start.checked_add(count)?)
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
