//! The embedded colour profile, applied: coded colour to sRGB, relative colorimetric, without black-point compensation.
//!
//! Whether a profile *is* sRGB is told by what it does to colours, never by its name.

use std::sync::Arc;

use moxcms::{ColorProfile, DataColorSpace, Layout, RenderingIntent, Transform8BitExecutor, TransformOptions};
use serde::{Deserialize, Serialize};

use super::gamut::{KnownProfile, MatrixShaper};
use crate::ingest::IccProfile;

/// A profile that moves no colour of the test grid by more than this is sRGB, in levels.
const SRGB_TOLERANCE: u8 = 2;
/// Steps a side of the test grid.
const GRID: u8 = 9;

/// How coded colour becomes sRGB.
pub struct Profile {
    kind: Kind,
    description: Option<String>,
    identity: Identity,
}

/// What is known of an embedded profile besides its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Identity {
    /// Which of the well-known ones it is, told by its numbers.
    pub known: Option<KnownProfile>,
    /// What kind of device it is of.
    pub class: Option<ProfileClass>,
    /// Major and minor version of the format.
    pub version: Option<(u8, u8)>,
}

/// Device class of a profile (ICC.1:2022, 7.2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProfileClass {
    /// `scnr`: cameras and scanners.
    Input,
    /// `mntr`: displays, and most working spaces.
    Display,
    /// `prtr`: printers and presses.
    Output,
    /// `spac`: a color space without a device.
    ColorSpace,
    /// `link`, `abst`, `nmcl`: not meant to be embedded in a picture.
    Other,
}

enum Kind {
    /// Taken as it is: tagged sRGB, or untagged.
    Srgb,
    /// Three channels through a transform, and its curves and matrix where it has them.
    Rgb(Arc<Transform8BitExecutor>, Option<Box<MatrixShaper>>),
    /// One channel through a table.
    Grey(Vec<[u8; 3]>),
    /// There is a profile, but it cannot be applied: taken as it is, and said so.
    Unusable,
}

impl Profile {
    /// Prepares the profile of a picture with `channels` colour channels, 1 or 3. None: untagged, taken as sRGB.
    pub fn read(icc: Option<&IccProfile>, channels: u8) -> Self {
        let Some(icc) = icc else {
            return Self { kind: Kind::Srgb, description: None, identity: Identity::default() };
        };
        let kind = transform(&icc.bytes, channels).unwrap_or(Kind::Unusable);
        let known = match &kind {
            Kind::Srgb if channels == 3 => Some(KnownProfile::Srgb),
            Kind::Rgb(_, Some(shaper)) => shaper.known(),
            _ => None,
        };
        Self {
            identity: Identity { known, class: class(&icc.bytes), version: version(&icc.bytes) },
            kind,
            description: Some(icc.description.clone().unwrap_or_else(|| "unnamed profile".to_owned())),
        }
    }

    /// Which it is; nothing for an untagged picture.
    pub fn identity(&self) -> Identity {
        self.identity
    }

    /// Share of coded pixels whose color sRGB cannot hold, %; None if it goes through tables of colors, which end at its own
    /// borders, or cannot be applied.
    pub fn outside_srgb(&self, pixels: &[[u8; 3]]) -> Option<f64> {
        match &self.kind {
            Kind::Srgb | Kind::Grey(_) => Some(0.0),
            Kind::Rgb(_, shaper) => shaper.as_ref().map(|shaper| shaper.outside_srgb(pixels)),
            Kind::Unusable => None,
        }
    }

    /// Its name; None for an untagged picture.
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// Whether coded colour is sRGB.
    pub fn is_srgb(&self) -> bool {
        matches!(self.kind, Kind::Srgb)
    }

    /// Whether [`Self::to_srgb`] changes colours.
    pub fn converts(&self) -> bool {
        matches!(self.kind, Kind::Rgb(..) | Kind::Grey(_))
    }

