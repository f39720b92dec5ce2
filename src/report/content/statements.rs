//! What the files say of their origin and what they give away: a part a photo, for products that ask. Values are masked
//! before they come here.

use std::borrow::Cow;

use crate::domain::Product;
use crate::measure::metadata::{
    Action, Block, Conflict, DateNote, EmbeddedPicture, ExtraKind, Place, PrivacyFacts, RightsFacts, SizeChange,
};
use crate::measure::{MetadataFacts, PhotoMeasurements, PhotoOutcome};
use crate::report::facts::{ReportFacts, ReportPhoto};
use crate::report::words;

use super::{TEXT_CHARS_MAX, name_of};

/// Entries of a list that are printed; the result has them all.
const ENTRIES_MAX: usize = 8;
/// A clock on the other side of the earth is at most a day ahead, in ms.
const DAY_MS: i64 = 86_400_000;

/// What one file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// Number of the photo.
    pub number: u16,
    /// File name, cleaned.
    pub name: String,
    /// Label and words.
    pub lines: Vec<(&'static str, String)>,
}

pub(super) fn compose(facts: &ReportFacts, photos: &[ReportPhoto]) -> Vec<Audit> {
    if facts.product != Product::Provenance {
        return Vec::new();
    }
    let audit = |photo: &ReportPhoto| match &photo.outcome {
        PhotoOutcome::Measured(measured) => {
            let metadata = with_clock(facts, &measured.metadata);
            Some(Audit { number: photo.number, name: name_of(photo), lines: lines(measured, &metadata) })
        }
        PhotoOutcome::Unusable(_) => None,
    };
    photos.iter().filter_map(audit).collect()
}

/// The metadata, with a note where a date lies ahead of the report.
pub fn with_clock<'m>(facts: &ReportFacts, metadata: &'m MetadataFacts) -> Cow<'m, MetadataFacts> {
    let tomorrow = crate::domain::Timestamp::from_epoch_millis(facts.created_at.epoch_millis() + DAY_MS).rfc3339();
    let day = |text: &str| text.get(..10).map(str::to_owned);
    // both are written year first: their order is that of their letters
    let dates = &metadata.said.dates;
    let all = [&dates.original, &dates.digitized, &dates.modified, &dates.metadata_modified, &dates.gps_utc];
    let latest = all.into_iter().flatten().filter_map(|date| day(date)).max();
    if latest <= day(&tomorrow) {
        return Cow::Borrowed(metadata);
    }
    let mut metadata = metadata.clone();
    metadata.said.dates.notes.push(DateNote::AheadOfReport);
    Cow::Owned(metadata)
}

fn lines(photo: &PhotoMeasurements, metadata: &MetadataFacts) -> Vec<(&'static str, String)> {
    let (privacy, said) = (&photo.privacy, &metadata.said);
    let mut people = list(&privacy.people);
    if privacy.face_regions > 0 {
        let faces = words::count(privacy.face_regions as usize, "face is marked", "faces are marked");
        people = joined([people, faces]);
    }
    let names: Vec<String> = privacy.names.iter().filter(|name| !privacy.people.contains(name)).cloned().collect();
    let paths = if privacy.paths_name_user { "names a user's folder" } else { "" };
    let rows = [
        ("Blocks", blocks(metadata)),
        ("Position", position(privacy)),
        ("Places", list(&privacy.places)),
        ("Devices", joined([list(&privacy.device_ids), maker_note(privacy).unwrap_or_default()])),
        ("People", people),
        ("Names", list(&names)),
        ("Captions", list(&privacy.captions)),
        ("Contact", list(&privacy.contacts)),
        ("Paths", joined([list(&privacy.paths), paths.to_owned()])),
        ("Rights", rights(&photo.rights)),
        ("Made", made(metadata)),
        ("Programs", list(&said.history.programs)),
        ("History", history(metadata)),
        ("Dates", dates(metadata)),
        ("Samples", samples(photo)),
        ("Hint", hint(photo)),
        ("Inside", inside(metadata)),
        ("Disagree", disagree(metadata)),
        ("Remove", all(&said.scrub.remove)),
        ("Keep", all(&said.scrub.keep)),
        ("Anonymous", all(&said.scrub.anonymous)),
    ];
    rows.into_iter().filter(|(_, words)| !words.is_empty()).collect()
}

