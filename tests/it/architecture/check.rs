//! Holds one file against the rules.

use super::rules::{EMPTY_NAMES, EVERYTHING, HOMES, IMPORTS, LINES_MAX, RESERVED};
use super::source::{Path, Token, paths, shipped, tokens};

/// A source file: its path under `src/` and its text.
pub struct File {
    /// Such as `report/pdf/page.rs`.
    pub path: String,
    /// Text.
    pub text: String,
}

impl File {
    /// The top module it belongs to: `report` of `report/pdf.rs`, `app` of `app.rs`.
    pub fn module(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// Whether it is a test module of its own.
    fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.ends_with("_tests.rs") || self.path.contains("/tests/")
    }

    fn at_any(&self, prefixes: &[&str]) -> bool {
        prefixes.iter().any(|prefix| self.path.starts_with(prefix))
    }

    fn at(&self, line: usize, what: &str) -> String {
        format!("src/{}:{line}: {what}", self.path)
    }
}

/// The modules of ours a shipped line of this file names, each with a line.
pub fn imported(file: &File) -> Vec<(String, usize)> {
    if file.is_test() {
        return Vec::new();
    }
    paths(&shipped(&tokens(&file.text)))
        .into_iter()
        .filter(|path| path.starts_with(&["crate"]) || path.starts_with(&["proofsheet"]))
        .filter_map(|path| path.words.get(1).map(|module| (module.clone(), path.line)))
        .filter(|(module, _)| module != file.module() && module != "*" && IMPORTS.iter().any(|row| row.module == module))
        .collect()
}

/// Everything wrong with one file.
pub fn check(file: &File) -> Vec<String> {
    let all = tokens(&file.text);
    let mut wrong = everywhere(file, &all);
    if !file.is_test() {
        let code = shipped(&all);
        let named = paths(&code);
        wrong.extend(check_imports(file));
        wrong.extend(check_homes(file, &named));
        wrong.extend(check_reserved(file, &named));
        wrong.extend(check_reads(file, &code));
        wrong.extend(check_docs(file));
    }
    wrong
}

/// Rules that hold in tests too.
fn everywhere(file: &File, all: &[Token]) -> Vec<String> {
    let mut wrong = Vec::new();
    for token in all.iter().filter(|token| token.text == "unsafe") {
        wrong.push(file.at(token.line, "no `unsafe` in our code"));
    }
    for path in paths(&shipped(all)).iter().filter(|path| !file.is_test() && path.contains(&["super", "super"])) {
        wrong.push(file.at(path.line, "`super::super` walks around the import table; write `crate::…`"));
    }
    let lines = file.text.lines().count();
    if lines > LINES_MAX {
        wrong.push(file.at(lines, &format!("more than {LINES_MAX} lines; a file tells one story")));
    }
    if !file.text.starts_with("//!") && !file.is_test() {
        wrong.push(file.at(1, "begins without a `//!` comment that says what it is for"));
    }
    for part in file.path.trim_end_matches(".rs").split('/').filter(|part| EMPTY_NAMES.contains(part)) {
        wrong.push(file.at(1, &format!("`{part}` names nothing")));
    }
    wrong
}

fn check_imports(file: &File) -> Vec<String> {
    let Some(row) = IMPORTS.iter().find(|row| row.module == file.module()) else {
        return vec![file.at(1, "has no row in the import table")];
    };
    if row.may.contains(&EVERYTHING) || file.path == "lib.rs" {
        return Vec::new();
    }
    let mut wrong: Vec<String> = imported(file)
        .into_iter()
        .filter(|(module, _)| !row.may.contains(&module.as_str()))
        .map(|(module, line)| file.at(line, &format!("`{}` may not import `{module}`", row.module)))
        .collect();
    if file.path.ends_with("/mod.rs") && file.path.matches('/').count() == 1 {
        let code = shipped(&tokens(&file.text));
        let up = paths(&code).into_iter().filter(|path| path.starts_with(&["super"]));
        wrong.extend(up.map(|path| file.at(path.line, "`super` is the crate here; write `crate::…`")));
    }
    wrong
}

fn check_homes(file: &File, named: &[Path]) -> Vec<String> {
    let mut wrong = Vec::new();
    for home in HOMES.iter().filter(|home| !file.at_any(home.at)) {
        for path in named.iter().filter(|path| home.crates.contains(&path.words[0].as_str())) {
            wrong.push(file.at(path.line, &format!("`{}` lives in {}: {}", path.words[0], home.at.join(", "), home.because)));
        }
    }
    wrong
}

fn check_reserved(file: &File, named: &[Path]) -> Vec<String> {
    let mut wrong = Vec::new();
    for rule in &RESERVED {
        let applies = if rule.barred.is_empty() { !file.at_any(rule.only) } else { file.at_any(rule.barred) };
        for path in named.iter().filter(|path| applies && path.contains(rule.path)) {
            wrong.push(file.at(path.line, &format!("`{}`: {}", rule.path.join("::"), rule.because)));
        }
    }
    wrong
}

/// The edges read from the database; every write goes through a service.
fn check_reads(file: &File, code: &[Token]) -> Vec<String> {
    if !matches!(file.module(), "api" | "web") {
        return Vec::new();
    }
    let mut wrong = Vec::new();
    for (at, token) in code.iter().enumerate().filter(|(_, token)| token.text.starts_with("as_")) {
        let mut depth = 0i32;
        let close = code.iter().enumerate().skip(at + 1).find(|(_, token)| {
            depth += i32::from(token.text == "(") - i32::from(token.text == ")");
            depth == 0
        });
        let Some((close, _)) = close else { continue };
        if code.get(close + 1).is_some_and(|dot| dot.text == ".") && code.get(close + 2).is_some_and(|verb| verb.text == "write")
        {
            wrong.push(file.at(token.line, "the edges read from the database; every write goes through a service"));
        }
    }
    wrong
}

/// Every public item says what it is; a run of constants may share one comment.
fn check_docs(file: &File) -> Vec<String> {
    const KINDS: [&str; 9] = ["fn", "struct", "enum", "trait", "const", "static", "type", "async", "union"];
    let mut wrong = Vec::new();
    let lines: Vec<&str> = file.text.lines().map(str::trim).collect();
    for (at, line) in lines.iter().enumerate() {
        if *line == "#[cfg(test)]" {
            break;
        }
        let Some(kind) = line.strip_prefix("pub ").and_then(|rest| rest.split(' ').next()) else { continue };
        if !KINDS.contains(&kind) {
            continue;
        }
        let documented = |above: &str| above.starts_with("///") || above.starts_with("#[$") || above.starts_with("$(#[");
        let in_run = |above: &str| kind == "const" && above.starts_with("pub const") && above.ends_with(';');
        // The end of an attribute that began further up; what stands within it is text.
        let mut within = false;
        let above = lines[..at].iter().rev().find(|above| {
            within = (within || (above.ends_with(")]") && !above.starts_with("#["))) && !above.starts_with("#[");
            !within && (documented(above) || !(is_attribute(above) || in_run(above)))
        });
        if !above.is_some_and(|above| documented(above)) {
            wrong.push(file.at(at + 1, "a public item without a doc comment"));
        }
    }
    wrong
}

/// A line of an attribute, also of one that runs over several lines.
fn is_attribute(line: &str) -> bool {
    line.starts_with("#[") || line.ends_with(")]") || line.ends_with(',') || line.starts_with("//")
}
