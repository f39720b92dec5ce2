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
    definition: "Share of pixels whose coded channels are more than 2 levels apart. At most 0.1 % is a greyscale picture; tone-hue tells whether one with more is toned.",
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

pub(super) const HUE_CONCENTRATION: Definition = Definition {
    id: "hue-concentration",
    title: "Agreement of hues",
    unit: "",
    method: "hue-concentration/1 chroma-weighted-resultant channels-over-2-apart cielab-d65 srgb cells-256",
    decimals: 3,
    definition: "Length of the sum of all a* and b* over the sum of C*ab, of cells whose sRGB channels are more than 2 levels apart: the resultant of hue angles weighted by chroma (Mardia). 1 a single hue, 0 hues all around. Not told of a greyscale picture.",
};

pub(super) const CHROMA_RESIDUAL: Definition = Definition {
    id: "chroma-residual",
    title: "Color beside lightness",
    unit: "C*",
    method: "chroma-residual/1 rms-within-4-lstar channels-over-2-apart cielab-d65 srgb cells-256",
    decimals: 2,
    definition: "Root mean squared distance of a* and b* from their mean among cells of like lightness (bands of 4 L*), of the cells of hue-concentration. Near 0 where color depends on lightness alone, as in toned pictures. Not told of a greyscale picture.",
};

pub(super) const TONE_HUE: Definition = Definition {
    id: "tone-hue",
    title: "Hue of the tone",
    unit: "°",
    method: "tone-hue/1 chroma-weighted-mean concentration-0.95 residual-4.5 colored-50 cielab-d65 srgb cells-256",
    decimals: 0,
    definition: "Of a black and white picture in one tone (sepia, selenium, cyanotype): the hue angle of the sum of all a* and b*, 0 red, 90 yellow, 180 green, 270 blue. Told where hue-concentration is at least 0.95, chroma-residual at most 4.5 and colored-share at least 50 %; not applicable to other pictures in color. A scene of one hue, such as fog at dusk, counts as toned; a print in two tones does not.",
};

pub(super) const TONE_CHROMA: Definition = Definition {
    id: "tone-chroma",
    title: "Strength of the tone",
    unit: "C*",
    method: "tone-chroma/1 mean concentration-0.95 residual-4.5 colored-50 cielab-d65 srgb cells-256",
    decimals: 2,
    definition: "Mean C*ab of the cells of hue-concentration, where tone-hue is told. Selenium measured about 5, sepia 11 to 21, cyanotype 24 to 35.",
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