    /// Turns interleaved R'G'B' into sRGB, in place.
    pub fn to_srgb(&self, pixels: &mut [u8]) {
        match &self.kind {
            Kind::Srgb | Kind::Unusable => {}
            Kind::Rgb(transform, _) => {
                let coded = pixels.to_vec();
                if transform.transform(&coded, pixels).is_err() {
                    pixels.copy_from_slice(&coded);
                }
            }
            Kind::Grey(table) => {
                for pixel in pixels.as_chunks_mut::<3>().0 {
                    *pixel = table[usize::from(pixel[0])];
                }
            }
        }
    }
}

fn transform(icc: &[u8], channels: u8) -> Option<Kind> {
    let profile = ColorProfile::new_from_slice(icc).ok()?;
    let srgb = ColorProfile::new_srgb();
    let options = TransformOptions { rendering_intent: RenderingIntent::RelativeColorimetric, ..TransformOptions::default() };
    match (profile.color_space, channels) {
        (DataColorSpace::Rgb, _) => {
            let transform = profile.create_transform_8bit(Layout::Rgb, &srgb, Layout::Rgb, options).ok()?;
            let grid = grid();
            if moves_little(&*transform, &grid, &grid)? {
                return Some(Kind::Srgb);
            }
            Some(Kind::Rgb(transform, MatrixShaper::read(&profile).map(Box::new)))
        }
        (DataColorSpace::Gray, 1) => {
            let transform = profile.create_transform_8bit(Layout::Gray, &srgb, Layout::Rgb, options).ok()?;
            let greys: Vec<u8> = (0..=255).collect();
            let unmoved: Vec<u8> = greys.iter().flat_map(|&grey| [grey; 3]).collect();
            if moves_little(&*transform, &greys, &unmoved)? {
                return Some(Kind::Srgb);
            }
            let mut table = vec![[0; 3]; 256];
            transform.transform(&greys, table.as_flattened_mut()).ok()?;
            Some(Kind::Grey(table))
        }
        _ => None,
    }
}

fn class(icc: &[u8]) -> Option<ProfileClass> {
    Some(match icc.get(12..16)? {
        b"scnr" => ProfileClass::Input,
        b"mntr" => ProfileClass::Display,
        b"prtr" => ProfileClass::Output,
        b"spac" => ProfileClass::ColorSpace,
        b"link" | b"abst" | b"nmcl" => ProfileClass::Other,
        _ => return None,
    })
}

fn version(icc: &[u8]) -> Option<(u8, u8)> {
    let (major, minor) = (*icc.get(8)?, *icc.get(9)? >> 4);
    (1..=9).contains(&major).then_some((major, minor))
}

/// Whether the transform takes `coded` to about `unmoved`.
fn moves_little(transform: &Transform8BitExecutor, coded: &[u8], unmoved: &[u8]) -> Option<bool> {
    let mut moved = vec![0; unmoved.len()];
    transform.transform(coded, &mut moved).ok()?;
    Some(moved.iter().zip(unmoved).all(|(moved, unmoved)| moved.abs_diff(*unmoved) <= SRGB_TOLERANCE))
}

