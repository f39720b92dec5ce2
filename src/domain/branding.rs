//! How an agency's reports look: its name, its logo, one color of its own, its paper.

use std::fmt;
use std::str::FromStr;

/// Longest name on a report, in characters.
pub const BRAND_NAME_CHARS_MAX: usize = 60;
/// Longest side of a logo as kept, in pixels.
pub const LOGO_EDGE_MAX: u32 = 768;
/// Largest logo as kept, in bytes.
pub const LOGO_BYTES_MAX: usize = 256 * 1024;
/// Least contrast between an accent and the page (WCAG 2.2, 1.4.3, level AA for text).
pub const CONTRAST_MIN: f64 = 4.5;
/// The page of a report, sRGB.
pub const PAGE: [u8; 3] = [0xfb, 0xfa, 0xf7];

/// How an agency's reports look; the default is proofsheet's own.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Branding {
    /// Stands at the head of each page, at most [`BRAND_NAME_CHARS_MAX`] characters; None: the product's name.
    pub name: Option<String>,
    /// Stands on the first page instead of the name.
    pub logo: Option<Logo>,
    /// Underlines; None: the product's red.
    pub accent: Option<Accent>,
    /// What it is printed on.
    pub paper: Paper,
}

/// Why a report cannot look like this.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrandingError {
    /// No name, or a longer one than heads have room for.
    #[error("a name on reports has 1 to {BRAND_NAME_CHARS_MAX} characters")]
    NameLength,
    /// More than a report should carry.
    #[error("a logo has at most {LOGO_EDGE_MAX} pixels a side and {LOGO_BYTES_MAX} bytes once it is encoded anew")]
    LogoTooLarge,
}

impl Branding {
    /// Whether a report can look like this.
    ///
    /// # Errors
    /// [`BrandingError`].
    pub fn check(&self) -> Result<(), BrandingError> {
        if self.name.as_deref().is_some_and(|name| !(1..=BRAND_NAME_CHARS_MAX).contains(&name.trim().chars().count())) {
            return Err(BrandingError::NameLength);
        }
        let is_large = |logo: &Logo| logo.jpeg.len() > LOGO_BYTES_MAX || logo.width_px.max(logo.height_px) > LOGO_EDGE_MAX;
        if self.logo.as_ref().is_some_and(is_large) { Err(BrandingError::LogoTooLarge) } else { Ok(()) }
    }
}

/// An agency as its reports name and show it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgencyProfile {
    /// Its name; None from the command line.
    pub name: Option<String>,
    /// How its reports look.
    pub branding: Branding,
}

/// A logo, encoded anew from its pixels: a baseline JPEG without metadata, long side at most [`LOGO_EDGE_MAX`] pixels.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logo {
    /// Columns.
    pub width_px: u32,
    /// Rows.
    pub height_px: u32,
    /// The JPEG, at most [`LOGO_BYTES_MAX`] bytes.
    #[serde(with = "as_base64")]
    pub jpeg: Vec<u8>,
}

impl fmt::Debug for Logo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Logo({} x {} px, {} bytes)", self.width_px, self.height_px, self.jpeg.len())
    }
}

/// What a report is printed on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Paper {
    /// 210 x 297 mm (ISO 216).
    #[default]
    A4,
    /// 8.5 x 11 in (ANSI A).
    Letter,
}

/// A word that names no paper.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no such paper; a report is printed on a4 or letter")]
pub struct UnknownPaper;

impl Paper {
    /// The word in settings and results, lower case.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::A4 => "a4",
            Self::Letter => "letter",
        }
    }
}

impl FromStr for Paper {
    type Err = UnknownPaper;
    fn from_str(text: &str) -> Result<Self, UnknownPaper> {
        [Self::A4, Self::Letter].into_iter().find(|paper| paper.slug() == text).ok_or(UnknownPaper)
    }
}

/// An sRGB color that can be read on the page: its contrast is at least [`CONTRAST_MIN`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Accent([u8; 3]);

/// Why a color cannot be an accent.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AccentError {
    /// It is not written as `#rrggbb`.
    #[error("a color is written as #rrggbb, such as #c8321f")]
    Form,
    /// It would be hard to see.
    #[error("its contrast with the page is {actual:.2} to 1; it takes {CONTRAST_MIN} to 1, so take a darker one")]
    Contrast {
        /// What it is.
        actual: f64,
    },
}

impl Accent {
    /// Red, green and blue.
    pub const fn rgb(self) -> [u8; 3] {
        self.0
    }
}

impl TryFrom<[u8; 3]> for Accent {
    type Error = AccentError;
    fn try_from(rgb: [u8; 3]) -> Result<Self, AccentError> {
        let actual = contrast(rgb, PAGE);
        if actual < CONTRAST_MIN { Err(AccentError::Contrast { actual }) } else { Ok(Self(rgb)) }
    }
}

