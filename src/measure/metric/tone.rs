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

pub(super) const CLIP_HIGH_EDGE: Definition = Definition {
    id: "clip-high-edge",
    title: "Burnt along the edge",
    unit: "%",
    method: "clip-high-edge/1 outermost-cells of-largest-burnt-area",
    decimals: 1,
    definition: "Share of the outermost cells of the clipping map that belong to the largest burnt area. A white backdrop runs along much of the edge, a burnt sky along one side, a lamp in the frame along none. 0 without a burnt area.",
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

pub(super) const CLIP_LOW_LARGEST: Definition = Definition {
    id: "clip-low-largest",
    title: "Largest lost area",
    unit: "%",
    method: "clip-low-largest/1 cells-half-lost 4-connected",
    decimals: 2,
    definition: "The largest connected area of map cells at least half lost, as share of the picture: a cell's pixels count that have at least one coded channel at level 0. A cell is at most a 96th of the long edge.",
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

pub(super) const MEAN_LIGHTNESS: Definition = Definition {
    id: "mean-lightness",
    title: "Mean lightness",
    unit: "L*",
    method: "mean-lightness/1 cielab-d65 srgb cells-256",
    decimals: 2,
    definition: "Mean L* (CIELAB, D65) over cells of at most 256 a side, 0 black to 100 white. Follows the eye, where mean brightness follows the code.",
};

pub(super) const TONAL_RANGE: Definition = Definition {
    id: "tonal-range",
    title: "Tonal range used",
    unit: "stops",
    method: "tonal-range/1 p99.5-over-p0.5 linear-light native",
    decimals: 2,
    definition: "Stops between the darkest and brightest tones: log2 of light at the 99.5 % over light at the 0.5 % percentile of coded luma, each level taken as neutral grey through the profile, light below 1/4095 of white counted as that. 0 to 12. Of this picture as rendered, not of the camera.",
};

pub(super) const LEVELS_USED: Definition = Definition {
    id: "levels-used",
    title: "Levels used",
    unit: "levels",
    method: "levels-used/1 fewest-of-channels coded-rgb native 256-levels",
    decimals: 0,
    definition: "Distinct levels of the coded channel that has the fewest, 1 to 256. 16-bit samples by their upper byte.",
};

pub(super) const HISTOGRAM_GAPS: Definition = Definition {
    id: "histogram-gaps",
    title: "Gaps in the histogram",
    unit: "%",
    method: "histogram-gaps/1 most-of-channels p0.1-to-p99.9 coded-rgb native 256-levels",
    decimals: 1,
    definition: "Share of empty levels between the 0.1 % and the 99.9 % percentile, of the coded channel that has the most. Not told below 50,000 pixels or where every span is shorter than 32 levels. Saving as JPEG fills gaps up.",
};
