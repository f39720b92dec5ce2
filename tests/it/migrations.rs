//! SQLite and PostgreSQL get their tables together.

use std::collections::BTreeSet;
use std::path::Path;

fn folders(backend: &str) -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(backend);
    std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn tables(backend: &str) -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(backend);
    folders(backend)
        .iter()
        .flat_map(|name| {
            let text = std::fs::read_to_string(root.join(name).join("up.sql")).unwrap().to_lowercase();
            let words: Vec<String> = text.split(|c: char| !(c.is_alphanumeric() || c == '_')).map(str::to_owned).collect();
            words
                .windows(3)
                .filter(|three| three[0] == "create" && three[1] == "table")
                .map(|three| three[2].clone())
                .collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn both_sides_have_the_same_migrations_and_tables() {
    assert_eq!(folders("sqlite"), folders("postgres"));
    assert_eq!(tables("sqlite"), tables("postgres"));
    assert!(tables("sqlite").len() > 10, "{:?}", tables("sqlite"));
    for backend in ["sqlite", "postgres"] {
        for name in folders(backend) {
            for file in ["up.sql", "down.sql"] {
                let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(backend).join(&name).join(file);
                assert!(!std::fs::read_to_string(&path).unwrap().trim().is_empty(), "{}", path.display());
            }
        }
    }
}
