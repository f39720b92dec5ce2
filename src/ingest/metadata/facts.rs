//! What metadata come to, cleaned and masked: the words of the result. They carry serde because they cross a process border
//! as they are (decision 0018); whoever receives them checks them as hostile input.

use serde::{Deserialize, Serialize};

use super::tags::Block;

/// Entries of any list here; further ones are left out.
pub const LIST_MAX: usize = 32;
/// Names of fields of one block; further ones are left out.
pub const NAMES_MAX: usize = 256;

/// What the file gives away. Values are masked: the audit must not become the leak.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Privacy {
    /// A GPS position is in the file, in EXIF or XMP.
    pub gps_position: bool,
    /// Names of fields that identify a device or file, with the last four characters: `BodySerialNumber …4471`.
    pub device_ids: Vec<String>,
    /// Names of fields that hold a person's name, with their length: `Artist (12 characters)`.
    pub names: Vec<String>,
    /// A maker note that may hold more, in bytes.
    pub maker_note_bytes: Option<u64>,
    /// Whose form the maker note has, as it says itself.
    pub maker_note_vendor: Option<String>,
    /// What is said of the position; None without one.
    pub position: Option<Position>,
    /// Names of all fields that hold something of a position: coordinates, altitude, direction, speed, time. Their values stay out.
    pub gps_fields: Vec<String>,
    /// Names of fields that hold a place in words, with their length.
    pub places: Vec<String>,
    /// Names of fields that name people who are shown or own something, other than the creator, with their length.
    pub people: Vec<String>,
    /// Faces marked with a region.
    pub face_regions: u32,
    /// Captions, titles and keywords, with their length.
    pub captions: Vec<String>,
    /// Fields that hold contact details, with their length, and fields in which a mail address or telephone number stands.
    pub contacts: Vec<String>,
    /// Fields that hold a path on somebody's computer, with their length.
    pub paths: Vec<String>,
    /// Whether such a path names a user's folder.
    pub paths_name_user: bool,
}

/// What is said of a position, without saying where.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Position {
    /// Blocks that hold it.
    pub blocks: Vec<Block>,
    /// How finely it is written or, where the device says so, how well it was known, in m.
    pub resolution_m: Option<f64>,
    /// An altitude is there.
    pub altitude: bool,
    /// A direction of view or travel is there.
    pub direction: bool,
    /// The time of the fix is there.
    pub time: bool,
}

/// Whose it is. Texts are cleaned and at most 120 characters, without mail addresses and telephone numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rights {
    /// The copyright notice.
    pub copyright: Option<String>,
    /// Whether a creator is named (the name itself stays masked).
    pub creator_named: bool,
    /// The credit line.
    pub credit: Option<String>,
    /// Terms of use.
    pub usage_terms: Option<String>,
    /// Where the rights are explained.
    pub web_statement: Option<String>,
    /// Whether a licensor or supplier is named.
    pub licensor_named: bool,
    /// Whether the file says that it is protected (true) or in the public domain (false).
    pub marked: Option<bool>,
    /// PLUS code or words for the release of the people shown.
    pub model_release: Option<String>,
    /// PLUS code or words for the release of the property shown.
    pub property_release: Option<String>,
    /// PLUS code or words for data mining and training.
    pub data_mining: Option<String>,
}

/// Which programs say that they touched the file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct History {
    /// Programs named anywhere, each once.
    pub programs: Vec<String>,
    /// Steps that an XMP history lists.
    pub steps: u32,
    /// The first of these steps, as told.
    pub actions: Vec<Action>,
    /// A document id is there, which links copies of one document.
    pub document_id: bool,
    /// The id of the document it was first is there.
    pub original_document_id: bool,
    /// Documents whose parts went into it.
    pub ancestors: u32,
    /// It says that it was derived from another document.
    pub derived: bool,
    /// Photoshop's image resources.
    pub photoshop_resources: u32,
    /// Settings of a raw developer (Camera Raw, Lightroom).
    pub raw_settings: u32,
}

/// A step of an XMP history, without paths and contacts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Action {
    /// What was done, such as `saved`.
    pub action: Option<String>,
    /// When, `2026-11-20 14:03:11 +01:00`.
    pub when: Option<String>,
    /// By which program.
    pub program: Option<String>,
    /// More of it, such as `from image/tiff to image/jpeg`.
    pub parameters: Option<String>,
}

