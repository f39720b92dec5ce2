//! The display list: what stands where on a page, in points from the top left corner. Knows no PDF.

use std::rc::Rc;

use crate::domain::Paper;
use crate::report::fonts::Shaped;

use super::tokens::Ink;

/// A rectangle, in points from the top left corner of the page.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Frame {
    /// Left edge.
    pub x: f32,
    /// Top edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

impl Frame {
    /// From its left top corner and size.
    pub const fn new(x: f32, y: f32, width: f32, height: f32) -> Self {
        Self { x, y, width, height }
    }

    /// Right edge.
    pub fn right(self) -> f32 {
        self.x + self.width
    }

    /// Bottom edge.
    pub fn bottom(self) -> f32 {
        self.y + self.height
    }

    /// The largest frame of this shape that lies whole within it, centered.
    pub fn fit(self, width: f32, height: f32) -> Self {
        let scale = (self.width / width.max(1e-3)).min(self.height / height.max(1e-3));
        let (w, h) = ((width * scale).max(0.5), (height * scale).max(0.5));
        Self::new(self.x + (self.width - w) / 2.0, self.y + (self.height - h) / 2.0, w, h)
    }
}

/// What an item is to a reader who does not see it; the tag tree is made from these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Decoration, rules, repeated heads and feet.
    Artifact,
    /// Page heading.
    Heading1,
    /// Heading of a part of a page.
    Heading2,
    /// Running text.
    Paragraph,
    /// A picture or chart, told by its words.
    Figure,
    /// A table.
    Table,
    /// A row of a table.
    Row,
    /// A cell that names a row or column.
    HeaderCell,
    /// A cell.
    Cell,
    /// Text that leads somewhere.
    Link,
}

impl Role {
    /// The word in layout snapshots.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Artifact => "artifact",
            Self::Heading1 => "h1",
            Self::Heading2 => "h2",
            Self::Paragraph => "p",
            Self::Figure => "figure",
            Self::Table => "table",
            Self::Row => "row",
            Self::HeaderCell => "th",
            Self::Cell => "td",
            Self::Link => "link",
        }
    }

    /// The standard structure type (ISO 32000-1, 14.8.4).
    pub const fn structure_type(self) -> &'static str {
        match self {
            Self::Artifact => "NonStruct",
            Self::Heading1 => "H1",
            Self::Heading2 => "H2",
            Self::Paragraph => "P",
            Self::Figure => "Figure",
            Self::Table => "Table",
            Self::Row => "TR",
            Self::HeaderCell => "TH",
            Self::Cell => "TD",
            Self::Link => "Link",
        }
    }
}

/// A node of the page's tag tree. Node 0 is the artifact node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// What it is.
    pub role: Role,
    /// The node it stands in; None: the page.
    pub parent: Option<usize>,
    /// What a figure shows, in words from the numbers.
    pub alt: Option<String>,
}

/// Which encoded picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PictureKind {
    /// Long edge at most 768 px.
    Preview,
    /// Long edge at most 360 px.
    Thumbnail,
}

/// How a line is broken up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Dash {
    /// Unbroken.
    Solid,
    /// Dashes and gaps of these lengths, in points.
    Dashed(f32, f32),
    /// Round dots this far apart, in points.
    Dotted(f32),
}

/// How what lies under a frame is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wash {
    /// Colors are taken out.
    Gray,
    /// A paper-colored veil over it.
    Veil,
}

/// One thing that is drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A shaped line of text on its baseline.
    Text {
        /// Start of the line.
        x: f32,
        /// Baseline.
        y: f32,
        /// Size in points.
        size: f32,
        /// Space added after each glyph, in em.
        tracking: f32,
        /// Color.
        ink: Ink,
        /// Glyphs.
        line: Rc<Shaped>,
    },
    /// A filled rectangle.
    Fill {
        /// Where.
        frame: Frame,
        /// Color.
        ink: Ink,
    },
    /// A line through points.
    Stroke {
        /// Through these.
        points: Vec<(f32, f32)>,
        /// Width in points.
        width: f32,
        /// Color.
        ink: Ink,
        /// Broken up how.
        dash: Dash,
    },
    /// A line one sees through.
    Trace {
        /// Through these.
        points: Vec<(f32, f32)>,
        /// Width in points.
        width: f32,
        /// Color.
        ink: Ink,
    },
    /// A filled polygon.
    Area {
        /// Its corners.
        points: Vec<(f32, f32)>,
        /// Color.
        ink: Ink,
    },
    /// An encoded picture of a photo.
    Picture {
        /// Where.
        frame: Frame,
        /// The photo's number.
        photo: u16,
        /// Which picture.
        kind: PictureKind,
    },
    /// The agency's logo.
    Logo {
        /// Where.
        frame: Frame,
    },
    /// A grid of colored cells, drawn hard-edged; `opacity` in 0..=1.
    Tiles {
        /// Where.
        frame: Frame,
        /// Cells across.
        columns: u16,
        /// Row by row.
        cells: Vec<Ink>,
        /// How much it covers what lies under it.
        opacity: f32,
    },
    /// A grid of cells that are inked or not.
    Bits {
        /// Where.
        frame: Frame,
        /// Cells across and down.
        side: u16,
        /// Row by row.
        cells: Vec<bool>,
        /// Color of the inked ones.
        ink: Ink,
    },
    /// A drawn mark, stretched into its frame; `halo` puts paper around it.
    Mark {
        /// Where its view box goes.
        frame: Frame,
        /// Symbol.
        id: &'static str,
        /// Color.
        ink: Ink,
        /// Whether it lies over a picture.
        halo: bool,
    },
    /// Changes what lies under it.
    Wash {
        /// Where.
        frame: Frame,
        /// How.
        wash: Wash,
    },
    /// What follows is drawn within these frames only, until [`Item::EndClip`].
    Clip(Vec<Frame>),
    /// Ends the latest clip.
    EndClip,
    /// A place that leads to a page.
    Link {
        /// Where.
        frame: Frame,
        /// Page, from 1.
        page: usize,
        /// Where it leads, in words.
        words: String,
    },
}

/// One page as it is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct PageLayout {
    /// What it is printed on.
    pub paper: Paper,
    /// Items in drawing order, each with its node in `tags`.
    pub items: Vec<(usize, Item)>,
    /// The tag tree.
    pub tags: Vec<Tag>,
}

impl PageLayout {
    /// A page with nothing on it.
    pub fn empty(paper: Paper) -> Self {
        Self { paper, items: Vec::new(), tags: vec![Tag { role: Role::Artifact, parent: None, alt: None }] }
    }
}
