//! Findings: a measurement against a documented default threshold, with a plain sentence and what to do.
//!
//! The thresholds are defaults, not truths: each says where it comes from, and a customer's own rules replace them.

use serde::{Deserialize, Serialize};

use super::detail::resolution_held;
use super::metric::Metric;

/// Peak sharpness below this: nothing in focus, in level².
pub const PEAK_SHARP_MIN: f64 = 30.0;
/// Power of the finest detail over that of coarser, in dB; below this the picture was enlarged or is soft throughout.
pub const FINE_DETAIL_MIN: f64 = -20.0;
/// A connected burnt area from this share on, in % of the picture.
pub const BURNT_AREA_MAX: f64 = 2.0;
/// Pure black from this share on, in % of the picture.
pub const BLACK_AREA_MAX: f64 = 10.0;
/// Noise above this shows at full size, in levels.
pub const NOISE_MAX: f64 = 6.0;
/// Blockiness above this shows.
pub const BLOCKINESS_MAX: f64 = 1.25;
/// Steps across the grid must be stronger by this too, in levels: smooth ground has a high ratio without visible blocks.
pub const BLOCK_STEP_MIN: f64 = 1.0;
/// JPEG quality below this is heavy compression, IJG scale.
pub const QUALITY_MIN: f64 = 70.0;
/// Share of the tonal range between the 1st and 99th percentile below this is flat, 0..=1.
pub const TONAL_RANGE_MIN: f64 = 0.05;
/// The mean of near-neutral colours this far from neutral is a cast, C*ab.
pub const CAST_MAX: f64 = 6.0;
/// If they cover at least this share, in % of the picture.
pub const CAST_AREA_MIN: f64 = 25.0;
/// More empty levels make a comb, in % of the levels between the darkest and brightest tones.
pub const HISTOGRAM_GAPS_MAX: f64 = 10.0;
/// Fewer megapixels are small.
pub const MEGAPIXELS_MIN: f64 = 2.0;

/// How much a finding weighs. Without a customer's rules only an unusable file is `Redo`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Look at it; usable after one fix, or as it is if intended.
    Check,
    /// Not usable as it is.
    Redo,
}

/// What was found, worst first. Each has one threshold, written in [`FindingKind::rule`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    FileIncomplete,
    CmykColors,
    NothingInFocus,
    NoFineDetail,
    HighlightsBurnt,
    ShadowsLost,
    VisibleNoise,
    VisibleBlocks,
    HeavyCompression,
    LowContrast,
    ColorCast,
    CombHistogram,
    IndexedColors,
    SmallPicture,
    SeveralPictures,
    ShowsGpsPosition,
    ShowsDeviceId,
    ShowsPeople,
    PreviewDiffers,
}

/// A measurement past its threshold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What.
    pub kind: FindingKind,
    /// How much it weighs.
    pub level: Level,
    /// The number it rests on, if it rests on one.
    pub metric: Option<Metric>,
    /// That number.
    pub value: Option<f64>,
    /// The threshold it passed.
    pub threshold: Option<f64>,
}

/// The range of a metric in which nothing is found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Accepted {
    /// Up to this value.
    AtMost(f64),
    /// From this value on.
    AtLeast(f64),
}

impl Accepted {
    /// Whether a value lies within.
    pub fn holds(self, value: f64) -> bool {
        match self {
            Self::AtMost(limit) => value <= limit,
            Self::AtLeast(limit) => value >= limit,
        }
    }
}

/// Everything a reader is told about a kind of finding besides its numbers.
struct Words {
    slug: &'static str,
    title: &'static str,
    label: &'static str,
    rule: &'static str,
    advice: &'static str,
}

impl FindingKind {
    /// All, worst first.
    pub const ALL: [Self; 19] = [
        Self::FileIncomplete,
        Self::CmykColors,
        Self::NothingInFocus,
        Self::NoFineDetail,
        Self::HighlightsBurnt,
        Self::ShadowsLost,
        Self::VisibleNoise,
        Self::VisibleBlocks,
        Self::HeavyCompression,
        Self::LowContrast,
        Self::ColorCast,
        Self::CombHistogram,
        Self::IndexedColors,
        Self::SmallPicture,
        Self::SeveralPictures,
        Self::ShowsGpsPosition,
        Self::ShowsDeviceId,
        Self::ShowsPeople,
        Self::PreviewDiffers,
    ];

