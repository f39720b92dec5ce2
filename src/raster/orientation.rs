//! EXIF orientation (CIPA DC-008, tag 0x0112): how stored rows become the picture people see.

/// One of the eight orientations. Measurements run on stored rows; maps and the preview are turned at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Orientation {
    /// 1: as stored.
    #[default]
    Upright,
    /// 2: mirrored left to right.
    MirroredHorizontally,
    /// 3: turned by 180°.
    Rotated180,
    /// 4: mirrored top to bottom.
    MirroredVertically,
    /// 5: mirrored along the main diagonal.
    Transposed,
    /// 6: turn by 90° clockwise to see it upright.
    Rotated90,
    /// 7: mirrored along the other diagonal.
    Transversed,
    /// 8: turn by 270° clockwise to see it upright.
    Rotated270,
}

impl Orientation {
    /// All, in EXIF order.
    pub const ALL: [Self; 8] = [
        Self::Upright,
        Self::MirroredHorizontally,
        Self::Rotated180,
        Self::MirroredVertically,
        Self::Transposed,
        Self::Rotated90,
        Self::Transversed,
        Self::Rotated270,
    ];

    /// From the EXIF value; None outside 1..=8.
    pub fn from_exif(value: u16) -> Option<Self> {
        Self::ALL.get(usize::from(value).checked_sub(1)?).copied()
    }

    /// The EXIF value, 1..=8.
    pub fn exif(self) -> u16 {
        self as u16 + 1
    }

    /// Whether width and height change places.
    pub fn swaps_axes(self) -> bool {
        matches!(self, Self::Transposed | Self::Rotated90 | Self::Transversed | Self::Rotated270)
    }

    /// Size as seen, from size as stored.
    pub fn seen_size(self, stored: (u32, u32)) -> (u32, u32) {
        if self.swaps_axes() { (stored.1, stored.0) } else { stored }
    }

    /// Where the pixel seen at (x, y) is stored, for a picture stored with `stored` columns and rows.
    pub fn stored_position(self, (x, y): (u32, u32), stored: (u32, u32)) -> (u32, u32) {
        let (right, bottom) = (stored.0.saturating_sub(1), stored.1.saturating_sub(1));
        match self {
            Self::Upright => (x, y),
            Self::MirroredHorizontally => (right - x, y),
            Self::Rotated180 => (right - x, bottom - y),
            Self::MirroredVertically => (x, bottom - y),
            Self::Transposed => (y, x),
            Self::Rotated90 => (y, bottom - x),
            Self::Transversed => (right - y, bottom - x),
            Self::Rotated270 => (right - y, x),
        }
    }

    /// A row-major grid as seen, from the grid as stored (`stored` = columns, rows; `cell` items a cell).
    pub fn turn<T: Copy>(self, grid: &[T], stored: (u32, u32), cell: usize) -> Vec<T> {
        let seen = self.seen_size(stored);
        let mut out = Vec::with_capacity(grid.len());
        for y in 0..seen.1 {
            for x in 0..seen.0 {
                let (sx, sy) = self.stored_position((x, y), stored);
                let at = (sy as usize * stored.0 as usize + sx as usize) * cell;
                out.extend_from_slice(&grid[at..at + cell]);
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_an_asymmetric_target() {
        // stored 3 x 2:  a b c / d e f
        let grid = [b'a', b'b', b'c', b'd', b'e', b'f'];
        let seen: Vec<String> = Orientation::ALL.iter().map(|o| String::from_utf8(o.turn(&grid, (3, 2), 1)).unwrap()).collect();
        assert_eq!(seen, ["abcdef", "cbafed", "fedcba", "defabc", "adbecf", "daebfc", "fcebda", "cfbead"]);
    }

    #[test]
    fn exif_values_come_back() {
        for value in 1..=8 {
            assert_eq!(Orientation::from_exif(value).unwrap().exif(), value);
        }
        assert_eq!(Orientation::from_exif(0), None);
        assert_eq!(Orientation::from_exif(9), None);
    }
}
