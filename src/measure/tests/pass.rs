//! The streaming pass equals the plain oracle on pictures of odd sizes, in any stripes, at every instruction set.

use proptest::prelude::*;

use super::oracle;
use super::synthetic::{Noise, Picture, Samples};
use crate::measure::Threads;
use crate::measure::blockiness::{Blockiness, blockiness};
use crate::measure::colorfulness::colorfulness;
use crate::measure::kernels::{Level, levels};
use crate::measure::profile::Profile;
use crate::measure::scan::{Known, Scanned, pass};
use crate::raster::RowError;

pub(super) fn known(profile: &Profile) -> Known<'_> {
    Known { profile, luma_table: None }
}

pub(super) fn scanned(picture: &Picture) -> Scanned {
    pass(&mut picture.clone(), known(&Profile::read(None, 3)), Level::new(), Threads::One).unwrap().finish().0
}

fn close(ours: f64, theirs: f64) -> bool {
    (ours - theirs).abs() <= 1e-9 * theirs.abs().max(1.0)
}

/// Waves, noise and clipped patches: something for every measurement.
fn level(noise: &mut Noise, x: usize, y: usize, phase: f64) -> f64 {
    let wave = ((x as f64 * 0.13 + phase).sin() + (y as f64 * 0.07 * (1.0 + phase)).cos()) * 70.0;
    let patch = if (x / 23 + y / 17).is_multiple_of(5) { 160.0 } else { 0.0 };
    128.0 + wave + patch - if x > 90 { 120.0 } else { 0.0 } + f64::from(noise.byte() % 24)
}

fn samples(kind: usize, width: usize, height: usize, chroma: (usize, usize), seed: u64) -> Samples {
    let mut noise = Noise::new(seed);
    let mut plane = |columns: usize, rows: usize, channels: usize| -> Vec<f64> {
        (0..columns * rows * channels)
            .map(|i| level(&mut noise, i / channels % columns, i / channels / columns, (i % channels) as f64))
            .collect()
    };
    let bytes = |values: Vec<f64>| values.into_iter().map(|v| v as u8).collect();
    let words = |values: Vec<f64>| values.into_iter().map(|v| (v * 257.0) as u16).collect();
    let (across, down) = (width.div_ceil(chroma.0), height.div_ceil(chroma.1));
    match kind {
        0 => Samples::Grey8(bytes(plane(width, height, 1))),
        1 => Samples::Grey16(words(plane(width, height, 1))),
        2 => Samples::Rgb8(bytes(plane(width, height, 3))),
        3 => Samples::Rgb16(words(plane(width, height, 3))),
        _ => Samples::Ycc8 {
            y: bytes(plane(width, height, 1)),
            cb: bytes(plane(across, down, 1)),
            cr: bytes(plane(across, down, 1)),
            horizontal: chroma.0,
            vertical: chroma.1,
        },
    }
}

fn check(picture: &Picture) -> Result<(), TestCaseError> {
    let (ours, theirs) = (scanned(picture), oracle::pixels(picture));
    let count = theirs.luma.len() as f64;

    let mut histogram = vec![0u64; 256];
    theirs.luma.iter().for_each(|&level| histogram[usize::from(level)] += 1);
    prop_assert_eq!(&ours.tone.histogram.luma, &histogram);
    for (channel, counts) in
        [&ours.tone.histogram.red, &ours.tone.histogram.green, &ours.tone.histogram.blue].into_iter().enumerate()
    {
        let mut histogram = vec![0u64; 256];
        theirs.rgb.iter().for_each(|pixel| histogram[usize::from(pixel[channel])] += 1);
        prop_assert_eq!(counts, &histogram);
    }
    let luma: Vec<f64> = theirs.luma.iter().map(|&v| f64::from(v)).collect();
    prop_assert!(close(ours.tone.mean_luma, oracle::mean(luma.iter().copied())));
    prop_assert!(close(ours.tone.rms_contrast, oracle::variance(&luma).sqrt() / 255.0));

    let clipping = [ours.clipping.high, ours.clipping.high_all, ours.clipping.low, ours.clipping.low_all];
    for (ours, theirs) in clipping.into_iter().zip(theirs.clipped) {
        prop_assert!(close(ours, 100.0 * theirs as f64 / count));
    }

    let laplacian = theirs.laplacian();
    match ours.sharpness.laplacian_variance() {
        Some(variance) => {
            prop_assert!(close(variance, oracle::variance(&laplacian)), "{} {}", variance, oracle::variance(&laplacian));
        }
        None => prop_assert!(theirs.width < 3 || theirs.height < 3),
    }
    match blockiness(&ours.sharpness) {
        Blockiness::Steps(steps) => prop_assert!(close(steps.ratio, theirs.blockiness())),
        Blockiness::TooSmall => prop_assert!(theirs.width.min(theirs.height) < 32),
        Blockiness::Flat => prop_assert!(false, "these pictures are not flat"),
    }
    match ours.noise {
        crate::measure::noise::Noise::Sigma(sigma) => prop_assert!(close(sigma, theirs.sigma().unwrap())),
        crate::measure::noise::Noise::TooSmall => prop_assert!(picture.width.min(picture.height) < 16),
        crate::measure::noise::Noise::Flat => prop_assert_eq!(theirs.sigma(), None),
    }
    if !matches!(picture.samples, Samples::Grey8(_) | Samples::Grey16(_)) {
        prop_assert!(close(colorfulness(&ours.color), theirs.colorfulness()));
    }
    prop_assert_eq!(ours.rows_seen, picture.rows);
    prop_assert_eq!(ours.stopped.is_some(), picture.rows < picture.height);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn equals_the_oracle(
        kind in 0usize..5, width in 1usize..190, height in 1usize..150, stripe in 1usize..6, seed: u64,
        chroma in prop::sample::select(vec![(1, 1), (2, 1), (2, 2), (1, 2), (4, 1), (4, 2), (4, 4)]), missing in 0usize..60,
    ) {
        let mut picture = Picture::new(width, height, samples(kind, width, height, chroma, seed));
        picture.stripe = stripe * 4;
        picture.rows = height.saturating_sub(missing.saturating_sub(30)).max(1);
        check(&picture)?;
    }

    #[test]
    fn every_instruction_set_stripe_and_number_of_threads_gives_the_same(width in 1usize..150, height in 1usize..100, kind in 0usize..5, seed: u64) {
        let mut picture = Picture::new(width, height, samples(kind, width, height, (2, 2), seed));
        let profile = Profile::read(None, 3);
        let known = Known { luma_table: Some(&[3; 64]), ..known(&profile) };
        let of = |picture: &Picture, level, threads| {
            let (scanned, spatial) = pass(&mut picture.clone(), known, level, threads).unwrap().finish();
            format!("{scanned:?} {:?}", spatial.finish())
        };
        let first = of(&picture, Level::new(), Threads::One);
        for (level, stripe) in levels::all().into_iter().zip([2, 8, 16, 64, 150]) {
            picture.stripe = stripe;
            for threads in [Threads::One, Threads::Two] {
                prop_assert_eq!(&of(&picture, level, threads), &first);
            }
        }
    }
}

