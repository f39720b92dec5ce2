//! Which samples stand at either end of the scale: 255 is burnt, 0 is lost. Counted column by column.

use fearless_simd::{Level, dispatch};

/// Most rows that can be added before a count could overflow.
pub const ROWS_MAX: usize = u8::MAX as usize;

/// Counts of a column, or of a picture.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Clipped<T> {
    /// Any channel at 255.
    pub burnt_any: T,
    /// All channels at 255.
    pub burnt_all: T,
    /// Any channel at 0.
    pub lost_any: T,
    /// All channels at 0.
    pub lost_all: T,
}

/// For each column the pixels that were clipped.
pub type ColumnCounts = Clipped<Vec<u8>>;

impl ColumnCounts {
    /// For rows of `width` pixels.
    pub fn new(width: usize) -> Self {
        let counts = vec![0; width];
        Self { burnt_any: counts.clone(), burnt_all: counts.clone(), lost_any: counts.clone(), lost_all: counts }
    }
}

/// Adds a row of three channels. Call at most [`ROWS_MAX`] times before the counts are taken and cleared.
pub fn add_row(level: Level, counts: &mut ColumnCounts, channels: [&[u8]; 3]) {
    dispatch!(level, _ => add_row_plain(counts, channels));
}

#[inline(always)]
fn add_row_plain(counts: &mut ColumnCounts, [red, green, blue]: [&[u8]; 3]) {
    let burnt = counts.burnt_any.iter_mut().zip(&mut counts.burnt_all);
    let lost = counts.lost_any.iter_mut().zip(&mut counts.lost_all);
    for ((((&red, &green), &blue), burnt), lost) in red.iter().zip(green).zip(blue).zip(burnt).zip(lost) {
        let (max, min) = (red.max(green).max(blue), red.min(green).min(blue));
        *burnt.0 += u8::from(max == 255);
        *burnt.1 += u8::from(min == 255);
        *lost.0 += u8::from(min == 0);
        *lost.1 += u8::from(max == 0);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::measure::kernels::levels;

    fn sample() -> impl Strategy<Value = u8> {
        prop_oneof![Just(0u8), Just(255u8), any::<u8>()]
    }

    proptest! {
        #[test]
        fn equals_plain_counts(pixels in prop::collection::vec([sample(), sample(), sample()], 0..300), rows in 1usize..4) {
            let channel = |index: usize| pixels.iter().map(|pixel| pixel[index]).collect::<Vec<u8>>();
            let (red, green, blue) = (channel(0), channel(1), channel(2));
            for level in levels::all() {
                let mut counts = ColumnCounts::new(pixels.len());
                for _ in 0..rows {
                    add_row(level, &mut counts, [&red, &green, &blue]);
                }
                for (x, pixel) in pixels.iter().enumerate() {
                    let expected = |test: bool| if test { rows as u8 } else { 0 };
                    prop_assert_eq!(counts.burnt_any[x], expected(pixel.contains(&255)));
                    prop_assert_eq!(counts.burnt_all[x], expected(pixel == &[255; 3]));
                    prop_assert_eq!(counts.lost_any[x], expected(pixel.contains(&0)));
                    prop_assert_eq!(counts.lost_all[x], expected(pixel == &[0; 3]));
                }
            }
        }
    }

    #[test]
    fn the_named_number_of_rows_fits() {
        let mut counts = ColumnCounts::new(70);
        for _ in 0..ROWS_MAX {
            add_row(Level::new(), &mut counts, [&[255; 70]; 3]);
        }
        assert_eq!((counts.burnt_all[69], counts.lost_any[69]), (255, 0));
    }
}
