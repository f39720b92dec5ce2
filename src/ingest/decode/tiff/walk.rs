//! A walk over the directories of a TIFF: the first picture, how many there are, whether it is a camera's raw file, and
//! whether everything it points at is there. Decodes nothing.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::ingest::metadata::{Blocks, Embedded, Extra, ExtraKind, IccProfile, Metadata, text};
use crate::ingest::photo::Completeness;
use crate::ingest::{IngestError, Limits};
use crate::raster::Orientation;

use super::directory::{Directory, Entry, File};
use super::layout::{Layout, Places};

/// Directories looked at; a scanned book has hundreds of pages.
const DIRECTORIES_MAX: usize = 2048;
/// Entries looked at in all directories together.
const ENTRIES_MAX: usize = 1 << 18;
/// Strips and tiles looked at in all directories but the first.
const PLACES_MAX: u64 = 1 << 22;
/// Directories under the first that are looked at for a camera's raw picture.
const INNER_MAX: u64 = 16;

const SUBFILE_TYPE: u16 = 254;
const PHOTOMETRIC: u16 = 262;
const ORIENTATION: u16 = 274;
const INNER_DIRECTORIES: u16 = 330;
const XMP: u16 = 700;
const IPTC: u16 = 33_723;
const PHOTOSHOP: u16 = 34_377;
const EXIF: u16 = 34_665;
const ICC: u16 = 34_675;
/// Photoshop's layers (TIFF technical notes, 2002).
const LAYERS: u16 = 37_724;
/// A head that is followed by nothing.
const LAYERS_HEAD_BYTES: u64 = 36;
/// Texts that stand in the first directory itself, under their names in EXIF.
const TEXTS: [(u16, &str); 8] = [
    (270, "ImageDescription"),
    (271, "Make"),
    (272, "Model"),
    (305, "Software"),
    (306, "DateTime"),
    (315, "Artist"),
    (316, "HostComputer"),
    (33_432, "Copyright"),
];
const DNG_VERSION: u16 = 50_706;
/// Photometric interpretations of raw sensor data: colour filter array, linear raw.
const RAW: [u64; 2] = [32_803, 34_892];

/// What the walk saw.
#[derive(Debug)]
pub struct Walk<'a> {
    pub file: File<'a>,
    pub layout: Layout,
    /// Full pictures in the file, thumbnails and masks not counted.
    pub pages: u32,
    pub completeness: Completeness,
    pub metadata: Metadata,
    pub embedded: Vec<Embedded<'a>>,
    pub icc: Option<IccProfile>,
}

/// Walks a file that begins with a TIFF header.
///
/// # Errors
/// A broken first directory, a camera's raw file, a coding we do not read, and what the limits forbid.
pub fn walk<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Walk<'a>, IngestError> {
    let (file, first_at) = File::open(bytes)?;
    let first = file.directory(first_at)?;
    if is_raw(&file, &first) {
        return Err(IngestError::CameraRaw { seen: "a camera raw file (DNG, NEF, ARW or alike)" });
    }
    let layout = Layout::read(&file, &first, limits)?;
    let (pages, chain) = pages(&file, first_at, &first);
    let completeness = match layout.is_all_there(&file) {
        true => chain,
        false => Completeness::Truncated,
    };
    let (metadata, embedded, icc) = metadata(&file, &first, limits)?;
    Ok(Walk { file, layout, pages, completeness, metadata, embedded, icc })
}

/// Whether the first picture or one below it is what a sensor saw.
fn is_raw(file: &File<'_>, first: &Directory) -> bool {
    let raw = |directory: &Directory| directory.number(file, PHOTOMETRIC).is_some_and(|kind| RAW.contains(&kind));
    if raw(first) || first.find(DNG_VERSION).is_some() {
        return true;
    }
    let Some(inner) = first.find(INNER_DIRECTORIES) else { return false };
    (0..inner.count.min(INNER_MAX))
        .filter_map(|index| file.directory(file.value(inner, index)?).ok())
        .any(|directory| raw(&directory))
}

