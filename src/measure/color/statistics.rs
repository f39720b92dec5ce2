//! Lightness, chroma and cast over a small picture in CIELAB.

use super::lab::Lab;

/// C*ab below this is neutral.
pub const NEUTRAL_BELOW: f32 = 4.0;
/// C*ab below this is near enough to neutral to show a cast.
pub const NEAR_NEUTRAL_BELOW: f32 = 12.0;
/// L* between which a cast is looked for: black and burnt white have none.
pub const CAST_LIGHTNESS: (f32, f32) = (20.0, 95.0);
/// Fewer near-neutral pixels say nothing about a cast, %.
pub const CAST_SHARE_MIN: f64 = 1.0;
/// A weaker cast has no direction.
pub const CAST_DIRECTION_MIN: f64 = 0.5;
/// C*ab above this, with a channel at its end, has lost its shades.
pub const SATURATED_ABOVE: f32 = 60.0;

/// Steps of chroma that are counted apart, a unit.
const STEPS: f32 = 100.0;
/// More than the chroma of any sRGB colour, in steps.
const STEPS_MAX: usize = 14_000;

/// What the colours of a picture are like. All in CIELAB.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ColorStatistics {
    /// Mean L*, 0..=100.
    pub lightness: f64,
    /// Mean C*ab.
    pub chroma_mean: f64,
    /// Half of all pixels have at most this C*ab.
    pub chroma_median: f64,
    /// 95 % of all pixels have at most this C*ab.
    pub chroma_p95: f64,
    /// Pixels with hardly any chroma, %.
    pub neutral_share: f64,
    /// Saturated pixels with one channel at 255, %.
    pub saturated_share: f64,
    /// What near-neutral pixels lean to.
    pub cast: Cast,
}

/// Mean colour of near-neutral pixels.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Cast {
    /// Near-neutral pixels, %.
    pub share: f64,
    /// Mean a* (to red) and b* (to yellow); None if there are too few near-neutral pixels.
    pub mean: Option<(f64, f64)>,
}

impl Cast {
    /// Distance from neutral; None if unknown.
    pub fn strength(&self) -> Option<f64> {
        self.mean.map(|(a, b)| a.hypot(b))
    }

    /// Hue angle, 0..360 degrees from red over yellow; None if unknown or too weak.
    pub fn angle(&self) -> Option<f64> {
        let (a, b) = self.mean.filter(|(a, b)| a.hypot(*b) >= CAST_DIRECTION_MIN)?;
        let degrees = b.atan2(a).to_degrees();
        Some(if degrees < 0.0 { degrees + 360.0 } else { degrees })
    }
}

/// Statistics of pixels and their Lab, in the same order; None without a pixel.
pub fn statistics(pixels: &[[u8; 3]], labs: &[Lab]) -> Option<ColorStatistics> {
    let total = labs.len();
    let mut chromas = vec![0_u32; STEPS_MAX];
    let (mut lightness, mut chroma_sum, mut cast_sum) = (0.0_f64, 0.0_f64, (0.0_f64, 0.0_f64));
    let (mut neutral, mut saturated, mut near) = (0_usize, 0_usize, 0_usize);
    for (pixel, &[l, a, b]) in pixels.iter().zip(labs) {
        let chroma = (a * a + b * b).sqrt();
        lightness += f64::from(l);
        chroma_sum += f64::from(chroma);
        let step = (chroma * STEPS + 0.5) as usize;
        if let Some(count) = chromas.get_mut(step.min(STEPS_MAX - 1)) {
            *count += 1;
        }
        neutral += usize::from(chroma < NEUTRAL_BELOW);
        saturated += usize::from(chroma > SATURATED_ABOVE && pixel.contains(&255));
        if chroma < NEAR_NEUTRAL_BELOW && l > CAST_LIGHTNESS.0 && l < CAST_LIGHTNESS.1 {
            near += 1;
            cast_sum = (cast_sum.0 + f64::from(a), cast_sum.1 + f64::from(b));
        }
    }
    let (n, share) = (total as f64, |count: usize| 100.0 * count as f64 / total as f64);
    let cast_mean = (share(near) >= CAST_SHARE_MIN).then(|| (cast_sum.0 / near as f64, cast_sum.1 / near as f64));
    (total > 0).then(|| ColorStatistics {
        lightness: lightness / n,
        chroma_mean: chroma_sum / n,
        chroma_median: percentile(&chromas, total, 50),
        chroma_p95: percentile(&chromas, total, 95),
        neutral_share: share(neutral),
        saturated_share: share(saturated),
        cast: Cast { share: share(near), mean: cast_mean },
    })
}

/// The lowest chroma at or below which at least the share of all pixels lies.
fn percentile(counts: &[u32], total: usize, percent: usize) -> f64 {
    let mut below = 0;
    let reached = |count: &u32| {
        below += *count as usize;
        below * 100 >= total * percent
    };
    counts.iter().position(reached).unwrap_or(0) as f64 / f64::from(STEPS)
}

#[cfg(test)]
mod tests {
    use super::super::lab;
    use super::*;
    use crate::measure::kernels::Level;

    fn of(pixels: &[[u8; 3]]) -> ColorStatistics {
        statistics(pixels, &lab::of_pixels(Level::new(), pixels)).unwrap()
    }

    fn close(ours: f64, theirs: f64, tolerance: f64) {
        assert!((ours - theirs).abs() < tolerance, "{ours} {theirs}");
    }

    /// The low byte of a linear congruential generator's upper half, squeezed to a muted range.
    fn noise() -> Vec<[u8; 3]> {
        let mut state = 12_345_u32;
        let mut next = |low: u32, width: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (low + (state >> 16) % width) as u8
        };
        (0..3000)
            .map(|index| match index % 3 {
                0 => [next(120, 20), next(110, 20), next(100, 20)],
                1 => [next(0, 256), next(0, 256), next(0, 256)],
                _ => [255, next(0, 40), next(0, 60)],
            })
            .collect()
    }

    #[test]
    fn equals_scikit_image_and_numpy() {
        // skimage 0.26.0 rgb2lab, NumPy mean, percentile(method="inverted_cdf") on the same generator
        let found = of(&noise());
        close(found.lightness, 54.205348, 0.001);
        close(found.chroma_mean, 54.486187, 0.001);
        close(found.chroma_median, 55.205177, 0.0051);
        close(found.chroma_p95, 102.618656, 0.0051);
        close(found.neutral_share, 2.333333, 1e-6);
        close(found.saturated_share, 33.466667, 1e-6);
        close(found.cast.share, 28.533333, 1e-6);
        let (a, b) = found.cast.mean.unwrap();
        close(a, 2.330458, 1e-3);
        close(b, 5.765363, 1e-3);
        close(found.cast.angle().unwrap(), 67.9906, 0.01);
    }

    #[test]
    fn a_cast_has_its_direction_and_a_grey_picture_none() {
        let bluish = of(&[[120, 125, 135]; 50]);
        close(bluish.cast.share, 100.0, 1e-9);
        let angle = bluish.cast.angle().unwrap();
        assert!(angle > 250.0 && angle < 290.0, "{angle}");
        let grey = of(&[[90, 90, 90]; 50]);
        assert!(grey.cast.strength().unwrap() < 0.01);
        assert_eq!(grey.cast.angle(), None);
        let colorful = of(&[[250, 20, 30]; 50]);
        assert_eq!((colorful.cast.mean, colorful.cast.share, colorful.neutral_share), (None, 0.0, 0.0));
        assert_eq!(statistics(&[], &[]), None);
    }
}
