//! The header of an encoded preview: enough to know that it is what it says.

/// What a JPEG's frame header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// 1 or 3.
    pub components: u8,
}

/// Reads the frame header of a baseline or extended JPEG of 8 bits; None for anything else.
pub fn header(bytes: &[u8]) -> Option<Header> {
    let mut rest = bytes.strip_prefix(&[0xff, 0xd8])?;
    loop {
        let (marker, after) = match rest {
            [0xff, marker, after @ ..] => (*marker, after),
            _ => return None,
        };
        let length = usize::from(u16::from_be_bytes([*after.first()?, *after.get(1)?]));
        let segment = after.get(2..length)?;
        match marker {
            0xc0 | 0xc1 => return frame(segment),
            0xc2..=0xcf if marker != 0xc4 && marker != 0xc8 && marker != 0xcc => return None,
            0xd8..=0xda => return None,
            _ => rest = after.get(length..)?,
        }
    }
}

fn frame(segment: &[u8]) -> Option<Header> {
    let &[8, h1, h0, w1, w0, components, ..] = segment else { return None };
    let header =
        Header { width: u32::from(u16::from_be_bytes([w1, w0])), height: u32::from(u16::from_be_bytes([h1, h0])), components };
    matches!(components, 1 | 3).then_some(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: [u8; 10] = [8, 0, 10, 0, 24, 3, 1, 0x22, 0, 2];

    fn jpeg(frame_marker: u8) -> Vec<u8> {
        let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0, 0, 4, b'J', b'F', 0xff, frame_marker, 0, 12];
        bytes.extend(FRAME);
        bytes
    }

    #[test]
    fn reads_the_size_behind_other_segments_and_refuses_the_rest() {
        assert_eq!(header(&jpeg(0xc0)), Some(Header { width: 24, height: 10, components: 3 }));
        assert_eq!(header(&jpeg(0xc2)), None, "progressive");
        for cut in 0..jpeg(0xc0).len() {
            assert_eq!(header(&jpeg(0xc0)[..cut]), None);
        }
        assert_eq!(header(b"\x89PNG"), None);
    }
}
