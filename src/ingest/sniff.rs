//! What a file is, told by its first bytes and never by its name.

/// What a file looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileType {
    /// Starts like a JPEG.
    Jpeg,
    /// Starts like a PNG.
    Png,
    /// Something we do not read, named for people.
    Other(&'static str),
}

const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// First bytes of types we name; the longer prefix stands before the shorter.
const PREFIXES: &[(&[u8], &str)] = &[
    (b"GIF87a", "a GIF file"),
    (b"GIF89a", "a GIF file"),
    (b"II*\0\x10\0\0\0CR", "a camera raw file (CR2)"),
    (b"FUJIFILMCCD-RAW", "a camera raw file (RAF)"),
    (b"IIRO", "a camera raw file (ORF)"),
    (b"IIRS", "a camera raw file (ORF)"),
    (b"IIU\0", "a camera raw file (RW2)"),
    (b"FOVb", "a camera raw file (X3F)"),
    (b"II*\0", "a TIFF or camera raw file"),
    (b"MM\0*", "a TIFF or camera raw file"),
    (b"II+\0", "a BigTIFF file"),
    (b"MM\0+", "a BigTIFF file"),
    (b"\xff\x0a", "a JPEG XL file"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL file"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "a JPEG 2000 file"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 file"),
    (b"8BPS", "a Photoshop file"),
    (b"%PDF", "a PDF file"),
    (b"%!PS", "a PostScript file"),
    (b"BM", "a BMP file"),
    (b"\0\0\x01\0", "an icon file"),
    (b"qoif", "a QOI file"),
    (b"\x76\x2f\x31\x01", "an OpenEXR file"),
    (b"#?RADIANCE", "a Radiance HDR file"),
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\x1a\x45\xdf\xa3", "a Matroska or WebM video"),
];

/// Brands of an ISO base media file, by its `ftyp` box.
const BRANDS: &[(&[u8], &str)] = &[
    (b"heic", "a HEIC file"),
    (b"heix", "a HEIC file"),
    (b"heim", "a HEIC file"),
    (b"heis", "a HEIC file"),
    (b"hevc", "a HEIC file"),
    (b"mif1", "a HEIF file"),
    (b"msf1", "a HEIF file"),
    (b"avif", "an AVIF file"),
    (b"avis", "an AVIF file"),
    (b"crx ", "a camera raw file (CR3)"),
    (b"qt  ", "a QuickTime video"),
];

/// Tells a file's type by content.
pub fn sniff(bytes: &[u8]) -> FileType {
    if bytes.starts_with(b"\xff\xd8\xff") {
        return FileType::Jpeg;
    }
    if bytes.starts_with(PNG_SIGNATURE) {
        return FileType::Png;
    }
    FileType::Other(name(bytes))
}

fn name(bytes: &[u8]) -> &'static str {
    if bytes.is_empty() {
        return "an empty file";
    }
    if let Some(kind) = bytes.strip_prefix(b"RIFF").and_then(|rest| rest.get(4..8)) {
        return match kind {
            b"WEBP" => "a WebP file",
            b"AVI " => "an AVI video",
            _ => "a RIFF file",
        };
    }
    if bytes.get(4..8) == Some(b"ftyp") {
        let brand = bytes.get(8..12).unwrap_or_default();
        return BRANDS.iter().find(|(known, _)| *known == brand).map_or("an MP4 video", |(_, name)| name);
    }
    if let Some((_, name)) = PREFIXES.iter().find(|(prefix, _)| bytes.starts_with(prefix)) {
        return name;
    }
    text(bytes).unwrap_or("data of an unknown type")
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
        let seen = |bytes: &[u8]| match sniff(bytes) {
            FileType::Other(name) => name,
            other => panic!("{other:?}"),
        };
        assert_eq!(seen(b""), "an empty file");
        assert_eq!(seen(b"GIF89a\x01\0\x01\0"), "a GIF file");
        assert_eq!(seen(b"RIFF\x10\0\0\0WEBPVP8 "), "a WebP file");
        assert_eq!(seen(b"II*\0\x08\0\0\0"), "a TIFF or camera raw file");
        assert_eq!(seen(b"II*\0\x10\0\0\0CR\x02\0"), "a camera raw file (CR2)");
        assert_eq!(seen(b"\0\0\0\x18ftypheic\0\0\0\0"), "a HEIC file");
        assert_eq!(seen(b"\0\0\0\x18ftypavif\0\0\0\0"), "an AVIF file");
        assert_eq!(seen(b"\0\0\0\x18ftypisom\0\0\0\0"), "an MP4 video");
        assert_eq!(seen(b"%PDF-1.7"), "a PDF file");
        assert_eq!(seen(b"<?xml version=\"1.0\"?><SVG>"), "an SVG file");
        assert_eq!(seen(b"hello"), "a text file");
        assert_eq!(seen(b"\x01\x02\x03"), "data of an unknown type");
    }

    #[test]
    fn knows_what_we_read() {
        assert_eq!(sniff(b"\xff\xd8\xff\xe0"), FileType::Jpeg);
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\n"), FileType::Png);
        assert_eq!(sniff(b"\x89PNG\n\x1a\n"), FileType::Other("data of an unknown type"));
    }
}