    /// The word in JSON; stable, kebab case.
    pub const fn slug(self) -> &'static str {
        self.words().slug
    }

    /// Heading on a photo's page, such as `Highlights are burnt out`.
    pub const fn title(self) -> &'static str {
        self.words().title
    }

    /// At most three words under a frame of the contact sheet.
    pub const fn label(self) -> &'static str {
        self.words().label
    }

    /// The threshold, where it comes from, and when it misleads.
    pub const fn rule(self) -> &'static str {
        self.words().rule
    }

    /// What to do.
    pub const fn advice(self) -> &'static str {
        self.words().advice
    }

    /// The metric it rests on and the range in which it is not raised; None for what is no number of the catalogue.
    pub const fn accepted(self) -> Option<(Metric, Accepted)> {
        Some(match self {
            Self::NothingInFocus => (Metric::PeakSharp, Accepted::AtLeast(PEAK_SHARP_MIN)),
            Self::NoFineDetail => (Metric::EffRes, Accepted::AtLeast(FINE_DETAIL_MIN)),
            Self::HighlightsBurnt => (Metric::ClipHighLargest, Accepted::AtMost(BURNT_AREA_MAX)),
            Self::ShadowsLost => (Metric::ClipLowAll, Accepted::AtMost(BLACK_AREA_MAX)),
            Self::VisibleNoise => (Metric::SigmaMad, Accepted::AtMost(NOISE_MAX)),
            Self::VisibleBlocks => (Metric::Blockiness, Accepted::AtMost(BLOCKINESS_MAX)),
            Self::ColorCast => (Metric::CastStrength, Accepted::AtMost(CAST_MAX)),
            Self::CombHistogram => (Metric::HistogramGaps, Accepted::AtMost(HISTOGRAM_GAPS_MAX)),
            Self::SmallPicture => (Metric::Megapixels, Accepted::AtLeast(MEGAPIXELS_MIN)),
            Self::FileIncomplete
            | Self::CmykColors
            | Self::HeavyCompression
            | Self::LowContrast
            | Self::IndexedColors
            | Self::SeveralPictures
            | Self::ShowsGpsPosition
            | Self::ShowsDeviceId
            | Self::ShowsPeople
            | Self::PreviewDiffers => return None,
        })
    }

    /// The finding that rests on a metric, if one does.
    pub fn of_metric(metric: Metric) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.accepted().is_some_and(|(found, _)| found == metric))
    }

    #[expect(clippy::too_many_lines, reason = "a table: one row a kind")]
    const fn words(self) -> Words {
        match self {
            Self::FileIncomplete => Words {
                slug: "file-incomplete",
                title: "The file is incomplete",
                label: "File incomplete",
                rule: "Raised when the file ends before its end marker, a checksum does not hold or rows cannot be decoded (ITU-T T.81, PNG specification).",
                advice: "Copy or upload the original file again; if it is broken there too, export it anew.",
            },
            Self::CmykColors => Words {
                slug: "cmyk-colors",
                title: "The picture is in CMYK",
                label: "CMYK inks",
                rule: "Raised when the file stores four inks: their look depends on the press, so no pixel is measured.",
                advice: "Export again as RGB with an sRGB profile, unless a printer asked for CMYK.",
            },
            Self::NothingInFocus => Words {
                slug: "nothing-in-focus",
                title: "Nothing is in focus",
                label: "Nothing in focus",
                rule: "Raised when peak sharpness stays below 30 level². Our own default: our sample photos reach 170 and more, copies of them blurred by 2 px less than 30. A picture that is soft on purpose is raised too.",
                advice: "Use a sharper frame. If softness is intended, keep it.",
            },
            Self::NoFineDetail => Words {
                slug: "no-fine-detail",
                title: "The picture holds no fine detail",
                label: "No fine detail",
                rule: "Raised when eff-res is below -20 dB and something is in focus. Our own default: our sample photos reach -19 and more, copies enlarged by 2 mostly stay below. It cannot tell enlarging from a soft lens or strong noise reduction, and noise or sharpening after enlarging hides it.",
                advice: "Ask for the picture in the size it was taken in, or use it smaller.",
            },
            Self::HighlightsBurnt => Words {
                slug: "highlights-burnt",
                title: "Highlights are burnt out",
                label: "Highlights burnt out",
                rule: "Raised when one connected area at the highest level in at least one channel covers more than 2 % of the picture, unless it runs along at least half of the picture's edge, as a white backdrop does. Our own default, after the clipping warnings of raw developers. Saturated colours and lamps in the frame are raised too.",
                advice: "Export again from the raw file with less exposure or recovered highlights.",
            },
            Self::ShadowsLost => Words {
                slug: "shadows-lost",
                title: "Shadows are lost",
                label: "Shadows lost",
                rule: "Raised when more than 10 % of the pixels are pure black in all channels. Our own default. Night scenes and black backdrops are raised too.",
                advice: "Export again from the raw file with lifted shadows, unless the black is intended.",
            },
            Self::VisibleNoise => Words {
                slug: "visible-noise",
                title: "Noise is visible",
                label: "Visible noise",
                rule: "Raised above 6 levels of sigma-mad. Our own default: noise of 5 levels added to clean photos measures about 6. Fine texture such as foliage raises the number without any noise.",
                advice: "Look at it at full size. If it is grain you do not want, reduce noise in the raw file and export again.",
            },
            Self::VisibleBlocks => Words {
                slug: "visible-blocks",
                title: "Compression blocks are visible",
                label: "Visible blocks",
                rule: "Raised above a blockiness of 1.25, if the steps across the grid are also at least 1 level stronger than inside. Our own default: on our sample photos it sets in between JPEG quality 70 and 50. After resizing, blocks no longer lie on the grid and stay unnoticed.",
                advice: "Export again from the original with JPEG quality 90 or higher.",
            },
            Self::HeavyCompression => Words {
                slug: "heavy-compression",
                title: "The file is heavily compressed",
                label: "Heavily compressed",
                rule: "Raised when the luma quantisation table is, or is closest to, that of an IJG quality below 70. Our own default; picture libraries commonly ask for 90 and more. Says nothing about earlier saves.",
                advice: "Export again from the original with JPEG quality 90 or higher.",
            },
            Self::LowContrast => Words {
                slug: "low-contrast",
                title: "Contrast is very low",
                label: "Low contrast",
                rule: "Raised when the 1st and 99th percentile of coded luma lie less than 5 % of the tonal range apart (as scikit-image's is_low_contrast). Fog and high-key pictures are raised too.",
                advice: "Check that the right picture was exported; raise contrast if it is not intended.",
            },
            Self::ColorCast => Words {
                slug: "color-cast",
                title: "Greys lean to one colour",
                label: "Colour cast",
                rule: "Raised when the mean of near-neutral colours lies more than 6 (C*ab) from neutral, if they cover at least 25 % of the picture. Our own default. Evening light, toned pictures and pale coloured surfaces are raised too; a cast so strong that nothing looks near neutral is not.",
                advice: "Compare it with something you know to be grey or white; correct the white balance unless the mood is intended.",
            },
            Self::CombHistogram => Words {
                slug: "comb-histogram",
                title: "The histogram has gaps",
                label: "Gaps in tones",
                rule: "Raised when more than 10 % of the levels between the darkest and brightest tones of a channel are empty. Our own default. Tones were stretched after saving in 8 bit, or the picture has few colours by design. Saving as JPEG afterwards fills gaps up, so none found says nothing.",
                advice: "Edit the raw file or a 16-bit copy and export again, if smooth areas show steps.",
            },
            Self::IndexedColors => Words {
                slug: "indexed-colors",
                title: "The picture has few colours",
                label: "Few colours",
                rule: "Raised when a palette of at most 256 colours is used, as in every GIF. Photographs have more.",
                advice: "Export again from the original as JPEG, or as PNG with full colour.",
            },
            Self::SmallPicture => Words {
                slug: "small-picture",
                title: "The picture is small",
                label: "Small picture",
                rule: "Raised below 2 megapixels, about a full-HD screen. Our own default; the stock libraries Adobe Stock and Shutterstock ask for 4.",
                advice: "Export again at full size if it is meant for print or a picture library.",
            },
            Self::SeveralPictures => Words {
                slug: "several-pictures",
                title: "The file holds several pictures",
                label: "Several pictures",
                rule: "Raised when there is more than 1 frame or page. Only the first is measured and shown.",
                advice: "Send a still picture, or each page as a file of its own.",
            },
            Self::ShowsGpsPosition => Words {
                slug: "shows-gps-position",
                title: "The file shows a GPS position",
                label: "Shows GPS position",
                rule: "Raised when EXIF or XMP hold a latitude or a longitude, of the camera or of what is shown (EXIF, IPTC Photo Metadata Standard). Places in words are listed, not raised.",
                advice: "Export without location data before you pass the file on.",
            },
            Self::ShowsDeviceId => Words {
                slug: "shows-device-id",
                title: "The file shows a device number",
                label: "Shows serial number",
                rule: "Raised when EXIF or XMP name the serial number or a unique id of a camera, lens, picture or computer. Maker notes are not read and may hold more.",
                advice: "Export without camera data before you pass the file on, or keep it if the receiver may see it.",
            },
            Self::ShowsPeople => Words {
                slug: "shows-people",
                title: "The file names people",
                label: "Names people",
                rule: "Raised when a field names who is shown or who owns the camera, or marks a face by name (EXIF, IPTC Photo Metadata Standard, Metadata Working Group). Creators are not raised: their name should stay.",
                advice: "Take the names out before you pass the file on, unless the receiver needs them.",
            },
            Self::PreviewDiffers => Words {
                slug: "preview-differs",
                title: "A preview inside differs",
                label: "Preview differs",
                rule: "Raised when an embedded thumbnail or preview, less its black bars, has other proportions than the picture, by more than 4 %, or shows something else: their PDQ hashes differ in more than 100 of 256 bits, turned and mirrored as fits. Our own defaults. It may show what a crop took away; some programs leave an old one by mistake.",
                advice: "Export again so that the preview is made anew, and look at it before you pass the file on.",
            },
        }
    }
}

