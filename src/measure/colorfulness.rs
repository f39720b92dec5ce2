//! Colourfulness (Hasler and Süsstrunk 2003), from integer moments.
//!
//! Over all pixels of coded R'G'B' where that is sRGB. With another profile, single pixels of evenly spaced rows go through
//! it: averaging cells first would take the colour noise out and lower the number.

use super::kernels::Level;
use super::kernels::moments::{self, ColorMoments};
use super::profile::Profile;
use super::rows::Row;

/// Pixels turned to sRGB at most, about; the step between rows is odd so that both rows of a chroma sample take part.
const CONVERTED_MAX: usize = 1 << 20;

/// Sums moments while rows pass.
#[derive(Debug)]
pub struct ColorScan {
    level: Level,
    moments: ColorMoments,
    step: usize,
    row: usize,
    interleaved: Vec<u8>,
}

impl ColorScan {
    /// For a picture of this size as stored.
    pub fn new(level: Level, width: usize, height: usize, profile: &Profile) -> Self {
        let step = if profile.converts() { (width * height).div_ceil(CONVERTED_MAX) | 1 } else { 1 };
        Self { level, moments: ColorMoments::default(), step, row: 0, interleaved: Vec::new() }
    }

    /// Takes a row.
    pub fn add(&mut self, row: &Row<'_>, profile: &Profile) {
        let index = self.row;
        self.row += 1;
        let Some(channels) = row.channels else { return };
        if !profile.converts() {
            moments::add(self.level, &mut self.moments, channels);
        } else if index.is_multiple_of(self.step) {
            let [red, green, blue] = channels;
            self.interleaved.clear();
            self.interleaved.extend(red.iter().zip(green).zip(blue).flat_map(|((&red, &green), &blue)| [red, green, blue]));
            profile.to_srgb(&mut self.interleaved);
            moments::add_interleaved(&mut self.moments, &self.interleaved);
        }
    }

    /// The moments; none for a grey picture.
    pub fn finish(self) -> ColorMoments {
        self.moments
    }
}

/// Hypotenuse of the deviations plus 0.3 times that of the means; 0 without pixels.
pub fn colorfulness(moments: &ColorMoments) -> f64 {
    if moments.count == 0 {
        return 0.0;
    }
    let n = moments.count as f64;
    let deviation = |sum: i64, squared: i64| {
        let (sum, squared, count) = (i128::from(sum), i128::from(squared), i128::from(moments.count));
        ((count * squared - sum * sum) as f64).sqrt() / n
    };
    let (rg, yb) = (moments.rg as f64 / n, moments.yb as f64 / n / 2.0);
    let rg_deviation = deviation(moments.rg, moments.rg_squared);
    let yb_deviation = deviation(moments.yb, moments.yb_squared) / 2.0;
    rg_deviation.hypot(yb_deviation) + 0.3 * rg.hypot(yb)
}
