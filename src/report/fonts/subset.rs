//! The glyphs a report uses -> one small face each, with glyphs numbered anew and the text each stands for.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use subsetter::GlyphRemapper;

use super::Face;
use crate::report::ReportError;

/// Glyphs of the whole faces that a document draws, and the text each stands for.
#[derive(Debug, Default)]
pub struct Usage {
    glyphs: BTreeMap<Face, BTreeMap<u16, String>>,
}

impl Usage {
    /// Notes a glyph. The first text stays; answers whether the glyph stands for just this text, so that a reader gets it back.
    pub fn note(&mut self, face: Face, glyph: u16, text: &str) -> bool {
        let known = self.glyphs.entry(face).or_default().entry(glyph).or_insert_with(|| text.to_owned());
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
            .map_err(|_| ReportError::Font { face: face.name(), what: "cannot be cut" })?;
        let name = format!("{}+{}", tag(&bytes), face.name());
        Ok(Self { bytes, name, glyphs })
    }
}

fn tag(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(6).map(|byte| char::from(b'A' + byte % 26)).collect()
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
}
