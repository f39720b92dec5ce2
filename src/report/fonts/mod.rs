//! The three faces of the report: text -> shaped lines (harfrust), and the glyphs used -> small embedded faces (subsetter).
//!
//! A character no face has is never dropped: it stays in the line as [`PieceKind::Missing`] and is drawn as a box with its code point.

mod lines;
pub mod shaping;
pub mod subset;

pub use shaping::{Fonts, Glyph, Piece, PieceKind, Shaped};

/// A face of the report, vendored in `fonts/` under the SIL Open Font License.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Face {
    /// Inter 400.
    Regular,
    /// Inter 600.
    SemiBold,
    /// JetBrains Mono 400.
    Mono,
}

/// How digits are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Figures {
    /// As in running text.
    Text,
    /// All equally wide, for columns.
    Tabular,
}

impl Face {
    /// All.
    pub const ALL: [Self; 3] = [Self::Regular, Self::SemiBold, Self::Mono];

    /// PostScript name, as embedded.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Regular => "Inter-Regular",
            Self::SemiBold => "Inter-SemiBold",
            Self::Mono => "JetBrainsMono-Regular",
        }
    }

    /// The name in layout snapshots.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Regular => "inter",
            Self::SemiBold => "inter600",
            Self::Mono => "mono",
        }
    }

    /// The face that is asked when this one lacks a character.
    const fn fallback(self) -> Self {
        match self {
            Self::Regular | Self::SemiBold => Self::Mono,
            Self::Mono => Self::Regular,
        }
    }

    const fn bytes(self) -> &'static [u8] {
        match self {
            Self::Regular => include_bytes!("../../../fonts/Inter-Regular.ttf"),
            Self::SemiBold => include_bytes!("../../../fonts/Inter-SemiBold.ttf"),
            Self::Mono => include_bytes!("../../../fonts/JetBrainsMono-Regular.ttf"),
        }
    }
}
