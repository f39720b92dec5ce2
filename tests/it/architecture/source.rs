//! Rust source as tokens, and what a file reaches for. Knows as much of the language as the rules need, and no more.

/// A word or a sign, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// An identifier or one sign; `::` is one token. Comments, strings and characters are left out.
    pub text: String,
    /// Line, from 1.
    pub line: usize,
}

/// The tokens of a source text.
pub fn tokens(source: &str) -> Vec<Token> {
    let bytes = source.as_bytes();
    let (mut found, mut at, mut line) = (Vec::new(), 0, 1);
    while at < bytes.len() {
        let end = token_end(bytes, at);
        let text = &source[at..end];
        let first = bytes[at];
        if is_word(first) && !is_string_start(bytes, at) {
            found.push(Token { text: text.trim_start_matches("r#").to_owned(), line });
        } else if !first.is_ascii_whitespace() && !skipped(bytes, at) {
            found.push(Token { text: text.to_owned(), line });
        }
        line += text.bytes().filter(|byte| *byte == b'\n').count();
        at = end;
    }
    found
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn skipped(bytes: &[u8], at: usize) -> bool {
    bytes[at..].starts_with(b"//") || bytes[at..].starts_with(b"/*") || matches!(bytes[at], b'"' | b'\'')
}

/// Whether a string literal with a prefix (`r"`, `br#"`, `b"`, `c"`) starts here.
fn is_string_start(bytes: &[u8], at: usize) -> bool {
    let prefix = bytes[at..].iter().take_while(|byte| matches!(byte, b'r' | b'b' | b'c')).count();
    if prefix == 0 || prefix > 2 {
        return false;
    }
    let hashes = bytes[at + prefix..].iter().take_while(|byte| **byte == b'#').count();
    bytes.get(at + prefix + hashes) == Some(&b'"') || (hashes == 0 && bytes[at] == b'b' && bytes.get(at + 1) == Some(&b'\''))
}

fn token_end(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..];
    let until = |needle: &[u8], from: usize| {
        rest[from..]
            .windows(needle.len())
            .position(|window| window == needle)
            .map_or(bytes.len(), |i| at + from + i + needle.len())
    };
    if rest.starts_with(b"//") {
        return rest.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |i| at + i);
    }
    if rest.starts_with(b"/*") {
        return block_comment_end(bytes, at);
    }
    if is_word(rest[0]) {
        if is_string_start(bytes, at) {
            let prefix = rest.iter().take_while(|byte| is_word(**byte)).count();
            let hashes = rest[prefix..].iter().take_while(|byte| **byte == b'#').count();
            if rest[prefix] == b'\'' {
                return quoted_end(bytes, at + prefix);
            }
            if rest[..prefix].contains(&b'r') {
                let close: Vec<u8> = std::iter::once(b'"').chain(std::iter::repeat_n(b'#', hashes)).collect();
                return until(&close, prefix + hashes + 1);
            }
            return quoted_end(bytes, at + prefix);
        }
        let raw = if rest.starts_with(b"r#") { 2 } else { 0 };
        return at + raw + rest[raw..].iter().take_while(|byte| is_word(**byte)).count();
    }
    match rest[0] {
        b'"' => quoted_end(bytes, at),
        b'\'' if is_lifetime(rest) => at + 1 + rest[1..].iter().take_while(|byte| is_word(**byte)).count(),
        b'\'' => quoted_end(bytes, at),
        b':' if rest.starts_with(b"::") => at + 2,
        _ => at + 1,
    }
}

/// `'a` and `'static` are lifetimes, `'a'` is a character.
fn is_lifetime(rest: &[u8]) -> bool {
    let word = rest[1..].iter().take_while(|byte| is_word(**byte)).count();
    word > 0 && rest[1] < 0x80 && rest.get(1 + word) != Some(&b'\'')
}

fn quoted_end(bytes: &[u8], at: usize) -> usize {
    let mut i = at + 1;
    while i < bytes.len() && bytes[i] != bytes[at] {
        i += if bytes[i] == b'\\' { 2 } else { 1 };
    }
    (i + 1).min(bytes.len())
}

