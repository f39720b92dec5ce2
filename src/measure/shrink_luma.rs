//! Luma made smaller by area while its rows pass: exact means, rounded half up.
//!
//! Rows that lie wholly in a new row are only added up; the rows that two new rows share, and columns, are weighted. Kept are a few
//! rows and never the picture.

use super::kernels::area::{self, LANES, Mean};
use super::kernels::{Level, boxes};
use super::shrink::Cover;

/// New columns made at a time, so that what they are made of stays in the nearest cache.
const PIECE: usize = 64;

/// Shrinks one channel.
#[derive(Debug)]
pub struct LumaShrink {
    level: Level,
    from: (usize, usize),
    to: (usize, usize),
    cover: Cover,
    /// Sums of the rows that lie wholly in the new row being made.
    whole: Vec<u16>,
    /// The row it shares with the new row before, and how much of it.
    shared: Vec<u8>,
    shared_weight: usize,
    /// Of all rows in it so far; a whole new row has `from.1`.
    weight: usize,
    /// Sums of the columns of new rows, with room for the last new column to look past the end.
    rows: [Vec<f32>; LANES],
    means: [Mean; LANES],
    filled: usize,
    side_by_side: Vec<[f32; LANES]>,
    out: Vec<[u8; LANES]>,
    row: Vec<u8>,
}

impl LumaShrink {
    /// From so many columns and rows to so many, each at least 1, at most as many, and at least a 257th.
    pub fn new(level: Level, from: (usize, usize), to: (usize, usize)) -> Self {
        let cover = Cover::new(from.0, to.0);
        let padded = from.0 + cover.parts;
        Self {
            level,
            from,
            to,
            cover,
            whole: vec![0; from.0],
            shared: vec![0; from.0],
            shared_weight: 0,
            weight: 0,
            rows: std::array::from_fn(|_| vec![0.0; padded]),
            means: [Mean::of(from.0 * from.1); LANES],
            filled: 0,
            side_by_side: Vec::new(),
            out: vec![[0; LANES]; to.0],
            row: vec![0; to.0],
        }
    }

    /// Takes the next row and hands on the new rows that are whole with it.
    pub fn add(&mut self, luma: &[u8], take: impl FnMut(&[u8])) {
        // an old row is `to.1` high, a new one `from.1`, so all borders are integers
        let (height, missing) = (self.to.1, self.from.1 - self.weight);
        if height < missing {
            boxes::add_row(self.level, &mut self.whole, luma);
            self.weight += height;
            return;
        }
        self.end_row(luma, missing);
        self.shared.copy_from_slice(luma);
        self.shared_weight = height - missing;
        self.weight = self.shared_weight;
        if self.filled == LANES {
            self.hand_on(take);
        }
    }

    /// Ends the picture. Where rows are missing the last new one is the mean of those that were there.
    pub fn finish(mut self, take: impl FnMut(&[u8])) {
        if self.weight > 0 {
            self.means[self.filled] = Mean::of(self.from.0 * self.weight);
            self.end_row(&[], 0);
        }
        self.hand_on(take);
    }

    /// Sums up the columns of a new row, of which `last` is the last one in it.
    fn end_row(&mut self, last: &[u8], last_weight: usize) {
        let Self { whole, shared, .. } = self;
        let last = if last.is_empty() { &shared[..] } else { last };
        let weights = [self.shared_weight, self.to.1, last_weight].map(|weight| weight as f32);
        area::columns(self.level, &mut self.rows[self.filled], shared, whole, last, weights);
        whole.fill(0);
        self.filled += 1;
    }

    /// Makes the new rows of the sums of their columns.
    fn hand_on(&mut self, mut take: impl FnMut(&[u8])) {
        let mut start = 0;
        while start < self.to.0 {
            let end = (start + PIECE).min(self.to.0);
            self.shrink_across(start, end);
            start = end;
        }
        for lane in 0..self.filled {
            self.row.iter_mut().zip(&self.out).for_each(|(sample, lanes)| *sample = lanes[lane]);
            take(&self.row);
        }
        self.filled = 0;
    }

