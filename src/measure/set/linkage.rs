//! Complete linkage: two clusters become one while every two of their members are linked, the nearest first.
//!
//! Chains do not make a group: where A is like B and B like C, but A unlike C, the nearer pair stays together.

use std::collections::BTreeMap;

use super::relation::Link;

/// Members of which every two are linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// Places, ascending.
    pub members: Vec<usize>,
    /// The widest link between two members; None for one alone.
    pub widest: Option<Link>,
}

/// The widest link between clusters of which every two members are linked, by their places, the first before the second.
type Links = BTreeMap<(usize, usize), Link>;

/// Clusters of `count` things, each in the place of its first member. Ties go to the first places.
pub fn linked(count: usize, between: impl Fn(usize, usize) -> Option<Link>) -> Vec<Cluster> {
    let mut clusters: Vec<Option<Cluster>> =
        (0..count).map(|member| Some(Cluster { members: vec![member], widest: None })).collect();
    let pairs = (0..count).flat_map(|a| (a + 1..count).map(move |b| (a, b)));
    let mut links: Links = pairs.filter_map(|(a, b)| Some(((a, b), between(a, b)?))).collect();
    while let Some((&(first, second), &link)) = links.iter().min_by_key(|(places, link)| (**link, **places)) {
        let Some(gone) = clusters.get_mut(second).and_then(Option::take) else { break };
        let Some(Some(kept)) = clusters.get_mut(first) else { break };
        kept.members.extend(gone.members);
        kept.members.sort_unstable();
        kept.widest = kept.widest.into_iter().chain(gone.widest).chain([link]).max();
        links = joined(&links, first, second);
    }
    clusters.into_iter().flatten().collect()
}

/// Links after `second` became part of `first`: to a third cluster only if both had one, and then the wider.
fn joined(links: &Links, first: usize, second: usize) -> Links {
    let to_second = |third: usize| links.get(&(second.min(third), second.max(third))).copied();
    links
        .iter()
        .filter(|((a, b), _)| *a != second && *b != second)
        .filter_map(|(&(a, b), &link)| {
            let wider = match (a == first, b == first) {
                (false, false) => link,
                (true, _) => link.max(to_second(b)?),
                (_, true) => link.max(to_second(a)?),
            };
            Some(((a, b), wider))
        })
        .collect()
}
