//! Profiles made of three curves and a matrix: which well-known one it is, told by its numbers and never by its name, and how
//! many colours of a picture have no place in sRGB.
//!
//! Colours are taken to linear sRGB here because the transforms that make previews clip them.

use moxcms::{ColorProfile, DataColorSpace};
use serde::{Deserialize, Serialize};

/// XYZ of colorants may differ by this: profiles round to 1/65536, and makers adapt white in slightly different ways.
const COLORANT_TOLERANCE: f64 = 0.003;
/// Curves may differ by this, in levels as sRGB would code them.
const CURVE_TOLERANCE: f64 = 1.5;
/// Linear sRGB beyond 0..=1 by more than this is outside, rounding is not.
const OUTSIDE: f64 = 0.001;

/// A profile many cameras and programs use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KnownProfile {
    /// IEC 61966-2-1.
    Srgb,
    /// Apple's Display P3: DCI-P3 primaries, D65, the sRGB curve.
    DisplayP3,
    /// Adobe RGB (1998).
    AdobeRgb,
    /// ProPhoto RGB (ISO 22028-2, ROMM RGB).
    ProphotoRgb,
}

/// Curves and matrix of an RGB profile.
#[derive(Debug, Clone, PartialEq)]
pub struct MatrixShaper {
    /// Linear value of each coded level.
    curves: [Box<[f32; 256]>; 3],
    /// Columns: XYZ of red, green and blue under D50.
    colorants: [[f64; 3]; 3],
    /// Linear to linear sRGB.
    to_srgb: [[f64; 3]; 3],
}

impl MatrixShaper {
    /// None for grey, inks, and whatever goes through tables of colours.
    pub fn read(profile: &ColorProfile) -> Option<Self> {
        let tables = [&profile.lut_a_to_b_perceptual, &profile.lut_a_to_b_colorimetric, &profile.lut_a_to_b_saturation];
        if profile.color_space != DataColorSpace::Rgb
            || profile.pcs != DataColorSpace::Xyz
            || tables.iter().any(|table| table.is_some())
        {
            return None;
        }
        let curves = [
            profile.build_r_linearize_table::<u8, 256, 8>(true).ok()?,
            profile.build_g_linearize_table::<u8, 256, 8>(true).ok()?,
            profile.build_b_linearize_table::<u8, 256, 8>(true).ok()?,
        ];
        let shaper = Self {
            curves,
            colorants: profile.colorant_matrix().v,
            to_srgb: profile.transform_matrix(&ColorProfile::new_srgb()).v,
        };
        let finite = shaper.colorants.iter().chain(&shaper.to_srgb).flatten().all(|value| value.is_finite());
        (finite && shaper.colorants != [[0.0; 3]; 3]).then_some(shaper)
    }

    /// Which it is, sRGB left out: that is told by what it does to colours.
    pub fn known(&self) -> Option<KnownProfile> {
        let candidates = [
            (KnownProfile::DisplayP3, ColorProfile::new_display_p3()),
            (KnownProfile::AdobeRgb, ColorProfile::new_adobe_rgb()),
            (KnownProfile::ProphotoRgb, ColorProfile::new_pro_photo_rgb()),
        ];
        candidates.into_iter().find_map(|(known, profile)| self.is_like(&Self::read(&profile)?).then_some(known))
    }

    fn is_like(&self, other: &Self) -> bool {
        let pairs = self.colorants.as_flattened().iter().zip(other.colorants.as_flattened());
        let mut levels = self.curves.iter().zip(&other.curves).flat_map(|(one, other)| one.iter().zip(other.iter()));
        pairs.into_iter().all(|(one, other)| (one - other).abs() <= COLORANT_TOLERANCE)
            && levels.all(|(one, other)| (coded(*one) - coded(*other)).abs() <= CURVE_TOLERANCE)
    }

    /// Share of coded pixels whose colour sRGB cannot hold, %. 0 without a pixel.
    pub fn outside_srgb(&self, pixels: &[[u8; 3]]) -> f64 {
        let outside = |pixel: &&[u8; 3]| {
            let [red, green, blue]: [f64; 3] =
                std::array::from_fn(|channel| f64::from(self.curves[channel][usize::from(pixel[channel])]));
            self.to_srgb.iter().any(|row| {
                let linear = row[0] * red + row[1] * green + row[2] * blue;
                !(-OUTSIDE..=1.0 + OUTSIDE).contains(&linear)
            })
        };
        100.0 * pixels.iter().filter(outside).count() as f64 / pixels.len().max(1) as f64
    }
}

/// The level at which sRGB codes a linear value.
fn coded(linear: f32) -> f64 {
    let linear = f64::from(linear).clamp(0.0, 1.0);
    255.0 * if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shaper(profile: &ColorProfile) -> MatrixShaper {
        // through bytes, as files have it: colorants are rounded
        MatrixShaper::read(&ColorProfile::new_from_slice(&profile.encode().unwrap()).unwrap()).unwrap()
    }

    #[test]
    fn profiles_are_known_by_their_numbers() {
        let known = |profile: &ColorProfile| shaper(profile).known();
        assert_eq!(known(&ColorProfile::new_display_p3()), Some(KnownProfile::DisplayP3));
        assert_eq!(known(&ColorProfile::new_adobe_rgb()), Some(KnownProfile::AdobeRgb));
        assert_eq!(known(&ColorProfile::new_pro_photo_rgb()), Some(KnownProfile::ProphotoRgb));
        assert_eq!(known(&ColorProfile::new_srgb()), None);
        assert_eq!(known(&ColorProfile::new_bt2020()), None);
        // the primaries alone do not make it
        let mut other_curve = ColorProfile::new_display_p3();
        let gamma = moxcms::curve_from_gamma(2.2);
        (other_curve.red_trc, other_curve.green_trc, other_curve.blue_trc) =
            (Some(gamma.clone()), Some(gamma.clone()), Some(gamma));
        other_curve.cicp = None;
        assert_eq!(known(&other_curve), None);
        let mut other_name = ColorProfile::new_adobe_rgb();
        other_name.description = ColorProfile::new_srgb().description;
        assert_eq!(known(&other_name), Some(KnownProfile::AdobeRgb));
    }

    #[test]
    fn grey_profiles_are_none_of_them() {
        assert_eq!(MatrixShaper::read(&ColorProfile::new_gray_with_gamma(2.2)), None);
    }

    #[test]
    fn colors_outside_are_counted() {
        let p3 = shaper(&ColorProfile::new_display_p3());
        let pixels =
            [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255], [0, 0, 0], [128, 128, 128], [200, 150, 140], [90, 90, 200]];
        assert_eq!(p3.outside_srgb(&pixels), 37.5);
        assert_eq!(p3.outside_srgb(&[]), 0.0);
        assert_eq!(shaper(&ColorProfile::new_srgb()).outside_srgb(&pixels), 0.0);
    }
}
