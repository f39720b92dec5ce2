//! Blocks of 32 x 32 samples of planes, with their texture and their noise: all that is kept of the planes.

use crate::raster::PlaneView;

use super::kernels::{Level, texture};
use texture::BLOCK;

/// A block with this share of samples at 0 or 255 is clipped: a hundredth.
const CLIPPED_MAX: u32 = (BLOCK * BLOCK / 100) as u32;

/// A block that is not clipped.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Block {
    /// Of sums of 4 x 4 samples: [`texture::BlockTexture::steps_squared`].
    pub steps_squared: u64,
    /// Of its samples.
    pub mean: f64,
    /// Sum of the noise mask's magnitudes over its interior.
    pub noise: u32,
}

/// Blocks of planes, in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FlatBlocks {
    /// How many there were, clipped or not.
    pub seen: usize,
    /// Those that are not clipped.
    pub unclipped: Vec<Block>,
}

impl FlatBlocks {
    /// Of one plane.
    pub fn of(level: Level, plane: PlaneView<'_, u8>) -> Self {
        let mut blocks = Self::default();
        blocks.look(level, plane);
        blocks
    }

    /// Adds the blocks of a plane, row by row.
    pub fn look(&mut self, level: Level, plane: PlaneView<'_, u8>) {
        if plane.width() < BLOCK || plane.height() < BLOCK {
            return;
        }
        for y in (0..=plane.height() - BLOCK).step_by(BLOCK) {
            for x in (0..=plane.width() - BLOCK).step_by(BLOCK) {
                self.seen += 1;
                let texture = texture::block_texture(level, plane, (x, y));
                if texture.clipped <= CLIPPED_MAX {
                    self.unclipped.push(Block {
                        steps_squared: texture.steps_squared,
                        mean: f64::from(texture.sum) / (BLOCK * BLOCK) as f64,
                        noise: texture::block_noise(level, plane, (x, y)),
                    });
                }
            }
        }
    }
}
