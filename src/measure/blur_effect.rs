//! Blur: how much differences between neighbors lose when the picture is blurred once more (Crete 2007), while its rows pass.
//!
//! The same numbers as scikit-image's `blur_effect` with its default box of 11, in integers.

use super::kernels::{Level, blur_effect};
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

/// Rows kept: one with those within reach above and below.
const ROWS: usize = 2 * REACH + 1;

/// Sums differences while rows pass.
#[derive(Debug)]
pub struct BlurScan {
    level: Level,
    width: usize,
    /// The last rows; none where the picture is too narrow.
    rows: Vec<Vec<u8>>,
    seen: usize,
    scratch: Vec<i16>,
    /// What there is of differences, and what of it is lost: down and along.
    sums: [[u64; 2]; 2],
}

impl BlurScan {
    /// For a picture so many columns wide.
    pub fn new(level: Level, width: usize) -> Self {
        let kept = if width < EDGE_MIN { 0 } else { ROWS };
        Self {
            level,
            width,
            rows: vec![vec![0; width]; kept],
            seen: 0,
            scratch: vec![0; 2 * width + 2 * REACH],
            sums: [[0; 2]; 2],
        }
    }

    /// Takes the next row.
    pub fn add(&mut self, luma: &[u8]) {
        if let Some(row) = self.rows.get_mut(self.seen % ROWS) {
            row.copy_from_slice(luma);
        }
        self.seen += 1;
        if self.seen > REACH + MARGIN {
            self.look_at(self.seen - 1 - REACH);
        }
    }

    /// Ends the picture below the last row that passed.
    pub fn finish(mut self) -> BlurEffect {
        if self.width.min(self.seen) < EDGE_MIN {
            return BlurEffect::TooSmall;
        }
        for y in self.seen - REACH..self.seen - 1 {
            self.look_at(y);
        }
        let [down, along] = self.sums;
        match (share_kept(down), share_kept(along)) {
            (Some(down), Some(along)) => BlurEffect::Blur(down.max(along)),
            _ => BlurEffect::Flat,
        }
    }

    /// Looks at a row whose neighbors are there, or beyond the border.
    fn look_at(&mut self, y: usize) {
        let Self { rows, seen, scratch, width, level, .. } = self;
        if rows.is_empty() {
            return;
        }
        let kept = |index: usize| &rows[index % ROWS][..];
        // the border continues as a mirror image: the row at -1 is row 0
        let above = |back: usize| kept(if back > y { back - y - 1 } else { y - back });
        let below = |ahead: usize| kept(if y + ahead < *seen { y + ahead } else { 2 * *seen - 1 - y - ahead });
        let near = [above(1), below(1)];
        let far = [above(REACH), above(REACH - 1), below(REACH - 1), below(REACH)];
        let down = blur_effect::vertical(*level, near, far, &mut scratch[..2 * *width]);
        let along = blur_effect::horizontal(*level, [near[0], kept(y), near[1]], &mut scratch[..*width + 2 * REACH]);
        for (sums, row) in self.sums.iter_mut().zip([down, along]) {
            sums[0] += u64::from(row.sharp);
            sums[1] += u64::from(row.lost);
        }
    }
}

/// None without any difference.
fn share_kept([sharp, lost]: [u64; 2]) -> Option<f64> {
    (sharp > 0).then(|| (sharp - lost) as f64 / sharp as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raster::Plane;

    fn blur_effect(luma: &Plane<u8>) -> BlurEffect {
        let mut scan = BlurScan::new(Level::new(), luma.width());
        luma.view().rows().for_each(|row| scan.add(row));
        scan.finish()
    }

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
            let BlurEffect::Blur(blur) = blur_effect(&plane(width, height, smooth)) else { panic!("not measured") };
            assert!((blur - expected).abs() < 1e-9, "{width} x {height}: {blur} {expected}");
        }
    }

    #[test]
    fn grows_with_blur_and_needs_structure() {
        let edge = |width: usize| {
            let samples = (0..64 * 64)
                .map(|i| ((i % 64 + width / 2).saturating_sub(32).min(width) * 200 / width) as u8 + (i / 64 % 3) as u8);
            match blur_effect(&Plane::from_samples(samples.collect(), 64, 64).unwrap()) {
                BlurEffect::Blur(blur) => blur,
                other => panic!("{other:?}"),
            }
        };
        let blurs = [1, 3, 6, 12, 24].map(edge);
        assert!(blurs.is_sorted(), "{blurs:?}");
        assert_eq!(blur_effect(&Plane::from_samples(vec![7; 4096], 64, 64).unwrap()), BlurEffect::Flat);
        assert_eq!(blur_effect(&Plane::from_samples(vec![7; 640], 64, 10).unwrap()), BlurEffect::TooSmall);
    }
}
