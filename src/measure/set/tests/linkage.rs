//! Chains, pairs and times.

use super::photos::{group_lists, made, outcome, set_of};
use crate::measure::set::linkage::linked;
use crate::measure::set::relation::Link;
use crate::measure::set::{Distances, Relation};
use crate::measure::{PhotoMeasurements, PhotoOutcome, PhotoProblem};

fn near(bits: u32) -> Option<Link> {
    Some(Link { relation: Relation::Near, bits })
}

#[test]
fn a_chain_is_split_where_its_ends_are_unlike() {
    // 0 - 1 - 2 - 3, the middle the nearest
    let chain = |a: usize, b: usize| match (a, b) {
        (0, 1) => near(8),
        (1, 2) => near(4),
        (2, 3) => near(8),
        _ => None,
    };
    let members: Vec<Vec<usize>> = linked(4, chain).into_iter().map(|cluster| cluster.members).collect();
    assert_eq!(members, [vec![0], vec![1, 2], vec![3]]);
    // with its ends alike it is one, as wide as its widest pair
    let ring = |a: usize, b: usize| near(if (a, b) == (0, 3) { 10 } else { 6 });
    let clusters = linked(4, ring);
    assert_eq!((clusters.len(), clusters[0].widest), (1, near(10)));
}

#[test]
fn a_stronger_relation_binds_before_fewer_bits() {
    let link = |a: usize, b: usize| match (a, b) {
        (0, 1) => near(0),
        (1, 2) => Some(Link { relation: Relation::Turned, bits: 31 }),
        _ => None,
    };
    let members: Vec<Vec<usize>> = linked(3, link).into_iter().map(|cluster| cluster.members).collect();
    assert_eq!(members, [vec![0], vec![1, 2]]);
}

fn relation_of(a: PhotoMeasurements, b: PhotoMeasurements) -> Option<Relation> {
    set_of(&[outcome(a), outcome(b)]).groups.first().map(|group| group.relation)
}

#[test]
fn each_threshold_holds_to_the_bit() {
    let far: Vec<usize> = (0..32).collect();
    let bits = |count: u32| (0..count).collect::<Vec<u32>>();
    let plain = || made(1, &[], &[]);
    assert_eq!(relation_of(plain(), made(2, &far[..31], &bits(40))), Some(Relation::Reencoded));
    assert_eq!(relation_of(plain(), made(2, &far, &bits(10))), Some(Relation::Near));
    assert_eq!(relation_of(plain(), made(2, &far, &bits(11))), None);
    let poor = |mut photo: PhotoMeasurements| {
        photo.pictures.as_mut().unwrap().hashes.as_mut().unwrap().pdq_quality = 49;
        photo
    };
    assert_eq!(relation_of(plain(), poor(made(2, &[], &bits(11)))), None, "too little structure for PDQ");
    // as it stands 80 bits away, mirrored as many as asked
    let wide: Vec<usize> = (0..80).collect();
    let mirrored = |id, own: &[usize], bits: usize| {
        let mut photo = made(id, own, &(0..40 * (u32::from(id) - 1)).collect::<Vec<_>>());
        let other: Vec<usize> = if id == 1 { (bits..80).collect() } else { (0..bits).collect() };
        photo.pictures.as_mut().unwrap().hashes.as_mut().unwrap().turned[4] =
            made(9, &other, &[]).pictures.unwrap().hashes.unwrap().pdq;
        photo
    };
    let far_phash = || made(2, &wide, &bits(40));
    assert_eq!(relation_of(plain(), mirrored(2, &wide, 48)), Some(Relation::Turned));
    assert_eq!(relation_of(mirrored(1, &[], 48), far_phash()), Some(Relation::Turned), "from both sides");
    assert_eq!(relation_of(plain(), mirrored(2, &wide, 49)), None);
    assert_eq!(relation_of(plain(), mirrored(2, &wide[..79], 48)), None, "nearly as near as it stands");
}

#[test]
fn frames_in_one_go_have_one_camera_and_three_seconds() {
    let shot = |id, model: Option<&str>, at: &str, phash: &[u32]| {
        let mut photo = made(id, &(0..32 * usize::from(id)).collect::<Vec<_>>(), phash);
        (photo.capture.make, photo.capture.model) = (Some("Canon".into()), model.map(str::to_owned));
        photo.capture.taken_at = Some(at.into());
        photo
    };
    let eighteen: Vec<u32> = (0..18).collect();
    let nineteen: Vec<u32> = (0..19).collect();
    let first = || shot(1, Some("R5"), "2026-11-20 14:03:11", &[]);
    let with = |model, at, phash: &[u32]| relation_of(first(), shot(2, model, at, phash));
    assert_eq!(with(Some("R5"), "2026-11-20 14:03:14", &eighteen), Some(Relation::Burst));
    assert_eq!(with(Some("R5"), "2026-11-20 14:03:08", &eighteen), Some(Relation::Burst));
    assert_eq!(with(Some("R5"), "2026-11-20 14:03:15", &eighteen), None);
    assert_eq!(with(Some("R5"), "2026-11-20 14:03:14", &nineteen), None);
    assert_eq!(with(Some("R6"), "2026-11-20 14:03:14", &eighteen), None);
    assert_eq!(with(Some("R5"), "2026-11-20", &eighteen), None, "a date is no time");
    assert_eq!(relation_of(shot(1, None, "2026-11-20 14:03:11", &[]), shot(2, None, "2026-11-20 14:03:11", &eighteen)), None);
}

#[test]
fn a_group_is_as_strong_as_its_weakest_pair_and_tells_its_widest_distances() {
    let mut set = vec![outcome(made(1, &[], &[])), outcome(made(2, &[0, 1], &[])), outcome(made(3, &[200], &[1, 2, 3]))];
    set.push(PhotoOutcome::Unusable(PhotoProblem::Damaged));
    set.push(set[0].clone());
    let measured = set_of(&set);
    assert_eq!(group_lists(&measured), [[1, 2, 3, 5]]);
    assert_eq!(measured.groups[0].relation, Relation::Reencoded);
    assert_eq!(measured.groups[0].widest, Distances { pdq_bits: Some(3), phash_bits: Some(3), seconds: None });
    assert_eq!((measured.facts.photos, measured.facts.measured), (5, 4));
}
