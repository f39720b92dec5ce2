//! Where the picture draws the eye: the middle of its saliency and the box that holds most of it. Position, not a judgement.

use serde::{Deserialize, Serialize};

use super::Frame;
use super::saliency::SIDE;

/// Share of the saliency the box holds.
pub const BOX_SHARE: f64 = 0.8;
/// Cells a side in which the box is sought: two by two of the map.
const CELLS: usize = SIDE / 2;
/// Steps of saliency: sums in integers are exact.
const STEPS: f64 = 65_535.0;

/// What draws the eye, by spectral residual.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Subject {
    /// Center of saliency from the left, in shares of the width, 0..=1.
    pub x: f64,
    /// Center of saliency from the top, in shares of the height, 0..=1.
    pub y: f64,
    /// From there to the nearest point where lines at a third cross, in shares of the diagonal.
    pub thirds_distance: f64,
    /// From there to the middle of the picture, in shares of the diagonal.
    pub center_distance: f64,
    /// The smallest box that holds 80 % of the saliency.
    pub frame: Frame,
}

impl Subject {
    /// Of a map of a picture with this shape.
    pub fn of(map: &[[f64; SIDE]], width_px: u32, height_px: u32) -> Self {
        let (x, y) = center(map);
        let (width, height) = (f64::from(width_px), f64::from(height_px));
        let distance = |to_x: f64, to_y: f64| ((x - to_x) * width).hypot((y - to_y) * height) / width.hypot(height);
        let third = |at: f64| if at < 0.5 { 1.0 / 3.0 } else { 2.0 / 3.0 };
        Self { x, y, thirds_distance: distance(third(x), third(y)), center_distance: distance(0.5, 0.5), frame: smallest(map) }
    }
}

fn center(map: &[[f64; SIDE]]) -> (f64, f64) {
    let (mut total, mut across, mut down) = (0.0, 0.0, 0.0);
    for (y, row) in map.iter().enumerate() {
        for (x, value) in row.iter().enumerate() {
            total += value;
            across += value * (x as f64 + 0.5);
            down += value * (y as f64 + 0.5);
        }
    }
    (across / total / SIDE as f64, down / total / SIDE as f64)
}

/// The first of the smallest boxes, from the top, then from the left.
fn smallest(map: &[[f64; SIDE]]) -> Frame {
    let mut cells = [[0_u64; CELLS]; CELLS];
    for (y, row) in map.iter().enumerate() {
        for (x, value) in row.iter().enumerate() {
            cells[y / 2][x / 2] += (value * STEPS).round() as u64;
        }
    }
    let total: u64 = cells.iter().flatten().sum();
    let needed = (total as f64 * BOX_SHARE).ceil() as u64;
    let (mut smallest, mut found) = (usize::MAX, (0, 0, CELLS, CELLS));
    for top in 0..CELLS {
        let mut columns = [0_u64; CELLS];
        for (bottom, row) in cells.iter().enumerate().skip(top) {
            columns.iter_mut().zip(row).for_each(|(sum, cell)| *sum += cell);
            if let Some((left, right)) = narrowest(&columns, needed) {
                let area = (right - left) * (bottom + 1 - top);
                if area < smallest {
                    (smallest, found) = (area, (left, top, right, bottom + 1));
                }
            }
        }
    }
    let share = |cell: usize| cell as f64 / CELLS as f64;
    let (left, top, right, bottom) = found;
    Frame { left: share(left), top: share(top), right: share(right), bottom: share(bottom) }
}

/// The first of the narrowest spans of columns that hold what is needed.
fn narrowest(columns: &[u64; CELLS], needed: u64) -> Option<(usize, usize)> {
    let (mut left, mut sum) = (0, 0);
    let mut found: Option<(usize, usize)> = None;
    for (right, column) in columns.iter().enumerate() {
        sum += column;
        while left < right && sum - columns[left] >= needed {
            sum -= columns[left];
            left += 1;
        }
        if sum >= needed && found.is_none_or(|(from, to)| right + 1 - left < to - from) {
            found = Some((left, right + 1));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spot_is_the_subject() {
        let mut map = vec![[0.0; SIDE]; SIDE];
        for row in &mut map[16..24] {
            row[40..44].fill(1.0);
        }
        let subject = Subject::of(&map, 400, 300);
        assert!((subject.x - 42.0 / 64.0).abs() < 1e-12 && (subject.y - 20.0 / 64.0).abs() < 1e-12);
        // a box of cells holds 80 % of 2 x 4 equal cells only with all of them but one row: seven cells are no box
        assert_eq!(subject.frame, Frame { left: 40.0 / 64.0, top: 16.0 / 64.0, right: 44.0 / 64.0, bottom: 24.0 / 64.0 });
        // (0.65625, 0.3125) to (2/3, 1/3): hypot(4.16667, 6.25) / 500
        assert!((subject.thirds_distance - 4.166_666_7_f64.hypot(6.25) / 500.0).abs() < 1e-8);
        assert!((subject.center_distance - 62.5_f64.hypot(56.25) / 500.0).abs() < 1e-12);
    }

    #[test]
    fn the_box_is_the_smallest_of_all() {
        let map: Vec<[f64; SIDE]> = (0..SIDE)
            .map(|y| {
                std::array::from_fn(|x| {
                    ((x * 37 + y * 91 + x * y) % 101) as f64 / 100.0 * if x > 20 && y < 50 { 1.0 } else { 0.05 }
                })
            })
            .collect();
        let frame = smallest(&map);
        let cell = |x: usize, y: usize| -> f64 {
            [(0, 0), (1, 0), (0, 1), (1, 1)].iter().map(|(dx, dy)| (map[2 * y + dy][2 * x + dx] * STEPS).round()).sum()
        };
        let needed = 0.8 * (0..CELLS * CELLS).map(|at| cell(at % CELLS, at / CELLS)).sum::<f64>();
        let mut least = usize::MAX;
        for top in 0..CELLS {
            for bottom in top + 1..=CELLS {
                for left in 0..CELLS {
                    let mut sum = 0.0;
                    for right in left + 1..=CELLS {
                        sum += (top..bottom).map(|y| cell(right - 1, y)).sum::<f64>();
                        if sum >= needed {
                            least = least.min((bottom - top) * (right - left));
                            break;
                        }
                    }
                }
            }
        }
        let area = (frame.right - frame.left) * (frame.bottom - frame.top) * (CELLS * CELLS) as f64;
        assert_eq!(area.round() as usize, least);
    }
}
