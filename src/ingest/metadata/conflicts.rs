//! The same meaning in several blocks with different values (Metadata Working Group, 2010): what each says is shown where it
//! names nobody and no place, and told by its length elsewhere.

use super::dates::{self, Moment};
use super::facts::{Conflict, Said};
use super::gps::degrees;
use super::mask;
use super::tags::{
    Block::{self, Exif, Iptc, Xmp},
    Tags,
};
use super::text;

/// How values are compared.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// One text; of language alternatives the first.
    Text,
    /// Several entries in any order; EXIF divides them by semicolons.
    Set,
    /// Whole numbers.
    Number,
    /// Degrees, alike within about a hundred metres.
    Degrees,
}

/// A meaning and where it stands. IPTC cuts a value at so many bytes; 0: it has no such field.
struct Same {
    field: &'static str,
    kind: Kind,
    places: &'static [(Block, &'static str)],
    iptc_bytes: usize,
}

const fn same(field: &'static str, kind: Kind, places: &'static [(Block, &'static str)], iptc_bytes: usize) -> Same {
    Same { field, kind, places, iptc_bytes }
}

const SAME: [Same; 18] = [
    same("creator", Kind::Set, &[(Exif, "Artist"), (Iptc, "By-line"), (Xmp, "dc:creator")], 32),
    same("copyright", Kind::Text, &[(Exif, "Copyright"), (Iptc, "CopyrightNotice"), (Xmp, "dc:rights")], 128),
    same("description", Kind::Text, &[(Exif, "ImageDescription"), (Iptc, "Caption-Abstract"), (Xmp, "dc:description")], 2000),
    same("title", Kind::Text, &[(Iptc, "ObjectName"), (Xmp, "dc:title")], 64),
    same("headline", Kind::Text, &[(Iptc, "Headline"), (Xmp, "photoshop:Headline")], 256),
    same("keywords", Kind::Set, &[(Iptc, "Keywords"), (Xmp, "dc:subject")], 64),
    same("credit", Kind::Text, &[(Iptc, "Credit"), (Xmp, "photoshop:Credit")], 32),
    same("source", Kind::Text, &[(Iptc, "Source"), (Xmp, "photoshop:Source")], 32),
    same("instructions", Kind::Text, &[(Iptc, "SpecialInstructions"), (Xmp, "photoshop:Instructions")], 256),
    same("city", Kind::Text, &[(Iptc, "City"), (Xmp, "photoshop:City")], 32),
    same("state", Kind::Text, &[(Iptc, "Province-State"), (Xmp, "photoshop:State")], 32),
    same("country", Kind::Text, &[(Iptc, "Country-PrimaryLocationName"), (Xmp, "photoshop:Country")], 64),
    same("camera maker", Kind::Text, &[(Exif, "Make"), (Xmp, "tiff:Make")], 0),
    same("camera model", Kind::Text, &[(Exif, "Model"), (Xmp, "tiff:Model")], 0),
    same("serial number", Kind::Text, &[(Exif, "BodySerialNumber"), (Xmp, "aux:SerialNumber")], 0),
    same("orientation", Kind::Number, &[(Exif, "Orientation"), (Xmp, "tiff:Orientation")], 0),
    same("latitude", Kind::Degrees, &[(Exif, "GPSLatitude"), (Xmp, "exif:GPSLatitude")], 0),
    same("longitude", Kind::Degrees, &[(Exif, "GPSLongitude"), (Xmp, "exif:GPSLongitude")], 0),
];

/// Fields whose values name nobody and no place but who claims the rights.
const SHOWN: [&str; 6] = ["copyright", "credit", "source", "camera maker", "camera model", "orientation"];

/// What differs.
pub fn read(tags: &Tags) -> Vec<Conflict> {
    let texts = SAME.iter().filter_map(|same| {
        let said: Vec<(Block, Vec<String>)> = same
            .places
            .iter()
            .map(|&(block, name)| (block, entries(tags, block, name, same.kind)))
            .filter(|(_, entries)| !entries.is_empty())
            .collect();
        let differ = said.iter().enumerate().any(|(at, a)| said[..at].iter().any(|b| !alike(a, b, same)));
        differ.then(|| conflict(same.field, said.iter().map(|(block, entries)| (*block, told(same, entries)))))
    });
    texts.chain(taken(tags)).collect()
}

fn conflict(field: &str, said: impl Iterator<Item = (Block, String)>) -> Conflict {
    let values: Vec<Said> = said.map(|(block, value)| Said { block, value }).collect();
    Conflict { field: field.to_owned(), blocks: values.iter().map(|said| said.block).collect(), values }
}

/// A value fit for a report.
fn told(same: &Same, entries: &[String]) -> String {
    let whole = entries.join("; ");
    match same.kind {
        Kind::Degrees => "a coordinate".to_owned(),
        _ if SHOWN.contains(&same.field) => text::clean(&mask::without_contacts(&whole)).unwrap_or_default(),
        _ if same.field == "serial number" => mask::end(&whole),
        _ => mask::characters(&whole),
    }
}

fn entries(tags: &Tags, block: Block, name: &str, kind: Kind) -> Vec<String> {
    match kind {
        Kind::Set => {
            let split = |value: &str| value.split(';').map(|part| part.trim().to_owned()).collect::<Vec<_>>();
            let mut entries: Vec<String> = tags.values(block, name).flat_map(split).filter(|part| !part.is_empty()).collect();
            entries.sort_unstable();
            entries.dedup();
            entries
        }
        _ => tags.first(block, name).map(str::to_owned).into_iter().collect(),
    }
}

fn alike(a: &(Block, Vec<String>), b: &(Block, Vec<String>), same: &Same) -> bool {
    let cut = |(block, entries): &(Block, Vec<String>)| match block {
        Iptc => entries.clone(),
        // as IPTC would have cut them
        _ if a.0 == Iptc || b.0 == Iptc => {
            let mut cut: Vec<String> =
                entries.iter().map(|text| text[..text.floor_char_boundary(same.iptc_bytes)].trim_end().to_owned()).collect();
            cut.sort_unstable();
            cut
        }
        _ => entries.clone(),
    };
    let (mine, theirs) = (cut(a), cut(b));
    let number = |entries: &[String]| entries.first().and_then(|text| text.parse::<f64>().ok());
    let place = |entries: &[String]| entries.first().and_then(|text| degrees(text));
    match same.kind {
        // a longer IPTC value than the standard allows is common too
        Kind::Text | Kind::Set => mine == theirs || a.1 == b.1,
        Kind::Number => number(&mine).zip(number(&theirs)).is_none_or(|(a, b)| (a - b).abs() < 0.5),
        Kind::Degrees => place(&mine).zip(place(&theirs)).is_none_or(|(a, b)| (a - b).abs() < 0.001),
    }
}

/// The date the picture was taken.
fn taken(tags: &Tags) -> Option<Conflict> {
    let first = |block, names: &[&str]| names.iter().find_map(|name| tags.values(block, name).find_map(Moment::parse));
    let said: Vec<(Block, Moment)> = [
        (Exif, first(Exif, &["DateTimeOriginal"])),
        (Iptc, dates::iptc(tags, "DateCreated", "TimeCreated")),
        (Xmp, first(Xmp, &["exif:DateTimeOriginal", "photoshop:DateCreated"])),
    ]
    .into_iter()
    .filter_map(|(block, moment)| Some((block, moment?)))
    .collect();
    let differ = said.iter().enumerate().any(|(at, (_, a))| said[..at].iter().any(|(_, b)| !a.agrees(*b)));
    differ.then(|| conflict("date taken", said.iter().map(|(block, moment)| (*block, dates::with_offset(*moment)))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conflicts(fields: &[(Block, &str, &str)]) -> Vec<String> {
        let mut tags = Tags::default();
        fields.iter().for_each(|(block, name, value)| tags.push(*block, name, value));
        read(&tags).into_iter().map(|conflict| conflict.field).collect()
    }

    #[test]
    fn equal_values_in_the_manner_of_each_block_are_no_conflict() {
        let long = "A name of more than thirty-two bytes in all";
        let none = conflicts(&[
            (Exif, "Artist", "Q; Jane"),
            (Xmp, "dc:creator", "Jane"),
            (Xmp, "dc:creator", "Q"),
            (Iptc, "Credit", &long[..32]),
            (Xmp, "photoshop:Credit", long),
            (Iptc, "City", "Bern"),
            (Exif, "GPSLatitude", "47.402056667"),
            (Xmp, "exif:GPSLatitude", "47,24.1234N"),
            (Exif, "DateTimeOriginal", "2026:11:20 14:03:11"),
            (Xmp, "photoshop:DateCreated", "2026-11-20"),
            (Iptc, "DateCreated", "20261120"),
            (Xmp, "dc:description", "first"),
            (Xmp, "dc:description", "autre"),
            (Exif, "ImageDescription", "first"),
        ]);
        assert_eq!(none, Vec::<String>::new());
    }

    #[test]
    fn differences_are_named_with_their_blocks() {
        let found = conflicts(&[
            (Exif, "Artist", "Jane"),
            (Iptc, "By-line", "Jane"),
            (Xmp, "dc:creator", "Ann"),
            (Iptc, "Keywords", "sea"),
            (Xmp, "dc:subject", "sea"),
            (Xmp, "dc:subject", "sun"),
            (Exif, "Orientation", "6"),
            (Xmp, "tiff:Orientation", "1"),
            (Exif, "GPSLongitude", "8.5"),
            (Xmp, "exif:GPSLongitude", "8,30W"),
            (Exif, "DateTimeOriginal", "2026:11:20 14:03:11"),
            (Xmp, "exif:DateTimeOriginal", "2026-11-20T14:03:12"),
        ]);
        assert_eq!(found, ["creator", "keywords", "orientation", "longitude", "date taken"]);
    }

    #[test]
    fn each_block_is_quoted_and_people_and_places_are_not() {
        let mut tags = Tags::default();
        for (block, name, value) in [
            (Exif, "Copyright", "(c) Robin, robin@sample.example"),
            (Xmp, "dc:rights", "(c) Alex"),
            (Exif, "Artist", "Robin"),
            (Xmp, "dc:creator", "Alexandra"),
            (Exif, "BodySerialNumber", "300184471"),
            (Xmp, "aux:SerialNumber", "300184472"),
            (Iptc, "City", "Bern"),
            (Xmp, "photoshop:City", "Biel"),
            (Exif, "GPSLatitude", "46.9"),
            (Xmp, "exif:GPSLatitude", "47.9"),
            (Exif, "DateTimeOriginal", "2026:11:20 14:03:11"),
            (Xmp, "exif:DateTimeOriginal", "2026-11-20T14:03:12+01:00"),
        ] {
            tags.push(block, name, value);
        }
        let said = |conflict: &Conflict| {
            let values: Vec<&str> = conflict.values.iter().map(|said| said.value.as_str()).collect();
            format!("{}: {}", conflict.field, values.join(" | "))
        };
        let found: Vec<String> = read(&tags).iter().map(said).collect();
        let expected = [
            "creator: 5 characters | 9 characters",
            "copyright: (c) Robin, […] | (c) Alex",
            "city: 4 characters | 4 characters",
            "serial number: …4471 | …4472",
            "latitude: a coordinate | a coordinate",
            "date taken: 2026-11-20 14:03:11 | 2026-11-20 14:03:12 +01:00",
        ];
        assert_eq!(found, expected);
    }
}
