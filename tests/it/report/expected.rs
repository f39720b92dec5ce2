//! A page of each kind as it looked when somebody looked at it: `fixtures/expected/report-*.png`.
//!
//! `PROOFSHEET_TEST_SNAPSHOTS=write` (`make snapshots`) renews them; whoever commits them looks at them first.

use std::path::PathBuf;

use crate::support::scratch::Scratch;

use super::picture::Picture;
use super::placed::Placed;
use super::rendered::by_both;
use super::text::laid_out;
use super::{REPORTS, Sample, sets};

/// Pixels an inch.
const RESOLUTION: &str = "56";
/// Largest mean difference from the stored picture, in levels; by MuPDF: 5.6.
const MEAN_MAX: f64 = 8.0;
/// Most squares that differ by more than another version of poppler explains; by MuPDF: 5.
const SQUARES_MAX: usize = 16;

/// A kind of page: its name, the set it is taken from, and where it stands in there.
type Kind = (&'static str, &'static str, fn(&Placed) -> usize);

const KINDS: [Kind; 9] = [
    ("cover", "mixed", |layout| titled(layout, "Summary")),
    ("contact-sheet", "mixed", |layout| titled(layout, "Contact sheet")),
    ("set", "alike", |layout| titled(layout, "The set")),
    ("photo-with-findings", "mixed", |layout| page_of(layout, 4)),
    ("photo-unusable", "mixed", |layout| page_of(layout, 12)),
    ("photo-without-pictures", "without-pictures", |layout| page_of(layout, 4)),
    ("statements", "provenance", |layout| titled(layout, "What the files say")),
    ("method", "mixed", |layout| titled(layout, "Method and files")),
    ("files", "mixed", |layout| layout.pages.len()),
];

/// Page that a line of the outline leads to.
fn titled(layout: &Placed, title: &str) -> usize {
    layout.outline.iter().find(|entry| entry.title == title).unwrap().page
}

/// Page of a photo.
pub fn page_of(layout: &Placed, number: usize) -> usize {
    layout.outline.iter().find(|entry| entry.title == "Photos").unwrap().below[number - 1].page
}

fn stored(kind: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "fixtures", "expected", &format!("report-{kind}.png")].iter().collect()
}

#[test]
fn a_page_of_each_kind_looks_as_it_looked() {
    let write = std::env::var_os("PROOFSHEET_TEST_SNAPSHOTS").is_some_and(|value| value == "write");
    let folder = Scratch::new("report-expected");
    let mut all: Vec<(&str, Picture)> = Vec::new();
    for ((set, facts, photos), Sample { report, .. }) in sets().into_iter().zip(REPORTS.iter()) {
        if !KINDS.iter().any(|(_, from, _)| *from == set) {
            continue;
        }
        let layout = laid_out(&facts, &photos, report);
        let path = folder.put("report.pdf", &report.pdf);
        let (poppler, mupdf) = by_both(&path, RESOLUTION);
        for (kind, _, page) in KINDS.iter().filter(|(_, from, _)| *from == set) {
            let index = page(&layout) - 1;
            if write {
                poppler[index].with_few_levels().write_png(&stored(kind));
            }
            let expected = Picture::from_png(&stored(kind));
            for (renderer, actual) in [("poppler", &poppler[index]), ("MuPDF", &mupdf[index])] {
                let distance = expected.distance(actual);
                println!("{kind} by {renderer}: {distance:?}");
                let same = distance.mean <= MEAN_MAX && distance.squares <= SQUARES_MAX;
                assert!(same, "{kind} by {renderer} is another page than {}: {distance:?}", stored(kind).display());
            }
            all.push((kind, expected));
        }
    }
    assert_eq!(all.len(), KINDS.len());
    let size: u64 = KINDS.iter().map(|(kind, ..)| std::fs::metadata(stored(kind)).unwrap().len()).sum();
    assert!(size < 3 << 19, "{size} bytes of pictures of pages");
    for (at, (one, a)) in all.iter().enumerate() {
        for (other, b) in &all[at + 1..] {
            assert!(a.distance(b).squares > 4 * SQUARES_MAX, "{one} and {other} cannot be told from each other");
        }
    }
}
