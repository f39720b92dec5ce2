//! The picture's main colours: k-means in Oklab (Ottosson 2020) over a picture of at most 128 px, with fixed seeds.
//!
//! First seed: the colour farthest from the mean; each next one: farthest from all before it. Centres closer than 0.04 are
//! merged. Ties go to the first in reading order, so equal pixels give equal palettes.

use fearless_simd::dispatch;

use super::PaletteColor;
use super::cells::Cells;
use super::kernels::Level;

/// Colours at most.
pub const COLORS_MAX: usize = 6;
/// Long side of the picture the colours are taken from.
const LONG_EDGE: usize = 128;
/// Closer centres are one colour, distance in Oklab.
const MERGE_BELOW: f64 = 0.04;
/// Rounds at most; it settles in about twenty.
const ROUNDS_MAX: usize = 40;

type Oklab = [f64; 3];

/// The palette of cells in sRGB, largest share first.
pub fn palette(srgb: &Cells) -> Vec<PaletteColor> {
    let small = srgb.reduced(LONG_EDGE);
    let linear: Vec<f64> = (0..=255).map(|level| linear(f64::from(level) / 255.0)).collect();
    let (pixels, _) = small.rgb.as_chunks::<3>();
    let points: Vec<Oklab> = pixels.iter().map(|pixel| oklab(pixel.map(|level| linear[usize::from(level)]))).collect();
    let mut clusters = settle(Level::new(), &points, seeds(&points));
    merge(&mut clusters);
    let mut colors: Vec<PaletteColor> = clusters
        .iter()
        .map(|cluster| PaletteColor { rgb: srgb_of(cluster.center), share: cluster.count as f64 / points.len() as f64 })
        .collect();
    colors.sort_by(|a, b| b.share.total_cmp(&a.share).then(a.rgb.cmp(&b.rgb)));
    colors
}

#[derive(Debug, Clone, Copy)]
struct Cluster {
    center: Oklab,
    count: usize,
}

fn distance_squared(a: Oklab, b: Oklab) -> f64 {
    let [l, m, s] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    l * l + m * m + s * s
}

fn mean(points: &[Oklab]) -> Oklab {
    let sum = points.iter().fold([0.0; 3], |sum, point| [sum[0] + point[0], sum[1] + point[1], sum[2] + point[2]]);
    sum.map(|sum| sum / points.len().max(1) as f64)
}

fn seeds(points: &[Oklab]) -> Vec<Oklab> {
    let center = mean(points);
    let mut distances: Vec<f64> = points.iter().map(|&point| distance_squared(point, center)).collect();
    let mut seeds: Vec<Oklab> = Vec::with_capacity(COLORS_MAX);
    while seeds.len() < COLORS_MAX {
        let farthest =
            distances.iter().enumerate().fold((0, 0.0), |best, (index, &far)| if far > best.1 { (index, far) } else { best });
        // no distance left: all colours are seeds already; a picture of one colour still has it
        if farthest.1 == 0.0 && !seeds.is_empty() {
            break;
        }
        let Some(&seed) = points.get(farthest.0) else { break };
        for (distance, &point) in distances.iter_mut().zip(points) {
            let near = distance_squared(point, seed);
            *distance = if seeds.is_empty() { near } else { distance.min(near) };
        }
        seeds.push(seed);
    }
    seeds
}

