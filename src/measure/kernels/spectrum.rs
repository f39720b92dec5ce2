//! Power of a 512 x 512 tile in two bands of spatial frequency, by a Fourier transform of our own.
//!
//! Eight lines are transformed side by side, so that each step is the same for eight neighbors in memory: the compiler makes
//! vector code of it, and every machine makes the same numbers, bit for bit. 512 is 8 x 8 x 8: three passes of 8-point
//! transforms in place leave the frequencies in order of their reversed octal digits, which a sum over bands does not mind.
//! Arithmetic is in 64 bits; between rows and columns the spectrum is kept in 32, 1 MiB in all.

use std::f64::consts::{FRAC_1_SQRT_2, TAU};

use fearless_simd::{Level, dispatch};

use crate::raster::PlaneView;

/// A tile's side.
pub const SIDE: usize = 512;
/// Lines side by side.
const LANES: usize = 8;
/// Columns that have a frequency below half a cycle per pixel; the rest mirrors them.
const COLUMNS: usize = SIDE / 2;
/// Edges of the bands in cycles per tile, squared: 0.15 to 0.25 and 0.40 to 0.50 cycles per pixel, each without its end.
const LOW_BAND: [f64; 2] = [0.15 * 512.0 * 0.15 * 512.0, 0.25 * 512.0 * 0.25 * 512.0];
const HIGH_BAND: [f64; 2] = [0.40 * 512.0 * 0.40 * 512.0, 0.50 * 512.0 * 0.50 * 512.0];

type Lane = [f64; LANES];

/// Mean power in the two bands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BandPower {
    /// 0.15 to 0.25 cycles per pixel.
    pub low: f64,
    /// 0.40 to 0.50 cycles per pixel.
    pub high: f64,
}

/// Transforms tiles; keeps its buffers.
#[derive(Debug)]
pub struct Spectrum {
    level: Level,
    /// cos and -sin of whole turns / 512.
    turns: Vec<Complex>,
    /// Hann, periodic.
    window: Vec<f64>,
    re: Vec<Lane>,
    im: Vec<Lane>,
    /// Column by column.
    columns: Vec<(f32, f32)>,
}

/// Where a frequency stands after the passes: its three octal digits in reverse.
const fn place(frequency: usize) -> usize {
    (frequency & 7) << 6 | frequency & 0o70 | frequency >> 6
}

impl Spectrum {
    /// Allocates its buffers.
    pub fn new(level: Level) -> Self {
        let angle = |index: usize| TAU * index as f64 / SIDE as f64;
        Self {
            level,
            turns: (0..SIDE).map(|index| (angle(index).cos(), -angle(index).sin())).collect(),
            window: (0..SIDE).map(|index| 0.5 - 0.5 * angle(index).cos()).collect(),
            re: vec![Lane::default(); SIDE],
            im: vec![Lane::default(); SIDE],
            columns: vec![(0.0, 0.0); COLUMNS * SIDE],
        }
    }

    /// Power of a tile of 512 x 512 samples, less its mean and under a Hann window; None for another size.
    pub fn band_power(&mut self, tile: PlaneView<'_, u8>) -> Option<BandPower> {
        if (tile.width(), tile.height()) != (SIDE, SIDE) {
            return None;
        }
        let sum: u64 = tile.rows().map(|row| row.iter().map(|&sample| u64::from(sample)).sum::<u64>()).sum();
        let mean = sum as f64 / (SIDE * SIDE) as f64;
        for first in (0..SIDE).step_by(2 * LANES) {
            self.load_rows(tile, first, mean);
            self.transform();
            self.store_rows(first);
        }
        let mut bands = Bands::default();
        for first in (0..COLUMNS).step_by(LANES) {
            self.load_columns(first);
            self.transform();
            let Self { level, re, im, .. } = self;
            dispatch!(*level, _ => bands.add(re, im, first));
        }
        Some(bands.means())
    }

    fn transform(&mut self) {
        let Self { level, turns, re, im, .. } = self;
        dispatch!(*level, _ => {
            pass::<64>(re, im, turns);
            pass::<8>(re, im, turns);
            pass::<1>(re, im, turns);
        });
    }

    /// Sixteen rows as eight complex lines: one row the real part, the row eight below the imaginary one.
    fn load_rows(&mut self, tile: PlaneView<'_, u8>, first: usize, mean: f64) {
        for lane in 0..LANES {
            let (above, below) = (first + lane, first + LANES + lane);
            let (weight_above, weight_below) = (self.window[above], self.window[below]);
            let samples = tile.row(above).iter().zip(tile.row(below)).zip(&self.window);
            for ((re, im), ((&above, &below), &weight)) in self.re.iter_mut().zip(&mut self.im).zip(samples) {
                re[lane] = (f64::from(above) - mean) * (weight * weight_above);
                im[lane] = (f64::from(below) - mean) * (weight * weight_below);
            }
        }
    }

