//! The pencil that layouts draw with: text that is measured before it is placed, lines, marks and tags.

use std::rc::Rc;

use crate::domain::Paper;
use crate::report::ReportError;
use crate::report::fonts::shaping::MISSING_WIDTH_EM;
use crate::report::fonts::{Face, Figures, Fonts, PieceKind, Shaped};

use super::display::{Dash, Frame, Item, PageLayout, Role, Tag};
use super::tokens::{HAIRLINE, INK, Ink, MARGIN, RIGHT};

/// How a text looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Style {
    /// Face.
    pub face: Face,
    /// Size in points.
    pub size: f32,
    /// Color.
    pub ink: Ink,
    /// Space added after each glyph, in em.
    pub tracking: f32,
    /// How digits are cut.
    pub figures: Figures,
}

impl Style {
    /// Inter 400.
    pub const fn text(size: f32, ink: Ink) -> Self {
        Self { face: Face::Regular, size, ink, tracking: 0.0, figures: Figures::Text }
    }

    /// Inter 600.
    pub const fn strong(size: f32, ink: Ink) -> Self {
        Self { face: Face::SemiBold, size, ink, tracking: 0.0, figures: Figures::Text }
    }

    /// JetBrains Mono 400.
    pub const fn mono(size: f32, ink: Ink) -> Self {
        Self { face: Face::Mono, size, ink, tracking: 0.0, figures: Figures::Text }
    }

    /// With tracking, in em.
    pub const fn tracked(mut self, tracking: f32) -> Self {
        self.tracking = tracking;
        self
    }

    /// With digits of equal width.
    pub const fn tabular(mut self) -> Self {
        self.figures = Figures::Tabular;
        self
    }

    /// In another color.
    pub const fn ink(mut self, ink: Ink) -> Self {
        self.ink = ink;
        self
    }
}

/// Draws one page.
pub struct Canvas<'f> {
    fonts: &'f Fonts,
    page: PageLayout,
    open: Vec<usize>,
}

impl<'f> Canvas<'f> {
    /// An empty page.
    pub fn new(fonts: &'f Fonts, paper: Paper) -> Self {
        Self { fonts, page: PageLayout::empty(paper), open: Vec::new() }
    }

    /// What it is printed on.
    pub fn paper(&self) -> Paper {
        self.page.paper
    }

    /// A page to go on with.
    pub fn resume(fonts: &'f Fonts, page: PageLayout) -> Self {
        Self { fonts, page, open: Vec::new() }
    }

    /// The finished page.
    pub fn finish(self) -> PageLayout {
        self.page
    }

    /// What is drawn in `draw` belongs to a node of this role.
    pub fn tagged<T>(&mut self, role: Role, draw: impl FnOnce(&mut Self) -> Result<T, ReportError>) -> Result<T, ReportError> {
        self.node(Tag { role, parent: self.open.last().copied(), alt: None }, draw)
    }

    /// What is drawn in `draw` is a figure that these words describe.
    pub fn figure<T>(&mut self, alt: String, draw: impl FnOnce(&mut Self) -> Result<T, ReportError>) -> Result<T, ReportError> {
        self.node(Tag { role: Role::Figure, parent: self.open.last().copied(), alt: Some(alt) }, draw)
    }

    fn node<T>(&mut self, tag: Tag, draw: impl FnOnce(&mut Self) -> Result<T, ReportError>) -> Result<T, ReportError> {
        self.page.tags.push(tag);
        self.open.push(self.page.tags.len() - 1);
        let drawn = draw(self);
        self.open.pop();
        drawn
    }

    /// Puts an item on the page.
    pub fn push(&mut self, item: Item) {
        self.page.items.push((self.open.last().copied().unwrap_or(0), item));
    }

    /// Puts a decoration on the page, whatever node is open.
    pub fn decorate(&mut self, item: Item) {
        self.page.items.push((0, item));
    }

    /// A filled rectangle.
    pub fn fill(&mut self, frame: Frame, ink: Ink) {
        self.decorate(Item::Fill { frame, ink });
    }

