//! Directories of a TIFF (TIFF 6.0, 2; BigTIFF): entries and their values, read in place, nothing believed.

use crate::ingest::IngestError;

/// Entries a directory may have; real ones have a few dozen.
const ENTRIES_MAX: u64 = 4096;

/// The file as a TIFF reader sees it.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    pub bytes: &'a [u8],
    pub big_endian: bool,
    /// Whether offsets have 64 bits.
    pub is_big: bool,
}

/// One entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    pub tag: u16,
    kind: u16,
    pub count: u64,
    /// Where its values are.
    at: u64,
}

/// One directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directory {
    entries: Vec<Entry>,
    /// Where the next one is; 0: nowhere.
    pub next: u64,
}

impl<'a> File<'a> {
    /// Reads the header; gives the file and where its first directory is.
    pub fn open(bytes: &'a [u8]) -> Result<(Self, u64), IngestError> {
        let big_endian = bytes.starts_with(b"MM");
        let file = Self { bytes, big_endian, is_big: false };
        let first = match file.short(2) {
            Some(42) => file.long(4),
            Some(43) if file.short(4) == Some(8) && file.short(6) == Some(0) => {
                let file = Self { is_big: true, ..file };
                return file.long8(8).map(|first| (file, first)).ok_or(IngestError::Truncated);
            }
            Some(_) => return Err(IngestError::Damaged { what: "its header has impossible values" }),
            None => None,
        };
        first.map(|first| (file, first)).ok_or(IngestError::Truncated)
    }

    fn array<const N: usize>(&self, at: u64) -> Option<[u8; N]> {
        self.bytes.get(usize::try_from(at).ok()?..)?.first_chunk::<N>().copied()
    }

    fn short(&self, at: u64) -> Option<u16> {
        self.array(at).map(|bytes| if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn long(&self, at: u64) -> Option<u64> {
        self.array(at).map(|bytes| if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }.into())
    }

    fn long8(&self, at: u64) -> Option<u64> {
        self.array(at).map(|bytes| if self.big_endian { u64::from_be_bytes(bytes) } else { u64::from_le_bytes(bytes) })
    }

    fn offset(&self, at: u64) -> Option<u64> {
        if self.is_big { self.long8(at) } else { self.long(at) }
    }

    /// The directory at `at`.
    ///
    /// # Errors
    /// [`IngestError::Truncated`] if the file ends before or inside it, [`IngestError::Damaged`] if it is no directory.
    pub fn directory(&self, at: u64) -> Result<Directory, IngestError> {
        let (count, size, first) = match self.is_big {
            true => (self.long8(at), 20, at.saturating_add(8)),
            false => (self.short(at).map(u64::from), 12, at.saturating_add(2)),
        };
        let count = count.ok_or(IngestError::Truncated)?;
        if count == 0 || count > ENTRIES_MAX {
            return Err(IngestError::Damaged { what: "one of its directories has an impossible number of entries" });
        }
        let entry = |index| self.entry(first + index * size).ok_or(IngestError::Truncated);
        let entries = (0..count).map(entry).collect::<Result<_, _>>()?;
        // a file that ends before the pointer points nowhere that is there
        let next = self.offset(first + count * size).unwrap_or(u64::MAX);
        Ok(Directory { entries, next })
    }

    fn entry(&self, at: u64) -> Option<Entry> {
        let (tag, kind, field, room) =
            (self.short(at)?, self.short(at + 2)?, if self.is_big { at + 12 } else { at + 8 }, self.room());
        let count = self.offset(at + 4)?;
        // the field itself must be there
        let pointer = self.offset(field)?;
        let inside = count.checked_mul(value_bytes(kind)).is_some_and(|bytes| bytes <= room);
        Some(Entry { tag, kind, count, at: if inside { field } else { pointer } })
    }

    /// Bytes of values that stand in the entry itself.
    fn room(&self) -> u64 {
        if self.is_big { 8 } else { 4 }
    }

    /// A whole number among the values of an entry.
    pub fn value(&self, entry: &Entry, index: u64) -> Option<u64> {
        if index >= entry.count {
            return None;
        }
        let at = entry.at.checked_add(index.checked_mul(value_bytes(entry.kind))?)?;
        match entry.kind {
            1 | 7 => self.array::<1>(at).map(|[byte]| byte.into()),
            3 => self.short(at).map(u64::from),
            4 | 13 => self.long(at),
            16 | 18 => self.long8(at),
            _ => None,
        }
    }

    /// All bytes of an entry's values; None if the file ends before them.
    pub fn values(&self, entry: &Entry) -> Option<&'a [u8]> {
        let (at, length) = (usize::try_from(entry.at).ok()?, usize::try_from(entry.bytes()?).ok()?);
        self.bytes.get(at..at.checked_add(length)?)
    }
}

impl Entry {
    /// Bytes of its values; None if there is no such number.
    pub fn bytes(&self) -> Option<u64> {
        self.count.checked_mul(value_bytes(self.kind))
    }
}

impl Directory {
    /// The entry with a tag.
    pub fn find(&self, tag: u16) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.tag == tag)
    }

    /// The first value of a tag.
    pub fn number(&self, file: &File<'_>, tag: u16) -> Option<u64> {
        file.value(self.find(tag)?, 0)
    }

    /// Entries it has.
    pub fn len(&self) -> usize {
        self.entries.len()
    }
}

/// Bytes of one value of a type; 0 for a type that does not exist.
const fn value_bytes(kind: u16) -> u64 {
    match kind {
        1 | 2 | 6 | 7 => 1,
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16 | 17 | 18 => 8,
        _ => 0,
    }
}