    /// Takes the spectra of two real rows apart.
    fn store_rows(&mut self, first: usize) {
        for frequency in 0..COLUMNS {
            let (at, mirror) = (place(frequency), place((SIDE - frequency) % SIDE));
            let (re, im, re_mirror, im_mirror) = (&self.re[at], &self.im[at], &self.re[mirror], &self.im[mirror]);
            let column = &mut self.columns[frequency * SIDE + first..][..2 * LANES];
            for lane in 0..LANES {
                let (sum, difference) = (re[lane] + re_mirror[lane], im[lane] - im_mirror[lane]);
                let (sum_im, difference_re) = (im[lane] + im_mirror[lane], re_mirror[lane] - re[lane]);
                column[lane] = ((0.5 * sum) as f32, (0.5 * difference) as f32);
                column[LANES + lane] = ((0.5 * sum_im) as f32, (0.5 * difference_re) as f32);
            }
        }
    }

    fn load_columns(&mut self, first: usize) {
        for lane in 0..LANES {
            let column = &self.columns[(first + lane) * SIDE..][..SIDE];
            for ((re, im), &(from_re, from_im)) in self.re.iter_mut().zip(&mut self.im).zip(column) {
                (re[lane], im[lane]) = (from_re.into(), from_im.into());
            }
        }
    }
}

/// 8-point transforms of samples `STRIDE` apart, in blocks of eight strides, and the turns that join them.
#[inline(always)]
fn pass<const STRIDE: usize>(re: &mut [Lane], im: &mut [Lane], turns: &[Complex]) {
    for (re, im) in re.chunks_exact_mut(8 * STRIDE).zip(im.chunks_exact_mut(8 * STRIDE)) {
        for offset in 0..STRIDE {
            // copies in and out, and one loop over lanes between them: so it becomes vector code
            let from_re: [Lane; 8] = std::array::from_fn(|k| re[offset + k * STRIDE]);
            let from_im: [Lane; 8] = std::array::from_fn(|k| im[offset + k * STRIDE]);
            let turns: [Complex; 8] = std::array::from_fn(|m| turns[m * offset * (SIDE / 8 / STRIDE)]);
            let (mut to_re, mut to_im) = ([Lane::default(); 8], [Lane::default(); 8]);
            for lane in 0..LANES {
                let points = butterfly(std::array::from_fn(|k| (from_re[k][lane], from_im[k][lane])));
                for m in 0..8 {
                    let ((re, im), (cos, sin)) = (points[m], turns[m]);
                    (to_re[m][lane], to_im[m][lane]) =
                        if m == 0 || STRIDE == 1 { (re, im) } else { (re * cos - im * sin, re * sin + im * cos) };
                }
            }
            for m in 0..8 {
                re[offset + m * STRIDE] = to_re[m];
                im[offset + m * STRIDE] = to_im[m];
            }
        }
    }
}

type Complex = (f64, f64);

/// The 8-point transform.
#[inline(always)]
fn butterfly(points: [Complex; 8]) -> [Complex; 8] {
    let add = |a: Complex, b: Complex| (a.0 + b.0, a.1 + b.1);
    let sub = |a: Complex, b: Complex| (a.0 - b.0, a.1 - b.1);
    // a - ib and a + ib
    let turned = |a: Complex, b: Complex| (a.0 + b.1, a.1 - b.0);
    let turned_back = |a: Complex, b: Complex| (a.0 - b.1, a.1 + b.0);
    let [p0, p1, p2, p3, p4, p5, p6, p7] = points;
    let (even_0, even_1, even_2, even_3) = (add(p0, p4), add(p1, p5), add(p2, p6), add(p3, p7));
    let (odd_0, odd_1, odd_2, odd_3) = (sub(p0, p4), sub(p1, p5), sub(p2, p6), sub(p3, p7));
    let (a, b, c, d) = (add(even_0, even_2), sub(even_0, even_2), add(even_1, even_3), sub(even_1, even_3));
    let (e, f, g, h) = (turned(odd_0, odd_2), turned_back(odd_0, odd_2), turned(odd_1, odd_3), turned_back(odd_1, odd_3));
    let g = ((g.0 + g.1) * FRAC_1_SQRT_2, (g.1 - g.0) * FRAC_1_SQRT_2);
    let h = ((h.1 - h.0) * FRAC_1_SQRT_2, (-h.1 - h.0) * FRAC_1_SQRT_2);
    [add(a, c), add(e, g), turned(b, d), add(f, h), sub(a, c), sub(e, g), turned_back(b, d), sub(f, h)]
}

