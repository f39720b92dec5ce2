//! The index of the multi-picture format (CIPA DC-007): where further pictures of the file begin, and which is a map.

use crate::ingest::decode::behind::Declared;

/// Pictures looked at.
const PICTURES_MAX: u16 = 64;
const ENTRY_BYTES: usize = 16;
/// Tag of the table of pictures.
const ENTRIES: u16 = 0xb002;
/// Type of a picture that holds distances.
const DISPARITY: u32 = 0x02_0002;

/// Pictures behind the first, from the body of an index that begins at `at` in the file.
pub fn declared(body: &[u8], at: usize) -> Vec<Declared> {
    pictures(body, at).unwrap_or_default()
}

fn pictures(body: &[u8], at: usize) -> Option<Vec<Declared>> {
    let big_endian = match body.first_chunk()? {
        b"MM\0*" => true,
        b"II*\0" => false,
        _ => return None,
    };
    let array = |at: usize| -> Option<[u8; 4]> { body.get(at..)?.first_chunk().copied() };
    let long = |at: usize| array(at).map(|four| if big_endian { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) });
    let short = |at: usize| -> Option<u16> {
        let two = *body.get(at..)?.first_chunk()?;
        Some(if big_endian { u16::from_be_bytes(two) } else { u16::from_le_bytes(two) })
    };
    let directory = long(4)? as usize;
    let count = short(directory)?.min(PICTURES_MAX);
    let entry = (0..usize::from(count)).map(|index| directory + 2 + index * 12).find(|&at| short(at) == Some(ENTRIES))?;
    let (bytes, table) = (long(entry + 4)? as usize, long(entry + 8)? as usize);
    let entries = (bytes / ENTRY_BYTES).min(PICTURES_MAX.into());
    // the first is the picture itself
    let rest = (1..entries).map_while(|index| {
        let entry = table.checked_add(index * ENTRY_BYTES)?;
        let (kind, offset) = (long(entry)? & 0xff_ffff, long(entry.checked_add(8)?)? as usize);
        Some(Declared { at: at.checked_add(offset)?, is_depth: kind == DISPARITY })
    });
    Some(rest.collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pictures_are_found_from_where_the_index_begins() {
        let mut body = b"II*\0\x08\0\0\0\x01\0\x02\xb0\x07\0".to_vec();
        body.extend(48u32.to_le_bytes());
        body.extend(26u32.to_le_bytes());
        body.extend([0; 4]);
        for (kind, offset) in [(0x03_0000u32, 0u32), (0x01_0001, 500), (DISPARITY, 900)] {
            [kind, 100, offset, 0].iter().for_each(|word| body.extend(word.to_le_bytes()));
        }
        let expected = [Declared { at: 600, is_depth: false }, Declared { at: 1000, is_depth: true }];
        assert_eq!(declared(&body, 100), expected);
        assert_eq!(declared(&body[..body.len() - 20], 100), expected[..1]);
        assert_eq!(declared(b"II*\0\xff\xff\xff\xff", 0), []);
    }

    proptest! {
        #[test]
        fn indexes_of_anything(bytes in prop::collection::vec(any::<u8>(), 0..200), at in any::<usize>()) {
            prop_assert!(declared(&[b"MM\0*", &bytes[..]].concat(), at).len() < 64);
        }
    }
}
