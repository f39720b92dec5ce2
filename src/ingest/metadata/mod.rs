//! What was written down beside the picture, cleaned and masked here, so that nothing past this module holds more than the
//! report may say. Broken metadata is not an error: what can be read is read.
//!
//! A format's walker hands over [`Blocks`]; each block's reader fills one list of fields (`tags`); what a field means stands in
//! one table (`fields`); the facts are taken from there.

pub mod embedded;
pub mod exif;
pub mod facts;
pub mod icc;
pub mod text;
pub mod xmp;

mod bounds;
mod capture;
mod conflicts;
mod dates;
mod fields;
mod gps;
mod iptc;
mod maker_note;
mod mask;
mod photoshop;
mod privacy;
mod rights;
mod scrub;
mod tags;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

pub use dates::Moment;
pub use embedded::{Embedded, Place};
pub use facts::{
    Action, BlockFacts, Conflict, DateNote, Dates, Density, Extra, ExtraKind, History, LIST_MAX, NAMES_MAX, Origin, Position,
    Privacy, Rights, Said, Scrub, SourceType, Statements,
};
pub use icc::IccProfile;
pub use tags::Block;

use crate::raster::Orientation;
use tags::Tags;

/// All metadata we read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Metadata {
    /// How the stored picture is to be turned.
    pub orientation: Orientation,
    /// What the camera wrote down.
    pub capture: Capture,
    /// What the file gives away, masked.
    pub privacy: Privacy,
    /// Whose it is.
    pub rights: Rights,
    /// All else that is said.
    pub statements: Statements,
    /// The colour space EXIF declares.
    pub declared_color: Option<DeclaredColor>,
    /// Maps, sounds and other long values inside metadata.
    pub extras: Vec<Extra>,
    /// A colour profile is there that cannot be put together or unpacked: the colours are not known to be sRGB.
    pub profile_unreadable: bool,
}

/// The colour space EXIF declares (tag ColorSpace and the interoperability index).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeclaredColor {
    /// 1.
    Srgb,
    /// Uncalibrated with index R03, or 2.
    AdobeRgb,
    /// Uncalibrated.
    Uncalibrated,
}

/// What the camera wrote down. Texts are cleaned (no control or bidi characters) and at most 120 characters.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Capture {
    /// Camera maker.
    pub make: Option<String>,
    /// Camera model.
    pub model: Option<String>,
    /// Lens model.
    pub lens: Option<String>,
    /// Exposure time as written, such as `1/250`, in seconds.
    pub exposure_time: Option<String>,
    /// F-number.
    pub f_number: Option<f64>,
    /// ISO speed.
    pub iso: Option<u32>,
    /// Focal length in mm.
    pub focal_length_mm: Option<f64>,
    /// Focal length for 35 mm film, in mm.
    pub focal_length_35mm: Option<u32>,
    /// Whether the flash fired.
    pub flash_fired: Option<bool>,
    /// DateTimeOriginal as written, `2026-11-20 14:03:11`.
    pub taken_at: Option<String>,
    /// Program that wrote the file.
    pub software: Option<String>,
}

