//! Width of edges and what sharpening left beside them, along scan lines across strong edges that stand alone.
//!
//! Every eighth row and column of the sample is looked along. An edge is a place where luma changes fastest, with even ground
//! from 12 to 16 px away on both sides, at least 40 levels apart. Its width is the way from 10 to 90 % of that step, by cubic
//! interpolation, shortened to the direction across the edge (after Marziliano 2002). What lies beyond either ground level within
//! 10 px, as share of the step, is overshoot.

use crate::raster::PlaneView;

use super::kernels::Level;
use super::kernels::slope;

/// Lines that are looked along: one in so many.
const LINE_STEP: usize = 8;
/// Pixels seen on each side of an edge.
const REACH: usize = 16;
/// Where the even ground begins.
const GROUND: usize = 12;
/// Where overshoot is looked for.
const SHOOT: usize = 10;
/// Smallest step between the two grounds, in levels.
const HEIGHT_MIN: f64 = 40.0;
/// How far ground may vary, as share of the step.
const GROUND_VARIES: f64 = 0.1;
/// Slowest change at an edge, over two pixels, in levels: an edge of 40 levels blurred by 4 px reaches 8.
const SLOPE_MIN: u8 = 7;
/// Most change along the edge, as share of that across it: about 27 degrees.
const SLANT_MAX: f64 = 0.5;
/// Fewer edges tell nothing.
const EDGES_MIN: usize = 20;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Edges {
    /// Enough strong edges that stand alone.
    Found {
        /// Median rise from 10 to 90 %, in px.
        width: f64,
        /// 95th percentile of over- and undershoot, in % of the step.
        overshoot: f64,
    },
    /// Too few of them.
    Few,
    /// The picture is too small.
    TooSmall,
}

/// Looks at tiles of the sample while they come.
#[derive(Debug)]
pub struct EdgeScan {
    level: Level,
    large_enough: bool,
    widths: Vec<f64>,
    shoots: Vec<f64>,
}

/// Linear between the two nearest ranks. There is at least one value.
fn percentile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = share * (values.len() - 1) as f64;
    let (lower, upper) = (values[place.floor() as usize], values[place.ceil() as usize]);
    lower + (upper - lower) * place.fract()
}

impl EdgeScan {
    /// Before the first tile.
    pub fn new(level: Level) -> Self {
        Self { level, large_enough: false, widths: Vec::new(), shoots: Vec::new() }
    }

    /// Takes the luma of a tile.
    pub fn add(&mut self, plane: PlaneView<'_, u8>) {
        if plane.width().min(plane.height()) > 2 * REACH {
            self.large_enough = true;
            self.look(plane);
        }
    }

    /// What all edges tell.
    pub fn finish(mut self) -> Edges {
        if !self.large_enough {
            return Edges::TooSmall;
        }
        if self.widths.len() < EDGES_MIN {
            return Edges::Few;
        }
        Edges::Found { width: percentile(&mut self.widths, 0.5), overshoot: 100.0 * percentile(&mut self.shoots, 0.95) }
    }

    /// Along rows and columns of a tile.
    fn look(&mut self, plane: PlaneView<'_, u8>) {
        let mut steep = vec![0_u8; plane.width().max(plane.height())];
        for y in (LINE_STEP / 2..plane.height() - 1).step_by(LINE_STEP) {
            self.along([plane.row(y - 1), plane.row(y), plane.row(y + 1)], &mut steep);
        }
        let mut columns: [Vec<u8>; 3] = std::array::from_fn(|_| vec![0; plane.height()]);
        for x in (LINE_STEP / 2..plane.width() - 1).step_by(LINE_STEP) {
            for (y, row) in plane.rows().enumerate() {
                for (offset, column) in columns.iter_mut().enumerate() {
                    column[y] = row[x + offset - 1];
                }
            }
            self.along(columns.each_ref().map(Vec::as_slice), &mut steep);
        }
    }

