//! The border of the picture as its background: color, evenness, and what stands before it. On cells of at most 128 a side, so
//! that grain does not count.

use serde::{Deserialize, Serialize};

use super::Frame;
use crate::measure::color::SmallPicture;
use crate::measure::color::delta_e::{Lab, ciede2000, within};
use crate::measure::color::lab;
use crate::measure::kernels::Level;

/// Long side of the picture that is looked at, in cells.
const LONG_EDGE: usize = 128;
/// Shorter pictures are not looked at, in cells.
const EDGE_MIN: usize = 16;
/// Width of the ring, in shares of the short side.
const RING_SHARE: f64 = 0.03;
/// CIEDE2000 up to which two colors are about the same.
pub const SAME_MAX: f64 = 2.0;
/// CIEDE2000 up to which a pixel belongs to the background.
pub const BACKGROUND_MAX: f64 = 5.0;
/// The ring is of one color if at least this share of it belongs to the background, %.
pub const UNIFORM_SHARE_MIN: f64 = 80.0;
/// Pure white as sRGB gives it.
const WHITE: Lab = [100.0, -0.002_455, 0.004_653];

/// The ring along the border, 3 % of the short side wide. Colors in CIELAB (D65), differences in CIEDE2000.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Background {
    /// Median L*, a* and b* of the ring.
    pub lab: [f64; 3],
    /// Median difference of the ring's cells from that color.
    pub spread: f64,
    /// Share of the ring within 2 of pure white, %.
    pub white_share: f64,
    /// Share of the ring within 2 of its own median, %.
    pub even_share: f64,
    /// Difference of the medians of the left and the right side.
    pub gradient_across: f64,
    /// Difference of the medians of the upper and the lower side.
    pub gradient_down: f64,
    /// Median L* of the middle, half as wide and half as high as the picture, less that of the ring. Well below 0 where the middle is
    /// lit from behind, and where dark things stand before a light ground.
    pub center_over_ring: f64,
}

/// What differs from the ring's median by more than 5.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Fill {
    /// Its share of the picture, %.
    pub share: f64,
    /// The box around it; None if there is nothing.
    pub frame: Option<Frame>,
}

/// Of a whole picture; None for a tiny one, and no fill unless at least 80 % of the ring are within 5 of its median.
pub fn background(picture: &SmallPicture) -> (Option<Background>, Option<Fill>) {
    let cells = picture.reduced(LONG_EDGE);
    let (columns, rows) = (cells.columns, cells.rows);
    if columns.min(rows) < EDGE_MIN {
        return (None, None);
    }
    let labs: Vec<Lab> = lab::of_pixels(Level::new(), &cells.pixels).into_iter().map(|lab| lab.map(f64::from)).collect();
    let width = ((RING_SHARE * columns.min(rows) as f64).round() as usize).max(1);
    let of = |inside: &dyn Fn(usize, usize) -> bool| -> Vec<Lab> {
        labs.iter().enumerate().filter(|(at, _)| inside(at % columns, at / columns)).map(|(_, lab)| *lab).collect()
    };
    let (left, right) = (|x: usize, _: usize| x < width, |x: usize, _: usize| x >= columns - width);
    let (upper, lower) = (|_: usize, y: usize| y < width, |_: usize, y: usize| y >= rows - width);
    let center =
        |x: usize, y: usize| (columns / 4..columns - columns / 4).contains(&x) && (rows / 4..rows - rows / 4).contains(&y);
    let ring = of(&|x, y| left(x, y) || right(x, y) || upper(x, y) || lower(x, y));
    let median = median(&ring);
    let mut differences: Vec<f64> = ring.iter().map(|&lab| ciede2000(lab, median)).collect();
    let share = |count: usize| 100.0 * count as f64 / ring.len() as f64;
    let below = |limit: f64| share(differences.iter().filter(|&&difference| difference <= limit).count());
    let (even_share, uniform_share) = (below(SAME_MAX), below(BACKGROUND_MAX));
    let background = Background {
        lab: median,
        spread: middle(&mut differences),
        white_share: share(ring.iter().filter(|&&lab| within(lab, WHITE, SAME_MAX)).count()),
        even_share,
        gradient_across: ciede2000(self::median(&of(&left)), self::median(&of(&right))),
        gradient_down: ciede2000(self::median(&of(&upper)), self::median(&of(&lower))),
        center_over_ring: self::median(&of(&center))[0] - median[0],
    };
    let fill = (uniform_share >= UNIFORM_SHARE_MIN).then(|| fill(&labs, (columns, rows), median));
    (Some(background), fill)
}

