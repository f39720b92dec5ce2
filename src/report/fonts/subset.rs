//! The glyphs a report uses -> one small face each, with glyphs numbered anew and the text each stands for.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use subsetter::GlyphRemapper;

use super::Face;
use crate::report::ReportError;

/// What a glyph stands for that has no text of its own: the replacement character.
const NO_TEXT: &str = "\u{fffd}";

/// Glyphs of the whole faces that a document draws, and the text each stands for.
#[derive(Debug, Default)]
pub struct Usage {
    glyphs: BTreeMap<Face, BTreeMap<u16, String>>,
}

impl Usage {
    /// Notes a glyph. The first text stays; answers whether the glyph stands for just this text, so that a reader gets it back.
    ///
    /// The further glyphs of a cluster have no text of their own, but every glyph must have one (ISO 19005-3, 6.2.11.7.2).
    pub fn note(&mut self, face: Face, glyph: u16, text: &str) -> bool {
        let known = self.glyphs.entry(face).or_default().entry(glyph).or_insert_with(|| NO_TEXT.to_owned());
        if known == NO_TEXT && !text.is_empty() {
            text.clone_into(known);
        }
        known == text && !text.is_empty()
    }

    /// Cuts every used face down to its used glyphs.
    ///
    /// # Errors
    /// [`ReportError::Font`] when a face cannot be cut.
    pub fn cut(&self) -> Result<BTreeMap<Face, SmallFace>, ReportError> {
        self.glyphs.iter().map(|(face, glyphs)| Ok((*face, SmallFace::cut(*face, glyphs)?))).collect()
    }
}

/// A face with only the used glyphs.
#[derive(Debug)]
pub struct SmallFace {
    /// TrueType bytes.
    pub bytes: Vec<u8>,
    /// `ABCDEF+Inter-Regular`: six letters from the glyphs used (ISO 32000-1, 9.6.4).
    pub name: String,
    /// Number in the whole face -> number in this one, and the text it stands for.
    pub glyphs: BTreeMap<u16, (u16, String)>,
}

impl SmallFace {
    fn cut(face: Face, used: &BTreeMap<u16, String>) -> Result<Self, ReportError> {
        let mut remapper = GlyphRemapper::new();
        let glyphs = used.iter().map(|(glyph, text)| (*glyph, (remapper.remap(*glyph), text.clone()))).collect();
        let bytes = subsetter::subset(face.bytes(), 0, &remapper)
            .ok()
            .and_then(|bytes| bare(&bytes))
            .ok_or(ReportError::Font { face: face.name(), what: "cannot be cut" })?;
        let name = format!("{}+{}", tag(&bytes), face.name());
        Ok(Self { bytes, name, glyphs })
    }
}

fn tag(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(6).map(|byte| char::from(b'A' + byte % 26)).collect()
}

/// Tables with names of the face and of its glyphs, which nobody reads inside a PDF (ISO 32000-1, 9.9).
const NAMES: [&[u8]; 2] = [b"name", b"post"];
/// Bytes before the table directory, and of one entry in it (OpenType 1.9, "Organization of an OpenType font").
const HEAD: usize = 12;
const ENTRY: usize = 16;

/// The face without the tables of [`NAMES`]; None for what is no face.
fn bare(face: &[u8]) -> Option<Vec<u8>> {
    let count = usize::from(u16::from_be_bytes(*face.get(4..)?.first_chunk()?));
    let entries: Vec<&[u8; ENTRY]> = face.get(HEAD..)?.as_chunks().0.get(..count)?.iter().collect();
    let kept: Vec<&[u8; ENTRY]> = entries.into_iter().filter(|entry| !NAMES.contains(&&entry[..4])).collect();
    let number = |entry: &[u8; ENTRY], at: usize| Some(u32::from_be_bytes(*entry.get(at..)?.first_chunk()?));
    let power = kept.len().checked_ilog2()?;
    let search = ENTRY << power;
    let mut bytes = face.get(..4)?.to_vec();
    for value in [kept.len(), search, power as usize, ENTRY * kept.len() - search] {
        bytes.extend((value as u16).to_be_bytes());
    }
    bytes.resize(HEAD + ENTRY * kept.len(), 0);
    let mut adjustment = None;
    for (index, entry) in kept.into_iter().enumerate() {
        let (offset, length) = (number(entry, 8)? as usize, number(entry, 12)? as usize);
        let start = bytes.len();
        bytes.extend(face.get(offset..offset.checked_add(length)?)?);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        let place = HEAD + ENTRY * index;
        bytes.get_mut(place..place + ENTRY)?.copy_from_slice(entry);
        bytes.get_mut(place + 8..place + 12)?.copy_from_slice(&(start as u32).to_be_bytes());
        if entry.starts_with(b"head") {
            adjustment = Some(start + 8);
        }
    }
    // the sum of the whole face, counted with zero here
    let adjustment = adjustment?..adjustment? + 4;
    bytes.get_mut(adjustment.clone())?.fill(0);
    let sum = bytes.as_chunks().0.iter().fold(0_u32, |sum, word| sum.wrapping_add(u32::from_be_bytes(*word)));
    bytes.get_mut(adjustment)?.copy_from_slice(&0xb1b0_afba_u32.wrapping_sub(sum).to_be_bytes());
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_face_is_small_and_says_when_a_glyph_has_two_texts() {
        let mut usage = Usage::default();
        assert!(usage.note(Face::Regular, 36, "A"));
        assert!(usage.note(Face::Regular, 36, "A"));
        assert!(!usage.note(Face::Regular, 36, "Α"));
        let faces = usage.cut().unwrap();
        let small = &faces[&Face::Regular];
        assert!(small.bytes.len() < 10_000, "{}", small.bytes.len());
        assert_eq!(small.glyphs[&36], (1, "A".to_owned()));
        assert!(small.name.ends_with("+Inter-Regular") && small.name.len() == 20);
    }

    #[test]
    fn a_cut_face_has_no_names_and_its_sums_are_right() {
        let mut usage = Usage::default();
        for glyph in 36..60 {
            usage.note(Face::Mono, glyph, "x");
        }
        let bytes = &usage.cut().unwrap()[&Face::Mono].bytes;
        let whole = bytes.as_chunks().0.iter().fold(0_u32, |sum, word| sum.wrapping_add(u32::from_be_bytes(*word)));
        assert_eq!(whole, 0xb1b0_afba);
        let entries: &[[u8; ENTRY]] = &bytes[HEAD..].as_chunks().0[..usize::from(bytes[5])];
        assert!(entries.iter().all(|entry| !NAMES.contains(&&entry[..4])));
        for entry in entries {
            let number = |at: usize| u32::from_be_bytes(*entry[at..].first_chunk().unwrap());
            let table = &bytes[number(8) as usize..][..(number(12) as usize).next_multiple_of(4)];
            let sum = table.as_chunks().0.iter().fold(0_u32, |sum, word| sum.wrapping_add(u32::from_be_bytes(*word)));
            // `head` is summed with zero in place of the sum of the whole
            let adjustment = if entry.starts_with(b"head") { u32::from_be_bytes(*table[8..].first_chunk().unwrap()) } else { 0 };
            assert_eq!(sum.wrapping_sub(adjustment), number(4));
        }
        assert_eq!(bare(b"no face at all"), None);
    }
}