    /// A horizontal rule.
    pub fn rule(&mut self, x: f32, y: f32, right: f32, width: f32, ink: Ink) {
        self.decorate(Item::Stroke { points: vec![(x, y), (right, y)], width, ink, dash: Dash::Solid });
    }

    /// A hairline from margin to margin.
    pub fn hairline(&mut self, y: f32) {
        self.rule(MARGIN, y, RIGHT, 0.6, HAIRLINE);
    }

    /// The rule above a section, from margin to margin.
    pub fn section_rule(&mut self, y: f32) {
        self.rule(MARGIN, y, RIGHT, 0.8, INK);
    }

    /// A drawn mark with its left top corner and side, in points.
    pub fn mark(&mut self, x: f32, y: f32, side: f32, id: &'static str, ink: Ink) {
        self.push(Item::Mark { frame: Frame::new(x, y, side, side), id, ink, halo: false });
    }

    /// Shapes a text.
    ///
    /// # Errors
    /// As [`Fonts::shape`].
    pub fn shape(&self, style: &Style, text: &str) -> Result<Rc<Shaped>, ReportError> {
        self.fonts.shape(style.face, style.figures, text)
    }

    /// How wide a text is, in points.
    ///
    /// # Errors
    /// As [`Fonts::shape`].
    pub fn width(&self, style: &Style, text: &str) -> Result<f32, ReportError> {
        Ok(advance(style, &*self.shape(style, text)?))
    }

    /// A line of text that starts at `x`; answers where it ends.
    ///
    /// # Errors
    /// As [`Fonts::shape`].
    pub fn text(&mut self, x: f32, y: f32, style: &Style, text: &str) -> Result<f32, ReportError> {
        let line = self.shape(style, text)?;
        let end = x + advance(style, &line);
        if line.count > 0 {
            self.missing(x, y, style, &line)?;
            self.push(Item::Text { x, y, size: style.size, tracking: style.tracking, ink: style.ink, line });
        }
        Ok(end)
    }

    /// Draws a box with its code point for every character that no face has.
    fn missing(&mut self, x: f32, y: f32, style: &Style, line: &Shaped) -> Result<(), ReportError> {
        let mut before = 0;
        for piece in &line.pieces {
            match &piece.kind {
                PieceKind::Glyphs(glyphs) => before += glyphs.len(),
                PieceKind::Missing { x: at, character } => {
                    let left = x + (at + before as f32 * style.tracking + 0.05) * style.size;
                    self.missing_box(left, y, style, *character)?;
                    before += 1;
                }
            }
        }
        Ok(())
    }

    fn missing_box(&mut self, left: f32, y: f32, style: &Style, character: char) -> Result<(), ReportError> {
        let size = style.size;
        let (right, top, bottom) = (left + (MISSING_WIDTH_EM - 0.1) * size, y - 0.82 * size, y + 0.14 * size);
        let points = vec![(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
        self.decorate(Item::Stroke { points, width: size * 0.05, ink: style.ink, dash: Dash::Solid });
        let code = format!("{:04X}", u32::from(character));
        let (upper, lower) = code.split_at(code.len() / 2);
        let digits = Style::mono(size * 0.4, style.ink);
        for (row, digits_of_row) in [upper, lower].into_iter().enumerate() {
            let line = self.shape(&digits, digits_of_row)?;
            let start = (left + right - advance(&digits, &line)) / 2.0;
            let baseline = y - 0.42 * size + row as f32 * 0.44 * size;
            self.decorate(Item::Text { x: start, y: baseline, size: digits.size, tracking: 0.0, ink: style.ink, line });
        }
        Ok(())
    }

    /// A line of text that ends at `right`; answers where it starts.
    ///
    /// # Errors
    /// As [`Fonts::shape`].
    pub fn text_to(&mut self, right: f32, y: f32, style: &Style, text: &str) -> Result<f32, ReportError> {
        let x = right - self.width(style, text)?;
        self.text(x, y, style, text)?;
        Ok(x)
    }
}

fn advance(style: &Style, line: &Shaped) -> f32 {
    let gaps = line.count.saturating_sub(1) as f32;
    (line.width + gaps * style.tracking) * style.size
}
