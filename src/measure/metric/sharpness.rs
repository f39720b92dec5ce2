//! Sharpness and focus.

use super::Definition;

pub(super) const LAP_VAR: Definition = Definition {
    id: "lap-var",
    title: "Variance of Laplacian",
    unit: "level²",
    method: "lap-var/1 coded-luma native reflect-101",
    decimals: 2,
    definition: "Population variance of the four-neighbour Laplacian of coded luma at native size (Pech-Pacheco 2000). Noise raises it; depends on content.",
};

pub(super) const LAP_VAR_1024: Definition = Definition {
    id: "lap-var-1024",
    title: "Variance of Laplacian, normalized",
    unit: "level²",
    method: "lap-var-1024/1 coded-luma area-1024 half-up reflect-101",
    decimals: 2,
    definition: "The same of coded luma made smaller to a long side of 1024 px: exact means by area, rounded half up to 8 bits. Compares across sizes and says how sharp a picture looks as a whole. Never enlarged: up to 1024 px the same number as at native size.",
};

pub(super) const TENENGRAD: Definition = Definition {
    id: "tenengrad",
    title: "Tenengrad",
    unit: "level²",
    method: "tenengrad/1 coded-luma native sobel-3 reflect-101",
    decimals: 2,
    definition: "Mean squared Sobel gradient of coded luma at native size (Krotkov; Pertuz 2013). Less moved by noise than the Laplacian, and by blur.",
};

pub(super) const TENENGRAD_1024: Definition = Definition {
    id: "tenengrad-1024",
    title: "Tenengrad, normalized",
    unit: "level²",
    method: "tenengrad-1024/1 coded-luma area-1024 half-up sobel-3 reflect-101",
    decimals: 2,
    definition: "The same of coded luma made smaller to a long side of 1024 px, as for lap-var-1024.",
};

pub(super) const PEAK_SHARP: Definition = Definition {
    id: "peak-sharp",
    title: "Peak sharpness",
    unit: "level²",
    method: "peak-sharp/1 coded-luma native tiles-64 p95",
    decimals: 1,
    definition: "95th percentile over textured tiles of the variance of Laplacian, less 20 times the squared noise. Tiles are 64 px, larger where that would make more than 32 a side. Finds a sharp subject on a soft ground.",
};

pub(super) const SHARP_SHARE: Definition = Definition {
    id: "sharp-share",
    title: "Sharp area",
    unit: "%",
    method: "sharp-share/1 textured-tiles-over-half-peak",
    decimals: 1,
    definition: "Share of textured tiles that reach at least half of the peak sharpness.",
};

pub(super) const BLUR_EFFECT: Definition = Definition {
    id: "blur-effect",
    title: "Blur effect",
    unit: "",
    method: "blur-effect/2 coded-luma area-1024 half-up box-11",
    decimals: 4,
    definition: "What differences between neighbors keep when coded luma, made smaller to a long side of 1024 px as for lap-var-1024, is blurred once more over 11 px, of the worse axis (Crete 2007). 0 sharp, 1 blurred. Depends on content: compare pictures of one subject only.",
};

pub(super) const EFF_RES: Definition = Definition {
    id: "eff-res",
    title: "Fine detail",
    unit: "dB",
    method: "eff-res/1 coded-luma native sample-9x512 hann top-3",
    decimals: 1,
    definition: "Mean power at 0.40 to 0.50 cycles per pixel over that at 0.15 to 0.25, in the spectrum of the three most detailed tiles of 512 px (of at most nine). Four photos measured -8 to -12 dB as they were, -15 to -18 enlarged by 1.25, -20 to -24 by 1.5, -28 to -31 by 2. Cannot tell enlarging from missed focus or strong noise reduction.",
};

pub(super) const EDGE_WIDTH: Definition = Definition {
    id: "edge-width",
    title: "Edge width",
    unit: "px",
    method: "edge-width/1 coded-luma native sample-9x512 lines-8 rise-10-90",
    decimals: 2,
    definition: "Median way from 10 to 90 % of strong edges that stand alone, across them (after Marziliano 2002), on every eighth row and column of at most nine tiles of 512 px. A blur of 1 px makes 2.56 px. Edges are at least 40 levels high with even ground 12 px away; fewer than 20 of them tell nothing.",
};

pub(super) const OVERSHARP: Definition = Definition {
    id: "oversharp",
    title: "Overshoot beside edges",
    unit: "%",
    method: "oversharp/1 coded-luma native sample-9x512 lines-8 p95",
    decimals: 1,
    definition: "95th percentile of how far luma goes beyond the ground on either side of the edges of edge-width, as share of their height. Sharpening makes halos; noise, compression and real rims of light raise it too.",
};