impl FromStr for Accent {
    type Err = AccentError;
    fn from_str(text: &str) -> Result<Self, AccentError> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.bytes().all(|d| d.is_ascii_hexdigit()));
        let number = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).ok_or(AccentError::Form)?;
        let [_, red, green, blue] = number.to_be_bytes();
        Self::try_from([red, green, blue])
    }
}

impl TryFrom<String> for Accent {
    type Error = AccentError;
    fn try_from(text: String) -> Result<Self, AccentError> {
        text.parse()
    }
}

impl fmt::Display for Accent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl From<Accent> for String {
    fn from(accent: Accent) -> Self {
        accent.to_string()
    }
}

/// Contrast of two sRGB colors, 1 to 21 (WCAG 2.2, "contrast ratio").
pub fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Relative luminance, 0 to 1 (WCAG 2.2).
fn luminance(rgb: [u8; 3]) -> f64 {
    let linear = rgb.map(|level| {
        let level = f64::from(level) / 255.0;
        if level <= 0.04045 { level / 12.92 } else { ((level + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

/// Bytes as base64 text (RFC 4648, 4).
mod as_base64 {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map_err(|_| D::Error::custom("no base64"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_that_of_the_guideline() {
        // published pairs: black on white 21, #767676 on white 4.54, #777777 on white 4.48
        let white = [255; 3];
        for (rgb, expected) in [([0; 3], 21.0), ([0x76; 3], 4.54), ([0x77; 3], 4.48), (white, 1.0)] {
            assert!((contrast(rgb, white) - expected).abs() < 0.005, "{rgb:?}");
            assert!((contrast(white, rgb) - contrast(rgb, white)).abs() < 1e-12);
        }
    }

    #[test]
    fn an_accent_can_be_read_or_is_refused() {
        let red: Accent = "#C8321F".parse().unwrap();
        assert_eq!((red.rgb(), red.to_string().as_str()), ([0xc8, 0x32, 0x1f], "#c8321f"));
        assert!(matches!("#ffcc00".parse::<Accent>(), Err(AccentError::Contrast { actual }) if actual < 1.6));
        for wrong in ["c8321f", "#c832", "#c8321g", "#c8321ff", "", "#+c8321", "red"] {
            assert_eq!(wrong.parse::<Accent>(), Err(AccentError::Form), "{wrong}");
        }
        // the lightest grey that passes, and one past it
        let passes = |level: u8| Accent::try_from([level; 3]).is_ok();
        let limit = (0..=255).rev().find(|level| passes(*level)).unwrap();
        assert!(contrast([limit; 3], PAGE) >= CONTRAST_MIN && contrast([limit + 1; 3], PAGE) < CONTRAST_MIN);
    }

    #[test]
    fn names_and_logos_have_limits() {
        let named = |name: String| Branding { name: Some(name), ..Branding::default() }.check();
        assert_eq!(named("x".repeat(BRAND_NAME_CHARS_MAX)), Ok(()));
        for wrong in [String::new(), "  ".into(), "x".repeat(BRAND_NAME_CHARS_MAX + 1)] {
            assert_eq!(named(wrong), Err(BrandingError::NameLength));
        }
        let logo = |width_px, bytes| {
            let logo = Logo { width_px, height_px: 9, jpeg: vec![0; bytes] };
            Branding { logo: Some(logo), ..Branding::default() }.check()
        };
        assert_eq!(logo(LOGO_EDGE_MAX, LOGO_BYTES_MAX), Ok(()));
        assert_eq!(logo(LOGO_EDGE_MAX + 1, 1), Err(BrandingError::LogoTooLarge));
        assert_eq!(logo(1, LOGO_BYTES_MAX + 1), Err(BrandingError::LogoTooLarge));
    }

    #[test]
    fn branding_goes_through_json_and_back() {
        let branding = Branding {
            name: Some("Northlight".into()),
            logo: Some(Logo { width_px: 3, height_px: 2, jpeg: vec![0xff, 0xd8, 0] }),
            accent: Some("#1f4b8a".parse().unwrap()),
            paper: Paper::Letter,
        };
        let json = serde_json::to_string(&branding).unwrap();
        assert_eq!(
            json,
            r##"{"name":"Northlight","logo":{"width_px":3,"height_px":2,"jpeg":"/9gA"},"accent":"#1f4b8a","paper":"letter"}"##
        );
        assert_eq!(serde_json::from_str::<Branding>(&json).unwrap(), branding);
        assert_eq!(serde_json::from_str::<Branding>("{}").unwrap(), Branding::default());
        for wrong in [r##"{"accent":"#ffff00"}"##, r#"{"paper":"a3"}"#, r#"{"colour":"red"}"#] {
            assert!(serde_json::from_str::<Branding>(wrong).is_err(), "{wrong}");
        }
    }
}
