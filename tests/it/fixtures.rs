//! The fixtures themselves: every photograph has its licence, every broken or odd file its expectation.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A folder or file of `fixtures/`.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

fn names(folder: &str) -> BTreeSet<String> {
    std::fs::read_dir(fixture(folder)).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn every_photograph_has_its_licence_beside_it() {
    let all = names("photos");
    for photo in all.iter().filter(|name| !name.ends_with(".license")) {
        let licence = std::fs::read_to_string(fixture("photos").join(format!("{photo}.license"))).unwrap_or_default();
        let id = licence.lines().find_map(|line| line.strip_prefix("SPDX-License-Identifier: "));
        let id = id.unwrap_or_else(|| panic!("{photo} has no licence"));
        assert!(fixture("LICENSES").join(format!("{id}.txt")).exists(), "{photo}: the text of {id} is missing");
        assert!(licence.contains("SPDX-FileCopyrightText: "), "{photo} names no author");
    }
}

#[test]
fn every_broken_and_every_odd_file_has_its_expectation() {
    for folder in ["malformed", "formats", "metadata"] {
        let text = std::fs::read(fixture(folder).join("expected.json")).unwrap();
        let expected: serde_json::Value = serde_json::from_slice(&text).unwrap();
        let listed: BTreeSet<String> = expected.as_object().unwrap().keys().cloned().collect();
        let mut present = names(folder);
        present.remove("expected.json");
        assert_eq!(listed, present, "{folder}");
    }
}

#[test]
fn the_folder_stays_small() {
    let size: u64 = ["photos", "malformed", "formats", "metadata", "references", "expected", "LICENSES"]
        .iter()
        .flat_map(|folder| std::fs::read_dir(fixture(folder)).unwrap())
        .map(|entry| entry.unwrap().metadata().unwrap().len())
        .sum();
    assert!(size < 14 << 20, "{size} bytes of fixtures");
}
