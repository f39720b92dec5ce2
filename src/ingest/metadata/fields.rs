//! What each field means: one table over all blocks, after the EXIF, IPTC and PLUS standards and the Metadata Working
//! Group's guidelines. Whoever wants to know what is looked for reads this page.

use super::tags::Block::{self, Comment, Exif, Iptc, PngText, Xmp};

/// What a field is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Identifies a camera, lens, picture or computer.
    DeviceId,
    /// Whoever made the picture.
    Creator,
    /// A name of somebody else who worked on it.
    Name,
    /// Somebody who is shown, or owns the camera.
    Person,
    /// A caption, a title, keywords.
    Caption,
    /// An address, mail address, telephone number.
    Contact,
    /// A place in words.
    Place,
    /// Where the picture was taken, in degrees.
    Position,
    Altitude,
    Direction,
    GpsTime,
    /// A program.
    Program,
    Copyright,
    Credit,
    UsageTerms,
    WebStatement,
    Licensor,
    Marked,
    ModelRelease,
    PropertyRelease,
    DataMining,
    DocumentId,
    OriginalDocumentId,
    Ancestor,
    Derived,
    HistoryStep,
    SourceType,
    /// Words or settings given to a picture generator.
    Prompt,
}

use Meaning as M;

/// A field and its meaning. A name that ends with `/*` stands for all fields of a structure, one that ends with `:*` for a
/// whole namespace.
pub type Row = (Block, &'static str, Meaning);

/// The table.
pub const ROWS: &[Row] = &[
    // devices
    (Exif, "BodySerialNumber", M::DeviceId),
    (Exif, "LensSerialNumber", M::DeviceId),
    (Exif, "CameraSerialNumber", M::DeviceId),
    (Exif, "ImageUniqueID", M::DeviceId),
    (Exif, "HostComputer", M::DeviceId),
    (Xmp, "aux:SerialNumber", M::DeviceId),
    (Xmp, "aux:LensSerialNumber", M::DeviceId),
    (Xmp, "aux:ImageNumber", M::DeviceId),
    (Xmp, "exifEX:BodySerialNumber", M::DeviceId),
    (Xmp, "exifEX:LensSerialNumber", M::DeviceId),
    (Xmp, "exif:ImageUniqueID", M::DeviceId),
    (Xmp, "tiff:HostComputer", M::DeviceId),
    (Xmp, "MicrosoftPhoto:CameraSerialNumber", M::DeviceId),
    (Xmp, "Iptc4xmpExt:RegistryId/*", M::DeviceId),
    (Xmp, "Iptc4xmpExt:DigImageGUID", M::DeviceId),
    (Xmp, "drone-dji:CameraSerialNumber", M::DeviceId),
    (Xmp, "drone-dji:DroneSerialNumber", M::DeviceId),
    (Xmp, "drone-dji:SerialNumber", M::DeviceId),
    (Xmp, "Camera:SerialNumber", M::DeviceId),
    // who made it
    (Exif, "Artist", M::Creator),
    (Exif, "XPAuthor", M::Creator),
    (Exif, "Photographer", M::Creator),
    (Iptc, "By-line", M::Creator),
    (Xmp, "dc:creator", M::Creator),
    (Xmp, "tiff:Artist", M::Creator),
    (Xmp, "exifEX:Photographer", M::Creator),
    (Xmp, "plus:ImageCreator/plus:ImageCreatorName", M::Creator),
    (PngText, "Author", M::Creator),
    (PngText, "Artist", M::Creator),
    (Xmp, "acdsee:author", M::Creator),
    (Xmp, "pdf:Author", M::Creator),
    // who else
    (Exif, "ImageEditor", M::Name),
    (Iptc, "Writer-Editor", M::Name),
    (Iptc, "OwnerID", M::Name),
    (Xmp, "photoshop:CaptionWriter", M::Name),
    (Xmp, "dc:contributor", M::Name),
    (Xmp, "dc:publisher", M::Name),
    (Xmp, "exifEX:ImageEditor", M::Name),
    (Xmp, "xmpRights:Owner", M::Name),
    (Xmp, "plus:CopyrightOwner/plus:CopyrightOwnerName", M::Name),
    (Xmp, "plus:ImageSupplier/plus:ImageSupplierName", M::Name),
    (Xmp, "Iptc4xmpExt:AIPromptWriterName", M::Name),
    (Xmp, "Iptc4xmpExt:Contributor/Iptc4xmpExt:Name", M::Name),
    (Xmp, "Iptc4xmpExt:ArtworkOrObject/Iptc4xmpExt:AOCreator", M::Name),
    (Xmp, "xmpDM:artist", M::Name),
    (Xmp, "cc:attributionName", M::Name),
    (Exif, "CameraOwnerName", M::Person),
    (Xmp, "aux:OwnerName", M::Person),
    (Xmp, "exifEX:CameraOwnerName", M::Person),
    (Xmp, "Iptc4xmpExt:PersonInImage", M::Person),
    (Xmp, "Iptc4xmpExt:PersonInImageWDetails/*", M::Person),
    (Xmp, "Iptc4xmpExt:ModelAge", M::Person),
    (Xmp, "Iptc4xmpExt:AddlModelInfo", M::Person),
    (Xmp, "Iptc4xmpExt:OrganisationInImageName", M::Person),
    (Xmp, "mediapro:People", M::Person),
    (Xmp, "expressionmedia:People", M::Person),
    (Xmp, "prism:person", M::Person),
    (Xmp, "mwg-rs:Regions/mwg-rs:RegionList/mwg-rs:Name", M::Person),
    (Xmp, "mwg-rs:Regions/mwg-rs:RegionList/mwg-rs:Description", M::Caption),
    (Xmp, "MP:RegionInfo/MPRI:Regions/MPReg:PersonDisplayName", M::Person),
    (Xmp, "MP:RegionInfo/MPRI:Regions/MPReg:PersonEmailDigest", M::Person),
    (Xmp, "MP:RegionInfo/MPRI:Regions/MPReg:PersonLiveIdCID", M::Person),
    (Xmp, "Iptc4xmpExt:ImageRegion/Iptc4xmpExt:Name", M::Person),
    (Xmp, "Iptc4xmpExt:ImageRegion/Iptc4xmpExt:PersonInImage", M::Person),
    // captions
    (Exif, "ImageDescription", M::Caption),
    (Exif, "UserComment", M::Caption),
    (Exif, "XPTitle", M::Caption),
    (Exif, "XPComment", M::Caption),
    (Exif, "XPKeywords", M::Caption),
    (Exif, "XPSubject", M::Caption),
    (Exif, "ImageTitle", M::Caption),
    (Iptc, "ObjectName", M::Caption),
    (Iptc, "Headline", M::Caption),
    (Iptc, "Caption-Abstract", M::Caption),
    (Iptc, "LocalCaption", M::Caption),
    (Iptc, "DocumentNotes", M::Caption),
    (Iptc, "Keywords", M::Caption),
    (Iptc, "SpecialInstructions", M::Caption),
    (Xmp, "dc:title", M::Caption),
    (Xmp, "dc:description", M::Caption),
    (Xmp, "dc:subject", M::Caption),
    (Xmp, "lr:hierarchicalSubject", M::Caption),
    (Xmp, "mwg-kw:Keywords/*", M::Caption),
    (Xmp, "MicrosoftPhoto:LastKeywordXMP", M::Caption),
    (Xmp, "MicrosoftPhoto:LastKeywordIPTC", M::Caption),
    (Xmp, "acdsee:caption", M::Caption),
    (Xmp, "acdsee:notes", M::Caption),
    (Xmp, "acdsee:keywords", M::Caption),
    (Xmp, "acdsee:categories", M::Caption),
    (Xmp, "mediapro:Event", M::Caption),
    (Xmp, "pdf:Keywords", M::Caption),
    (Xmp, "Iptc4xmpExt:Event", M::Caption),
    (Xmp, "photoshop:TextLayers/*", M::Caption),
    (Xmp, "digiKam:TagsList", M::Caption),
    (Xmp, "photoshop:Headline", M::Caption),
    (Xmp, "photoshop:Instructions", M::Caption),
    (Xmp, "exif:UserComment", M::Caption),
    (Xmp, "tiff:ImageDescription", M::Caption),
    (Xmp, "Iptc4xmpCore:AltTextAccessibility", M::Caption),
    (Xmp, "Iptc4xmpCore:ExtDescrAccessibility", M::Caption),
    (PngText, "Title", M::Caption),
    (PngText, "Description", M::Caption),
    (PngText, "Comment", M::Caption),
    (Comment, "Comment", M::Caption),
    // contact
    (Iptc, "Contact", M::Contact),
    (Xmp, "Iptc4xmpCore:CreatorContactInfo/*", M::Contact),
    (Xmp, "plus:Licensor/plus:LicensorEmail", M::Contact),
    (Xmp, "plus:Licensor/plus:LicensorStreetAddress", M::Contact),
    (Xmp, "cc:attributionURL", M::Contact),
    (Xmp, "plus:Licensor/plus:LicensorTelephone1", M::Contact),
    (Xmp, "plus:Licensor/plus:LicensorTelephone2", M::Contact),
    // places
    (Exif, "GPSAreaInformation", M::Place),
    (Iptc, "City", M::Place),
    (Iptc, "Sub-location", M::Place),
    (Iptc, "Province-State", M::Place),
    (Iptc, "Country-PrimaryLocationName", M::Place),
    (Iptc, "Country-PrimaryLocationCode", M::Place),
    (Iptc, "ContentLocationName", M::Place),
    (Iptc, "ContentLocationCode", M::Place),
    (Xmp, "photoshop:City", M::Place),
    (Xmp, "photoshop:State", M::Place),
    (Xmp, "photoshop:Country", M::Place),
    (Xmp, "Iptc4xmpCore:Location", M::Place),
    (Xmp, "Iptc4xmpCore:CountryCode", M::Place),
    (Xmp, "Iptc4xmpExt:LocationCreated/*", M::Place),
    (Xmp, "Iptc4xmpExt:LocationShown/*", M::Place),
    (Xmp, "exif:GPSAreaInformation", M::Place),
    (Xmp, "mediapro:Location", M::Place),
    (Xmp, "dc:coverage", M::Place),
    // positions
    (Exif, "GPSLatitude", M::Position),
    (Exif, "GPSLongitude", M::Position),
    (Exif, "GPSDestLatitude", M::Position),
    (Exif, "GPSDestLongitude", M::Position),
    (Exif, "GPSAltitude", M::Altitude),
    (Exif, "GPSImgDirection", M::Direction),
    (Exif, "GPSTrack", M::Direction),
    (Exif, "GPSDestBearing", M::Direction),
    (Exif, "GPSSpeed", M::Direction),
    (Exif, "GPSDateTime", M::GpsTime),
    (Xmp, "exif:GPSLatitude", M::Position),
    (Xmp, "exif:GPSLongitude", M::Position),
    (Xmp, "exif:GPSDestLatitude", M::Position),
    (Xmp, "exif:GPSDestLongitude", M::Position),
    (Xmp, "Iptc4xmpExt:LocationCreated/exif:GPSLatitude", M::Position),
    (Xmp, "Iptc4xmpExt:LocationCreated/exif:GPSLongitude", M::Position),
    (Xmp, "Iptc4xmpExt:LocationShown/exif:GPSLatitude", M::Position),
    (Xmp, "Iptc4xmpExt:LocationShown/exif:GPSLongitude", M::Position),
    (Xmp, "exif:GPSAltitude", M::Altitude),
    (Xmp, "exif:GPSImgDirection", M::Direction),
    (Xmp, "exif:GPSTrack", M::Direction),
    (Xmp, "exif:GPSDestBearing", M::Direction),
    (Xmp, "exif:GPSSpeed", M::Direction),
    (Xmp, "exif:GPSTimeStamp", M::GpsTime),
    (Xmp, "drone-dji:GpsLatitude", M::Position),
    (Xmp, "drone-dji:GpsLongitude", M::Position),
    (Xmp, "drone-dji:GpsLongtitude", M::Position),
    (Xmp, "drone-dji:AbsoluteAltitude", M::Altitude),
    (Xmp, "drone-dji:RelativeAltitude", M::Altitude),
    (Xmp, "drone-dji:FlightYawDegree", M::Direction),
    (Xmp, "drone-dji:GimbalYawDegree", M::Direction),
    (Xmp, "GPano:PoseHeadingDegrees", M::Direction),
    // programs and documents
    (Exif, "Software", M::Program),
    (Exif, "ProcessingSoftware", M::Program),
    (Exif, "CameraFirmware", M::Program),
    (Exif, "RAWDevelopingSoftware", M::Program),
    (Exif, "ImageEditingSoftware", M::Program),
    (Exif, "MetadataEditingSoftware", M::Program),
    (Iptc, "OriginatingProgram", M::Program),
    (Xmp, "xmp:CreatorTool", M::Program),
    (Xmp, "tiff:Software", M::Program),
    (Xmp, "xmpMM:History/stEvt:softwareAgent", M::Program),
    (PngText, "Software", M::Program),
    (PngText, "Source", M::Program),
    (Exif, "ImageHistory", M::Program),
    (Xmp, "pdf:Producer", M::Program),
    (Xmp, "xmpMM:History/stEvt:action", M::HistoryStep),
    (Xmp, "xmpMM:DocumentID", M::DocumentId),
    (Xmp, "xmpMM:InstanceID", M::DocumentId),
    (Xmp, "xmpMM:PreservedFileName", M::DocumentId),
    (Xmp, "crs:RawFileName", M::DocumentId),
    (Exif, "DocumentName", M::DocumentId),
    (Iptc, "MasterDocumentID", M::DocumentId),
    (Iptc, "ShortDocumentID", M::DocumentId),
    (Iptc, "UniqueDocumentID", M::DocumentId),
    (Xmp, "xmpMM:OriginalDocumentID", M::OriginalDocumentId),
    (Xmp, "photoshop:DocumentAncestors", M::Ancestor),
    (Xmp, "xmpMM:DerivedFrom/*", M::Derived),
    (Xmp, "xmpMM:Ingredients/stRef:documentID", M::Ancestor),
    // rights
    (Exif, "Copyright", M::Copyright),
    (Iptc, "CopyrightNotice", M::Copyright),
    (Xmp, "dc:rights", M::Copyright),
    (Xmp, "tiff:Copyright", M::Copyright),
    (PngText, "Copyright", M::Copyright),
    (Iptc, "Credit", M::Credit),
    (Iptc, "Source", M::Credit),
    (Xmp, "photoshop:Credit", M::Credit),
    (Xmp, "photoshop:Source", M::Credit),
    (Xmp, "xmpRights:UsageTerms", M::UsageTerms),
    (Xmp, "cc:license", M::UsageTerms),
    (Xmp, "xmpRights:WebStatement", M::WebStatement),
    (Xmp, "plus:Licensor/plus:LicensorURL", M::WebStatement),
    (Xmp, "plus:Licensor/plus:LicensorName", M::Licensor),
    (Xmp, "plus:Licensor/plus:LicensorURL", M::Licensor),
    (Xmp, "xmpRights:Marked", M::Marked),
    (Xmp, "plus:ModelReleaseStatus", M::ModelRelease),
    (Xmp, "plus:PropertyReleaseStatus", M::PropertyRelease),
    (Xmp, "plus:DataMining", M::DataMining),
    (Xmp, "tdm:reservation", M::DataMining),
    (Xmp, "tdm:policy", M::WebStatement),
    (Xmp, "plus:OtherConstraints", M::UsageTerms),
    // how it was made
    (Xmp, "Iptc4xmpExt:DigitalSourceType", M::SourceType),
    (Xmp, "Iptc4xmpExt:DigitalSourcefileType", M::SourceType),
    (Xmp, "Iptc4xmpExt:AISystemUsed", M::Prompt),
    (Xmp, "Iptc4xmpExt:AISystemVersionUsed", M::Prompt),
    (Xmp, "Iptc4xmpExt:AIPromptInformation", M::Prompt),
    (PngText, "parameters", M::Prompt),
    (PngText, "prompt", M::Prompt),
    (PngText, "workflow", M::Prompt),
    (PngText, "Dream", M::Prompt),
    (PngText, "sd-metadata", M::Prompt),
    (PngText, "invokeai_metadata", M::Prompt),
    (PngText, "generation_data", M::Prompt),
    (PngText, "invokeai_graph", M::Prompt),
    (PngText, "invokeai_workflow", M::Prompt),
    (PngText, "fooocus_scheme", M::Prompt),
];

/// What a field means, a bit each; a field may mean more than one thing.
pub fn meanings(block: Block, name: &str) -> u32 {
    // ImageMagick copies fields of EXIF into texts of a PNG under their names
    let (block, name) = match name.strip_prefix("exif:") {
        Some(bare) if block == PngText => (Exif, bare),
        _ => (block, name),
    };
    let rows = ROWS.iter().filter(|(at, row, _)| *at == block && is(row, name));
    rows.fold(0, |all, (_, _, meaning)| all | meaning.bit())
}

impl Meaning {
    /// Its place in a set.
    pub const fn bit(self) -> u32 {
        1 << self as u32
    }
}

fn is(row: &str, name: &str) -> bool {
    match row.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => row == name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_unique_and_structures_match_their_fields() {
        for (index, row) in ROWS.iter().enumerate() {
            assert!(!ROWS[..index].contains(row), "{row:?} stands twice");
        }
        let of = |name| meanings(Xmp, name);
        assert_eq!(of("Iptc4xmpExt:LocationCreated/Iptc4xmpExt:City"), M::Place.bit());
        assert_eq!(of("Iptc4xmpExt:LocationCreated/exif:GPSLatitude"), M::Place.bit() | M::Position.bit());
        assert_eq!(of("dc:creators"), 0);
        assert_eq!(meanings(Iptc, "dc:creator"), 0);
        assert_eq!(meanings(PngText, "exif:Artist"), M::Creator.bit());
        // the last one still has a bit
        assert_eq!(meanings(PngText, "parameters"), M::Prompt.bit());
    }
}
