//! The same measurements written down plainly, in floating point over a whole picture: too simple to be wrong.

use super::synthetic::{Picture, Samples};

/// A picture as pixels.
pub(super) struct Pixels {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) luma: Vec<u8>,
    pub(super) rgb: Vec<[u8; 3]>,
    /// On the full scale of the samples: any burnt, all burnt, any lost, all lost.
    pub(super) clipped: [usize; 4],
}

/// Pixels of the rows that are there.
pub(super) fn pixels(picture: &Picture) -> Pixels {
    let (width, height) = (picture.width, picture.rows);
    let count = width * height;
    let mut full_scale: Vec<[f64; 3]> = Vec::new();
    let (luma, rgb): (Vec<u8>, Vec<[u8; 3]>) = (0..count)
        .map(|index| {
            let (x, y) = (index % width, index / width);
            let grey = |level: u8, full: f64| ((level, [level; 3]), [full; 3]);
            let color = |rgb: [u8; 3], full: [f64; 3]| ((opencv_grey(rgb), rgb), full);
            let (pixel, full) = match &picture.samples {
                Samples::Grey8(grey8) => grey(grey8[index], f64::from(grey8[index]) / 255.0),
                Samples::Grey16(grey16) => grey((grey16[index] >> 8) as u8, f64::from(grey16[index]) / 65535.0),
                Samples::Rgb8(rgb) => {
                    let pixel = [rgb[3 * index], rgb[3 * index + 1], rgb[3 * index + 2]];
                    color(pixel, pixel.map(|v| f64::from(v) / 255.0))
                }
                Samples::Rgb16(rgb) => {
                    let pixel = [rgb[3 * index], rgb[3 * index + 1], rgb[3 * index + 2]];
                    color(pixel.map(|v| (v >> 8) as u8), pixel.map(|v| f64::from(v) / 65535.0))
                }
                Samples::Ycc8 { y: luma, cb, cr, horizontal, vertical } => {
                    let at = (y / vertical) * width.div_ceil(*horizontal) + x / horizontal;
                    let pixel = libjpeg_rgb(luma[index], cb[at], cr[at]);
                    ((luma[index], pixel), pixel.map(|v| f64::from(v) / 255.0))
                }
            };
            full_scale.push(full);
            pixel
        })
        .unzip();
    let count = |test: &dyn Fn(&[f64; 3]) -> bool| full_scale.iter().filter(|pixel| test(pixel)).count();
    let clipped = [
        count(&|p| p.iter().any(|&v| v >= 1.0)),
        count(&|p| p.iter().all(|&v| v >= 1.0)),
        count(&|p| p.iter().any(|&v| v <= 0.0)),
        count(&|p| p.iter().all(|&v| v <= 0.0)),
    ];
    Pixels { width, height, luma, rgb, clipped }
}

fn opencv_grey([r, g, b]: [u8; 3]) -> u8 {
    ((9798 * i64::from(r) + 19235 * i64::from(g) + 3735 * i64::from(b) + 16384) >> 15) as u8
}

/// As `jdcolor.c` builds it from its tables.
fn libjpeg_rgb(y: u8, cb: u8, cr: u8) -> [u8; 3] {
    let fix = |value: f64| (value * 65536.0 + 0.5) as i64;
    let (y, cb, cr) = (i64::from(y), i64::from(cb) - 128, i64::from(cr) - 128);
    let red = y + ((fix(1.40200) * cr + 32768) >> 16);
    let green = y + ((-fix(0.34414) * cb - fix(0.71414) * cr + 32768) >> 16);
    let blue = y + ((fix(1.77200) * cb + 32768) >> 16);
    [red, green, blue].map(|v| v.clamp(0, 255) as u8)
}

pub(super) fn mean(values: impl IntoIterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.into_iter().collect();
    values.iter().sum::<f64>() / values.len() as f64
}

pub(super) fn variance(values: &[f64]) -> f64 {
    let center = mean(values.iter().copied());
    mean(values.iter().map(|v| (v - center).powi(2)))
}

/// NumPy's default percentile.
pub(super) fn percentile(values: &[f64], percent: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = percent / 100.0 * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + (above - below) * place.fract()
}

/// OpenCV's BORDER_REFLECT_101.
fn reflected(index: isize, length: usize) -> usize {
    let last = length as isize - 1;
    if last == 0 {
        return 0;
    }
    (if index < 0 {
        -index
    } else if index > last {
        2 * last - index
    } else {
        index
    }) as usize
}