/// What a walker over a file found, before anything of it is read.
#[derive(Debug, Clone, Default)]
pub struct Blocks<'a> {
    /// A TIFF-shaped block.
    pub exif: Option<Cow<'a, [u8]>>,
    /// Bytes of its directory, where the block is the whole file (TIFF; 0: it has none); otherwise its own length counts.
    pub exif_bytes: Option<u64>,
    /// EXIF and XMP that stand in the file once more: programs ignore them, people who look find them.
    pub further: Vec<(Block, Cow<'a, [u8]>)>,
    /// Texts of a directory that the reader of EXIF does not know (BigTIFF), under their names in EXIF.
    pub exif_texts: Vec<(&'static str, String)>,
    /// A packet.
    pub xmp: Option<Cow<'a, [u8]>>,
    /// Parts of further packets, which the first names.
    pub xmp_extended: Vec<xmp::ExtendedPart<'a>>,
    /// Photoshop's image resources.
    pub photoshop: Option<Cow<'a, [u8]>>,
    /// IPTC data sets outside those.
    pub iptc: Option<Cow<'a, [u8]>>,
    /// Keyword and text of text chunks.
    pub texts: Vec<(String, String)>,
    /// Comments.
    pub comments: Vec<Cow<'a, [u8]>>,
    /// Densities of the container itself.
    pub densities: Vec<Density>,
}

impl<'a> Blocks<'a> {
    /// Reads all blocks; gives the facts and the small pictures that lie in them.
    pub fn read(self) -> (Metadata, Vec<Embedded<'a>>) {
        let (mut tags, mut found) = (Tags::default(), Found::default());
        let exif = self.exif.as_deref().map(|block| exif::read(block, &mut tags));
        if let (Some(read), Some(block)) = (&exif, &self.exif) {
            let bytes = self.exif_bytes.unwrap_or(block.len() as u64);
            if bytes > 0 || self.exif_bytes.is_none() {
                found.block(Block::Exif, bytes, read.fields, read.damaged);
                found.name(Block::Exif, &read.names);
            }
            found.in_exif(block, read);
            found.densities.extend(read.density);
        }
        self.exif_texts.iter().for_each(|(name, text)| tags.push(Block::Exif, name, text));
        if let Some(block) = &self.photoshop {
            let read = photoshop::read(block);
            found.block(Block::Photoshop, block.len() as u64, read.count, read.damaged);
            found.name(Block::Photoshop, &read.ids.iter().map(|id| format!("0x{id:04x}")).collect::<Vec<_>>());
            found.resources = read.count;
            found.densities.extend(read.density_ppi.map(|(x_ppi, y_ppi)| Density { block: Block::Photoshop, x_ppi, y_ppi }));
            found.pictures.extend(read.thumbnail.map(|bytes| Embedded::new(Place::Photoshop, part(block, bytes))));
            if let Some(url) = read.url {
                tags.push(Block::Photoshop, "URL", &String::from_utf8_lossy(url));
            }
            read.iptc.into_iter().for_each(|sets| found.iptc(sets, &mut tags));
        }
        // a TIFF often holds the same fields twice
        if let Some(sets) = self.iptc.as_deref().filter(|_| !found.blocks.iter().any(|seen| seen.block == Block::Iptc)) {
            found.iptc(sets, &mut tags);
        }
        if let Some(packet) = &self.xmp {
            found.xmp(packet, &self.xmp_extended, &mut tags);
        }
        for (block, bytes) in &self.further {
            match block {
                Block::Xmp => found.xmp(bytes, &[], &mut tags),
                _ => found.further_exif(bytes, &mut tags),
            }
        }
        found.texts(&self.texts, &self.comments, &mut tags);
        found.densities.splice(..0, self.densities);
        found.finish(&tags, exif)
    }
}

/// Characters of a field's name.
const NAME_CHARS_MAX: usize = 60;

/// What is gathered while the blocks are read.
#[derive(Debug, Default)]
struct Found<'a> {
    blocks: Vec<BlockFacts>,
    pictures: Vec<Embedded<'a>>,
    densities: Vec<Density>,
    extras: Vec<Extra>,
    resources: u32,
}

/// A part of a block, which is borrowed where the block is.
fn part<'a>(block: &Cow<'a, [u8]>, bytes: &[u8]) -> Cow<'a, [u8]> {
    match block {
        Cow::Borrowed(whole) => {
            let at = bytes.as_ptr().addr().wrapping_sub(whole.as_ptr().addr());
            whole.get(at..at.saturating_add(bytes.len())).map_or_else(|| Cow::Owned(bytes.to_vec()), Cow::Borrowed)
        }
        Cow::Owned(_) => Cow::Owned(bytes.to_vec()),
    }
}

impl<'a> Found<'a> {
    fn block(&mut self, block: Block, bytes: u64, fields: u32, damaged: bool) {
        match self.blocks.iter_mut().find(|seen| seen.block == block) {
            Some(seen) => {
                seen.bytes += bytes;
                seen.fields = seen.fields.saturating_add(fields);
                seen.damaged |= damaged;
            }
            None => self.blocks.push(BlockFacts { block, bytes, fields, names: Vec::new(), damaged }),
        }
    }

    /// Adds names of fields to a block that was met, fit to be shown: some are free text.
    fn name(&mut self, block: Block, names: &[String]) {
        let Some(seen) = self.blocks.iter_mut().find(|seen| seen.block == block) else { return };
        for name in names.iter().filter(|name| !mask::is_path(name)) {
            let name = text::clean_to(&mask::without_contacts(name), NAME_CHARS_MAX);
            seen.names.extend(name.filter(|name| seen.names.len() < NAMES_MAX && !seen.names.contains(name)));
        }
    }

    /// EXIF that is not the first: its texts and its place count, what it says of the picture does not.
    fn further_exif(&mut self, block: &[u8], tags: &mut Tags) {
        let read = exif::read(block, tags);
        self.block(Block::Exif, block.len() as u64, read.fields, read.damaged);
        self.name(Block::Exif, &read.names);
        let thumbnail = read.thumbnail.and_then(|range| block.get(range));
        self.pictures.extend(thumbnail.map(|bytes| Embedded::new(Place::ExifThumbnail, Cow::Owned(bytes.to_vec()))));
    }

