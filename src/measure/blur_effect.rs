//! Blur of the small picture: how much its differences lose by blurring it once more (Crete 2007).
//!
//! The same numbers as scikit-image's `blur_effect` with its default box of 11, in integers.

use crate::raster::Plane;

use super::cells::Cells;
use super::kernels::{Level, blur_effect, reconstruct};
use blur_effect::{MARGIN, REACH};

/// A side shorter than this has hardly anything but border.
const EDGE_MIN: usize = 32;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum BlurEffect {
    /// 0 sharp, 1 blurred; of the worse axis.
    Blur(f64),
    /// Nothing that could be blurred.
    Flat,
    /// The picture is too small.
    TooSmall,
}

/// Of the cells' coded luma.
pub fn of_cells(level: Level, cells: &Cells) -> BlurEffect {
    let luma = cells.rgb.as_chunks::<3>().0.iter().map(|&rgb| reconstruct::luma_of(rgb)).collect();
    Plane::from_samples(luma, cells.columns, cells.rows).map_or(BlurEffect::TooSmall, |luma| blur_effect(level, &luma))
}

fn blur_effect(level: Level, luma: &Plane<u8>) -> BlurEffect {
    let (width, height) = (luma.width(), luma.height());
    if width.min(height) < EDGE_MIN {
        return BlurEffect::TooSmall;
    }
    let mut scratch = vec![0_i16; 2 * width + 2 * REACH];
    let (mut down, mut along) = ([0_u64; 2], [0_u64; 2]);
    // the border continues as a mirror image: the row at -1 is row 0
    let row = |y: usize, back: usize| luma.row(if back > y { back - y - 1 } else { y - back });
    let row_after = |y: usize, ahead: usize| luma.row(if y + ahead < height { y + ahead } else { 2 * height - 1 - y - ahead });
    for y in MARGIN..height - 1 {
        let near = [luma.row(y - 1), luma.row(y + 1)];
        let far = [row(y, REACH), row(y, REACH - 1), row_after(y, REACH - 1), row_after(y, REACH)];
        let row_down = blur_effect::vertical(level, near, far, &mut scratch);
        let row_along = blur_effect::horizontal(level, [near[0], luma.row(y), near[1]], &mut scratch[..width + 2 * REACH]);
        for (sums, row) in [(&mut down, row_down), (&mut along, row_along)] {
            sums[0] += u64::from(row.sharp);
            sums[1] += u64::from(row.lost);
        }
    }
    match (share_kept(down), share_kept(along)) {
        (Some(down), Some(along)) => BlurEffect::Blur(down.max(along)),
        _ => BlurEffect::Flat,
    }
}

/// None without any difference.
fn share_kept([sharp, lost]: [u64; 2]) -> Option<f64> {
    (sharp > 0).then(|| (sharp - lost) as f64 / sharp as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same samples as the script that made the expected values: a linear congruential generator over slow waves.
    fn plane(width: usize, height: usize, smooth: bool) -> Plane<u8> {
        let mut state = 12_345_u32;
        let samples = (0..width * height)
            .map(|i| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let (x, y) = (i % width, i / width);
                let step = if (x / 13 + y / 9) % 2 == 0 { 40 } else { 0 };
                let ramp = (3 * x + 2 * y) % 120;
                (60 + step + ramp + if smooth { 0 } else { (state >> 27) as usize }) as u8
            })
            .collect();
        Plane::from_samples(samples, width, height).unwrap()
    }

    #[test]
    fn equals_scikit_image() {
        // scikit-image 0.26.0, measure.blur_effect(array)
        let expected = [0.3682134338994641, 0.39351845462366186, 0.3647983107234663, 0.403728431740642];
        for ((width, height, smooth), expected) in
            [(64, 48, false), (61, 97, true), (200, 33, false), (32, 32, true)].into_iter().zip(expected)
        {
            let BlurEffect::Blur(blur) = blur_effect(Level::new(), &plane(width, height, smooth)) else { panic!("not measured") };
            assert!((blur - expected).abs() < 1e-9, "{width} x {height}: {blur} {expected}");
        }
    }

    #[test]
    fn grows_with_blur_and_needs_structure() {
        let edge = |width: usize| {
            let samples = (0..64 * 64)
                .map(|i| ((i % 64 + width / 2).saturating_sub(32).min(width) * 200 / width) as u8 + (i / 64 % 3) as u8);
            match blur_effect(Level::new(), &Plane::from_samples(samples.collect(), 64, 64).unwrap()) {
                BlurEffect::Blur(blur) => blur,
                other => panic!("{other:?}"),
            }
        };
        let blurs = [1, 3, 6, 12, 24].map(edge);
        assert!(blurs.is_sorted(), "{blurs:?}");
        assert_eq!(blur_effect(Level::new(), &Plane::from_samples(vec![7; 4096], 64, 64).unwrap()), BlurEffect::Flat);
        assert_eq!(blur_effect(Level::new(), &Plane::from_samples(vec![7; 640], 64, 10).unwrap()), BlurEffect::TooSmall);
    }
}