/// Lloyd's rounds until nothing moves.
fn settle(level: Level, points: &[Oklab], mut centers: Vec<Oklab>) -> Vec<Cluster> {
    let planes: Planes = std::array::from_fn(|axis| points.iter().map(|point| point[axis] as f32).collect());
    let fixed: Vec<[i64; 3]> = points.iter().map(|point| point.map(|value| (value * FIXED).round() as i64)).collect();
    let mut sums = [([0_i64; 3], 0_usize); COLORS_MAX];
    let mut assigned = vec![u32::MAX; points.len()];
    let mut before = assigned.clone();
    for _ in 0..ROUNDS_MAX {
        std::mem::swap(&mut assigned, &mut before);
        dispatch!(level, _ => assign(&planes, &centers, &mut assigned));
        let mut moved = false;
        for ((&now, &was), point) in assigned.iter().zip(&before).zip(&fixed) {
            // integers, so what moves can be taken away again without a trace
            if now != was {
                moved = true;
                add(sums.get_mut(was as usize), point, -1);
                add(sums.get_mut(now as usize), point, 1);
            }
        }
        if !moved {
            break;
        }
        for (center, (sum, count)) in centers.iter_mut().zip(&sums).filter(|(_, (_, count))| *count > 0) {
            *center = sum.map(|sum| sum as f64 / FIXED / *count as f64);
        }
    }
    centers
        .iter()
        .zip(&sums)
        .filter(|(_, (_, count))| *count > 0)
        .map(|(&center, &(_, count))| Cluster { center, count })
        .collect()
}

/// A point as three planes.
type Planes = [Vec<f32>; 3];

/// Sums of points are kept in steps of 2⁻³².
const FIXED: f64 = 4_294_967_296.0;

/// Adds a point to the sum of its centre, or takes it away.
fn add(sum: Option<&mut ([i64; 3], usize)>, point: &[i64; 3], sign: i64) {
    if let Some((sum, count)) = sum {
        sum.iter_mut().zip(point).for_each(|(sum, value)| *sum += sign * value);
        *count = count.saturating_add_signed(sign as isize);
    }
}

/// The first of the nearest centres of each point.
#[inline(always)]
fn assign([l, a, b]: &Planes, centers: &[Oklab], assigned: &mut [u32]) {
    const PIECE: usize = 64;
    for (((l, a), b), assigned) in l.chunks(PIECE).zip(a.chunks(PIECE)).zip(b.chunks(PIECE)).zip(assigned.chunks_mut(PIECE)) {
        let mut nearest = [f32::INFINITY; PIECE];
        for (index, center) in centers.iter().enumerate() {
            let center = center.map(|value| value as f32);
            for ((((l, a), b), assigned), nearest) in l.iter().zip(a).zip(b).zip(assigned.iter_mut()).zip(&mut nearest) {
                let [l, a, b] = [l - center[0], a - center[1], b - center[2]];
                let distance = l * l + a * a + b * b;
                *assigned = if distance < *nearest { index as u32 } else { *assigned };
                *nearest = if distance < *nearest { distance } else { *nearest };
            }
        }
    }
}

/// Merges the closest pair until none is too close.
fn merge(clusters: &mut Vec<Cluster>) {
    loop {
        let mut closest = (0, 0, MERGE_BELOW * MERGE_BELOW);
        for (first, a) in clusters.iter().enumerate() {
            for (second, b) in clusters.iter().enumerate().skip(first + 1) {
                let distance = distance_squared(a.center, b.center);
                if distance < closest.2 {
                    closest = (first, second, distance);
                }
            }
        }
        let (first, second, _) = closest;
        if first == second {
            return;
        }
        let (a, b) = (clusters[first], clusters.remove(second));
        let count = a.count + b.count;
        let center = std::array::from_fn(|i| (a.center[i] * a.count as f64 + b.center[i] * b.count as f64) / count as f64);
        clusters[first] = Cluster { center, count };
    }
}

/// IEC 61966-2-1, coded 0..=1 to linear.
fn linear(coded: f64) -> f64 {
    if coded <= 0.040_45 { coded / 12.92 } else { ((coded + 0.055) / 1.055).powf(2.4) }
}

/// IEC 61966-2-1, linear to a coded level, clamped.
fn level(linear: f64) -> u8 {
    let linear = linear.clamp(0.0, 1.0);
    let coded = if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
    (coded * 255.0).round() as u8
}

/// Linear sRGB to Oklab.
fn oklab([red, green, blue]: [f64; 3]) -> Oklab {
    let l = cube_root(0.412_221_470_8 * red + 0.536_332_536_3 * green + 0.051_445_992_9 * blue);
    let m = cube_root(0.211_903_498_2 * red + 0.680_699_545_1 * green + 0.107_396_956_6 * blue);
    let s = cube_root(0.088_302_461_9 * red + 0.281_718_837_6 * green + 0.629_978_700_5 * blue);
    [
        0.210_454_255_3 * l + 0.793_617_785_0 * m - 0.004_072_046_8 * s,
        1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s,
        0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s,
    ]
}

