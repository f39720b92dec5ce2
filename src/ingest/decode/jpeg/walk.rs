//! A walk over the markers of a JPEG (T.81, B.1): finds scans, tables, metadata and the end, and decodes nothing.

use crate::ingest::decode::behind::Declared;
use crate::ingest::metadata::Block;
use crate::ingest::metadata::xmp::{ExtendedPart, PARTS_MAX, extended_part};
use crate::ingest::photo::{JpegProcess, QuantTable};
use crate::ingest::{IngestError, Limits};

use super::frame::{Frame, ScanHeader, quant_tables};
use super::scan::Entropy;
use super::{huffman, mpf};

/// Scans a progressive file may have: real ones have about ten, and each one costs a pass over the whole picture.
const SCANS_MAX: usize = 64;
/// Parts a colour profile may come in; its counter is one byte.
const ICC_PARTS_MAX: usize = 256;
/// Comments, and segments of Photoshop's, that are looked at.
const COMMENTS_MAX: usize = 8;
const PHOTOSHOP_MAX: usize = 256;
/// Blocks of EXIF and XMP after the first that are looked at.
const FURTHER_MAX: usize = 8;

/// One scan with the segments that stand before it.
#[derive(Debug)]
pub struct Scan<'a> {
    /// DQT, DHT and DRI segments since the scan before, as stored.
    pub setup: Vec<u8>,
    pub header: ScanHeader,
    pub entropy: Entropy<'a>,
    /// MCUs between restart markers; 0: none.
    pub restart_interval: u16,
}

/// What the walk saw.
#[derive(Debug, Default)]
pub struct Walk<'a> {
    pub frame: Option<Frame>,
    /// Scans the decoder needs.
    pub scans: Vec<Scan<'a>>,
    /// Scans seen, also those not needed.
    pub scans_seen: u32,
    /// Of all scans.
    pub entropy_bytes: u64,
    /// The table each component uses.
    pub component_tables: Vec<Option<QuantTable>>,
    pub restart_interval: u16,
    /// Whether all Huffman tables so far are those of the standard; None: none so far.
    pub standard_huffman: Option<bool>,
    pub adobe_transform: Option<u8>,
    pub jfif: bool,
    /// Unit (1 inch, 2 cm), across and down, of the JFIF marker.
    pub density: Option<(u8, u16, u16)>,
    /// Of the first EXIF block.
    pub exif: Option<&'a [u8]>,
    /// Number and bytes of each part of the colour profile.
    pub icc_parts: Vec<(u8, &'a [u8])>,
    /// The first packet.
    pub xmp: Option<&'a [u8]>,
    pub xmp_extended: Vec<ExtendedPart<'a>>,
    /// EXIF and XMP after the first.
    pub further: Vec<(Block, &'a [u8])>,
    /// Bodies of Photoshop's segments, to be read as one.
    pub photoshop: Vec<&'a [u8]>,
    pub comments: Vec<&'a [u8]>,
    /// Further pictures, from an index.
    pub declared: Vec<Declared>,
    /// Whether the end marker was reached.
    pub reached_end: bool,
    pub trailing_bytes: u64,
    /// Something contradicts the standard, though a picture may still be had.
    pub damaged: bool,
    slots: [Option<QuantTable>; 4],
    setup: Vec<u8>,
    metadata_bytes: u64,
    /// Bytes of the whole file.
    length: usize,
}

/// Walks a file that begins with the start marker.
///
/// # Errors
/// What the frame header or the limits forbid. A file that merely breaks off or contradicts itself gives what was seen.
pub fn walk<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Walk<'a>, IngestError> {
    let mut walk = Walk { length: bytes.len(), ..Walk::default() };
    let mut rest = &bytes[bytes.len().min(2)..];
    while let Some((marker, after)) = next_marker(rest) {
        match marker {
            0xd9 => {
                walk.reached_end = true;
                walk.trailing_bytes = after.len() as u64;
                return Ok(walk);
            }
            // markers without a body; a start or restart marker has no business here, but decoders pass over it
            0x01 | 0xd0..=0xd8 => rest = after,
            _ => {
                let Some((body, behind)) = segment_body(after) else { return Ok(walk) };
                rest = walk.segment(marker, body, behind, limits)?;
            }
        }
    }
    Ok(walk)
}

