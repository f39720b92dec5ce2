//! Composition as the result shows it: rounded, and every preset with where it is from.

use crate::measure::{Background, Composition, CropFit, Fill, Frame, Subject};

use super::rounded;
use super::shape::{CompositionOut, CropOut};

/// Decimals of shares 0..=1.
const POSITION: u8 = 4;
/// Decimals of percent, CIELAB and factors.
const FINE: u8 = 2;

/// What is written of a composition.
pub(super) fn shown(composition: &Composition) -> CompositionOut {
    CompositionOut {
        subject: composition.subject.map(subject),
        background: composition.background.map(background),
        fill: composition.fill.map(|fill| Fill { share: rounded(fill.share, FINE), frame: fill.frame.map(frame) }),
        crops: composition.crops.iter().map(crop).collect(),
    }
}

fn subject(subject: Subject) -> Subject {
    Subject {
        x: rounded(subject.x, POSITION),
        y: rounded(subject.y, POSITION),
        thirds_distance: rounded(subject.thirds_distance, POSITION),
        center_distance: rounded(subject.center_distance, POSITION),
        frame: frame(subject.frame),
    }
}

fn frame(frame: Frame) -> Frame {
    Frame {
        left: rounded(frame.left, POSITION),
        top: rounded(frame.top, POSITION),
        right: rounded(frame.right, POSITION),
        bottom: rounded(frame.bottom, POSITION),
    }
}

fn background(background: Background) -> Background {
    Background {
        lab: background.lab.map(|axis| rounded(axis, FINE)),
        spread: rounded(background.spread, FINE),
        white_share: rounded(background.white_share, FINE),
        even_share: rounded(background.even_share, FINE),
        gradient_across: rounded(background.gradient_across, FINE),
        gradient_down: rounded(background.gradient_down, FINE),
        center_over_ring: rounded(background.center_over_ring, FINE),
    }
}

fn crop(fit: &CropFit) -> CropOut {
    let preset = fit.preset.preset();
    CropOut {
        preset: preset.id,
        name: preset.name,
        ratio: preset.ratio,
        wanted_px: preset.pixels,
        source: preset.source,
        dated: preset.dated,
        size_px: fit.size_px,
        share: rounded(fit.share, FINE),
        enlargement: fit.enlargement.map(|factor| rounded(factor, FINE)),
        holds_subject_centered: fit.holds_subject_centered,
        offset_px: fit.offset_px,
        holds_subject: fit.holds_subject,
    }
}
