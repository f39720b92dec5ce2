//! What secret scanners look for: the published pattern fits every key, and nothing in the repository but examples made to fit.

use std::path::Path;
use std::process::Command;

use proofsheet::accounts::KEY_PATTERN;

/// The pattern's parts, as its text says them.
const STARTS: [&str; 2] = ["ps_live_", "ps_test_"];
const CHARS: usize = 38;

/// Every place in a text that the pattern fits.
fn found(text: &str) -> Vec<&str> {
    let starts = STARTS.into_iter().flat_map(|start| text.match_indices(start));
    let fits = starts.filter_map(|(at, start)| {
        let body = text.as_bytes().get(at + start.len()..at + start.len() + CHARS)?;
        body.iter().all(u8::is_ascii_alphanumeric).then(|| &text[at..at + start.len() + CHARS])
    });
    fits.collect()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn the_published_pattern_is_the_one_of_the_program() {
    let (start, rest) = KEY_PATTERN.split_once("(?:live|test)").unwrap();
    assert_eq!((start, rest), ("ps_", format!("_[0-9A-Za-z]{{{CHARS}}}").as_str()), "this file reads the same pattern");
    for page in ["docs/keys.md", "docs/gitleaks-proofsheet.toml", "README.md"] {
        assert!(read(page).contains(KEY_PATTERN), "{page}");
    }
    let rule = read("docs/gitleaks-proofsheet.toml");
    for line in ["[[rules]]", "id = \"proofsheet-api-key\"", "keywords = [\"ps_live_\", \"ps_test_\"]"] {
        assert!(rule.contains(line), "{line}");
    }
}

#[test]
fn what_fits_is_found_and_nothing_near_it() {
    let key = format!("ps_live_{}", "a1B2".repeat(10));
    assert_eq!(found(&format!("KEY={key};")), [&key[..46]]);
    for near in [&key[..45], &key.replace("live", "prod"), &key.replacen("a1", "a-", 1), "ps_live_…"] {
        assert!(found(near).is_empty(), "{near}");
    }
}

#[test]
fn the_repository_holds_no_key() {
    let root = env!("CARGO_MANIFEST_DIR");
    let listed = Command::new("git").args(["-C", root, "ls-files", "-z"]).output().unwrap();
    let names = String::from_utf8(listed.stdout).unwrap();
    let files: Vec<&str> = names.split('\0').filter(|name| !name.is_empty()).collect();
    assert!(files.len() > 300, "git lists the files: {}", files.len());
    let mut seen = Vec::new();
    for file in files {
        let bytes = std::fs::read(Path::new(root).join(file)).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        seen.extend(found(&text).into_iter().map(|key| format!("{file}: {key}")));
    }
    assert_eq!(seen, Vec::<String>::new(), "a key, or an example that scanners take for one");
}
