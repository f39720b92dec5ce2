//! How fast one line changes: the magnitude of the difference of the two neighbors of each sample.

use fearless_simd::{Level, dispatch};

/// |next - previous| for every sample but the first and the last, which get 0. Both have the same length.
pub fn magnitudes(level: Level, line: &[u8], out: &mut [u8]) {
    dispatch!(level, _ => magnitudes_plain(line, out));
}

#[inline(always)]
fn magnitudes_plain(line: &[u8], out: &mut [u8]) {
    let length = line.len().min(out.len());
    if length < 3 {
        out.fill(0);
        return;
    }
    (out[0], out[length - 1]) = (0, 0);
    for ((out, &previous), &next) in out[1..length - 1].iter_mut().zip(line).zip(&line[2..]) {
        *out = next.abs_diff(previous);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::kernels::levels;

    #[test]
    fn every_level_gives_the_differences() {
        for length in [0, 1, 2, 3, 50, 511] {
            let line: Vec<u8> = (0..length).map(|x| (x * x * 37 % 256) as u8).collect();
            for level in levels::all() {
                let mut found = vec![9; length];
                magnitudes(level, &line, &mut found);
                for x in 0..length {
                    let inside = x > 0 && x + 1 < length;
                    let expected = if inside { line[x + 1].abs_diff(line[x - 1]) } else { 0 };
                    assert_eq!(found[x], expected);
                }
            }
        }
    }
}