/// Sums of power and of frequencies, lane by lane.
#[derive(Debug, Default)]
struct Bands {
    low: Lane,
    high: Lane,
    low_count: Lane,
    high_count: Lane,
}

impl Bands {
    /// Eight columns from `first` on. All but the first stand for their mirror image too.
    #[inline(always)]
    fn add(&mut self, re: &[Lane], im: &[Lane], first: usize) {
        let across: Lane = std::array::from_fn(|lane| ((first + lane) * (first + lane)) as f64);
        let weight: Lane = std::array::from_fn(|lane| if first + lane == 0 { 1.0 } else { 2.0 });
        for frequency in 0..SIDE {
            let (re, im) = (&re[place(frequency)], &im[place(frequency)]);
            let down = frequency.min(SIDE - frequency) as f64;
            for lane in 0..LANES {
                let radius = across[lane] + down * down;
                let power = re[lane] * re[lane] + im[lane] * im[lane];
                let low = if (LOW_BAND[0]..LOW_BAND[1]).contains(&radius) { weight[lane] } else { 0.0 };
                let high = if (HIGH_BAND[0]..HIGH_BAND[1]).contains(&radius) { weight[lane] } else { 0.0 };
                self.low[lane] += low * power;
                self.high[lane] += high * power;
                self.low_count[lane] += low;
                self.high_count[lane] += high;
            }
        }
    }

    fn means(&self) -> BandPower {
        let sum = |lanes: &Lane| lanes.iter().sum::<f64>();
        BandPower { low: sum(&self.low) / sum(&self.low_count), high: sum(&self.high) / sum(&self.high_count) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::kernels::levels;
    use crate::raster::Plane;

    /// A wave with noise, by a formula the script that made the expected values shares.
    fn tile() -> Plane<u8> {
        let mut state = 2024_u32;
        let samples = (0..SIDE * SIDE).map(|i| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let (x, y) = (i % SIDE, i / SIDE);
            ((x * x / 97 + 5 * y) % 160 + (state >> 26) as usize) as u8
        });
        Plane::from_samples(samples.collect(), SIDE, SIDE).unwrap()
    }

    #[test]
    fn lines_are_transformed_as_defined() {
        let mut spectrum = Spectrum::new(Level::new());
        let line = |lane: usize, x: usize| ((x * x * (lane + 3) % 251) as f64 - 100.0, (x * (7 * lane + 1) % 241) as f64);
        for x in 0..SIDE {
            for lane in 0..LANES {
                (spectrum.re[x][lane], spectrum.im[x][lane]) = line(lane, x);
            }
        }
        spectrum.transform();
        for (lane, frequency) in [(0, 0), (1, 1), (3, 8), (4, 77), (5, 256), (6, 300), (7, 511)] {
            let (mut re, mut im) = (0.0, 0.0);
            for x in 0..SIDE {
                let angle = TAU * (x * frequency % SIDE) as f64 / SIDE as f64;
                let (a, b) = line(lane, x);
                re += a * angle.cos() + b * angle.sin();
                im += b * angle.cos() - a * angle.sin();
            }
            let at = place(frequency);
            let off = (spectrum.re[at][lane] - re).abs() + (spectrum.im[at][lane] - im).abs();
            assert!(off < 1e-7, "{lane} {frequency}: {off}");
        }
    }

    #[test]
    fn power_is_numpys() {
        // NumPy 2, np.fft.fft2 of (tile - mean) under the same window, means over the whole plane of frequencies
        let (low, high) = (62625523.45494724, 18710556.731588453);
        let power = Spectrum::new(Level::new()).band_power(tile().view()).unwrap();
        let off = |ours: f64, theirs: f64| 10.0 * (ours / theirs).log10().abs();
        assert!(off(power.low, low) < 1e-6 && off(power.high, high) < 1e-6, "{power:?}");
    }

    #[test]
    fn every_level_gives_the_same_bits() {
        let expected = Spectrum::new(Level::baseline()).band_power(tile().view()).unwrap();
        for level in levels::all() {
            let power = Spectrum::new(level).band_power(tile().view()).unwrap();
            assert_eq!((power.low.to_bits(), power.high.to_bits()), (expected.low.to_bits(), expected.high.to_bits()));
        }
    }

    #[test]
    fn other_sizes_have_none() {
        assert_eq!(Spectrum::new(Level::new()).band_power(Plane::new(512, 511).view()), None);
    }
}
