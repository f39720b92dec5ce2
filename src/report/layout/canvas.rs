//! The pencil that layouts draw with: text that is measured before it is placed, lines, marks and tags.

use std::rc::Rc;

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

/// A stretch of a paragraph in one style.
pub type Span<'t> = (Style, &'t str);

/// Draws one page.
pub struct Canvas<'f> {
    fonts: &'f Fonts,
    page: PageLayout,
    open: Vec<usize>,
}

impl<'f> Canvas<'f> {
    /// An empty page.
    pub fn new(fonts: &'f Fonts) -> Self {
        Self { fonts, page: PageLayout::default(), open: Vec::new() }
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

    /// The text, shortened in the middle if it is wider than `width`; the end of a file name says what it is.
    ///
    /// # Errors
    /// As [`Fonts::shape`].
    pub fn shorten(&self, style: &Style, text: &str, width: f32) -> Result<String, ReportError> {
        if self.width(style, text)? <= width {
            return Ok(text.to_owned());
        }
        let characters: Vec<char> = text.chars().collect();
        let (mut low, mut high) = (0, characters.len().saturating_sub(1));
        while low < high {
            let keep = (low + high).div_ceil(2);
            if self.width(style, &elided(&characters, keep))? <= width { low = keep } else { high = keep - 1 }
        }
        Ok(elided(&characters, low))
    }

    /// Sets text in lines of at most `width`, at most `lines` of them, the last one ending in … if there is more.
    /// `y` is the first baseline; answers the baseline after the last line.
    ///
    /// # Errors
    /// As [`Fonts::shape`].
    pub fn paragraph(&mut self, frame: (f32, f32, f32), leading: f32, lines: usize, spans: &[Span<'_>]) -> Result<f32, ReportError> {
        let (x, mut y, width) = frame;
        for line in self.break_lines(width, lines, spans)? {
            let mut pen = x;
            for (style, text) in line {
                pen = self.text(pen, y, &style, &text)?;
            }
            y += leading;
        }
        Ok(y)
    }

    /// The lines a text takes at this width, at most `lines`.
    ///
    /// # Errors
    /// As [`Fonts::shape`].
    pub fn break_lines(&self, width: f32, lines: usize, spans: &[Span<'_>]) -> Result<Vec<Vec<(Style, String)>>, ReportError> {
        let mut done: Vec<Vec<(Style, String)>> = Vec::new();
        let mut line: Vec<(Style, String)> = Vec::new();
        let mut used = 0.0;
        let mut words = self.words(width, spans)?.into_iter().peekable();
        while let Some((style, word)) = words.next() {
            let advance = self.width(&style, &word)?;
            let bare = self.width(&style, word.trim_end())?;
            if used + bare > width + 0.01 && !line.is_empty() {
                if done.len() + 1 == lines {
                    close_with_dots(self, &mut line, width)?;
                    done.push(line);
                    return Ok(done);
                }
                done.push(trimmed(std::mem::take(&mut line)));
                used = 0.0;
            }
            used += advance;
            match line.last_mut() {
                Some((last, text)) if *last == style => text.push_str(&word),
                _ => line.push((style, word)),
            }
        }
        if !line.is_empty() {
            done.push(trimmed(line));
        }
        Ok(done)
    }

    /// Words with the space after them; a word wider than the line is cut.
    fn words(&self, width: f32, spans: &[Span<'_>]) -> Result<Vec<(Style, String)>, ReportError> {
        let mut words = Vec::new();
        for (style, text) in spans {
            for word in text.split_inclusive(' ') {
                if self.width(style, word.trim_end())? <= width {
                    words.push((*style, word.to_owned()));
                    continue;
                }
                let mut part = String::new();
                for character in word.chars() {
                    part.push(character);
                    if self.width(style, &part)? > width {
                        part.pop();
                        words.push((*style, std::mem::take(&mut part)));
                        part.push(character);
                    }
                }
                words.push((*style, part));
            }
        }
        Ok(words)
    }
}

fn advance(style: &Style, line: &Shaped) -> f32 {
    let gaps = line.count.saturating_sub(1) as f32;
    (line.width + gaps * style.tracking) * style.size
}

fn elided(characters: &[char], keep: usize) -> String {
    let tail = keep.min(10).max(keep / 2).min(keep);
    let head: String = characters[..keep - tail].iter().collect();
    let end: String = characters[characters.len() - tail..].iter().collect();
    format!("{head}…{end}")
}

fn trimmed(mut line: Vec<(Style, String)>) -> Vec<(Style, String)> {
    if let Some((_, text)) = line.last_mut() {
        text.truncate(text.trim_end().len());
    }
    line
}

fn close_with_dots(canvas: &Canvas<'_>, line: &mut [(Style, String)], width: f32) -> Result<(), ReportError> {
    let before: f32 = line[..line.len() - 1].iter().try_fold(0.0, |sum, (style, text)| Ok(sum + canvas.width(style, text)?))?;
    if let Some((style, text)) = line.last_mut() {
        loop {
            let short = format!("{}…", text.trim_end().trim_end_matches([',', '.', ';', ':']));
            if before + canvas.width(style, &short)? <= width || text.is_empty() {
                *text = short;
                return Ok(());
            }
            text.pop();
        }
    }
    Ok(())
}
