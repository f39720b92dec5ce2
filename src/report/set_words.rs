//! What is said of a set as a whole: one sentence a group, one a number in which photos differ; also used by the commands.

use crate::measure::set::{BackgroundMatch, BestKey, Group, SetFacts, SetMeasurements, SetPhoto, Spread, measure_set};

use super::facts::ReportPhoto;
use super::words::{self, lower_first, number};

/// Measures a set that is to be reported.
pub fn measured(photos: &[ReportPhoto]) -> SetMeasurements {
    let photos: Vec<SetPhoto<'_>> = photos
        .iter()
        .map(|photo| SetPhoto { number: photo.number, file_name: &photo.file_name, outcome: &photo.outcome })
        .collect();
    measure_set(&photos)
}

/// One sentence a group, then one a number in which photos differ from the rest.
pub fn sentences(set: &SetMeasurements) -> Vec<String> {
    set.groups.iter().map(group_sentence).chain(set.spread.iter().filter_map(spread_sentence)).collect()
}

/// `Frames 3, 4 and 5 are nearly the same; 4 is technically best: sharper.`
pub fn group_sentence(group: &Group) -> String {
    format!("Frames {} are {}; {}.", numbers(&group.photos), group.relation.phrase(), best_words(group))
}

/// `4 is technically best: sharper`.
fn best_words(group: &Group) -> String {
    let best = &group.best;
    if best.equals.len() + 1 == group.photos.len() {
        return "technically equal".to_owned();
    }
    if best.decided_by == BestKey::PhotoNumber {
        let mut equal = vec![best.number];
        equal.extend(&best.equals);
        return format!("{} are technically best, and equal", numbers(&equal));
    }
    format!("{} is technically best: {}", best.number, best.decided_by.why())
}

/// `Contrast: frame 7 differs from the rest (0.3510; median 0.2200).`
pub fn spread_sentence(spread: &Spread) -> Option<String> {
    let definition = spread.metric.definition();
    let outliers: Vec<_> = spread.outliers().collect();
    let frames: Vec<u16> = outliers.iter().map(|photo| photo.number).collect();
    let values: Vec<String> = outliers.iter().take(VALUES_SHOWN).map(|photo| number(photo.value, definition.decimals)).collect();
    let more = if outliers.len() > VALUES_SHOWN { " …" } else { "" };
    let said = match frames.as_slice() {
        [] => return None,
        [one] => format!("frame {one} differs from the rest"),
        several => format!("frames {} differ from the rest", numbers(several)),
    };
    let median = number(spread.median, definition.decimals);
    Some(format!("{}: {said} ({}{more}; median {median}).", definition.title, values.join(", ")))
}

/// Values in a sentence; the result has them all.
const VALUES_SHOWN: usize = 6;

/// `3`, `3 and 4`, `3, 5 and 9–14`: four and more in a row as a range.
pub fn numbers(numbers: &[u16]) -> String {
    let mut parts: Vec<String> = Vec::new();
    for run in numbers.chunk_by(|one, next| one.checked_add(1) == Some(*next)) {
        match run {
            [first, _, _, .., last] => parts.push(format!("{first}–{last}")),
            few => parts.extend(few.iter().map(u16::to_string)),
        }
    }
    match parts.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
    }
}

/// Why there are no groups of similar frames where there could be none.
pub const BYTES_ONLY: &str = "Without hashes of the pictures only equal files can be told; similar frames were not looked for.";

/// Below this two colors are hardly told apart side by side.
const BACKGROUND_SAME: f64 = 1.0;

/// `12 frames have an even background; those of 3 and 9 differ most, by ΔE00 4.2`.
pub fn background_words(background: &BackgroundMatch) -> String {
    let (one, other) = background.furthest;
    let (frames, widest) = (background.photos.len(), number(background.widest, 1));
    if background.widest < BACKGROUND_SAME {
        return format!("{frames} frames have an even background, the same in all");
    }
    format!("{frames} frames have an even background; those of {one} and {other} differ most, by ΔE00 {widest}")
}