/// Entries in one line, cleaned again: they crossed a process border.
fn list(entries: &[String]) -> String {
    let shown: Vec<String> = entries.iter().take(ENTRIES_MAX).map(|text| words::clean(text, TEXT_CHARS_MAX)).collect();
    let more = entries.len().saturating_sub(ENTRIES_MAX);
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}

/// A list that is of use only when it is whole.
fn all(entries: &[String]) -> String {
    entries.iter().map(|text| words::clean(text, TEXT_CHARS_MAX)).collect::<Vec<_>>().join(", ")
}

fn joined<const N: usize>(parts: [String; N]) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

/// `A Nikon maker note of 48 KB may hold serial numbers.`
pub fn maker_note(privacy: &PrivacyFacts) -> Option<String> {
    let bytes = words::size(privacy.maker_note_bytes?);
    let vendor = privacy.maker_note_vendor.as_deref().map(|vendor| words::clean(vendor, 24));
    let whose = vendor.map_or_else(|| "A maker note".to_owned(), |vendor| format!("The {vendor} maker note"));
    Some(format!("{whose} of {bytes} may hold serial numbers."))
}

const fn block_word(block: Block) -> &'static str {
    match block {
        Block::Exif => "EXIF",
        Block::Iptc => "IPTC",
        Block::Xmp => "XMP",
        Block::Photoshop => "Photoshop",
        Block::PngText => "PNG text",
        Block::Comment => "comment",
        Block::Jfif => "JFIF",
        Block::PngPhys => "PNG pHYs",
        Block::AfterEnd => "after the end",
    }
}

fn blocks(metadata: &MetadataFacts) -> String {
    let one = |block: &crate::measure::metadata::BlockFacts| {
        let damaged = if block.damaged { ", damaged" } else { "" };
        format!("{} ({}{damaged})", block_word(block.block), words::count(block.fields as usize, "field", "fields"))
    };
    match metadata.said.blocks[..] {
        [] => "none".to_owned(),
        _ => metadata.said.blocks.iter().map(one).collect::<Vec<_>>().join(", "),
    }
}

fn position(privacy: &PrivacyFacts) -> String {
    let Some(position) = &privacy.position else {
        // a direction or an altitude alone
        return list(&privacy.gps_fields);
    };
    let blocks: Vec<&str> = position.blocks.iter().map(|block| block_word(*block)).collect();
    let fine = position.resolution_m.map(|metres| match metres {
        0.0..1.0 => ", to less than a meter".to_owned(),
        1.0..2000.0 => format!(", to about {} m", words::number(metres, 0)),
        _ => format!(", to about {} km", words::number(metres / 1000.0, 0)),
    });
    let also = [(position.altitude, "altitude"), (position.direction, "direction"), (position.time, "time of the fix")];
    let also: Vec<&str> = also.into_iter().filter(|(there, _)| *there).map(|(_, word)| word).collect();
    let also = if also.is_empty() { String::new() } else { format!(", with {}", also.join(", ")) };
    format!("in {}{}{also}; not shown here", blocks.join(" and "), fine.unwrap_or_default())
}

