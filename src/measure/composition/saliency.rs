//! What draws the eye: the spectral residual (Hou and Zhang 2007) on 64 x 64 grey pixels, with the blurs of OpenCV's
//! `StaticSaliencySpectralResidual`: 3 x 3 mean of the log spectrum, 5 x 5 Gaussian of sigma 8 before squaring.
//!
//! It knows no faces and predicts portraits poorly: good enough to warn of a crop, no more.

use std::f64::consts::TAU;

use crate::measure::color::SmallPicture;

/// Side of the map.
pub const SIDE: usize = 64;
/// Shorter pictures are not looked at, in small pixels.
const EDGE_MIN: usize = 16;
/// A smaller standard deviation is flat, in levels.
const DEVIATION_MIN: f64 = 0.5;
/// Deviation of the Gaussian, in map pixels.
const SIGMA: f64 = 8.0;
/// Amplitudes below this are rounding.
const AMPLITUDE_MIN: f64 = 1e-9;

type Square = Vec<[f64; SIDE]>;
type Complex = (f64, f64);

/// Row by row, 0..=1, the highest is 1; None for a flat or tiny picture.
pub fn saliency(picture: &SmallPicture) -> Option<Square> {
    if picture.columns.min(picture.rows) < EDGE_MIN {
        return None;
    }
    residual(&squeezed(picture))
}

/// The map of a grey square.
fn residual(grey: &Square) -> Option<Square> {
    let pixels = || grey.iter().flatten();
    let mean = pixels().sum::<f64>() / (SIDE * SIDE) as f64;
    let variance = pixels().map(|level| (level - mean).powi(2)).sum::<f64>() / (SIDE * SIDE) as f64;
    if variance < DEVIATION_MIN * DEVIATION_MIN {
        return None;
    }
    let spectrum = transform(grey.iter().map(|row| row.map(|level| (level, 0.0))).collect());
    let amplitude: Square = spectrum.iter().map(|row| row.map(|(re, im)| re.hypot(im).max(AMPLITUDE_MIN))).collect();
    let logarithm: Square = amplitude.iter().map(|row| row.map(f64::ln)).collect();
    let smooth = blurred(&logarithm, &[1.0 / 3.0; 3]);
    // phase as it was, amplitude by how much it stands out; conjugate, so that the same transform leads back
    let kept = |y: usize, x: usize| {
        let scale = (logarithm[y][x] - smooth[y][x]).exp() / amplitude[y][x];
        (spectrum[y][x].0 * scale, -spectrum[y][x].1 * scale)
    };
    let back = transform((0..SIDE).map(|y| std::array::from_fn(|x| kept(y, x))).collect());
    let magnitude: Square = back.iter().map(|row| row.map(|(re, im)| re.hypot(im))).collect();
    let mut map = blurred(&magnitude, &gaussian());
    let highest = map.iter().flatten().fold(0.0_f64, |highest, &value| highest.max(value));
    if highest <= 0.0 {
        return None;
    }
    map.iter_mut().flatten().for_each(|value| *value = (*value / highest).powi(2));
    Some(map)
}

/// Grey by BT.601 as a square: each new pixel is the mean of what it covers.
fn squeezed(picture: &SmallPicture) -> Square {
    let (across, down) = (covers(picture.columns), covers(picture.rows));
    let mut square: Square = vec![[0.0; SIDE]; SIDE];
    for (row, cover) in square.iter_mut().zip(&down) {
        let mut line = vec![0.0; picture.columns];
        for &(y, weight) in cover {
            for (sum, &[red, green, blue]) in line.iter_mut().zip(&picture.pixels[y * picture.columns..]) {
                *sum += weight * (0.299 * f64::from(red) + 0.587 * f64::from(green) + 0.114 * f64::from(blue));
            }
        }
        for (value, cover) in row.iter_mut().zip(&across) {
            *value = cover.iter().map(|&(x, weight)| weight * line[x]).sum();
        }
    }
    square
}

/// For each new pixel of a side the old ones it covers, and how much of it they are.
fn covers(length: usize) -> Vec<Vec<(usize, f64)>> {
    let edge = |index: usize| index as f64 * length as f64 / SIDE as f64;
    let cover = |index: usize| {
        let (from, to) = (edge(index), edge(index + 1));
        let last = (to.ceil() as usize).clamp(1, length);
        let part = |old: usize| (to.min(old as f64 + 1.0) - from.max(old as f64)) / (to - from);
        ((from as usize).min(length - 1)..last).map(|old| (old, part(old))).collect()
    };
    (0..SIDE).map(cover).collect()
}

/// Two-dimensional discrete Fourier transform: rows, then columns.
fn transform(mut square: Vec<[Complex; SIDE]>) -> Vec<[Complex; SIDE]> {
    let turns: [Complex; SIDE / 2] = std::array::from_fn(|k| {
        let angle = -TAU * k as f64 / SIDE as f64;
        (angle.cos(), angle.sin())
    });
    for _ in 0..2 {
        square.iter_mut().for_each(|line| transform_line(line, &turns));
        square = (0..SIDE).map(|x| std::array::from_fn(|y| square[y][x])).collect();
    }
    square
}

