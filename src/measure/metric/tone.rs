//! Exposure and tone.

use super::Definition;

pub(super) const MEAN_LUMA: Definition = Definition {
    id: "mean-luma",
    title: "Mean brightness",
    unit: "level",
    method: "mean-luma/1 coded-luma native",
    decimals: 2,
    definition: "Mean of coded luma, 0 to 255. Dark and bright styles are choices, not faults.",
};

pub(super) const RMS_CONTRAST: Definition = Definition {
    id: "rms-contrast",
    title: "Contrast",
    unit: "",
    method: "rms-contrast/1 coded-luma native",
    decimals: 4,
    definition: "Standard deviation of coded luma divided by 255, 0 to 0.5 (Peli 1990).",
};

pub(super) const CLIP_HIGH: Definition = Definition {
    id: "clip-high",
    title: "Burnt highlights",
    unit: "%",
    method: "clip-high/1 any-channel-max coded-rgb native",
    decimals: 2,
    definition: "Share of pixels with at least one coded channel at its highest level. Reflections, white backdrops and saturated colours count too.",
};

pub(super) const CLIP_HIGH_ALL: Definition = Definition {
    id: "clip-high-all",
    title: "Pure white",
    unit: "%",
    method: "clip-high-all/1 all-channels-max coded-rgb native",
    decimals: 2,
    definition: "Share of pixels with all coded channels at their highest level.",
};

pub(super) const CLIP_HIGH_LARGEST: Definition = Definition {
    id: "clip-high-largest",
    title: "Largest burnt area",
    unit: "%",
    method: "clip-high-largest/1 cells-half-burnt 4-connected",
    decimals: 2,
    definition: "The largest connected area of map cells at least half burnt, as share of the picture. A cell is at most a 96th of the long edge.",
};

pub(super) const CLIP_LOW: Definition = Definition {
    id: "clip-low",
    title: "Lost shadows",
    unit: "%",
    method: "clip-low/1 any-channel-0 coded-rgb native",
    decimals: 2,
    definition: "Share of pixels with at least one coded channel at level 0. Saturated colours count too.",
};

pub(super) const CLIP_LOW_ALL: Definition = Definition {
    id: "clip-low-all",
    title: "Pure black",
    unit: "%",
    method: "clip-low-all/1 all-channels-0 coded-rgb native",
    decimals: 2,
    definition: "Share of pixels with all coded channels at level 0.",
};

pub(super) const NEAR_CLIP_HIGH: Definition = Definition {
    id: "near-clip-high",
    title: "Nearly burnt",
    unit: "%",
    method: "near-clip-high/1 any-channel-250 coded-rgb native",
    decimals: 2,
    definition: "Share of pixels with at least one coded channel at level 250 or above.",
};

pub(super) const NEAR_CLIP_LOW: Definition = Definition {
    id: "near-clip-low",
    title: "Nearly lost",
    unit: "%",
    method: "near-clip-low/1 any-channel-5 coded-rgb native",
    decimals: 2,
    definition: "Share of pixels with at least one coded channel at level 5 or below.",
};

pub(super) const ENTROPY: Definition = Definition {
    id: "entropy",
    title: "Entropy",
    unit: "bit",
    method: "entropy/1 coded-luma native 256-levels",
    decimals: 3,
    definition: "Shannon entropy of the histogram of coded luma, base 2, 0 to 8. Says little alone; noise raises it.",
};
