//! Sharpness at one scale for pictures of all sizes: luma made smaller by area, so that the long side is [`LONG_EDGE`].
//!
//! Smaller pictures are taken as they are, never enlarged: there native and normalized numbers are the same.

use super::blur_effect::{BlurEffect, BlurScan};
use super::cells::fitted;
use super::kernels::Level;
use super::sharpness::Sharpness;
use super::shrink_luma::LumaShrink;
use super::structure::StructureScan;

/// Long side of the normalized picture.
pub const LONG_EDGE: usize = 1024;

/// Looks at the normalized picture while rows of the picture pass.
#[derive(Debug)]
pub struct NormalizedScan {
    /// None for a picture that stays as it is.
    smaller: Option<(LumaShrink, StructureScan)>,
    blur: BlurScan,
}

/// What the normalized picture tells.
#[derive(Debug)]
pub struct Normalized {
    /// None where it is the picture itself.
    sharpness: Option<Sharpness>,
    /// How blurred it is.
    pub blur: BlurEffect,
}

impl NormalizedScan {
    /// For a picture of this size as stored.
    pub fn new(level: Level, width: usize, height: usize) -> Self {
        let to = fitted((width, height), LONG_EDGE);
        let smaller = (to != (width, height))
            .then(|| (LumaShrink::new(level, (width, height), to), StructureScan::without_noise(level, to.0, to.1)));
        Self { smaller, blur: BlurScan::new(level, to.0) }
    }

    /// Takes the next row of luma.
    pub fn add(&mut self, luma: &[u8]) {
        let Self { smaller, blur } = self;
        match smaller {
            Some((shrink, structure)) => shrink.add(luma, |row| {
                structure.add(row);
                blur.add(row);
            }),
            None => blur.add(luma),
        }
    }

    /// Ends the picture below the last row that passed; at least one must have.
    pub fn finish(self) -> Normalized {
        let Self { smaller, mut blur } = self;
        let sharpness = smaller.map(|(shrink, mut structure)| {
            shrink.finish(|row| {
                structure.add(row);
                blur.add(row);
            });
            structure.finish().0
        });
        Normalized { sharpness, blur: blur.finish() }
    }
}

impl Normalized {
    /// The sums of the normalized picture, of which `native` are those of the picture itself.
    pub fn sharpness<'s>(&'s self, native: &'s Sharpness) -> &'s Sharpness {
        self.sharpness.as_ref().unwrap_or(native)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Waves, steps and noise, the same as in the script that made the expected values.
    fn sample(x: usize, y: usize) -> u8 {
        let noise = (x * 7919 + y * 104_729 + x * y * 31) % 23;
        let step = if (x / 37 + y / 29).is_multiple_of(3) { 90 } else { 0 };
        (40 + step + (3 * x + 5 * y) % 64 + noise) as u8
    }

    fn numbers(width: usize, height: usize, rows: usize) -> (Option<f64>, Option<f64>, BlurEffect) {
        let mut scan = NormalizedScan::new(Level::new(), width, height);
        let mut native = StructureScan::without_noise(Level::new(), width, height);
        for y in 0..rows {
            let row: Vec<u8> = (0..width).map(|x| sample(x, y)).collect();
            scan.add(&row);
            native.add(&row);
        }
        let (found, native) = (scan.finish(), native.finish().0);
        let sharpness = found.sharpness(&native);
        (sharpness.laplacian_variance(), sharpness.tenengrad(), found.blur)
    }

    #[test]
    fn equals_opencv_and_scikit_image_on_an_exact_mean_by_area() {
        // NumPy in integers, OpenCV 5.0 Laplacian and Sobel in double, scikit-image 0.26.0 blur_effect
        let expected = [
            (1531, 97, 1458.243088660381, 20564.057481971155, 0.35034083730658794),
            (700, 1500, 1474.718755015347, 20968.500813121078, 0.3542322513405071),
            (4032, 160, 3662.5511205600606, 31992.746808307926, 0.3826575566534855),
            (1025, 40, 2024.4927223181724, 16503.560009765624, 0.4189957278383371),
        ];
        for (width, height, laplacian, tenengrad, blur) in expected {
            let (ours, gradient, effect) = numbers(width, height, height);
            assert!((ours.unwrap() / laplacian - 1.0).abs() < 1e-9, "{width} x {height}: {ours:?}");
            assert!((gradient.unwrap() / tenengrad - 1.0).abs() < 1e-9, "{width} x {height}: {gradient:?}");
            assert!(matches!(effect, BlurEffect::Blur(effect) if (effect - blur).abs() < 1e-9), "{width} x {height}: {effect:?}");
        }
    }

    #[test]
    fn pictures_no_larger_are_taken_as_they_are() {
        for (width, height) in [(1024, 40), (33, 1024), (64, 48)] {
            let mut native = StructureScan::without_noise(Level::new(), width, height);
            for y in 0..height {
                native.add(&(0..width).map(|x| sample(x, y)).collect::<Vec<u8>>());
            }
            let native = native.finish().0;
            let (laplacian, tenengrad, _) = numbers(width, height, height);
            assert_eq!((laplacian, tenengrad), (native.laplacian_variance(), native.tenengrad()));
            assert!(laplacian.unwrap() > 100.0);
        }
    }

    #[test]
    fn a_fine_pattern_is_gone_at_the_smaller_scale() {
        let mut scan = NormalizedScan::new(Level::new(), 2048, 1024);
        for y in 0..1024 {
            scan.add(&(0..2048).map(|x| if (x + y) % 2 == 0 { 40 } else { 200 }).collect::<Vec<u8>>());
        }
        let found = scan.finish();
        let sharpness = found.sharpness.unwrap();
        assert_eq!((sharpness.size, sharpness.laplacian_variance(), found.blur), ((1024, 512), Some(0.0), BlurEffect::Flat));
    }

    #[test]
    fn a_picture_that_breaks_off_is_measured_as_far_as_it_goes() {
        // 1200 of 2100 rows make 585.1 of 1024
        let mut scan = NormalizedScan::new(Level::new(), 1400, 2100);
        for y in 0..1200 {
            scan.add(&(0..1400).map(|x| sample(x, y)).collect::<Vec<u8>>());
        }
        assert_eq!(scan.finish().sharpness.unwrap().size, (683, 586));
        let thin = numbers(30_000, 20, 20);
        assert_eq!((thin.0, thin.2), (None, BlurEffect::TooSmall));
    }
}