    /// Along the middle one of three lines.
    fn along(&mut self, lines: [&[u8]; 3], steep: &mut [u8]) {
        let line = lines[1];
        let steep = &mut steep[..line.len()];
        slope::magnitudes(self.level, line, steep);
        for x in REACH..line.len() - REACH {
            // the steepest place within two pixels; the first of equals
            if steep[x] >= SLOPE_MIN
                && steep[x - 1] < steep[x]
                && steep[x - 2] < steep[x]
                && steep[x + 1] <= steep[x]
                && steep[x + 2] <= steep[x]
                && let Some((width, shoots)) = edge(lines, x)
            {
                self.widths.push(width);
                self.shoots.extend(shoots);
            }
        }
    }
}

/// Width and both overshoots of the edge at `x`, if it is strong, straight across and alone.
fn edge(lines: [&[u8]; 3], x: usize) -> Option<(f64, [f64; 2])> {
    let around = &lines[1][x - REACH..=x + REACH];
    let (before, after) = (ground(&around[..=REACH - GROUND])?, ground(&around[REACH + GROUND..])?);
    let height = (after.mean - before.mean).abs();
    if height < HEIGHT_MIN || before.range.max(after.range) > GROUND_VARIES * height {
        return None;
    }
    let slant = slant(lines, x)?;
    // as a rise from 0 to 1
    let at = |place: usize| (f64::from(around[place]) - before.mean) / (after.mean - before.mean);
    let low = crossing(&at, (2..=REACH + 2).rev(), 0.1)?;
    let high = crossing(&|place| 1.0 - at(2 * REACH - place), (2..=REACH + 2).rev(), 0.1)?;
    let width = (2 * REACH) as f64 - high - low;
    // nothing else on the way from the ground to the edge
    let alone = (REACH - GROUND..REACH - SHOOT).all(|place| at(place) < 0.25 && at(2 * REACH - place) > 0.75);
    let over = (REACH..=REACH + SHOOT).map(at).fold(1.0, f64::max) - 1.0;
    let under = -(REACH - SHOOT..=REACH).map(at).fold(0.0, f64::min);
    (alone && width > 0.0).then_some((width * slant, [over, under]))
}

struct Ground {
    mean: f64,
    range: f64,
}

fn ground(samples: &[u8]) -> Option<Ground> {
    let (low, high) = (samples.iter().min()?, samples.iter().max()?);
    let sum: u32 = samples.iter().map(|&sample| u32::from(sample)).sum();
    Some(Ground { mean: f64::from(sum) / samples.len() as f64, range: f64::from(high - low) })
}

/// Cosine of the angle between the line and the direction across the edge; None if that is too large.
fn slant(lines: [&[u8]; 3], x: usize) -> Option<f64> {
    let column = |x: usize| lines.iter().map(|line| f64::from(line[x])).sum::<f64>();
    let row = |line: &[u8]| f64::from(line[x - 1]) + f64::from(line[x]) + f64::from(line[x + 1]);
    let (across, along) = ((column(x + 1) - column(x - 1)).abs(), (row(lines[2]) - row(lines[0])).abs());
    (across > 0.0 && along <= SLANT_MAX * across).then(|| across / across.hypot(along))
}

