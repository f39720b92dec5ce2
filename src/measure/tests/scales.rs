//! Sharpness at the normalized scale equals the plain oracle on an exact mean by area, in any stripes, on one thread and on two.

use proptest::prelude::*;

use super::oracle::{self, Pixels};
use super::pass::known;
use super::synthetic::{Noise, Picture, Samples};
use crate::measure::Threads;
use crate::measure::cells::fitted;
use crate::measure::kernels::{Level, levels};
use crate::measure::normalized::LONG_EDGE;
use crate::measure::profile::Profile;
use crate::measure::scan::{Scanned, pass};

fn scanned(picture: &Picture, level: Level, threads: Threads) -> Scanned {
    pass(&mut picture.clone(), known(&Profile::read(None, 1)), level, threads).unwrap().finish().0
}

/// How much of old sample `old` is in new sample `new`, in parts of which an old one has `to`.
fn overlap(new: usize, old: usize, from: usize, to: usize) -> usize {
    ((old + 1) * to).min((new + 1) * from).saturating_sub((old * to).max(new * from))
}

/// Means by area in integers, first of columns and then of rows, of as many rows as are there.
fn shrunk(luma: &[u8], (width, height): (usize, usize), (columns, rows): (usize, usize)) -> (Vec<u8>, usize) {
    let there = luma.len() / width;
    let covered = |new: usize, from: usize, to: usize| new * from / to..((new + 1) * from).div_ceil(to);
    let across: Vec<usize> = luma
        .chunks_exact(width)
        .flat_map(|row| {
            (0..columns).map(|new| {
                covered(new, width, columns).map(|old| overlap(new, old, width, columns) * usize::from(row[old])).sum::<usize>()
            })
        })
        .collect();
    let new_rows = (there * rows).div_ceil(height);
    let mean = |x: usize, y: usize| {
        let old = covered(y, height, rows).filter(|&old| old < there);
        let (sum, weight) = old.fold((0, 0), |(sum, weight), old| {
            let part = overlap(y, old, height, rows);
            (sum + part * across[old * columns + x], weight + part)
        });
        let parts = weight * width;
        ((2 * sum + parts) / (2 * parts)) as u8
    };
    ((0..new_rows).flat_map(|y| (0..columns).map(move |x| mean(x, y))).collect(), new_rows)
}

fn close(ours: Option<f64>, theirs: f64) -> bool {
    ours.is_some_and(|ours| (ours - theirs).abs() <= 1e-9 * theirs.abs().max(1.0))
}

/// Waves, steps and noise.
fn luma(width: usize, height: usize, seed: u64) -> Vec<u8> {
    let mut noise = Noise::new(seed);
    (0..width * height)
        .map(|index| {
            let (x, y) = (index % width, index / width);
            let step = if (x / 41 + y / 13) % 3 == 0 { 90 } else { 0 };
            (30 + step + (2 * x + 3 * y) % 80 + usize::from(noise.byte() % 32)) as u8
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn equals_the_oracle_in_any_stripes_on_any_threads(
        long in 1025usize..2600, short in 40usize..90, upright: bool, missing in 0usize..20, stripe in 1usize..40, seed: u64,
    ) {
        let (width, height) = if upright { (short, long) } else { (long, short) };
        let mut picture = Picture::new(width, height, Samples::Grey8(luma(width, height, seed)));
        picture.rows = height - missing;
        let Samples::Grey8(samples) = &picture.samples else { unreachable!() };
        let to = fitted((width, height), LONG_EDGE);
        let (small, rows) = shrunk(&samples[..width * picture.rows], (width, height), to);
        let theirs = Pixels { width: to.0, height: rows, luma: small, rgb: Vec::new(), clipped: [0; 4] };
        let ours = scanned(&picture, Level::new(), Threads::One);
        let sharpness = ours.normalized.sharpness(&ours.sharpness);
        prop_assert_eq!(sharpness.size, (to.0, rows));
        prop_assert!(close(sharpness.laplacian_variance(), oracle::variance(&theirs.laplacian())));
        prop_assert!(close(sharpness.tenengrad(), oracle::mean(theirs.gradients())));
        let first = format!("{ours:?}");
        for (level, stripe) in levels::all().into_iter().zip([stripe, 1, 64, 200]) {
            picture.stripe = stripe;
            for threads in [Threads::One, Threads::Two] {
                prop_assert_eq!(&format!("{:?}", scanned(&picture, level, threads)), &first);
            }
        }
    }
}
