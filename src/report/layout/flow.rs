//! Pages that grow as they are filled: a heading, an introduction, and whatever fits above the foot.

use crate::report::ReportError;
use crate::report::content::Content;
use crate::report::fonts::Fonts;

use super::canvas::{Canvas, Style};
use super::display::{PageLayout, Role};
use super::{shell, tokens as t};

/// What stays empty above the foot.
const ABOVE_FOOT: f32 = 10.0;

/// Who takes a full page before the next one is begun.
pub type Turned<'t> = dyn FnMut(PageLayout) -> Result<(), ReportError> + 't;

/// Pages of one kind.
pub struct Flow<'f, 'c, 't> {
    fonts: &'f Fonts,
    content: &'c Content<'c>,
    turned: &'t mut Turned<'t>,
    /// The page that is being filled.
    pub canvas: Canvas<'f>,
    /// What is filled of it.
    pub y: f32,
}

impl<'f, 'c, 't> Flow<'f, 'c, 't> {
    /// The first page.
    ///
    /// # Errors
    /// As [`Fonts::shape`]; so do the others, and with those of who takes the pages.
    pub fn start(
        fonts: &'f Fonts,
        content: &'c Content<'c>,
        turned: &'t mut Turned<'t>,
        (heading, intro): (&str, &str),
    ) -> Result<Self, ReportError> {
        let mut flow = Self { fonts, content, turned, canvas: shell::paper(fonts, content), y: 0.0 };
        flow.head(heading, intro)?;
        Ok(flow)
    }

    /// The last page is full.
    pub fn finish(self) -> Result<(), ReportError> {
        (self.turned)(self.canvas.finish())
    }

    fn head(&mut self, heading: &str, intro: &str) -> Result<(), ReportError> {
        shell::head(&mut self.canvas, self.content)?;
        let style = Style::text(20.5, t::INK).tracked(-0.024);
        self.canvas.tagged(Role::Heading1, |canvas| canvas.text(t::MARGIN, 83.0, &style, heading))?;
        self.y = 101.0;
        if !intro.is_empty() {
            let style = Style::text(8.6, t::INK_2);
            self.y = self.canvas.tagged(Role::Paragraph, |canvas| {
                canvas.paragraph((t::MARGIN, 101.0, t::MEASURE * 0.8), 12.0, 4, &[(style, intro)])
            })?;
        }
        self.canvas.section_rule(self.y);
        Ok(())
    }

    /// A new page.
    pub fn turn(&mut self, heading: &str, intro: &str) -> Result<(), ReportError> {
        let full = std::mem::replace(&mut self.canvas, Canvas::new(self.fonts, self.content.paper));
        (self.turned)(full.finish())?;
        self.canvas = shell::paper(self.fonts, self.content);
        self.head(heading, intro)
    }

    /// A new page if `height` does not fit on this one; answers whether it was turned.
    pub fn room(&mut self, height: f32, heading: &str) -> Result<bool, ReportError> {
        let full = self.y + height > t::foot(self.canvas.paper()) - ABOVE_FOOT;
        if full {
            self.turn(heading, "")?;
        }
        Ok(full)
    }
}
