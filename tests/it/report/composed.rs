//! A made-up composition.

use proofsheet::measure::{Background, Composition, CropFit, CropPreset, Fill, Frame, Subject};

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
        }),
        fill: Some(Fill { share: 41.7, frame: Some(frame) }),
        crops: CropPreset::ALL.map(fit).to_vec(),
    }
}