    #[expect(clippy::ptr_arg, reason = "parts of a borrowed block are borrowed too")]
    fn in_exif(&mut self, block: &Cow<'a, [u8]>, read: &exif::Read) {
        let ranges = read.thumbnail.clone().map(|range| (Place::ExifThumbnail, range)).into_iter();
        let note = read.maker_note.clone().and_then(|range| Some((range.start, block.get(range)?)));
        let in_note = note.into_iter().flat_map(|(start, note)| {
            maker_note::pictures(note).into_iter().map(move |range| (Place::MakerNote, start + range.start..start + range.end))
        });
        for (place, range) in ranges.chain(in_note).collect::<Vec<_>>() {
            if let Some(bytes) = block.get(range) {
                self.pictures.push(Embedded::new(place, part(block, bytes)));
            }
        }
    }

    fn iptc(&mut self, sets: &[u8], tags: &mut Tags) {
        let read = iptc::read(sets, tags);
        self.block(Block::Iptc, sets.len() as u64, read.fields, read.damaged);
    }

    fn xmp(&mut self, packet: &[u8], parts: &[xmp::ExtendedPart<'_>], tags: &mut Tags) {
        let mut take = |packet: &[u8], tags: &mut Tags, incomplete: bool| {
            let read = xmp::read(packet, tags);
            self.block(Block::Xmp, packet.len() as u64, read.fields, read.damaged || incomplete);
            self.name(Block::Xmp, &read.names);
            self.pictures.extend(read.pictures.iter().filter_map(|text| Embedded::from_base64(text)));
            self.extras.extend(read.long.iter().filter_map(|(name, chars)| long_value(name, *chars)));
        };
        take(packet, tags, false);
        let Some(named) = tags.first(Block::Xmp, "xmpNote:HasExtendedXMP").map(str::to_owned) else { return };
        match xmp::joined(parts, &named) {
            Some(whole) => take(&whole, tags, false),
            None => take(b"", tags, true),
        }
    }

    fn texts(&mut self, texts: &[(String, String)], comments: &[Cow<'_, [u8]>], tags: &mut Tags) {
        for (keyword, text) in texts {
            tags.push(Block::PngText, keyword, text);
            self.block(Block::PngText, (keyword.len() + text.len()) as u64, 1, false);
        }
        for comment in comments {
            let words = text::long_bytes(comment);
            words.iter().for_each(|words| tags.push(Block::Comment, "Comment", words));
            self.block(Block::Comment, comment.len() as u64, 1, false);
        }
    }

    fn finish(mut self, tags: &Tags, exif: Option<exif::Read>) -> (Metadata, Vec<Embedded<'a>>) {
        for block in [Block::Iptc, Block::PngText] {
            self.name(block, &tags.names(block));
        }
        let exif = exif.unwrap_or_default();
        let mut privacy = privacy::read(tags, exif.resolution_m);
        privacy.maker_note_bytes = exif.maker_note.as_ref().map(|range| range.len() as u64);
        privacy.maker_note_vendor = exif.maker_note_vendor;
        let mut capture = exif.capture;
        capture::complete(&mut capture, tags);
        let software = || tags.first(Block::Exif, "Software").or_else(|| tags.first(Block::PngText, "Software"));
        let software = software().filter(|software| !mask::is_path(software));
        capture.software = software.and_then(|software| text::clean(&mask::without_contacts(software)));
        let statements = Statements {
            blocks: self.blocks,
            conflicts: conflicts::read(tags),
            history: rights::history(tags, self.resources),
            dates: dates::read(tags),
            origin: rights::origin(tags),
            densities: self.densities,
            declared_px: exif.declared_px.or_else(|| declared_px(tags)),
            scrub: scrub::scrub(tags, privacy.maker_note_bytes.is_some()),
        };
        let metadata = Metadata {
            orientation: exif.orientation,
            capture,
            rights: rights::rights(tags),
            privacy,
            statements,
            declared_color: exif.declared_color,
            extras: self.extras,
            profile_unreadable: false,
        };
        (metadata, self.pictures)
    }
}

/// Columns and rows the camera declared, as XMP repeats them.
fn declared_px(tags: &Tags) -> Option<(u32, u32)> {
    let side = |name| tags.first(Block::Xmp, name)?.parse().ok().filter(|&side| side > 0);
    Some((side("exif:PixelXDimension")?, side("exif:PixelYDimension")?))
}

/// Pictures, maps and sounds in base64 inside XMP.
fn long_value(name: &str, chars: u64) -> Option<Extra> {
    let kind = match name {
        "GDepth:Data" | "GDepth:Confidence" => ExtraKind::DepthMap,
        "GImage:Data" => ExtraKind::Picture,
        "GAudio:Data" => ExtraKind::Audio,
        _ => return None,
    };
    Some(Extra { kind, bytes: chars / 4 * 3 })
}
