//! Noise where there is nothing else: Immerkær's measure over the flattest blocks of the sample.
//!
//! Blocks are 32 x 32 samples. Of each band of brightness the tenth with the least texture is used, where texture is taken of
//! means of 4 x 4 samples, which noise hardly moves. Blocks that are flat in no sense, and clipped ones, are left out.

use super::flat_blocks::{Block, FlatBlocks};
use super::kernels::{Level, texture};
use super::sample::Tile;

/// Mean luma below which a block is in the shadows, and above which it is in the highlights.
const BANDS: [f64; 2] = [64.0, 192.0];
/// One block of so many is used.
const SHARE: usize = 10;
/// At least so many are looked at, and half of them must be flat.
const BLOCKS_MIN: usize = 8;
/// Mean squared step between means of 4 x 4 samples of a flat block, in level², besides what its noise makes.
const STEP_MAX: f64 = 4.0;
/// White noise of variance 1 makes squared steps of 2/16; noise that was filtered makes up to so much.
const STEP_OF_NOISE: f64 = 0.5;

/// What was found in one band.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FlatNoise {
    /// Measured.
    Found {
        /// Standard deviation, in levels.
        sigma: f64,
        /// Mean of the samples it was measured on.
        mean: f64,
    },
    /// No flat ground in this band.
    NoFlat,
    /// The picture has too few blocks.
    TooSmall,
    /// The picture has no such plane.
    NoPlane,
}

/// Noise of luma by brightness, and of chroma.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FlatNoises {
    /// Shadows, mid-tones and highlights of luma.
    pub bands: [FlatNoise; 3],
    /// Cb and Cr.
    pub chroma: [FlatNoise; 2],
}

/// Looks at tiles while they come.
#[derive(Debug)]
pub struct FlatNoiseScan {
    level: Level,
    luma: FlatBlocks,
    /// None until a tile has chroma.
    chroma: Option<[FlatBlocks; 2]>,
}

impl FlatNoiseScan {
    /// Before the first tile.
    pub fn new(level: Level) -> Self {
        Self { level, luma: FlatBlocks::default(), chroma: None }
    }

    /// Takes a tile.
    pub fn add(&mut self, tile: &mut Tile) {
        self.luma.look(self.level, tile.luma.view());
        let Some(planes) = tile.chroma.take() else { return };
        let chroma = self.chroma.get_or_insert_default();
        for (all, blocks) in chroma.iter_mut().zip(planes) {
            all.seen += blocks.seen;
            all.unclipped.extend(blocks.unclipped);
        }
    }

    /// The noise of all tiles.
    pub fn finish(self) -> FlatNoises {
        let chroma = match self.chroma {
            Some(chroma) => chroma.map(|FlatBlocks { seen, unclipped }| match seen {
                0..BLOCKS_MIN => FlatNoise::TooSmall,
                _ => noise(unclipped),
            }),
            None => [FlatNoise::NoPlane; 2],
        };
        FlatNoises { bands: by_brightness(&self.luma), chroma }
    }
}

fn by_brightness(luma: &FlatBlocks) -> [FlatNoise; 3] {
    if luma.seen < BLOCKS_MIN {
        return [FlatNoise::TooSmall; 3];
    }
    let [dark, bright] = BANDS;
    let band = |inside: &dyn Fn(f64) -> bool| noise(luma.unclipped.iter().copied().filter(|block| inside(block.mean)).collect());
    [band(&|mean| mean < dark), band(&|mean| (dark..=bright).contains(&mean)), band(&|mean| mean > bright)]
}

/// Of the flattest blocks.
fn noise(mut blocks: Vec<Block>) -> FlatNoise {
    blocks.sort_by_key(|block| block.steps_squared);
    blocks.truncate(blocks.len().div_ceil(SHARE).max(BLOCKS_MIN));
    let (mut magnitudes, mut means, mut used) = (0_u64, 0.0, 0_usize);
    for block in &blocks {
        let sigma = sigma(u64::from(block.noise), 1);
        let step = block.steps_squared as f64 / (texture::STEPS * texture::STEP_SCALE) as f64;
        if step <= STEP_MAX + STEP_OF_NOISE * sigma * sigma {
            magnitudes += u64::from(block.noise);
            means += block.mean;
            used += 1;
        }
    }
    if used < BLOCKS_MIN / 2 {
        return FlatNoise::NoFlat;
    }
    FlatNoise::Found { sigma: sigma(magnitudes, used), mean: means / used as f64 }
}

