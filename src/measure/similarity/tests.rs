//! Held against pip's pdqhash 0.2.8 (Meta's C++ code) and ImageHash 4.3.2 over Pillow 13.0.0 on equal pixels.

use sha2::Digest;

use super::*;
use crate::raster::Orientation;

fn of_pixels(pixels: &[[u8; 3]], width: usize, height: usize) -> Option<PictureHashes> {
    super::of_pixels(Sha256::new(), pixels, width, height)
}

/// A picture with structure at every scale, the same in NumPy.
fn picture(width: usize, height: usize, seed: usize) -> Vec<[u8; 3]> {
    let pixel = |x: usize, y: usize| {
        let red = x * 255 / (width - 1).max(1) + y * x * seed / 97;
        let green = (x * x + y * y * seed) / (width + height);
        let blue = (y * 255 / (height - 1).max(1)) ^ ((x / (seed + 3)) * 37 % 256);
        [red as u8, green as u8, blue as u8]
    };
    (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| pixel(x, y)).collect()
}

/// Size and seed, PDQ, its quality, pHash, and the first 16 digits of PDQ of the picture turned.
type Known = ((usize, usize, usize), &'static str, u8, &'static str, [&'static str; 7]);

const KNOWN: [Known; 6] = [
    (
        (64, 64, 1),
        "aaad95a84aaba0b05aaaab0d5aa9b730d2ad8aced2aba8f2aaabab0f4aaa5572",
        58,
        "9527aa38aa27cab9",
        [
            "d55c945495048056",
            "fff013000ffc0218",
            "80297ff6c0491cf4",
            "aaad6a574aaa5f4f",
            "ffe0807107f8e1a5",
            "d5fc2aa3951c4ba1",
            "800980098049c10b",
        ],
    ),
    (
        (128, 96, 2),
        "abeeabaaaaababaaeaaa4a2a5aaa5aaa56aa94aa35aa2d8a9b6a445ad9928784",
        100,
        "8810a42dab6baaff",
        [
            "804bf078f8202c14",
            "ff330100fffe0000",
            "a51e52d3ad65549f",
            "aa225455aaaa5455",
            "e000607578206ed0",
            "f84b0f86f83003ea",
            "a51ea52cad65a940",
        ],
    ),
    (
        (511, 340, 3),
        "518fab3ce6c34d0f0a101667bcdc29b0694fcadc54bb15b6a569ad53ab54aa54",
        100,
        "941515e5cb36ee1c",
        [
            "734f4f1f638f79cb",
            "04da0196b396e7a5",
            "361aedb536dad361",
            "558f54c3e6c3b2f0",
            "04dafe69b396985a",
            "624fb0e0638f8630",
            "361a1a4a36da2c9e",
        ],
    ),
    (
        (200, 513, 5),
        "318de38ac39a879c8f150e3b3c3cf89af038e07c81fd17d51ff0ea2affc0c280",
        100,
        "80000f2a5f5ddf9f",
        [
            "39e71e18c3867c65",
            "66d8c920b6df2d36",
            "2cb234929693d6cf",
            "318d1c75c39a7863",
            "24d036df96cfd2c9",
            "79e761c7c3c6839a",
            "6cb6cb6db6d32938",
        ],
    ),
    (
        (33, 7, 1),
        "5511aaa4aaee555baaeeaaae551150d1aaeeabae5511af2eaaee51515511aaa4",
        41,
        "85124545bbba44ff",
        [
            "6cd944d944d96cd9",
            "2444400efffbfff1",
            "398cc673398cc673",
            "5511555baaeeaaa4",
            "0004fff199bb000e",
            "6cd993266cd99326",
            "398c798cb9cc398c",
        ],
    ),
    (
        (1024, 768, 4),
        "494e5a91552fb65ca6b06da36d4f4ad85a905bb3d527d56e954c974cb258a258",
        100,
        "8d0d1d19193bf2e6",
        [
            "18bf981f1e039f01",
            "dc1bf03b007a1cf6",
            "4d6ab2a54b5625ab",
            "494ea56e552f49a3",
            "5c1b0fe4007af709",
            "183fe7f01e0370fe",
            "cdeacd5a4b56da54",
        ],
    ),
];

#[test]
fn equal_the_reference_bit_for_bit() {
    for ((width, height, seed), pdq, quality, phash, turned) in KNOWN {
        let ours = of_pixels(&picture(width, height, seed), width, height).unwrap();
        assert_eq!(ours.pdq.hex(), pdq, "{width} x {height}");
        assert_eq!(ours.pdq_quality, quality, "{width} x {height}");
        assert_eq!(ours.phash.hex(), phash, "{width} x {height}");
        assert_eq!(ours.turned.map(|hash| hash.hex()[..16].to_owned()), turned, "{width} x {height}");
    }
}

#[test]
fn a_turned_picture_is_found_among_the_turned_hashes() {
    let (width, height) = (300, 200);
    let pixels = picture(width, height, 2);
    let plain = of_pixels(&pixels, width, height).unwrap();
    for orientation in Orientation::ALL.into_iter().skip(1) {
        let (columns, rows) = orientation.seen_size((width as u32, height as u32));
        let seen = orientation.turn(&pixels, (width as u32, height as u32), 1);
        let seen = of_pixels(&seen, columns as usize, rows as usize).unwrap();
        let nearest = plain.turned.iter().map(|hash| hash.distance(&seen.pdq)).min().unwrap();
        // the cut to 64 x 64 takes other samples of a turned picture; 31 is the default for "the same"
        assert!(nearest <= 31, "{orientation:?}: {nearest} bits");
        assert!(plain.pdq.distance(&seen.pdq) > 60, "{orientation:?}");
    }
}

#[test]
fn tiny_pictures_have_no_hash() {
    assert!(of_pixels(&picture(5, 5, 1), 5, 5).is_some());
    assert!(of_pixels(&picture(5, 4, 1), 5, 4).is_none());
    assert!(of_pixels(&[], 0, 0).is_none());
}
