//! The last rows of luma that passed, each continued by one sample at both ends, for measurements that look at neighbours.

use super::kernels::stencil::BLOCK;

/// Rows kept: a block of the stencils with its neighbors; the wavelet takes four.
const ROWS: usize = BLOCK + 2;

/// The last ten rows.
#[derive(Debug)]
pub struct Window {
    rows: [Vec<u8>; ROWS],
    width: usize,
    seen: usize,
}

impl Window {
    /// For rows of `width` samples, at least 1.
    pub fn new(width: usize) -> Self {
        Self { rows: std::array::from_fn(|_| vec![0; width + 2]), width, seen: 0 }
    }

    /// Takes the next row.
    pub fn push(&mut self, luma: &[u8]) {
        let row = &mut self.rows[self.seen % ROWS];
        row[1..=self.width].copy_from_slice(luma);
        // reflect-101: the neighbour of the first sample is the second, seen from both sides; a lone sample is its own
        row[0] = row[self.width.min(2)];
        row[self.width + 1] = row[self.width.saturating_sub(1).max(1)];
        self.seen += 1;
    }

    /// Rows that passed.
    pub fn seen(&self) -> usize {
        self.seen
    }

    /// One of the last ten rows.
    pub fn row(&self, index: usize) -> &[u8] {
        &self.padded(index)[1..=self.width]
    }

    /// The same with one more sample at each end, continued as in reflect-101.
    pub fn padded(&self, index: usize) -> &[u8] {
        debug_assert!(index < self.seen && index + ROWS >= self.seen);
        &self.rows[index % ROWS]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn continues_rows_by_reflection() {
        for (row, padded) in [(&[7u8][..], &[7u8, 7, 7][..]), (&[1, 2], &[2, 1, 2, 1]), (&[1, 2, 3], &[2, 1, 2, 3, 2])] {
            let mut window = Window::new(row.len());
            window.push(row);
            assert_eq!(window.padded(0), padded);
            assert_eq!(window.row(0), row);
        }
    }

    #[test]
    fn keeps_ten_rows() {
        let mut window = Window::new(1);
        for row in 0..13u8 {
            window.push(&[row]);
        }
        assert_eq!((3..13).map(|index| window.row(index)[0]).collect::<Vec<_>>(), [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    }
}
