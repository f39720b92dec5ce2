//! IPTC fields (Information Interchange Model 4.2): data sets of record 2, in Latin-1 or, where 1:90 says so, in UTF-8.

use super::tags::{Block, Tags};

/// Data sets looked at; real files have a few dozen.
const SETS_MAX: usize = 4096;
/// Bytes looked at of a value.
const VALUE_BYTES_MAX: usize = 8 << 10;
/// 1:90 of UTF-8.
const UTF_8: &[u8] = b"\x1b%G";

/// Names of data sets of record 2.
const NAMES: [(u8, &str); 50] = [
    (3, "ObjectTypeReference"),
    (5, "ObjectName"),
    (7, "EditStatus"),
    (10, "Urgency"),
    (12, "SubjectReference"),
    (15, "Category"),
    (20, "SupplementalCategories"),
    (22, "FixtureIdentifier"),
    (25, "Keywords"),
    (26, "ContentLocationCode"),
    (27, "ContentLocationName"),
    (30, "ReleaseDate"),
    (35, "ReleaseTime"),
    (37, "ExpirationDate"),
    (38, "ExpirationTime"),
    (40, "SpecialInstructions"),
    (47, "ReferenceDate"),
    (55, "DateCreated"),
    (60, "TimeCreated"),
    (62, "DigitalCreationDate"),
    (63, "DigitalCreationTime"),
    (65, "OriginatingProgram"),
    (70, "ProgramVersion"),
    (75, "ObjectCycle"),
    (80, "By-line"),
    (85, "By-lineTitle"),
    (90, "City"),
    (92, "Sub-location"),
    (95, "Province-State"),
    (100, "Country-PrimaryLocationCode"),
    (101, "Country-PrimaryLocationName"),
    (103, "OriginalTransmissionReference"),
    (105, "Headline"),
    (110, "Credit"),
    (115, "Source"),
    (116, "CopyrightNotice"),
    (118, "Contact"),
    (120, "Caption-Abstract"),
    (121, "LocalCaption"),
    (122, "Writer-Editor"),
    (130, "ImageType"),
    (135, "LanguageIdentifier"),
    (184, "JobID"),
    (185, "MasterDocumentID"),
    (186, "ShortDocumentID"),
    (187, "UniqueDocumentID"),
    (188, "OwnerID"),
    (230, "DocumentNotes"),
    (231, "DocumentHistory"),
    (232, "ExifCameraInfo"),
];

/// What was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Read {
    /// Data sets of record 2.
    pub fields: u32,
    /// It breaks off or has something else in it.
    pub damaged: bool,
}

/// Reads data sets into `tags`.
pub fn read(mut bytes: &[u8], tags: &mut Tags) -> Read {
    let (mut read, mut is_utf_8) = (Read::default(), false);
    for _ in 0..SETS_MAX {
        let Some((record, set, value, rest)) = data_set(bytes) else {
            // padding at the end is common
            read.damaged = bytes.iter().any(|&byte| byte != 0);
            return read;
        };
        bytes = rest;
        match (record, set) {
            (1, 90) => is_utf_8 = value == UTF_8,
            (2, 0) => {}
            (2, set) => {
                read.fields += 1;
                let known = NAMES.iter().find(|(number, _)| *number == set).map(|(_, name)| (*name).to_owned());
                let name = known.unwrap_or_else(|| format!("2:{set:02}"));
                tags.push(Block::Iptc, &name, &text(&value[..value.len().min(VALUE_BYTES_MAX)], is_utf_8));
            }
            _ => {}
        }
    }
    read.damaged = true;
    read
}

/// Record, number and value of the first data set, and what follows.
fn data_set(bytes: &[u8]) -> Option<(u8, u8, &[u8], &[u8])> {
    let &[0x1c, record, set, high, low, ref rest @ ..] = bytes else { return None };
    let length = u16::from_be_bytes([high, low]);
    // bit 15: so many bytes of length follow
    let (length, rest) = match length & 0x8000 {
        0 => (u64::from(length), rest),
        _ => {
            let (digits, rest) = rest.split_at_checked(usize::from(length & 0x7fff))?;
            if digits.len() > 4 {
                return None;
            }
            (digits.iter().fold(0, |length, &digit| length << 8 | u64::from(digit)), rest)
        }
    };
    let (value, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    Some((record, set, value, rest))
}

/// Writers forget to say that they write UTF-8: what is valid UTF-8 beyond ASCII is hardly ever Latin-1.
fn text(value: &[u8], is_utf_8: bool) -> String {
    match std::str::from_utf8(value) {
        Ok(text) => text.to_owned(),
        Err(_) if is_utf_8 => String::from_utf8_lossy(value).into_owned(),
        Err(_) => value.iter().map(|&byte| char::from(byte)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn set(record: u8, number: u8, value: &[u8]) -> Vec<u8> {
        [&[0x1c, record, number][..], &(value.len() as u16).to_be_bytes(), value].concat()
    }

    #[test]
    fn fields_in_both_codings() {
        let mut bytes = [set(2, 0, &[0, 4]), set(2, 80, b"Zo\xeb"), set(2, 25, b"sea"), set(2, 25, b"sun")].concat();
        let mut tags = Tags::default();
        assert_eq!(read(&bytes, &mut tags), Read { fields: 3, damaged: false });
        assert_eq!(tags.first(Block::Iptc, "By-line"), Some("Zoë"));
        assert_eq!(tags.values(Block::Iptc, "Keywords").collect::<Vec<_>>(), ["sea", "sun"]);

        bytes = [set(1, 90, UTF_8), set(2, 80, "Zoë 写".as_bytes()), vec![0, 0]].concat();
        let mut tags = Tags::default();
        assert_eq!(read(&bytes, &mut tags), Read { fields: 1, damaged: false });
        assert_eq!(tags.first(Block::Iptc, "By-line"), Some("Zoë 写"));
    }

    #[test]
    fn long_values_have_a_longer_length_and_cuts_are_noticed() {
        let mut bytes = b"\x1c\x02\x78\x80\x04\0\0\x01\0".to_vec();
        bytes.extend([b'a'; 256]);
        let mut tags = Tags::default();
        assert_eq!(read(&bytes, &mut tags), Read { fields: 1, damaged: false });
        assert_eq!(tags.first(Block::Iptc, "Caption-Abstract").unwrap().len(), 256);
        for cut in 1..bytes.len() {
            assert_eq!(read(&bytes[..cut], &mut Tags::default()), Read { fields: 0, damaged: true });
        }
        assert!(read(b"\x1c\x02\x78\xff\xff", &mut Tags::default()).damaged);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn sets_of_anything(
            sets in prop::collection::vec((1u8..4, any::<u8>(), prop::collection::vec(any::<u8>(), 0..30)), 0..20),
            cut in any::<prop::sample::Index>(),
        ) {
            let bytes: Vec<u8> = sets.iter().flat_map(|(record, number, value)| set(*record, *number, value)).collect();
            prop_assert!(!read(&bytes, &mut Tags::default()).damaged);
            read(&bytes[..cut.index(bytes.len() + 1)], &mut Tags::default());
            read(&bytes.iter().map(|byte| byte ^ 0x1c).collect::<Vec<_>>(), &mut Tags::default());
        }
    }
}
