//! Rows of R', G', B' and coded luma from what a decoder gives.
//!
//! From Y'CbCr by the JFIF equations in the 16-bit fixed point of libjpeg (`jdcolor.c`); chroma samples are repeated, not
//! interpolated. Luma of R'G'B' is OpenCV's: (9798 R + 19235 G + 3735 B + 16384) >> 15.

use fearless_simd::{Level, dispatch};

/// One row of each channel.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChannelRows {
    /// R'.
    pub red: Vec<u8>,
    /// G'.
    pub green: Vec<u8>,
    /// B'.
    pub blue: Vec<u8>,
}

impl ChannelRows {
    /// Rows of `width` samples.
    pub fn new(width: usize) -> Self {
        Self { red: vec![0; width], green: vec![0; width], blue: vec![0; width] }
    }

    /// The three rows.
    pub fn slices(&self) -> [&[u8]; 3] {
        [&self.red, &self.green, &self.blue]
    }
}

/// What chroma adds to luma in each channel, one sample a column: -226..=225.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChromaOffsets {
    red: Vec<i16>,
    green: Vec<i16>,
    blue: Vec<i16>,
}

impl ChromaOffsets {
    /// For `width` columns.
    pub fn new(width: usize) -> Self {
        Self { red: vec![0; width], green: vec![0; width], blue: vec![0; width] }
    }
}

/// The offsets of one pixel: (91881 Cr + ½) >> 16, (-22554 Cb - 46802 Cr + ½) >> 16, (116130 Cb + ½) >> 16 with ½ = 2¹⁵. Whole
/// multiples of 2¹⁶ are taken out of the factors, so that products of 16 bits do where one factor is left.
#[inline(always)]
fn offsets(cb: u8, cr: u8) -> [i16; 3] {
    const HALF: i32 = 1 << 15;
    let (cb, cr) = (i16::from(cb) - 128, i16::from(cr) - 128);
    let red = cr + rounded_product(cr, 26_345);
    let green = ((18_734 * i32::from(cr) - 22_554 * i32::from(cb) + HALF) >> 16) as i16 - cr;
    let blue = 2 * cb + rounded_product(cb, -14_942);
    [red, green, blue]
}

/// (a b + 2¹⁵) >> 16 by the upper and the lower half of the product.
#[inline(always)]
fn rounded_product(a: i16, b: i16) -> i16 {
    let upper = ((i32::from(a) * i32::from(b)) >> 16) as i16;
    upper + ((a.wrapping_mul(b) as u16) >> 15) as i16
}

/// Fills the offsets of a chroma row whose samples are `horizontal` columns wide (1, 2 or 4).
pub fn chroma_row(level: Level, out: &mut ChromaOffsets, cb: &[u8], cr: &[u8], horizontal: usize) {
    match horizontal {
        1 => dispatch!(level, _ => chroma_row_plain::<1>(out, cb, cr)),
        2 => dispatch!(level, _ => chroma_row_plain::<2>(out, cb, cr)),
        _ => dispatch!(level, _ => chroma_row_plain::<4>(out, cb, cr)),
    }
}

#[inline(always)]
fn chroma_row_plain<const WIDE: usize>(out: &mut ChromaOffsets, cb: &[u8], cr: &[u8]) {
    let (reds, red_rest) = out.red.as_chunks_mut::<WIDE>();
    let (greens, green_rest) = out.green.as_chunks_mut::<WIDE>();
    let (blues, blue_rest) = out.blue.as_chunks_mut::<WIDE>();
    let whole = reds.len();
    for ((((red, green), blue), &cb), &cr) in reds.iter_mut().zip(greens).zip(blues).zip(cb).zip(cr) {
        let [r, g, b] = offsets(cb, cr);
        *red = [r; WIDE];
        *green = [g; WIDE];
        *blue = [b; WIDE];
    }
    if let (Some(&cb), Some(&cr)) = (cb.get(whole), cr.get(whole)) {
        let [r, g, b] = offsets(cb, cr);
        red_rest.fill(r);
        green_rest.fill(g);
        blue_rest.fill(b);
    }
}

/// R', G', B' of one row of luma.
pub fn channels(level: Level, out: &mut ChannelRows, luma: &[u8], chroma: &ChromaOffsets) {
    dispatch!(level, _ => {
        add_clamped(&mut out.red, luma, &chroma.red);
        add_clamped(&mut out.green, luma, &chroma.green);
        add_clamped(&mut out.blue, luma, &chroma.blue);
    });
}

#[inline(always)]
fn add_clamped(out: &mut [u8], luma: &[u8], offsets: &[i16]) {
    for ((out, &luma), &offset) in out.iter_mut().zip(luma).zip(offsets) {
        *out = (i16::from(luma) + offset).clamp(0, 255) as u8;
    }
}

/// Splits interleaved R'G'B' and derives coded luma.
pub fn split(level: Level, out: &mut ChannelRows, luma: &mut [u8], pixels: &[u8]) {
    dispatch!(level, _ => split_plain(out, luma, pixels));
}