/// Full pictures in the chain of directories, and whether the chain holds and what it points at is there.
fn pages(file: &File<'_>, first_at: u64, first: &Directory) -> (u32, Completeness) {
    let (mut seen, mut entries, mut pages) = (BTreeSet::from([first_at]), first.len(), 1);
    let (mut places, mut all_there) = (0_u64, true);
    let mut next = first.next;
    while next != 0 {
        if !seen.insert(next) || seen.len() > DIRECTORIES_MAX || entries > ENTRIES_MAX {
            return (pages, Completeness::Damaged);
        }
        let directory = match file.directory(next) {
            Ok(directory) => directory,
            Err(IngestError::Truncated) => return (pages, Completeness::Truncated),
            Err(_) => return (pages, Completeness::Damaged),
        };
        entries += directory.len();
        // bit 0: a reduced copy, bit 2: a mask
        if directory.number(file, SUBFILE_TYPE).unwrap_or(0) & 0b101 == 0 {
            pages += 1;
        }
        let stored = Places::of(&directory);
        places = places.saturating_add(stored.count());
        if places > PLACES_MAX {
            return (pages, Completeness::Damaged);
        }
        all_there &= stored.are_all_in(file);
        next = directory.next;
    }
    (pages, if all_there { Completeness::Complete } else { Completeness::Truncated })
}

/// Texts of the first directory.
fn texts(file: &File<'_>, first: &Directory) -> Vec<(&'static str, String)> {
    let text = |(tag, name): (u16, &'static str)| {
        let bytes = file.values(first.find(tag)?)?;
        text::long_bytes(bytes).map(|text| (name, text))
    };
    TEXTS.into_iter().filter_map(text).collect()
}

/// Facts, small pictures, and the colour profile.
type Beside<'a> = (Metadata, Vec<Embedded<'a>>, Option<IccProfile>);

fn metadata<'a>(file: &File<'a>, first: &Directory, limits: &Limits) -> Result<Beside<'a>, IngestError> {
    let blocks = [XMP, IPTC, PHOTOSHOP, ICC].into_iter().filter_map(|tag| first.find(tag));
    let bytes = blocks.map(|entry| entry.bytes().unwrap_or(u64::MAX)).fold(0, u64::saturating_add);
    limits.check_metadata(bytes)?;
    let block = |tag| first.find(tag).and_then(|entry| file.values(entry)).map(Cow::Borrowed);
    // the block is the file: what counts is its directory
    let directory = first.number(file, EXIF).and_then(|at| file.directory(at).ok());
    let (mut metadata, embedded) = Blocks {
        // the reader of EXIF knows the small kind of TIFF only
        exif: (!file.is_big).then_some(Cow::Borrowed(file.bytes)),
        exif_bytes: Some(directory.map_or(0, |directory| directory.len() as u64 * 12)),
        xmp: block(XMP),
        photoshop: block(PHOTOSHOP),
        iptc: block(IPTC),
        exif_texts: if file.is_big { texts(file, first) } else { Vec::new() },
        ..Blocks::default()
    }
    .read();
    let orientation = first.number(file, ORIENTATION).and_then(|value| Orientation::from_exif(u16::try_from(value).ok()?));
    metadata.orientation = orientation.unwrap_or_default();
    let layers = first.find(LAYERS).and_then(Entry::bytes).filter(|&bytes| bytes > LAYERS_HEAD_BYTES);
    metadata.extras.extend(layers.map(|bytes| Extra { kind: ExtraKind::Layers, bytes }));
    let Some(entry) = first.find(ICC) else { return Ok((metadata, embedded, None)) };
    limits.check_icc(entry.bytes().unwrap_or(u64::MAX))?;
    let profile = file.values(entry).map(|bytes| IccProfile::new(bytes.to_vec()));
    metadata.profile_unreadable = profile.is_none();
    Ok((metadata, embedded, profile))
}
