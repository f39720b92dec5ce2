//! Shaped lines -> text operators that put every glyph where the layout wants it.

use std::collections::BTreeMap;

use printpdf::{Codepoint, DictItem, FontId, Op, ParsedFont, PdfFont, PdfFontHandle, PdfResources, Pt, TextItem, TextMatrix};

use crate::report::ReportError;
use crate::report::fonts::subset::{SmallFace, Usage};
use crate::report::fonts::{Face, Glyph, Piece, PieceKind, Shaped};

/// The cut faces, as the writer knows them.
pub struct Faces {
    faces: BTreeMap<Face, (SmallFace, ParsedFont)>,
}

/// Where a line stands, from the bottom left corner of the page.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Start of the line.
    pub x: f32,
    /// Baseline.
    pub y: f32,
    /// Size in points.
    pub size: f32,
    /// Space added after each glyph, in em.
    pub tracking: f32,
}

impl Faces {
    /// Cuts the used faces.
    ///
    /// # Errors
    /// [`ReportError::Font`].
    pub fn cut(usage: &Usage) -> Result<Self, ReportError> {
        let mut faces = BTreeMap::new();
        for (face, small) in usage.cut()? {
            let mut font = ParsedFont::from_bytes(&small.bytes, 0, &mut Vec::new())
                .ok_or(ReportError::Font { face: face.name(), what: "was not cut well" })?;
            font.font_name = Some(small.name.clone());
            faces.insert(face, (small, font));
        }
        Ok(Self { faces })
    }

    /// Gives the faces to a document, under our own names.
    pub fn lend(&self, resources: &mut PdfResources) {
        for (face, (_, font)) in &self.faces {
            resources.fonts.map.insert(id(*face), PdfFont::new(font.clone()));
        }
    }

    /// Operators that show every glyph once, with its text.
    pub fn all_glyphs(&self) -> Vec<Op> {
        let mut ops = vec![Op::StartTextSection];
        for (face, (small, _)) in &self.faces {
            let codepoint = |(gid, text): &(u16, String)| Codepoint { gid: *gid, offset: 0.0, cid: Some(text.clone()) };
            let items = vec![TextItem::GlyphIds(small.glyphs.values().map(codepoint).collect())];
            ops.extend([Op::SetFont { font: PdfFontHandle::External(id(*face)), size: Pt(1.0) }, Op::ShowText { items }]);
        }
        ops.push(Op::EndTextSection);
        ops
    }

    fn get(&self, face: Face) -> Result<&(SmallFace, ParsedFont), ReportError> {
        self.faces.get(&face).ok_or(ReportError::Font { face: face.name(), what: "was not noted as used" })
    }

    /// Writes one line.
    ///
    /// # Errors
    /// [`ReportError::Font`] when a glyph is not in the cut face.
    pub fn write(&self, ops: &mut Vec<Op>, line: &Shaped, place: Place) -> Result<(), ReportError> {
        let plain = self.says_itself(line)?;
        if !plain {
            ops.push(Op::BeginMarkedContentWithProperties { tag: "Span".into(), properties: actual_text(&line.text) });
        }
        ops.push(Op::StartTextSection);
        let mut before = 0;
        for piece in &line.pieces {
            before += self.write_piece(ops, piece, before, place)?;
        }
        ops.push(Op::EndTextSection);
        if !plain {
            ops.push(Op::EndMarkedContent);
        }
        Ok(())
    }

    /// Whether a reader gets the line's text back from its glyphs alone.
    fn says_itself(&self, line: &Shaped) -> Result<bool, ReportError> {
        for piece in &line.pieces {
            let PieceKind::Glyphs(glyphs) = &piece.kind else { return Ok(false) };
            let (small, _) = self.get(piece.face)?;
            if glyphs
                .iter()
                .map(|glyph| (line.text_of(glyph), small.glyphs.get(&glyph.id)))
                .any(|(text, known)| text.is_empty() || known.is_none_or(|(_, known)| known != text))
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Writes a piece; answers how many glyphs or boxes it has.
    fn write_piece(&self, ops: &mut Vec<Op>, piece: &Piece, before: usize, place: Place) -> Result<usize, ReportError> {
        let PieceKind::Glyphs(glyphs) = &piece.kind else { return Ok(1) };
        let (small, font) = self.get(piece.face)?;
        ops.push(Op::SetFont { font: PdfFontHandle::External(id(piece.face)), size: Pt(place.size) });
        let mut index = before;
        for run in glyphs.chunk_by(|a, b| a.rise == b.rise) {
            self.write_run(ops, (piece.face, small, font), run, index, place)?;
            index += run.len();
        }
        Ok(glyphs.len())
    }

    fn write_run(
        &self,
        ops: &mut Vec<Op>,
        face: (Face, &SmallFace, &ParsedFont),
        run: &[Glyph],
        before: usize,
        place: Place,
    ) -> Result<(), ReportError> {
        let (face, small, font) = face;
        let at = |index: usize| run[index].x + (before + index) as f32 * place.tracking;
        let (first, rise) = (at(0), run[0].rise);
        let mut pen = f64::from(first);
        let mut codepoints = Vec::with_capacity(run.len());
        for (index, glyph) in run.iter().enumerate() {
            let (gid, _) = small
                .glyphs
                .get(&glyph.id)
                .ok_or(ReportError::Font { face: face.name(), what: "lost a glyph when it was cut" })?;
            pen += f64::from(width_1000(font, *gid)) / 1000.0;
            let offset = if index + 1 < run.len() { ((pen - f64::from(at(index + 1))) * 1000.0).round() } else { 0.0 };
            pen -= offset / 1000.0;
            codepoints.push(Codepoint { gid: *gid, offset: offset as f32, cid: None });
        }
        let (x, y) = (round2(place.x + first * place.size), round2(place.y + rise * place.size));
        ops.push(Op::SetTextMatrix { matrix: TextMatrix::Raw([1.0, 0.0, 0.0, 1.0, x, y]) });
        ops.push(Op::ShowText { items: vec![TextItem::GlyphIds(codepoints)] });
        Ok(())
    }
}

/// The writer's own width of a glyph: cut off, not rounded, to 1/1000 em.
fn width_1000(font: &ParsedFont, gid: u16) -> i32 {
    let units = f32::from(font.pdf_font_metrics.units_per_em.max(1));
    font.get_glyph_width(gid).map_or(0, |width| (f32::from(width) * 1000.0 / units) as i32)
}

fn id(face: Face) -> FontId {
    FontId(match face {
        Face::Regular => "FText".into(),
        Face::SemiBold => "FStrong".into(),
        Face::Mono => "FMono".into(),
    })
}

fn actual_text(text: &str) -> DictItem {
    let data = [0xfe, 0xff].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect();
    DictItem::Dict { map: BTreeMap::from([("ActualText".to_owned(), DictItem::String { data, literal: false })]) }
}

/// Hundredths of a point are finer than any printer.
pub fn round2(value: f32) -> f32 {
    (value * 100.0).round() / 100.0
}