impl Pixels {
    fn at(&self, x: isize, y: isize) -> f64 {
        f64::from(self.luma[reflected(y, self.height) * self.width + reflected(x, self.width)])
    }

    /// The four-neighbour Laplacian of every pixel.
    pub(super) fn laplacian(&self) -> Vec<f64> {
        self.positions()
            .map(|(x, y)| self.at(x - 1, y) + self.at(x + 1, y) + self.at(x, y - 1) + self.at(x, y + 1) - 4.0 * self.at(x, y))
            .collect()
    }

    /// The squared Sobel gradient of every pixel.
    pub(super) fn gradients(&self) -> Vec<f64> {
        let step = |(x, y): (isize, isize), (dx, dy): (isize, isize)| {
            let side = |k: isize| self.at(x + dx + k * dy, y + dy + k * dx) - self.at(x - dx + k * dy, y - dy + k * dx);
            side(-1) + 2.0 * side(0) + side(1)
        };
        self.positions().map(|at| step(at, (1, 0)).powi(2) + step(at, (0, 1)).powi(2)).collect()
    }

    fn positions(&self) -> impl Iterator<Item = (isize, isize)> + use<> {
        let (width, height) = (self.width as isize, self.height as isize);
        (0..height).flat_map(move |y| (0..width).map(move |x| (x, y)))
    }

    /// Wang's ratio of mean steps, mean of both axes.
    pub(super) fn blockiness(&self) -> f64 {
        let (mut border, mut inside) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
        for (x, y) in self.positions() {
            for (axis, (dx, dy)) in [(1, 0), (0, 1)].into_iter().enumerate() {
                let (next_x, next_y) = (x + dx, y + dy);
                if next_x < self.width as isize && next_y < self.height as isize {
                    let step = (self.at(next_x, next_y) - self.at(x, y)).abs();
                    let across = if dx == 1 { x % 8 == 7 } else { y % 8 == 7 };
                    if across { border[axis].push(step) } else { inside[axis].push(step) }
                }
            }
        }
        mean((0..2).map(|axis| mean(border[axis].iter().copied()) / mean(inside[axis].iter().copied())))
    }

    /// scikit-image's `estimate_sigma` in PyWavelets' arithmetic, with rounding residues taken as the zeros they are.
    pub(super) fn sigma(&self) -> Option<f64> {
        let columns: Vec<Vec<f64>> = (0..self.width)
            .map(|x| high_pass(&(0..self.height).map(|y| self.at(x as isize, y as isize)).collect::<Vec<_>>()))
            .collect();
        let band = (0..columns[0].len()).flat_map(|i| high_pass(&columns.iter().map(|column| column[i]).collect::<Vec<_>>()));
        let magnitudes: Vec<f64> = band.map(f64::abs).filter(|&v| v > 1e-9).collect();
        (!magnitudes.is_empty()).then(|| percentile(&magnitudes, 50.0) / 0.674_489_750_196_081_7)
    }

    /// Hasler and Süsstrunk.
    pub(super) fn colorfulness(&self) -> f64 {
        let channel = |c: usize| self.rgb.iter().map(move |pixel| f64::from(pixel[c]));
        let rg: Vec<f64> = channel(0).zip(channel(1)).map(|(r, g)| r - g).collect();
        let yb: Vec<f64> = channel(0).zip(channel(1)).zip(channel(2)).map(|((r, g), b)| (r + g) / 2.0 - b).collect();
        (variance(&rg) + variance(&yb)).sqrt() + 0.3 * mean(rg.iter().copied()).hypot(mean(yb.iter().copied()))
    }
}

/// PyWavelets' db2 high-pass, half-sample symmetric.
fn high_pass(signal: &[f64]) -> Vec<f64> {
    const TAPS: [f64; 4] =
        [-0.482_962_913_144_534_16, 0.836_516_303_737_807_8, -0.224_143_868_042_013_4, -0.129_409_522_551_260_37];
    let length = signal.len() as isize;
    let at = |index: isize| {
        let phase = index.rem_euclid(2 * length);
        signal[phase.min(2 * length - 1 - phase) as usize]
    };
    (0..(length + 3) / 2).map(|i| (0..4).map(|j| TAPS[j as usize] * at(2 * i + 1 - j)).sum()).collect()
}
