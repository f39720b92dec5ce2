//! Blocks of 32 x 32 samples of a plane, by how little texture they have. Of chroma nothing else is kept.

use crate::raster::PlaneView;

use super::kernels::{Level, texture};
use texture::BLOCK;

/// A block with this share of samples at 0 or 255 is clipped: a hundredth.
const CLIPPED_MAX: u32 = (BLOCK * BLOCK / 100) as u32;

/// A block that is not clipped.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Block {
    /// Which of several planes it is in.
    pub plane: usize,
    /// Its left upper corner.
    pub corner: (usize, usize),
    /// Of sums of 4 x 4 samples: [`texture::BlockTexture::steps_squared`].
    pub steps_squared: u64,
    /// Of its samples.
    pub mean: f64,
}

/// Blocks of planes, in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FlatBlocks {
    /// How many there were, clipped or not.
    pub seen: usize,
    /// Those that are not clipped.
    pub unclipped: Vec<Block>,
}

/// What a plane of chroma is needed for.
#[derive(Debug, Clone, PartialEq)]
pub struct ChromaBlocks {
    /// Its blocks.
    pub blocks: FlatBlocks,
    /// Of each unclipped block the sum of the noise mask's magnitudes.
    pub noise: Vec<u32>,
}

impl FlatBlocks {
    /// Adds the blocks of the plane with this number, row by row.
    pub fn look(&mut self, level: Level, number: usize, plane: PlaneView<'_, u8>) {
        if plane.width() < BLOCK || plane.height() < BLOCK {
            return;
        }
        for y in (0..=plane.height() - BLOCK).step_by(BLOCK) {
            for x in (0..=plane.width() - BLOCK).step_by(BLOCK) {
                self.seen += 1;
                let texture = texture::block_texture(level, plane, (x, y));
                if texture.clipped <= CLIPPED_MAX {
                    self.unclipped.push(Block {
                        plane: number,
                        corner: (x, y),
                        steps_squared: texture.steps_squared,
                        mean: f64::from(texture.sum) / (BLOCK * BLOCK) as f64,
                    });
                }
            }
        }
    }
}

impl ChromaBlocks {
    /// Of a plane.
    pub fn of(level: Level, plane: PlaneView<'_, u8>) -> Self {
        let mut blocks = FlatBlocks::default();
        blocks.look(level, 0, plane);
        let noise = blocks.unclipped.iter().map(|block| texture::block_noise(level, plane, block.corner)).collect();
        Self { blocks, noise }
    }
}