/// Immerkær's deviation from the sum of the mask's magnitudes.
fn sigma(magnitudes: u64, blocks: usize) -> f64 {
    (std::f64::consts::PI / 2.0).sqrt() * magnitudes as f64 / (6 * texture::INTERIOR * blocks) as f64
}

impl FlatNoise {
    /// Mean over deviation, in dB; None without noise.
    pub fn signal_to_noise(self) -> Option<f64> {
        match self {
            Self::Found { sigma, mean } if sigma > 0.0 => Some(20.0 * (mean / sigma).log10()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::tests::synthetic::Noise;
    use crate::raster::Plane;

    fn measured(width: usize, height: usize, mut level: impl FnMut(usize, usize) -> f64) -> FlatNoises {
        let samples = (0..width * height).map(|i| level(i % width, i / width).round().clamp(0.0, 255.0) as u8).collect();
        let mut scan = FlatNoiseScan::new(Level::new());
        scan.add(&mut Tile { luma: Plane::from_samples(samples, width, height).unwrap(), chroma: None });
        scan.finish()
    }

    fn sigma_of(found: FlatNoise) -> f64 {
        let FlatNoise::Found { sigma, .. } = found else { panic!("{found:?}") };
        sigma
    }

    #[test]
    fn gaussian_noise_has_its_deviation_in_every_band() {
        for (index, deviation) in [1.0_f64, 2.0, 5.0, 10.0].into_iter().enumerate() {
            let mut noise = Noise::new(index as u64);
            let ground = |x: usize| [40.0, 128.0, 215.0][(x / 160).min(2)];
            let sample = measured(512, 512, |x, _| ground(x) + deviation * noise.normal());
            let truth = (deviation * deviation + 1.0 / 12.0).sqrt();
            for band in sample.bands {
                assert!((sigma_of(band) / truth - 1.0).abs() < 0.05, "{deviation}: {band:?}");
            }
        }
    }

    #[test]
    fn texture_beside_flat_ground_does_not_raise_it() {
        let mut noise = Noise::new(5);
        let sample = measured(512, 512, |x, y| {
            let wave = if x < 384 { 60.0 * (x as f64 * 0.9).sin() * (y as f64 * 0.7).cos() } else { 0.0 };
            128.0 + wave + 4.0 * noise.normal()
        });
        let [dark, middle, bright] = sample.bands;
        assert!((sigma_of(middle) / 4.0 - 1.0).abs() < 0.05);
        assert_eq!((dark, bright), (FlatNoise::NoFlat, FlatNoise::NoFlat));
        let ratio = middle.signal_to_noise().unwrap();
        assert!((ratio - 20.0 * (128.0_f64 / 4.0).log10()).abs() < 0.4, "{ratio}");
    }

    #[test]
    fn texture_alone_and_clipped_ground_are_unknown() {
        let waves = measured(256, 256, |x, y| 128.0 + 90.0 * (x as f64 * 0.3).sin() * (y as f64 * 0.2).cos());
        assert_eq!(waves.bands[1], FlatNoise::NoFlat);
        assert_eq!(measured(256, 256, |_, _| 255.0).bands, [FlatNoise::NoFlat; 3]);
        assert_eq!(measured(64, 64, |_, _| 9.0).bands, [FlatNoise::TooSmall; 3]);
        assert_eq!(measured(20, 600, |_, _| 9.0).bands, [FlatNoise::TooSmall; 3]);
    }

    #[test]
    fn even_ground_has_no_noise_and_no_ratio() {
        let found = measured(256, 256, |_, _| 90.0);
        assert_eq!(found.bands[1], FlatNoise::Found { sigma: 0.0, mean: 90.0 });
        assert_eq!((found.bands[1].signal_to_noise(), found.chroma), (None, [FlatNoise::NoPlane; 2]));
    }
}
