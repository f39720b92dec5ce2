//! Values made fit for a report: the audit must not become the leak. What identifies is cut to its end or to its length, and
//! shapes of mail addresses and telephone numbers are taken out of what is shown.

/// The longest telephone number with its signs; looking no further keeps a long row of digits cheap.
const NUMBER_BYTES_MAX: usize = 40;

/// A name and the end of a value; a short value shows at most half of itself.
pub fn id(name: &str, value: &str) -> String {
    format!("{name} {}", end(value))
}

/// The end of a value, at most half of it.
pub fn end(value: &str) -> String {
    let chars: Vec<char> = value.chars().collect();
    let shown: String = chars[chars.len() - (chars.len() / 2).min(4)..].iter().collect();
    format!("…{shown}")
}

/// A name and the length of a value.
pub fn length(name: &str, value: &str) -> String {
    format!("{name} ({})", characters(value))
}

/// The length of a value.
pub fn characters(value: &str) -> String {
    match value.chars().count() {
        1 => "1 character".to_owned(),
        count => format!("{count} characters"),
    }
}

/// A shape found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    Mail,
    Phone,
}

impl Shape {
    /// What it is, in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Mail => "a mail address",
            Self::Phone => "a telephone number",
        }
    }
}

/// Mail addresses and telephone numbers in a text, as places in its bytes.
pub fn contacts(text: &str) -> Vec<(Shape, std::ops::Range<usize>)> {
    let mut found = mails(text);
    found.extend(phones(text));
    found.sort_by_key(|(_, place)| place.start);
    found
}

/// The text with `[…]` in place of mail addresses and telephone numbers.
pub fn without_contacts(text: &str) -> String {
    let (mut out, mut at) = (String::new(), 0);
    for (_, place) in contacts(text) {
        if place.start >= at {
            out.push_str(&text[at..place.start]);
            out.push_str("[…]");
            at = place.end;
        }
    }
    out.push_str(&text[at..]);
    out
}

/// `local@name.tld`: a dot after the at sign, at least two letters behind the last one.
fn mails(text: &str) -> Vec<(Shape, std::ops::Range<usize>)> {
    let local = |char: char| char.is_alphanumeric() || "._%+-".contains(char);
    let domain = |char: char| char.is_alphanumeric() || ".-".contains(char);
    let found = text.match_indices('@').filter_map(|(at, _)| {
        let start = text[..at].char_indices().rev().take_while(|(_, char)| local(*char)).last()?.0;
        let rest = &text[at + 1..];
        let length = rest.find(|char| !domain(char)).unwrap_or(rest.len());
        let host = rest[..length].trim_end_matches(['.', '-']);
        let (name, top) = host.rsplit_once('.')?;
        let real = !name.is_empty() && top.chars().count() >= 2 && top.chars().all(char::is_alphabetic);
        real.then(|| (Shape::Mail, start..at + 1 + host.len()))
    });
    found.collect()
}

/// `+` and at least eight digits, or a word such as `Tel.` and at least six, with the usual signs between them.
fn phones(text: &str) -> Vec<(Shape, std::ops::Range<usize>)> {
    let mut found: Vec<(Shape, std::ops::Range<usize>)> = Vec::new();
    for (at, char) in text.char_indices() {
        let starts = char == '+' || char.is_ascii_digit() || char == '(';
        let before = &text[..at];
        if !starts || found.last().is_some_and(|(_, place)| at < place.end) || before.ends_with(|c: char| c.is_alphanumeric()) {
            continue;
        }
        let rest = &text[at..];
        let rest = &rest[..rest.floor_char_boundary(NUMBER_BYTES_MAX)];
        let length = rest.find(|c: char| !c.is_ascii_digit() && !" +-./()".contains(c)).unwrap_or(rest.len());
        let number = rest[..length].trim_end_matches(|c: char| !c.is_ascii_digit());
        let digits = number.chars().filter(char::is_ascii_digit).count();
        let least = if char == '+' { 8 } else { 6 };
        if (least..=15).contains(&digits) && (char == '+' || is_announced(before)) {
            found.push((Shape::Phone, at..at + number.len()));
        }
    }
    found
}

