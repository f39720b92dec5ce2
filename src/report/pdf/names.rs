//! Our own names of what pages draw on, the same each time the pages are gone through. No counter of the process.

use std::collections::BTreeSet;

use printpdf::{ExtendedGraphicsStateId, XObjectId};

use crate::report::layout::display::{PictureKind, Wash};

/// The agency's logo.
pub const LOGO: &str = "ImLogo";

/// A photo's encoded picture.
pub fn picture(photo: u16, kind: PictureKind) -> String {
    let letter = match kind {
        PictureKind::Preview => 'P',
        PictureKind::Thumbnail => 'T',
    };
    format!("Im{photo}{letter}")
}

/// A grid of cells by its number in the report, from 1.
pub fn grid(number: usize) -> String {
    format!("Gr{number}")
}

/// A drawn mark, or the halo around it.
pub fn mark(id: &str, halo: bool) -> String {
    format!("Mk-{id}{}", if halo { "-halo" } else { "" })
}

/// A graphics state of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Takes the colors out of what lies below.
    Gray,
    /// A veil.
    Veil,
    /// The halo of a mark.
    Halo,
    /// A grid over a picture.
    Grid,
    /// A line one sees through.
    Trace,
}

impl State {
    /// What a wash is drawn with.
    pub const fn of(wash: Wash) -> Self {
        match wash {
            Wash::Gray => Self::Gray,
            Wash::Veil => Self::Veil,
        }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gray => "GGray",
            Self::Veil => "GVeil",
            Self::Halo => "GHalo",
            Self::Grid => "GGrid",
            Self::Trace => "GTrace",
        }
    }
}

/// Names of what is in the file; None for all others, since a page that draws them would show nothing there.
#[derive(Debug)]
pub struct Names {
    known: BTreeSet<String>,
    grids: usize,
}

impl Names {
    /// Of these, and no grid passed yet.
    pub const fn new(known: BTreeSet<String>) -> Self {
        Self { known, grids: 0 }
    }

    /// An object by its name.
    pub fn object(&self, name: String) -> Option<XObjectId> {
        self.known.contains(&name).then_some(XObjectId(name))
    }

    /// The next grid: they follow each other over all pages.
    pub fn next_grid(&mut self) -> Option<XObjectId> {
        self.grids += 1;
        self.object(grid(self.grids))
    }

    /// A graphics state.
    pub fn state(&self, state: State) -> Option<ExtendedGraphicsStateId> {
        let name = state.name();
        self.known.contains(name).then(|| ExtendedGraphicsStateId(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_in_the_file_has_no_name() {
        let mut names = Names::new([picture(3, PictureKind::Preview), grid(1), State::Veil.name().to_owned()].into());
        assert_eq!(names.object(picture(3, PictureKind::Preview)), Some(XObjectId("Im3P".into())));
        assert_eq!(names.object(picture(3, PictureKind::Thumbnail)), None);
        assert_eq!(names.next_grid(), Some(XObjectId("Gr1".into())));
        assert_eq!(names.next_grid(), None);
        assert!(names.state(State::Veil).is_some() && names.state(State::Gray).is_none());
    }
}
