//! Banding: steps of several levels on ground that should be smooth (after CAMBI, Netflix 2021, much simplified).

use crate::raster::PlaneView;

use super::kernels::{Level, smooth};
use smooth::{RANGE_MAX, TILE};

/// Tiles with fewer equal neighbors than this share have no runs of one level.
const EQUAL_MIN: f64 = 0.8;
/// A level is there from this share of a tile's pixels on.
const LEVEL_MIN: u32 = (TILE * TILE / 100) as u32;
/// Fewer smooth tiles tell nothing.
const TILES_MIN: usize = 4;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Banding {
    /// Mean over smooth tiles of the share of levels that are missing between darkest and brightest, 0..=1; 0 for a tile
    /// without long runs of one level.
    Share(f64),
    /// Too few smooth tiles.
    NoSmooth,
    /// The picture is smaller than a tile.
    TooSmall,
}

/// Looks at tiles of the sample while they come.
#[derive(Debug)]
pub struct BandingScan {
    level: Level,
    sum: f64,
    smooth: usize,
    tiles: usize,
}

impl BandingScan {
    /// Before the first tile.
    pub fn new(level: Level) -> Self {
        Self { level, sum: 0.0, smooth: 0, tiles: 0 }
    }

    /// Takes the luma of a tile, in tiles of its own.
    pub fn add(&mut self, plane: PlaneView<'_, u8>) {
        for y in (0..(plane.height() / TILE) * TILE).step_by(TILE) {
            for x in (0..(plane.width() / TILE) * TILE).step_by(TILE) {
                self.tiles += 1;
                if let Some(share) = gaps(self.level, plane, (x, y)) {
                    self.sum += share;
                    self.smooth += 1;
                }
            }
        }
    }

    /// What all of them show.
    pub fn finish(self) -> Banding {
        match (self.tiles, self.smooth) {
            (0, _) => Banding::TooSmall,
            (_, 0..TILES_MIN) => Banding::NoSmooth,
            _ => Banding::Share(self.sum / self.smooth as f64),
        }
    }
}

/// Of one tile; None if it is not smooth, or all one level.
fn gaps(level: Level, plane: PlaneView<'_, u8>, corner: (usize, usize)) -> Option<f64> {
    let (low, high) = smooth::range(level, plane, corner);
    let range = usize::from(high - low);
    if range == 0 || range > RANGE_MAX {
        return None;
    }
    if (smooth::equal_neighbors(level, plane, corner) as f64) < EQUAL_MIN * smooth::PAIRS as f64 {
        return Some(0.0);
    }
    let counts = smooth::counts(level, plane, corner, low);
    let missing = counts[1..range].iter().filter(|&&count| count < LEVEL_MIN).count();
    Some(missing as f64 / range as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::tests::synthetic::Noise;
    use crate::raster::Plane;

    fn of_tiles(tiles: &[Plane<u8>]) -> Banding {
        let mut scan = BandingScan::new(Level::new());
        tiles.iter().for_each(|tile| scan.add(tile.view()));
        scan.finish()
    }

    /// A slow ramp in so many levels, from black to white in 2200 px, of which four tiles are seen.
    fn ramp(levels: f64, mut noise: impl FnMut() -> f64) -> Banding {
        let mut tile = |first: usize| {
            let level = |i: usize| (((first + i % 512) as f64 / 2200.0 * levels).floor() * 255.0 / (levels - 1.0)).min(255.0);
            let samples = (0..512 * 512).map(|i| (level(i) + noise()).round().clamp(0.0, 255.0) as u8).collect();
            Plane::from_samples(samples, 512, 512).unwrap()
        };
        of_tiles(&[0, 512, 1024, 1536].map(&mut tile))
    }

    fn share(found: Banding) -> f64 {
        let Banding::Share(share) = found else { panic!("{found:?}") };
        share
    }

    #[test]
    fn grows_as_levels_go_missing() {
        let shares = [256.0, 64.0, 32.0].map(|levels| share(ramp(levels, || 0.0)));
        assert!(shares[0] < 0.01 && shares[1] > 0.6 && shares[2] > shares[1], "{shares:?}");
    }

    #[test]
    fn grain_hides_it() {
        let mut noise = Noise::new(3);
        assert!(share(ramp(64.0, || 0.7 * noise.normal())) < 0.05);
    }

    #[test]
    fn texture_and_even_ground_have_none() {
        let plane = |level: fn(usize) -> u8, side: usize| {
            [Plane::from_samples((0..side * side).map(level).collect(), side, side).unwrap()]
        };
        assert_eq!(of_tiles(&plane(|i| (i * 37 % 251) as u8, 512)), Banding::NoSmooth);
        assert_eq!(of_tiles(&plane(|_| 90, 512)), Banding::NoSmooth);
        assert_eq!(of_tiles(&plane(|_| 90, 63)), Banding::TooSmall);
    }
}
