//! How large a picture prints: arithmetic.

use serde::{Deserialize, Serialize};

/// How large it prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PrintSize {
    /// Pixels per inch: 300, 240 or 150.
    pub ppi: u16,
    /// Width in cm.
    pub width_cm: f64,
    /// Height in cm.
    pub height_cm: f64,
    /// The largest ISO A format it fills, such as `A4`; None if smaller than A7.
    pub largest_a: Option<String>,
    /// The largest US format it fills, such as `8 x 10 in`; None if smaller than 4 x 6 inches.
    pub largest_us: Option<String>,
    /// The same for the detail it holds; None where that could not be measured.
    pub at_detail: Option<DetailSize>,
}

/// How large a picture prints if only the pixels count that hold detail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DetailSize {
    /// About which share of the pixel resolution holds detail, from fine detail, 50..=100 %.
    pub resolution_held: f64,
    /// Width in cm.
    pub width_cm: f64,
    /// Height in cm.
    pub height_cm: f64,
    /// The largest ISO A format that detail fills.
    pub largest_a: Option<String>,
    /// The largest US format that detail fills.
    pub largest_us: Option<String>,
}

/// Pixels per inch that are looked at: fine, good, enough for posters.
const DENSITIES: [u16; 3] = [300, 240, 150];

/// ISO 216 A formats, short and long side in mm, largest first.
const A_FORMATS: [(&str, u32, u32); 8] = [
    ("A0", 841, 1189),
    ("A1", 594, 841),
    ("A2", 420, 594),
    ("A3", 297, 420),
    ("A4", 210, 297),
    ("A5", 148, 210),
    ("A6", 105, 148),
    ("A7", 74, 105),
];

/// US photo papers and sheets, short and long side in half inches, largest area first.
const US_FORMATS: [(&str, u32, u32); 11] = [
    ("24 x 36 in", 48, 72),
    ("20 x 30 in", 40, 60),
    ("16 x 24 in", 32, 48),
    ("16 x 20 in", 32, 40),
    ("12 x 18 in", 24, 36),
    ("Tabloid", 22, 34),
    ("11 x 14 in", 22, 28),
    ("Letter", 17, 22),
    ("8 x 10 in", 16, 20),
    ("5 x 7 in", 10, 14),
    ("4 x 6 in", 8, 12),
];

/// Print sizes of a picture as seen; `held` is about which share of its pixel resolution holds detail, in %.
pub fn print_sizes((width_px, height_px): (u32, u32), held: Option<f64>) -> Vec<PrintSize> {
    DENSITIES
        .map(|ppi| PrintSize {
            ppi,
            width_cm: centimeters(width_px, ppi),
            height_cm: centimeters(height_px, ppi),
            largest_a: largest_a(width_px, height_px, ppi),
            largest_us: largest_us(width_px, height_px, ppi),
            at_detail: held.map(|held| at_detail((width_px, height_px), ppi, held)),
        })
        .to_vec()
}

/// As if the picture were scaled down to the detail it holds.
fn at_detail(size_px: (u32, u32), ppi: u16, held: f64) -> DetailSize {
    let scaled = |side: u32| (f64::from(side) * held / 100.0).round() as u32;
    let (width_px, height_px) = (scaled(size_px.0), scaled(size_px.1));
    DetailSize {
        resolution_held: held,
        width_cm: centimeters(width_px, ppi),
        height_cm: centimeters(height_px, ppi),
        largest_a: largest_a(width_px, height_px, ppi),
        largest_us: largest_us(width_px, height_px, ppi),
    }
}

fn centimeters(px: u32, ppi: u16) -> f64 {
    f64::from(px) * 2.54 / f64::from(ppi)
}

/// The largest format whose both sides the picture fills, turned as it fits. Pixels a format needs are rounded, so that
/// 2480 x 3508 is A4 at 300 ppi.
fn largest_a(width_px: u32, height_px: u32, ppi: u16) -> Option<String> {
    let (short, long) = (width_px.min(height_px), width_px.max(height_px));
    let needed = |mm: u32| (f64::from(mm) * f64::from(ppi) / 25.4).round() as u32;
    let fits = |&&(_, a, b): &&(&str, u32, u32)| short >= needed(a) && long >= needed(b);
    A_FORMATS.iter().find(fits).map(|(name, ..)| (*name).to_owned())
}

/// As [`largest_a`], in US formats.
fn largest_us(width_px: u32, height_px: u32, ppi: u16) -> Option<String> {
    let (short, long) = (width_px.min(height_px), width_px.max(height_px));
    let needed = |halves: u32| (halves * u32::from(ppi)).div_ceil(2);
    let fits = |&&(_, a, b): &&(&str, u32, u32)| short >= needed(a) && long >= needed(b);
    US_FORMATS.iter().find(fits).map(|(name, ..)| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_megapixels() {
        let sizes = print_sizes((4032, 3024), None);
        assert_eq!(sizes.iter().map(|size| size.ppi).collect::<Vec<_>>(), [300, 240, 150]);
        assert!((sizes[0].width_cm - 34.1376).abs() < 1e-9 && (sizes[0].height_cm - 25.6032).abs() < 1e-9);
        let formats: Vec<_> = sizes.iter().map(|size| size.largest_a.as_deref()).collect();
        assert_eq!(formats, [Some("A4"), Some("A3"), Some("A2")]);
    }

    #[test]
    fn less_detail_prints_smaller() {
        let sizes = print_sizes((4032, 3024), Some(50.0));
        let detail: Vec<&DetailSize> = sizes.iter().filter_map(|size| size.at_detail.as_ref()).collect();
        assert_eq!(detail.iter().map(|size| size.largest_a.as_deref()).collect::<Vec<_>>(), [Some("A6"), Some("A5"), Some("A4")]);
        assert!((detail[0].width_cm - 17.0688).abs() < 1e-9 && (detail[0].height_cm - 12.8016).abs() < 1e-9);
        assert_eq!(detail[2].largest_us.as_deref(), Some("Letter"));
        let whole = print_sizes((4032, 3024), Some(100.0));
        assert!(whole.iter().all(|size| size.at_detail.as_ref().unwrap().largest_a == size.largest_a));
        assert_eq!(print_sizes((4032, 3024), None)[0].at_detail, None);
    }

    #[test]
    fn us_formats_are_told_too() {
        let us = |width, height, ppi| largest_us(width, height, ppi);
        assert_eq!(us(2550, 3300, 300).as_deref(), Some("Letter"));
        assert_eq!(us(3300, 2549, 300).as_deref(), Some("8 x 10 in"));
        assert_eq!(us(4032, 3024, 300).as_deref(), Some("Letter"));
        assert_eq!(us(4032, 3024, 240).as_deref(), Some("11 x 14 in"));
        assert_eq!(us(1800, 1200, 300).as_deref(), Some("4 x 6 in"));
        assert_eq!(us(1799, 1200, 300), None);
        let areas: Vec<u32> = US_FORMATS.iter().map(|(_, a, b)| a * b).collect();
        assert!(areas.is_sorted_by(|a, b| a > b));
    }

    #[test]
    fn customary_pixel_sizes_are_their_format() {
        assert_eq!(largest_a(2480, 3508, 300).as_deref(), Some("A4"));
        assert_eq!(largest_a(3508, 2480, 300).as_deref(), Some("A4"));
        assert_eq!(largest_a(2479, 3508, 300).as_deref(), Some("A5"));
        assert_eq!(largest_a(9933, 14043, 300).as_deref(), Some("A0"));
        assert_eq!(largest_a(100, 100, 150), None);
    }
}
