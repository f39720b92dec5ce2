//! Fields as they stand in the file, by block: what every reader of metadata fills and what the facts are taken from.
//! Nothing of this leaves `ingest`: it is not masked.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::facts::NAMES_MAX;
use super::fields::{self, Meaning};
use super::text;

/// Fields kept of a photo; real files have a few hundred.
const TAGS_MAX: usize = 4096;

/// Where in a file a field stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Block {
    /// EXIF (CIPA DC-008), also as the directory of a TIFF.
    Exif,
    /// IPTC Information Interchange Model.
    Iptc,
    /// XMP (ISO 16684-1), with its extended packet.
    Xmp,
    /// Photoshop's image resources.
    Photoshop,
    /// Text chunks of a PNG.
    PngText,
    /// Comments of a JPEG or GIF.
    Comment,
    /// The JFIF header of a JPEG.
    Jfif,
    /// The physical size chunk of a PNG.
    PngPhys,
    /// Behind the end of the picture.
    AfterEnd,
}

/// One field with one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Where it stands.
    pub block: Block,
    /// Its name: as in the EXIF or IPTC standard, `prefix:name` in XMP with `/` before fields of a structure.
    pub name: String,
    /// Cleaned, at most 2,000 characters.
    pub value: String,
    /// Number of the entry of a list that it stands in, counted over a packet; 0 outside of lists.
    pub entry: u32,
    /// What it means, a bit each: looked up once, asked often.
    meanings: u32,
}

impl Tag {
    /// Whether it means this.
    pub const fn is(&self, meaning: Meaning) -> bool {
        self.meanings & meaning.bit() != 0
    }

    /// Whether it means one of these.
    pub fn is_any(&self, meanings: &[Meaning]) -> bool {
        meanings.iter().any(|meaning| self.is(*meaning))
    }
}

/// All fields of a photo, in the order in which they were met.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tags(Vec<Tag>);

impl Tags {
    /// Of these fields, each with one value.
    #[cfg(test)]
    pub fn of(fields: &[(Block, &str, &str)]) -> Self {
        let mut tags = Self::default();
        fields.iter().for_each(|(block, name, value)| tags.push(*block, name, value));
        tags
    }

    /// Adds a value, cleaned; nothing if nothing is left of it or the list is full.
    pub fn push(&mut self, block: Block, name: &str, value: &str) {
        self.push_entry(block, name, value, 0);
    }

    /// As [`Tags::push`], for a value in an entry of a list.
    pub fn push_entry(&mut self, block: Block, name: &str, value: &str, entry: u32) {
        if self.0.len() < TAGS_MAX
            && let Some(value) = text::long(value)
        {
            self.0.push(Tag { block, name: name.to_owned(), value, entry, meanings: fields::meanings(block, name) });
        }
    }

    /// Whether a field has this value.
    pub fn holds(&self, block: Block, name: &str, value: &str) -> bool {
        text::long(value).is_some_and(|value| self.values(block, name).any(|seen| seen == value))
    }

    /// Names of a block's fields, each once.
    pub fn names(&self, block: Block) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let names = self.0.iter().filter(|tag| tag.block == block).map(|tag| tag.name.as_str());
        names.filter(|name| seen.insert(*name)).take(NAMES_MAX).map(str::to_owned).collect()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Tag> {
        self.0.iter()
    }

    /// The values of one field.
    pub fn values<'t>(&'t self, block: Block, name: &'t str) -> impl Iterator<Item = &'t str> {
        self.0.iter().filter(move |tag| tag.block == block && tag.name == name).map(|tag| tag.value.as_str())
    }

    /// The first value of one field.
    pub fn first(&self, block: Block, name: &str) -> Option<&str> {
        self.0.iter().find(|tag| tag.block == block && tag.name == name).map(|tag| tag.value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_values_are_bounded_and_blanks_are_nothing() {
        let mut tags = Tags::default();
        tags.push(Block::Exif, "Artist", " \u{200b}");
        assert_eq!(tags.iter().count(), 0);
        (0..TAGS_MAX + 9).for_each(|_| tags.push(Block::Exif, "Artist", "x"));
        assert_eq!(tags.values(Block::Exif, "Artist").count(), TAGS_MAX);
        let mut tags = Tags::default();
        tags.push(Block::Iptc, "Caption-Abstract", &"é".repeat(9000));
        assert_eq!(tags.first(Block::Iptc, "Caption-Abstract").unwrap().chars().count(), text::LONG_CHARS_MAX);
    }
}
