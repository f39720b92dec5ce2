//! Text -> glyphs with positions, in em. Left to right only: the faces have no right-to-left script.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use harfrust::{Buffer, Direction, Feature, Font, Script, ShapeOptions, ShapePlan, ShaperFont, Tag, shape};

use super::lines::Lines;
use super::{Face, Figures};
use crate::report::ReportError;

/// Width of the box that stands for a missing character, in em.
pub const MISSING_WIDTH_EM: f32 = 0.92;

/// One glyph of a shaped run. Small, since a report has tens of thousands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glyph {
    /// Glyph in the whole face.
    pub id: u16,
    /// Where it stands, in em from the start of the line.
    pub x: f32,
    /// How far above the baseline it is raised, in em.
    pub rise: f32,
    /// Where the text it stands for begins in that of the line, in bytes.
    start: u32,
    /// Where it ends; at its start for the further glyphs of a cluster.
    end: u32,
}

/// A stretch of a shaped line.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// The face that draws it.
    pub face: Face,
    /// What is drawn.
    pub kind: PieceKind,
}

/// What a piece draws.
#[derive(Debug, Clone, PartialEq)]
pub enum PieceKind {
    /// Glyphs of the face.
    Glyphs(Vec<Glyph>),
    /// A character that no face has, at `x` em.
    Missing {
        /// Where the box stands, in em.
        x: f32,
        /// The character.
        character: char,
    },
}

/// A shaped line.
#[derive(Debug, Clone, PartialEq)]
pub struct Shaped {
    /// The text as given.
    pub text: String,
    /// What draws it, left to right.
    pub pieces: Vec<Piece>,
    /// Advance in em, tracking not counted.
    pub width: f32,
    /// Glyphs and boxes, for tracking.
    pub count: usize,
}

impl Shaped {
    /// The text that one of its glyphs stands for; empty for the further glyphs of a cluster.
    pub fn text_of(&self, glyph: &Glyph) -> &str {
        self.text.get(glyph.start as usize..glyph.end as usize).unwrap_or_default()
    }
}

/// Compiled feature look-ups by face, digits and script.
type Plans = BTreeMap<(Face, Figures, u32), Rc<ShapePlan>>;

/// The opened faces with their compiled plans; one for a report, on one thread.
pub struct Fonts {
    faces: BTreeMap<Face, Font>,
    plans: RefCell<Plans>,
    lines: RefCell<Lines>,
}

impl Fonts {
    /// Opens the vendored faces.
    ///
    /// # Errors
    /// [`ReportError::Font`] when a face cannot be read.
    pub fn load() -> Result<Self, ReportError> {
        let mut faces = BTreeMap::new();
        for face in Face::ALL {
            let font = Font::new(face.bytes(), 0).ok_or(ReportError::Font { face: face.name(), what: "cannot be read" })?;
            faces.insert(face, font);
        }
        Ok(Self { faces, plans: RefCell::default(), lines: RefCell::default() })
    }

    fn font(&self, face: Face) -> Result<&Font, ReportError> {
        self.faces.get(&face).ok_or(ReportError::Font { face: face.name(), what: "is not loaded" })
    }

    fn has(&self, face: Face, character: char) -> Result<bool, ReportError> {
        Ok(self.font(face)?.charmap().map_unicode(character).is_some_and(|glyph| glyph.to_u32() != 0))
    }

    /// Shapes one line.
    ///
    /// # Errors
    /// [`ReportError::Font`] when a face cannot be used or leaves a glyph undefined.
    pub fn shape(&self, face: Face, figures: Figures, text: &str) -> Result<Rc<Shaped>, ReportError> {
        let kept = self.lines.borrow().get(face, figures, text);
        if let Some(line) = kept {
            return Ok(line);
        }
        let shaped = Rc::new(self.shape_anew(face, figures, text)?);
        self.lines.borrow_mut().keep(face, figures, &shaped);
        Ok(shaped)
    }

