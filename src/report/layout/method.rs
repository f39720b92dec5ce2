//! The last pages: every definition and threshold, the limits, and the files with their hashes.

use crate::report::ReportError;
use crate::report::content::method::Entry;
use crate::report::content::{Content, FileRow};
use crate::report::fonts::Fonts;

use super::canvas::Style;
use super::display::Role;
use super::flow::{Flow, Turned};
use super::tokens as t;

const TEXT: f32 = 186.0;
const TEXT_WIDTH: f32 = t::RIGHT - TEXT;
const LEADING: f32 = 10.8;
const MORE: &str = "How it was measured, continued";

pub(super) fn place<'t>(fonts: &Fonts, content: &Content<'_>, turned: &'t mut Turned<'t>) -> Result<(), ReportError> {
    let method = &content.method;
    let mut flow = Flow::start(fonts, content, turned, ("How it was measured", method.intro))?;
    for entry in &method.metrics {
        flow.entry(entry, MORE)?;
    }
    flow.turn("Default ranges", "A finding says that a number lies outside its default range. The ranges are ours, with their sources; none of them is a rule of yours.")?;
    for entry in &method.thresholds {
        flow.entry(entry, "Default ranges, continued")?;
    }
    flow.heading("Limits", 60.0)?;
    for limit in &method.limits {
        flow.paragraph(limit)?;
    }
    flow.turn("Files", "The SHA-256 of each file as it was sent. Compare it with the file you have to know that it is the one that was measured.")?;
    flow.file_head()?;
    for file in &content.files {
        flow.file(file)?;
    }
    flow.heading("Results", 50.0)?;
    flow.paragraph("SHA-256 of the result JSON that belongs to this report:")?;
    flow.hash(&content.running.full_hash)?;
    flow.heading("Software", 40.0)?;
    flow.paragraph(&method.software)?;
    flow.finish()
}

impl Flow<'_, '_, '_> {
    /// `more` heads the page it goes on to.
    fn entry(&mut self, entry: &Entry, more: &str) -> Result<(), ReportError> {
        let (name, unit) = (Style::strong(8.4, t::INK), Style::text(8.0, t::INK_2));
        let (id, text) = (Style::mono(6.75, t::INK_2), Style::text(8.2, t::INK));
        let beside = format!("  {}", entry.unit);
        let left = self.canvas.break_lines(TEXT - t::MARGIN - 14.0, 3, &[(name, entry.name), (unit, beside.trim_end())])?;
        let right = self.canvas.break_lines(TEXT_WIDTH, 8, &[(text, entry.text)])?.len() + usize::from(!entry.id.is_empty());
        let height = left.len().max(right) as f32 * LEADING + 7.0;
        self.room(height, more)?;
        let first = self.y + 11.8;
        self.canvas.tagged(Role::Heading2, |canvas| {
            canvas.paragraph(
                (t::MARGIN, first, TEXT - t::MARGIN - 14.0),
                LEADING,
                3,
                &[(name, entry.name), (unit, beside.trim_end())],
            )
        })?;
        self.canvas.tagged(Role::Paragraph, |canvas| {
            let y = canvas.paragraph((TEXT, first, TEXT_WIDTH), LEADING, 8, &[(text, entry.text)])?;
            canvas.paragraph((TEXT, y - 0.4, TEXT_WIDTH), LEADING, 1, &[(id, &entry.id)])
        })?;
        self.y += height;
        self.canvas.hairline(self.y);
        Ok(())
    }

    fn heading(&mut self, text: &str, with: f32) -> Result<(), ReportError> {
        self.room(24.0 + with, text)?;
        self.y += 26.0;
        let y = self.y;
        self.canvas.tagged(Role::Heading2, |canvas| canvas.text(t::MARGIN, y, &Style::strong(9.0, t::INK), text))?;
        self.y += 3.0;
        Ok(())
    }

    fn paragraph(&mut self, text: &str) -> Result<(), ReportError> {
        let style = Style::text(8.2, t::INK);
        let lines = self.canvas.break_lines(t::MEASURE * 0.86, 6, &[(style, text)])?.len() as f32;
        self.room(lines * LEADING + 4.0, MORE)?;
        let first = self.y + LEADING;
        self.canvas.tagged(Role::Paragraph, |canvas| {
            canvas.paragraph((t::MARGIN, first, t::MEASURE * 0.86), LEADING, 6, &[(style, text)])
        })?;
        self.y += lines * LEADING + 4.0;
        Ok(())
    }

    fn hash(&mut self, digits: &str) -> Result<(), ReportError> {
        let y = self.y + LEADING;
        self.canvas.tagged(Role::Paragraph, |canvas| canvas.text(t::MARGIN, y, &Style::mono(7.2, t::INK), digits))?;
        self.y = y;
        Ok(())
    }

    fn file_head(&mut self) -> Result<(), ReportError> {
        let (y, style) = (self.y + 12.0, Style::text(7.6, t::INK_2));
        self.canvas.tagged(Role::Row, |canvas| {
            canvas.tagged(Role::HeaderCell, |canvas| canvas.text_to(t::MARGIN + 16.0, y, &style, "No."))?;
            canvas.tagged(Role::HeaderCell, |canvas| canvas.text(t::MARGIN + 26.0, y, &style, "File"))?;
            canvas.tagged(Role::HeaderCell, |canvas| canvas.text_to(HASH - 14.0, y, &style, "Size"))?;
            canvas.tagged(Role::HeaderCell, |canvas| canvas.text(HASH, y, &style, "SHA-256"))
        })?;
        self.y += 17.0;
        self.canvas.hairline(self.y);
        Ok(())
    }

    fn file(&mut self, file: &FileRow) -> Result<(), ReportError> {
        if self.room(15.0, "Files, continued")? {
            self.file_head()?;
        }
        let y = self.y + 10.4;
        let (text, mono) = (Style::text(7.8, t::INK), Style::mono(6.75, t::INK));
        self.canvas.tagged(Role::Row, |canvas| {
            canvas.tagged(Role::HeaderCell, |canvas| canvas.text_to(t::MARGIN + 16.0, y, &mono, &file.number.to_string()))?;
            let size = Style::text(7.8, t::INK_2).tabular();
            let left = HASH - 14.0 - canvas.width(&size, &file.size)?;
            let name = canvas.shorten(&text, &file.name, left.min(HASH - 50.0) - t::MARGIN - 34.0)?;
            canvas.tagged(Role::Cell, |canvas| canvas.text(t::MARGIN + 26.0, y, &text, &name))?;
            canvas.tagged(Role::Cell, |canvas| canvas.text_to(HASH - 14.0, y, &size, &file.size))?;
            canvas.tagged(Role::Cell, |canvas| canvas.text(HASH, y, &mono.ink(t::INK_2), &file.sha256))
        })?;
        self.y += 14.6;
        self.canvas.hairline(self.y);
        Ok(())
    }
}

/// Where the hashes start: 64 digits end at the margin.
const HASH: f32 = t::RIGHT - 259.4;
