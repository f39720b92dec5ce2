//! Text from files is hostile until cleaned: no control, bidi or invisible characters, one line, a bounded length.

/// The most characters a cleaned text has.
pub const CHARS_MAX: usize = 120;
/// The most characters of a text that is counted, searched or compared, and never shown.
pub const LONG_CHARS_MAX: usize = 2000;

/// Cleans a text for people; None if nothing is left.
pub fn clean(text: &str) -> Option<String> {
    clean_to(text, CHARS_MAX)
}

/// Cleans a text of at most `most` characters; None if nothing is left.
pub fn clean_to(text: &str, most: usize) -> Option<String> {
    let mut out = String::new();
    let mut chars = 0;
    for char in text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|&c| is_plain(c)) {
        if char == ' ' && (out.is_empty() || out.ends_with(' ')) {
            continue;
        }
        if chars == most {
            break;
        }
        out.push(char);
        chars += 1;
    }
    out.truncate(out.trim_end().len());
    (!out.is_empty()).then_some(out)
}

/// Cleans bytes that should be ASCII or UTF-8 and end at the first NUL.
pub fn clean_bytes(bytes: &[u8]) -> Option<String> {
    clean(&utf8(bytes, CHARS_MAX))
}

/// Cleans UTF-16 bytes that end at the first NUL.
pub fn clean_utf16(bytes: &[u8], unit: impl Fn([u8; 2]) -> u16) -> Option<String> {
    clean(&utf16(bytes, unit, CHARS_MAX))
}

/// As [`clean`], for texts that are never shown.
pub fn long(text: &str) -> Option<String> {
    clean_to(text, LONG_CHARS_MAX)
}

/// As [`clean_bytes`], for texts that are never shown.
pub fn long_bytes(bytes: &[u8]) -> Option<String> {
    long(&utf8(bytes, LONG_CHARS_MAX))
}

/// As [`clean_utf16`], for texts that are never shown.
pub fn long_utf16(bytes: &[u8], unit: impl Fn([u8; 2]) -> u16) -> Option<String> {
    long(&utf16(bytes, unit, LONG_CHARS_MAX))
}

/// Text up to the first NUL, of about `most` characters once it is cleaned.
fn utf8(bytes: &[u8], most: usize) -> String {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    // a character is at most four bytes; what lies further than this can not be kept and need not be looked at
    String::from_utf8_lossy(&bytes[..end.min(most * 16)]).into_owned()
}

fn utf16(bytes: &[u8], unit: impl Fn([u8; 2]) -> u16, most: usize) -> String {
    let units = bytes.chunks_exact(2).take(most * 8).map(|pair| unit([pair[0], pair[1]])).take_while(|&unit| unit != 0);
    char::decode_utf16(units).map(|char| char.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// Neither a control character nor one that turns, joins or hides its neighbours.
fn is_plain(char: char) -> bool {
    !char.is_control()
        && !matches!(char,
            '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_away_what_could_mislead() {
        assert_eq!(clean("  Jane\tDoe \r\n Studio "), Some("Jane Doe Studio".to_owned()));
        assert_eq!(clean("\u{202e}gnp.exe\u{2066}\u{200b}"), Some("gnp.exe".to_owned()));
        assert_eq!(clean("\u{1b}[31mred\u{7}"), Some("[31mred".to_owned()));
        assert_eq!(clean("\u{200b}\u{feff} "), None);
        assert_eq!(clean("Zoë 写真 ©"), Some("Zoë 写真 ©".to_owned()));
    }

    #[test]
    fn bounds_the_length() {
        assert_eq!(clean(&"é".repeat(500)).unwrap().chars().count(), CHARS_MAX);
        assert_eq!(clean_bytes(b"Nikon\0secret"), Some("Nikon".to_owned()));
        assert_eq!(clean_bytes(b"\xff\xfe"), Some("\u{fffd}\u{fffd}".to_owned()));
        assert_eq!(clean_utf16(b"h\0i\0\0\0x\0", u16::from_le_bytes), Some("hi".to_owned()));
    }
}
