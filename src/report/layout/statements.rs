//! What the files say: a heading a photo, label and words in two columns, as many pages as it takes.

use crate::report::ReportError;
use crate::report::content::{Audit, Content};
use crate::report::fonts::Fonts;

use super::canvas::Style;
use super::display::Role;
use super::flow::{Flow, Turned};
use super::tokens as t;

const TEXT: f32 = 118.0;
const TEXT_WIDTH: f32 = t::RIGHT - TEXT;
const LEADING: f32 = 10.6;
const LINES_MAX: usize = 8;
const HEADING_HEIGHT: f32 = 30.0;
const TITLE: &str = "What the files say";
const MORE: &str = "What the files say, continued";
const INTRO: &str = "Everything here was written into the file by a camera or a program: it is declared, not measured, and anybody can change or remove it. Values that identify somebody are cut to their end or their length.";

pub(super) fn place<'t>(fonts: &Fonts, content: &Content<'_>, turned: &'t mut Turned<'t>) -> Result<(), ReportError> {
    if content.audits.is_empty() {
        return Ok(());
    }
    let mut flow = Flow::start(fonts, content, turned, (TITLE, INTRO))?;
    for audit in &content.audits {
        flow.audit(audit)?;
    }
    flow.finish()
}

impl Flow<'_, '_, '_> {
    fn audit(&mut self, audit: &Audit) -> Result<(), ReportError> {
        let first = audit.lines.first().map_or(Ok(0.0), |(_, words)| self.height(words))?;
        self.room(HEADING_HEIGHT + first, MORE)?;
        self.photo_heading(audit)?;
        for (label, words) in &audit.lines {
            if self.room(self.height(words)?, MORE)? {
                self.photo_heading(audit)?;
            }
            let y = self.y + LEADING;
            let (name, style) = (Style::text(7.8, t::INK_2), Style::text(7.8, t::INK).tabular());
            let end = self.canvas.tagged(Role::Row, |canvas| {
                canvas.tagged(Role::HeaderCell, |canvas| canvas.text(t::MARGIN + 18.0, y, &name, label))?;
                canvas.tagged(Role::Cell, |canvas| canvas.paragraph((TEXT, y, TEXT_WIDTH), LEADING, LINES_MAX, &[(style, words)]))
            })?;
            self.y = end - LEADING + 2.0;
        }
        self.y += 8.0;
        self.canvas.hairline(self.y);
        Ok(())
    }

    /// Height of a line of words in the right column.
    fn height(&self, words: &str) -> Result<f32, ReportError> {
        let style = Style::text(7.8, t::INK).tabular();
        Ok(self.canvas.break_lines(TEXT_WIDTH, LINES_MAX, &[(style, words)])?.len() as f32 * LEADING + 2.0)
    }

    fn photo_heading(&mut self, audit: &Audit) -> Result<(), ReportError> {
        let y = self.y + 17.0;
        self.canvas.tagged(Role::Heading2, |canvas| {
            canvas.text(t::MARGIN, y, &Style::mono(7.2, t::INK_2), &audit.number.to_string())?;
            let style = Style::strong(9.0, t::INK);
            let name = canvas.shorten(&style, &audit.name, t::MEASURE - 18.0)?;
            canvas.text(t::MARGIN + 18.0, y, &style, &name)
        })?;
        self.y += 21.0;
        Ok(())
    }
}
