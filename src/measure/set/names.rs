//! What file names tell: a running number, gaps in it, names given twice. Names are untrusted text.

use std::collections::{BTreeMap, BTreeSet};

/// Digits of a running number: longer ones are times or ids.
const DIGITS_MAX: usize = 9;
/// Missing numbers that are listed; further ones are counted.
pub const MISSING_LISTED_MAX: usize = 50;

/// What file names tell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names {
    /// The running number that most names share; None unless at least half of all do, and two.
    pub sequence: Option<Sequence>,
    /// Photos whose names are the same but for capitals, each group ascending.
    pub doubles: Vec<Vec<u16>>,
}

/// Names that are alike but for a running number: `LW_0401.jpg`, `LW_0402.jpg`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sequence {
    /// Before the number.
    pub prefix: String,
    /// After the number, without the extension.
    pub suffix: String,
    /// Digits of the shortest number, with leading zeros.
    pub digits: usize,
    /// Photos whose names follow it.
    pub photos: usize,
    /// Smallest number.
    pub first: u64,
    /// Largest number.
    pub last: u64,
    /// Numbers between them that no name has; at most 50.
    pub missing: Vec<u64>,
    /// All such numbers.
    pub missing_count: u64,
}

/// Of numbers and names.
pub fn names(names: &[(u16, &str)]) -> Names {
    Names { sequence: sequence(names), doubles: doubles(names) }
}

fn doubles(names: &[(u16, &str)]) -> Vec<Vec<u16>> {
    let mut by_name: BTreeMap<String, Vec<u16>> = BTreeMap::new();
    for (number, name) in names.iter().filter(|(_, name)| !name.is_empty()) {
        by_name.entry(name.to_lowercase()).or_default().push(*number);
    }
    let mut doubles: Vec<Vec<u16>> = by_name.into_values().filter(|numbers| numbers.len() > 1).collect();
    doubles.iter_mut().for_each(|numbers| numbers.sort_unstable());
    doubles.sort();
    doubles
}

fn sequence(names: &[(u16, &str)]) -> Option<Sequence> {
    let mut patterns: BTreeMap<(&str, &str), Vec<(u64, usize)>> = BTreeMap::new();
    for (_, name) in names {
        for (prefix, number, digits, suffix) in numbered(stem(name)) {
            patterns.entry((prefix, suffix)).or_default().push((number, digits));
        }
    }
    // the longest prefix among those that most names share
    let ((prefix, suffix), numbers) =
        patterns.into_iter().max_by_key(|((prefix, _), numbers)| (distinct(numbers), numbers.len(), prefix.len()))?;
    let seen: BTreeSet<u64> = numbers.iter().map(|(number, _)| *number).collect();
    if seen.len() < 2 || numbers.len() * 2 < names.len() {
        return None;
    }
    let (first, last) = (*seen.first()?, *seen.last()?);
    let gaps = seen.iter().zip(seen.iter().skip(1)).flat_map(|(&one, &next)| one + 1..next);
    Some(Sequence {
        prefix: prefix.to_owned(),
        suffix: suffix.to_owned(),
        digits: numbers.iter().map(|(_, digits)| *digits).min()?,
        photos: numbers.len(),
        first,
        last,
        missing: gaps.take(MISSING_LISTED_MAX).collect(),
        missing_count: last - first + 1 - seen.len() as u64,
    })
}

fn distinct(numbers: &[(u64, usize)]) -> usize {
    numbers.iter().map(|(number, _)| number).collect::<BTreeSet<_>>().len()
}

/// A name without its extension.
fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| if stem.is_empty() { name } else { stem })
}

/// Every run of digits: what stands before it, its number, how many digits, what stands after it.
fn numbered(stem: &str) -> impl Iterator<Item = (&str, u64, usize, &str)> {
    let bytes = stem.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    (0..bytes.len()).filter(move |&at| is_digit(at) && (at == 0 || !is_digit(at - 1))).filter_map(move |start| {
        let end = (start..bytes.len()).find(|&at| !is_digit(at)).unwrap_or(bytes.len());
        let digits = stem.get(start..end).filter(|digits| digits.len() <= DIGITS_MAX)?;
        Some((stem.get(..start)?, digits.parse().ok()?, digits.len(), stem.get(end..)?))
    })
}

/// A name as people order it: runs of digits by their number, everything else by character, capitals or not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Digits without leading zeros: fewer digits are a smaller number.
    Number(usize, String),
    /// Anything else, in lower case.
    Text(String),
}

/// A name's parts, to sort by.
pub fn natural(name: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let digits = first.is_ascii_digit();
        let end = rest.find(|character: char| character.is_ascii_digit() != digits).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        parts.push(if digits {
            let number = part.trim_start_matches('0');
            Part::Number(number.len(), number.to_owned())
        } else {
            Part::Text(part.to_lowercase())
        });
        rest = after;
    }
    parts
}