    fn shape_anew(&self, face: Face, figures: Figures, text: &str) -> Result<Shaped, ReportError> {
        let runs = self.runs(face, text)?;
        // most lines are one piece, and there are thousands of them
        let mut shaped = Shaped { text: text.to_owned(), pieces: Vec::with_capacity(runs.len()), width: 0.0, count: 0 };
        let mut before = 0;
        for (holder, run) in runs {
            match holder {
                Some(face) => {
                    let (glyphs, width) = self.shape_run(face, figures, (before, run), shaped.width)?;
                    shaped.count += glyphs.len();
                    shaped.width += width;
                    shaped.pieces.push(Piece { face, kind: PieceKind::Glyphs(glyphs) });
                }
                None => {
                    for character in run.chars() {
                        shaped.pieces.push(Piece { face: Face::Mono, kind: PieceKind::Missing { x: shaped.width, character } });
                        shaped.width += MISSING_WIDTH_EM;
                        shaped.count += 1;
                    }
                }
            }
            before += run.len();
        }
        if !shaped.pieces.iter().any(|piece| matches!(piece.kind, PieceKind::Glyphs(_))) && shaped.count > 0 {
            // readers look for a line's text where its glyphs are: a space where no face has any
            let (space, _) = self.shape_run(face, figures, (before, " "), shaped.width)?;
            shaped.pieces.push(Piece { face, kind: PieceKind::Glyphs(space) });
        }
        Ok(shaped)
    }

    /// Cuts a text where the face that can draw it changes; None: no face can.
    fn runs<'t>(&self, face: Face, text: &'t str) -> Result<Vec<(Option<Face>, &'t str)>, ReportError> {
        let mut runs: Vec<(Option<Face>, &'t str)> = Vec::new();
        let mut start = 0;
        let mut current: Option<Option<Face>> = None;
        for (at, character) in text.char_indices() {
            let holder = if self.has(face, character)? {
                Some(face)
            } else if self.has(face.fallback(), character)? {
                Some(face.fallback())
            } else {
                None
            };
            if current != Some(holder) {
                if let Some(previous) = current {
                    runs.push((previous, &text[start..at]));
                }
                (start, current) = (at, Some(holder));
            }
        }
        if let Some(last) = current {
            runs.push((last, &text[start..]));
        }
        Ok(runs)
    }

    /// Shapes a run that begins so many bytes and em after the start of its line.
    fn shape_run(
        &self,
        face: Face,
        figures: Figures,
        (before, run): (usize, &str),
        start_em: f32,
    ) -> Result<(Vec<Glyph>, f32), ReportError> {
        let font = self.font(face)?;
        let features = features(face, figures);
        let mut buffer = Buffer::new();
        buffer.push_str(run);
        buffer.set_direction(Direction::LeftToRight);
        buffer.guess_segment_properties();
        let plan = self.plan(face, figures, font, buffer.script(), &features);
        shape(&ShaperFont::new(font), &mut buffer, ShapeOptions::new().plan(Some(&plan)).features(&features))
            .map_err(|_| ReportError::Font { face: face.name(), what: "cannot be shaped" })?;
        let unit = 1.0 / f32::from(font.units_per_em().max(1));
        let clusters: Vec<usize> = buffer.glyph_infos().iter().map(|info| info.cluster as usize).collect();
        let mut pen = 0_i32;
        let mut glyphs = Vec::with_capacity(clusters.len());
        for (index, (info, position)) in buffer.glyph_infos().iter().zip(buffer.glyph_positions()).enumerate() {
            let id = u16::try_from(info.glyph_id).ok().filter(|id| *id != 0);
            let id = id.ok_or(ReportError::Font { face: face.name(), what: "lost a glyph while shaping" })?;
            let text = cluster(run, &clusters, index);
            glyphs.push(Glyph {
                id,
                x: start_em + (pen + position.x_offset) as f32 * unit,
                rise: position.y_offset as f32 * unit,
                start: (before + text.start) as u32,
                end: (before + text.end) as u32,
            });
            pen += position.x_advance;
        }
        Ok((glyphs, pen as f32 * unit))
    }

    fn plan(&self, face: Face, figures: Figures, font: &Font, script: Option<Script>, features: &[Feature]) -> Rc<ShapePlan> {
        let code = script.map_or(0, |script| u32::from_be_bytes(script.tag().to_be_bytes()));
        let mut plans = self.plans.borrow_mut();
        let plan = plans
            .entry((face, figures, code))
            .or_insert_with(|| Rc::new(ShapePlan::new(font, Direction::LeftToRight, script, None, features)));
        Rc::clone(plan)
    }
}

