//! Pages as text, before they are bytes: what stands where, what fits, what is told to those who do not see it.

use proofsheet::report::content;
use proofsheet::report::fonts::Shaped;
use proofsheet::report::layout::display::{Item, PageLayout, Role};
use proofsheet::report::layout::tokens;

use super::placed::placed;
use super::text::marked;
use super::{alike, looks, samples, sets};

const HASH: &str = "9f2c41d76be083a59f2c41d76be083a59f2c41d76be083a59f2c41d76be083a5";

fn texts(page: &PageLayout) -> Vec<String> {
    page.items
        .iter()
        .filter_map(|(_, item)| match item {
            Item::Text { line, .. } => Some(line.text.clone()),
            _ => None,
        })
        .collect()
}

/// Compares with a stored snapshot; `PROOFSHEET_TEST_SNAPSHOTS=write` renews it.
fn snapshot(name: &str, actual: &str) {
    let path = format!("{}/tests/it/report/snapshots/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("PROOFSHEET_TEST_SNAPSHOTS").is_some_and(|value| value == "write") {
        std::fs::write(&path, actual).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap();
    for (line, (expected, actual)) in expected.lines().zip(actual.lines()).enumerate() {
        assert_eq!(actual, expected, "{name}, line {}", line + 1);
    }
    assert_eq!(actual.lines().count(), expected.lines().count(), "{name}");
}

#[test]
fn each_kind_of_page_stands_as_it_stood() {
    let photos = samples::mixed();
    let content = content::compose(&samples::facts(true), &photos, HASH);
    let layout = placed(&content);
    for (name, page) in [
        ("cover", 1),
        ("contact-sheet", 2),
        ("the-set", 3),
        ("photo-with-findings", 7),
        ("photo-unusable", 15),
        ("files", layout.pages.len()),
    ] {
        snapshot(name, &layout.pages[page - 1].to_text());
    }
    let method = layout.outline.iter().find(|entry| entry.title == "Method and files").unwrap().page;
    snapshot("method", &layout.pages[method - 1].to_text());
    let photos = samples::talkative();
    let facts = looks::on_letter(samples::facts_of_provenance());
    let layout = placed(&content::compose(&facts, &photos, HASH));
    let said = layout.outline.iter().find(|entry| entry.title == "What the files say").unwrap().page;
    snapshot("what-the-files-say-on-letter", &layout.pages[said - 1].to_text());
    snapshot("cover-branded", &placed(&content::compose(&looks::branded(), &samples::mixed(), HASH)).pages[0].to_text());
    let photos = samples::without_pictures(samples::mixed());
    let content = content::compose(&samples::facts(false), &photos, HASH);
    snapshot("photo-without-pictures", &placed(&content).pages[6].to_text());
}

#[test]
fn nothing_leaves_the_paper_and_no_text_runs_into_the_foot() {
    for (name, facts, photos) in sets() {
        let layout = placed(&content::compose(&facts, &photos, HASH));
        for (index, page) in layout.pages.iter().enumerate() {
            for (_, item) in &page.items {
                let Item::Text { x, y, size, tracking, line, .. } = item else { continue };
                let right = x + (line.width + tracking * line.count as f32) * size;
                assert!(*x >= 40.0 || index == 0, "{name}, page {}: {} starts at {x}", index + 1, line.text);
                let allowed = if index == 0 && (290.0..420.0).contains(y) { tokens::PAGE_WIDTH } else { tokens::RIGHT + 0.6 };
                assert!(right <= allowed, "{name}, page {}: {} ends at {right}", index + 1, line.text);
                assert!(
                    *y < tokens::foot(page.paper) - 1.0 || *y > tokens::foot(page.paper) + 10.0,
                    "{name}, page {}: {} stands at {y}",
                    index + 1,
                    line.text
                );
            }
        }
    }
}

#[test]
fn texts_do_not_lie_over_each_other() {
    for (name, facts, photos) in sets() {
        let layout = placed(&content::compose(&facts, &photos, HASH));
        for (index, page) in layout.pages.iter().enumerate() {
            let boxes: Vec<(f32, f32, f32, f32, &Shaped, bool)> = page
                .items
                .iter()
                .filter_map(|(tag, item)| match item {
                    Item::Text { x, y, size, tracking, line, .. } if *size >= 6.0 && (*tag != 0 || *y < 800.0) => Some((
                        *x,
                        y - size * 0.66,
                        x + (line.width + tracking * line.count as f32) * size,
                        *y,
                        line.as_ref(),
                        *tag == 0,
                    )),
                    _ => None,
                })
                .collect();
            for (at, a) in boxes.iter().enumerate() {
                for b in &boxes[at + 1..] {
                    let apart = a.2 <= b.0 + 0.3 || b.2 <= a.0 + 0.3 || a.3 <= b.1 + 0.3 || b.3 <= a.1 + 0.3;
                    // the code point in the box of a character that no face has
                    let boxed = a.5 && marked(b.4) || b.5 && marked(a.4);
                    assert!(apart || boxed, "{name}, page {}: \"{}\" and \"{}\"", index + 1, a.4.text, b.4.text);
                }
            }
        }
    }
}

#[test]
fn every_page_has_its_foot_and_figures_have_words() {
    for (name, facts, photos) in sets() {
        let layout = placed(&content::compose(&facts, &photos, HASH));
        let total = layout.pages.len();
        for (index, page) in layout.pages.iter().enumerate() {
            let texts = texts(page);
            assert!(texts.contains(&format!("Page {} of {total}", index + 1)), "{name}");
            assert!(index == 0 || texts.contains(&"9f2c 41d7 6be0 83a5".to_owned()), "{name}");
            assert!(page.tags.iter().any(|tag| tag.role == Role::Heading1), "{name}, page {}", index + 1);
            for tag in page.tags.iter().filter(|tag| tag.role == Role::Figure) {
                assert!(tag.alt.as_ref().is_some_and(|alt| alt.ends_with('.') && alt.len() > 8), "{name}: {tag:?}");
            }
            for (tag, item) in &page.items {
                let decorated = matches!(item, Item::Picture { .. }) && page.tags[*tag].role == Role::Artifact;
                assert!(!decorated, "{name}: a picture that nobody is told of");
            }
        }
    }
}

#[test]
fn the_set_has_as_many_pages_as_it_takes_and_photos_stand_after_them() {
    for (count, set_pages) in [(1, 0), (2, 1), (14, 2), (50, 3)] {
        let photos = alike::photos(count);
        let content = content::compose(&samples::facts(true), &photos, HASH);
        assert_eq!(content.set.len(), set_pages, "{count} photos");
        let layout = placed(&content);
        let first = content.photos[0].page;
        assert_eq!(first, 2 + content.sheets.len() + set_pages);
        assert!(texts(&layout.pages[first - 1]).contains(&"LW_0401.jpg".to_owned()));
        if set_pages > 0 {
            assert!(texts(&layout.pages[first - 1 - set_pages]).contains(&"The set".to_owned()));
            assert!(layout.outline.iter().any(|entry| entry.title == "The set" && entry.page == first - set_pages));
        }
    }
    assert!(content::compose(&samples::facts(true), &samples::unreadable(8), HASH).set.is_empty());
}

#[test]
fn the_cover_says_what_is_wrong_with_which_photo() {
    let photos = samples::mixed();
    let cover = texts(&placed(&content::compose(&samples::facts(true), &photos, HASH)).pages[0]).join("\n");
    for words in [
        "16 of 20 are ready.",
        "4 need attention.",
        "Do these first",
        "Use a sharper frame.",
        "Page 10",
        "Ends",
        "5 December 2026, 14:23 UTC,",
    ] {
        assert!(cover.contains(words), "{words}");
    }
    let photos = samples::ready(1);
    let cover = texts(&placed(&content::compose(&samples::facts_of_the_command_line(), &photos, HASH)).pages[0]).join("\n");
    assert!(
        cover.contains("Not stored by proofsheet;") && cover.contains("Untitled set") && cover.contains("The photo is ready.")
    );
}