    fn shrink_across(&mut self, start: usize, end: usize) {
        let Self { cover, side_by_side, rows, .. } = self;
        let first = cover.first(start);
        let columns = cover.first(end - 1) + cover.parts - first;
        if side_by_side.len() < columns {
            side_by_side.resize(columns, [0.0; LANES]);
        }
        area::interleave(self.level, &mut side_by_side[..columns], rows.each_ref().map(|row| &row[first..first + columns]));
        let samples = cover.samples(start..end).map(|(column, weights)| (column - first, weights));
        area::across(self.level, &mut self.out[start..end], side_by_side, samples, self.means);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(super) fn shrunk(luma: &[u8], from: (usize, usize), to: (usize, usize)) -> Vec<u8> {
        let (mut scan, mut out) = (LumaShrink::new(Level::new(), from, to), Vec::new());
        for row in luma.chunks_exact(from.0) {
            scan.add(row, |row| out.extend_from_slice(row));
        }
        scan.finish(|row| out.extend_from_slice(row));
        out
    }

    /// Each old sample split into `to` parts a side, each new one the mean of `from` parts a side, of the rows that are there.
    fn by_parts(luma: &[u8], from: (usize, usize), to: (usize, usize)) -> Vec<u8> {
        let there = luma.len() / from.0 * to.1;
        let mean = |x: usize, y: usize| {
            let rows = (y * from.1..(y + 1) * from.1).filter(|&part| part < there);
            let parts = rows.flat_map(|part_y| (x * from.0..(x + 1) * from.0).map(move |part_x| (part_x, part_y)));
            let (sum, count) = parts.fold((0, 0), |(sum, count), (part_x, part_y)| {
                (sum + usize::from(luma[part_y / to.1 * from.0 + part_x / to.0]), count + 1)
            });
            ((2 * sum + count) / (2 * count)) as u8
        };
        let rows = there.div_ceil(from.1);
        (0..rows).flat_map(|y| (0..to.0).map(move |x| mean(x, y))).collect()
    }

    fn turned(luma: &[u8], (width, height): (usize, usize)) -> Vec<u8> {
        (0..width).flat_map(|x| (0..height).rev().map(move |y| luma[y * width + x])).collect()
    }

    proptest! {
        #[test]
        fn equals_the_mean_of_parts(
            width in 1usize..40, height in 1usize..40, less in (0usize..40, 0usize..40), missing in 0usize..9, coarse: bool, seed: u64,
        ) {
            let to = (width.saturating_sub(less.0).max(1), height.saturating_sub(less.1).max(1));
            let mut state = seed | 1;
            let luma: Vec<u8> = (0..width * height).map(|_| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                // means of few levels often lie right between two
                ((state >> 56) as u8) & if coarse { 1 } else { 255 }
            }).collect();
            prop_assert_eq!(shrunk(&luma, (width, height), to), by_parts(&luma, (width, height), to));
            let turned_after = turned(&shrunk(&luma, (width, height), to), to);
            prop_assert_eq!(shrunk(&turned(&luma, (width, height)), (height, width), (to.1, to.0)), turned_after);
            let cut = &luma[..width * height.saturating_sub(missing).max(1)];
            prop_assert_eq!(shrunk(cut, (width, height), to), by_parts(cut, (width, height), to));
        }
    }

    #[test]
    fn the_longest_sides_stay_exact() {
        let white = vec![255; 30_000 * 3];
        assert!(shrunk(&white, (30_000, 3), (1024, 1)).iter().all(|&level| level == 255));
        assert!(shrunk(&white, (3, 30_000), (1, 1024)).iter().all(|&level| level == 255));
        // just below and on a border between two levels
        let steps: Vec<u8> = (0..30_000 * 30).map(|i| if i % 2 == 0 { 100 } else { 101 }).collect();
        assert!(shrunk(&steps, (30_000, 30), (1000, 1)).iter().all(|&level| level == 101));
        let mut below = steps;
        below[1] = 100;
        assert_eq!(shrunk(&below, (30_000, 30), (1000, 1))[..2], [100, 101]);
    }
}
