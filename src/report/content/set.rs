//! The set as a whole: frames that are alike, what differs from the rest, what it is made of.

use crate::domain::Paper;
use crate::measure::set::{BestKey, Group, GroupsBy, SetMeasurements, Tally};
use crate::report::facts::ReportPhoto;
use crate::report::{set_words, words};

use super::TEXT_CHARS_MAX;
use super::plot::{self, Plot};

/// What a page holds, in points; what rows and headings take of it, as the layout sets them.
const PAGE: usize = 656;
/// What a continuation holds more: it has no introduction.
const CONTINUED_MORE: usize = 48;
/// What paper lower than A4 has less.
const LETTER_LESS: usize = 50;
const LINE: usize = 16;
const TWO_LINES: usize = 28;
const HEADING: usize = 32;
const STRIP: usize = 62;
const PLOT: usize = 40;
/// Rows that stay with their heading.
const ROWS_TOGETHER: usize = 3;
/// Frames of a group that are shown; its sentence names them all.
pub const SHOWN_MAX: usize = 8;
/// A sentence of ours up to this long takes one line.
const SENTENCE_CHARS: usize = 96;
/// Our own words beside a label.
const OUR_WORDS_CHARS: usize = 76;
/// Strangers' words up to this long do so however wide their letters are.
const WORDS_CHARS: usize = 48;
/// Values of a list that are printed; the result has them all.
const VALUES_MAX: usize = 6;

/// One page about the set.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SetPage {
    /// `The set`, or its continuation.
    pub title: &'static str,
    /// Said below the title; empty on a continuation.
    pub intro: String,
    /// What stands on it.
    pub sections: Vec<SetSection>,
}

/// Rows under a heading.
#[derive(Debug, Clone, PartialEq)]
pub struct SetSection {
    /// Heading.
    pub heading: &'static str,
    /// What stands under it.
    pub rows: Vec<SetRow>,
}

/// A line of words, or a plot.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SetRow {
    /// Before the words; empty for a sentence.
    pub label: &'static str,
    /// The words.
    pub words: String,
    /// Photos shown below them, ascending.
    pub shown: Vec<u16>,
    /// Which of them is technically best.
    pub best: Option<u16>,
    /// Drawn instead of words.
    pub plot: Option<Plot>,
}

impl SetRow {
    fn sentence(words: impl Into<String>) -> Self {
        Self { words: words.into(), ..Self::default() }
    }
}

/// No page for a set in which fewer than two photos could be measured.
pub fn compose(photos: &[ReportPhoto], paper: Paper) -> Vec<SetPage> {
    let set = &set_words::measured(photos);
    if set.facts.measured < 2 {
        return Vec::new();
    }
    let sections = [
        SetSection { heading: "Frames that are alike", rows: groups(set) },
        SetSection { heading: "How the frames hang together", rows: together(set, photos) },
        SetSection { heading: "Delivery spec", rows: vec![SetRow::sentence(NO_SPEC)] },
        SetSection { heading: "What the set is made of", rows: made_of(set) },
    ];
    let page = match paper {
        Paper::A4 => PAGE,
        Paper::Letter => PAGE - LETTER_LESS,
    };
    let mut pages = paged(sections, page);
    for (at, page) in pages.iter_mut().enumerate() {
        (page.title, page.intro) = match at {
            0 => ("The set", INTRO.to_owned()),
            _ => ("The set, continued", String::new()),
        };
    }
    pages
}

const TOO_FEW: &str = "Whether frames differ from the rest is not asked: it takes at least five measured photos.";
const NO_SPEC: &str = "None was given, so there is no matrix of rules. The photos were held against the default ranges only.";
const INTRO: &str = "Frames are alike by hashes of their pictures, or because their files are equal. The technically best of them is told by completeness, fine detail, size, sharpness, compression, clipping and noise, in this order; which one to show is for people to say. In the plots a dot is a frame and the band is what lies near the median. A numbered diamond lies elsewhere, which is no fault: a set may hold several scenes.";

/// Sections over as many pages as their rows take.
fn paged(sections: [SetSection; 4], first_page: usize) -> Vec<SetPage> {
    let mut pages = vec![SetPage::default()];
    let (mut used, mut page_height) = (0, first_page);
    for section in sections {
        let mut open = false;
        // a heading is not left behind with a row or two
        let start = HEADING + section.rows.iter().take(ROWS_TOGETHER).map(height).sum::<usize>();
        if used + start > page_height {
            pages.push(SetPage::default());
            (used, page_height) = (0, first_page + CONTINUED_MORE);
        }
        for row in section.rows {
            let height = height(&row);
            if used + height + if open { 0 } else { HEADING } > page_height {
                pages.push(SetPage::default());
                (used, open, page_height) = (0, false, first_page + CONTINUED_MORE);
            }
            used += height + if open { 0 } else { HEADING };
            let Some(page) = pages.last_mut() else { continue };
            match page.sections.last_mut().filter(|_| open) {
                Some(last) => last.rows.push(row),
                None => page.sections.push(SetSection { heading: section.heading, rows: vec![row] }),
            }
            open = true;
        }
    }
    pages
}