/// Where a rise falls below a level for the first time on the way down, on a cubic (Catmull and Rom) between samples: a straight
/// line would widen sharp edges by 7 %.
fn crossing(at: &impl Fn(usize) -> f64, mut places: impl Iterator<Item = usize>, level: f64) -> Option<f64> {
    let place = places.find(|&place| at(place) > level && at(place - 1) <= level)?;
    let [a, b, c, d] = [at(place - 2), at(place - 1), at(place), at(place + 1)];
    let cubic = |t: f64| b + 0.5 * t * (c - a + t * (2.0 * a - 5.0 * b + 4.0 * c - d + t * (3.0 * (b - c) + d - a)));
    let (mut below, mut above) = (0.0, 1.0);
    for _ in 0..20 {
        let middle = (below + above) / 2.0;
        if cubic(middle) > level { above = middle } else { below = middle }
    }
    Some((place - 1) as f64 + below)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raster::Plane;

    /// The integral of the normal distribution (Abramowitz and Stegun 7.1.26, error below 2e-7).
    fn normal_integral(x: f64) -> f64 {
        let t = 1.0 / (1.0 + 0.327_591_1 * x.abs() / std::f64::consts::SQRT_2);
        let polynomial =
            t * (0.254_829_592 + t * (-0.284_496_736 + t * (1.421_413_741 + t * (-1.453_152_027 + t * 1.061_405_429))));
        let tail = polynomial * (-x * x / 2.0).exp() / 2.0;
        if x < 0.0 { tail } else { 1.0 - tail }
    }

    fn of_plane(plane: &Plane<u8>) -> Edges {
        let mut scan = EdgeScan::new(Level::new());
        scan.add(plane.view());
        scan.finish()
    }

    fn sample(level: impl Fn(f64, f64) -> f64) -> Plane<u8> {
        let samples = (0..256 * 256).map(|i| level((i % 256) as f64, (i / 256) as f64).round().clamp(0.0, 255.0) as u8);
        Plane::from_samples(samples.collect(), 256, 256).unwrap()
    }

    fn found(sample: &Plane<u8>) -> (f64, f64) {
        match of_plane(sample) {
            Edges::Found { width, overshoot } => (width, overshoot),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn blurred_edges_have_their_width() {
        for degrees in [0.0_f64, 5.0, 20.0, 90.0, 95.0] {
            let (sin, cos) = degrees.to_radians().sin_cos();
            for sigma in [1.0, 1.5, 2.0, 3.0, 4.0] {
                // a straight edge lies between two pixels in one way: all ways are meant
                let widths = [0.0, 0.25, 0.5, 0.75].map(|phase| {
                    let across = |x: f64, y: f64| ((x - 127.0 - phase) * cos + (y - 127.0 - phase) * sin) / sigma;
                    let (width, overshoot) = found(&sample(|x, y| 40.0 + 160.0 * normal_integral(across(x, y))));
                    assert!(overshoot < 1.0, "{sigma} at {degrees}: {overshoot}");
                    width
                });
                let width = widths.iter().sum::<f64>() / 4.0;
                assert!((width / (2.563 * sigma) - 1.0).abs() < 0.05, "{sigma} at {degrees}: {widths:?}");
            }
        }
    }

    #[test]
    fn an_unsharp_mask_has_its_overshoot() {
        // the mask adds amount times the difference from a Gaussian blur of 1.5 px
        for (amount, sigma) in [(0.5, 1.0), (1.0, 1.0), (1.0, 2.0), (2.0, 1.5)] {
            let soft = f64::hypot(sigma, 1.5);
            let profile = |x: f64| (1.0 + amount) * normal_integral(x / sigma) - amount * normal_integral(x / soft);
            let truth = (0..800).map(|i| profile(f64::from(i) / 100.0)).fold(0.0, f64::max) - 1.0;
            let (_, overshoot) = found(&sample(|x, y| 60.0 + 120.0 * profile(x - 127.5 + 0.07 * y - 9.0)));
            assert!((overshoot - 100.0 * truth).abs() < 2.0, "{amount} {sigma}: {overshoot} {truth}");
        }
    }

    #[test]
    fn texture_ramps_and_small_pictures_have_no_edges() {
        assert_eq!(of_plane(&sample(|x, _| 128.0 + 90.0 * (x * 0.5).sin())), Edges::Few);
        assert_eq!(of_plane(&sample(|x, _| x)), Edges::Few);
        assert_eq!(of_plane(&Plane::new(300, 32)), Edges::TooSmall);
    }
}
