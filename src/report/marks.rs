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
    Some(MarkPath {
        id: attribute(symbol, "id")?,
        width: view_box.next()?,
        height: view_box.next()?,
        data: attribute(path, "d")?,
    })
}

fn attribute<'a>(element: &'a str, name: &str) -> Option<&'a str> {
    let start = element.find(&format!("{name}=\""))? + name.len() + 2;
    let length = element[start..].find('"')?;
    Some(&element[start..start + length])
}

/// A step of a mark's outline, in units of its view box.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step {
    /// Starts an outline.
    Move(f32, f32),
    /// A straight line.
    Line(f32, f32),
    /// Back to the start.
    Close,
}

/// The steps of path data; None for what is no step.
pub fn steps(data: &str) -> impl Iterator<Item = Option<Step>> {
    let starts = data.match_indices(['M', 'L', 'Z']).map(|(at, _)| at);
    let ends = data.match_indices(['M', 'L', 'Z']).map(|(at, _)| at).skip(1).chain(std::iter::once(data.len()));
    starts.zip(ends).map(|(start, end)| step(data.get(start..end)?))
}

fn step(text: &str) -> Option<Step> {
    let (command, rest) = text.split_at_checked(1)?;
    if command == "Z" {
        return rest.trim().is_empty().then_some(Step::Close);
    }
    let mut numbers = rest.split_ascii_whitespace().map(|number| number.parse::<f32>().ok().filter(|number| number.is_finite()));
    let (x, y) = (numbers.next()??, numbers.next()??);
    match (command, numbers.next()) {
        ("M", None) => Some(Step::Move(x, y)),
        ("L", None) => Some(Step::Line(x, y)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_can_be_drawn() {
        let plain = ["pass", "warn", "fail", "unknown", "na", "pass-s", "warn-s", "fail-s", "unknown-s", "na-s"];
        let others = ["frame-pass", "frame-warn", "frame-fail", "underline"];
        for name in plain.into_iter().chain(others) {
            let mark = find(&format!("mark-{name}")).unwrap();
            assert!(mark.width > 0.0 && mark.height > 0.0);
            let steps: Vec<Option<Step>> = steps(mark.data).collect();
            assert!(steps.len() > 20 && steps.iter().all(Option::is_some), "{name}");
            assert!(matches!(steps[0], Some(Step::Move(..))));
        }
        assert_eq!(find("mark-nothing"), None);
    }

    #[test]
    fn what_is_no_step_is_told() {
        assert!(steps("M1 2L3 4Z").all(|step| step.is_some()));
        assert!(steps("M1 2Lx 4").any(|step| step.is_none()));
        assert!(steps("M1 2L3 4 5").any(|step| step.is_none()));
    }
}
