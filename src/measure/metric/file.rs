//! Size.

use super::Definition;

pub(super) const MEGAPIXELS: Definition = Definition {
    id: "megapixels",
    title: "Megapixels",
    unit: "MP",
    method: "megapixels/1",
    decimals: 2,
    definition: "Width times height, in millions of pixels.",
};
