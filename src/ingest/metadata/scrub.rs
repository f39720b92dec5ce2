//! What of all that should go before a file is passed on, and what should stay.

use super::facts::{LIST_MAX, Scrub};
use super::fields::Meaning as M;
use super::tags::{Block, Tag, Tags};
use super::{mask, text};

/// What says where, with what and of whom a picture was taken.
const GIVES_AWAY: [M; 7] = [M::Position, M::Altitude, M::Direction, M::GpsTime, M::Place, M::DeviceId, M::Person];
/// What says whose it is and how it was made.
const CLAIMS: [M; 11] = [
    M::Creator,
    M::Copyright,
    M::Credit,
    M::UsageTerms,
    M::WebStatement,
    M::Licensor,
    M::Marked,
    M::ModelRelease,
    M::PropertyRelease,
    M::DataMining,
    M::SourceType,
];
/// What else leads to somebody, a program or another file.
const LEADS: [M; 11] = [
    M::Creator,
    M::Name,
    M::Contact,
    M::Caption,
    M::Copyright,
    M::Credit,
    M::Licensor,
    M::Program,
    M::DocumentId,
    M::OriginalDocumentId,
    M::Ancestor,
];

/// What to remove and keep, as the names under which tools know the fields.
pub fn scrub(tags: &Tags, maker_note: bool) -> Scrub {
    let mut scrub = Scrub::default();
    if maker_note {
        add(&mut scrub.remove, "EXIF:MakerNote");
    }
    for tag in tags.iter() {
        let is_gps = tag.is_any(&GIVES_AWAY[..4]) && tag.block == Block::Exif;
        let goes = tag.is_any(&GIVES_AWAY) || mask::is_path(&tag.value);
        let stays = !goes && tag.is_any(&CLAIMS);
        let name = if is_gps { "EXIF:GPS".to_owned() } else { name(tag) };
        if goes || !stays && !tag.is(M::Contact) && !mask::contacts(&tag.value).is_empty() {
            add(&mut scrub.remove, &name);
        } else {
            if stays {
                add(&mut scrub.keep, &name);
            }
            if tag.is_any(&LEADS) || tag.is(M::Derived) || tag.is(M::HistoryStep) || tag.is(M::Prompt) {
                add(&mut scrub.anonymous, &name);
            }
        }
    }
    scrub
}

impl Scrub {
    /// Adds a part of the file that has to go.
    pub fn remove_part(&mut self, name: &str) {
        add(&mut self.remove, name);
    }
}

fn add(list: &mut Vec<String>, name: &str) {
    let name = text::clean(&mask::without_contacts(name)).unwrap_or_default();
    if list.len() < LIST_MAX && !list.contains(&name) {
        list.push(name);
    }
}

fn name(tag: &Tag) -> String {
    match tag.block {
        Block::Exif => format!("EXIF:{}", tag.name),
        Block::Iptc => format!("IPTC:{}", tag.name),
        Block::Xmp => format!("XMP {}", tag.name.split('/').next().unwrap_or(&tag.name)),
        Block::PngText => format!("PNG:{}", tag.name),
        _ => tag.name.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_stay_when_places_go() {
        let scrub = scrub(
            &Tags::of(&[
                (Block::Exif, "GPSLatitude", "47.4"),
                (Block::Exif, "GPSAltitude", "400"),
                (Block::Xmp, "Iptc4xmpExt:LocationCreated/Iptc4xmpExt:City", "Bern"),
                (Block::Exif, "Artist", "Jane"),
                (Block::Iptc, "CopyrightNotice", "©"),
            ]),
            true,
        );
        assert_eq!(scrub.remove, ["EXIF:MakerNote", "EXIF:GPS", "XMP Iptc4xmpExt:LocationCreated"]);
        assert_eq!(scrub.keep, ["EXIF:Artist", "IPTC:CopyrightNotice"]);
        assert_eq!(scrub.anonymous, ["EXIF:Artist", "IPTC:CopyrightNotice"]);
    }

    #[test]
    fn contacts_in_captions_go_and_those_of_the_maker_only_where_nobody_is_to_be_known() {
        let scrub = scrub(
            &Tags::of(&[
                (Block::Exif, "UserComment", "call +41 79 123 45 67"),
                (Block::Exif, "ImageDescription", "a garden"),
                (Block::Xmp, "Iptc4xmpCore:CreatorContactInfo/Iptc4xmpCore:CiEmailWork", "jane@studio.example"),
                (Block::Xmp, "xmpMM:DocumentID", "xmp.did:1"),
                (Block::Xmp, "Iptc4xmpExt:DigitalSourceType", "digitalCapture"),
            ]),
            false,
        );
        assert_eq!(scrub.remove, ["EXIF:UserComment"]);
        assert_eq!(scrub.keep, ["XMP Iptc4xmpExt:DigitalSourceType"]);
        assert_eq!(scrub.anonymous, ["EXIF:ImageDescription", "XMP Iptc4xmpCore:CreatorContactInfo", "XMP xmpMM:DocumentID"]);
    }
}
