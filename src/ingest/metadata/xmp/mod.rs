//! XMP packets (ISO 16684-1) to fields: a bounded walk over RDF/XML. Lists and language alternatives give a value each,
//! structures a `/` in the name. Only the five entities of XML and character references are resolved: nothing grows, nothing
//! is fetched.

mod extended;
mod names;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeSet;

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

use super::tags::{Block, Tags};

pub use extended::{ExtendedPart, PARTS_MAX, extended_part, joined};
use names::{META, OTHER, Prefixes, RDF};

/// Steps of the walk; a packet with much history has some ten thousand.
const EVENTS_MAX: usize = 200_000;
/// Elements inside each other.
const DEPTH_MAX: usize = 40;
/// Attributes of one element; raw settings have about two hundred.
const ATTRIBUTES_MAX: usize = 1024;
/// Bytes kept of a value.
const VALUE_BYTES_MAX: usize = 8 << 10;
/// Bytes kept of a picture in base64, and how many pictures.
const PICTURE_BYTES_MAX: usize = 1 << 20;
const PICTURES_MAX: usize = 4;
/// Different fields counted.
const FIELDS_MAX: usize = 4096;
/// The field that holds a preview.
const PICTURE: &str = "xmpGImg:image";

/// What a packet holds besides its fields.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Packet {
    /// Different fields, those of a structure not counted.
    pub fields: u32,
    /// Their names, in the order of their letters.
    pub names: Vec<String>,
    /// Previews in base64.
    pub pictures: Vec<String>,
    /// Fields with longer values than a text has, and their characters.
    pub long: Vec<(String, u64)>,
    /// It breaks off, is not well-formed, or is past a limit.
    pub damaged: bool,
}

/// An element that is not closed yet.
#[derive(Debug)]
struct Open {
    /// Where the name of the field ends without it.
    path: usize,
    /// Declarations before it.
    prefixes: usize,
    text: String,
    /// Of the text as written.
    length: u64,
    /// It holds other elements: its own text is only white space.
    holds_others: bool,
    /// It is an entry of a list.
    is_entry: bool,
}

struct Walk<'t> {
    tags: &'t mut Tags,
    packet: Packet,
    seen: BTreeSet<String>,
    prefixes: Prefixes,
    path: String,
    open: Vec<Open>,
    /// Entries of outermost lists so far, and how many lists' entries are open.
    entries: u32,
    inside: u32,
}

/// Reads a packet into `tags`; what is broken in it is left out.
pub fn read(packet: &[u8], tags: &mut Tags) -> Packet {
    let text = decoded(packet);
    let mut reader = Reader::from_str(&text);
    reader.config_mut().allow_dangling_amp = true;
    reader.config_mut().check_end_names = true;
    let mut walk = Walk {
        tags,
        packet: Packet::default(),
        seen: BTreeSet::new(),
        prefixes: Prefixes::default(),
        path: String::new(),
        open: Vec::new(),
        entries: 0,
        inside: 0,
    };
    let whole = walk.all(&mut reader).is_some();
    walk.packet.damaged |= !whole || !walk.open.is_empty();
    walk.packet.fields = walk.seen.len() as u32;
    walk.packet.names = walk.seen.into_iter().collect();
    walk.packet
}

/// The text of a packet, which may be UTF-8 or UTF-16.
fn decoded(packet: &[u8]) -> Cow<'_, str> {
    let wide = |unit: fn([u8; 2]) -> u16| -> Cow<'_, str> {
        let units = packet.as_chunks::<2>().0.iter().map(|pair| unit(*pair));
        char::decode_utf16(units).map(|char| char.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };
    match packet {
        [0xfe, 0xff, ..] | [0, b'<', ..] => wide(u16::from_be_bytes),
        [0xff, 0xfe, ..] | [b'<', 0, ..] => wide(u16::from_le_bytes),
        _ => String::from_utf8_lossy(packet),
    }
}

