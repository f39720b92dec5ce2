//! Compression.

use super::Definition;

pub(super) const BLOCKINESS: Definition = Definition {
    id: "blockiness",
    title: "Blockiness",
    unit: "",
    method: "blockiness/1 coded-luma native 8-grid",
    decimals: 3,
    definition: "Mean absolute gradient across the 8-pixel grid over that inside the blocks, mean of both axes (after Wang 2002). About 1 without visible blocks; lost after resizing.",
};

pub(super) const BITS_PER_PIXEL: Definition = Definition {
    id: "bits-per-pixel",
    title: "Bits per pixel",
    unit: "bit/px",
    method: "bits-per-pixel/1 entropy-coded-bytes",
    decimals: 3,
    definition: "Eight times the bytes of entropy-coded data, over the pixels. JPEG only.",
};

pub(super) const ERROR_LEVEL_MEAN: Definition = Definition {
    id: "error-level-mean",
    title: "Error level",
    unit: "level",
    method: "error-level-mean/1 coded-luma native dct-8 ijg-90",
    decimals: 2,
    definition: "Root of the mean squared error of luma if the picture were saved as JPEG with the IJG table of quality 90 once more, from its cosine transform on the 8-pixel grid, whole blocks only. Texture, contrast, sharpening and earlier saves all move it; it proves nothing about editing.",
};

pub(super) const ERROR_LEVEL_SPREAD: Definition = Definition {
    id: "error-level-spread",
    title: "Spread of error levels",
    unit: "",
    method: "error-level-spread/1 textured-cells p95-over-median",
    decimals: 2,
    definition: "95th percentile over median of the error level map's cells that have texture. Shows how unevenly the file reacts to saving again, which fine texture beside plain areas does as well. Proves nothing about editing.",
};

pub(super) const BANDING: Definition = Definition {
    id: "banding",
    title: "Banding",
    unit: "",
    method: "banding/1 coded-luma native sample-9x512 tiles-64 range-9",
    decimals: 3,
    definition: "Over smooth tiles of 64 px (1 to 9 levels wide, of at most nine tiles of 512 px): mean share of levels that are missing between the darkest and the brightest, 0 where fewer than 80 % of neighbors are equal (after CAMBI, simplified). 0 for a ramp of 256 levels, about 0.75 for 64. Grain hides banding, drawn shapes look like it.",
};

pub(super) const DOUBLE_JPEG: Definition = Definition {
    id: "double-jpeg",
    title: "Rhythm of coefficients",
    unit: "",
    method: "double-jpeg/1 coded-luma sample-9x512 modes-5 log hann",
    decimals: 1,
    definition: "Strongest rhythm over the median in the histograms of five low coefficients, in steps of the file's luma table (after Lukáš and Fridrich 2003). On our samples single saves measured up to 5, coefficient histograms as after an earlier save on the same grid at lower quality 6 and more, mostly above 13. Blind for equal or lower second quality and after a crop off the grid or a resize; cameras and editors that save twice inside raise it. A low number means nothing.",
};
