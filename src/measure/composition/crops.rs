//! How crops fit: arithmetic on the picture's size and the box of its subject.

use serde::{Deserialize, Serialize};

use super::Frame;
use super::presets::CropPreset;

/// How a picture as seen fits a preset.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CropFit {
    /// Which.
    pub preset: CropPreset,
    /// Columns and rows of the largest crop of that shape.
    pub size_px: (u32, u32),
    /// Share of the picture it keeps, %.
    pub share: f64,
    /// How much larger the crop must be made to have the pixels wanted, 1 if it has them; None for a bare shape.
    pub enlargement: Option<f64>,
    /// Whether the subject's box lies inside the crop from the middle; None without a subject.
    pub holds_subject_centered: Option<bool>,
    /// Where the crop begins that shows most of the subject's box and lies nearest to the middle, from the left and the top.
    pub offset_px: (u32, u32),
    /// Whether the subject's box lies inside it there; None without a subject.
    pub holds_subject: Option<bool>,
}

/// Every preset, in the order of [`CropPreset::ALL`].
pub fn fits(width_px: u32, height_px: u32, subject: Option<Frame>) -> Vec<CropFit> {
    CropPreset::ALL.map(|preset| fit(preset, (width_px, height_px), subject)).to_vec()
}

fn fit(preset: CropPreset, size: (u32, u32), subject: Option<Frame>) -> CropFit {
    let wanted = preset.preset();
    let turned = wanted.turns && size.0 < size.1;
    let turn = |(x, y): (u32, u32)| if turned { (y, x) } else { (x, y) };
    let crop = largest(size, turn(wanted.ratio));
    let enlargement = wanted.pixels.map(turn).map(|(width, height)| {
        let factor = (f64::from(width) / f64::from(crop.0)).max(f64::from(height) / f64::from(crop.1));
        factor.max(1.0)
    });
    let across = Axis::new(size.0, crop.0, subject.map(|frame| (frame.left, frame.right)));
    let down = Axis::new(size.1, crop.1, subject.map(|frame| (frame.top, frame.bottom)));
    CropFit {
        preset,
        size_px: crop,
        share: 100.0 * (f64::from(crop.0) / f64::from(size.0)) * (f64::from(crop.1) / f64::from(size.1)),
        enlargement,
        holds_subject_centered: subject.map(|_| across.holds(across.middle()) && down.holds(down.middle())),
        offset_px: (across.nearest(), down.nearest()),
        holds_subject: subject.map(|_| across.holds(across.nearest()) && down.holds(down.nearest())),
    }
}

/// The largest size of a shape inside another, whole pixels, at least one.
fn largest((width, height): (u32, u32), (across, down): (u32, u32)) -> (u32, u32) {
    let part = |of: u32, times: u32, over: u32| (u64::from(of) * u64::from(times) / u64::from(over)).max(1) as u32;
    if u64::from(width) * u64::from(down) > u64::from(height) * u64::from(across) {
        (part(height, across, down).min(width), height)
    } else {
        (width, part(width, down, across).min(height))
    }
}

/// One side of a picture, the crop's side, and from where to where the subject reaches, in pixels.
#[derive(Debug, Clone, Copy)]
struct Axis {
    side: u32,
    crop: u32,
    subject: Option<(u32, u32)>,
}

impl Axis {
    fn new(side: u32, crop: u32, subject: Option<(f64, f64)>) -> Self {
        let outward = |(from, to): (f64, f64)| {
            ((from * f64::from(side)).floor() as u32, (to * f64::from(side)).ceil().min(f64::from(side)) as u32)
        };
        Self { side, crop, subject: subject.map(outward) }
    }

    fn middle(self) -> u32 {
        (self.side - self.crop) / 2
    }

    fn holds(self, offset: u32) -> bool {
        self.subject.is_none_or(|(from, to)| offset <= from && to <= offset + self.crop)
    }

    /// The offset nearest to the middle that shows most of the subject.
    fn nearest(self) -> u32 {
        let Some((from, to)) = self.subject else { return self.middle() };
        // a crop shorter than the subject lies inside it, a longer one around it
        let (one, other) = (to.saturating_sub(self.crop), from);
        self.middle().clamp(one.min(other), one.max(other)).min(self.side - self.crop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(preset: CropPreset, size: (u32, u32), subject: Option<Frame>) -> CropFit {
        fits(size.0, size.1, subject).into_iter().find(|fit| fit.preset == preset).unwrap()
    }

    #[test]
    fn a_camera_picture_fits_the_feed() {
        let feed = of(CropPreset::InstagramFeed, (4032, 3024), None);
        assert_eq!((feed.size_px, feed.enlargement, feed.offset_px), ((2419, 3024), Some(1.0), (806, 0)));
        assert!((feed.share - 100.0 * 2419.0 / 4032.0).abs() < 1e-9);
        assert_eq!((feed.holds_subject, feed.holds_subject_centered), (None, None));
        let a4 = of(CropPreset::A4Landscape, (1600, 1200), None);
        assert_eq!(a4.size_px, (1600, 1131));
        assert!((a4.enlargement.unwrap() - 2480.0 / 1131.0).abs() < 1e-12);
    }

    #[test]
    fn bare_shapes_lie_as_the_picture_does() {
        let lying = of(CropPreset::ThreeToTwo, (4032, 3024), None);
        assert_eq!((lying.size_px, lying.enlargement), ((4032, 2688), None));
        assert_eq!(of(CropPreset::ThreeToTwo, (3024, 4032), None).size_px, (2688, 4032));
        assert_eq!(of(CropPreset::EightByTen, (3024, 4032), None).enlargement, Some(1.0));
        assert_eq!(of(CropPreset::FourToThree, (4032, 3024), None).share, 100.0);
    }

    #[test]
    fn the_crop_moves_no_further_than_the_subject_asks() {
        let frame = |left, right| Some(Frame { left, top: 0.2, right, bottom: 0.8 });
        // square of 1000 from 2000 x 1000
        let at = |left, right| {
            let fit = of(CropPreset::InstagramSquare, (2000, 1000), frame(left, right));
            (fit.holds_subject_centered.unwrap(), fit.offset_px, fit.holds_subject.unwrap())
        };
        assert_eq!(at(0.3, 0.7), (true, (500, 0), true));
        assert_eq!(at(0.6, 0.9), (false, (800, 0), true));
        assert_eq!(at(0.0, 0.2), (false, (0, 0), true));
        // wider than the crop: inside it, nearest to the middle
        assert_eq!(at(0.1, 0.9), (false, (500, 0), false));
        assert_eq!(at(0.4, 1.0), (false, (800, 0), false));
    }

    #[test]
    fn slivers_keep_a_pixel() {
        for fit in fits(1, 30_000, Some(Frame { left: 0.0, top: 0.4, right: 1.0, bottom: 0.6 })) {
            assert!(fit.size_px.0 == 1 && fit.size_px.1 >= 1 && fit.share > 0.0, "{fit:?}");
            assert!(fit.offset_px.1 + fit.size_px.1 <= 30_000);
        }
    }
}
