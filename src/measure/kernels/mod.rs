//! Inner loops over rows: each a plain scalar truth and a fast twin that gives the same integers.
//!
//! The fast forms are safe Rust over pieces of fixed size that the compiler turns into vector code, compiled once for each
//! instruction set and chosen at run time by [`fearless_simd`]. Nothing here knows pictures, files or findings.

pub mod area;
pub mod blur_effect;
pub mod boxes;
pub mod chroma;
pub mod clip;
pub mod error_level;
pub mod histogram;
pub mod low_modes;
pub mod moments;
pub mod reconstruct;
pub mod slope;
pub mod smooth;
pub mod spectrum;
pub mod stencil;
pub mod texture;
pub mod wavelet;

pub use fearless_simd::Level;

#[cfg(test)]
pub(crate) mod levels {
    use fearless_simd::{Level, Simd};

    /// Every instruction set this machine has, widest last.
    pub(crate) fn all() -> Vec<Level> {
        let best = Level::new();
        let mut levels = vec![Level::baseline()];
        #[cfg(target_arch = "x86_64")]
        {
            levels.extend(best.as_sse4_2().map(|token| token.level()));
            levels.extend(best.as_avx2().map(|token| token.level()));
        }
        levels.push(best);
        levels
    }
}