/// Of 0..=1, within 1e-14 of its size, and 1e-10 of nothing: a third of the exponent, then Halley's method twice (the library's is
/// three times as slow and no more use).
fn cube_root(value: f64) -> f64 {
    let value = value.max(1e-30);
    let third = f64::from_bits(value.to_bits() / 3 + 0x2A9F_7893_782D_A1CE);
    let closer = |root: f64| {
        let cube = root * root * root;
        root * (cube + 2.0 * value) / (2.0 * cube + value)
    };
    closer(closer(third))
}

fn srgb_of([lightness, a, b]: Oklab) -> [u8; 3] {
    let l = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let m = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let s = (lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
    [
        4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
        -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
        -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s,
    ]
    .map(level)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patches(patches: &[([u8; 3], usize)]) -> Vec<PaletteColor> {
        let rgb: Vec<u8> = patches.iter().flat_map(|&(color, rows)| std::iter::repeat_n(color, rows * 100)).flatten().collect();
        let rows = rgb.len() / 300;
        palette(&Cells { columns: 100, rows, rows_expected: rows, rgb })
    }

    #[test]
    fn oklab_has_its_published_values() {
        // Ottosson's table: linear sRGB primaries of the reference implementation
        for (linear, lab) in [
            ([1.0, 1.0, 1.0], [1.0, 0.0, 0.0]),
            ([1.0, 0.0, 0.0], [0.627_955, 0.224_863, 0.125_846]),
            ([0.0, 1.0, 0.0], [0.866_440, -0.233_888, 0.179_498]),
            ([0.0, 0.0, 1.0], [0.452_014, -0.032_457, -0.311_528]),
        ] {
            for (ours, theirs) in oklab(linear).into_iter().zip(lab) {
                assert!((ours - theirs).abs() < 1e-5, "{linear:?}");
            }
        }
    }

    #[test]
    fn cube_roots_are_the_librarys() {
        for step in 0..=10_000 {
            let value = f64::from(step) / 10_000.0;
            assert!((cube_root(value) - value.cbrt()).abs() <= 1e-14 * value.cbrt() + 1.1e-10, "{value}");
        }
    }

    #[test]
    fn colors_come_back_from_oklab() {
        for color in [[0, 0, 0], [255, 255, 255], [255, 0, 0], [12, 200, 99], [1, 2, 3]] {
            assert_eq!(srgb_of(oklab(color.map(|v: u8| linear(f64::from(v) / 255.0)))), color);
        }
    }

    #[test]
    fn patches_come_back_with_their_shares() {
        let colors = [([200, 30, 40], 40), ([20, 90, 200], 25), ([240, 240, 235], 20), ([15, 15, 18], 10), ([40, 160, 60], 5)];
        let found = patches(&colors);
        assert_eq!(found.len(), 5);
        for (found, (rgb, rows)) in found.iter().zip(colors) {
            assert_eq!(found.rgb, rgb);
            assert!((found.share - rows as f64 / 100.0).abs() < 1e-12);
        }
    }

    #[test]
    fn near_colors_are_one() {
        let found = patches(&[([100, 100, 100], 50), ([104, 104, 104], 30), ([250, 20, 20], 20)]);
        assert_eq!(found.len(), 2);
        assert!((found[0].share - 0.8).abs() < 1e-12);
    }

    #[test]
    fn one_color_and_one_pixel_have_one_color() {
        assert_eq!(patches(&[([9, 8, 7], 3)]), [PaletteColor { rgb: [9, 8, 7], share: 1.0 }]);
        let pixel = Cells { columns: 1, rows: 1, rows_expected: 1, rgb: vec![255, 255, 255] };
        assert_eq!(palette(&pixel), [PaletteColor { rgb: [255; 3], share: 1.0 }]);
    }
}
