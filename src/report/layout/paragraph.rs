//! Text in lines: broken at words, cut at the end with …, or shortened in the middle.

use crate::report::ReportError;

use super::canvas::{Canvas, Style};

/// A stretch of a paragraph in one style.
pub type Span<'t> = (Style, &'t str);

impl Canvas<'_> {
    /// The text, shortened in the middle if it is wider than `width`; the end of a file name says what it is.
    ///
    /// # Errors
    /// As [`crate::report::fonts::Fonts::shape`].
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
    /// As [`crate::report::fonts::Fonts::shape`].
    pub fn paragraph(
        &mut self,
        frame: (f32, f32, f32),
        leading: f32,
        lines: usize,
        spans: &[Span<'_>],
    ) -> Result<f32, ReportError> {
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
    /// As [`crate::report::fonts::Fonts::shape`].
    pub fn break_lines(&self, width: f32, lines: usize, spans: &[Span<'_>]) -> Result<Vec<Vec<(Style, String)>>, ReportError> {
        let mut done: Vec<Vec<(Style, String)>> = Vec::new();
        let mut line: Vec<(Style, String)> = Vec::new();
        let mut used = 0.0;
        for (style, word) in self.words(width, spans)? {
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
