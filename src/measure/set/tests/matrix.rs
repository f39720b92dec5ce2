//! Transformed copies of real photographs: each must be found beside its own picture and beside no other.

use super::photos::{Picture, group_lists, measured, set_of};
use crate::measure::set::{GroupsBy, Relation};
use crate::measure::{Options, PhotoOutcome, measure_photo};

const PHOTOS: [&str; 10] = [
    "rocket.jpg",
    "coffee-tagged.jpg",
    "astronaut.png",
    "brushes-display-p3.jpg",
    "cat-progressive-444.jpg",
    "mountain-2mp.jpg",
    "sunset-burnt.jpg",
    "dogs-rotated.jpg",
    "fig-blurred.jpg",
    "cameraman-grey.jpg",
];

type Transform = fn(&Picture) -> Vec<u8>;

/// Each with the weakest relation it may come out as.
const MATRIX: [(&str, Transform, Relation); 11] = [
    ("quality 30", |p| p.jpeg(30), Relation::Reencoded),
    ("quality 60", |p| p.jpeg(60), Relation::Reencoded),
    ("half size", |p| p.halved().jpeg(90), Relation::Reencoded),
    ("brightness x 1.2", |p| p.brighter(1.2).jpeg(90), Relation::Reencoded),
    ("brightness x 1.4", |p| p.brighter(1.4).jpeg(90), Relation::Reencoded),
    ("black and white", |p| p.grey().jpeg(90), Relation::Reencoded),
    ("mirrored", |p| p.mirrored().jpeg(90), Relation::Turned),
    ("turned, quality 60", |p| p.turned().jpeg(60), Relation::Turned),
    ("crop of 2 %", |p| p.cropped(0.02).jpeg(90), Relation::Near),
    ("crop of 4 %", |p| p.cropped(0.04).jpeg(90), Relation::Near),
    ("tilted by 2 degrees", |p| p.tilted(2.0).jpeg(90), Relation::Near),
];

#[test]
fn every_copy_is_found_and_nothing_else() {
    let pictures: Vec<Picture> = PHOTOS.iter().map(|name| Picture::fixture(name, 480)).collect();
    let originals: Vec<PhotoOutcome> = pictures.iter().map(|picture| measured(&picture.jpeg(90))).collect();
    assert_eq!(set_of(&originals).groups, [], "photographs of different things");
    let expected: Vec<Vec<u16>> = (1..=10).map(|number| vec![number, number + 10]).collect();
    for (name, transform, weakest) in MATRIX {
        let copies = pictures.iter().map(|picture| measured(&transform(picture)));
        let set = set_of(&originals.iter().cloned().chain(copies).collect::<Vec<_>>());
        assert_eq!(group_lists(&set), expected, "{name}");
        for group in &set.groups {
            assert!(group.relation <= weakest, "{name}: {group:?}");
        }
        if weakest == Relation::Turned {
            assert!(set.groups.iter().all(|group| group.relation == Relation::Turned), "{name}");
        }
    }
}

#[test]
fn saved_again_in_many_ways_is_one_group() {
    let pictures: Vec<Picture> = PHOTOS.iter().take(4).map(|name| Picture::fixture(name, 480)).collect();
    let qualities = [95, 75, 45, 20];
    let outcomes: Vec<PhotoOutcome> =
        qualities.into_iter().flat_map(|quality| pictures.iter().map(move |picture| measured(&picture.jpeg(quality)))).collect();
    let set = set_of(&outcomes);
    assert_eq!(group_lists(&set), (1..=4).map(|number| vec![number, number + 4, number + 8, number + 12]).collect::<Vec<_>>());
    assert!(set.groups.iter().all(|group| group.relation == Relation::Reencoded && group.widest.pdq_bits <= Some(31)));
}

#[test]
fn the_same_pixels_in_another_file_are_told() {
    let bytes = Picture::fixture("coffee-tagged.jpg", 480).jpeg(90);
    // a comment changes the file and not the picture
    let commented = [&[0xff, 0xd8, 0xff, 0xfe, 0x00, 0x06][..], b"word", &bytes[2..]].concat();
    let brighter = Picture::fixture("coffee-tagged.jpg", 480).brighter(1.01).jpeg(90);
    let relation = |other: &[u8]| {
        let set = set_of(&[measured(&bytes), measured(other)]);
        (set.groups.len(), set.groups[0].relation)
    };
    assert_eq!(relation(&bytes), (1, Relation::SameBytes));
    assert_eq!(relation(&commented), (1, Relation::SamePixels));
    assert_eq!(relation(&brighter), (1, Relation::Reencoded));
}

#[test]
fn a_png_of_a_jpegs_pixels_shows_the_same_pixels() {
    let png = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/photos/astronaut.png")).unwrap();
    let retold = Picture::fixture("astronaut.png", 512);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, retold.width as u32, retold.height as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(retold.rgb.as_flattened()).unwrap();
    let set = set_of(&[measured(&png), measured(&bytes)]);
    assert_eq!(set.groups[0].relation, Relation::SamePixels);
}

#[test]
fn without_hashes_only_equal_files_are_grouped_and_the_result_says_so() {
    let picture = Picture::fixture("rocket.jpg", 300);
    let without = |quality| measure_photo(&picture.jpeg(quality), &Options { previews: false, ..Options::default() });
    let set = set_of(&[without(90), without(60), without(90)]);
    assert_eq!((set.groups_by, group_lists(&set)), (GroupsBy::Bytes, vec![vec![1, 3]]));
    assert_eq!(set.groups[0].widest.pdq_bits, None);
}
