//! What the camera wrote down as XMP repeats it: programs that export without EXIF keep it there.

use exif::Rational;

use super::dates::Moment;
use super::exif::{number, seconds};
use super::tags::{Block, Tags};
use super::{Capture, text};

/// Fills what EXIF did not say.
pub fn complete(capture: &mut Capture, tags: &Tags) {
    let said = |names: &[&str]| names.iter().find_map(|name| tags.first(Block::Xmp, name));
    let words = |names: &[&str]| said(names).and_then(text::clean);
    let real = |name| said(&[name]).and_then(ratio).and_then(number);
    let whole = |names: &[&str]| said(names)?.parse::<u32>().ok().filter(|&number| number > 0);
    fill(&mut capture.make, || words(&["tiff:Make"]));
    fill(&mut capture.model, || words(&["tiff:Model"]));
    fill(&mut capture.lens, || words(&["exifEX:LensModel", "aux:Lens"]));
    fill(&mut capture.exposure_time, || said(&["exif:ExposureTime"]).and_then(ratio).and_then(seconds));
    fill(&mut capture.f_number, || real("exif:FNumber"));
    fill(&mut capture.iso, || whole(&["exifEX:PhotographicSensitivity", "exif:ISOSpeedRatings"]));
    fill(&mut capture.focal_length_mm, || real("exif:FocalLength"));
    fill(&mut capture.focal_length_35mm, || whole(&["exif:FocalLengthIn35mmFilm"]));
    fill(&mut capture.flash_fired, || match said(&["exif:Flash/exif:Fired"])? {
        "True" | "true" => Some(true),
        "False" | "false" => Some(false),
        _ => None,
    });
    let taken = || said(&["exif:DateTimeOriginal"]).and_then(Moment::parse).filter(|moment| moment.seconds().is_some());
    fill(&mut capture.taken_at, || taken().map(Moment::words));
}

fn fill<T>(place: &mut Option<T>, other: impl FnOnce() -> Option<T>) {
    if place.is_none() {
        *place = other();
    }
}

/// `1/250`, `28/10`, `50`.
fn ratio(value: &str) -> Option<Rational> {
    let (num, denom) = value.split_once('/').unwrap_or((value, "1"));
    Some(Rational { num: num.trim().parse().ok()?, denom: denom.trim().parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exif_goes_before_xmp_and_xmp_before_nothing() {
        let mut tags = Tags::default();
        for (name, value) in [
            ("tiff:Make", "Examplar"),
            ("tiff:Model", "E5"),
            ("aux:Lens", "50mm f/1.8"),
            ("exif:ExposureTime", "10/2500"),
            ("exif:FNumber", "28/10"),
            ("exif:ISOSpeedRatings", "400"),
            ("exif:FocalLength", "50/1"),
            ("exif:FocalLengthIn35mmFilm", "75"),
            ("exif:Flash/exif:Fired", "True"),
            ("exif:DateTimeOriginal", "2026-05-04T09:41:07+02:00"),
        ] {
            tags.push(Block::Xmp, name, value);
        }
        let mut capture = Capture { model: Some("E5 Mark II".into()), ..Capture::default() };
        complete(&mut capture, &tags);
        let expected = Capture {
            make: Some("Examplar".into()),
            model: Some("E5 Mark II".into()),
            lens: Some("50mm f/1.8".into()),
            exposure_time: Some("1/250".into()),
            f_number: Some(2.8),
            iso: Some(400),
            focal_length_mm: Some(50.0),
            focal_length_35mm: Some(75),
            flash_fired: Some(true),
            taken_at: Some("2026-05-04 09:41:07".into()),
            software: None,
        };
        assert_eq!(capture, expected);
        assert!(ratio("1/x").is_none() && ratio("").is_none());
    }
}
