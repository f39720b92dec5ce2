//! Another order of upload changes nothing but the photos' numbers.

use proptest::prelude::*;

use super::photos::{made, outcome, set_of_named, with};
use crate::measure::set::SetMeasurements;
use crate::measure::{Metric, PhotoOutcome};

/// What a photo is made of: its picture, bits that differ from it, size, contrast, second of capture.
type Made = (usize, Vec<usize>, Vec<u32>, u8, f64, u8);

fn any_photo() -> impl Strategy<Value = Made> {
    let pdq = proptest::collection::vec(0..256_usize, 0..24);
    let phash = proptest::collection::vec(0..64_u32, 0..9);
    (0..3_usize, pdq, phash, 0..3_u8, 0.1..0.4_f64, 0..9_u8)
}

fn photo(id: usize, (picture, pdq, phash, size, contrast, second): &Made) -> (PhotoOutcome, String) {
    let pdq: Vec<usize> = (0..80 * picture).chain(pdq.iter().copied()).collect();
    let phash: Vec<u32> = (0..20 * *picture as u32).chain(phash.iter().copied()).collect();
    let mut photo = with(made(id as u16, &pdq, &phash), Metric::RmsContrast, *contrast);
    photo.file.size_bytes = 1000 + 100 * u64::from(*size);
    photo.capture.model = Some("R5".into());
    photo.capture.taken_at = Some(format!("2026-11-20 14:03:{second:02}"));
    (outcome(photo), format!("{id}.jpg"))
}

/// A set with its numbers put through `named`, and everything sorted anew.
fn renamed(mut set: SetMeasurements, named: impl Fn(u16) -> u16) -> SetMeasurements {
    for group in &mut set.groups {
        group.photos.iter_mut().for_each(|number| *number = named(*number));
        group.photos.sort_unstable();
        let mut equal: Vec<u16> = group.best.equals.iter().copied().chain([group.best.number]).map(&named).collect();
        equal.sort_unstable();
        group.best.number = equal.remove(0);
        group.best.equals = equal;
    }
    set.groups.sort_by(|a, b| a.photos.cmp(&b.photos));
    for spread in &mut set.spread {
        spread.photos.iter_mut().for_each(|photo| photo.number = named(photo.number));
        spread.photos.sort_by_key(|photo| photo.number);
    }
    set
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn the_order_of_upload_changes_only_numbers(
        made in proptest::collection::vec(any_photo(), 2..14),
        seed in any::<u64>(),
    ) {
        let photos: Vec<_> = made.iter().enumerate().map(|(id, made)| photo(id + 1, made)).collect();
        // a shuffle that needs no random numbers but the seed
        let mut order: Vec<usize> = (0..photos.len()).collect();
        order.sort_by_key(|&at| seed.rotate_left(at as u32 * 7).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let shuffled: Vec<_> = order.iter().map(|&at| photos[at].clone()).collect();
        let plain = renamed(set_of_named(&photos), |number| number);
        let back = renamed(set_of_named(&shuffled), |number| order[usize::from(number) - 1] as u16 + 1);
        prop_assert_eq!(plain, back);
    }

    #[test]
    fn every_two_of_a_group_are_alike_and_no_photo_is_in_two(made in proptest::collection::vec(any_photo(), 2..14)) {
        let photos: Vec<_> = made.iter().enumerate().map(|(id, made)| photo(id + 1, made)).collect();
        let set = set_of_named(&photos);
        let mut seen = std::collections::BTreeSet::new();
        for group in &set.groups {
            prop_assert!(group.photos.len() > 1 && group.photos.contains(&group.best.number));
            for (at, &one) in group.photos.iter().enumerate() {
                prop_assert!(seen.insert(one));
                for &other in &group.photos[at + 1..] {
                    let pair = [one, other].map(|number| photos[usize::from(number) - 1].clone());
                    prop_assert_eq!(set_of_named(&pair).groups.len(), 1);
                }
            }
        }
    }
}