fn height(row: &SetRow) -> usize {
    if row.plot.is_some() {
        return PLOT;
    }
    let most = match row.label {
        "" => SENTENCE_CHARS,
        "Taken" | "Sizes" | "Shapes" | "Formats" | "Backgrounds" => OUR_WORDS_CHARS,
        _ => WORDS_CHARS,
    };
    let lines = if row.words.chars().count() <= most { LINE } else { TWO_LINES };
    if row.shown.is_empty() { lines } else { lines + STRIP }
}

fn groups(set: &SetMeasurements) -> Vec<SetRow> {
    let mut rows: Vec<SetRow> = set.groups.iter().map(group).collect();
    if rows.is_empty() {
        rows.push(SetRow::sentence("No two frames are alike."));
    }
    if set.groups_by == GroupsBy::Bytes {
        rows.push(SetRow::sentence(set_words::BYTES_ONLY));
    }
    rows
}

/// The first frames of a group, and always its technically best.
fn group(group: &Group) -> SetRow {
    let best = group.best.number;
    let others = group.photos.iter().copied().filter(|number| *number != best).take(SHOWN_MAX - 1);
    let mut shown: Vec<u16> = others.chain([best]).collect();
    shown.sort_unstable();
    let told = group.best.decided_by != BestKey::PhotoNumber;
    SetRow { label: "", words: set_words::group_sentence(group), shown, best: told.then_some(best), plot: None }
}

/// What is said of frames that differ, then a plot of each number.
fn together(set: &SetMeasurements, photos: &[ReportPhoto]) -> Vec<SetRow> {
    let mut rows: Vec<SetRow> = set.spread.iter().filter_map(set_words::spread_sentence).map(SetRow::sentence).collect();
    if rows.is_empty() {
        let why = if set.spread.is_empty() { TOO_FEW } else { "No frame differs from the rest." };
        rows.push(SetRow::sentence(why));
    }
    let plots = plot::plots(&set.spread, photos).into_iter();
    rows.extend(plots.map(|plot| SetRow { plot: Some(plot), ..SetRow::default() }));
    rows
}

fn made_of(set: &SetMeasurements) -> Vec<SetRow> {
    let facts = &set.facts;
    let shapes = [(facts.shapes.portrait, "portrait"), (facts.shapes.landscape, "landscape"), (facts.shapes.square, "square")];
    let shapes: Vec<String> =
        shapes.into_iter().filter(|(photos, _)| *photos > 0).map(|(photos, word)| format!("{photos} {word}")).collect();
    let aspects = facts.aspects.iter().map(|aspect| {
        let (width, height) = aspect.named.unwrap_or(aspect.ratio);
        (format!("{width}:{height}"), aspect.photos)
    });
    let rows = [
        ("Cameras", tallied(&facts.cameras, "")),
        ("Lenses", tallied(&facts.lenses, "")),
        ("Taken", set_words::captured_words(facts)),
        ("Sizes", tallied(&facts.sizes, "")),
        ("Shapes", format!("{}; {}", shapes.join(", "), listed(merged(aspects)))),
        ("Formats", tallied(&facts.formats, "").to_uppercase().replace("WEBP", "WebP")),
        ("Profiles", tallied(&facts.profiles, "none")),
        ("Backgrounds", set.background.as_ref().map_or_else(String::new, set_words::background_words)),
        ("Names", set_words::names_words(facts)),
    ];
    let row = |(label, words)| SetRow { label, words, ..SetRow::default() };
    rows.into_iter().filter(|(_, words)| !words.is_empty()).map(row).collect()
}

fn tallied(tallies: &[Tally], none: &str) -> String {
    let value =
        |tally: &Tally| tally.value.as_deref().map_or_else(|| none.to_owned(), |value| words::clean(value, TEXT_CHARS_MAX));
    listed(tallies.iter().map(|tally| (value(tally), tally.photos)).collect())
}

/// Shapes of one name together, the most photos first.
fn merged(values: impl Iterator<Item = (String, usize)>) -> Vec<(String, usize)> {
    let mut counts = std::collections::BTreeMap::<String, usize>::new();
    values.for_each(|(value, photos)| *counts.entry(value).or_default() += photos);
    let mut merged: Vec<(String, usize)> = counts.into_iter().collect();
    merged.sort_by_key(|(_, photos)| std::cmp::Reverse(*photos));
    merged
}

/// `Canon EOS R5 (17), Canon EOS M (3)`; a single value without its count.
fn listed(values: Vec<(String, usize)>) -> String {
    if let [(value, _)] = values.as_slice() {
        return value.clone();
    }
    let more = values.len().saturating_sub(VALUES_MAX);
    let shown: Vec<String> = values.iter().take(VALUES_MAX).map(|(value, photos)| format!("{value} ({photos})")).collect();
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}
