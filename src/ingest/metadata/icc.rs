//! The embedded colour profile: its bytes, and its name by our own small reader of the description tag (ICC.1:2022).

use super::text;

/// Tags looked at; real profiles have about twenty.
const TAGS_MAX: usize = 100;
const HEADER_BYTES: usize = 128;

/// An embedded colour profile. Its bytes are hostile input to whoever applies it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IccProfile {
    /// As embedded.
    pub bytes: Vec<u8>,
    /// Its description, cleaned and at most 120 characters; None if it has none that can be read.
    pub description: Option<String>,
}

impl IccProfile {
    /// Reads the description of a profile.
    pub fn new(bytes: Vec<u8>) -> Self {
        let description = description(&bytes);
        Self { bytes, description }
    }
}

fn description(profile: &[u8]) -> Option<String> {
    let count = (be_u32(profile, HEADER_BYTES)? as usize).min(TAGS_MAX);
    let entry = (0..count).map(|index| HEADER_BYTES + 4 + index * 12).find(|&at| profile.get(at..at + 4) == Some(b"desc"))?;
    let (offset, size) = (be_u32(profile, entry + 4)? as usize, be_u32(profile, entry + 8)? as usize);
    let tag = profile.get(offset..offset.checked_add(size)?)?;
    match tag.get(..4)? {
        b"desc" => {
            let length = be_u32(tag, 8)? as usize;
            text::clean_bytes(tag.get(12..12usize.checked_add(length)?)?)
        }
        b"mluc" => {
            // the first record: names of one profile in other languages do not matter here
            let (length, start) = (be_u32(tag, 20)? as usize, be_u32(tag, 24)? as usize);
            text::clean_utf16(tag.get(start..start.checked_add(length)?)?, u16::from_be_bytes)
        }
        _ => None,
    }
}

fn be_u32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(tag: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; HEADER_BYTES];
        bytes.extend([0, 0, 0, 2]);
        bytes.extend(b"cprt\0\0\0\0\0\0\0\0");
        bytes.extend(b"desc");
        bytes.extend(156u32.to_be_bytes());
        bytes.extend((tag.len() as u32).to_be_bytes());
        bytes.extend(tag);
        bytes
    }

    #[test]
    fn reads_old_and_new_descriptions() {
        let old = profile(b"desc\0\0\0\0\0\0\0\x05sRGB\0");
        assert_eq!(IccProfile::new(old).description.as_deref(), Some("sRGB"));
        let mut new = b"mluc\0\0\0\0\0\0\0\x01\0\0\0\x0cenUS\0\0\0\x04\0\0\0\x1c".to_vec();
        new.extend(b"\0P\x003");
        assert_eq!(IccProfile::new(profile(&new)).description.as_deref(), Some("P3"));
    }

    #[test]
    fn broken_profiles_have_no_name() {
        for bytes in [vec![], vec![0; 130], profile(b"desc\0\0\0\0\xff\xff\xff\xff"), profile(b"mluc"), profile(b"text\0\0\0\0")]
        {
            assert_eq!(IccProfile::new(bytes).description, None);
        }
        let mut bytes = profile(b"desc\0\0\0\0\0\0\0\x05sRGB\0");
        bytes[148..152].copy_from_slice(&u32::MAX.to_be_bytes());
        assert_eq!(IccProfile::new(bytes).description, None);
    }
}
