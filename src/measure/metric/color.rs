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
