//! Positions in EXIF and XMP: as decimal degrees for comparing, and how finely they are written.

use exif::{Exif, Tag, Value};

use super::exif::{ascii, field, rational, words};
use super::tags::{Block, Tags};

/// Coordinates with the field that says on which side of zero they lie.
const POSITIONS: [(Tag, Tag, &str); 4] = [
    (Tag::GPSLatitude, Tag::GPSLatitudeRef, "GPSLatitude"),
    (Tag::GPSLongitude, Tag::GPSLongitudeRef, "GPSLongitude"),
    (Tag::GPSDestLatitude, Tag::GPSDestLatitudeRef, "GPSDestLatitude"),
    (Tag::GPSDestLongitude, Tag::GPSDestLongitudeRef, "GPSDestLongitude"),
];

/// Other numbers of a position.
const AROUND_POSITIONS: [(Tag, &str); 5] = [
    (Tag::GPSSpeed, "GPSSpeed"),
    (Tag::GPSAltitude, "GPSAltitude"),
    (Tag::GPSImgDirection, "GPSImgDirection"),
    (Tag::GPSTrack, "GPSTrack"),
    (Tag::GPSDestBearing, "GPSDestBearing"),
];

/// Writes the position's fields; how finely it is written or, if the device says so, known, in m.
pub fn read(exif: &Exif, tags: &mut Tags) -> Option<f64> {
    let mut finest: Option<f64> = None;
    for (tag, side, name) in POSITIONS {
        let Some(Value::Rational(parts)) = field(exif, tag).map(|field| &field.value) else { continue };
        if parts.first().is_none_or(|degrees| degrees.denom == 0) {
            continue;
        }
        let units = [1.0, 60.0, 3600.0];
        let real = || parts.iter().zip(units).filter(|(part, _)| part.denom > 0);
        let degrees: f64 = real().map(|(part, unit)| part.to_f64() / unit).sum();
        let negative = ascii(exif, side).is_some_and(|side| matches!(side.first(), Some(b'S' | b'W')));
        tags.push(Block::Exif, name, &format!("{}{degrees:.9}", if negative { "-" } else { "" }));
        // the last part that holds something
        let step = real().rfind(|(part, unit)| part.num > 0 || *unit == 1.0);
        let metres = step.map(|(part, unit)| METRES_A_DEGREE / unit / f64::from(part.denom));
        finest = finest.into_iter().chain(metres).reduce(f64::min);
    }
    for (tag, name) in AROUND_POSITIONS {
        if let Some(value) = rational(exif, tag).filter(|value| value.denom > 0) {
            tags.push(Block::Exif, name, &value.to_f64().to_string());
        }
    }
    if let Some(fix) = fix_time(exif) {
        tags.push(Block::Exif, "GPSDateTime", &fix);
    }
    let error = rational(exif, Tag::GPSHPositioningError).filter(|error| error.denom > 0 && error.num > 0);
    finest.map(|finest| error.map_or(finest, |error| finest.max(error.to_f64())))
}

/// Date and time of the fix, UTC.
fn fix_time(exif: &Exif) -> Option<String> {
    let date = words(exif, Tag::GPSDateStamp)?;
    let Value::Rational(time) = &field(exif, Tag::GPSTimeStamp)?.value else { return None };
    let part =
        |index: usize| time.get(index).filter(|part| part.denom > 0).map(|part| (part.to_f64().floor() as i64).clamp(0, 99));
    Some(format!("{date} {:02}:{:02}:{:02}", part(0)?, part(1)?, part(2)?))
}

/// Degrees of a coordinate in XMP, `47,24.1234N` or `47,24,7N`, or as decimal number; south and west are negative.
pub fn degrees(value: &str) -> Option<f64> {
    let (number, sign) = match value.char_indices().last()? {
        (at, 'N' | 'E' | 'n' | 'e') => (&value[..at], 1.0),
        (at, 'S' | 'W' | 's' | 'w') => (&value[..at], -1.0),
        _ => (value, 1.0),
    };
    let parts: Vec<f64> = number.split(',').map(|part| part.trim().parse().ok()).collect::<Option<_>>()?;
    let degrees = match parts[..] {
        [degrees] => degrees,
        [degrees, minutes] => degrees + minutes / 60.0,
        [degrees, minutes, seconds] => degrees + minutes / 60.0 + seconds / 3600.0,
        _ => return None,
    };
    degrees.is_finite().then_some(degrees * sign)
}

/// How finely a coordinate in XMP is written, in m along a meridian.
pub fn resolution_m(value: &str) -> Option<f64> {
    degrees(value)?;
    let number = value.trim_end_matches(|char: char| char.is_ascii_alphabetic());
    let parts = number.split(',').count();
    let decimals = number.rsplit(',').next()?.split_once('.').map_or(0, |(_, digits)| digits.len().min(9));
    let unit = [1.0, 60.0, 3600.0].get(parts.checked_sub(1)?)?;
    Some(METRES_A_DEGREE / unit / 10_f64.powi(decimals as i32))
}

/// Metres of a degree along a meridian.
pub const METRES_A_DEGREE: f64 = 111_320.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_read_in_every_form() {
        assert_eq!(degrees("8,30W"), Some(-8.5));
        assert_eq!(degrees("8,30,36E"), Some(8.51));
        assert_eq!(degrees("-8.5"), Some(-8.5));
        for wrong in ["8,x", "", "N", "1,2,3,4N", "inf"] {
            assert_eq!(degrees(wrong), None, "{wrong}");
        }
        assert_eq!(resolution_m("8,30W").map(f64::round), Some(1855.0));
        assert_eq!(resolution_m("north"), None);
    }
}
