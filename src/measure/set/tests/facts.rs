//! What the set is made of, and what names tell.

use super::photos::{made, outcome, set_of_named};
use crate::measure::aspect::{named, reduced};
use crate::measure::set::names::{names, natural};
use crate::measure::set::{CaptureSpan, Shapes, Tally};
use crate::measure::{PhotoOutcome, PhotoProblem};

fn sequence(list: &[&str]) -> Option<(String, String, u64, u64, Vec<u64>)> {
    let numbered: Vec<(u16, &str)> = (1..).zip(list.iter().copied()).collect();
    names(&numbered).sequence.map(|found| (found.prefix, found.suffix, found.first, found.last, found.missing))
}

#[test]
fn running_numbers_and_their_gaps_are_found() {
    let found = |prefix: &str, suffix: &str, first, last, missing: &[u64]| {
        Some((prefix.to_owned(), suffix.to_owned(), first, last, missing.to_vec()))
    };
    assert_eq!(sequence(&["LW_0401.jpg", "LW_0405.JPG", "LW_0402.jpg"]), found("LW_", "", 401, 405, &[403, 404]));
    assert_eq!(sequence(&["20261120_9.jpg", "20261120_10.jpg"]), found("20261120_", "", 9, 10, &[]));
    assert_eq!(sequence(&["a1-edit.tif", "a2-edit.tif", "b.jpg"]), found("a", "-edit", 1, 2, &[]));
    assert_eq!(sequence(&["1.jpg", "3.png"]), found("", "", 1, 3, &[2]));
    assert_eq!(sequence(&["a1.jpg", "b2.jpg", "c3.jpg"]), None);
    assert_eq!(sequence(&["a1.jpg", "a1.png"]), None, "one number twice is no sequence");
    assert_eq!(sequence(&["a1.jpg", "a2.jpg", "x", "y", "z"]), None, "less than half");
    assert_eq!(sequence(&["12345678901234567890.jpg", "12345678901234567891.jpg"]), None);
    assert_eq!(sequence(&[".1", "фото 7.jpg", "фото 8.jpg"]), found("фото ", "", 7, 8, &[]));
    let far = names(&[(1, "a1"), (2, "a999999999")]).sequence.unwrap();
    assert_eq!((far.missing.len(), far.missing_count), (50, 999_999_997));
}

#[test]
fn names_given_twice_are_found_whatever_their_capitals() {
    let doubles = names(&[(1, "b.jpg"), (2, "A.jpg"), (3, "a.JPG"), (4, "B.jpg"), (5, ""), (6, "")]).doubles;
    assert_eq!(doubles, [[1, 4], [2, 3]]);
}

#[test]
fn names_are_ordered_as_people_read_them() {
    let ordered = ["a", "a2", "A02b", "a9", "a10", "a00010x", "a99999999999999999999999", "b1"];
    let mut sorted = ordered.map(natural);
    sorted.sort();
    assert_eq!(sorted, ordered.map(natural));
    assert!(natural("IMG_9.jpg") < natural("img_10.jpg"));
}

#[test]
fn shapes_have_a_name_within_one_percent() {
    assert_eq!(reduced(6000, 4000), (3, 2));
    assert_eq!(reduced(0, 0), (0, 0));
    assert_eq!(named((6016, 4000)), Some((3, 2)));
    assert_eq!(named((4000, 6016)), Some((2, 3)));
    assert_eq!(named((1000, 1009)), Some((1, 1)));
    assert_eq!(named((1000, 1011)), None);
    assert_eq!(named((1920, 1080)), Some((16, 9)));
    assert_eq!(named((6080, 4000)), None, "1.3 % from 3:2");
}

#[test]
fn a_set_is_told_in_counts() {
    let photo = |id: u16, size: (u32, u32), model: &str, taken: Option<&str>| {
        let mut photo = made(id, &(0..40 * usize::from(id)).collect::<Vec<_>>(), &(0..16 * u32::from(id)).collect::<Vec<_>>());
        (photo.file.width_px, photo.file.height_px) = size;
        photo.capture.make = Some("Canon".into());
        photo.capture.model = Some(model.into());
        photo.capture.taken_at = taken.map(str::to_owned);
        photo.file.profile = (id == 1).then(|| "Display P3".into());
        outcome(photo)
    };
    let set = set_of_named(&[
        (photo(1, (6000, 4000), "Canon EOS R5", Some("2026-11-20 14:03:11")), "LW_9.jpg".into()),
        (photo(2, (4000, 6000), "Canon EOS R5", Some("2026-11-20 15:03:11")), "LW_10.jpg".into()),
        (photo(3, (4000, 4000), "EOS M", None), "LW_11.jpg".into()),
        (PhotoOutcome::Unusable(PhotoProblem::Damaged), "LW_13.jpg".into()),
    ]);
    let tally = |value: Option<&str>, photos| Tally { value: value.map(str::to_owned), photos };
    let facts = set.facts;
    assert_eq!(facts.cameras, [tally(Some("Canon EOS R5"), 2), tally(Some("Canon EOS M"), 1)]);
    assert_eq!(facts.profiles, [tally(None, 2), tally(Some("Display P3"), 1)]);
    assert_eq!(facts.sizes, ["4000 × 4000", "4000 × 6000", "6000 × 4000"].map(|size| tally(Some(size), 1)));
    assert_eq!(facts.formats, [tally(Some("jpeg"), 3)]);
    assert_eq!(facts.shapes, Shapes { portrait: 1, landscape: 1, square: 1 });
    assert_eq!(facts.aspects.iter().map(|aspect| aspect.named).collect::<Vec<_>>(), [Some((1, 1)), Some((2, 3)), Some((3, 2))]);
    let span = CaptureSpan {
        photos: 2,
        first: Some("2026-11-20 14:03:11".into()),
        last: Some("2026-11-20 15:03:11".into()),
        seconds: Some(3600),
        names_in_order: Some(true),
    };
    assert_eq!(facts.captured, span);
    assert_eq!(facts.names.sequence.map(|sequence| sequence.missing), Some(vec![12]));
}

#[test]
fn names_against_the_order_of_times_are_told() {
    let photo = |id: u16, taken: &str| {
        let mut photo = made(id, &[], &[]);
        photo.capture.taken_at = Some(taken.into());
        outcome(photo)
    };
    let later_first =
        [(photo(1, "2026-11-20 15:00:00"), "1.jpg".to_owned()), (photo(2, "2026-11-20 14:00:00"), "2.jpg".to_owned())];
    assert_eq!(set_of_named(&later_first).facts.captured.names_in_order, Some(false));
    assert_eq!(set_of_named(&later_first[..1]).facts.captured.names_in_order, None);
    let at_once = [later_first[0].clone(), later_first[0].clone()];
    assert_eq!(set_of_named(&at_once).facts.captured.names_in_order, None, "equal times have no order");
}