impl Walk<'_> {
    /// Walks to the end; None if it cannot.
    fn all(&mut self, reader: &mut Reader<&[u8]>) -> Option<()> {
        for _ in 0..EVENTS_MAX {
            match reader.read_event().ok()? {
                Event::Start(element) => self.start(&element)?,
                Event::Empty(element) => {
                    self.start(&element)?;
                    self.end();
                }
                Event::End(_) => self.end(),
                Event::Text(text) => self.text(&String::from_utf8_lossy(&text)),
                Event::CData(text) => self.text(&String::from_utf8_lossy(&text)),
                Event::GeneralRef(reference) => {
                    let written = format!("&{};", String::from_utf8_lossy(&reference));
                    self.text(&unescape(&written).unwrap_or_default());
                }
                Event::Eof => return Some(()),
                // declarations, comments, processing instructions and document types say nothing
                _ => {}
            }
        }
        None
    }

    fn start(&mut self, element: &BytesStart<'_>) -> Option<()> {
        if self.open.len() == DEPTH_MAX {
            return None;
        }
        let mut attributes = Vec::new();
        let prefixes = self.prefixes.mark();
        for attribute in element.attributes().with_checks(false).take(ATTRIBUTES_MAX).flatten() {
            let name = String::from_utf8_lossy(attribute.key.as_ref()).into_owned();
            let raw = String::from_utf8_lossy(&attribute.value);
            let value = unescape(&raw).map_or_else(|_| raw.clone().into_owned(), Cow::into_owned);
            match name.strip_prefix("xmlns").map(|rest| rest.strip_prefix(':').unwrap_or(rest)) {
                Some(prefix) => {
                    if !self.prefixes.declare(prefix, &value) {
                        return None;
                    }
                }
                None => attributes.push((name, value)),
            }
        }
        if let Some(around) = self.open.last_mut() {
            around.holds_others = true;
        }
        let path = self.path.len();
        let written = String::from_utf8_lossy(element.name().as_ref()).into_owned();
        let (prefix, local) = self.prefixes.name(&written);
        if prefix != RDF && prefix != META {
            self.step(prefix, local);
        }
        let is_entry = prefix == RDF && local == "li";
        if is_entry {
            self.entries += u32::from(self.inside == 0);
            self.inside += 1;
        }
        self.open.push(Open { path, prefixes, text: String::new(), length: 0, holds_others: false, is_entry });
        for (name, value) in &attributes {
            self.attribute(name, value);
        }
        Some(())
    }

    /// Goes into a field.
    fn step(&mut self, prefix: &str, local: &str) {
        if !self.path.is_empty() {
            self.path.push('/');
        }
        self.path.push_str(prefix);
        self.path.push(':');
        self.path.push_str(&local.chars().take(80).collect::<String>());
    }

    /// A field written as an attribute, or what an element points at.
    fn attribute(&mut self, name: &str, value: &str) {
        if name.starts_with("xml:") {
            return;
        }
        let (prefix, local) = self.prefixes.name(name);
        match (prefix, local) {
            (RDF, "resource" | "value") => self.push(value, value.chars().count() as u64),
            (RDF | META, _) => {}
            // without a prefix: not RDF, but what old writers meant by rdf:about and the like
            (OTHER, _) if !name.contains(':') => {}
            _ => {
                let path = self.path.len();
                self.step(prefix, local);
                self.push(value, value.chars().count() as u64);
                self.path.truncate(path);
            }
        }
    }

    fn text(&mut self, text: &str) {
        let is_picture = self.path.ends_with(PICTURE);
        let Some(open) = self.open.last_mut() else { return };
        open.length += text.chars().count() as u64;
        let most = if is_picture { PICTURE_BYTES_MAX } else { VALUE_BYTES_MAX };
        let room = most.saturating_sub(open.text.len());
        open.text.push_str(&text[..text.floor_char_boundary(room)]);
    }

    fn end(&mut self) {
        let Some(open) = self.open.pop() else { return };
        if !open.holds_others && !open.text.trim().is_empty() && !self.path.is_empty() {
            self.push(&open.text, open.length);
        }
        self.inside -= u32::from(open.is_entry);
        self.path.truncate(open.path);
        self.prefixes.back_to(open.prefixes);
    }

    /// Keeps a value of which `length` characters were written.
    fn push(&mut self, value: &str, length: u64) {
        self.count();
        if self.path.ends_with(PICTURE) {
            if length <= PICTURE_BYTES_MAX as u64 && self.packet.pictures.len() < PICTURES_MAX {
                self.packet.pictures.push(value.to_owned());
            }
            return;
        }
        if length > VALUE_BYTES_MAX as u64 && self.packet.long.len() < PICTURES_MAX {
            self.packet.long.push((self.path.clone(), length));
        }
        let entry = if self.inside > 0 { self.entries } else { 0 };
        self.tags.push_entry(Block::Xmp, &self.path, &value[..value.floor_char_boundary(VALUE_BYTES_MAX)], entry);
    }

    fn count(&mut self) {
        let field = self.path.split('/').next().unwrap_or_default();
        if self.seen.len() < FIELDS_MAX && !self.seen.contains(field) {
            self.seen.insert(field.to_owned());
        }
    }
}