/// The text of a cluster belongs to its first glyph.
fn cluster(run: &str, clusters: &[usize], index: usize) -> Range<usize> {
    let start = clusters[index];
    if index > 0 && clusters[index - 1] == start {
        return start..start;
    }
    let end = clusters[index..].iter().copied().find(|cluster| *cluster != start).unwrap_or(run.len());
    start..end
}

/// Kerning and the face's own defaults; code ligatures off in mono, so that ids and hashes show what they are.
fn features(face: Face, figures: Figures) -> Vec<Feature> {
    let mut features = Vec::new();
    if face == Face::Mono {
        features.extend([Feature::new(Tag::new(b"liga"), 0, ..), Feature::new(Tag::new(b"calt"), 0, ..)]);
    }
    if figures == Figures::Tabular {
        features.push(Feature::new(Tag::new(b"tnum"), 1, ..));
    }
    features
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shaped(face: Face, figures: Figures, text: &str) -> Rc<Shaped> {
        Fonts::load().unwrap().shape(face, figures, text).unwrap()
    }

    #[test]
    fn pairs_are_kerned() {
        let together = shaped(Face::Regular, Figures::Text, "To").width;
        let apart = shaped(Face::Regular, Figures::Text, "T").width + shaped(Face::Regular, Figures::Text, "o").width;
        assert!(together < apart - 0.02, "{together} against {apart}");
    }

    #[test]
    fn tabular_digits_are_equally_wide() {
        let ones = shaped(Face::Regular, Figures::Tabular, "1111").width;
        let nines = shaped(Face::Regular, Figures::Tabular, "9999").width;
        assert!((ones - nines).abs() < 1e-5);
        assert!(shaped(Face::Regular, Figures::Text, "1111").width < ones);
    }

    #[test]
    fn greek_and_cyrillic_are_drawn_and_chinese_is_marked() {
        for text in ["Φωτογραφία", "Фотография", "Łódź é"] {
            let line = shaped(Face::SemiBold, Figures::Text, text);
            assert!(line.pieces.iter().all(|piece| matches!(piece.kind, PieceKind::Glyphs(_))), "{text}");
        }
        let line = shaped(Face::Regular, Figures::Text, "a中b");
        assert_eq!(line.pieces.len(), 3);
        assert!(matches!(line.pieces[1].kind, PieceKind::Missing { character: '中', .. }));
    }

    #[test]
    fn a_glyph_holds_no_text_of_its_own() {
        assert!(size_of::<Glyph>() <= 20, "{}", size_of::<Glyph>());
    }

    #[test]
    fn a_text_comes_back_from_its_glyphs() {
        for text in ["office 12:30 -> ok", "e\u{301}clair", "IMG_0042.jpg", "Φa中b é"] {
            let line = shaped(Face::Regular, Figures::Text, text);
            let back: String = line
                .pieces
                .iter()
                .flat_map(|piece| match &piece.kind {
                    PieceKind::Glyphs(glyphs) => glyphs.iter().map(|glyph| line.text_of(glyph).to_owned()).collect::<Vec<_>>(),
                    PieceKind::Missing { character, .. } => vec![character.to_string()],
                })
                .collect();
            assert_eq!(back, text);
        }
    }
}
