//! A report is placed and drawn one page at a time: whoever has a page cannot keep it, and whoever makes pages does not.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use proofsheet::domain::Paper;
use proofsheet::report::content::{self, Content};
use proofsheet::report::fonts::{Fonts, Shaped};
use proofsheet::report::layout::display::{Item, PageLayout};
use proofsheet::report::layout::{Draw, Layout, OutlineEntry, Pages};
use proofsheet::report::{ReportError, ReportFacts, ReportPhoto, pdf};

use super::{alike, samples, sets};

/// All pages of a report at once, as only tests and peers hold them.
pub struct Placed {
    pub paper: Paper,
    pub pages: Vec<PageLayout>,
    pub outline: Vec<OutlineEntry>,
}

/// Places a report and keeps a copy of each page.
pub fn placed(content: &Content<'_>) -> Placed {
    let fonts = Fonts::load().unwrap();
    let layout = Layout::new(&fonts, content).unwrap();
    let mut pages = Vec::new();
    let kept = layout.each(&mut |page| {
        pages.push(page.clone());
        Ok(())
    });
    kept.unwrap();
    assert_eq!(pages.len(), layout.count());
    Placed { paper: layout.paper(), pages, outline: layout.outline().to_vec() }
}

impl Pages for Placed {
    fn paper(&self) -> Paper {
        self.paper
    }

    fn count(&self) -> usize {
        self.pages.len()
    }

    fn outline(&self) -> &[OutlineEntry] {
        &self.outline
    }

    fn each(&self, draw: &mut Draw<'_>) -> Result<(), ReportError> {
        self.pages.iter().try_for_each(draw)
    }
}

/// The line of a page that no other page has: its number. Only the page holds it, and the shaper, where it keeps lines that may recur.
fn number_of(page: &PageLayout) -> &Rc<Shaped> {
    let mut lines = page.items.iter().filter_map(|(_, item)| match item {
        Item::Text { line, .. } if line.text.starts_with("Page ") && line.text.contains(" of ") => Some(line),
        _ => None,
    });
    lines.next_back().unwrap()
}

/// Counts how many of the pages that were lent are still somewhere when the next one is.
struct Watched<P> {
    pages: P,
    lent: Cell<usize>,
    most: Cell<usize>,
}

impl<P> Watched<P> {
    const fn new(pages: P) -> Self {
        Self { pages, lent: Cell::new(0), most: Cell::new(0) }
    }
}

impl<P: Pages> Pages for Watched<P> {
    fn paper(&self) -> Paper {
        self.pages.paper()
    }

    fn count(&self) -> usize {
        self.pages.count()
    }

    fn outline(&self) -> &[OutlineEntry] {
        self.pages.outline()
    }

    fn each(&self, draw: &mut Draw<'_>) -> Result<(), ReportError> {
        // of each page that was lent, its number, and how many held it then: a page that is gone does no more
        let numbers: RefCell<Vec<(Weak<Shaped>, usize)>> = RefCell::default();
        self.pages.each(&mut |page| {
            let number = number_of(page);
            numbers.borrow_mut().push((Rc::downgrade(number), Rc::strong_count(number)));
            let alive = numbers.borrow().iter().filter(|(number, holders)| number.strong_count() >= *holders).count();
            self.most.set(self.most.get().max(alive));
            self.lent.set(self.lent.get() + 1);
            draw(page)
        })
    }
}

/// Draws a report as the product does; answers it, and how its pages were lent and at most alive.
fn watched<P: Pages>(pages: P, photos: &[ReportPhoto]) -> (Vec<u8>, usize, usize) {
    let about = pdf::About { title: "A".into(), created: (2026, 11, 22, 12, 0, 0), creator: "B".into(), id: [7; 16] };
    let watched = Watched::new(pages);
    let sources = pdf::Sources { photos, logo: None };
    let file = pdf::draw(&watched, &sources, &about, b"{}").unwrap().save().unwrap();
    (file, watched.lent.get(), watched.most.get())
}

#[test]
fn a_placed_page_is_gone_before_the_next_one_is_placed() {
    let hash = "0".repeat(64);
    let cases: [(ReportFacts, Vec<ReportPhoto>); 2] =
        [(samples::facts(true), alike::photos(50)), (samples::facts_of_provenance(), samples::talkative())];
    for (facts, photos) in cases {
        let (fonts, content) = (Fonts::load().unwrap(), content::compose(&facts, &photos, &hash));
        let layout = Layout::new(&fonts, &content).unwrap();
        let count = layout.count();
        let (one_by_one, lent, most) = watched(layout, &photos);
        assert_eq!((lent, most), (2 * count, 1), "each page is placed for the survey and for the file, alone");
        // all of them held: the same file, and the count notices
        let (at_once, _, most) = watched(placed(&content), &photos);
        assert!(at_once == one_by_one);
        assert_eq!(most, count);
    }
}

#[test]
fn pages_are_counted_before_they_are_placed() {
    for (name, facts, photos) in sets() {
        let (fonts, content) = (Fonts::load().unwrap(), content::compose(&facts, &photos, &"0".repeat(64)));
        let layout = Layout::new(&fonts, &content).unwrap();
        let mut numbers = Vec::new();
        let placing = layout.each(&mut |page| {
            numbers.push(number_of(page).text.clone());
            Ok(())
        });
        placing.unwrap();
        let expected: Vec<String> = (1..=layout.count()).map(|number| format!("Page {number} of {}", layout.count())).collect();
        assert_eq!(numbers, expected, "{name}");
    }
}

#[test]
fn who_draws_can_stop_and_nothing_more_is_placed() {
    let (facts, photos) = (samples::facts(true), alike::photos(14));
    let (fonts, content) = (Fonts::load().unwrap(), content::compose(&facts, &photos, &"0".repeat(64)));
    let layout = Layout::new(&fonts, &content).unwrap();
    let mut seen = 0;
    let stopped = layout.each(&mut |_| {
        seen += 1;
        if seen == 5 { Err(ReportError::VerifyAddress) } else { Ok(()) }
    });
    assert_eq!((stopped, seen), (Err(ReportError::VerifyAddress), 5));
}
