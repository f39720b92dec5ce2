//! What an embedded color profile is: which of the well-known ones, of what device, in which version of the format.

use serde::{Deserialize, Serialize};

/// A profile many cameras and programs use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KnownProfile {
    /// IEC 61966-2-1.
    Srgb,
    /// Apple's Display P3: DCI-P3 primaries, D65, the sRGB curve.
    DisplayP3,
    /// Adobe RGB (1998).
    AdobeRgb,
    /// ProPhoto RGB (ISO 22028-2, ROMM RGB).
    ProphotoRgb,
}

/// What is known of an embedded profile besides its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Identity {
    /// Which of the well-known ones it is, told by its numbers.
    pub known: Option<KnownProfile>,
    /// What kind of device it is of.
    pub class: Option<ProfileClass>,
    /// Major and minor version of the format.
    pub version: Option<(u8, u8)>,
}

/// Device class of a profile (ICC.1:2022, 7.2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProfileClass {
    /// `scnr`: cameras and scanners.
    Input,
    /// `mntr`: displays, and most working spaces.
    Display,
    /// `prtr`: printers and presses.
    Output,
    /// `spac`: a color space without a device.
    ColorSpace,
    /// `link`, `abst`, `nmcl`: not meant to be embedded in a picture.
    Other,
}

impl Identity {
    /// Of a profile's bytes; class and version stand in its header (ICC.1:2022, 7.2).
    pub fn new(known: Option<KnownProfile>, icc: &[u8]) -> Self {
        Self { known, class: class(icc), version: version(icc) }
    }
}

fn class(icc: &[u8]) -> Option<ProfileClass> {
    Some(match icc.get(12..16)? {
        b"scnr" => ProfileClass::Input,
        b"mntr" => ProfileClass::Display,
        b"prtr" => ProfileClass::Output,
        b"spac" => ProfileClass::ColorSpace,
        b"link" | b"abst" | b"nmcl" => ProfileClass::Other,
        _ => return None,
    })
}

fn version(icc: &[u8]) -> Option<(u8, u8)> {
    let (major, minor) = (*icc.get(8)?, *icc.get(9)? >> 4);
    (1..=9).contains(&major).then_some((major, minor))
}
