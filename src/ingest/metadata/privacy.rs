//! What the fields give away, masked.

use super::facts::{LIST_MAX, Position, Privacy};
use super::fields::Meaning;
use super::gps::resolution_m;
use super::mask::{self, Shape};
use super::tags::{Block, Tag, Tags};

/// What says where or when a position was taken, or which way the camera looked.
const POSITIONAL: [Meaning; 4] = [Meaning::Position, Meaning::Altitude, Meaning::Direction, Meaning::GpsTime];

/// What of privacy stands in the fields.
pub fn read(tags: &Tags, resolution_m: Option<f64>) -> Privacy {
    let position = position(tags, resolution_m);
    Privacy {
        gps_position: position.is_some(),
        position,
        device_ids: device_ids(tags),
        names: lengths(tags, &[Meaning::Creator, Meaning::Name, Meaning::Person]),
        people: lengths(tags, &[Meaning::Person]),
        face_regions: face_regions(tags),
        gps_fields: gps_fields(tags),
        places: lengths(tags, &[Meaning::Place]),
        captions: lengths(tags, &[Meaning::Caption]),
        contacts: contacts(tags),
        paths: paths(tags),
        paths_name_user: tags.iter().any(|tag| mask::names_user(&tag.value)),
        ..Privacy::default()
    }
}

/// A field's name for people: bare in EXIF, with its block elsewhere, without the structures around it.
pub fn label(tag: &Tag) -> String {
    let name = tag.name.rsplit('/').next().unwrap_or(&tag.name);
    match tag.block {
        Block::Iptc => format!("IPTC {name}"),
        Block::Xmp => format!("XMP {name}"),
        Block::PngText => format!("PNG {name}"),
        _ => name.to_owned(),
    }
}

/// Each field once, with the length of its value, or the number of its values and the length of all.
fn lengths(tags: &Tags, wanted: &[Meaning]) -> Vec<String> {
    let mut fields: Vec<(String, Vec<&str>)> = Vec::new();
    let is_position = |tag: &&Tag| !tag.is_any(&[Meaning::Position, Meaning::Altitude]) || wanted.contains(&Meaning::Position);
    for tag in tags.iter().filter(|tag| tag.is_any(wanted)).filter(is_position) {
        let label = label(tag);
        if let Some((_, values)) = fields.iter_mut().find(|(seen, _)| *seen == label) {
            values.push(&tag.value);
        } else if fields.len() < LIST_MAX {
            fields.push((label, vec![&tag.value]));
        }
    }
    let words = |(label, values): (String, Vec<&str>)| match values[..] {
        [value] => mask::length(&label, value),
        _ => {
            let characters: usize = values.iter().map(|value| value.chars().count()).sum();
            format!("{label} ({} entries, {characters} characters)", values.len())
        }
    };
    fields.into_iter().map(words).collect()
}

fn device_ids(tags: &Tags) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for tag in tags.iter().filter(|tag| tag.is_any(&[Meaning::DeviceId])) {
        // zeroes and dashes are what firmware writes where it has no number
        if tag.value.chars().all(|char| matches!(char, '0' | '-' | ' ')) {
            continue;
        }
        let masked = mask::id(&label(tag), &tag.value);
        if ids.len() < LIST_MAX && !ids.contains(&masked) {
            ids.push(masked);
        }
    }
    ids
}

/// Fields for contact details, then others in which such a shape stands.
fn contacts(tags: &Tags) -> Vec<String> {
    let mut found = lengths(tags, &[Meaning::Contact]);
    for tag in tags.iter().filter(|tag| !tag.is_any(&[Meaning::Contact])) {
        let mut shapes: Vec<Shape> = mask::contacts(&tag.value).into_iter().map(|(shape, _)| shape).collect();
        shapes.sort_unstable();
        shapes.dedup();
        for shape in shapes {
            let words = format!("{} in {}", shape.words(), label(tag));
            if found.len() < LIST_MAX && !found.contains(&words) {
                found.push(words);
            }
        }
    }
    found
}

fn paths(tags: &Tags) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for tag in tags.iter().filter(|tag| mask::is_path(&tag.value)) {
        let words = mask::length(&label(tag), &tag.value);
        if found.len() < LIST_MAX && !found.contains(&words) {
            found.push(words);
        }
    }
    found
}

/// Regions that have a name or say that they are a face.
fn face_regions(tags: &Tags) -> u32 {
    let count = |name: &str, wanted: &dyn Fn(&str) -> bool| tags.values(Block::Xmp, name).filter(|value| wanted(value)).count();
    let faces = count("mwg-rs:Regions/mwg-rs:RegionList/mwg-rs:Type", &|value| value.eq_ignore_ascii_case("face"));
    let named = count("mwg-rs:Regions/mwg-rs:RegionList/mwg-rs:Name", &|_| true);
    let microsoft = count("MP:RegionInfo/MPRI:Regions/MPReg:Rectangle", &|_| true);
    faces.max(named).max(microsoft) as u32
}

