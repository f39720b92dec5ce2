//! Chroma of R'G'B' by BT.601, full range, rounded as the IJG encoder does (`jccolor.c`).

use fearless_simd::{Level, dispatch};

/// Cb and Cr of a pixel.
#[inline(always)]
fn of_pixel(red: u8, green: u8, blue: u8) -> (u8, u8) {
    // 128 and just under a half, so that the largest value stays 255
    const OFFSET: i32 = (128 << 16) + (1 << 15) - 1;
    let (red, green, blue) = (i32::from(red), i32::from(green), i32::from(blue));
    let cb = (32_768 * blue - 11_059 * red - 21_709 * green + OFFSET) >> 16;
    let cr = (32_768 * red - 27_439 * green - 5_329 * blue + OFFSET) >> 16;
    (cb as u8, cr as u8)
}

/// Cb and Cr of as many pixels as all rows have.
pub fn of_channels(level: Level, cb: &mut [u8], cr: &mut [u8], channels: [&[u8]; 3]) {
    dispatch!(level, _ => of_channels_plain(cb, cr, channels));
}

#[inline(always)]
fn of_channels_plain(cb: &mut [u8], cr: &mut [u8], [red, green, blue]: [&[u8]; 3]) {
    for ((((cb, cr), &red), &green), &blue) in cb.iter_mut().zip(cr).zip(red).zip(green).zip(blue) {
        (*cb, *cr) = of_pixel(red, green, blue);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::kernels::levels;

    #[test]
    fn corners_are_those_of_the_ijg_encoder() {
        // Pillow 13.0.0, Image.convert("YCbCr")
        let colors = [[0, 0, 0], [255, 255, 255], [255, 0, 0], [0, 255, 0], [0, 0, 255], [200, 30, 90]];
        let expected = [(128, 128), (128, 128), (85, 255), (44, 21), (255, 107), (129, 208)];
        for ([red, green, blue], expected) in colors.into_iter().zip(expected) {
            assert_eq!(of_pixel(red, green, blue), expected);
        }
    }

    #[test]
    fn every_level_gives_the_same() {
        let channel = |step: usize| (0..999).map(|x| (x * step % 256) as u8).collect::<Vec<u8>>();
        let (red, green, blue) = (channel(7), channel(31), channel(101));
        let expected: Vec<(u8, u8)> = (0..999).map(|x| of_pixel(red[x], green[x], blue[x])).collect();
        for level in levels::all() {
            let (mut cb, mut cr) = (vec![0; 999], vec![0; 999]);
            of_channels(level, &mut cb, &mut cr, [&red, &green, &blue]);
            assert!(cb.into_iter().zip(cr).eq(expected.iter().copied()));
        }
    }
}
