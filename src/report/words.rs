//! Every sentence of the report, in one place; also used by the API and the web pages.

use crate::measure::finding::Accepted;
use crate::measure::{PhotoMeasurements, PhotoOutcome, PhotoVerdict};

use super::ReportPhoto;

/// How many photos have which word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// No finding.
    pub ready: usize,
    /// Findings.
    pub check: usize,
    /// Not usable as they are.
    pub redo: usize,
}

impl Counts {
    /// Counts a set.
    pub fn of(photos: &[ReportPhoto]) -> Self {
        let count = |verdict| photos.iter().filter(|photo| photo.outcome.verdict() == verdict).count();
        Self { ready: count(PhotoVerdict::Ready), check: count(PhotoVerdict::Check), redo: count(PhotoVerdict::Redo) }
    }

    /// All photos.
    pub const fn total(self) -> usize {
        self.ready + self.check + self.redo
    }
}

/// The set's verdict: `17 of 20 are ready. 3 need attention.`
pub fn set_sentence(photos: &[ReportPhoto]) -> String {
    let (first, second) = set_sentences(Counts::of(photos));
    if second.is_empty() { first } else { format!("{first} {second}") }
}

/// The set's verdict in two lines; the second is empty when all are ready.
pub fn set_sentences(counts: Counts) -> (String, String) {
    let attention = counts.check + counts.redo;
    match (counts.total(), attention) {
        (0, _) => ("There is no photo.".into(), String::new()),
        (1, 0) => ("The photo is ready.".into(), String::new()),
        (1, _) => ("The photo".into(), "needs attention.".into()),
        (2, 0) => ("Both are ready.".into(), String::new()),
        (total, 0) => (format!("All {total} are ready."), String::new()),
        (2, 2) => ("None is ready.".into(), "Both need attention.".into()),
        (total, _) if counts.ready == 0 => ("None is ready.".into(), format!("All {total} need attention.")),
        (total, 1) => (ready_of(counts.ready, total), "1 needs attention.".into()),
        (total, _) => (ready_of(counts.ready, total), format!("{attention} need attention.")),
    }
}

fn ready_of(ready: usize, total: usize) -> String {
    let verb = if ready == 1 { "is" } else { "are" };
    format!("{ready} of {total} {verb} ready.")
}

/// The word of a photo: Ready, Check or Redo.
pub const fn verdict_word(verdict: PhotoVerdict) -> &'static str {
    match verdict {
        PhotoVerdict::Ready => "Ready",
        PhotoVerdict::Check => "Check",
        PhotoVerdict::Redo => "Redo",
    }
}

/// What a word means, without a customer's rules.
pub const fn verdict_meaning(verdict: PhotoVerdict) -> &'static str {
    match verdict {
        PhotoVerdict::Ready => "nothing was found",
        PhotoVerdict::Check => "look at the finding",
        PhotoVerdict::Redo => "not usable as it is",
    }
}

/// One sentence about one photo.
pub fn photo_sentence(outcome: &PhotoOutcome) -> String {
    match outcome {
        PhotoOutcome::Unusable(problem) => problem.sentence().to_owned(),
        PhotoOutcome::Measured(photo) => match photo.findings.first() {
            Some(finding) => finding.sentence(),
            None => NOTHING_FOUND.to_owned(),
        },
    }
}

/// At most three words about one photo, for the contact sheet.
pub fn photo_label(outcome: &PhotoOutcome) -> &'static str {
    match outcome {
        PhotoOutcome::Unusable(_) => "Could not be read",
        PhotoOutcome::Measured(photo) => photo.findings.first().map_or("Nothing to fix", |finding| finding.kind.label()),
    }
}

/// The heading of a photo's page: `Check: highlights are burnt out`.
pub fn photo_headline(outcome: &PhotoOutcome) -> String {
    match outcome {
        PhotoOutcome::Unusable(_) => "Redo: the file could not be read".into(),
        PhotoOutcome::Measured(photo) => match photo.findings.first() {
            Some(finding) => format!("{}: {}", verdict_word(photo.verdict()), lower_first(finding.kind.label())),
            None => "Ready".into(),
        },
    }
}

/// On the film of a photo whose report has no pictures.
pub const COLORS_ONLY: &str = "colours only, no picture by request";
/// On the film of a photo in CMYK.
pub const NO_PICTURE_OF_INKS: &str = "CMYK inks, no picture";
/// In place of the panels of a photo in CMYK.
pub const INKS_NOT_MEASURED: &str = "This file stores four inks (CMYK). What they look like depends on the press and paper they were made for, so no brightness, colour, sharpness or noise is measured here, and no picture is shown: all that stands below comes from the file's headers.";

/// Said of a photo without findings.
pub const NOTHING_FOUND: &str = "Nothing was found in this file. Every number with a default range lies within it.";

/// `1 finding`, `3 findings`.
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// What became of the numbers with a default range: `6 numbers have a default range: 5 lie within it, 1 outside.`
pub fn range_sum(photo: &PhotoMeasurements) -> String {
    use crate::measure::FindingKind;
    let mut sum = (0, 0, 0);
    for kind in FindingKind::ALL {
        let Some((metric, _)) = kind.accepted() else { continue };
        // what is not printed is told where something was found
        if !metric.is_printed() && !photo.findings.iter().any(|finding| finding.kind == kind) {
            continue;
        }
        if photo.findings.iter().any(|finding| finding.kind == kind) {
            sum.1 += 1;
        } else if photo.value(metric).is_some() {
            sum.0 += 1;
        } else {
            sum.2 += 1;
        }
    }
    let unknown = if sum.2 > 0 { format!(", {} unknown", sum.2) } else { String::new() };
    format!("{} numbers have a default range: {} within, {} outside{unknown}.", sum.0 + sum.1 + sum.2, sum.0, sum.1)
}