/// The next marker and what follows it; None at the end of the data.
fn next_marker(mut bytes: &[u8]) -> Option<(u8, &[u8])> {
    loop {
        let at = bytes.iter().position(|&byte| byte == 0xff)?;
        bytes = &bytes[at..];
        let code = bytes.iter().position(|&byte| byte != 0xff)?;
        let (marker, after) = (bytes[code], &bytes[code + 1..]);
        if marker != 0 {
            return Some((marker, after));
        }
        bytes = after;
    }
}

/// Body of a segment and what follows; None if the file ends inside it or its length is impossible.
fn segment_body(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, _) = bytes.split_first_chunk::<2>()?;
    let (segment, behind) = bytes.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    Some((segment.get(2..)?, behind))
}

impl<'a> Walk<'a> {
    /// Takes one segment in; gives what is left to walk.
    fn segment(&mut self, marker: u8, body: &'a [u8], behind: &'a [u8], limits: &Limits) -> Result<&'a [u8], IngestError> {
        match marker {
            0xc4 | 0xdb | 0xdd => self.setup_segment(marker, body),
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf if self.frame.is_none() => {
                let frame = Frame::parse(marker, body, limits)?;
                self.component_tables = vec![None; frame.components.len()];
                self.frame = Some(frame);
            }
            0xcc => return Err(IngestError::UnsupportedCoding { coding: "arithmetic-coded JPEG" }),
            0xda => return self.scan(body, behind),
            0xe0..=0xef | 0xfe => {
                let at = self.length - behind.len() - body.len();
                self.metadata(marker, body, at, limits)?;
            }
            // a second frame, a late height, reserved codes
            _ => self.damaged = true,
        }
        Ok(behind)
    }

    /// Keeps a segment the decoder needs before the next scan.
    fn setup_segment(&mut self, marker: u8, body: &[u8]) {
        match marker {
            0xdb => match quant_tables(body) {
                Some(tables) => tables.into_iter().for_each(|table| {
                    let slot = usize::from(table.slot);
                    self.slots[slot] = Some(table);
                }),
                None => self.damaged = true,
            },
            0xdd => match body.try_into() {
                Ok(interval) => self.restart_interval = u16::from_be_bytes(interval),
                Err(_) => self.damaged = true,
            },
            _ => self.standard_huffman = Some(self.standard_huffman != Some(false) && huffman::are_standard(body)),
        }
        let length = (body.len() as u16 + 2).to_be_bytes();
        self.setup.extend([0xff, marker, length[0], length[1]]);
        self.setup.extend(body);
    }

    fn scan(&mut self, body: &[u8], behind: &'a [u8]) -> Result<&'a [u8], IngestError> {
        let entropy = Entropy::take(behind);
        let rest = &behind[entropy.bytes.len()..];
        self.entropy_bytes += entropy.bytes.len() as u64;
        self.scans_seen = self.scans_seen.saturating_add(1);
        let Some(frame) = &self.frame else {
            return Err(IngestError::Damaged { what: "picture data stands before its frame header" });
        };
        let Some(header) = ScanHeader::parse(body, frame) else {
            return Err(IngestError::Damaged { what: "a scan header does not fit the frame" });
        };
        let progressive = frame.process == JpegProcess::Progressive;
        let again = header.components.iter().any(|&(index, _)| self.scans.iter().any(|scan| scan.covers(index)));
        if again && !progressive {
            // the picture is complete; decoders ignore what follows
            self.damaged = true;
            return Ok(rest);
        }
        if self.scans.len() == SCANS_MAX {
            return Err(IngestError::UnsupportedCoding { coding: "a progressive JPEG of too many scans" });
        }
        let (_, mcus) = header.blocks_and_mcus(frame);
        let restarts = mcus.saturating_sub(1).checked_div(self.restart_interval.into()).unwrap_or(0);
        self.damaged |= !entropy.in_order || entropy.restarts != restarts;
        for &(index, _) in &header.components {
            let slot = usize::from(frame.components[index].table);
            if self.component_tables[index].is_none() {
                self.component_tables[index].clone_from(&self.slots[slot]);
            }
        }
        let setup = std::mem::take(&mut self.setup);
        self.scans.push(Scan { setup, header, entropy, restart_interval: self.restart_interval });
        Ok(rest)
    }

    /// Takes a segment that is no part of the picture; its body begins at `at` in the file.
    fn metadata(&mut self, marker: u8, body: &'a [u8], at: usize, limits: &Limits) -> Result<(), IngestError> {
        self.metadata_bytes += body.len() as u64;
        limits.check_metadata(self.metadata_bytes)?;
        match marker {
            0xe0 if body.starts_with(b"JFIF\0") => {
                self.jfif = true;
                if let Some(&[unit, x1, x0, y1, y0]) = body.get(7..12).and_then(|density| density.first_chunk()) {
                    self.density.get_or_insert((unit, u16::from_be_bytes([x1, x0]), u16::from_be_bytes([y1, y0])));
                }
            }
            0xe1 => {
                if let Some(tiff) = body.strip_prefix(b"Exif\0\0") {
                    match self.exif {
                        Some(_) => self.further(Block::Exif, tiff),
                        None => self.exif = Some(tiff),
                    }
                }
                if let Some(packet) = body.strip_prefix(b"http://ns.adobe.com/xap/1.0/\0") {
                    match self.xmp {
                        Some(_) => self.further(Block::Xmp, packet),
                        None => self.xmp = Some(packet),
                    }
                }
                if self.xmp_extended.len() < PARTS_MAX {
                    self.xmp_extended.extend(extended_part(body));
                }
            }
            0xe2 if self.declared.is_empty() && body.starts_with(b"MPF\0") => self.declared = mpf::declared(&body[4..], at + 4),
            0xe2 => {
                if let Some(&[number, _, ref part @ ..]) = body.strip_prefix(b"ICC_PROFILE\0")
                    && self.icc_parts.len() < ICC_PARTS_MAX
                {
                    self.icc_parts.push((number, part));
                    limits.check_icc(self.icc_parts.iter().map(|(_, part)| part.len() as u64).sum())?;
                }
            }
            0xed => {
                if let Some(resources) = body.strip_prefix(b"Photoshop 3.0\0")
                    && self.photoshop.len() < PHOTOSHOP_MAX
                {
                    self.photoshop.push(resources);
                }
            }
            0xfe if self.comments.len() < COMMENTS_MAX => self.comments.push(body),
            0xee if body.starts_with(b"Adobe") => self.adobe_transform = self.adobe_transform.or(body.get(11).copied()),
            _ => {}
        }
        Ok(())
    }

    fn further(&mut self, block: Block, bytes: &'a [u8]) {
        if self.further.len() < FURTHER_MAX {
            self.further.push((block, bytes));
        }
    }

    /// The colour profile, if all its parts are there; some programs count them from 0.
    pub fn icc(&self) -> Option<Vec<u8>> {
        let mut parts = self.icc_parts.clone();
        parts.sort_by_key(|(number, _)| *number);
        let (first, _) = *parts.first()?;
        let whole =
            first <= 1 && parts.iter().enumerate().all(|(at, (number, _))| usize::from(*number) == at + usize::from(first));
        whole.then(|| parts.iter().flat_map(|(_, part)| part.iter().copied()).collect())
    }

    /// Whether every component of the frame has a scan.
    pub fn covers_all(&self) -> bool {
        (0..self.component_tables.len()).all(|index| self.scans.iter().any(|scan| scan.covers(index)))
    }

    /// Whether a scan holds fewer bits than the picture's blocks need at the very least.
    pub fn is_short(&self) -> bool {
        let Some(frame) = &self.frame else { return true };
        self.scans.iter().any(|scan| scan.entropy.bits < scan.header.bits_min(frame))
    }
}

impl Scan<'_> {
    fn covers(&self, component: usize) -> bool {
        self.header.components.iter().any(|&(index, _)| index == component)
    }
}