fn fill(labs: &[Lab], (columns, rows): (usize, usize), ground: Lab) -> Fill {
    let mut count = 0;
    let (mut left, mut top, mut right, mut bottom) = (columns, rows, 0, 0);
    for (y, row) in labs.chunks_exact(columns).enumerate() {
        for (x, _) in row.iter().enumerate().filter(|(_, lab)| !within(**lab, ground, BACKGROUND_MAX)) {
            count += 1;
            (left, right) = (left.min(x), right.max(x + 1));
            (top, bottom) = (top.min(y), bottom.max(y + 1));
        }
    }
    let (width, height) = (columns as f64, rows as f64);
    let frame = (count > 0).then(|| Frame {
        left: left as f64 / width,
        top: top as f64 / height,
        right: right as f64 / width,
        bottom: bottom as f64 / height,
    });
    Fill { share: 100.0 * f64::from(count) / (width * height), frame }
}

/// Of each axis by itself.
fn median(labs: &[Lab]) -> Lab {
    std::array::from_fn(|axis| middle(&mut labs.iter().map(|lab| lab[axis]).collect::<Vec<f64>>()))
}

/// The lower of the two in the middle; 0 of nothing.
fn middle(values: &mut [f64]) -> f64 {
    let Some(last) = values.len().checked_sub(1) else { return 0.0 };
    *values.select_nth_unstable_by(last / 2, f64::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(columns: usize, rows: usize, color: impl Fn(usize, usize) -> [u8; 3]) -> SmallPicture {
        let pixels = (0..columns * rows).map(|at| color(at % columns, at / columns)).collect();
        SmallPicture { columns, rows, pixels, whole: true }
    }

    #[test]
    fn a_disc_before_white_fills_its_share() {
        let disc =
            picture(
                128,
                96,
                |x, y| {
                    if (x as f64 + 0.5 - 70.0).hypot(y as f64 + 0.5 - 44.0) < 30.0 { [180, 40, 30] } else { [255; 3] }
                },
            );
        let (background, fill) = background(&disc);
        let (background, fill) = (background.unwrap(), fill.unwrap());
        assert_eq!((background.white_share, background.even_share, background.spread), (100.0, 100.0, 0.0));
        assert_eq!((background.gradient_across, background.gradient_down), (0.0, 0.0));
        assert!(background.center_over_ring < -50.0, "a dark disc before white, {}", background.center_over_ring);
        let truth = 100.0 * std::f64::consts::PI * 900.0 / (128.0 * 96.0);
        assert!((fill.share - truth).abs() < 0.1, "{} {truth}", fill.share);
        assert_eq!(fill.frame, Some(Frame { left: 40.0 / 128.0, top: 14.0 / 96.0, right: 100.0 / 128.0, bottom: 74.0 / 96.0 }));
    }

    #[test]
    fn a_slope_has_its_gradient_and_its_numbers_equal_scikit_image() {
        // skimage 0.26.0 rgb2lab and deltaE_ciede2000, medians by NumPy percentile(50, method="inverted_cdf")
        let slope = picture(120, 80, |x, y| [(200 + x / 4) as u8, (190 + x / 8 + y / 8) as u8, (180 + y / 4) as u8]);
        let (background, fill) = background(&slope);
        let background = background.unwrap();
        let expected = [
            (background.lab[0], 81.8259),
            (background.lab[1], 2.4663),
            (background.lab[2], 7.5578),
            (background.spread, 3.5020),
            (background.white_share, 0.0000),
            (background.even_share, 0.0000),
            (background.gradient_across, 8.2354),
            (background.gradient_down, 5.1905),
            (background.center_over_ring, 0.0510),
        ];
        for (ours, theirs) in expected {
            assert!((ours - theirs).abs() < 2e-3, "{ours} {theirs}");
        }
        assert!((fill.unwrap().share - 5.0000).abs() < 1e-3);
    }

    #[test]
    fn a_busy_border_has_no_fill() {
        let (background, fill) =
            background(&picture(128, 96, |x, y| if (x / 8 + y / 8) % 2 == 0 { [255; 3] } else { [20, 60, 200] }));
        assert!(background.unwrap().even_share < UNIFORM_SHARE_MIN);
        assert_eq!(fill, None);
    }

    #[test]
    fn one_color_is_filled_by_nothing_and_tiny_pictures_have_no_border() {
        let (_, fill) = background(&picture(64, 64, |_, _| [90, 120, 130]));
        assert_eq!(fill, Some(Fill { share: 0.0, frame: None }));
        assert_eq!(background(&picture(15, 64, |_, _| [90; 3])), (None, None));
    }
}