fn block_comment_end(bytes: &[u8], at: usize) -> usize {
    let (mut depth, mut i) = (0usize, at);
    while i < bytes.len() {
        if bytes[i..].starts_with(b"/*") {
            depth += 1;
            i += 2;
        } else if bytes[i..].starts_with(b"*/") {
            depth -= 1;
            i += 2;
            if depth == 0 {
                return i;
            }
        } else {
            i += 1;
        }
    }
    bytes.len()
}

/// The tokens that ship: items under `#[cfg(test)]` are left out.
pub fn shipped(all: &[Token]) -> Vec<Token> {
    let marker = ["#", "[", "cfg", "(", "test", ")", "]"];
    let (mut kept, mut at) = (Vec::new(), 0);
    while at < all.len() {
        if all[at..].len() >= marker.len() && all[at..].iter().zip(marker).all(|(token, sign)| token.text == sign) {
            at = item_end(all, at + marker.len());
        } else {
            kept.push(all[at].clone());
            at += 1;
        }
    }
    kept
}

/// Where the item that starts at `at` ends: after its `;` or its closing brace.
fn item_end(all: &[Token], at: usize) -> usize {
    let mut depth = 0i32;
    for (i, token) in all.iter().enumerate().skip(at) {
        match token.text.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth -= 1,
            _ => {}
        }
        if depth == 0 && matches!(token.text.as_str(), ";" | "}") {
            return i + 1;
        }
    }
    all.len()
}

/// A path the code names, such as `crate::domain::Product`, spread out of its groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// Its words.
    pub words: Vec<String>,
    /// Line, from 1.
    pub line: usize,
}

impl Path {
    /// Whether it begins with these words.
    pub fn starts_with(&self, words: &[&str]) -> bool {
        self.words.len() >= words.len() && self.words.iter().zip(words).all(|(have, want)| have == want)
    }

    /// Whether these words stand in it, one after the other.
    pub fn contains(&self, words: &[&str]) -> bool {
        self.words.windows(words.len()).any(|window| window.iter().zip(words).all(|(have, want)| have == want))
    }
}

/// Every path in the tokens: those with `::`, and single words after `use`.
pub fn paths(all: &[Token]) -> Vec<Path> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < all.len() {
        let after_use = at > 0 && all[at - 1].text == "use";
        let starts = is_word(all[at].text.as_bytes()[0]) && (at == 0 || !matches!(all[at - 1].text.as_str(), "::" | "."));
        let leads_on = all.get(at + 1).is_some_and(|next| next.text == "::");
        if starts && (leads_on || after_use) {
            at = read_path(all, at, &[], &mut found);
        } else if after_use && all[at].text == "{" {
            at = read_group(all, at, &[], &mut found);
        } else {
            at += 1;
        }
    }
    found
}

/// Reads one path from `at`, with what stands before its group; returns where it ends.
fn read_path(all: &[Token], mut at: usize, before: &[String], found: &mut Vec<Path>) -> usize {
    let mut words = before.to_vec();
    let line = all[at].line;
    while let Some(token) = all.get(at) {
        if token.text == "{" && at > 0 && all[at - 1].text == "::" {
            return read_group(all, at, &words, found);
        }
        if !is_word(token.text.as_bytes()[0]) && token.text != "*" {
            break;
        }
        words.push(token.text.clone());
        at += 1;
        if all.get(at).is_none_or(|next| next.text != "::") {
            break;
        }
        at += 1;
    }
    found.push(Path { words, line });
    at
}

fn read_group(all: &[Token], open: usize, before: &[String], found: &mut Vec<Path>) -> usize {
    let mut at = open + 1;
    while let Some(token) = all.get(at) {
        match token.text.as_str() {
            "}" => return at + 1,
            "," => at += 1,
            "as" => at += 2,
            _ => {
                let next = read_path(all, at, before, found);
                at = next.max(at + 1);
            }
        }
    }
    at
}
