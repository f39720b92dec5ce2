//! What the histograms say about how the levels are used: the tonal range in stops, distinct levels, and gaps between them.

use super::Histogram;
use super::color::lab::linear;
use super::profile::Profile;

/// Light below this counts as this: one step of 12 bits.
const DARKEST: f64 = 1.0 / 4095.0;
/// Shares between which tones are looked at, in permille.
const TONES: (u64, u64) = (5, 995);
/// Shares between which gaps are looked for, in permille.
const SPAN: (u64, u64) = (1, 999);
/// Fewer pixels leave levels out by chance.
const PIXELS_MIN: u64 = 50_000;
/// A shorter span says nothing about gaps, in levels.
const SPAN_MIN: usize = 32;

/// Levels of coded channels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LevelsUsed {
    /// Distinct levels of the channel with the fewest, 1..=256.
    pub distinct: usize,
    /// Empty levels of the channel with the most, %.
    pub gaps: Gaps,
}

/// Empty levels between the 0.1 and 99.9 % percentile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Gaps {
    /// Share of that span, %.
    Share(f64),
    /// All channels have a span too short to tell.
    Flat,
    /// Too few pixels to tell.
    TooSmall,
}

/// Stops between the 0.5 and 99.5 % percentile of coded luma, taken as neutral grey through the profile to linear light.
pub fn tonal_range(histogram: &Histogram, profile: &Profile) -> f64 {
    let mut greys: Vec<u8> = (0..=255).flat_map(|level| [level; 3]).collect();
    profile.to_srgb(&mut greys);
    let light = |level: usize| {
        let [red, green, blue] = greys.as_chunks::<3>().0.get(level).copied().unwrap_or_default();
        let linear = |coded: u8| linear(f64::from(coded) / 255.0);
        (0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)).max(DARKEST)
    };
    let (dark, bright) = (percentile(&histogram.luma, TONES.0), percentile(&histogram.luma, TONES.1));
    (light(bright) / light(dark)).log2()
}

/// Of the three channels, or of the one there is.
pub fn levels_used(histogram: &Histogram) -> LevelsUsed {
    let channels = [&histogram.red, &histogram.green, &histogram.blue];
    let distinct = channels.iter().map(|counts| counts.iter().filter(|&&count| count > 0).count()).min().unwrap_or(0);
    let worst = channels.iter().filter_map(|counts| gap_share(counts)).max_by(f64::total_cmp);
    let gaps = match worst {
        _ if histogram.luma.iter().sum::<u64>() < PIXELS_MIN => Gaps::TooSmall,
        Some(share) => Gaps::Share(share),
        None => Gaps::Flat,
    };
    LevelsUsed { distinct, gaps }
}

/// Share of empty levels inside the span, %; None if the span is too short.
fn gap_share(counts: &[u64]) -> Option<f64> {
    let (first, last) = (percentile(counts, SPAN.0), percentile(counts, SPAN.1));
    let span = counts.get(first..=last).filter(|span| span.len() >= SPAN_MIN)?;
    Some(100.0 * span.iter().filter(|&&count| count == 0).count() as f64 / span.len() as f64)
}

/// The lowest level at or below which at least the share of all pixels lies (NumPy's `inverted_cdf`).
fn percentile(counts: &[u64], permille: u64) -> usize {
    let total: u64 = counts.iter().sum();
    let mut below = 0;
    let reached = |count: &u64| {
        below += count;
        below * 1000 >= total * permille
    };
    counts.iter().position(reached).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(count: impl Fn(u64) -> u64) -> Histogram {
        let counts: Vec<u64> = (0..256).map(count).collect();
        Histogram { luma: counts.clone(), red: counts.clone(), green: counts.clone(), blue: counts }
    }

    #[test]
    fn the_tonal_range_is_in_stops_of_light() {
        let untagged = Profile::read(None, 3);
        // levels 137 and 188 of sRGB are 0.2502 and 0.5029 of white
        let two_greys = histogram(|level| if level == 137 || level == 188 { 1000 } else { 0 });
        assert!((tonal_range(&two_greys, &untagged) - 1.007_391_472_1).abs() < 1e-6, "{}", tonal_range(&two_greys, &untagged));
        // black counts as one step of 12 bits
        let all = histogram(|level| if level == 0 || level == 255 { 1000 } else { 0 });
        assert!((tonal_range(&all, &untagged) - 4095_f64.log2()).abs() < 1e-9);
        assert_eq!(tonal_range(&histogram(|level| u64::from(level == 0)), &untagged), 0.0);
    }

    #[test]
    fn a_comb_has_gaps_and_a_smooth_histogram_has_none() {
        let smooth = levels_used(&histogram(|_| 1000));
        assert_eq!(smooth, LevelsUsed { distinct: 256, gaps: Gaps::Share(0.0) });
        // every fourth level is empty, the last one too, which lies outside
        let comb = levels_used(&histogram(|level| if level % 4 == 3 { 0 } else { 1000 }));
        assert_eq!(comb, LevelsUsed { distinct: 192, gaps: Gaps::Share(100.0 * 63.0 / 255.0) });
        let one_channel = Histogram { green: histogram(|level| 2000 * (level % 2)).green, ..histogram(|_| 1000) };
        // levels 1 to 255
        assert_eq!(levels_used(&one_channel), LevelsUsed { distinct: 128, gaps: Gaps::Share(100.0 * 127.0 / 255.0) });
    }

    #[test]
    fn too_little_to_tell_is_said() {
        assert_eq!(levels_used(&histogram(|_| 10)).gaps, Gaps::TooSmall);
        assert_eq!(levels_used(&histogram(|level| if (100..120).contains(&level) { 10_000 } else { 0 })).gaps, Gaps::Flat);
    }
}