/// Names alone: a field with a direction is told even where no coordinate is.
fn gps_fields(tags: &Tags) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for tag in tags.iter().filter(|tag| tag.is_any(&POSITIONAL)) {
        let name = label(tag);
        if found.len() < LIST_MAX && !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

fn position(tags: &Tags, exif_resolution_m: Option<f64>) -> Option<Position> {
    let mut blocks: Vec<Block> = tags.iter().filter(|tag| tag.is_any(&[Meaning::Position])).map(|tag| tag.block).collect();
    blocks.sort_unstable();
    blocks.dedup();
    if blocks.is_empty() {
        return None;
    }
    let any = |meaning| tags.iter().any(|tag| tag.is_any(&[meaning]));
    let xmp = tags.iter().filter(|tag| tag.block == Block::Xmp && tag.is_any(&[Meaning::Position]));
    let finest = xmp.filter_map(|tag| resolution_m(&tag.value)).chain(exif_resolution_m).reduce(f64::min);
    Some(Position {
        blocks,
        resolution_m: finest.map(one_digit),
        altitude: any(Meaning::Altitude),
        direction: any(Meaning::Direction),
        time: any(Meaning::GpsTime),
    })
}

/// Rounded up to one digit, at least a centimetre: it says how well somebody can be found, no more.
fn one_digit(metres: f64) -> f64 {
    let metres = metres.clamp(0.01, 1e6);
    let scale = 10_f64.powi(metres.log10().floor() as i32);
    let rounded = (metres / scale - 1e-9).ceil() * scale;
    (rounded * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_is_masked_and_named() {
        use Block::{Exif, Iptc, Xmp};
        let privacy = read(
            &Tags::of(&[
                (Exif, "BodySerialNumber", "300184471"),
                (Xmp, "aux:SerialNumber", "300184471"),
                (Xmp, "aux:LensSerialNumber", "0000000000"),
                (Iptc, "By-line", "Jane Exposed"),
                (Xmp, "Iptc4xmpExt:PersonInImage", "Ann"),
                (Xmp, "Iptc4xmpExt:PersonInImage", "Bob"),
                (Xmp, "mwg-rs:Regions/mwg-rs:RegionList/mwg-rs:Type", "Face"),
                (Xmp, "Iptc4xmpCore:CreatorContactInfo/Iptc4xmpCore:CiEmailWork", "a@b.example"),
                (Exif, "UserComment", "call +41 79 123 45 67 or a@b.example"),
                (Iptc, "City", "Bern"),
                (Xmp, "photoshop:DocumentAncestors", r"C:\Users\jane\secret.psd"),
            ]),
            None,
        );
        assert_eq!(privacy.device_ids, ["BodySerialNumber …4471", "XMP aux:SerialNumber …4471"]);
        assert_eq!(privacy.names, ["IPTC By-line (12 characters)", "XMP Iptc4xmpExt:PersonInImage (2 entries, 6 characters)"]);
        assert_eq!(privacy.people, ["XMP Iptc4xmpExt:PersonInImage (2 entries, 6 characters)"]);
        assert_eq!((privacy.face_regions, privacy.places.len()), (1, 1));
        let contacts = [
            "XMP Iptc4xmpCore:CiEmailWork (11 characters)",
            "a mail address in UserComment",
            "a telephone number in UserComment",
        ];
        assert_eq!(privacy.contacts, contacts);
        assert_eq!(privacy.paths, ["XMP photoshop:DocumentAncestors (24 characters)"]);
        assert!(privacy.paths_name_user && !privacy.gps_position);
        let all = format!("{privacy:?}");
        for value in ["Jane", "Ann", "Bob", "Bern", "30018", "a@b", "+41", "secret"] {
            assert!(!all.contains(value), "{value} leaks: {all}");
        }
    }

    #[test]
    fn a_position_is_told_by_what_is_there_and_how_fine_it_is() {
        let gps = |value| read(&Tags::of(&[(Block::Xmp, "exif:GPSLatitude", value)]), None).position.unwrap();
        assert_eq!(gps("47,24.1234N").resolution_m, Some(0.2));
        assert_eq!(gps("47,24,7N").resolution_m, Some(40.0));
        assert_eq!(gps("47.4").resolution_m, Some(20_000.0));
        assert_eq!(gps("nowhere").resolution_m, None);
        let both = read(
            &Tags::of(&[
                (Block::Exif, "GPSLatitude", "47.4"),
                (Block::Xmp, "exif:GPSLongitude", "8,32E"),
                (Block::Exif, "GPSAltitude", "400"),
            ]),
            Some(12.0),
        );
        let position = both.position.unwrap();
        assert_eq!((position.blocks, position.altitude, position.time), (vec![Block::Exif, Block::Xmp], true, false));
        assert_eq!(position.resolution_m, Some(20.0));
        let direction = read(&Tags::of(&[(Block::Exif, "GPSImgDirection", "211"), (Block::Xmp, "exif:GPSAltitude", "5")]), None);
        assert_eq!((direction.position, direction.gps_position), (None, false));
        assert_eq!(direction.gps_fields, ["GPSImgDirection", "XMP exif:GPSAltitude"]);
        let drone = read(&Tags::of(&[(Block::Xmp, "drone-dji:GpsLatitude", "+46.94809")]), None);
        assert_eq!((drone.gps_position, drone.position.and_then(|position| position.resolution_m)), (true, Some(2.0)));
    }

    #[test]
    fn lists_end() {
        let mut many = Tags::default();
        (0..100).for_each(|index| many.push(Block::Xmp, "aux:SerialNumber", &format!("12345678{index:03}")));
        (0..100)
            .for_each(|index| many.push(Block::Xmp, &format!("Iptc4xmpCore:CreatorContactInfo/x:{index}"), "somebody@a.example"));
        let privacy = read(&many, None);
        assert_eq!((privacy.device_ids.len(), privacy.contacts.len(), privacy.longest()), (LIST_MAX, LIST_MAX, LIST_MAX));
    }
}
