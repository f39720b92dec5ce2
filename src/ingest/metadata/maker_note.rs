//! Maker notes: whose they are, and previews that lie in them. Their fields are not read; they often hold serial numbers.

use std::ops::Range;

/// Heads by which makers know their own notes.
const HEADS: [(&[u8], &str); 21] = [
    (b"Nikon\0", "Nikon"),
    (b"OLYMP\0", "Olympus"),
    (b"OLYMPUS\0", "Olympus"),
    (b"OM SYSTEM\0", "OM System"),
    (b"FUJIFILM", "Fujifilm"),
    (b"Panasonic\0", "Panasonic"),
    (b"LEICA", "Leica"),
    (b"SONY ", "Sony"),
    (b"Apple iOS\0", "Apple"),
    (b"AOC\0", "Pentax"),
    (b"PENTAX ", "Pentax"),
    (b"SIGMA\0", "Sigma"),
    (b"FOVEON\0", "Sigma"),
    (b"QVC\0", "Casio"),
    (b"Ricoh", "Ricoh"),
    (b"RICOH", "Ricoh"),
    (b"KDK", "Kodak"),
    (b"EPSON", "Epson"),
    (b"HDRP", "Google"),
    (b"SANYO", "Sanyo"),
    (b"GENERALE", "GE"),
];
/// Makers whose notes have no head of their own.
const HEADLESS: [&str; 6] = ["Canon", "Samsung", "Minolta", "Konica", "Huawei", "Hasselblad"];
/// Pictures taken out of one note.
const PICTURES_MAX: usize = 4;
/// Beginnings of pictures looked at.
const STARTS_MAX: usize = 16;

/// Whose a note is: by its head, or by the camera's maker if it is one whose notes have none.
pub fn vendor(note: &[u8], make: Option<&str>) -> Option<String> {
    let by_head = HEADS.iter().find(|(head, _)| note.starts_with(head)).map(|(_, name)| *name);
    let make = make.unwrap_or_default().to_lowercase();
    let by_make = || HEADLESS.into_iter().find(|name| make.starts_with(&name.to_lowercase()));
    by_head.or_else(by_make).map(str::to_owned)
}

/// Where JPEGs lie in a note: from a start marker to the end marker behind it.
pub fn pictures(note: &[u8]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let starts = note.windows(4).enumerate().filter(|(_, w)| matches!(w, [0xff, 0xd8, 0xff, 0xc0..=0xfe])).map(|(at, _)| at);
    for at in starts.take(STARTS_MAX) {
        if found.len() == PICTURES_MAX || found.last().is_some_and(|last| last.contains(&at)) {
            continue;
        }
        let end = note[at..].windows(2).rposition(|pair| pair == [0xff, 0xd9]);
        if let Some(end) = end {
            found.push(at..at + end + 2);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_told_by_head_and_by_maker() {
        assert_eq!(vendor(b"Nikon\0\x02", Some("NIKON CORPORATION")).as_deref(), Some("Nikon"));
        assert_eq!(vendor(b"\x2a\0", Some("Canon")).as_deref(), Some("Canon"));
        assert_eq!(vendor(b"\x2a\0", Some("Examplar")), None);
    }

    #[test]
    fn pictures_reach_to_the_last_end_marker() {
        let note = b"xx\xff\xd8\xff\xdb..\xff\xd8..\xff\xd9..\xff\xd9zz";
        assert_eq!((pictures(note).len(), pictures(note)[0].clone()), (1, 2..18));
        assert!(pictures(b"\xff\xd8\xff\xdb").is_empty());
    }
}
