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
    /// Any channel at [`NEAR_HIGH`] or above.
    pub near_high: T,
    /// Any channel at [`NEAR_LOW`] or below.
    pub near_low: T,
    /// Channels more than [`GREY_SPREAD`] apart.
    pub colored: T,
}

/// Nearly burnt, a level.
pub const NEAR_HIGH: u8 = 250;
/// Nearly lost, a level.
pub const NEAR_LOW: u8 = 5;
/// Channels this far apart are grey still, levels.
pub const GREY_SPREAD: u8 = 2;

/// For each column the pixels that were clipped.
pub type ColumnCounts = Clipped<Vec<u8>>;

impl ColumnCounts {
    /// For rows of `width` pixels.
    pub fn new(width: usize) -> Self {
        let counts = vec![0; width];
        Self {
            burnt_any: counts.clone(),
            burnt_all: counts.clone(),
            lost_any: counts.clone(),
            lost_all: counts.clone(),
            near_high: counts.clone(),
            near_low: counts.clone(),
            colored: counts,
        }
    }
}

/// Adds a row of three channels. Call at most [`ROWS_MAX`] times before the counts are taken and cleared.
pub fn add_row(level: Level, counts: &mut ColumnCounts, channels: [&[u8]; 3]) {
    dispatch!(level, _ => add_row_plain(counts, channels));
}

#[inline(always)]
fn add_row_plain(counts: &mut ColumnCounts, channels: [&[u8]; 3]) {
    const PIECE: usize = 128;
    let width = channels[0].len();
    let whole = width - width % PIECE;
    for start in (0..whole).step_by(PIECE) {
        // a length the compiler knows, so that it makes one loop without a rest of each piece
        add_piece(counts, channels, start..start + PIECE);
    }
    add_piece(counts, channels, whole..width);
}

#[inline(always)]
fn add_piece(counts: &mut ColumnCounts, [red, green, blue]: [&[u8]; 3], columns: std::ops::Range<usize>) {
    let channels = [&red[columns.clone()], &green[columns.clone()], &blue[columns.clone()]];
    let (highest, lowest) = colored(&mut counts.colored[columns.clone()], channels);
    if highest >= NEAR_HIGH {
        count(&mut counts.burnt_any[columns.clone()], channels, |max, _| max == 255);
        count(&mut counts.burnt_all[columns.clone()], channels, |_, min| min == 255);
        count(&mut counts.near_high[columns.clone()], channels, |max, _| max >= NEAR_HIGH);
    }
    if lowest <= NEAR_LOW {
        count(&mut counts.lost_any[columns.clone()], channels, |_, min| min == 0);
        count(&mut counts.lost_all[columns.clone()], channels, |max, _| max == 0);
        count(&mut counts.near_low[columns], channels, |_, min| min <= NEAR_LOW);
    }
}

/// Counts color, and gives the highest and the lowest level of a piece: most pieces of most pictures have nothing to count at the
/// ends of the scale.
#[inline(always)]
fn colored(counts: &mut [u8], [red, green, blue]: [&[u8]; 3]) -> (u8, u8) {
    let (mut highest, mut lowest) = (0, 255);
    for (((count, &red), &green), &blue) in counts.iter_mut().zip(red).zip(green).zip(blue) {
        let (max, min) = (red.max(green).max(blue), red.min(green).min(blue));
        highest = max.max(highest);
        lowest = min.min(lowest);
        *count += u8::from(max - min > GREY_SPREAD);
    }
    (highest, lowest)
}

/// One of these counts a loop: with all in one the compiler gives up on vectors.
#[inline(always)]
fn count(counts: &mut [u8], [red, green, blue]: [&[u8]; 3], test: impl Fn(u8, u8) -> bool) {
    for (((count, &red), &green), &blue) in counts.iter_mut().zip(red).zip(green).zip(blue) {
        *count += u8::from(test(red.max(green).max(blue), red.min(green).min(blue)));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::measure::kernels::levels;

    fn sample() -> impl Strategy<Value = u8> {
        prop_oneof![Just(0u8), Just(255u8), Just(5u8), Just(6u8), Just(249u8), Just(250u8), 100u8..104, any::<u8>()]
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
                    let (max, min) = (pixel.iter().max().unwrap(), pixel.iter().min().unwrap());
                    prop_assert_eq!(counts.near_high[x], expected(*max >= 250));
                    prop_assert_eq!(counts.near_low[x], expected(*min <= 5));
                    prop_assert_eq!(counts.colored[x], expected(max - min > 2));
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
