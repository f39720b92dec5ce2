//! The drawn marks: filled outlines (non-zero rule) read from one SVG, so that page and PDF draw the same path.

/// The SVG sprite: symbols `mark-pass`, `mark-warn`, `mark-fail`, `mark-unknown`, `mark-na`, each also with `-s` for below 20 px,
/// `mark-frame-pass|fail|warn` over a 3:2 frame, and `mark-underline`.
pub const SPRITE: &str = include_str!("assets/marks.svg");

/// One mark of [`SPRITE`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MarkPath<'a> {
    /// The symbol's id, such as `mark-pass-s`.
    pub id: &'a str,
    /// Width of its view box; the box starts at 0 0.
    pub width: f32,
    /// Height of its view box.
    pub height: f32,
    /// SVG path data: absolute `M`, `L` and `Z` only.
    pub data: &'a str,
}

/// Finds a mark by the id of its symbol.
pub fn find(id: &str) -> Option<MarkPath<'static>> {
    let symbol = SPRITE.split("<symbol ").skip(1).find(|symbol| attribute(symbol, "id") == Some(id))?;
    let mut view_box = attribute(symbol, "viewBox")?.split_ascii_whitespace().skip(2).filter_map(|number| number.parse().ok());
    let path = &symbol[symbol.find("<path ")?..];
    Some(MarkPath { id: attribute(symbol, "id")?, width: view_box.next()?, height: view_box.next()?, data: attribute(path, "d")? })
}

fn attribute<'a>(element: &'a str, name: &str) -> Option<&'a str> {
    let start = element.find(&format!("{name}=\""))? + name.len() + 2;
    let length = element[start..].find('"')?;
    Some(&element[start..start + length])
}
