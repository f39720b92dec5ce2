//! Reports as agencies make them look: on other paper, under their own name, logo and color.

use proofsheet::domain::{Branding, Logo, Paper};
use proofsheet::report::ReportFacts;

use super::samples;

/// The same on US Letter.
pub fn on_letter(facts: ReportFacts) -> ReportFacts {
    ReportFacts { branding: Branding { paper: Paper::Letter, ..facts.branding }, ..facts }
}

/// Facts of an agency with a name, a logo and a color of its own, on US Letter.
pub fn branded() -> ReportFacts {
    let branding = Branding {
        name: Some("Northlight Pictures".into()),
        logo: Some(logo()),
        accent: Some("#1f4b8a".parse().unwrap()),
        paper: Paper::Letter,
    };
    ReportFacts { branding, ..samples::facts(true) }
}

/// A made-up agency's logo: a rising disc over two bars.
pub fn logo() -> Logo {
    let (width, height) = (480_u32, 120_u32);
    let mut samples = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let (dx, dy) = (x as f32 - 60.0, y as f32 - 60.0);
            let disc = dx * dx + dy * dy < 50.0 * 50.0 && y < 64;
            let bars = (140..460).contains(&x) && ((34..54).contains(&y) || ((74..84).contains(&y) && x < 360));
            let line = (10..110).contains(&x) && (74..84).contains(&y);
            samples.extend(if disc || bars || line { [0x1f, 0x4b, 0x8a] } else { [0xfb, 0xfa, 0xf7] });
        }
    }
    let mut jpeg = Vec::new();
    jpeg_encoder::Encoder::new(&mut jpeg, 90)
        .encode(&samples, width as u16, height as u16, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    Logo { width_px: width, height_px: height, jpeg }
}