/// One tile of the oracle: 64 x 64 pixels of the whole picture's Laplacian.
#[test]
fn tiles_equal_the_oracle() {
    let mut noise = Noise::new(7);
    let picture =
        Picture::new(200, 170, Samples::Grey8((0..200 * 170).map(|i| level(&mut noise, i % 200, i / 200, 0.5) as u8).collect()));
    let (ours, theirs) = (scanned(&picture), oracle::pixels(&picture));
    let map = ours.sharpness.focus_map(2.0);
    assert_eq!((map.columns, map.rows), (3, 3));
    let (laplacian, gradients) = (theirs.laplacian(), theirs.gradients());
    let spans = |length: usize| [(0, 64), (64, 128), (128, length)];
    let inside = |of: &[f64]| -> Vec<Vec<f64>> {
        let places = spans(170).into_iter().flat_map(|(top, bottom)| spans(200).map(|(left, right)| (top..bottom, left..right)));
        places.map(|(ys, xs)| ys.flat_map(|y| xs.clone().map(move |x| y * 200 + x)).map(|at| of[at]).collect()).collect()
    };
    let tiles: Vec<f64> = inside(&laplacian).iter().map(|tile| (oracle::variance(tile) - 20.0 * 4.0).max(0.0)).collect();
    let steep: Vec<f64> = inside(&gradients).into_iter().map(|tile| (oracle::mean(tile) - 24.0 * 4.0).max(0.0)).collect();
    for (ours, theirs) in map.tiles.iter().chain(&map.tenengrad).zip(tiles.iter().chain(&steep)) {
        assert!((f64::from(ours.unwrap()) / theirs - 1.0).abs() < 1e-6);
    }
    assert_eq!((map.tiles.len(), map.tenengrad.len()), (9, 9));
    let peak = ours.sharpness.peak(2.0).unwrap();
    assert!(close(peak.peak, oracle::percentile(&tiles, 95.0)));
    let sharp = tiles.iter().filter(|&&tile| tile >= peak.peak / 2.0).count();
    assert!(close(peak.share, 100.0 * sharp as f64 / 9.0));
}

#[test]
fn large_pictures_have_at_most_32_tiles_a_side() {
    let picture = Picture::grey(2600, 70, |x, y| if (x / 3 + y / 3) % 2 == 0 { 40 } else { 200 });
    let map = scanned(&picture).sharpness.focus_map(0.0);
    assert_eq!((map.columns, map.rows), (32, 1));
    assert!(map.tiles.iter().all(Option::is_some));
}

#[test]
fn no_row_at_all_is_an_error() {
    let mut picture = Picture::grey(40, 40, |_, _| 9);
    picture.rows = 0;
    let error = pass(&mut picture, known(&Profile::read(None, 1)), Level::new(), Threads::One).err().unwrap();
    assert_eq!(error, RowError::Truncated { row: 0, height: 40 });
}
