//! Which samples stand at either end of the scale: 255 is burnt, 0 is lost.

use fearless_simd::{Level, dispatch};

/// Lowest and highest sample of a row, all channels together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowRange {
    /// Lowest.
    pub min: u8,
    /// Highest.
    pub max: u8,
}

/// Pixels with any or all of their channels at one end of the scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Clipped {
    /// Any channel at 255.
    pub burnt_any: u32,
    /// All channels at 255.
    pub burnt_all: u32,
    /// Any channel at 0.
    pub lost_any: u32,
    /// All channels at 0.
    pub lost_all: u32,
}

/// The range of one channel.
pub fn range(level: Level, row: &[u8]) -> RowRange {
    dispatch!(level, _ => range_plain(row))
}

#[inline(always)]
fn range_plain(row: &[u8]) -> RowRange {
    let (mut min, mut max) = (255, 0);
    for &sample in row {
        min = sample.min(min);
        max = sample.max(max);
    }
    RowRange { min, max }
}

/// Counts clipped pixels in three channels of equal length, at most 2³² pixels.
pub fn count(level: Level, channels: [&[u8]; 3]) -> Clipped {
    dispatch!(level, _ => count_plain(channels))
}

/// Pixels whose flags are summed in bytes before they are widened: one byte lane never overflows.
const PIECE: usize = 64;

#[inline(always)]
fn count_plain([red, green, blue]: [&[u8]; 3]) -> Clipped {
    let mut clipped = Clipped::default();
    let (reds, red_rest) = red.as_chunks::<PIECE>();
    let (greens, green_rest) = green.as_chunks::<PIECE>();
    let (blues, blue_rest) = blue.as_chunks::<PIECE>();
    for ((red, green), blue) in reds.iter().zip(greens).zip(blues) {
        count_piece(&mut clipped, red, green, blue);
    }
    count_piece(&mut clipped, red_rest, green_rest, blue_rest);
    clipped
}

/// At most [`PIECE`] pixels.
#[inline(always)]
fn count_piece(clipped: &mut Clipped, red: &[u8], green: &[u8], blue: &[u8]) {
    let (mut burnt_any, mut burnt_all, mut lost_any, mut lost_all) = (0u8, 0u8, 0u8, 0u8);
    for ((&red, &green), &blue) in red.iter().zip(green).zip(blue) {
        let (max, min) = (red.max(green).max(blue), red.min(green).min(blue));
        burnt_any += u8::from(max == 255);
        burnt_all += u8::from(min == 255);
        lost_any += u8::from(min == 0);
        lost_all += u8::from(max == 0);
    }
    clipped.burnt_any += u32::from(burnt_any);
    clipped.burnt_all += u32::from(burnt_all);
    clipped.lost_any += u32::from(lost_any);
    clipped.lost_all += u32::from(lost_all);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::measure::kernels::levels;

    fn count_scalar(pixels: &[[u8; 3]]) -> Clipped {
        let count = |test: &dyn Fn(&[u8; 3]) -> bool| pixels.iter().filter(|pixel| test(pixel)).count() as u32;
        Clipped {
            burnt_any: count(&|pixel| pixel.contains(&255)),
            burnt_all: count(&|pixel| pixel == &[255; 3]),
            lost_any: count(&|pixel| pixel.contains(&0)),
            lost_all: count(&|pixel| pixel == &[0; 3]),
        }
    }

    fn sample() -> impl Strategy<Value = u8> {
        prop_oneof![Just(0u8), Just(255u8), any::<u8>()]
    }

    proptest! {
        #[test]
        fn equals_plain_counts(pixels in prop::collection::vec([sample(), sample(), sample()], 0..300)) {
            let channel = |index: usize| pixels.iter().map(|pixel| pixel[index]).collect::<Vec<u8>>();
            let (red, green, blue) = (channel(0), channel(1), channel(2));
            for level in levels::all() {
                prop_assert_eq!(count(level, [&red, &green, &blue]), count_scalar(&pixels));
                let expected = RowRange { min: red.iter().copied().min().unwrap_or(255), max: red.iter().copied().max().unwrap_or(0) };
                prop_assert_eq!(range(level, &red), expected);
            }
        }
    }
}
