//! What a file is, told by its first bytes and never by its name.

/// What a file looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileType {
    /// Starts like a JPEG.
    Jpeg,
    /// Starts like a PNG.
    Png,
    /// Starts like a WebP.
    WebP,
    /// Starts like a TIFF, which may hold a camera's raw picture.
    Tiff,
    /// Starts like a GIF.
    Gif,
    /// A camera's raw file, named for people.
    CameraRaw(&'static str),
    /// A film, named for people.
    Video(&'static str),
    /// A photo in a format we may read one day, named for people.
    NotYet(&'static str),
    /// Something else, named for people.
    Other(&'static str),
}

const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// First bytes of types we know; the longer prefix stands before the shorter.
const PREFIXES: &[(&[u8], FileType)] = &[
    (b"\xff\xd8\xff", FileType::Jpeg),
    (PNG_SIGNATURE, FileType::Png),
    (b"GIF87a", FileType::Gif),
    (b"GIF89a", FileType::Gif),
    (b"II*\0\x10\0\0\0CR", FileType::CameraRaw("a camera raw file (CR2)")),
    (b"FUJIFILMCCD-RAW", FileType::CameraRaw("a camera raw file (RAF)")),
    (b"IIRO", FileType::CameraRaw("a camera raw file (ORF)")),
    (b"IIRS", FileType::CameraRaw("a camera raw file (ORF)")),
    (b"MMOR", FileType::CameraRaw("a camera raw file (ORF)")),
    (b"IIU\0", FileType::CameraRaw("a camera raw file (RW2)")),
    (b"FOVb", FileType::CameraRaw("a camera raw file (X3F)")),
    (b"\0MRM", FileType::CameraRaw("a camera raw file (MRW)")),
    (b"II*\0", FileType::Tiff),
    (b"MM\0*", FileType::Tiff),
    (b"II+\0", FileType::Tiff),
    (b"MM\0+", FileType::Tiff),
    (b"\xff\x0a", FileType::NotYet("a JPEG XL file")),
    (b"\0\0\0\x0cJXL \r\n\x87\n", FileType::NotYet("a JPEG XL file")),
    (b"\0\0\0\x0cjP  \r\n\x87\n", FileType::Other("a JPEG 2000 file")),
    (b"\xff\x4f\xff\x51", FileType::Other("a JPEG 2000 file")),
    (b"8BPS", FileType::Other("a Photoshop file")),
    (b"%PDF", FileType::Other("a PDF file")),
    (b"%!PS", FileType::Other("a PostScript file")),
    (b"BM", FileType::Other("a BMP file")),
    (b"\0\0\x01\0", FileType::Other("an icon file")),
    (b"qoif", FileType::Other("a QOI file")),
    (b"\x76\x2f\x31\x01", FileType::Other("an OpenEXR file")),
    (b"#?RADIANCE", FileType::Other("a Radiance HDR file")),
    (b"PK\x03\x04", FileType::Other("a ZIP archive or office document")),
    (b"\x1f\x8b", FileType::Other("a gzip archive")),
    (b"7z\xbc\xaf\x27\x1c", FileType::Other("a 7z archive")),
    (b"Rar!", FileType::Other("a RAR archive")),
    (b"\x7fELF", FileType::Other("a program")),
    (b"MZ", FileType::Other("a program")),
    (b"\x1a\x45\xdf\xa3", FileType::Video("a Matroska or WebM video")),
    (b"\0\0\x01\xba", FileType::Video("an MPEG video")),
    (b"\0\0\x01\xb3", FileType::Video("an MPEG video")),
    (b"FLV\x01", FileType::Video("a Flash video")),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", FileType::Video("a Windows Media video")),
];

/// Brands of an ISO base media file, by its `ftyp` box; every other one is an MP4 video.
const BRANDS: &[(&[u8], FileType)] = &[
    (b"heic", FileType::NotYet("a HEIC file")),
    (b"heix", FileType::NotYet("a HEIC file")),
    (b"heim", FileType::NotYet("a HEIC file")),
    (b"heis", FileType::NotYet("a HEIC file")),
    (b"hevc", FileType::NotYet("a HEIC file")),
    (b"mif1", FileType::NotYet("a HEIF file")),
    (b"msf1", FileType::NotYet("a HEIF file")),
    (b"avif", FileType::NotYet("an AVIF file")),
    (b"avis", FileType::NotYet("an AVIF file")),
    (b"crx ", FileType::CameraRaw("a camera raw file (CR3)")),
    (b"qt  ", FileType::Video("a QuickTime video")),
];

/// Tells a file's type by content.
pub fn sniff(bytes: &[u8]) -> FileType {
    if bytes.is_empty() {
        return FileType::Other("an empty file");
    }
    if let Some(kind) = bytes.strip_prefix(b"RIFF").and_then(|rest| rest.get(4..8)) {
        return match kind {
            b"WEBP" => FileType::WebP,
            b"AVI " => FileType::Video("an AVI video"),
            _ => FileType::Other("a RIFF file"),
        };
    }
    match bytes.get(4..8) {
        Some(b"ftyp") => {
            let brand = bytes.get(8..12).unwrap_or_default();
            let known = BRANDS.iter().find(|(known, _)| *known == brand);
            return known.map_or(FileType::Video("an MP4 video"), |(_, kind)| *kind);
        }
        // QuickTime before it had brands
        Some(b"moov" | b"mdat" | b"wide") => return FileType::Video("a QuickTime video"),
        _ => {}
    }
    if let Some((_, kind)) = PREFIXES.iter().find(|(prefix, _)| bytes.starts_with(prefix)) {
        return *kind;
    }
    FileType::Other(text(bytes).unwrap_or("data of an unknown type"))
}

fn text(bytes: &[u8]) -> Option<&'static str> {
    let head = &bytes[..bytes.len().min(512)];
    if head.iter().any(|&byte| byte < 0x20 && !byte.is_ascii_whitespace()) {
        return None;
    }
    let lower = head.to_ascii_lowercase();
    let has = |word: &[u8]| lower.windows(word.len()).any(|window| window == word);
    if has(b"<svg") {
        return Some("an SVG file");
    }
    if has(b"<!doctype html") || has(b"<html") {
        return Some("an HTML page");
    }
    head.is_ascii().then_some("a text file")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_was_seen() {
        let other = |bytes: &[u8], name| assert_eq!(sniff(bytes), FileType::Other(name));
        other(b"", "an empty file");
        other(b"%PDF-1.7", "a PDF file");
        other(b"<?xml version=\"1.0\"?><SVG>", "an SVG file");
        other(b"hello", "a text file");
        other(b"\x01\x02\x03", "data of an unknown type");
        other(b"PK\x03\x04\x14", "a ZIP archive or office document");
        other(b"RIFF\x10\0\0\0WAVEfmt ", "a RIFF file");
        assert_eq!(sniff(b"II*\0\x10\0\0\0CR\x02\0"), FileType::CameraRaw("a camera raw file (CR2)"));
        assert_eq!(sniff(b"\0\0\0\x18ftypcrx \0\0\0\0"), FileType::CameraRaw("a camera raw file (CR3)"));
        assert_eq!(sniff(b"FUJIFILMCCD-RAW 0201"), FileType::CameraRaw("a camera raw file (RAF)"));
        assert_eq!(sniff(b"IIU\0\x18\0\0\0"), FileType::CameraRaw("a camera raw file (RW2)"));
        assert_eq!(sniff(b"IIRO\x08\0\0\0"), FileType::CameraRaw("a camera raw file (ORF)"));
        assert_eq!(sniff(b"\0\0\0\x18ftypheic\0\0\0\0"), FileType::NotYet("a HEIC file"));
        assert_eq!(sniff(b"\0\0\0\x18ftypavif\0\0\0\0"), FileType::NotYet("an AVIF file"));
        assert_eq!(sniff(b"\xff\x0a\xfa\x1f"), FileType::NotYet("a JPEG XL file"));
        assert_eq!(sniff(b"\0\0\0\x18ftypisom\0\0\0\0"), FileType::Video("an MP4 video"));
        assert_eq!(sniff(b"\0\0\0\x14ftypqt  \0\0\0\0"), FileType::Video("a QuickTime video"));
        assert_eq!(sniff(b"\0\0\0\x08wide\0\0\0\0mdat"), FileType::Video("a QuickTime video"));
        assert_eq!(sniff(b"RIFF\x10\0\0\0AVI LIST"), FileType::Video("an AVI video"));
        assert_eq!(sniff(b"\x1a\x45\xdf\xa3\x9f"), FileType::Video("a Matroska or WebM video"));
    }

    #[test]
    fn knows_what_we_read() {
        assert_eq!(sniff(b"\xff\xd8\xff\xe0"), FileType::Jpeg);
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\n"), FileType::Png);
        assert_eq!(sniff(b"\x89PNG\n\x1a\n"), FileType::Other("data of an unknown type"));
        assert_eq!(sniff(b"RIFF\x10\0\0\0WEBPVP8 "), FileType::WebP);
        assert_eq!(sniff(b"GIF89a\x01\0\x01\0"), FileType::Gif);
        for head in [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"] {
            assert_eq!(sniff(head), FileType::Tiff);
        }
    }
}