fn rights(rights: &RightsFacts) -> String {
    let said = |label: &str, text: &Option<String>| {
        let text = text.as_deref().map(|text| words::clean(text, TEXT_CHARS_MAX)).filter(|text| !text.is_empty());
        text.map(|text| format!("{label}: {text}")).unwrap_or_default()
    };
    let marked = match rights.marked {
        Some(true) => "marked as protected",
        Some(false) => "marked as public domain",
        None => "",
    };
    joined([
        if rights.copyright.is_some() { said("copyright", &rights.copyright) } else { "no copyright".into() },
        if rights.creator_named { "creator named".into() } else { "no creator".into() },
        said("credit", &rights.credit),
        said("terms", &rights.usage_terms),
        said("statement", &rights.web_statement),
        if rights.licensor_named { "licensor named".into() } else { String::new() },
        marked.to_owned(),
        said("model release", &rights.model_release),
        said("property release", &rights.property_release),
        said("data mining", &rights.data_mining),
    ])
}

fn made(metadata: &MetadataFacts) -> String {
    let origin = &metadata.said.origin;
    let source = origin.source_type.as_ref().map(|source| {
        let ai = if source.declares_ai { ": a trained model made it or a part of it" } else { "" };
        match &source.term {
            Some(term) => format!("declared as {}{ai}", words::clean(term, TEXT_CHARS_MAX)),
            None => format!("declared by a term that is not on the IPTC list: {}", words::clean(&source.value, TEXT_CHARS_MAX)),
        }
    });
    let generators = list(&origin.generators);
    let hints = if generators.is_empty() { String::new() } else { format!("generator: {generators}") };
    let words = joined([source.unwrap_or_default(), hints]);
    if words.is_empty() { words } else { format!("{words}. Anybody can write or remove this.") }
}

fn history(metadata: &MetadataFacts) -> String {
    let history = &metadata.said.history;
    let count =
        |number: u32, one: &str, many: &str| if number > 0 { words::count(number as usize, one, many) } else { String::new() };
    let ids = match (history.document_id, history.original_document_id) {
        (true, true) => "ids of this and of the original document",
        (true, false) => "a document id",
        (false, true) => "the id of the original document",
        (false, false) => "",
    };
    joined([
        count(history.steps, "step listed", "steps listed"),
        actions(&history.actions),
        ids.to_owned(),
        count(history.ancestors, "document went into it", "documents went into it"),
        if history.derived { "derived from another document".into() } else { String::new() },
        count(history.raw_settings, "raw setting", "raw settings"),
        count(history.photoshop_resources, "Photoshop resource", "Photoshop resources"),
    ])
}

/// The steps themselves: `saved 2026-11-20 14:03:11 +01:00 by Photoshop 26`.
fn actions(actions: &[Action]) -> String {
    let clean = |text: &Option<String>| text.as_deref().map(|text| words::clean(text, TEXT_CHARS_MAX)).unwrap_or_default();
    let one = |action: &Action| {
        let by = clean(&action.program);
        let by = if by.is_empty() { by } else { format!("by {by}") };
        let parts = [clean(&action.action), clean(&action.parameters), clean(&action.when), by];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    };
    list(&actions.iter().map(one).collect::<Vec<_>>())
}

/// A note on dates in words.
pub const fn date_note(note: DateNote) -> &'static str {
    match note {
        DateNote::ModifiedBeforeOriginal => "changed before it was taken",
        DateNote::DigitizedBeforeOriginal => "digitized before it was taken",
        DateNote::GpsTimeApart => "more than an hour from the GPS time",
        DateNote::ClockNotSet => "the camera's clock was not set",
        DateNote::AheadOfReport => "a date later than this report",
    }
}

fn dates(metadata: &MetadataFacts) -> String {
    let dates = &metadata.said.dates;
    let said = |label: &str, text: &Option<String>| {
        text.as_deref().map(|text| format!("{label} {}", words::clean(text, 40))).unwrap_or_default()
    };
    let taken = said("taken", &dates.original);
    let offset =
        dates.original_offset.as_deref().filter(|_| !taken.is_empty()).map(|offset| format!(" {}", words::clean(offset, 8)));
    let notes: Vec<&str> = dates.notes.iter().map(|note| date_note(*note)).collect();
    joined([
        taken + &offset.unwrap_or_default(),
        said("changed", &dates.modified),
        said("GPS time", &dates.gps_utc),
        notes.join(", "),
    ])
}

