//! Text chunks of a PNG (11.3.3): what stands in them as it is, what is packed, and whole blocks that some programs hide in
//! them as hexadecimal digits (`Raw profile type exif`).

use png::Decoder;

use crate::ingest::decode::pieces::Pieces;

/// Text chunks looked at.
const TEXTS_MAX: usize = 64;
/// Packed ones of these that are unpacked, and to how many bytes each.
const PACKED_MAX: usize = 16;
const UNPACKED_BYTES_MAX: usize = 4 << 20;
/// Keyword of an XMP packet.
const XMP: &str = "XML:com.adobe.xmp";
/// A picture of one pixel, to carry one chunk, and the beginning of its data.
const HEAD: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\x3a\x7e\x9b\x55";
const DATA: &[u8] = b"\0\0\0\x0aIDAT\x78\x9c\x63\0\0\0\x02\0\x01\x48\xaf\xa4\x71";

/// What the chunks hold.
#[derive(Debug, Default)]
pub struct Texts {
    /// Keyword and text.
    pub plain: Vec<(String, String)>,
    pub xmp: Option<Vec<u8>>,
    pub exif: Option<Vec<u8>>,
    pub photoshop: Option<Vec<u8>>,
    packed: usize,
}

impl Texts {
    /// Takes a text chunk in. `whole` is the chunk with length and checksum.
    pub fn take(&mut self, kind: [u8; 4], data: &[u8], whole: &[u8]) {
        if self.plain.len() == TEXTS_MAX {
            return;
        }
        let stored = match &kind {
            b"tEXt" => plain(data),
            b"iTXt" => international(data),
            _ => None,
        };
        let text = stored.or_else(|| {
            self.packed += 1;
            (self.packed <= PACKED_MAX).then(|| unpacked(whole))?
        });
        if let Some((keyword, text)) = text {
            self.keep(keyword, text);
        }
    }

    fn keep(&mut self, keyword: String, text: String) {
        let profile = keyword.to_lowercase();
        let profile = profile.strip_prefix("raw profile type ").and_then(|kind| Some((kind, digits(&text)?)));
        match profile {
            None if keyword == XMP => self.xmp = self.xmp.take().or(Some(text.into_bytes())),
            None => self.plain.push((keyword, text)),
            Some(("exif" | "app1", bytes)) => match bytes.strip_prefix(b"http://ns.adobe.com/xap/1.0/\0") {
                Some(packet) => self.xmp = self.xmp.take().or(Some(packet.to_vec())),
                None => self.exif = self.exif.take().or(Some(bytes)),
            },
            Some(("iptc" | "8bim", bytes)) => self.photoshop = self.photoshop.take().or(Some(bytes)),
            Some(("xmp", bytes)) => self.xmp = self.xmp.take().or(Some(bytes)),
            Some(_) => {}
        }
    }
}

/// Keyword, NUL, Latin-1.
fn plain(data: &[u8]) -> Option<(String, String)> {
    let end = data.iter().position(|&byte| byte == 0)?;
    Some((latin1(&data[..end]), latin1(&data[end + 1..])))
}

/// Keyword, NUL, packed or not, method, language, NUL, keyword in it, NUL, UTF-8; None if packed.
fn international(data: &[u8]) -> Option<(String, String)> {
    let mut parts = data.splitn(2, |&byte| byte == 0);
    let (keyword, rest) = (parts.next()?, parts.next()?);
    let [0, _, rest @ ..] = rest else { return None };
    let text = rest.splitn(3, |&byte| byte == 0).nth(2)?;
    Some((latin1(keyword), String::from_utf8_lossy(text).into_owned()))
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| char::from(byte)).collect()
}

/// A packed chunk, unpacked by the decoder of the format in a picture of our making.
fn unpacked(chunk: &[u8]) -> Option<(String, String)> {
    let mut stream = Pieces::default();
    [HEAD, chunk, DATA].into_iter().for_each(|piece| stream.push(piece));
    let mut decoder = Decoder::new_with_limits(stream, png::Limits { bytes: UNPACKED_BYTES_MAX * 2 });
    decoder.ignore_checksums(true);
    let reader = decoder.read_info().ok()?;
    let info = reader.info();
    if let Some(mut text) = info.compressed_latin1_text.first().cloned() {
        text.decompress_text_with_limit(UNPACKED_BYTES_MAX).ok()?;
        let words = text.get_text().ok()?;
        return Some((text.keyword, words));
    }
    let mut text = info.utf8_text.first().cloned()?;
    text.decompress_text_with_limit(UNPACKED_BYTES_MAX).ok()?;
    let words = text.get_text().ok()?;
    Some((text.keyword, words))
}

/// A block as ImageMagick writes it: its name, its length, then pairs of digits in lines.
fn digits(text: &str) -> Option<Vec<u8>> {
    let mut lines = text.trim_start().splitn(3, '\n');
    let (_name, length, digits) = (lines.next()?, lines.next()?.trim().parse::<usize>().ok()?, lines.next()?);
    let digits: Vec<u8> = digits.bytes().filter_map(|digit| char::from(digit).to_digit(16).map(|value| value as u8)).collect();
    let bytes: Vec<u8> = digits.as_chunks::<2>().0.iter().map(|[high, low]| high << 4 | low).collect();
    (bytes.len() == length).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        [&(data.len() as u32).to_be_bytes()[..], kind, data, &[0; 4]].concat()
    }

    fn texts(kind: &[u8; 4], data: &[u8]) -> Texts {
        let mut texts = Texts::default();
        texts.take(*kind, data, &chunk(kind, data));
        texts
    }

    /// "packed words" by zlib, stored.
    const PACKED: &[u8] = b"\x78\x01\x01\x0c\0\xf3\xffpacked words\x1e\x5c\x04\xb8";

    #[test]
    fn every_kind_of_chunk_is_read() {
        let pair = |keyword: &str, text: &str| vec![(keyword.to_owned(), text.to_owned())];
        assert_eq!(texts(b"tEXt", b"Author\0Zo\xeb").plain, pair("Author", "Zoë"));
        assert_eq!(texts(b"iTXt", "Title\0\0\0en\0Title\0Zoë".as_bytes()).plain, pair("Title", "Zoë"));
        assert_eq!(texts(b"zTXt", &[b"Comment\0\0", PACKED].concat()).plain, pair("Comment", "packed words"));
        assert_eq!(texts(b"iTXt", &[b"Comment\0\x01\0\0\0", PACKED].concat()).plain, pair("Comment", "packed words"));
        assert_eq!(texts(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x/>").xmp.as_deref(), Some(&b"<x/>"[..]));
        assert_eq!(texts(b"tEXt", b"Raw profile type exif\0\nexif\n  4\n45786966\n").exif.as_deref(), Some(&b"Exif"[..]));
        for broken in [&b""[..], b"x", b"Comment\0\0\x78", b"Raw profile type iptc\0\niptc\n 9\n00"] {
            for kind in [b"tEXt", b"zTXt", b"iTXt"] {
                let texts = texts(kind, broken);
                assert!(texts.exif.is_none() && texts.photoshop.is_none() && texts.plain.len() <= 1);
            }
        }
    }
}
