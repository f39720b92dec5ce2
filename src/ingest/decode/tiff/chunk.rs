//! One strip or tile through the decoder: a small file of its own, so that nothing else of the file is ever parsed.

use std::io::ErrorKind;

use tiff::TiffError;
use tiff::decoder::{Decoder, Limits};

use crate::ingest::decode::guarded;
use crate::ingest::decode::pieces::Pieces;
use crate::ingest::decode::whole::Broken;

use super::directory::File;
use super::layout::Layout;

/// Entries of the small file's directory.
const ENTRIES: u16 = 10;
/// Header, directory and the pointer that ends it.
const HEAD_BYTES: u32 = 8 + 2 + 12 * ENTRIES as u32 + 4;

/// Unpacks `rows` rows of a chunk into `out`, from row `skip` on; `skip` is 0 unless the picture is not compressed.
pub fn unpack(file: &File<'_>, layout: &Layout, index: u64, skip: u64, rows: u32, out: &mut [u8]) -> Result<(), Broken> {
    let (start, length) = layout.place(file, index).ok_or(Broken::Truncated)?;
    let (start, length) = (start.saturating_add(skip * layout.row_bytes()), length.saturating_sub(skip * layout.row_bytes()));
    let from = usize::try_from(start).unwrap_or(usize::MAX).min(file.bytes.len());
    let rest = &file.bytes[from..];
    let is_cut = length > rest.len() as u64;
    let data = &rest[..usize::try_from(length).unwrap_or(usize::MAX).min(rest.len())];
    let broken = if is_cut { Broken::Truncated } else { Broken::Damaged };
    if out.len() as u64 > (data.len() as u64).saturating_mul(ratio_max(layout.compression)) {
        return Err(broken);
    }
    let mut stream = Pieces::default();
    stream.push(head(file.big_endian, layout, rows, data.len() as u32));
    stream.push(data);
    let decoded = guarded(|| Decoder::new(stream)?.with_limits(Limits::unlimited()).read_chunk_bytes(0, out));
    match decoded {
        Some(Ok(())) => Ok(()),
        Some(Err(TiffError::IoError(error))) if error.kind() == ErrorKind::UnexpectedEof => Err(broken),
        Some(Err(_)) | None => Err(if is_cut { Broken::Truncated } else { Broken::Damaged }),
    }
}

/// The most bytes one packed byte can become.
const fn ratio_max(compression: u16) -> u64 {
    match compression {
        1 => 1,
        // a code of 12 bits stands for at most 4096 bytes
        5 => 2731,
        // a run of 128 in two bytes
        32_773 => 64,
        _ => 1032,
    }
}

/// Header and directory: one strip of so many rows. Samples are called grey, whatever they mean: they are wanted as stored.
fn head(big_endian: bool, layout: &Layout, rows: u32, length: u32) -> Vec<u8> {
    let short = |value: u16| if big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
    let long = |value: u32| if big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
    let mut out = Vec::with_capacity(HEAD_BYTES as usize);
    out.extend(if big_endian { b"MM" } else { b"II" });
    out.extend(short(42));
    out.extend(long(8));
    out.extend(short(ENTRIES));
    let entries = [
        (256, layout.chunk.0),
        (257, rows),
        (258, layout.bits.into()),
        (259, layout.compression.into()),
        (262, 1),
        (273, HEAD_BYTES),
        (277, layout.chunk_samples().into()),
        (278, rows),
        (279, length),
        (317, if layout.predicted { 2 } else { 1 }),
    ];
    for (tag, value) in entries {
        out.extend(short(tag));
        // type LONG, one value
        out.extend(short(4));
        out.extend(long(1));
        out.extend(long(value));
    }
    out.extend(long(0));
    out
}
