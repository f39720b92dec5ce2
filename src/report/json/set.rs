//! The set in the result: groups, what differs from the rest, facts.

use serde::Serialize;

use crate::measure::set::{Aspect, BackgroundMatch, Group, GroupsBy, SetFacts, SetMeasurements, Spread, Tally};
use crate::report::words::{self, Counts};
use crate::report::{ReportPhoto, content, facts::FILE_NAME_CHARS_MAX, set_words};

use super::rounded;

/// How a set is measured: changes when its results would.
pub(super) const METHODS: Methods = Methods {
    groups: "groups/1-pdq31-phash10-burst3s-complete-linkage",
    technically_best: "technically-best/1",
    spread: "robust-z/1-mad",
    background: "background-match/1-ciede2000",
};

/// Method ids.
#[derive(Serialize)]
pub(super) struct Methods {
    pub groups: &'static str,
    pub technically_best: &'static str,
    pub spread: &'static str,
    pub background: &'static str,
}

/// The set.
#[derive(Serialize)]
pub(super) struct Set {
    pub photos: usize,
    pub ready: usize,
    pub check: usize,
    pub redo: usize,
    pub sentence: String,
    pub methods: Methods,
    pub groups_by: &'static str,
    pub groups: Vec<GroupOut>,
    pub spread: Vec<SpreadOut>,
    pub background: Option<BackgroundOut>,
    pub facts: FactsOut,
}

/// Photos that are alike.
#[derive(Serialize)]
pub(super) struct GroupOut {
    pub relation: &'static str,
    pub photos: Vec<u16>,
    pub widest: Widest,
    pub technically_best: BestOut,
    pub sentence: String,
}

/// Widest distances between two of a group.
#[derive(Serialize)]
pub(super) struct Widest {
    pub pdq_bits: Option<u32>,
    pub phash_bits: Option<u32>,
    pub seconds: Option<u64>,
}

/// The technically best of a group.
#[derive(Serialize)]
pub(super) struct BestOut {
    pub photo: u16,
    pub decided_by: &'static str,
    pub equals: Vec<u16>,
}

/// How a number lies over the set.
#[derive(Serialize)]
pub(super) struct SpreadOut {
    pub metric: &'static str,
    pub unit: &'static str,
    pub median: f64,
    pub mad: f64,
    pub floor: f64,
    pub photos: Vec<PhotoSpreadOut>,
}

/// How a photo lies in it.
#[derive(Serialize)]
pub(super) struct PhotoSpreadOut {
    pub photo: u16,
    pub value: f64,
    pub score: Option<f64>,
    pub differs: bool,
}

/// How far apart even backgrounds are.
#[derive(Serialize)]
pub(super) struct BackgroundOut {
    pub unit: &'static str,
    pub furthest: [u16; 2],
    pub widest: f64,
    pub photos: Vec<FromMedian>,
}

/// How far a background is from the median color.
#[derive(Serialize)]
pub(super) struct FromMedian {
    pub photo: u16,
    pub from_median: f64,
}

/// What the set is made of.
#[derive(Serialize)]
pub(super) struct FactsOut {
    pub measured: usize,
    pub cameras: Vec<TallyOut>,
    pub lenses: Vec<TallyOut>,
    pub profiles: Vec<TallyOut>,
    pub sizes: Vec<TallyOut>,
    pub aspects: Vec<AspectOut>,
    pub formats: Vec<TallyOut>,
    pub orientations: Orientations,
    pub captured: Captured,
    pub names: NamesOut,
}

/// How many photos have a thing; null: none.
#[derive(Serialize)]
pub(super) struct TallyOut {
    pub value: Option<String>,
    pub photos: usize,
}

/// How many photos have a shape.
#[derive(Serialize)]
pub(super) struct AspectOut {
    pub ratio: String,
    pub named: Option<String>,
    pub photos: usize,
}

/// Standing, lying, square.
#[derive(Serialize)]
pub(super) struct Orientations {
    pub portrait: usize,
    pub landscape: usize,
    pub square: usize,
}

/// When the photos were taken.
#[derive(Serialize)]
pub(super) struct Captured {
    pub photos: usize,
    pub first: Option<String>,
    pub last: Option<String>,
    pub seconds: Option<u64>,
    pub names_in_order: Option<bool>,
}

/// What file names tell.
#[derive(Serialize)]
pub(super) struct NamesOut {
    pub sequence: Option<SequenceOut>,
    pub doubles: Vec<Vec<u16>>,
}