#[inline(always)]
fn split_plain(out: &mut ChannelRows, luma: &mut [u8], pixels: &[u8]) {
    let (pixels, _) = pixels.as_chunks::<3>();
    for ((((red, green), blue), luma), &[r, g, b]) in
        out.red.iter_mut().zip(&mut out.green).zip(&mut out.blue).zip(luma).zip(pixels)
    {
        (*red, *green, *blue) = (r, g, b);
        *luma = luma_of([r, g, b]);
    }
}

/// Coded luma of one R'G'B' pixel, as OpenCV rounds it.
#[inline(always)]
pub fn luma_of([red, green, blue]: [u8; 3]) -> u8 {
    ((9_798 * u32::from(red) + 19_235 * u32::from(green) + 3_735 * u32::from(blue) + 16_384) >> 15) as u8
}

/// The upper byte of 16-bit samples.
pub fn upper_bytes(out: &mut [u8], samples: impl Iterator<Item = u16>) {
    for (out, sample) in out.iter_mut().zip(samples) {
        *out = (sample >> 8) as u8;
    }
}

/// A byte for each 16-bit sample that is 255 or 0 only where the sample is at the end of its own, full scale.
pub fn clip_bytes(out: &mut [u8], samples: impl Iterator<Item = u16>) {
    for (out, sample) in out.iter_mut().zip(samples) {
        *out = match sample {
            0 => 0,
            u16::MAX => 255,
            inside => ((inside >> 8) as u8).clamp(1, 254),
        };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::measure::kernels::levels;

    /// The JFIF equations in floating point, rounded half up.
    fn jfif(y: u8, cb: u8, cr: u8) -> [u8; 3] {
        let (y, cb, cr) = (f64::from(y), f64::from(cb) - 128.0, f64::from(cr) - 128.0);
        [y + 1.402 * cr, y - 0.34414 * cb - 0.71414 * cr, y + 1.772 * cb].map(|v| (v + 0.5).floor().clamp(0.0, 255.0) as u8)
    }

    #[test]
    fn the_fixed_point_follows_the_equations() {
        let mut differing = 0u32;
        for cb in 0..=255u8 {
            for cr in 0..=255u8 {
                let [red, green, blue] = offsets(cb, cr);
                for (fixed, real) in [red, green, blue].into_iter().zip(jfif(128, cb, cr)) {
                    let difference = ((128 + fixed).clamp(0, 255) - i16::from(real)).abs();
                    assert!(difference <= 1);
                    differing += u32::from(difference != 0);
                }
            }
        }
        assert!(differing < 40, "{differing} of 196608 differ by rounding");
    }

    #[test]
    fn offsets_are_libjpegs() {
        for cb in 0..=255u8 {
            for cr in 0..=255u8 {
                let (b, r) = (i32::from(cb) - 128, i32::from(cr) - 128);
                let expected = [91_881 * r, -22_554 * b - 46_802 * r, 116_130 * b].map(|sum| ((sum + 32_768) >> 16) as i16);
                assert_eq!(offsets(cb, cr), expected);
            }
        }
    }

    proptest! {
        #[test]
        fn rows_equal_single_pixels(width in 1usize..200, wide in prop::sample::select(vec![1usize, 2, 4]), seed: u64) {
            let mut state = seed | 1;
            let mut samples = |count: usize| (0..count).map(|_| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                (state >> 56) as u8
            }).collect::<Vec<u8>>();
            let (luma, cb, cr) = (samples(width), samples(width.div_ceil(wide)), samples(width.div_ceil(wide)));
            for level in levels::all() {
                let (mut chroma, mut out) = (ChromaOffsets::new(width), ChannelRows::new(width));
                chroma_row(level, &mut chroma, &cb, &cr, wide);
                channels(level, &mut out, &luma, &chroma);
                for x in 0..width {
                    let expected = offsets(cb[x / wide], cr[x / wide]).map(|offset| (i16::from(luma[x]) + offset).clamp(0, 255) as u8);
                    prop_assert_eq!([out.red[x], out.green[x], out.blue[x]], expected);
                }
            }
        }

        #[test]
        fn splitting_equals_single_pixels(pixels in prop::collection::vec(any::<[u8; 3]>(), 1..200)) {
            for level in levels::all() {
                let (mut out, mut luma) = (ChannelRows::new(pixels.len()), vec![0; pixels.len()]);
                split(level, &mut out, &mut luma, pixels.as_flattened());
                for (x, &pixel) in pixels.iter().enumerate() {
                    prop_assert_eq!([out.red[x], out.green[x], out.blue[x]], pixel);
                    prop_assert_eq!(luma[x], luma_of(pixel));
                }
            }
        }
    }

    #[test]
    fn grey_keeps_its_level() {
        for grey in 0..=255 {
            assert_eq!(luma_of([grey; 3]), grey);
        }
    }

    #[test]
    fn sixteen_bit_clips_on_its_own_scale() {
        let samples = [0, 1, 255, 256, 0x7fff, 0xfeff, 0xff00, 0xfffe, 0xffff];
        let (mut upper, mut clip) = ([0; 9], [0; 9]);
        upper_bytes(&mut upper, samples.into_iter());
        clip_bytes(&mut clip, samples.into_iter());
        assert_eq!(upper, [0, 0, 0, 1, 0x7f, 0xfe, 0xff, 0xff, 0xff]);
        assert_eq!(clip, [0, 1, 1, 1, 0x7f, 254, 254, 254, 255]);
    }
}
