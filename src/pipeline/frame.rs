//! The wire frame between server and workers, and the form of a stored result bundle: one JSON text and a few blobs,
//! versioned and bounded.
//!
//! `PSF1`, kind (1 byte), JSON length (u32 LE), JSON, number of blobs (u32 LE), then each blob as length (u32 LE) and bytes.
//! The reader trusts nothing: every length is checked against what is there and against the frame's limits before a copy.

use serde::Serialize;
use serde::de::DeserializeOwned;

const MAGIC: &[u8; 4] = b"PSF1";

/// What a frame carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameKind {
    /// Server to photo worker: the job. The photo's bytes are the worker's standard input.
    PhotoJob = 1,
    /// Photo worker to server: the outcome; blobs are preview and thumbnail.
    Photo = 2,
    /// Server to render worker: facts and outcomes; blobs are all previews and thumbnails in photo order.
    Render = 3,
    /// Render worker to server: blobs are PDF and result JSON.
    Report = 4,
    /// A stored result bundle: blobs are result JSON and previews.
    Bundle = 5,
    /// A stored partial result: one photo of an open analysis; blobs are preview and thumbnail.
    Partial = 6,
}

/// Most a frame of a kind may hold.
#[derive(Debug, Clone, Copy)]
pub struct FrameLimits {
    /// Bytes of JSON.
    pub json_bytes_max: usize,
    /// Number of blobs.
    pub blobs_max: usize,
    /// Bytes of all blobs together.
    pub blob_bytes_max: usize,
}

impl FrameKind {
    /// Limits by kind. A report is at most 200 MiB.
    pub const fn limits(self) -> FrameLimits {
        const MIB: usize = 1024 * 1024;
        match self {
            Self::PhotoJob => FrameLimits { json_bytes_max: 4 * 1024, blobs_max: 0, blob_bytes_max: 0 },
            // A photo's frame and its file name.
            Self::Partial => FrameLimits { json_bytes_max: MIB + 4 * 1024, blobs_max: 2, blob_bytes_max: 2 * MIB },
            Self::Photo => FrameLimits { json_bytes_max: MIB, blobs_max: 2, blob_bytes_max: 2 * MIB },
            Self::Render => FrameLimits { json_bytes_max: 64 * MIB, blobs_max: 100, blob_bytes_max: 128 * MIB },
            Self::Report => FrameLimits { json_bytes_max: 1024, blobs_max: 2, blob_bytes_max: 200 * MIB },
            Self::Bundle => FrameLimits { json_bytes_max: MIB, blobs_max: 51, blob_bytes_max: 200 * MIB },
        }
    }

    /// Most bytes a whole frame of this kind has.
    pub const fn bytes_max(self) -> usize {
        let limits = self.limits();
        limits.json_bytes_max + limits.blob_bytes_max + 4 * limits.blobs_max + 13
    }
}

/// Why bytes are not a frame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Other magic, version or kind.
    #[error("not a frame of the expected kind")]
    Kind,
    /// Ends early, or goes on after its end.
    #[error("the frame's length does not agree with its parts")]
    Length,
    /// A part is larger than its kind allows.
    #[error("the frame is larger than its kind allows")]
    TooLarge,
    /// The JSON is not of the expected form.
    #[error("the frame's JSON is not of the expected form")]
    Json,
}

/// Writes a frame.
///
/// # Errors
/// [`FrameError::TooLarge`] past the kind's limits, [`FrameError::Json`] if the head cannot be written.
pub fn encode<T: Serialize>(kind: FrameKind, head: &T, blobs: &[&[u8]]) -> Result<Vec<u8>, FrameError> {
    let json = serde_json::to_vec(head).map_err(|_| FrameError::Json)?;
    let limits = kind.limits();
    let blob_bytes: usize = blobs.iter().map(|blob| blob.len()).sum();
    if json.len() > limits.json_bytes_max || blobs.len() > limits.blobs_max || blob_bytes > limits.blob_bytes_max {
        return Err(FrameError::TooLarge);
    }
    let mut frame = Vec::with_capacity(13 + json.len() + blob_bytes + 4 * blobs.len());
    frame.extend_from_slice(MAGIC);
    frame.push(kind as u8);
    push_len(&mut frame, json.len())?;
    frame.extend_from_slice(&json);
    push_len(&mut frame, blobs.len())?;
    for blob in blobs {
        push_len(&mut frame, blob.len())?;
        frame.extend_from_slice(blob);
    }
    Ok(frame)
}

