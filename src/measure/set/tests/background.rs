//! Backgrounds against each other.

use super::photos::{group_lists, made, outcome, set_of};
use crate::measure::Background;
use crate::measure::composition::Fill;
use crate::measure::set::background::of_colors;

#[test]
fn the_two_furthest_apart_are_named() {
    // scikit-image 0.26.0: deltaE_ciede2000
    let found = of_colors(vec![(4, [90.0, 1.0, 2.0]), (2, [96.0, 0.0, 0.0]), (7, [95.0, 0.0, 1.0])]).unwrap();
    assert_eq!(found.furthest, (2, 4));
    assert!((found.widest - 4.354516482846047).abs() < 1e-9, "{}", found.widest);
    let theirs = [(2, 1.1450367250703848), (4, 3.5024116552543023), (7, 0.0)];
    for ((number, ours), (expected, theirs)) in found.photos.iter().zip(theirs) {
        assert_eq!(*number, expected);
        assert!((ours - theirs).abs() < 1e-9, "{number}: {ours}");
    }
    assert_eq!(of_colors(vec![(1, [50.0, 0.0, 0.0])]), None);
    assert_eq!(of_colors(Vec::new()), None);
}

#[test]
fn only_even_backgrounds_are_asked() {
    let photo = |id: u16, lab, even: bool| {
        let mut photo =
            made(id, &(0..60 * usize::from(id - 1)).collect::<Vec<_>>(), &(0..20 * u32::from(id - 1)).collect::<Vec<_>>());
        let composition = photo.composition.as_mut().unwrap();
        composition.background = Some(Background {
            lab,
            spread: 0.0,
            white_share: 0.0,
            even_share: 100.0,
            gradient_across: 0.0,
            gradient_down: 0.0,
            center_over_ring: 0.0,
        });
        composition.fill = even.then_some(Fill { share: 30.0, frame: None });
        outcome(photo)
    };
    let white = [100.0, 0.0, 0.0];
    let set = set_of(&[photo(1, white, true), photo(2, [20.0, 0.0, 0.0], false), photo(3, white, true)]);
    assert_eq!(group_lists(&set), [[0_u16; 0]; 0]);
    let background = set.background.unwrap();
    assert_eq!((background.furthest, background.widest), ((1, 3), 0.0));
    assert_eq!(set_of(&[photo(1, white, true), photo(2, white, false)]).background, None);
}