/// A running number.
#[derive(Serialize)]
pub(super) struct SequenceOut {
    pub prefix: String,
    pub suffix: String,
    pub digits: usize,
    pub photos: usize,
    pub first: u64,
    pub last: u64,
    pub missing: Vec<u64>,
    pub missing_count: u64,
}

pub(super) fn set(photos: &[ReportPhoto]) -> Set {
    let counts = Counts::of(photos);
    let SetMeasurements { groups_by, groups, spread, background, facts } = set_words::measured(photos);
    Set {
        photos: counts.total(),
        ready: counts.ready,
        check: counts.check,
        redo: counts.redo,
        sentence: words::set_sentence(photos),
        methods: METHODS,
        groups_by: match groups_by {
            GroupsBy::Hashes => "hashes",
            GroupsBy::Bytes => "bytes only",
        },
        groups: groups.into_iter().map(group).collect(),
        spread: spread.iter().map(one_spread).collect(),
        background: background.as_ref().map(backgrounds),
        facts: set_facts(facts),
    }
}

fn group(group: Group) -> GroupOut {
    GroupOut {
        relation: group.relation.slug(),
        widest: Widest { pdq_bits: group.widest.pdq_bits, phash_bits: group.widest.phash_bits, seconds: group.widest.seconds },
        technically_best: BestOut {
            photo: group.best.number,
            decided_by: group.best.decided_by.slug(),
            equals: group.best.equals.clone(),
        },
        sentence: set_words::group_sentence(&group),
        photos: group.photos,
    }
}

fn one_spread(spread: &Spread) -> SpreadOut {
    let definition = spread.metric.definition();
    let round = |value| rounded(value, definition.decimals);
    SpreadOut {
        metric: definition.id,
        unit: definition.unit,
        median: round(spread.median),
        mad: round(spread.mad),
        floor: round(spread.floor),
        photos: spread
            .photos
            .iter()
            .map(|photo| PhotoSpreadOut {
                photo: photo.number,
                value: round(photo.value),
                score: photo.score.map(|score| rounded(score, 2)),
                differs: photo.differs,
            })
            .collect(),
    }
}

fn backgrounds(background: &BackgroundMatch) -> BackgroundOut {
    let from_median = |&(photo, from_median): &(u16, f64)| FromMedian { photo, from_median: rounded(from_median, 2) };
    BackgroundOut {
        unit: "ΔE00",
        furthest: [background.furthest.0, background.furthest.1],
        widest: rounded(background.widest, 2),
        photos: background.photos.iter().map(from_median).collect(),
    }
}

fn set_facts(facts: SetFacts) -> FactsOut {
    let (shapes, captured, names) = (facts.shapes, facts.captured, facts.names);
    FactsOut {
        measured: facts.measured,
        cameras: tallies(&facts.cameras),
        lenses: tallies(&facts.lenses),
        profiles: tallies(&facts.profiles),
        sizes: tallies(&facts.sizes),
        aspects: facts.aspects.iter().map(aspect).collect(),
        formats: tallies(&facts.formats),
        orientations: Orientations { portrait: shapes.portrait, landscape: shapes.landscape, square: shapes.square },
        captured: Captured {
            photos: captured.photos,
            first: captured.first.as_deref().map(clean),
            last: captured.last.as_deref().map(clean),
            seconds: captured.seconds,
            names_in_order: captured.names_in_order,
        },
        names: NamesOut {
            sequence: names.sequence.map(|sequence| SequenceOut {
                prefix: words::clean(&sequence.prefix, FILE_NAME_CHARS_MAX),
                suffix: words::clean(&sequence.suffix, FILE_NAME_CHARS_MAX),
                digits: sequence.digits,
                photos: sequence.photos,
                first: sequence.first,
                last: sequence.last,
                missing: sequence.missing,
                missing_count: sequence.missing_count,
            }),
            doubles: names.doubles,
        },
    }
}

fn tallies(tallies: &[Tally]) -> Vec<TallyOut> {
    tallies.iter().map(|tally| TallyOut { value: tally.value.as_deref().map(clean), photos: tally.photos }).collect()
}

fn aspect(aspect: &Aspect) -> AspectOut {
    let ratio = |(width, height): (u32, u32)| format!("{width}:{height}");
    AspectOut { ratio: ratio(aspect.ratio), named: aspect.named.map(ratio), photos: aspect.photos }
}

/// A text of a file's metadata: untrusted.
fn clean(text: &str) -> String {
    words::clean(text, content::TEXT_CHARS_MAX)
}
