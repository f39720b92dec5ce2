//! A made-up composition and print sizes.

use proofsheet::measure::{Background, Composition, CropFit, CropPreset, DetailSize, Fill, Frame, PrintSize, Subject};

/// Of a picture of this size in pixels.
pub fn composition(width: u32, height: u32) -> Composition {
    let frame = Frame { left: 0.125, top: 0.0, right: 0.8125, bottom: 0.9375 };
    let fit = |preset| CropFit {
        preset,
        size_px: (width, height),
        share: 100.0,
        enlargement: Some(1.0),
        holds_subject_centered: Some(true),
        offset_px: (0, 0),
        holds_subject: Some(true),
    };
    Composition {
        subject: Some(Subject { x: 0.48, y: 0.52, thirds_distance: 0.1412, center_distance: 0.0203, frame }),
        background: Some(Background {
            lab: [91.2, 0.4, 1.9],
            spread: 1.21,
            white_share: 3.5,
            even_share: 88.1,
            gradient_across: 0.71,
            gradient_down: 2.42,
            center_over_ring: -6.5,
        }),
        fill: Some(Fill { share: 41.7, frame: Some(frame) }),
        crops: CropPreset::ALL.map(fit).to_vec(),
    }
}

/// Sizes a picture can be printed in, as far as a page shows them.
pub fn print_sizes(width: u32, height: u32) -> Vec<PrintSize> {
    let size = |ppi: u16| {
        let length = |px: u32| f64::from(px) / f64::from(ppi) * 2.54;
        PrintSize {
            ppi,
            width_cm: length(width),
            height_cm: length(height),
            largest_a: Some(if ppi == 300 { "A3" } else { "A2" }.into()),
            largest_us: Some(if ppi == 300 { "Tabloid" } else { "16 x 20 in" }.into()),
            at_detail: (ppi != 150).then(|| DetailSize {
                resolution_held: 90.0,
                width_cm: length(width) * 0.9,
                height_cm: length(height) * 0.9,
                largest_a: Some("A3".into()),
                largest_us: None,
            }),
        }
    };
    [300, 240, 150].map(size).into()
}