/// When, as written. Times are local where no offset is given.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Dates {
    /// `2026-11-20 14:03:11`.
    pub original: Option<String>,
    /// Offset of the original from UTC, `+01:00`.
    pub original_offset: Option<String>,
    /// When it was digitized.
    pub digitized: Option<String>,
    /// Its offset from UTC.
    pub digitized_offset: Option<String>,
    /// When the picture was last changed.
    pub modified: Option<String>,
    /// Its offset from UTC.
    pub modified_offset: Option<String>,
    /// When the metadata were last changed.
    pub metadata_modified: Option<String>,
    /// The time of the GPS fix, UTC.
    pub gps_utc: Option<String>,
    /// What does not fit together.
    pub notes: Vec<DateNote>,
}

/// What does not fit together in dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateNote {
    /// Changed before it was taken.
    ModifiedBeforeOriginal,
    /// Digitized before it was taken.
    DigitizedBeforeOriginal,
    /// The GPS fix is more than an hour away from the time it was taken.
    GpsTimeApart,
    /// The first day of a year in which cameras start their clocks: it was not set.
    ClockNotSet,
    /// A date lies more than a day after the report was made. Said by the report: nothing before it knows what time it is.
    AheadOfReport,
}

/// How the file says that it was made. All of it is declared: anybody can write or remove it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Origin {
    /// The digital source type.
    pub source_type: Option<SourceType>,
    /// Fields and programs that name a picture generator.
    pub generators: Vec<String>,
}

/// A digital source type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceType {
    /// The term of the IPTC list, such as `digitalCapture`; None if it is not on it.
    pub term: Option<String>,
    /// As written, cleaned, at most 120 characters.
    pub value: String,
    /// Whether the term says that a trained model made the picture or a part of it.
    pub declares_ai: bool,
}

/// One block of metadata.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockFacts {
    /// Which.
    pub block: Block,
    /// As stored.
    pub bytes: u64,
    /// Fields, those of a structure or list not counted one by one.
    pub fields: u32,
    /// Names of the fields, each once.
    pub names: Vec<String>,
    /// Part of it could not be read.
    pub damaged: bool,
}

/// One meaning, several blocks, different values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// What the field means, such as `creator`.
    pub field: String,
    /// Where it stands.
    pub blocks: Vec<Block>,
    /// What each of them says: as written where it names nobody and no place, else masked.
    pub values: Vec<Said>,
}

/// What a block says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Which.
    pub block: Block,
    /// Its value, cleaned, or its length.
    pub value: String,
}

/// A declared density. It does not change a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Density {
    /// Where it stands.
    pub block: Block,
    /// Pixels per inch across.
    pub x_ppi: f64,
    /// Pixels per inch down.
    pub y_ppi: f64,
}

/// What a file holds besides its picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extra {
    /// What it is.
    pub kind: ExtraKind,
    /// How much, as stored.
    pub bytes: u64,
}

/// What a file may hold besides its picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExtraKind {
    /// A further picture, as JPEG.
    Picture,
    /// A map that brightens the picture on bright screens.
    GainMap,
    /// A map of distances.
    DepthMap,
    /// A film, as in motion photos.
    Video,
    /// A sound.
    Audio,
    /// A ZIP, RAR, 7z or PDF file.
    Archive,
    /// A phone's own data.
    VendorData,
    /// Photoshop's layers, which may hold what the picture no longer shows.
    Layers,
    /// Nothing but one byte again and again.
    Padding,
    /// Anything else.
    Unknown,
}

/// What to take out before passing the file on, and what should stay.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Scrub {
    /// Fields and parts that give something away.
    pub remove: Vec<String>,
    /// Fields that say whose it is.
    pub keep: Vec<String>,
    /// Fields that go too where nobody, no program and no other file is to be recognized.
    pub anonymous: Vec<String>,
}

/// All that is said in metadata besides capture, privacy and rights.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Statements {
    /// The blocks, each once.
    pub blocks: Vec<BlockFacts>,
    /// Same meaning, different values: named, not shown.
    pub conflicts: Vec<Conflict>,
    /// Programs and documents.
    pub history: History,
    /// When.
    pub dates: Dates,
    /// How it was made, as declared.
    pub origin: Origin,
    /// Declared densities.
    pub densities: Vec<Density>,
    /// Columns and rows that the camera declared.
    pub declared_px: Option<(u32, u32)>,
    /// What to remove and keep.
    pub scrub: Scrub,
}
