//! Photoshop's image resources (Photoshop file formats specification): the blocks that hold IPTC fields and a preview.

use std::collections::BTreeSet;

/// Resources looked at; real files have about forty.
const RESOURCES_MAX: usize = 512;
const IPTC: u16 = 0x0404;
const RESOLUTION: u16 = 0x03ed;
const URL: u16 = 0x040b;
const THUMBNAIL: u16 = 0x040c;
/// What stands before the JPEG of a preview.
const THUMBNAIL_HEAD_BYTES: usize = 28;

/// What the resources hold.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Resources<'a> {
    /// How many there are.
    pub count: u32,
    /// Their numbers, each once.
    pub ids: BTreeSet<u16>,
    /// Fields of the IPTC model.
    pub iptc: Option<&'a [u8]>,
    /// A JPEG.
    pub thumbnail: Option<&'a [u8]>,
    /// Horizontal and vertical, pixels per inch.
    pub density_ppi: Option<(f64, f64)>,
    /// An address, as bytes.
    pub url: Option<&'a [u8]>,
    /// It breaks off or has something else in it.
    pub damaged: bool,
}

/// Walks over the resources.
pub fn read(mut bytes: &[u8]) -> Resources<'_> {
    let mut found = Resources::default();
    while !bytes.is_empty() && found.count < RESOURCES_MAX as u32 {
        let Some((id, data, rest)) = resource(bytes) else {
            // padding at the end is common
            found.damaged = bytes.iter().any(|&byte| byte != 0);
            break;
        };
        found.count += 1;
        found.ids.insert(id);
        match id {
            IPTC => found.iptc = found.iptc.or(Some(data)),
            THUMBNAIL => found.thumbnail = found.thumbnail.or_else(|| data.get(THUMBNAIL_HEAD_BYTES..)),
            RESOLUTION => found.density_ppi = found.density_ppi.or_else(|| density(data)),
            URL => found.url = found.url.or(Some(data)),
            _ => {}
        }
        bytes = rest;
    }
    found
}

/// Id and data of the first resource, and what follows.
fn resource(bytes: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let (signature, rest) = bytes.split_first_chunk::<4>()?;
    if ![b"8BIM", b"MeSa", b"AgHg", b"PHUT", b"DCSR"].contains(&signature) {
        return None;
    }
    let (id, rest) = rest.split_first_chunk::<2>()?;
    // a name with its length before it, in pairs
    let name_bytes = (usize::from(*rest.first()?) + 1).next_multiple_of(2);
    let (length, rest) = rest.get(name_bytes..)?.split_first_chunk::<4>()?;
    let length = u32::from_be_bytes(*length) as usize;
    let (data, rest) = rest.split_at_checked(length)?;
    Some((u16::from_be_bytes(*id), data, rest.get(length % 2..).unwrap_or_default()))
}

/// Fixed point numbers; always pixels per inch, whatever unit is displayed.
fn density(data: &[u8]) -> Option<(f64, f64)> {
    let fixed = |at: usize| Some(f64::from(u32::from_be_bytes(*data.get(at..)?.first_chunk()?)) / 65_536.0);
    Some((fixed(0)?, fixed(8)?)).filter(|(x, y)| *x > 0.0 && *y > 0.0)
}

#[cfg(test)]
pub mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A resource without a name.
    pub fn resource_bytes(id: u16, data: &[u8]) -> Vec<u8> {
        let mut bytes = [b"8BIM", &id.to_be_bytes()[..], &[0, 0], &(data.len() as u32).to_be_bytes(), data].concat();
        bytes.resize(bytes.len().next_multiple_of(2), 0);
        bytes
    }

    #[test]
    fn resources_are_found_among_others() {
        let mut density = 0x012c_0000u32.to_be_bytes().to_vec();
        density.extend([0, 1, 0, 1, 1, 0x2c, 0, 0, 0, 1, 0, 1]);
        let mut bytes = b"8BIM\x04\x25\x05name!\0\0\0\x03abc\0".to_vec();
        bytes.extend(resource_bytes(IPTC, b"\x1c\x02\x50"));
        bytes.extend(resource_bytes(RESOLUTION, &density));
        bytes.extend(resource_bytes(THUMBNAIL, &[&[0; 28][..], b"\xff\xd8"].concat()));
        let found = read(&bytes);
        assert_eq!((found.count, found.iptc, found.thumbnail), (4, Some(&b"\x1c\x02\x50"[..]), Some(&b"\xff\xd8"[..])));
        assert_eq!((found.density_ppi, found.damaged), (Some((300.0, 300.0)), false));
        assert!(read(&bytes[..bytes.len() - 1]).damaged);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn resources_of_anything(
            parts in prop::collection::vec((any::<u16>(), prop::collection::vec(any::<u8>(), 0..40)), 0..12),
            cut in any::<prop::sample::Index>(),
        ) {
            let bytes: Vec<u8> = parts.iter().flat_map(|(id, data)| resource_bytes(*id, data)).collect();
            prop_assert_eq!(read(&bytes).count as usize, parts.len());
            read(&bytes[..cut.index(bytes.len() + 1)]);
        }
    }
}
