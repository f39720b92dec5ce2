//! `pdftotext` gives back every string that is drawn, in its order: what is copied, searched or read aloud is what is seen.

use proofsheet::report::fonts::{PieceKind, Shaped};
use proofsheet::report::layout::display::{Item, PageLayout};
use proofsheet::report::{RenderedReport, ReportFacts, ReportPhoto, content};
use sha2::{Digest, Sha256};

use crate::support::scratch::Scratch;

use super::placed::{Placed, placed};
use super::programs::run;
use super::{REPORTS, Sample, sets};

/// The pages a report was written from.
pub fn laid_out(facts: &ReportFacts, photos: &[ReportPhoto], report: &RenderedReport) -> Placed {
    let hash: String = Sha256::digest(&report.result_json).iter().map(|byte| format!("{byte:02x}")).collect();
    placed(&content::compose(facts, photos, &hash))
}

/// Whether a line has a character that no face has.
pub fn marked(line: &Shaped) -> bool {
    line.pieces.iter().any(|piece| matches!(piece.kind, PieceKind::Missing { .. }))
}

/// White space joined, nothing else changed.
fn joined(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The strings a page draws, in drawing order, and whether a character in them has no glyph.
fn drawn(page: &PageLayout) -> Vec<(String, bool)> {
    page.items
        .iter()
        .filter_map(|(_, item)| match item {
            Item::Text { line, .. } => Some((joined(&line.text), marked(line))),
            _ => None,
        })
        .filter(|(text, _)| !text.is_empty())
        .collect()
}

/// What poppler reads on each page, in the order of the content.
fn read(report: &RenderedReport) -> Vec<String> {
    let folder = Scratch::new("report-text");
    let path = folder.put("report.pdf", &report.pdf);
    let arguments = ["-raw".as_ref(), "-enc".as_ref(), "UTF-8".as_ref(), path.as_os_str(), "-".as_ref()];
    let text = run("pdftotext", &arguments).content("pdftotext").text();
    text.split_terminator('\u{c}').map(|page| joined(&turned_back(page))).collect()
}

/// Text as it was given: poppler takes every letter as placed from left to right, turns what is read from right to left around
/// and says so by U+202B and U+202C. Our boxes stand in the order of the text, so that it must be turned around once more.
fn turned_back(page: &str) -> String {
    let mut parts = page.split('\u{202b}');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (turned, rest) = part.split_once('\u{202c}').unwrap_or((part, ""));
        out.extend(turned.chars().rev());
        out.push_str(rest);
    }
    out
}

/// Strings of a page that do not come back, each looked for behind the one before it.
fn lost(strings: &[(String, bool)], page: &str) -> Vec<String> {
    let mut rest = page;
    let mut lost = Vec::new();
    for (string, _) in strings {
        match rest.find(string.as_str()) {
            Some(at) => rest = &rest[at + string.len()..],
            None => lost.push(string.clone()),
        }
    }
    lost
}

#[test]
fn every_drawn_string_comes_back() {
    let mut wrong = Vec::new();
    let (mut strings, mut marked) = (0, 0);
    for ((name, facts, photos), Sample { report, .. }) in sets().into_iter().zip(REPORTS.iter()) {
        let layout = laid_out(&facts, &photos, report);
        let pages = read(report);
        assert_eq!(pages.len(), layout.pages.len(), "{name}");
        for (index, (page, read)) in layout.pages.iter().zip(&pages).enumerate() {
            let drawn = drawn(page);
            strings += drawn.len();
            marked += drawn.iter().filter(|(_, missing)| *missing).count();
            wrong.extend(lost(&drawn, read).into_iter().map(|text| format!("{name}, page {}: {text}", index + 1)));
        }
    }
    println!("{} of {strings} strings came back, {marked} of them with characters that no face has", strings - wrong.len());
    assert!(wrong.is_empty(), "{} of {strings} strings did not come back: {wrong:#?}", wrong.len());
    assert!(strings > 10_000 && marked > 10, "{strings} strings, {marked} with marks");
}