/// Whether the last word says that a number follows.
fn is_announced(before: &str) -> bool {
    let word = before.trim_end_matches([' ', ':', '.', '#']);
    let start = word.rfind(|c: char| !c.is_alphabetic()).map_or(0, |at| at + word[at..].chars().next().map_or(1, char::len_utf8));
    ["tel", "telephone", "phone", "mobile", "mob", "cell", "fax", "telefon", "handy", "tél"]
        .contains(&word[start..].to_lowercase().as_str())
}

/// Whether a path names the folder of a user: `C:\Users\jane`, `/home/jane`, `/Users/jane`.
pub fn names_user(path: &str) -> bool {
    if !path.contains(['/', '\\']) {
        return false;
    }
    let path = path.to_lowercase().replace('\\', "/").replace("%20", " ");
    ["/users/", "/home/", "/documents and settings/"].iter().any(|folder| {
        path.split_once(folder).is_some_and(|(_, rest)| {
            let user = rest.split('/').next().unwrap_or_default();
            !user.is_empty() && user != "shared" && user != "public"
        })
    })
}

/// Whether a text holds a path to a file.
pub fn is_path(text: &str) -> bool {
    if !text.contains(['/', '\\']) {
        return false;
    }
    let bytes = text.as_bytes();
    let drive = bytes.windows(3).any(|w| w[0].is_ascii_alphabetic() && w[1] == b':' && (w[2] == b'\\' || w[2] == b'/'))
        && !text.contains("://");
    drive || text.contains("file:/") || text.starts_with("\\\\") || names_user(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_short_value_keeps_at_least_half_to_itself() {
        assert_eq!(id("Serial", "300184471"), "Serial …4471");
        assert_eq!(id("Serial", "abc"), "Serial …c");
        assert_eq!(id("Serial", "7"), "Serial …");
        assert_eq!(length("Artist", "Q"), "Artist (1 character)");
        assert_eq!(length("Artist", "Zoë"), "Artist (3 characters)");
    }

    #[test]
    fn contacts_are_told_from_dates_numbers_and_addresses_of_pages() {
        for text in [
            "jane@studio.example",
            "mail: j.d+x@a-b.co.uk.",
            "call +41 79 123 45 67 now",
            "Tel. (031) 555 12 12",
            "phone 5551212",
        ] {
            assert_eq!(contacts(text).len(), 1, "{text}");
            assert!(!without_contacts(text).contains(['@', '5', '7']), "{text}");
        }
        for text in [
            "2026-11-20T14:03:11+01:00",
            "@home",
            "a@b",
            "300184471",
            "© 2019-2026 Studio",
            "https://studio.example/1234567890",
            "f/2.8 1/250 s",
            "xmp.did:0123456789",
            "+1",
        ] {
            assert_eq!(contacts(text), [], "{text}");
        }
        assert_eq!(contacts(&"+1".repeat(1000)), []);
        assert_eq!(without_contacts("© Jane, jane@x.example, +41 79 123 45 67."), "© Jane, […], […].");
    }

    #[test]
    fn paths_and_the_users_in_them() {
        for path in
            [r"C:\Users\jane\Pictures\a.psd", "/home/jane/a.jpg", "file:///Users/jane/a", r"D:/Documents and Settings/j/x"]
        {
            assert!(names_user(path) && is_path(path), "{path}");
        }
        assert!(is_path(r"E:\work\a.psd") && !names_user(r"E:\work\a.psd"));
        assert!(!is_path("http://example.org/a") && !is_path("a.jpg") && !is_path("12:30"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn texts_of_anything(text in "[a-z@+.0-9 ()é:/\\\\-]{0,60}|.{0,40}") {
            let without = without_contacts(&text);
            prop_assert!(mails(&without).is_empty());
            is_path(&text);
        }
    }
}