impl Finding {
    /// One sentence with the number.
    pub fn sentence(&self) -> String {
        let value = self.value.unwrap_or_default();
        match self.kind {
            FindingKind::FileIncomplete if value >= 100.0 => {
                "The file breaks off or a checksum fails, though every row could be read.".into()
            }
            FindingKind::FileIncomplete => {
                format!("Only the first {value:.0} % of the picture could be read; the rest is missing.")
            }
            FindingKind::NothingInFocus => {
                format!("The sharpest areas reach {value:.1} level²; a photo in focus reaches {PEAK_SHARP_MIN:.0} and more.")
            }
            FindingKind::NoFineDetail => format!(
                "It holds no detail above about {:.0} % of its pixel resolution: the finest structures are {:.0} dB weaker than coarser ones.",
                resolution_held(value),
                -value
            ),
            FindingKind::HighlightsBurnt => {
                format!("One area, {value:.1} % of the picture, is burnt out in at least one colour channel.")
            }
            FindingKind::ShadowsLost => format!("{value:.1} % of the picture is pure black and holds no detail."),
            FindingKind::VisibleNoise => format!("Noise measures {value:.1} levels; above {NOISE_MAX:.0} it shows at full size."),
            FindingKind::VisibleBlocks => {
                format!("Steps along the 8-pixel grid are {value:.2} times as strong as elsewhere: compression blocks show.")
            }
            FindingKind::HeavyCompression => format!("It is compressed about as strongly as with JPEG quality {value:.0}."),
            FindingKind::LowContrast => {
                format!("Nearly all of the picture lies within {:.1} % of the tonal range.", value * 100.0)
            }
            FindingKind::ColorCast => {
                format!("Near-neutral colours lie {value:.1} from neutral on average; above {CAST_MAX:.0} they look coloured.")
            }
            FindingKind::CombHistogram => {
                format!("{value:.0} % of the levels in use are empty: tones were stretched after saving in 8 bit.")
            }
            FindingKind::SmallPicture => {
                // cut off, not rounded: it is less than that
                let value = (value * 100.0).floor() / 100.0;
                format!("The picture has {value:.2} megapixels; a full-HD screen has {MEGAPIXELS_MIN:.0}.")
            }
            FindingKind::CmykColors => "The file stores four inks (CMYK); most destinations want RGB.".into(),
            FindingKind::IndexedColors => "Its pixels are taken from a palette of at most 256 colours.".into(),
            FindingKind::SeveralPictures => {
                format!("The file holds {value:.0} pictures; only the first was measured.")
            }
            FindingKind::ShowsGpsPosition => "The file says where the photo was taken.".into(),
            FindingKind::ShowsDeviceId if value > 1.0 => {
                format!("{value:.0} fields identify the camera, lens, picture or computer.")
            }
            FindingKind::ShowsDeviceId => "A field identifies the camera, lens, picture or computer.".into(),
            FindingKind::ShowsPeople if value > 1.0 => format!("{value:.0} fields name people who are shown or own the camera."),
            FindingKind::ShowsPeople => "A field names people who are shown or own the camera.".into(),
            FindingKind::PreviewDiffers => {
                "A small picture inside the file has another shape than the picture itself, or shows something else.".into()
            }
        }
    }
}
