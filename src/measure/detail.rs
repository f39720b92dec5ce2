//! Fine detail: how much weaker the finest structures are than coarser ones, in the spectrum of the most detailed tiles.
//!
//! A picture that was enlarged holds nothing in its finest band; neither does one out of focus, or with strong noise
//! reduction. The number cannot tell these apart.

use crate::raster::Plane;

use super::kernels::spectrum::{SIDE, Spectrum};
use super::kernels::{Level, texture};

/// Tiles used.
const TILES_MAX: usize = 3;
/// Mean squared step between neighbors below which a tile has no texture, in level².
const GRADIENT_FLOOR: f64 = 1.0;
/// What four photos measured, in dB: as they were, and enlarged by 1.25, 1.5 and 2 (the middles of what was seen), with the
/// share of the pixel resolution that is left, in %.
const ENLARGED: [(f64, f64); 4] = [(-12.0, 100.0), (-16.5, 80.0), (-22.0, 67.0), (-29.5, 50.0)];

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FineDetail {
    /// Power at 0.40 to 0.50 cycles per pixel against that at 0.15 to 0.25, in dB.
    Ratio(f64),
    /// No tile has texture.
    Flat,
    /// No tile is whole.
    TooSmall,
}

/// Keeps the most detailed tiles of the sample while they come.
#[derive(Debug)]
pub struct DetailScan {
    level: Level,
    /// The strongest first, with their gradient energy; of equals the first.
    strongest: Vec<(u64, Plane<u8>)>,
    /// Whether any tile was whole.
    whole: bool,
}

impl DetailScan {
    /// Before the first tile.
    pub fn new(level: Level) -> Self {
        Self { level, strongest: Vec::new(), whole: false }
    }

    /// Takes the luma of a tile.
    pub fn add(&mut self, tile: Plane<u8>) {
        if (tile.width(), tile.height()) != (SIDE, SIDE) {
            return;
        }
        self.whole = true;
        let energy = texture::gradient_energy(self.level, tile.view());
        let place = self.strongest.partition_point(|&(stronger, _)| stronger >= energy);
        if place < TILES_MAX && energy as f64 >= GRADIENT_FLOOR * (2 * (SIDE / 4) * (SIDE - 1)) as f64 {
            self.strongest.truncate(TILES_MAX - 1);
            self.strongest.insert(place, (energy, tile));
        }
    }

    /// From the spectrum of those that were kept.
    pub fn finish(self) -> FineDetail {
        if !self.whole {
            return FineDetail::TooSmall;
        }
        let mut spectrum = Spectrum::new(self.level);
        let (mut low, mut high) = (0.0, 0.0);
        for (_, tile) in self.strongest {
            if let Some(power) = spectrum.band_power(tile.view()) {
                low += power.low;
                high += power.high;
            }
        }
        if low > 0.0 && high > 0.0 { FineDetail::Ratio(10.0 * (high / low).log10()) } else { FineDetail::Flat }
    }
}

/// About which share of the pixel resolution holds detail, in %, from 50 to 100.
pub fn resolution_held(ratio_db: f64) -> f64 {
    let between = ENLARGED.array_windows::<2>().find(|[_, (weaker, _)]| ratio_db >= *weaker);
    between.map_or(50.0, |[(strong, more), (weak, less)]| {
        let part = ((strong - ratio_db) / (strong - weak)).clamp(0.0, 1.0);
        more + (less - more) * part
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::tests::synthetic::Noise;

    fn tile(samples: Vec<u8>) -> Plane<u8> {
        Plane::from_samples(samples, SIDE, SIDE).unwrap()
    }

    fn fine_detail(tiles: Vec<Plane<u8>>) -> FineDetail {
        let mut scan = DetailScan::new(Level::new());
        tiles.into_iter().for_each(|tile| scan.add(tile));
        scan.finish()
    }

    fn ratio(samples: Vec<u8>) -> f64 {
        match fine_detail(vec![tile(samples)]) {
            FineDetail::Ratio(ratio) => ratio,
            other => panic!("{other:?}"),
        }
    }

    /// White noise enlarged by a factor, linear between its samples.
    fn enlarged(factor: f64) -> Vec<u8> {
        let mut noise = Noise::new(7);
        let coarse: Vec<f64> = (0..600 * 600).map(|_| 128.0 + 40.0 * noise.normal()).collect();
        let at = |x: f64, y: f64| {
            let (left, top, right, down) = (x as usize, y as usize, x.fract(), y.fract());
            let row = |y: usize| coarse[y * 600 + left] * (1.0 - right) + coarse[y * 600 + left + 1] * right;
            row(top) * (1.0 - down) + row(top + 1) * down
        };
        (0..SIDE * SIDE).map(|i| at((i % SIDE) as f64 / factor, (i / SIDE) as f64 / factor).clamp(0.0, 255.0) as u8).collect()
    }

    #[test]
    fn white_noise_has_all_frequencies_alike_and_loses_the_finest_when_enlarged() {
        assert!(ratio(enlarged(1.0)).abs() < 0.2);
        let ratios = [1.0, 1.25, 1.5, 2.0].map(|factor| ratio(enlarged(factor)));
        assert!(ratios.windows(2).all(|pair| pair[1] < pair[0] - 2.0), "{ratios:?}");
    }

    #[test]
    fn flat_and_small_pictures_have_none() {
        assert_eq!(fine_detail(vec![tile(vec![90; SIDE * SIDE])]), FineDetail::Flat);
        assert_eq!(fine_detail(Vec::new()), FineDetail::TooSmall);
        assert_eq!(fine_detail(vec![Plane::new(512, 300)]), FineDetail::TooSmall);
    }

    #[test]
    fn the_most_detailed_tiles_decide() {
        let soft = fine_detail((0..4).map(|_| tile(enlarged(2.0))).collect());
        let FineDetail::Ratio(soft) = soft else { panic!("no ratio") };
        let mixed = fine_detail(vec![tile(enlarged(2.0)), tile(enlarged(1.0))]);
        let FineDetail::Ratio(mixed) = mixed else { panic!("no ratio") };
        assert!(mixed > soft + 5.0, "{mixed} {soft}");
    }

    #[test]
    fn resolution_falls_with_the_ratio() {
        assert_eq!([-5.0, -12.0, -22.0, -29.5, -60.0].map(resolution_held), [100.0, 100.0, 67.0, 50.0, 50.0]);
        assert!((resolution_held(-14.25) - 90.0).abs() < 1e-9);
    }
}
