//! Colour.

use super::Definition;

pub(super) const COLORFULNESS: Definition = Definition {
    id: "colorfulness",
    title: "Colourfulness",
    unit: "",
    method: "colorfulness/1 srgb native odd-row-steps-with-profile",
    decimals: 2,
    definition: "Hasler and Süsstrunk 2003 over all pixels, 0 to about 110. With a profile other than sRGB: over evenly spaced rows turned to sRGB, all rows up to 1 megapixel. Small saturated patches count little.",
};

pub(super) const COLORED_SHARE: Definition = Definition {
    id: "colored-share",
    title: "Coloured area",
    unit: "%",
    method: "colored-share/1 channels-over-2-apart coded-rgb native",
    decimals: 2,
    definition: "Share of pixels whose coded channels are more than 2 levels apart. At most 0.1 % is a greyscale picture.",
};

pub(super) const CHROMA_MEAN: Definition = Definition {
    id: "chroma-mean",
    title: "Mean chroma",
    unit: "C*",
    method: "chroma-mean/1 cielab-d65 srgb cells-256",
    decimals: 2,
    definition: "Mean C*ab (CIELAB, D65) over cells of at most 256 a side: 0 grey, about 134 the most colourful sRGB has.",
};

pub(super) const CHROMA_MEDIAN: Definition = Definition {
    id: "chroma-median",
    title: "Median chroma",
    unit: "C*",
    method: "chroma-median/1 cielab-d65 srgb cells-256 lower-value steps-0.01",
    decimals: 2,
    definition: "Half of the cells have at most this C*ab, in steps of 0.01.",
};

pub(super) const CHROMA_P95: Definition = Definition {
    id: "chroma-p95",
    title: "High chroma",
    unit: "C*",
    method: "chroma-p95/1 cielab-d65 srgb cells-256 lower-value steps-0.01",
    decimals: 2,
    definition: "95 % of the cells have at most this C*ab, in steps of 0.01.",
};

pub(super) const NEUTRAL_SHARE: Definition = Definition {
    id: "neutral-share",
    title: "Neutral area",
    unit: "%",
    method: "neutral-share/1 chroma-below-4 cielab-d65 srgb cells-256",
    decimals: 2,
    definition: "Share of cells with a C*ab below 4. Near 100 % is a grey or hardly toned picture.",
};

pub(super) const CAST_SHARE: Definition = Definition {
    id: "cast-share",
    title: "Near-neutral area",
    unit: "%",
    method: "cast-share/1 chroma-below-12 lightness-20-to-95 cielab-d65 srgb cells-256",
    decimals: 2,
    definition: "Share of cells with a C*ab below 12 and an L* between 20 and 95: those in which a cast is looked for. Below 1 % nothing is said about a cast.",
};

pub(super) const CAST_A: Definition = Definition {
    id: "cast-a",
    title: "Cast, green to red",
    unit: "a*",
    method: "cast-a/1 mean-of-near-neutral cielab-d65 srgb cells-256",
    decimals: 2,
    definition: "Mean a* of near-neutral cells: below 0 they lean to green, above 0 to red. Not told when they are fewer than 1 %.",
};

pub(super) const CAST_B: Definition = Definition {
    id: "cast-b",
    title: "Cast, blue to yellow",
    unit: "b*",
    method: "cast-b/1 mean-of-near-neutral cielab-d65 srgb cells-256",
    decimals: 2,
    definition: "Mean b* of near-neutral cells: below 0 they lean to blue, above 0 to yellow. Not told when they are fewer than 1 %.",
};

pub(super) const CAST_STRENGTH: Definition = Definition {
    id: "cast-strength",
    title: "Cast",
    unit: "C*",
    method: "cast-strength/1 mean-of-near-neutral cielab-d65 srgb cells-256",
    decimals: 2,
    definition: "How far the mean of near-neutral cells lies from neutral, 0 to 12. Warm evening light and toned pictures lean on purpose; surfaces that are pale in a colour count as neutral ones that lean.",
};

pub(super) const CAST_ANGLE: Definition = Definition {
    id: "cast-angle",
    title: "Direction of the cast",
    unit: "°",
    method: "cast-angle/1 mean-of-near-neutral cielab-d65 srgb cells-256",
    decimals: 0,
    definition: "Hue angle of the cast, 0 to 360 degrees: 0 red, 90 yellow, 180 green, 270 blue. Not told for a cast below 0.5.",
};

pub(super) const SATURATION_CLIP: Definition = Definition {
    id: "saturation-clip",
    title: "Saturated to the end",
    unit: "%",
    method: "saturation-clip/1 any-channel-255 chroma-above-60 cielab-d65 srgb cells-256",
    decimals: 2,
    definition: "Share of cells with a C*ab above 60 and at least one sRGB channel at 255: colours there have lost their shades. Areas smaller than a cell do not count.",
};

pub(super) const GAMUT_OUT: Definition = Definition {
    id: "gamut-out",
    title: "Colours outside sRGB",
    unit: "%",
    method: "gamut-out/1 linear-srgb-beyond-0.001 profile-matrix coded-rgb cells-256",
    decimals: 2,
    definition: "Share of cells whose colour sRGB cannot hold: through the curves and the matrix of the embedded profile, linear sRGB lies below -0.001 or above 1.001. 0 for sRGB and untagged pictures. Profiles made of tables do not tell.",
};