/// Cooley and Tukey 1965, in place.
fn transform_line(line: &mut [Complex; SIDE], turns: &[Complex; SIDE / 2]) {
    let bits = SIDE.trailing_zeros();
    for index in 0..SIDE {
        let reversed = index.reverse_bits() >> (usize::BITS - bits);
        if index < reversed {
            line.swap(index, reversed);
        }
    }
    for stage in 0..bits {
        let half = 1 << stage;
        for block in line.chunks_exact_mut(2 * half) {
            let (first, second) = block.split_at_mut(half);
            for ((one, other), (cos, sin)) in first.iter_mut().zip(second).zip(turns.iter().step_by(SIDE / 2 / half)) {
                let turned = (other.0 * cos - other.1 * sin, other.0 * sin + other.1 * cos);
                (*one, *other) = ((one.0 + turned.0, one.1 + turned.1), (one.0 - turned.0, one.1 - turned.1));
            }
        }
    }
}

/// Five weights that add up to 1.
fn gaussian() -> [f64; 5] {
    let weights: [f64; 5] = std::array::from_fn(|tap| (-(tap as f64 - 2.0).powi(2) / (2.0 * SIGMA * SIGMA)).exp());
    let sum: f64 = weights.iter().sum();
    weights.map(|weight| weight / sum)
}

/// Both ways with the same weights; mirrored at the border without its last line.
fn blurred<const TAPS: usize>(square: &Square, weights: &[f64; TAPS]) -> Square {
    let mirrored = |index: usize, tap: usize| {
        let at = (index + tap).abs_diff(TAPS / 2);
        if at < SIDE { at } else { 2 * (SIDE - 1) - at }
    };
    let along = |row: &[f64; SIDE]| -> [f64; SIDE] {
        std::array::from_fn(|x| weights.iter().enumerate().map(|(tap, weight)| weight * row[mirrored(x, tap)]).sum())
    };
    let rows: Square = square.iter().map(along).collect();
    (0..SIDE)
        .map(|y| {
            std::array::from_fn(|x| weights.iter().enumerate().map(|(tap, weight)| weight * rows[mirrored(y, tap)][x]).sum())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey(level: impl Fn(usize, usize) -> u8) -> Square {
        (0..SIDE).map(|y| std::array::from_fn(|x| f64::from(level(x, y)))).collect()
    }

    /// Noise, waves and two spots.
    fn scene(x: usize, y: usize) -> u8 {
        let hash = ((x * 73 + y * 179 + x * y * 31) % 17) as f64;
        let wave = 40.0 * (x as f64 * 0.11).sin() + 25.0 * (y as f64 * 0.23).cos();
        let spot = |cx: f64, cy: f64, r: f64| if (x as f64 - cx).hypot(y as f64 - cy) < r { 70.0 } else { 0.0 };
        (100.0 + hash + wave + spot(44.0, 20.0, 5.0) - spot(15.0, 47.0, 3.0)) as u8
    }

    #[test]
    fn equals_opencv() {
        // opencv-contrib 5.0.0.93: StaticSaliencySpectralResidual on the same 64 x 64 grey picture, which takes logarithms
        // in single precision
        let map = residual(&grey(scene)).unwrap();
        let expected = [
            ((0, 0), 0.170877),
            ((63, 63), 0.221165),
            ((44, 20), 0.119848),
            ((15, 47), 1.000000),
            ((30, 30), 0.100496),
            ((5, 58), 0.134859),
            ((60, 10), 0.120113),
            ((40, 22), 0.793501),
            ((20, 50), 0.147288),
            ((33, 1), 0.079142),
        ];
        for ((x, y), theirs) in expected {
            let at: f64 = map[y][x];
            assert!((at - theirs).abs() < 3e-3, "{x} {y}: {at} {theirs}");
        }
        let mean = map.iter().flatten().sum::<f64>() / 4096.0;
        assert!((mean - 0.123017).abs() < 1e-3, "{mean}");
    }

    #[test]
    fn the_transform_is_the_sum_it_stands_for() {
        let square = grey(scene);
        let fast = transform(square.iter().map(|row| row.map(|level| (level, 0.0))).collect());
        for (u, v) in [(0, 0), (1, 0), (0, 1), (5, 9), (33, 62), (63, 63)] {
            let (mut re, mut im) = (0.0, 0.0);
            for (y, row) in square.iter().enumerate() {
                for (x, level) in row.iter().enumerate() {
                    let angle = -TAU * (u * x + v * y) as f64 / SIDE as f64;
                    (re, im) = (re + level * angle.cos(), im + level * angle.sin());
                }
            }
            assert!((fast[v][u].0 - re).abs() < 1e-6 && (fast[v][u].1 - im).abs() < 1e-6, "{u} {v}");
        }
    }

    #[test]
    fn squeezing_takes_means_and_stretches_what_is_narrow() {
        let picture = |columns: usize, rows: usize| SmallPicture {
            columns,
            rows,
            pixels: (0..columns * rows).map(|at| [(at % columns * 255 / (columns - 1)) as u8; 3]).collect(),
            whole: true,
        };
        for (columns, rows) in [(256, 192), (100, 70), (16, 20), (64, 64)] {
            let square = squeezed(&picture(columns, rows));
            let mean = square.iter().flatten().sum::<f64>() / 4096.0;
            assert!((mean - 127.5).abs() < 1.0, "{columns}: {mean}");
            let like_the_first = |row: &[f64; SIDE]| row.iter().zip(&square[0]).all(|(one, other)| (one - other).abs() < 1e-9);
            assert!(square.iter().all(like_the_first) && square[0].is_sorted_by(|one, next| *one <= next + 1e-9));
        }
    }

    #[test]
    fn flat_and_tiny_pictures_have_no_map() {
        assert_eq!(residual(&grey(|_, _| 90)), None);
        assert_eq!(saliency(&SmallPicture { columns: 15, rows: 90, pixels: vec![[1, 2, 3]; 15 * 90], whole: true }), None);
    }
}
