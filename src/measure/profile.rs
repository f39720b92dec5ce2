//! The embedded colour profile, applied: coded colour to sRGB, relative colorimetric, without black-point compensation.
//!
//! Whether a profile *is* sRGB is told by what it does to colours, never by its name.

use std::sync::Arc;

use moxcms::{ColorProfile, DataColorSpace, Layout, RenderingIntent, Transform8BitExecutor, TransformOptions};

use crate::ingest::IccProfile;

/// A profile that moves no colour of the test grid by more than this is sRGB, in levels.
const SRGB_TOLERANCE: u8 = 2;
/// Steps a side of the test grid.
const GRID: u8 = 9;

/// How coded colour becomes sRGB.
pub struct Profile {
    kind: Kind,
    description: Option<String>,
}

enum Kind {
    /// Taken as it is: tagged sRGB, or untagged.
    Srgb,
    /// Three channels through a transform.
    Rgb(Arc<Transform8BitExecutor>),
    /// One channel through a table.
    Grey(Vec<[u8; 3]>),
    /// There is a profile, but it cannot be applied: taken as it is, and said so.
    Unusable,
}

impl Profile {
    /// Prepares the profile of a picture with `channels` colour channels, 1 or 3. None: untagged, taken as sRGB.
    pub fn read(icc: Option<&IccProfile>, channels: u8) -> Self {
        let Some(icc) = icc else { return Self { kind: Kind::Srgb, description: None } };
        let kind = transform(&icc.bytes, channels).unwrap_or(Kind::Unusable);
        Self { kind, description: Some(icc.description.clone().unwrap_or_else(|| "unnamed profile".to_owned())) }
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
        matches!(self.kind, Kind::Rgb(_) | Kind::Grey(_))
    }

    /// Turns interleaved R'G'B' into sRGB, in place.
    pub fn to_srgb(&self, pixels: &mut [u8]) {
        match &self.kind {
            Kind::Srgb | Kind::Unusable => {}
            Kind::Rgb(transform) => {
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
            Some(if moves_little(&*transform, &grid, &grid)? { Kind::Srgb } else { Kind::Rgb(transform) })
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
