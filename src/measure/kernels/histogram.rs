//! Counts of the 256 levels. Bound by scalar increments on every instruction set, so a large picture counts two neighbours at once.

use fearless_simd::{Level, dispatch};

/// Counters that take turns: on smooth pictures each increment would otherwise wait for the one before it.
const LANES: usize = 4;
/// Pairs of levels.
const PAIRS: usize = 1 << 16;
/// From this many samples on, pairs save more than their table costs to fetch.
pub const PAIRED_FROM: usize = 4_000_000;

/// Counts of levels, for up to 2³² samples of each.
#[derive(Debug, Clone)]
pub struct LevelCounts {
    singles: Box<[[u32; 256]; LANES]>,
    pairs: Option<Pairs>,
}

/// Counts of two neighbours, the left one in the lower byte. Neighbours are alike, so the few pairs that occur stay in a fast cache,
/// the more of them the narrower their counters are.
#[derive(Debug, Clone)]
struct Pairs {
    counts: Box<[[u16; 256]]>,
    /// The pair whose counter began anew, each time one did: at most once in 65,536 pairs.
    carries: Vec<u16>,
}

impl LevelCounts {
    /// For so many samples in all.
    pub fn new(samples: usize) -> Self {
        let pairs = (samples >= PAIRED_FROM)
            .then(|| Pairs { counts: vec![[0; 256]; PAIRS / 256].into_boxed_slice(), carries: Vec::new() });
        Self { singles: Box::new([[0; 256]; LANES]), pairs }
    }

    /// Counts the samples of a row.
    pub fn add(&mut self, row: &[u8]) {
        let rest = match &mut self.pairs {
            Some(pairs) => pairs.add(row),
            None => row,
        };
        self.add_singles(rest);
    }

    fn add_singles(&mut self, row: &[u8]) {
        let [first, second, third, fourth] = &mut *self.singles;
        let (eights, rest) = row.as_chunks::<8>();
        for eight in eights {
            let packed = u64::from_le_bytes(*eight);
            let level = |index: u32| usize::from((packed >> (8 * index)) as u8);
            first[level(0)] += 1;
            second[level(1)] += 1;
            third[level(2)] += 1;
            fourth[level(3)] += 1;
            first[level(4)] += 1;
            second[level(5)] += 1;
            third[level(6)] += 1;
            fourth[level(7)] += 1;
        }
        for &level in rest {
            first[usize::from(level)] += 1;
        }
    }

    /// All together.
    pub fn counts(&self, level: Level) -> [u64; 256] {
        let mut counts = std::array::from_fn(|level| self.singles.iter().map(|table| u64::from(table[level])).sum());
        if let Some(pairs) = &self.pairs {
            dispatch!(level, _ => pairs.add_to(&mut counts));
        }
        counts
    }
}

/// Apart from the loop, which it would slow down.
#[cold]
#[inline(never)]
fn carry(carries: &mut Vec<u16>, pair: usize) {
    carries.push(pair as u16);
}

impl Pairs {
    /// Counts the pairs of a row, in four places of it at once, and gives back its end, which has fewer than eight samples.
    fn add<'r>(&mut self, row: &'r [u8]) -> &'r [u8] {
        let Ok(counts) = <&mut [u16; PAIRS]>::try_from(self.counts.as_flattened_mut()) else { return row };
        let lane = row.len() / (2 * LANES) * 2;
        let (first, rest) = row.split_at(lane);
        let (second, rest) = rest.split_at(lane);
        let (third, rest) = rest.split_at(lane);
        let (fourth, rest) = rest.split_at(lane);
        let pairs = |lane| <[u8]>::as_chunks::<2>(lane).0.iter().map(|&pair| usize::from(u16::from_le_bytes(pair)));
        for (((first, second), third), fourth) in pairs(first).zip(pairs(second)).zip(pairs(third)).zip(pairs(fourth)) {
            for pair in [first, second, third, fourth] {
                let count = counts[pair].wrapping_add(1);
                counts[pair] = count;
                if count == 0 {
                    carry(&mut self.carries, pair);
                }
            }
        }
        rest
    }

    /// Adds the left and the right one of each pair.
    #[inline(always)]
    fn add_to(&self, levels: &mut [u64; 256]) {
        for (right, counts) in self.counts.iter().enumerate() {
            let mut both = 0_u64;
            for (level, &count) in levels.iter_mut().zip(counts) {
                *level += u64::from(count);
                both += u64::from(count);
            }
            levels[right] += both;
        }
        for [left, right] in self.carries.iter().map(|pair| pair.to_le_bytes()) {
            levels[usize::from(left)] += 1 << 16;
            levels[usize::from(right)] += 1 << 16;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::measure::kernels::levels;

    fn counts_scalar(row: &[u8]) -> [u64; 256] {
        let mut counts = [0; 256];
        for &level in row {
            counts[usize::from(level)] += 1;
        }
        counts
    }

    #[test]
    fn flat_pictures_count_past_the_narrow_counters() {
        let mut counts = LevelCounts::new(PAIRED_FROM);
        (0..50).for_each(|_| counts.add(&[7; 8000]));
        assert_eq!(counts.counts(Level::new())[7], 400_000);
    }

    proptest! {
        #[test]
        fn equals_the_plain_count(row in prop::collection::vec(any::<u8>(), 0..300), rows in 1u64..4) {
            for samples in [PAIRED_FROM - 1, PAIRED_FROM] {
                let mut counts = LevelCounts::new(samples);
                (0..rows).for_each(|_| counts.add(&row));
                for level in levels::all() {
                    prop_assert_eq!(counts.counts(level), counts_scalar(&row).map(|count| rows * count));
                }
            }
        }
    }
}
