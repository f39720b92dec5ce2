//! The import table, the homes of outside crates and the habits of the house, held over the source itself.

mod check;
mod rules;
mod self_test;
mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use check::{File, check, imported};
use rules::{EVERYTHING, IMPORTS};

/// Every source file under a folder of the repository.
fn files(folder: &str) -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let (mut found, mut todo) = (Vec::new(), vec![root.clone()]);
    while let Some(dir) = todo.pop() {
        for entry in std::fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                found.push(File { path: name, text: std::fs::read_to_string(&path).unwrap() });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "no source under {folder}");
    found
}

#[test]
fn the_source_keeps_the_rules_of_the_house() {
    let wrong: Vec<String> = files("src").iter().flat_map(check).collect();
    assert!(wrong.is_empty(), "{} lines break a rule of ARCHITECTURE.md:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn no_module_imports_itself_by_a_detour() {
    let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files("src") {
        let targets = imported(&file).into_iter().map(|(module, _)| module);
        edges.entry(file.module().to_owned()).or_default().extend(targets);
    }
    assert_eq!(find_cycle(&edges), None, "modules import each other in a ring");
}

/// A ring among the edges, if there is one, in order.
fn find_cycle(edges: &BTreeMap<String, BTreeSet<String>>) -> Option<Vec<String>> {
    fn walk(at: &str, edges: &BTreeMap<String, BTreeSet<String>>, way: &mut Vec<String>, done: &mut BTreeSet<String>) -> bool {
        if let Some(start) = way.iter().position(|module| module == at) {
            way.drain(..start);
            return true;
        }
        if !done.insert(at.to_owned()) {
            return false;
        }
        way.push(at.to_owned());
        if edges.get(at).into_iter().flatten().any(|next| walk(next, edges, way, done)) {
            return true;
        }
        way.pop();
        false
    }
    let mut done = BTreeSet::new();
    edges.keys().find_map(|module| {
        let mut way = Vec::new();
        walk(module, edges, &mut way, &mut done).then_some(way)
    })
}

#[test]
fn the_import_table_itself_has_no_ring() {
    let edges = IMPORTS.iter().filter(|row| !row.may.contains(&EVERYTHING));
    let edges = edges.map(|row| (row.module.to_owned(), row.may.iter().map(|module| (*module).to_owned()).collect())).collect();
    assert_eq!(find_cycle(&edges), None);
}

#[test]
fn architecture_md_shows_this_import_table() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md")).unwrap_or_default();
    let rows = IMPORTS.iter().filter(|row| row.module != "lib").map(|row| {
        let may = if row.may.is_empty() { "nothing".to_owned() } else { row.may.join(", ") };
        format!("| {} | {may} |", row.module)
    });
    let missing: Vec<String> = rows.filter(|row| !page.contains(row.as_str())).collect();
    assert!(missing.is_empty(), "ARCHITECTURE.md lacks these rows of the import table:\n{}", missing.join("\n"));
}

#[test]
fn test_files_tell_one_story_each() {
    let long = files("tests").into_iter().filter(|file| file.text.lines().count() > rules::LINES_MAX);
    assert_eq!(long.map(|file| file.path).collect::<Vec<_>>(), Vec::<String>::new());
}
