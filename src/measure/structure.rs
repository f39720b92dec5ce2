//! What luma's neighbourhoods tell: feeds the sharpness and noise scans with rows as soon as their neighbours are known.

use super::kernels::stencil::BLOCK;
use super::kernels::{Level, wavelet};
use super::noise::{Noise, NoiseScan};
use super::sharpness::{Sharpness, SharpnessScan};
use super::window::Window;

/// Sharpness and noise while rows pass.
#[derive(Debug)]
pub struct StructureScan {
    window: Window,
    sharpness: SharpnessScan,
    /// None where noise is not asked for.
    noise: Option<NoiseScan>,
}

impl StructureScan {
    /// For a picture of this size as stored.
    pub fn new(level: Level, width: usize, height: usize) -> Self {
        Self {
            window: Window::new(width),
            sharpness: SharpnessScan::new(level, width, height),
            noise: Some(NoiseScan::new(level, width, height)),
        }
    }

    /// Sharpness alone.
    pub fn without_noise(level: Level, width: usize, height: usize) -> Self {
        Self { noise: None, ..Self::new(level, width, height) }
    }

    /// Takes the next row of luma.
    pub fn add(&mut self, luma: &[u8]) {
        self.window.push(luma);
        let seen = self.window.seen();
        self.add_stencils(seen - 1);
        if seen.is_multiple_of(2) {
            self.add_band_row(seen / 2 - 1);
        }
    }

    /// Rows whose lower neighbor is known, up to `known`: all at once where they make a block.
    fn add_stencils(&mut self, known: usize) {
        let Self { window, sharpness, .. } = self;
        let first = sharpness.seen();
        if first == 0 && known > 0 {
            sharpness.add(window.padded(1), window.padded(0), window.padded(1));
        } else if first > 0 && !first.is_multiple_of(BLOCK) && known > first {
            sharpness.add(window.padded(first - 1), window.padded(first), window.padded(first + 1));
        } else if first > 0 && known == first + BLOCK {
            sharpness.add_block(std::array::from_fn(|row| window.padded(first - 1 + row)));
        }
    }

    /// Ends the picture below the last row that passed; at least one must have.
    pub fn finish(mut self) -> (Sharpness, Noise) {
        let seen = self.window.seen();
        let (last, neighbor) = (seen.saturating_sub(1), seen.saturating_sub(2));
        // less than a block
        for row in self.sharpness.seen()..last {
            self.sharpness.add(self.window.padded(row - 1), self.window.padded(row), self.window.padded(row + 1));
        }
        self.sharpness.add_last(self.window.padded(neighbor), self.window.padded(last));
        for index in seen / 2..wavelet::coefficients(seen) {
            self.add_band_row(index);
        }
        (self.sharpness.finish(), self.noise.map_or(Noise::TooSmall, NoiseScan::finish))
    }

    fn add_band_row(&mut self, index: usize) {
        let Self { window, noise, .. } = self;
        let Some(noise) = noise else { return };
        let row = |back: isize| window.row(wavelet::mirrored(2 * index as isize + 1 - back, window.seen()));
        noise.add(index, || [row(0), row(1), row(2), row(3)]);
    }
}
