//! Sums of the two opponent signals of Hasler and Süsstrunk, in integers.

use fearless_simd::{Level, dispatch};

/// Sums over pixels of `rg = R - G` and `yb = R + G - 2 B` (twice the published signal, to stay in integers).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ColorMoments {
    /// Pixels.
    pub count: u64,
    /// Σ rg.
    pub rg: i64,
    /// Σ rg².
    pub rg_squared: i64,
    /// Σ yb.
    pub yb: i64,
    /// Σ yb².
    pub yb_squared: i64,
}

/// Pixels summed in 32 bits: 512 · 510² is far below 2³¹. Long, because adding up the lanes of a vector costs as much as a few of them.
const PIECE: usize = 512;

/// Adds three channels of equal length.
pub fn add(level: Level, moments: &mut ColorMoments, channels: [&[u8]; 3]) {
    dispatch!(level, _ => add_plain(moments, channels));
}

#[inline(always)]
fn add_plain(moments: &mut ColorMoments, [red, green, blue]: [&[u8]; 3]) {
    let (reds, red_rest) = red.as_chunks::<PIECE>();
    let (greens, green_rest) = green.as_chunks::<PIECE>();
    let (blues, blue_rest) = blue.as_chunks::<PIECE>();
    for ((red, green), blue) in reds.iter().zip(greens).zip(blues) {
        add_piece(moments, red, green, blue);
    }
    add_piece(moments, red_rest, green_rest, blue_rest);
    moments.count += red.len() as u64;
}

#[inline(always)]
fn add_piece(moments: &mut ColorMoments, red: &[u8], green: &[u8], blue: &[u8]) {
    let (mut rg_sum, mut rg_squared, mut yb_sum, mut yb_squared) = (0i32, 0i32, 0i32, 0i32);
    for ((&red, &green), &blue) in red.iter().zip(green).zip(blue) {
        let (red, green, blue) = (i16::from(red), i16::from(green), i16::from(blue));
        let (rg, yb) = (red - green, red + green - 2 * blue);
        rg_sum += i32::from(rg);
        rg_squared += i32::from(rg) * i32::from(rg);
        yb_sum += i32::from(yb);
        yb_squared += i32::from(yb) * i32::from(yb);
    }
    moments.rg += i64::from(rg_sum);
    moments.rg_squared += i64::from(rg_squared);
    moments.yb += i64::from(yb_sum);
    moments.yb_squared += i64::from(yb_squared);
}

/// Adds interleaved R'G'B' pixels: for the few rows that come back from a profile.
pub fn add_interleaved(moments: &mut ColorMoments, pixels: &[u8]) {
    let (pixels, _) = pixels.as_chunks::<3>();
    for &[red, green, blue] in pixels {
        let (red, green, blue) = (i64::from(red), i64::from(green), i64::from(blue));
        let (rg, yb) = (red - green, red + green - 2 * blue);
        moments.rg += rg;
        moments.rg_squared += rg * rg;
        moments.yb += yb;
        moments.yb_squared += yb * yb;
    }
    moments.count += pixels.len() as u64;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::measure::kernels::levels;

    proptest! {
        #[test]
        fn planar_equals_interleaved(pixels in prop::collection::vec(any::<[u8; 3]>(), 0..1300)) {
            let channel = |index: usize| pixels.iter().map(|pixel| pixel[index]).collect::<Vec<u8>>();
            let mut expected = ColorMoments::default();
            add_interleaved(&mut expected, pixels.as_flattened());
            for level in levels::all() {
                let mut moments = ColorMoments::default();
                add(level, &mut moments, [&channel(0), &channel(1), &channel(2)]);
                prop_assert_eq!(moments, expected);
            }
        }
    }

    #[test]
    fn the_worst_piece_fits_in_32_bits() {
        let (blue, black) = (vec![255; PIECE], vec![0; PIECE]);
        let mut moments = ColorMoments::default();
        add(Level::new(), &mut moments, [&black, &black, &blue]);
        assert_eq!(moments, ColorMoments { count: 512, rg: 0, rg_squared: 0, yb: -510 * 512, yb_squared: 510 * 510 * 512 });
    }
}
