//! Histograms and what follows from them: percentiles, mean, contrast. All in integers up to the last division.

use super::kernels::Level;
use super::kernels::histogram::LevelCounts;
use super::rows::Row;
use super::{Histogram, Percentiles};

/// Counts levels while rows pass.
#[derive(Debug)]
pub struct ToneScan {
    luma: LevelCounts,
    channels: [LevelCounts; 3],
    grey: bool,
}

/// Tone of a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Tone {
    /// Counts of levels.
    pub histogram: Histogram,
    /// Lower-value percentiles of coded luma.
    pub percentiles: Percentiles,
    /// Mean of coded luma, 0..=255.
    pub mean_luma: f64,
    /// Standard deviation of coded luma over 255, 0..=0.5.
    pub rms_contrast: f64,
    /// Shannon entropy of coded luma, bit.
    pub entropy: f64,
}

impl ToneScan {
    /// For a picture of so many pixels.
    pub fn new(pixels: usize) -> Self {
        Self { luma: LevelCounts::new(pixels), channels: std::array::from_fn(|_| LevelCounts::new(pixels)), grey: false }
    }

    /// Counts a row.
    pub fn add(&mut self, row: &Row<'_>) {
        self.luma.add(row.luma);
        match row.channels {
            Some(channels) => {
                for (counts, channel) in self.channels.iter_mut().zip(channels) {
                    counts.add(channel);
                }
            }
            None => self.grey = true,
        }
    }

    /// The tone of all rows; at least one pixel must have passed.
    pub fn finish(self, level: Level) -> Tone {
        let luma = self.luma.counts(level);
        let [red, green, blue] = if self.grey { [luma; 3] } else { self.channels.map(|counts| counts.counts(level)) };
        let (mean_luma, deviation) = mean_and_deviation(&luma);
        Tone {
            percentiles: percentiles(&luma),
            mean_luma,
            rms_contrast: deviation / 255.0,
            entropy: entropy(&luma),
            histogram: Histogram { luma: luma.to_vec(), red: red.to_vec(), green: green.to_vec(), blue: blue.to_vec() },
        }
    }
}

/// The lowest level at or below which at least the share of all pixels lies (NumPy's `inverted_cdf`).
fn percentiles(counts: &[u64; 256]) -> Percentiles {
    let total: u64 = counts.iter().sum();
    let at = |percent: f64| {
        let permille = (percent * 10.0).round() as u64;
        let mut below = 0;
        counts
            .iter()
            .position(|count| {
                below += count;
                below * 1000 >= total * permille
            })
            .unwrap_or(255) as u8
    };
    Percentiles(Percentiles::SHARES.map(at))
}

/// Base 2, 0..=8.
fn entropy(counts: &[u64; 256]) -> f64 {
    let total: u64 = counts.iter().sum();
    let shares = counts.iter().filter(|&&count| count > 0).map(|&count| count as f64 / total as f64);
    shares.map(|share| -share * share.log2()).sum::<f64>().max(0.0)
}

/// Mean and population standard deviation of the levels counted.
fn mean_and_deviation(counts: &[u64; 256]) -> (f64, f64) {
    let levels = || (0u128..).zip(counts);
    let total: u128 = counts.iter().map(|&count| u128::from(count)).sum();
    if total == 0 {
        return (0.0, 0.0);
    }
    let sum: u128 = levels().map(|(level, &count)| level * u128::from(count)).sum();
    let squared: u128 = levels().map(|(level, &count)| level * level * u128::from(count)).sum();
    let n = total as f64;
    (sum as f64 / n, ((total * squared - sum * sum) as f64).sqrt() / n)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(luma: &[u8]) -> Tone {
        let mut scan = ToneScan::new(luma.len());
        scan.add(&Row { luma, channels: None, clip: [luma; 3] });
        scan.finish(Level::new())
    }

    #[test]
    fn a_ramp_has_its_own_levels_as_percentiles() {
        let ramp: Vec<u8> = (0..=255).flat_map(|level| [level; 1000]).collect();
        let ramp = tone(&ramp);
        // 0.1 % of 256 levels is within level 0; 50 % ends with level 127
        assert_eq!(ramp.percentiles, Percentiles([0, 2, 12, 63, 127, 191, 243, 253, 255]));
        assert!((ramp.mean_luma - 127.5).abs() < 1e-12);
        assert!((ramp.rms_contrast - ((256.0f64 * 256.0 - 1.0) / 12.0).sqrt() / 255.0).abs() < 1e-12);
        assert!(ramp.histogram.luma.iter().all(|&count| count == 1000));
        assert_eq!(ramp.histogram.red, ramp.histogram.luma);
        assert!((ramp.entropy - 8.0).abs() < 1e-12);
    }

    #[test]
    fn percentiles_follow_the_lower_value_rule() {
        // NumPy: percentile([10] * 999 + [200], q, method="inverted_cdf")
        let mut picture = vec![10; 999];
        picture.push(200);
        assert_eq!(tone(&picture).percentiles.0, [10; 9]);
        picture.push(200);
        assert_eq!(tone(&picture).percentiles.0, [10, 10, 10, 10, 10, 10, 10, 10, 200]);
    }

    #[test]
    fn half_black_half_white_has_the_greatest_contrast() {
        let picture = tone(&[0, 255, 0, 255]);
        assert!((picture.rms_contrast - 0.5).abs() < 1e-15);
        assert!((picture.mean_luma - 127.5).abs() < 1e-15);
        assert_eq!(tone(&[77]).rms_contrast, 0.0);
        assert_eq!((tone(&[77]).entropy, picture.entropy), (0.0, 1.0));
    }
}