/// What file names and times say: `LW_401 to LW_437 without 403 and 404`.
pub fn names_words(facts: &SetFacts) -> String {
    let mut said = Vec::new();
    if let Some(sequence) = &facts.names.sequence {
        let padded = |number: u64| format!("{number:0digits$}", digits = sequence.digits.min(9));
        let name =
            |number: u64| words::clean(&format!("{}{}{}", sequence.prefix, padded(number), sequence.suffix), NAME_CHARS_MAX);
        said.push(format!("{} to {}", name(sequence.first), name(sequence.last)));
        if let 1..=MISSING_SHOWN = sequence.missing_count {
            let missing: Vec<String> = sequence.missing.iter().copied().map(padded).collect();
            said.push(format!("without {}", missing.join(", ")));
        } else if sequence.missing_count > 0 {
            said.push(format!("{} numbers between are not here", number(sequence.missing_count as f64, 0)));
        }
    }
    for double in facts.names.doubles.iter().take(DOUBLES_SHOWN) {
        said.push(format!("one name for frames {}", numbers(double)));
    }
    match facts.captured.names_in_order {
        Some(true) => said.push("in the order of their times".to_owned()),
        Some(false) => said.push("not in the order of their times".to_owned()),
        None => {}
    }
    let said = said.join("; ");
    if facts.names.sequence.is_some() { said } else { lower_first(&said) }
}

const NAME_CHARS_MAX: usize = 40;
const MISSING_SHOWN: u64 = 6;
const DOUBLES_SHOWN: usize = 3;

/// `2026-11-20 14:03:11 to 2026-11-20 15:10:02, 1 h 6 min`.
pub fn captured_words(facts: &SetFacts) -> String {
    let captured = &facts.captured;
    let clean = |text: &Option<String>| text.as_deref().map(|text| words::clean(text, NAME_CHARS_MAX));
    let (Some(first), Some(last)) = (clean(&captured.first), clean(&captured.last)) else {
        return "no file says when".to_owned();
    };
    let missing = match facts.measured - captured.photos.min(facts.measured) {
        0 => String::new(),
        some => format!("; {some} without a time"),
    };
    match captured.seconds {
        Some(seconds @ 1..) => format!("{first} to {last}, {}{missing}", duration(seconds)),
        _ => format!("{first}{missing}"),
    }
}

/// `40 s`, `6 min`, `1 h 6 min`, `3 days`.
fn duration(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..3600 => format!("{} min", seconds / 60),
        3600..172_800 => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Metric;
    use crate::measure::set::{Best, Distances, PhotoSpread, Relation};

    fn group(photos: &[u16], number: u16, decided_by: BestKey, equals: &[u16]) -> String {
        group_sentence(&Group {
            relation: Relation::Near,
            photos: photos.to_vec(),
            widest: Distances::default(),
            best: Best { number, decided_by, equals: equals.to_vec() },
        })
    }

    #[test]
    fn groups_are_told_with_their_reason() {
        assert_eq!(
            group(&[3, 4, 5], 4, BestKey::PeakSharp, &[]),
            "Frames 3, 4 and 5 are nearly the same; 4 is technically best: sharper."
        );
        assert_eq!(group(&[3, 4], 3, BestKey::PhotoNumber, &[4]), "Frames 3 and 4 are nearly the same; technically equal.");
        assert_eq!(
            group(&[1, 3, 4], 1, BestKey::PhotoNumber, &[4]),
            "Frames 1, 3 and 4 are nearly the same; 1 and 4 are technically best, and equal."
        );
        for key in BestKey::ALL {
            assert!(group(&[1, 2], 1, key, &[]).ends_with('.'));
        }
    }

    #[test]
    fn runs_of_numbers_are_ranges() {
        assert_eq!(numbers(&[]), "");
        assert_eq!(numbers(&[7]), "7");
        assert_eq!(numbers(&[1, 2, 3]), "1, 2 and 3");
        assert_eq!(numbers(&[1, 2, 3, 4, 9, 11, 12, 13, 14, 15]), "1–4, 9 and 11–15");
        assert_eq!(numbers(&[65_534, 65_535]), "65534 and 65535");
    }

    #[test]
    fn outliers_are_one_line_a_number() {
        let photo = |number, value, differs| PhotoSpread { number, value, score: Some(1.0), differs };
        let mut spread = Spread {
            metric: Metric::Colorfulness,
            median: 41.2,
            mad: 2.0,
            floor: 6.0,
            photos: vec![photo(1, 41.2, false), photo(7, 83.11, true), photo(9, 4.0, true)],
        };
        let title = Metric::Colorfulness.definition().title;
        assert_eq!(
            spread_sentence(&spread).unwrap(),
            format!("{title}: frames 7 and 9 differ from the rest (83.11, 4.00; median 41.20).")
        );
        spread.photos.truncate(1);
        assert_eq!(spread_sentence(&spread), None);
    }

    #[test]
    fn times_are_told_in_units_people_use() {
        assert_eq!([40, 390, 3990, 260_000].map(duration), ["40 s", "6 min", "1 h 6 min", "3 days"]);
    }
}