fn inside(metadata: &MetadataFacts) -> String {
    let picture = |picture: &EmbeddedPicture| {
        let place = match picture.place {
            Place::ExifThumbnail => "EXIF thumbnail",
            Place::MultiPicture => "further picture",
            Place::MakerNote => "preview in the maker note",
            Place::Photoshop => "Photoshop preview",
            Place::Xmp => "XMP preview",
            Place::AfterEnd => "picture after the end",
        };
        let size = picture.size_px.map_or_else(|| "unreadable".to_owned(), |(width, height)| format!("{width} × {height} px"));
        let shape = if picture.shape_differs == Some(true) { ", another shape" } else { "" };
        let shows = if picture.shows_another() { ", shows something else" } else { "" };
        format!("{place} {size}{shape}{shows}")
    };
    let extra = |extra: &crate::measure::metadata::Extra| {
        let kind = match extra.kind {
            ExtraKind::Picture | ExtraKind::Padding => return None,
            ExtraKind::GainMap => "brightness map",
            ExtraKind::DepthMap => "depth map",
            ExtraKind::Video => "film",
            ExtraKind::Audio => "sound",
            ExtraKind::Archive => "archive or document",
            ExtraKind::VendorData => "a phone's own data",
            ExtraKind::Layers => "Photoshop's layers",
            ExtraKind::Unknown => "unknown data",
        };
        Some(format!("{kind} ({})", words::size(extra.bytes)))
    };
    let all: Vec<String> = metadata.embedded.iter().map(picture).chain(metadata.extras.iter().filter_map(extra)).collect();
    list(&all)
}

/// What became of the declared size. An honest export says the same.
const fn size_change(change: Option<SizeChange>) -> &'static str {
    match change {
        None | Some(SizeChange::Same) => "",
        Some(SizeChange::Smaller) => "smaller than the camera declared, in the same shape: resized or cropped after capture",
        Some(SizeChange::Larger) => "larger than the camera declared, in the same shape: enlarged after capture",
        Some(SizeChange::OtherShape) => "another shape than the camera declared: cropped after capture, or put together",
    }
}

fn samples(photo: &PhotoMeasurements) -> String {
    let narrow = photo.file.bits_used.filter(|bits| *bits < photo.file.bits_per_sample);
    narrow.map(|bits| format!("stored with {} bits, {bits} of them used", photo.file.bits_per_sample)).unwrap_or_default()
}

fn hint(photo: &PhotoMeasurements) -> String {
    match photo.capture.slower_than_focal_length {
        Some(true) => "exposed longer than one over the focal length: by hand, without a stabilizer, it may be shaken".to_owned(),
        _ => String::new(),
    }
}

fn disagree(metadata: &MetadataFacts) -> String {
    let conflict = |conflict: &Conflict| {
        let field = words::clean(&conflict.field, 40);
        if conflict.values.is_empty() {
            let blocks: Vec<&str> = conflict.blocks.iter().map(|block| block_word(*block)).collect();
            return format!("{field} in {}", blocks.join(" and "));
        }
        let said = conflict.values.iter().map(|said| format!("{} {}", block_word(said.block), words::clean(&said.value, 60)));
        format!("{field} ({})", said.collect::<Vec<_>>().join(", "))
    };
    let conflicts: Vec<String> = metadata.said.conflicts.iter().map(conflict).collect();
    let when = |holds: bool, words: &str| if holds { words.to_owned() } else { String::new() };
    joined([
        list(&conflicts),
        size_change(metadata.size_change).to_owned(),
        when(metadata.densities_differ, "two densities"),
        when(metadata.color_space_conflict, "EXIF names another color space than the one the picture is taken in"),
    ])
}
