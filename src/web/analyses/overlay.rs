//! Focus and clipping drawn over the preview, as rectangles in the map's own cells. Colors are classes of the style sheet.

use super::result::{ClippingMap, FocusMap, Pictures};

/// What is drawn over the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Nothing: a picture one is meant to examine.
    Photo,
    /// Sharpness per tile.
    Focus,
    /// Burnt and lost areas.
    Clipping,
}

impl View {
    /// All, in the order of the tabs.
    pub const ALL: [Self; 3] = [Self::Photo, Self::Focus, Self::Clipping];

    /// The word in the address.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::Focus => "focus",
            Self::Clipping => "clipping",
        }
    }

    /// The word on the tab.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Photo => "Photo",
            Self::Focus => "Focus",
            Self::Clipping => "Clipping",
        }
    }

    /// From the address; anything else is the photo.
    pub fn from_slug(slug: Option<&str>) -> Self {
        Self::ALL.into_iter().find(|view| Some(view.slug()) == slug).unwrap_or(Self::Photo)
    }
}

/// A row of equal cells.
#[derive(Debug, PartialEq, Eq)]
pub struct Run {
    /// Column of the first.
    pub x: usize,
    /// Row.
    pub y: usize,
    /// How many.
    pub width: usize,
    /// What they are.
    pub class: &'static str,
}

/// The whole drawing, over a view box of `columns` by `rows`.
#[derive(Debug)]
pub struct Overlay {
    /// Cells across.
    pub columns: usize,
    /// Cells down.
    pub rows: usize,
    /// What is drawn.
    pub runs: Vec<Run>,
}

/// The steps from soft to sharp.
const STEPS: [&str; 8] = ["f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7"];
/// A cell counts as burnt or lost from half of its pixels on, in 1/255.
const HALF: u8 = 128;

/// What the view draws over the picture; None for the photo itself.
pub fn overlay(view: View, pictures: &Pictures) -> Option<Overlay> {
    match view {
        View::Photo => None,
        View::Focus => Some(focus(&pictures.focus_map)),
        View::Clipping => Some(clipping(&pictures.clipping_map)),
    }
}

/// Steps are equal on the logarithm, because sharpness spans three powers of ten: level² 3 and less is soft, 3000 and more sharp.
fn focus(map: &FocusMap) -> Overlay {
    let class = |tile: Option<&Option<f64>>| match tile {
        Some(Some(value)) => {
            let place = (value.max(1e-9).log10() - 3_f64.log10()) / 3.0 * 8.0;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=7")]
            let step = place.floor().clamp(0.0, 7.0) as usize;
            STEPS.get(step).copied()
        }
        Some(None) | None => Some("plain"),
    };
    drawing(map.columns, map.rows, |at| class(map.tiles.get(at)))
}

fn clipping(map: &ClippingMap) -> Overlay {
    drawing(map.columns, map.rows, |at| {
        let is = |cells: &[u8]| cells.get(at).is_some_and(|share| *share >= HALF);
        match (is(&map.burnt), is(&map.lost)) {
            (true, _) => Some("burnt"),
            (false, true) => Some("lost"),
            (false, false) => None,
        }
    })
}

fn drawing(columns: u16, rows: u16, class: impl Fn(usize) -> Option<&'static str>) -> Overlay {
    let (columns, rows) = (usize::from(columns), usize::from(rows));
    let mut runs: Vec<Run> = Vec::new();
    for y in 0..rows {
        for x in 0..columns {
            let Some(class) = class(y * columns + x) else { continue };
            match runs.last_mut() {
                Some(run) if run.y == y && run.x + run.width == x && run.class == class => run.width += 1,
                _ => runs.push(Run { x, y, width: 1, class }),
            }
        }
    }
    Overlay { columns, rows, runs }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_neighbours_become_one_run() {
        let map = ClippingMap { columns: 3, rows: 2, burnt: vec![255, 200, 0, 0, 0, 128], lost: vec![0, 0, 0, 255, 127, 255] };
        let runs = clipping(&map).runs;
        assert_eq!(
            runs,
            [
                Run { x: 0, y: 0, width: 2, class: "burnt" },
                Run { x: 0, y: 1, width: 1, class: "lost" },
                Run { x: 2, y: 1, width: 1, class: "burnt" },
            ]
        );
    }

    #[test]
    fn sharpness_goes_from_the_first_step_to_the_last() {
        let map = FocusMap { columns: 5, rows: 1, tiles: vec![Some(0.0), Some(10.0), Some(1e6), None, Some(-1.0)] };
        let classes: Vec<&str> = focus(&map).runs.iter().map(|run| run.class).collect();
        assert_eq!(classes, ["f0", "f1", "f7", "plain", "f0"]);
    }

    #[test]
    fn a_map_shorter_than_it_says_draws_nothing_wrong() {
        let map = ClippingMap { columns: 90, rows: 90, burnt: vec![255], lost: vec![] };
        assert_eq!(clipping(&map).runs.len(), 1);
    }
}
