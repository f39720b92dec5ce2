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
