//! Noise.

use super::Definition;

pub(super) const SIGMA_MAD: Definition = Definition {
    id: "sigma-mad",
    title: "Noise",
    unit: "level",
    method: "sigma-mad/3 coded-luma native db2-hh odd-row-steps-over-half-mp",
    decimals: 2,
    definition: "Median of the absolute diagonal wavelet band (db2) divided by 0.67449, exact zeros left out (Donoho and Johnstone 1994). Above half a megapixel every third, fifth, ... row of the band is used. Texture raises it, JPEG lowers it.",
};

pub(super) const SIGMA_IMMERKAER: Definition = Definition {
    id: "sigma-immerkaer",
    title: "Noise, by Laplacian difference",
    unit: "level",
    method: "sigma-immerkaer/1 coded-luma native interior",
    decimals: 2,
    definition: "Mean magnitude of the difference of two Laplacians times the square root of pi over 2 (Immerkær 1996), without the outermost pixels. Texture raises it.",
};

pub(super) const SIGMA_FLAT_SHADOWS: Definition = Definition {
    id: "sigma-flat-shadows",
    title: "Noise on flat ground, shadows",
    unit: "level",
    method: "sigma-flat-shadows/1 coded-luma native sample-9x512 blocks-32 tenth",
    decimals: 2,
    definition: "Immerkær's measure over flat blocks of 32 px with a mean luma below 64, in at most nine tiles of 512 px: of those blocks the tenth with the smallest steps between means of 4 x 4 px. Unknown without flat ground in the shadows. Near 0 after noise reduction.",
};

pub(super) const SIGMA_FLAT_MIDTONES: Definition = Definition {
    id: "sigma-flat-midtones",
    title: "Noise on flat ground, mid-tones",
    unit: "level",
    method: "sigma-flat-midtones/1 coded-luma native sample-9x512 blocks-32 tenth",
    decimals: 2,
    definition: "As in the shadows, over blocks with a mean luma from 64 to 192. Unknown without flat ground in the mid-tones.",
};

pub(super) const SIGMA_FLAT_HIGHLIGHTS: Definition = Definition {
    id: "sigma-flat-highlights",
    title: "Noise on flat ground, highlights",
    unit: "level",
    method: "sigma-flat-highlights/1 coded-luma native sample-9x512 blocks-32 tenth",
    decimals: 2,
    definition: "As in the shadows, over blocks with a mean luma above 192. Clipped blocks do not count. Unknown without flat ground in the highlights.",
};

pub(super) const CHROMA_NOISE_CB: Definition = Definition {
    id: "chroma-noise-cb",
    title: "Colour noise, blue-yellow",
    unit: "level",
    method: "chroma-noise-cb/1 coded-cb file-chroma-scale sample-9x256 blocks-32 tenth",
    decimals: 2,
    definition: "As noise on flat ground, over blocks of 32 x 32 samples of Cb at the resolution the file stores it in. Halved chroma (4:2:0) roughly halves it.",
};

pub(super) const CHROMA_NOISE_CR: Definition = Definition {
    id: "chroma-noise-cr",
    title: "Colour noise, red-green",
    unit: "level",
    method: "chroma-noise-cr/1 coded-cr file-chroma-scale sample-9x256 blocks-32 tenth",
    decimals: 2,
    definition: "As noise on flat ground, over blocks of 32 x 32 samples of Cr at the resolution the file stores it in. Halved chroma (4:2:0) roughly halves it.",
};

pub(super) const SNR: Definition = Definition {
    id: "snr",
    title: "Signal to noise",
    unit: "dB",
    method: "snr/1 flat-midtones mean-over-deviation",
    decimals: 1,
    definition: "Twenty times the decimal logarithm of mean luma over noise, both of the flat mid-tones (after EMVA 1288). Of coded luma, after the camera's tone curve. None where no noise is left.",
};