/// Colours spread over the cube.
fn grid() -> Vec<u8> {
    let steps = || (0..GRID).map(|step| (u16::from(step) * 255 / u16::from(GRID - 1)) as u8);
    steps().flat_map(|red| steps().flat_map(move |green| steps().flat_map(move |blue| [red, green, blue]))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() })]

        #[test]
        fn broken_profiles_never_panic(
            which in 0usize..3,
            edits in proptest::collection::vec((proptest::prelude::any::<proptest::sample::Index>(), proptest::prelude::any::<u8>()), 1..8),
            cut in proptest::option::of(proptest::prelude::any::<proptest::sample::Index>()),
        ) {
            let color = [ColorProfile::new_display_p3(), ColorProfile::new_gray_with_gamma(1.8), ColorProfile::new_adobe_rgb()];
            let mut bytes = color[which].encode().unwrap();
            for (at, value) in edits {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            let read = Profile::read(Some(&IccProfile { bytes, description: None }), if which == 1 { 1 } else { 3 });
            read.to_srgb(&mut [1, 2, 3, 250, 128, 0]);
        }
    }

    fn profile(color: &ColorProfile, channels: u8) -> Profile {
        let bytes = color.encode().unwrap();
        Profile::read(Some(&IccProfile { bytes, description: None }), channels)
    }

    #[test]
    fn srgb_is_told_by_content() {
        assert!(profile(&ColorProfile::new_srgb(), 3).is_srgb());
        assert!(profile(&ColorProfile::new_srgb(), 1).is_srgb());
        for other in [ColorProfile::new_display_p3(), ColorProfile::new_adobe_rgb(), ColorProfile::new_pro_photo_rgb()] {
            let other = profile(&other, 3);
            assert!(!other.is_srgb() && other.converts());
        }
    }

    #[test]
    fn profiles_are_told_by_content_with_class_and_version() {
        let identity = |color: ColorProfile, channels| {
            let Identity { known, class, version } = profile(&color, channels).identity();
            (known, class, version.map(|(major, _)| major))
        };
        let known = |known| (known, Some(ProfileClass::Display), Some(4));
        assert_eq!(identity(ColorProfile::new_srgb(), 3), known(Some(KnownProfile::Srgb)));
        assert_eq!(identity(ColorProfile::new_display_p3(), 3), known(Some(KnownProfile::DisplayP3)));
        assert_eq!(identity(ColorProfile::new_bt2020(), 3), known(None));
        assert_eq!(identity(ColorProfile::new_gray_with_gamma(2.2), 1), known(None));
        assert_eq!(Profile::read(None, 3).identity(), Identity::default());
    }

    #[test]
    fn colors_outside_are_unknown_without_curves_and_matrix() {
        let red = [[255, 0, 0], [128, 128, 128]];
        assert_eq!(profile(&ColorProfile::new_display_p3(), 3).outside_srgb(&red), Some(50.0));
        assert_eq!(profile(&ColorProfile::new_srgb(), 3).outside_srgb(&red), Some(0.0));
        assert_eq!(profile(&ColorProfile::new_gray_with_gamma(1.8), 3).outside_srgb(&red), None);
    }

    #[test]
    fn display_p3_red_becomes_more_than_srgb_red() {
        let p3 = profile(&ColorProfile::new_display_p3(), 3);
        // P3 (200, 50, 50) is sRGB (217.9, 23.7, 40.0), from the primaries in double precision
        let mut pixels = vec![200, 50, 50, 128, 128, 128, 255, 255, 255];
        p3.to_srgb(&mut pixels);
        for (ours, theirs) in pixels.iter().zip([218, 24, 40, 128, 128, 128, 255, 255, 255u8]) {
            assert!(ours.abs_diff(theirs) <= 1, "{pixels:?}");
        }
    }

    #[test]
    fn grey_profiles_go_through_a_table() {
        let linear = profile(&ColorProfile::new_gray_with_gamma(1.0), 1);
        assert!(!linear.is_srgb());
        let mut pixels = vec![0, 0, 0, 55, 55, 55, 255, 255, 255];
        linear.to_srgb(&mut pixels);
        // linear 55/255 = 0.2157 is sRGB 128.1
        assert!(pixels[0] == 0 && pixels[8] == 255 && pixels[4].abs_diff(128) <= 1, "{pixels:?}");
    }

    #[test]
    fn what_cannot_be_applied_changes_nothing_and_is_not_called_srgb() {
        let broken = Profile::read(Some(&IccProfile { bytes: vec![0; 200], description: Some("Mine".into()) }), 3);
        let mut pixels = vec![1, 2, 3];
        broken.to_srgb(&mut pixels);
        assert_eq!(
            (pixels, broken.is_srgb(), broken.converts(), broken.description()),
            (vec![1, 2, 3], false, false, Some("Mine"))
        );
        let grey_for_color = profile(&ColorProfile::new_gray_with_gamma(1.8), 3);
        assert!(!grey_for_color.is_srgb() && !grey_for_color.converts());
        let untagged = Profile::read(None, 3);
        assert!(untagged.is_srgb() && untagged.description().is_none());
    }
}