/// `at most 2.0`, `at least 4.00`, with the metric's decimals.
pub fn accepted(range: Accepted, decimals: u8) -> String {
    match range {
        Accepted::AtMost(limit) => format!("at most {}", short_number(limit, decimals)),
        Accepted::AtLeast(limit) => format!("at least {}", short_number(limit, decimals)),
    }
}

/// A limit with no more decimals than it needs.
fn short_number(value: f64, decimals: u8) -> String {
    let text = number(value, decimals);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A number with decimals and thousands: `6,000`, `28.04`.
pub fn number(value: f64, decimals: u8) -> String {
    let text = format!("{:.*}", usize::from(decimals), value.abs());
    let (whole, fraction) = text.split_once('.').map_or((text.as_str(), ""), |(whole, fraction)| (whole, fraction));
    let negative = value < 0.0 && text.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
    let mut out = String::from(if negative { "\u{2212}" } else { "" });
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// `11.4 MB`, in powers of ten, as file managers and picture libraries count.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => count(usize::try_from(bytes).unwrap_or(0), "byte", "bytes"),
        1_000..1_000_000 => format!("{} KB", number(bytes as f64 / 1e3, 0)),
        _ => format!("{} MB", number(bytes as f64 / 1e6, 1)),
    }
}

/// The first sentence of several.
pub fn first_sentence(text: &str) -> String {
    text.split_once(". ").map_or_else(|| text.to_owned(), |(first, _)| format!("{first}."))
}

/// The first sentence; without its last clause if it has more than `most` characters.
pub fn main_clause(text: &str, most: usize) -> String {
    let first = first_sentence(text);
    if first.chars().count() <= most {
        return first;
    }
    ["; ", ", or ", ", unless "]
        .iter()
        .find_map(|cut| first.split_once(cut))
        .map_or_else(|| first.clone(), |(main, _)| format!("{main}."))
}

/// The first letter in lower case, for the middle of a sentence; words in capitals stay.
pub fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    match (characters.next(), text.chars().nth(1)) {
        (Some(first), Some(second)) if second.is_lowercase() => first.to_lowercase().collect::<String>() + characters.as_str(),
        _ => text.to_owned(),
    }
}

/// Untrusted text made fit to print: no control, bidirectional or invisible characters, spaces joined, at most `most` characters.
pub fn clean(text: &str, most: usize) -> String {
    let mut out = String::new();
    let mut kept = 0;
    for character in text.chars() {
        let character = if character.is_whitespace() || character.is_control() { ' ' } else { character };
        if invisible(character) || (character == ' ' && (out.is_empty() || out.ends_with(' '))) {
            continue;
        }
        if kept == most {
            out.push('…');
            return out;
        }
        out.push(character);
        kept += 1;
    }
    out.truncate(out.trim_end().len());
    out
}

/// Characters that change the look of others or have none: marks of direction, joiners, variation selectors, tags, non-characters.
fn invisible(character: char) -> bool {
    matches!(character,
        '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_set_is_told_in_plain_sentences() {
        let say = |ready, check, redo| {
            let (first, second) = set_sentences(Counts { ready, check, redo });
            format!("{first} {second}").trim_end().to_owned()
        };
        assert_eq!(say(17, 1, 2), "17 of 20 are ready. 3 need attention.");
        assert_eq!(say(19, 1, 0), "19 of 20 are ready. 1 needs attention.");
        assert_eq!(say(1, 0, 3), "1 of 4 is ready. 3 need attention.");
        assert_eq!(say(1, 0, 0), "The photo is ready.");
        assert_eq!(say(0, 1, 0), "The photo needs attention.");
        assert_eq!(say(2, 0, 0), "Both are ready.");
        assert_eq!(say(0, 0, 2), "None is ready. Both need attention.");
        assert_eq!(say(50, 0, 0), "All 50 are ready.");
        assert_eq!(say(0, 20, 30), "None is ready. All 50 need attention.");
    }

    #[test]
    fn numbers_have_thousands_and_decimals() {
        assert_eq!(number(6000.0, 0), "6,000");
        assert_eq!(number(1_234_567.891, 2), "1,234,567.89");
        assert_eq!(number(28.04, 1), "28.0");
        assert_eq!(number(-0.001, 2), "0.00");
        assert_eq!(number(-1.5, 1), "−1.5");
        assert_eq!(accepted(Accepted::AtMost(2.0), 2), "at most 2");
        assert_eq!(accepted(Accepted::AtLeast(1.25), 3), "at least 1.25");
        assert_eq!(size(1), "1 byte");
        assert_eq!(size(999_499), "999 KB");
        assert_eq!(size(11_400_000), "11.4 MB");
    }

    #[test]
    fn strangers_texts_are_made_harmless() {
        assert_eq!(clean("a\u{202e}gpj.exe\u{0}\n\tb", 40), "agpj.exe b");
        assert_eq!(clean("x".repeat(300).as_str(), 5), "xxxxx…");
        assert_eq!(clean("  \u{200b} ", 5), "");
    }

    #[test]
    fn first_letters_are_lowered_but_not_in_short_words_of_capitals() {
        assert_eq!(lower_first("Nothing in focus"), "nothing in focus");
        assert_eq!(lower_first("GPS position"), "GPS position");
    }
}
