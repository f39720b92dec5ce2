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

/// Counts clipped pixels in three channels of equal length, and writes 1 for each pixel burnt or lost in any channel, else 0.
pub fn flags(level: Level, channels: [&[u8]; 3], burnt: &mut [u8], lost: &mut [u8]) -> Clipped {
    dispatch!(level, _ => flags_plain(channels, burnt, lost))
}

/// Pixels whose flags are summed in bytes before they are widened: one byte lane never overflows.
const PIECE: usize = 64;

#[inline(always)]
fn flags_plain([red, green, blue]: [&[u8]; 3], burnt: &mut [u8], lost: &mut [u8]) -> Clipped {
    let mut clipped = Clipped::default();
    let (reds, red_rest) = red.as_chunks::<PIECE>();
    let (greens, green_rest) = green.as_chunks::<PIECE>();
    let (blues, blue_rest) = blue.as_chunks::<PIECE>();
    let (burnts, burnt_rest) = burnt.as_chunks_mut::<PIECE>();
    let (losts, lost_rest) = lost.as_chunks_mut::<PIECE>();
    for ((((red, green), blue), burnt), lost) in reds.iter().zip(greens).zip(blues).zip(burnts).zip(losts) {
        flags_piece(&mut clipped, [red, green, blue], burnt, lost);
    }
    flags_piece(&mut clipped, [red_rest, green_rest, blue_rest], burnt_rest, lost_rest);
    clipped
}

/// At most [`PIECE`] pixels.
#[inline(always)]
fn flags_piece(clipped: &mut Clipped, [red, green, blue]: [&[u8]; 3], burnt: &mut [u8], lost: &mut [u8]) {
    let (mut burnt_any, mut burnt_all, mut lost_any, mut lost_all) = (0u8, 0u8, 0u8, 0u8);
    for ((((&red, &green), &blue), burnt), lost) in red.iter().zip(green).zip(blue).zip(burnt).zip(lost) {
        let (max, min) = (red.max(green).max(blue), red.min(green).min(blue));
        *burnt = u8::from(max == 255);
        *lost = u8::from(min == 0);
        burnt_any += *burnt;
        burnt_all += u8::from(min == 255);
        lost_any += *lost;
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
                let (mut burnt, mut lost) = (vec![7; pixels.len()], vec![7; pixels.len()]);
                prop_assert_eq!(flags(level, [&red, &green, &blue], &mut burnt, &mut lost), count_scalar(&pixels));
                for ((pixel, burnt), lost) in pixels.iter().zip(burnt).zip(lost) {
                    prop_assert_eq!(burnt, u8::from(pixel.contains(&255)));
                    prop_assert_eq!(lost, u8::from(pixel.contains(&0)));
                }
                let expected = RowRange { min: red.iter().copied().min().unwrap_or(255), max: red.iter().copied().max().unwrap_or(0) };
                prop_assert_eq!(range(level, &red), expected);
            }
        }
    }
}
