//! Many photos -> [`SetMeasurements`]: which belong together, which of them is technically best, what differs from the rest,
//! and the facts of the set.
//!
//! Everything rests on what was measured in each photo; unusable files are only counted. Ties are broken by content, never by
//! place, so that another order of upload changes nothing but the photos' numbers.

mod background;
mod best;
mod facts;
mod frame;
mod linkage;
mod names;
mod relation;
mod spread;

#[cfg(test)]
mod tests;

pub use background::BackgroundMatch;
pub use best::{Best, BestKey};
pub use facts::{Aspect, CaptureSpan, SetFacts, Shapes, Tally};
pub use names::{Names, Sequence};
pub use relation::{Distances, Relation};
pub use spread::{PhotoSpread, Spread};

use super::PhotoOutcome;
use frame::Frame;
use linkage::linked;
use relation::Link;

/// One photo of a set.
#[derive(Debug, Clone, Copy)]
pub struct SetPhoto<'a> {
    /// Its number in the set.
    pub number: u16,
    /// Its name as given: untrusted text.
    pub file_name: &'a str,
    /// What became of it.
    pub outcome: &'a PhotoOutcome,
}

/// What groups could be made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupsBy {
    /// Bytes, pixels, perceptual hashes and times.
    Hashes,
    /// Bytes alone: no photo has hashes, as with `previews=none`.
    Bytes,
}

/// Photos of which every two are alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The strongest relation that holds for every two of them.
    pub relation: Relation,
    /// Numbers of the photos, ascending; at least two.
    pub photos: Vec<u16>,
    /// The widest distances between two of them.
    pub widest: Distances,
    /// The technically best of them.
    pub best: Best,
}

/// Everything measured in a set.
#[derive(Debug, Clone, PartialEq)]
pub struct SetMeasurements {
    /// What groups could be made of.
    pub groups_by: GroupsBy,
    /// Photos that are alike, in the order of their first photo; no photo is in two.
    pub groups: Vec<Group>,
    /// How photos differ from the rest, for each number that is compared; empty below [`spread::PHOTOS_MIN`] photos.
    pub spread: Vec<Spread>,
    /// How far apart even backgrounds are; None below two.
    pub background: Option<BackgroundMatch>,
    /// What the set is made of.
    pub facts: SetFacts,
}

/// Measures a set.
pub fn measure_set(photos: &[SetPhoto<'_>]) -> SetMeasurements {
    let mut frames: Vec<Frame<'_>> = photos.iter().filter_map(Frame::of).collect();
    frames.sort_by(|a, b| a.place().cmp(&b.place()));
    let by_hashes = frames.iter().any(|frame| frame.hashes.is_some());
    SetMeasurements {
        groups_by: if by_hashes { GroupsBy::Hashes } else { GroupsBy::Bytes },
        groups: groups(&frames),
        spread: spread::spread(&frames),
        background: background::background_match(&frames),
        facts: facts::facts(photos, &frames),
    }
}

fn groups(frames: &[Frame<'_>]) -> Vec<Group> {
    let clusters = linked(frames.len(), |a, b| Link::between(&frames[a], &frames[b]));
    let mut groups: Vec<Group> = clusters
        .into_iter()
        .filter_map(|cluster| {
            let members: Vec<&Frame<'_>> = cluster.members.iter().filter_map(|&member| frames.get(member)).collect();
            let mut numbers: Vec<u16> = members.iter().map(|member| member.number).collect();
            numbers.sort_unstable();
            Some(Group {
                relation: cluster.widest?.relation,
                photos: numbers,
                widest: Distances::widest(&members),
                best: best::best(&members)?,
            })
        })
        .collect();
    groups.sort_by(|a, b| a.photos.cmp(&b.photos));
    groups
}
