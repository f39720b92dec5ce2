//! What stands behind a picture's end: further pictures, films, archives. Told by its first bytes, not believed.

use std::borrow::Cow;

use crate::ingest::metadata::embedded::PICTURES_MAX;
use crate::ingest::metadata::{Embedded, Extra, ExtraKind, Place};
use crate::ingest::{IngestError, Limits};

use super::jpeg;

/// What a file's index says of a further picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Declared {
    /// Where in the file it begins.
    pub at: usize,
    /// Whether it is a map of distances.
    pub is_depth: bool,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Behind<'a> {
    pub extras: Vec<Extra>,
    pub pictures: Vec<Embedded<'a>>,
}

/// Words in the first part of a picture by which it calls itself a map: of brightness, of distances.
const GAIN_MAPS: [&[u8]; 4] = [b"hdrgm:Version", b"HDRGainMapVersion", b"aux:hdrgainmap", b"urn:iso:std:iso:ts:21496"];
const DEPTH_MAPS: [&[u8]; 3] = [b"aux:disparity", b"aux:depth", b"aux:portraiteffectsmatte"];
/// Bytes searched for those words.
const HEAD_BYTES: usize = 64 << 10;
/// Bytes searched for a film among a phone's own data.
const SEARCH_BYTES: usize = 1 << 20;
/// Least bytes of anything that is told apart; less is padding.
const LEAST_BYTES: usize = 16;

/// Looks at the bytes of `file` from `from` on. `declared` is what an index says of them.
pub fn read<'a>(file: &'a [u8], from: usize, declared: &[Declared], limits: &Limits) -> Behind<'a> {
    let (mut behind, mut at) = (Behind::default(), from.min(file.len()));
    while behind.extras.len() < PICTURES_MAX {
        let rest = file.get(at..).unwrap_or_default();
        let padding = rest.iter().position(|&byte| byte != 0).unwrap_or(rest.len());
        if padding == rest.len() {
            // a few bytes are left by many programs and mean nothing
            if padding >= LEAST_BYTES {
                behind.extras.push(Extra { kind: ExtraKind::Padding, bytes: padding as u64 });
            }
            return behind;
        }
        // a length field of a film may begin with zeroes
        let (start, rest) = match is_film(rest) {
            true => (at, rest),
            false => (at + padding, &rest[padding..]),
        };
        let (kind, length) = first(rest, declared.iter().find(|picture| picture.at == start), limits);
        if kind == ExtraKind::Picture {
            let is_listed = declared.iter().any(|picture| picture.at == start);
            let place = if is_listed { Place::MultiPicture } else { Place::AfterEnd };
            behind.pictures.push(Embedded::new(place, Cow::Borrowed(&rest[..length])));
        }
        behind.extras.push(Extra { kind, bytes: length as u64 });
        at = start + length.max(1);
    }
    behind
}

