//! Extended XMP (XMP specification, part 3, 1.1.3.1): what does not fit into one segment of a JPEG comes in parts, which are
//! named by the MD5 digest of the whole. That digest is a name and no protection; it is checked to know that all is there.

use md5::{Digest, Md5};

/// Name of the segment.
const HEAD: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";
/// Characters of the digest.
const DIGEST_CHARS: usize = 32;
/// Parts looked at; 16 MiB of metadata have about 260.
pub const PARTS_MAX: usize = 1024;

/// One part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExtendedPart<'a> {
    digest: &'a [u8],
    length: u32,
    offset: u32,
    bytes: &'a [u8],
}

/// A part, if a segment's body is one.
pub fn extended_part(body: &[u8]) -> Option<ExtendedPart<'_>> {
    let (digest, rest) = body.strip_prefix(HEAD)?.split_at_checked(DIGEST_CHARS)?;
    let (length, rest) = rest.split_first_chunk()?;
    let (offset, bytes) = rest.split_first_chunk()?;
    Some(ExtendedPart { digest, length: u32::from_be_bytes(*length), offset: u32::from_be_bytes(*offset), bytes })
}

/// The packet that is named in the main one, if all its parts are there and its digest holds.
pub fn joined(parts: &[ExtendedPart<'_>], named: &str) -> Option<Vec<u8>> {
    let mut parts: Vec<_> = parts.iter().filter(|part| part.digest.eq_ignore_ascii_case(named.as_bytes())).collect();
    parts.sort_by_key(|part| part.offset);
    let length = parts.first()?.length as usize;
    let there: usize = parts.iter().map(|part| part.bytes.len()).sum();
    if length > there {
        return None;
    }
    let mut whole = Vec::with_capacity(length);
    for part in parts {
        // a part sent twice is passed over
        if part.offset as usize == whole.len() {
            whole.extend_from_slice(part.bytes);
        }
    }
    let digest = Md5::digest(&whole).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    (whole.len() == length && digest.eq_ignore_ascii_case(named)).then_some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(digest: &str, length: u32, offset: u32, bytes: &[u8]) -> Vec<u8> {
        [HEAD, digest.as_bytes(), &length.to_be_bytes(), &offset.to_be_bytes(), bytes].concat()
    }

    #[test]
    fn parts_are_put_in_order_and_the_digest_must_hold() {
        // RFC 1321, A.5: the digest of "message digest"
        let digest = "F96B697D7CB7938D525A2F31AAF161D0";
        let (late, early) = (segment(digest, 14, 8, b"digest"), segment(digest, 14, 0, b"message "));
        let parts = [extended_part(&late).unwrap(), extended_part(&early).unwrap()];
        assert_eq!(joined(&parts, digest), Some(b"message digest".to_vec()));
        assert_eq!(joined(&parts[..1], digest), None);
        assert_eq!(joined(&parts, &"0".repeat(32)), None);
        let wrong = segment(digest, 14, 0, b"Message ");
        assert_eq!(joined(&[parts[0], extended_part(&wrong).unwrap()], digest), None);
        assert_eq!(extended_part(&late[..50]), None);
    }
}
