//! Counts of the 256 levels. Bound by scalar increments on every instruction set, so there is nothing to dispatch.

/// Tables that take turns, because on smooth pictures each increment would otherwise wait for the one before it.
const TABLES: usize = 4;

/// Counts of levels, for up to 2³² samples a table.
#[derive(Debug, Clone)]
pub struct LevelCounts {
    tables: Box<[[u32; 256]; TABLES]>,
}

impl Default for LevelCounts {
    fn default() -> Self {
        Self { tables: Box::new([[0; 256]; TABLES]) }
    }
}

impl LevelCounts {
    /// Counts the samples of a row.
    pub fn add(&mut self, row: &[u8]) {
        let [first, second, third, fourth] = &mut *self.tables;
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

    /// All tables together.
    pub fn counts(&self) -> [u64; 256] {
        std::array::from_fn(|level| self.tables.iter().map(|table| u64::from(table[level])).sum())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counts_scalar(row: &[u8]) -> [u64; 256] {
        let mut counts = [0; 256];
        for &level in row {
            counts[usize::from(level)] += 1;
        }
        counts
    }

    proptest! {
        #[test]
        fn equals_the_plain_count(row in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut counts = LevelCounts::default();
            counts.add(&row);
            prop_assert_eq!(counts.counts(), counts_scalar(&row));
        }
    }
}