/// What stands first, and how long it is.
fn first(bytes: &[u8], declared: Option<&Declared>, limits: &Limits) -> (ExtraKind, usize) {
    if bytes.starts_with(&[0xff, 0xd8, 0xff])
        && let Ok(length) = picture_bytes(bytes, limits)
    {
        let head = &bytes[..length.min(HEAD_BYTES)];
        let says = |words: &[&[u8]]| words.iter().any(|word| find(head, word).is_some());
        let kind = match (says(&GAIN_MAPS), declared.is_some_and(|picture| picture.is_depth) || says(&DEPTH_MAPS)) {
            (true, _) => ExtraKind::GainMap,
            (_, true) => ExtraKind::DepthMap,
            _ => ExtraKind::Picture,
        };
        return (kind, length);
    }
    let all = bytes.len();
    if is_film(bytes) {
        return (ExtraKind::Video, all);
    }
    if [&b"PK\x03\x04"[..], b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"%PDF-", b"\x1f\x8b"]
        .iter()
        .any(|head| bytes.starts_with(head))
    {
        return (ExtraKind::Archive, all);
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WAVE") || bytes.starts_with(b"ID3") || bytes.starts_with(b"OggS")
    {
        return (ExtraKind::Audio, all);
    }
    // a film among other data: its length and kind stand four bytes before it
    let search = &bytes[..all.min(SEARCH_BYTES)];
    let film = find(search, b"ftyp").and_then(|at| at.checked_sub(4)).filter(|&at| at > 0 && is_film(&bytes[at..]));
    let is_vendor = all >= 4 && (bytes.ends_with(b"SEFT") || find(search, b"MotionPhoto_Data").is_some());
    match (film, is_vendor) {
        (Some(before), _) => (if is_vendor { ExtraKind::VendorData } else { ExtraKind::Unknown }, before),
        (None, true) => (ExtraKind::VendorData, all),
        (None, false) if all < LEAST_BYTES || bytes.iter().all(|byte| *byte == bytes[0]) => (ExtraKind::Padding, all),
        (None, false) => (ExtraKind::Unknown, all),
    }
}

/// Bytes of the JPEG that stands first.
fn picture_bytes(bytes: &[u8], limits: &Limits) -> Result<usize, IngestError> {
    let rest = jpeg::bytes_behind(bytes, limits)?;
    Ok(bytes.len().saturating_sub(rest))
}

/// An ISO base media file: the length of its first box, then `ftyp`.
fn is_film(bytes: &[u8]) -> bool {
    matches!(bytes.first_chunk::<8>(), Some([0, 0, 0, 8..=64, b'f', b't', b'y', b'p']))
}

/// Where a word stands first.
fn find(bytes: &[u8], word: &[u8]) -> Option<usize> {
    bytes.windows(word.len()).position(|window| window == word)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ingest::tests::jpeg;

    fn kinds(bytes: &[u8]) -> Vec<(ExtraKind, u64)> {
        read(bytes, 0, &[], &Limits::default()).extras.iter().map(|extra| (extra.kind, extra.bytes)).collect()
    }

    const FILM: &[u8] = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom....mdat";

    #[test]
    fn what_follows_is_told_piece_by_piece() {
        let picture = jpeg(24, 16, |_| {});
        let length = picture.len() as u64;
        assert_eq!(kinds(&[&picture, FILM].concat()), [(ExtraKind::Picture, length), (ExtraKind::Video, FILM.len() as u64)]);
        let padded = [&[0; 20][..], &picture, &[0; 3]].concat();
        assert_eq!(kinds(&padded), [(ExtraKind::Picture, length)]);
        let motion = [b"\0\0\x30\x0a\x10\0\0\0MotionPhoto_Data", FILM, b"SEFH....SEFT"].concat();
        assert_eq!(kinds(&motion)[0].0, ExtraKind::VendorData);
        assert_eq!(kinds(&motion)[1].0, ExtraKind::Video);
        assert_eq!(kinds(b"PK\x03\x04 and an archive"), [(ExtraKind::Archive, 19)]);
        assert_eq!(kinds(&[0; 500]), [(ExtraKind::Padding, 500)]);
        assert_eq!(kinds(b"\r\n"), [(ExtraKind::Padding, 2)]);
        assert_eq!(kinds(b"nobody knows what this is"), [(ExtraKind::Unknown, 25)]);
        assert_eq!(kinds(&[]), []);
    }

    #[test]
    fn maps_call_themselves_so_or_are_declared() {
        let plain = jpeg(24, 16, |_| {});
        let gain = [&plain[..2], b"\xff\xe1\0\x12 hdrgm:Version=1", &plain[2..]].concat();
        assert_eq!(kinds(&gain), [(ExtraKind::GainMap, gain.len() as u64)]);
        let declared = [Declared { at: 0, is_depth: true }];
        assert_eq!(read(&plain, 0, &declared, &Limits::default()).extras[0].kind, ExtraKind::DepthMap);
        let listed = read(&plain, 0, &[Declared { at: 0, is_depth: false }], &Limits::default());
        assert_eq!((listed.pictures[0].place, listed.pictures[0].bytes.len()), (Place::MultiPicture, plain.len()));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn tails_of_anything(
            parts in prop::collection::vec(prop_oneof![
                prop::sample::select(vec![&b"\xff\xd8\xff"[..], b"\xff\xd9", FILM, b"PK\x03\x04", b"\0\0\0", b"SEFT", b"\xff\xda\0\x02"]).prop_map(<[u8]>::to_vec),
                prop::collection::vec(any::<u8>(), 0..20),
            ], 0..200),
        ) {
            let bytes = parts.concat();
            let behind = read(&bytes, 0, &[], &Limits::default());
            prop_assert!(behind.extras.len() <= PICTURES_MAX);
            let told: u64 = behind.extras.iter().map(|extra| extra.bytes).sum();
            prop_assert!(told <= bytes.len() as u64);
        }
    }
}
