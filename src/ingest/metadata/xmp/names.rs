//! Names in XMP: a field is known by its namespace, whatever prefix a file gives it.

/// Namespaces, each with the prefix it has in this program.
const KNOWN: [(&str, &str); 57] = [
    ("http://www.w3.org/1999/02/22-rdf-syntax-ns#", RDF),
    ("adobe:ns:meta/", META),
    ("http://purl.org/dc/elements/1.1/", "dc"),
    ("http://ns.adobe.com/xap/1.0/", "xmp"),
    ("http://ns.adobe.com/xap/1.0/rights/", "xmpRights"),
    ("http://ns.adobe.com/xap/1.0/mm/", "xmpMM"),
    ("http://ns.adobe.com/xap/1.0/g/img/", "xmpGImg"),
    ("http://ns.adobe.com/xap/1.0/sType/ResourceEvent#", "stEvt"),
    ("http://ns.adobe.com/xap/1.0/sType/ResourceRef#", "stRef"),
    ("http://ns.adobe.com/xmp/sType/Area#", "stArea"),
    ("http://ns.adobe.com/xmp/note/", "xmpNote"),
    ("http://ns.adobe.com/xmp/1.0/DynamicMedia/", "xmpDM"),
    ("http://ns.adobe.com/photoshop/1.0/", "photoshop"),
    ("http://ns.adobe.com/camera-raw-settings/1.0/", "crs"),
    ("http://ns.adobe.com/lightroom/1.0/", "lr"),
    ("http://ns.adobe.com/exif/1.0/", "exif"),
    ("http://cipa.jp/exif/1.0/", "exifEX"),
    ("http://ns.adobe.com/exif/1.0/aux/", "aux"),
    ("http://ns.adobe.com/tiff/1.0/", "tiff"),
    ("http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/", "Iptc4xmpCore"),
    ("http://iptc.org/std/Iptc4xmpExt/2008-02-29/", "Iptc4xmpExt"),
    ("http://ns.useplus.org/ldf/xmp/1.0/", "plus"),
    ("http://creativecommons.org/ns#", "cc"),
    ("http://www.w3.org/ns/tdmrep/", "tdm"),
    ("http://www.metadataworkinggroup.com/schemas/regions/", "mwg-rs"),
    ("http://ns.microsoft.com/photo/1.0", "MicrosoftPhoto"),
    ("http://ns.microsoft.com/photo/1.0/", "MicrosoftPhoto"),
    ("http://ns.microsoft.com/photo/1.2/", "MP"),
    ("http://ns.microsoft.com/photo/1.2/t/RegionInfo#", "MPRI"),
    ("http://ns.microsoft.com/photo/1.2/t/Region#", "MPReg"),
    ("http://www.digikam.org/ns/1.0/", "digiKam"),
    ("http://ns.google.com/photos/1.0/camera/", "GCamera"),
    ("http://ns.google.com/photos/1.0/depthmap/", "GDepth"),
    ("http://ns.google.com/photos/1.0/image/", "GImage"),
    ("http://ns.google.com/photos/1.0/audio/", "GAudio"),
    ("http://ns.google.com/photos/1.0/container/", "Container"),
    ("http://ns.google.com/photos/1.0/container/item/", "Item"),
    ("http://ns.adobe.com/hdr-gain-map/1.0/", "hdrgm"),
    ("http://ns.apple.com/HDRGainMap/1.0/", "HDRGainMap"),
    ("http://ns.apple.com/pixeldatainfo/1.0/", "apdi"),
    ("http://ns.apple.com/faceinfo/1.0/", "apple-fi"),
    ("http://ns.google.com/photos/1.0/panorama/", "GPano"),
    ("http://ns.google.com/photos/1.0/creations/", "GCreations"),
    ("http://www.dji.com/drone-dji/1.0/", "drone-dji"),
    ("http://pix4d.com/camera/1.0", "Camera"),
    ("http://pix4d.com/camera/1.0/", "Camera"),
    ("http://ns.acdsee.com/iptc/1.0/", "acdsee"),
    ("http://ns.iview-multimedia.com/mediapro/1.0/", "mediapro"),
    ("http://ns.microsoft.com/expressionmedia/1.0/", "expressionmedia"),
    ("http://ns.adobe.com/pdf/1.3/", "pdf"),
    ("http://prismstandard.org/namespaces/basic/2.0/", "prism"),
    ("http://prismstandard.org/namespaces/basic/2.1/", "prism"),
    ("http://www.metadataworkinggroup.com/schemas/keywords/", "mwg-kw"),
    ("http://www.metadataworkinggroup.com/schemas/collections/", "mwg-coll"),
    ("http://www.w3.org/ns/tdmrep#", "tdm"),
    ("http://www.w3.org/ns/tdmrep", "tdm"),
    ("http://ns.adobe.com/xap/1.0/bj/", "xmpBJ"),
];

/// The prefix of RDF's own names.
pub const RDF: &str = "rdf";
/// The prefix of the wrapper around it.
pub const META: &str = "x";
/// The prefix of a namespace not listed here.
pub const OTHER: &str = "?";

/// Declarations kept at a time; real packets have about twenty.
const DECLARED_MAX: usize = 256;

/// Prefixes as they are declared where the walk stands.
#[derive(Debug, Default)]
pub struct Prefixes(Vec<(String, &'static str)>);

impl Prefixes {
    /// Takes a declaration in; false if there are too many.
    pub fn declare(&mut self, prefix: &str, uri: &str) -> bool {
        if self.0.len() == DECLARED_MAX {
            return false;
        }
        let known = KNOWN.iter().find(|(known, _)| *known == uri).map_or(OTHER, |(_, prefix)| prefix);
        self.0.push((prefix.to_owned(), known));
        true
    }

    /// How many there are, to go back to.
    pub fn mark(&self) -> usize {
        self.0.len()
    }

    /// Forgets those declared since.
    pub fn back_to(&mut self, mark: usize) {
        self.0.truncate(mark);
    }

    /// Our prefix and the local name of a name as written.
    pub fn name<'n>(&self, written: &'n str) -> (&'static str, &'n str) {
        let (prefix, local) = written.split_once(':').unwrap_or(("", written));
        let declared = self.0.iter().rev().find(|(declared, _)| declared == prefix).map(|(_, known)| *known);
        // damaged packets lose their declarations first: a prefix that speaks for itself is believed
        let known = || KNOWN.iter().map(|(_, known)| *known).find(|known| *known == prefix);
        (declared.or_else(known).unwrap_or(OTHER), local)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_by_namespace_not_by_prefix() {
        let mut prefixes = Prefixes::default();
        let mark = prefixes.mark();
        assert!(prefixes.declare("a", "http://purl.org/dc/elements/1.1/") && prefixes.declare("dc", "http://example.org/"));
        assert_eq!(prefixes.name("a:creator"), ("dc", "creator"));
        assert_eq!(prefixes.name("dc:creator"), (OTHER, "creator"));
        prefixes.back_to(mark);
        assert_eq!(prefixes.name("dc:creator"), ("dc", "creator"));
        assert_eq!(prefixes.name("creator"), (OTHER, "creator"));
    }
}