fn push_len(frame: &mut Vec<u8>, len: usize) -> Result<(), FrameError> {
    frame.extend_from_slice(&u32::try_from(len).map_err(|_| FrameError::TooLarge)?.to_le_bytes());
    Ok(())
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> Result<&'a [u8], FrameError> {
        let (head, rest) = self.0.split_at_checked(len).ok_or(FrameError::Length)?;
        self.0 = rest;
        Ok(head)
    }

    fn len(&mut self) -> Result<usize, FrameError> {
        let bytes: [u8; 4] = self.take(4)?.try_into().map_err(|_| FrameError::Length)?;
        usize::try_from(u32::from_le_bytes(bytes)).map_err(|_| FrameError::Length)
    }
}

/// Reads a frame; blobs borrow from it.
///
/// # Errors
/// [`FrameError`] for anything that is not exactly one frame of `kind` within its limits.
pub fn decode<T: DeserializeOwned>(kind: FrameKind, frame: &[u8]) -> Result<(T, Vec<&[u8]>), FrameError> {
    let limits = kind.limits();
    let mut reader = Reader(frame);
    if reader.take(4)? != MAGIC || reader.take(1)? != [kind as u8] {
        return Err(FrameError::Kind);
    }
    let json_len = reader.len()?;
    if json_len > limits.json_bytes_max {
        return Err(FrameError::TooLarge);
    }
    let head = serde_json::from_slice(reader.take(json_len)?).map_err(|_| FrameError::Json)?;
    let count = reader.len()?;
    if count > limits.blobs_max {
        return Err(FrameError::TooLarge);
    }
    let mut blobs = Vec::with_capacity(count);
    let mut total = 0_usize;
    for _ in 0..count {
        let len = reader.len()?;
        total = total.saturating_add(len);
        if total > limits.blob_bytes_max {
            return Err(FrameError::TooLarge);
        }
        blobs.push(reader.take(len)?);
    }
    if reader.0.is_empty() { Ok((head, blobs)) } else { Err(FrameError::Length) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_frame_comes_back() {
        let frame = encode(FrameKind::Photo, &"head", &[b"one", b""]).unwrap();
        let (head, blobs): (String, _) = decode(FrameKind::Photo, &frame).unwrap();
        assert_eq!((head.as_str(), blobs), ("head", vec![&b"one"[..], &b""[..]]));
        assert_eq!(decode::<String>(FrameKind::Report, &frame), Err(FrameError::Kind));
    }

    #[test]
    fn every_truncation_and_every_tail_is_refused() {
        let frame = encode(FrameKind::Photo, &"head", &[b"one", b"two"]).unwrap();
        for len in 0..frame.len() {
            assert!(decode::<String>(FrameKind::Photo, &frame[..len]).is_err(), "{len} bytes");
        }
        let mut longer = frame;
        longer.push(0);
        assert_eq!(decode::<String>(FrameKind::Photo, &longer), Err(FrameError::Length));
    }

    #[test]
    fn limits_hold_at_and_one_past() {
        let max = FrameKind::Photo.limits().blob_bytes_max;
        let blob = vec![0_u8; max + 1];
        assert!(encode(FrameKind::Photo, &"", &[&blob[..max]]).is_ok());
        assert_eq!(encode(FrameKind::Photo, &"", &[&blob]), Err(FrameError::TooLarge));
        assert_eq!(encode(FrameKind::Photo, &"", &[b"", b"", b""]), Err(FrameError::TooLarge));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..200), whole in any::<bool>()) {
            if whole { bytes.splice(0..0, *b"PSF1\x02"); }
            drop(decode::<String>(FrameKind::Photo, &bytes));
        }
    }
}
