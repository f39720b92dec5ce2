//! Shaped lines that may recur: words of tables, heads and feet stand on every page, and each page is placed more than once.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::{Face, Figures, Shaped};

/// Most shaped lines kept at a time; the first ones stay.
pub const LINES_MAX: usize = 4096;

/// Shaped lines by face, digits and text.
#[derive(Debug, Default)]
pub struct Lines {
    by_face: BTreeMap<(Face, Figures), BTreeSet<ByText>>,
    count: usize,
}

impl Lines {
    /// The line of this text, if it is kept.
    pub fn get(&self, face: Face, figures: Figures, text: &str) -> Option<Rc<Shaped>> {
        self.by_face.get(&(face, figures))?.get(text).map(|ByText(line)| Rc::clone(line))
    }

    /// Keeps a line where there is room.
    pub fn keep(&mut self, face: Face, figures: Figures, line: &Rc<Shaped>) {
        if self.count < LINES_MAX && self.by_face.entry((face, figures)).or_default().insert(ByText(Rc::clone(line))) {
            self.count += 1;
        }
    }
}

/// A line that is found by its text.
#[derive(Debug)]
struct ByText(Rc<Shaped>);

impl Borrow<str> for ByText {
    fn borrow(&self) -> &str {
        &self.0.text
    }
}

impl Ord for ByText {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.text.cmp(&other.0.text)
    }
}

impl PartialOrd for ByText {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for ByText {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for ByText {}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Rc<Shaped> {
        Rc::new(Shaped { text: text.to_owned(), pieces: Vec::new(), width: 0.0, count: 0 })
    }

    #[test]
    fn a_line_is_found_by_face_digits_and_text_while_there_is_room() {
        let mut lines = Lines::default();
        for number in 0..LINES_MAX {
            lines.keep(Face::Regular, Figures::Text, &line(&number.to_string()));
        }
        let last = (LINES_MAX - 1).to_string();
        assert_eq!(lines.get(Face::Regular, Figures::Text, &last).unwrap().text, last);
        assert!(lines.get(Face::Regular, Figures::Tabular, &last).is_none());
        assert!(lines.get(Face::Mono, Figures::Text, &last).is_none());
        let one_more = LINES_MAX.to_string();
        lines.keep(Face::Regular, Figures::Text, &line(&one_more));
        assert!(lines.get(Face::Regular, Figures::Text, &one_more).is_none());
    }
}
