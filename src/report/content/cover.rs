//! The first page: what is wrong with which photo, in five seconds.

use crate::measure::{PhotoOutcome, PhotoVerdict};
use crate::report::facts::{ReportFacts, ReportPhoto};
use crate::report::set_words;
use crate::report::words::{self, Counts};

use super::{FrameContent, TEXT_CHARS_MAX};

/// Frames on the strip, the last one running off the page.
const STRIP_FRAMES: usize = 4;
/// Actions under "Do these first".
const ACTIONS: usize = 3;
/// About what fits on an action's line.
const ACTION_CHARS_MAX: usize = 74;

/// The first page.
#[derive(Debug)]
pub struct Cover {
    /// `Portfolio report, kept 14 days`.
    pub kept: String,
    /// Title of the set.
    pub title: String,
    /// Whose, when.
    pub subtitle: String,
    /// The verdict in two lines.
    pub verdict: (String, String),
    /// Frames in question first, then the others.
    pub strip: Vec<FrameContent>,
    /// Ready, Check, Redo.
    pub counters: [(PhotoVerdict, usize); 3],
    /// Heading of the actions.
    pub actions_heading: &'static str,
    /// At most three.
    pub actions: Vec<Action>,
    /// Said instead of actions when there are none.
    pub no_action: &'static str,
    /// Label and lines.
    pub identity: Vec<(&'static str, Vec<String>)>,
    /// What the QR code holds.
    pub verify_url: Option<String>,
    /// The foot's left side.
    pub stored: &'static str,
    /// The foot's right side.
    pub verify: String,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// Number of the photo.
    pub number: u16,
    /// What to do.
    pub what: String,
    /// Why.
    pub why: String,
    /// Page of the photo.
    pub page: usize,
}

pub(super) fn compose(facts: &ReportFacts, photos: &[ReportPhoto], frames: &[FrameContent], title: &str) -> Cover {
    let counts = Counts::of(photos);
    let ranked = ranked(photos);
    let strip = ranked.iter().filter_map(|index| frames.get(*index)).take(STRIP_FRAMES).cloned().collect();
    let mut actions = together(ranked.iter().filter_map(|index| action(photos.get(*index)?, frames.get(*index)?.page)));
    let is_all = actions.len() <= ACTIONS;
    actions.truncate(ACTIONS);
    Cover {
        kept: kept(facts),
        title: title.to_owned(),
        subtitle: subtitle(facts),
        verdict: words::set_sentences(counts),
        strip,
        counters: [(PhotoVerdict::Ready, counts.ready), (PhotoVerdict::Check, counts.check), (PhotoVerdict::Redo, counts.redo)],
        actions_heading: if is_all { "What to do" } else { "Do these first" },
        actions,
        no_action: "Nothing to do. Every photo could be read, and every number with a default range lies within it.",
        identity: identity(facts),
        verify_url: facts.verify_url.clone(),
        stored: stored(facts),
        verify: facts.verify_url.as_deref().map(verify_words).unwrap_or_default(),
    }
}

/// Redo, then Check by the weight of the worst finding, then Ready; in upload order within each.
fn ranked(photos: &[ReportPhoto]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..photos.len()).collect();
    order.sort_by_key(|index| {
        let outcome = &photos[*index].outcome;
        let worst = match outcome {
            PhotoOutcome::Measured(photo) => photo.findings.first().map(|finding| finding.kind),
            PhotoOutcome::Unusable(_) => None,
        };
        (std::cmp::Reverse(outcome.verdict()), worst)
    });
    order
}

fn kept(facts: &ReportFacts) -> String {
    match facts.expires_at {
        Some(end) => {
            let hours = end.since(facts.created_at).as_secs().div_ceil(3600);
            let kept = if hours >= 48 {
                words::count((hours as usize).div_ceil(24), "day", "days")
            } else {
                words::count(hours as usize, "hour", "hours")
            };
            format!("{} report, kept {kept}", facts.product.title())
        }
        None => format!("{} report, not stored", facts.product.title()),
    }
}

fn subtitle(facts: &ReportFacts) -> String {
    let agency = facts.agency_name.as_deref().map(|name| words::clean(name, TEXT_CHARS_MAX)).filter(|name| !name.is_empty());
    match agency {
        Some(agency) => format!("{agency}, {}", facts.created_at.long_date()),
        None => facts.created_at.long_date(),
    }
}

/// All actions, the weightiest first; what is the same for several photos is said once, with the others' numbers.
fn together(all: impl Iterator<Item = Action>) -> Vec<Action> {
    let mut actions: Vec<(Action, Vec<u16>)> = Vec::new();
    for action in all {
        match actions.iter_mut().find(|(known, _)| known.what == action.what) {
            Some((_, others)) => others.push(action.number),
            None => actions.push((action, Vec::new())),
        }
    }
    let told = actions.into_iter().map(|(mut action, mut others)| {
        others.sort_unstable();
        match others.as_slice() {
            [] => {}
            [one] => action.why.push_str(&format!(" Photo {one} too.")),
            several => action.why.push_str(&format!(" Photos {} too.", set_words::numbers(several))),
        }
        action
    });
    told.collect()
}

fn action(photo: &ReportPhoto, page: usize) -> Option<Action> {
    match &photo.outcome {
        PhotoOutcome::Unusable(problem) => {
            let (why, what) = problem.sentence().split_once(". ").unwrap_or(("The file could not be read", "Export it again."));
            Some(Action { number: photo.number, what: what.to_owned(), why: format!("{why}."), page })
        }
        PhotoOutcome::Measured(measured) => measured.findings.first().map(|finding| Action {
            number: photo.number,
            what: words::main_clause(finding.kind.advice(), ACTION_CHARS_MAX),
            why: finding.sentence(),
            page,
        }),
    }
}

fn identity(facts: &ReportFacts) -> Vec<(&'static str, Vec<String>)> {
    let ends = match facts.expires_at {
        Some(end) => vec![format!("{},", end.long_date_time()), "then it is destroyed".to_owned()],
        None => vec!["Not stored by proofsheet;".to_owned(), "this file is the only copy".to_owned()],
    };
    let pictures = if facts.previews { "small previews" } else { "without pictures" };
    vec![
        ("Report", vec![facts.report.to_string()]),
        ("Measured", vec![facts.created_at.long_date_time()]),
        ("Ends", ends),
        (
            "Held against",
            vec!["Default ranges, no rules of your own".to_owned(), format!("{}, {pictures}", facts.product.title())],
        ),
    ]
}

const fn stored(facts: &ReportFacts) -> &'static str {
    match (facts.expires_at.is_some(), facts.previews) {
        (true, true) => "No photo was stored. The small previews belong to this report and end with it.",
        (true, false) => "No photo was stored. This report has no pictures, by request.",
        (false, true) => "No photo was stored. The small previews are in this file only.",
        (false, false) => "No photo was stored. This report has no pictures, by request.",
    }
}

/// `Verify at proofsheet.example/verify`, without scheme and query.
fn verify_words(url: &str) -> String {
    let bare = url.split_once("://").map_or(url, |(_, rest)| rest);
    let bare = bare.split(['?', '#']).next().unwrap_or(bare);
    format!("Verify at {}", words::clean(bare.trim_end_matches('/'), 60))
}
