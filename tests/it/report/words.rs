//! Words a report must not use: nothing that was measured or declared can bear them.

use std::path::Path;

use proofsheet::report::content;
use proofsheet::report::layout::display::Item;

use super::placed::placed;
use super::{REPORTS, sets};

const FORBIDDEN: [&str; 5] = ["fake", "authentic", "manipulated", "tampered", "genuine"];

/// The first forbidden word of a text, told from longer words such as `authentication`.
fn forbidden(text: &str) -> Option<&'static str> {
    let text = text.to_lowercase();
    let words: Vec<&str> = text.split(|char: char| !char.is_alphabetic()).collect();
    FORBIDDEN.into_iter().find(|word| words.contains(word))
}

#[test]
fn no_page_and_no_result_uses_a_forbidden_word() {
    assert_eq!(forbidden("Is it FAKE? Sign in by authentication."), Some("fake"));
    assert_eq!(forbidden("authentication"), None);
    for sample in REPORTS.iter() {
        assert_eq!(forbidden(std::str::from_utf8(&sample.report.result_json).unwrap()), None, "{}", sample.name);
    }
    for (name, facts, photos) in sets() {
        let layout = placed(&content::compose(&facts, &photos, &"0".repeat(64)));
        for (_, item) in layout.pages.iter().flat_map(|page| &page.items) {
            if let Item::Text { line, .. } = item {
                assert_eq!(forbidden(&line.text), None, "{name}: {}", line.text);
            }
        }
    }
}

/// Every file under a folder.
fn files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

#[test]
fn no_text_of_the_program_uses_a_forbidden_word() {
    let mut all = Vec::new();
    for folder in ["src/measure", "src/report", "src/web", "src/api", "docs/schema"] {
        files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut all);
    }
    let mut seen = 0;
    // tests name the words to forbid them
    for path in all.into_iter().filter(|path| !path.components().any(|part| part.as_os_str() == "tests")) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        seen += text.len();
        for line in text.lines().filter(|line| line.contains('"') || !line.trim_start().starts_with("//")) {
            assert_eq!(forbidden(line), None, "{}: {line}", path.display());
        }
    }
    assert!(seen > 100_000, "only {seen} bytes were looked at");
}
