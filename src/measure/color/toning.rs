//! Whether a picture is black and white but for a tone: sepia, selenium, cyanotype, a duotone.
//!
//! Then all its colors have one hue, and which color a place has depends on its lightness alone. Cannot be told from a scene that is
//! like that by itself, such as fog at dusk.

use super::lab::Lab;

/// A cell has color if its channels are more than this many levels apart.
const COLORED_ABOVE: u8 = 2;
/// A picture with less color, in % of pixels, is greyscale.
pub const GREYSCALE_MAX: f64 = 0.1;
/// A picture with less is not toned: a thing of one color on white paper has one hue too.
pub const TONED_SHARE_MIN: f64 = 50.0;
/// Hues that agree less are more than one tone.
pub const CONCENTRATION_MIN: f64 = 0.95;
/// More chroma than this is not explained by lightness, in C*ab.
pub const RESIDUAL_MAX: f64 = 4.5;
/// Bands of lightness within which chroma is compared, a unit of L*.
const BANDS_A_UNIT: f32 = 0.25;
/// Bands of L* up to 100.
const BANDS: usize = 26;

/// What hues there are. All in CIELAB, of cells with color.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hues {
    /// Length of the mean of all a* and b*, as share of the mean C*ab: 1 a single hue, 0 hues all around.
    pub concentration: f64,
    /// Root mean squared distance of a* and b* from their mean within the band of lightness.
    pub residual: f64,
    /// Direction of that mean, 0..360 degrees from red over yellow.
    pub angle: f64,
    /// Mean C*ab.
    pub chroma: f64,
}

/// Sums of a band of lightness.
#[derive(Clone, Copy, Default)]
struct Band {
    count: f64,
    a: f64,
    b: f64,
    squared: f64,
}

impl Band {
    /// Squared distances from the mean.
    fn residual(&self) -> f64 {
        if self.count > 0.0 { (self.squared - (self.a * self.a + self.b * self.b) / self.count).max(0.0) } else { 0.0 }
    }
}

/// Of pixels and their Lab, in the same order; None without a colored one.
pub fn hues(pixels: &[[u8; 3]], labs: &[Lab]) -> Option<Hues> {
    let (mut bands, mut chroma) = ([Band::default(); BANDS], 0.0);
    for (pixel, &[l, a, b]) in pixels.iter().zip(labs) {
        let [red, green, blue] = *pixel;
        if red.max(green).max(blue) - red.min(green).min(blue) <= COLORED_ABOVE {
            continue;
        }
        let (a, b) = (f64::from(a), f64::from(b));
        if let Some(band) = bands.get_mut((l * BANDS_A_UNIT) as usize) {
            let squared = a * a + b * b;
            *band = Band { count: band.count + 1.0, a: band.a + a, b: band.b + b, squared: band.squared + squared };
            chroma += squared.sqrt();
        }
    }
    let sum = |of: fn(&Band) -> f64| bands.iter().map(of).sum::<f64>();
    let (count, a, b) = (sum(|band| band.count), sum(|band| band.a), sum(|band| band.b));
    (count > 0.0 && chroma > 0.0).then(|| Hues {
        concentration: a.hypot(b) / chroma,
        residual: (sum(Band::residual) / count).sqrt(),
        angle: b.atan2(a).to_degrees().rem_euclid(360.0),
        chroma: chroma / count,
    })
}

impl Hues {
    /// Whether they are those of a toned picture, of which so many percent of pixels have color.
    pub fn are_a_tone(&self, colored_share: f64) -> bool {
        colored_share >= TONED_SHARE_MIN && self.concentration >= CONCENTRATION_MIN && self.residual <= RESIDUAL_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::super::lab;
    use super::*;
    use crate::measure::kernels::Level;

    fn of(pixels: &[[u8; 3]]) -> Option<Hues> {
        hues(pixels, &lab::of_pixels(Level::new(), pixels))
    }

    /// A wedge of greys through a curve a channel.
    fn toned(exponents: [f64; 3]) -> Vec<[u8; 3]> {
        (0..=255).map(|grey| exponents.map(|exponent| (255.0 * (f64::from(grey) / 255.0).powf(exponent) + 0.5) as u8)).collect()
    }

    /// Colors of all kinds: a linear congruential generator.
    fn colors() -> Vec<[u8; 3]> {
        let mut state = 12_345_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        (0..500).map(|_| [next(), next(), next()]).collect()
    }

    #[test]
    fn equals_scikit_image_and_numpy() {
        // skimage 0.26.0 rgb2lab on the same arrays: concentration, residual, angle, chroma
        let expected = [
            (toned([0.74, 1.0, 1.4]), [0.990020, 0.694851, 72.534641, 15.725564]),
            (toned([1.0, 1.12, 1.03]), [0.999614, 0.278715, 333.728456, 4.841102]),
            (toned([1.9, 1.09, 0.6]), [0.967202, 1.761541, 272.004738, 25.231294]),
            (colors(), [0.140964, 50.172611, 14.557996, 58.557239]),
        ];
        for (pixels, [concentration, residual, angle, chroma]) in expected {
            let found = of(&pixels).unwrap();
            assert!((found.concentration - concentration).abs() < 1e-3, "{found:?}");
            assert!((found.residual - residual).abs() < 0.05, "{found:?}");
            assert!((found.angle - angle).abs() < 0.5, "{found:?}");
            assert!((found.chroma - chroma).abs() < 0.05, "{found:?}");
        }
    }

    #[test]
    fn one_tone_is_found_and_colors_are_not() {
        assert!(of(&toned([0.74, 1.0, 1.4])).unwrap().are_a_tone(90.0));
        assert!(!of(&toned([0.74, 1.0, 1.4])).unwrap().are_a_tone(20.0), "a small part of a picture");
        assert!(!of(&colors()).unwrap().are_a_tone(100.0));
        // one hue, but strong and weak at the same lightness
        let both = (60..160_u8).flat_map(|grey| [[grey + 30, grey, grey - 50], [grey + 6, grey, grey - 9]]);
        let found = of(&both.collect::<Vec<_>>()).unwrap();
        assert!(found.concentration > 0.97 && found.residual > 10.0 && !found.are_a_tone(100.0), "{found:?}");
        assert_eq!(of(&[[90, 90, 90], [12, 14, 13]]), None);
        assert_eq!(of(&[]), None);
    }
}
