//! Noise.

use super::Definition;

pub(super) const SIGMA_MAD: Definition = Definition {
    id: "sigma-mad",
    title: "Noise",
    unit: "level",
    method: "sigma-mad/2 coded-luma native db2-hh odd-row-steps-over-2mp",
    decimals: 2,
    definition: "Median of the absolute diagonal wavelet band (db2) divided by 0.67449, exact zeros left out (Donoho and Johnstone 1994). Above 2 megapixels every third, fifth, ... row of the band is used. Texture raises it, JPEG lowers it.",
};

pub(super) const SIGMA_IMMERKAER: Definition = Definition {
    id: "sigma-immerkaer",
    title: "Noise, by Laplacian difference",
    unit: "level",
    method: "sigma-immerkaer/1 coded-luma native interior",
    decimals: 2,
    definition: "Mean magnitude of the difference of two Laplacians times the square root of pi over 2 (Immerkær 1996), without the outermost pixels. Texture raises it.",
};
