//! Properties of every parser: whatever it is fed, it comes to an end, without a panic and within its limits.

use proptest::prelude::*;

use super::tests::drain;
use super::*;

/// First bytes that lead into each parser.
const HEADS: [&[u8]; 10] = [
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR",
    b"RIFF\xff\xff\0\0WEBP",
    b"RIFF\xff\xff\0\0WEBPVP8X\x0a\0\0\0\x12\0\0\0\x20\0\0\x20\0\0",
    b"GIF89a\x20\0\x20\0\x80\0\0",
    b"GIF87a",
    b"II*\0\x08\0\0\0",
    b"MM\0*\0\0\0\x08",
    b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0",
    b"MM\0+\0\x08\0\0\0\0\0\0\0\0\0\x10",
];

fn read(bytes: &[u8]) {
    let limits = Limits { pixels_max: 1 << 20, decoder_bytes_max: 1 << 23, ..Limits::default() };
    if let Ok(mut photo) = open(bytes, &limits) {
        assert!(u64::from(photo.header.width) * u64::from(photo.header.height) <= limits.pixels_max);
        assert!(photo.container.pictures > 0 && matches!(photo.header.channels, 1 | 3 | 4));
        let (rows, failed) = drain(&mut *photo.rows);
        let whole = rows.len() == photo.header.height as usize || photo.header.channels == 4;
        assert!(whole || failed.is_some(), "rows are missing without a word");
    }
}

/// A tag of those that steer the reader of TIFF, or any.
fn tag() -> impl Strategy<Value = u16> {
    let known = vec![
        254, 256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 284, 317, 320, 322, 323, 324, 325, 330, 338, 339, 700,
        34_665, 34_675,
    ];
    prop_oneof![9 => prop::sample::select(known), 1 => any::<u16>()]
}

fn entry() -> impl Strategy<Value = (u16, u16, u32, u32)> {
    let small = || prop_oneof![6 => 0u32..40, 2 => any::<u32>(), 1 => Just(u32::MAX)];
    let value = prop_oneof![4 => 0u32..10, 3 => 0u32..400, 1 => any::<u32>(), 1 => Just(32_773), 1 => Just(u32::MAX)];
    (tag(), prop_oneof![9 => 3u16..5, 1 => any::<u16>()], prop_oneof![5 => Just(1), 2 => small()], value)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_parser_takes_anything(head in prop::sample::select(&HEADS[..]), rest in prop::collection::vec(any::<u8>(), 0..400)) {
        read(&[head, &rest].concat());
    }

    #[test]
    fn sniffing_takes_anything(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        sniff(&bytes);
    }

    #[test]
    fn directories_of_anything(
        mut entries in prop::collection::vec(entry(), 1..24),
        behind in prop::collection::vec(any::<u8>(), 0..600),
        next in prop_oneof![Just(0u32), Just(8), any::<u32>()],
    ) {
        entries.sort_by_key(|entry| entry.0);
        let mut bytes = [&b"II*\0\x08\0\0\0"[..], &(entries.len() as u16).to_le_bytes()].concat();
        for (tag, kind, count, value) in entries {
            bytes.extend([tag.to_le_bytes(), kind.to_le_bytes()].concat());
            bytes.extend([count.to_le_bytes(), value.to_le_bytes()].concat());
        }
        bytes.extend(next.to_le_bytes());
        bytes.extend(behind);
        read(&bytes);
    }

    #[test]
    fn chunks_of_anything(
        chunks in prop::collection::vec(
            (prop::sample::select(vec![*b"VP8X", *b"VP8 ", *b"VP8L", *b"ALPH", *b"ANIM", *b"ANMF", *b"ICCP", *b"EXIF", *b"XMP "]),
             prop::collection::vec(any::<u8>(), 0..80), any::<i8>()),
            1..8,
        ),
    ) {
        let mut body = b"WEBP".to_vec();
        for (kind, mut data, lie) in chunks {
            match &kind {
                b"VP8X" => data.splice(..0, *b"\x12\0\0\0\x0f\0\0\x0f\0\0").for_each(drop),
                b"VP8 " => data.splice(..0, *b"\x10\x02\0\x9d\x01\x2a\x10\0\x10\0").for_each(drop),
                b"VP8L" => data.splice(..0, *b"\x2f\x0f\xc0\x03\0").for_each(drop),
                _ => {}
            }
            let length = (data.len() as u32).saturating_add_signed(if lie > 100 { lie.into() } else { 0 });
            body.extend(kind);
            body.extend(length.to_le_bytes());
            body.extend(&data);
            body.resize(body.len().next_multiple_of(2), 0);
        }
        read(&[b"RIFF", &(body.len() as u32).to_le_bytes()[..], &body].concat());
    }

    #[test]
    fn metadata_of_anything(bytes in prop::collection::vec(any::<u8>(), 0..300), big_endian in any::<bool>()) {
        let head: &[u8] = if big_endian { b"MM\0*\0\0\0\x08" } else { b"II*\0\x08\0\0\0" };
        for block in [bytes.clone(), [head, &bytes].concat()] {
            let blocks = metadata::Blocks { exif: Some(block.as_slice().into()), photoshop: Some(block.as_slice().into()), ..Default::default() };
            let (metadata, embedded) = blocks.read();
            prop_assert_eq!(metadata.statements.blocks[0].block, metadata::Block::Exif);
            prop_assert!(embedded.len() <= metadata::embedded::PICTURES_MAX);
        }
        let mut profile = vec![0; 128];
        profile.extend(bytes);
        prop_assert!(IccProfile::new(profile).description.is_none_or(|words| words.chars().count() <= 120));
    }
}
