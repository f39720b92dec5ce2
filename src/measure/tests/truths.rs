//! Pictures whose numbers are known beforehand.

use moxcms::ColorProfile;

use super::pass::{known, scanned};
use super::synthetic::{Noise, Picture};
use crate::ingest::IccProfile;
use crate::measure::Threads;
use crate::measure::blockiness::{Blockiness, blockiness};
use crate::measure::colorfulness::colorfulness;
use crate::measure::kernels::Level;
use crate::measure::noise::Noise as Measured;
use crate::measure::profile::Profile;
use crate::measure::scan::pass;

fn sigma(picture: &Picture) -> f64 {
    let Measured::Sigma(sigma) = scanned(picture).noise else { panic!("no noise found") };
    sigma
}

fn noisy(size: usize, level: f64, deviation: f64, seed: u64) -> Picture {
    let mut noise = Noise::new(seed);
    let levels: Vec<u8> =
        (0..size * size).map(|_| (level + deviation * noise.normal()).round().clamp(0.0, 255.0) as u8).collect();
    Picture::grey(size, size, |x, y| levels[y * size + x])
}

#[test]
fn gaussian_noise_has_its_deviation() {
    for (index, deviation) in [1.0f64, 2.0, 5.0, 10.0, 20.0, 30.0].into_iter().enumerate() {
        let truth = (deviation * deviation + 1.0 / 12.0).sqrt();
        let measured = sigma(&noisy(512, 128.0, deviation, index as u64));
        assert!((measured / truth - 1.0).abs() < 0.03, "{deviation}: {measured}");
    }
}

#[test]
fn large_pictures_are_sampled_without_a_bias() {
    let measured = sigma(&noisy(2400, 128.0, 8.0, 3));
    assert!((measured / 8.005 - 1.0).abs() < 0.01, "{measured}");
}

#[test]
fn flat_ground_is_no_noise_and_no_structure() {
    let flat = scanned(&Picture::grey(100, 80, |_, _| 77));
    assert_eq!((flat.noise, blockiness(&flat.sharpness), flat.sharpness.peak(0.0)), (Measured::Flat, Blockiness::Flat, None));
    // half flat: only the noisy half is measured
    let noisy = noisy(256, 128.0, 6.0, 9);
    let crate::measure::tests::synthetic::Samples::Grey8(levels) = &noisy.samples else { panic!("grey") };
    let half = Picture::grey(256, 256, |x, y| if y < 180 { 255 } else { levels[y * 256 + x] });
    assert!((sigma(&half) / 6.0 - 1.0).abs() < 0.05);
}

#[test]
fn gratings_have_their_laplacian_variance() {
    for half_waves in [76, 127, 255, 509] {
        // whole half waves, so that the mirrored border continues them
        let (amplitude, size, omega) = (100.0f64, 801, std::f64::consts::PI * f64::from(half_waves) / 800.0);
        let grating = Picture::grey(size, 64, |x, _| (128.0 + amplitude * (omega * x as f64).cos()).round() as u8);
        let truth = amplitude * amplitude / 2.0 * (2.0 - 2.0 * omega.cos()).powi(2);
        // rounding to levels adds at most 16 times 1/12: its errors are no white noise on a slow wave
        let measured = scanned(&grating).sharpness.laplacian_variance().unwrap();
        assert!((measured - truth).abs() < 0.01 * truth + 1.4, "{omega}: {measured} {truth}");
    }
}

/// A vertical edge of height 200, blurred by a Gaussian of this deviation.
fn edge(deviation: f64) -> Picture {
    // integral of the Gaussian, by Simpson's rule
    let step = |x: f64| {
        let steps = 400;
        let (from, width) = (-8.0, x / deviation + 8.0);
        let density = |t: f64| (-t * t / 2.0).exp() / std::f64::consts::TAU.sqrt();
        let at = |i: usize| density(from + width * i as f64 / f64::from(steps));
        let sum: f64 = (0..=steps as usize)
            .map(|i| {
                at(i)
                    * if i == 0 || i == steps as usize {
                        1.0
                    } else if i % 2 == 1 {
                        4.0
                    } else {
                        2.0
                    }
            })
            .sum();
        (sum * width / (3.0 * f64::from(steps))).clamp(0.0, 1.0)
    };
    let profile: Vec<u8> = (0..192).map(|x| (25.0 + 200.0 * step(x as f64 - 95.5)).round() as u8).collect();
    Picture::grey(192, 192, |x, _| profile[x])
}

#[test]
fn blurred_edges_have_their_energy() {
    for deviation in [1.5f64, 2.0, 2.5] {
        let map = scanned(&edge(deviation)).sharpness.focus_map(0.0);
        let tile = f64::from(map.tiles[1].unwrap());
        // mean over 64 columns of the squared second derivative of the edge
        let truth = 200.0 * 200.0 / (4.0 * std::f64::consts::PI.sqrt() * deviation.powi(3)) / 64.0;
        assert!((tile / truth - 1.0).abs() < 0.2, "{deviation}: {tile} {truth}");
        assert_eq!((map.tiles[0], map.tiles[2]), (None, None), "no texture beside the edge");
    }
}

#[test]
fn sharpness_falls_with_blur() {
    let peaks: Vec<f64> =
        [0.5, 1.0, 2.0, 4.0].map(|deviation| scanned(&edge(deviation)).sharpness.peak(0.0).unwrap().peak).to_vec();
    assert!(peaks.windows(2).all(|pair| pair[0] > 2.0 * pair[1]), "{peaks:?}");
}

#[test]
fn noise_alone_is_neither_texture_nor_sharpness() {
    let picture = noisy(512, 128.0, 10.0, 4);
    let found = scanned(&picture);
    let sigma = sigma(&picture);
    assert!(found.sharpness.laplacian_variance().unwrap() > 1900.0);
    assert!(found.sharpness.focus_map(sigma).tiles.iter().all(Option::is_none));
    assert_eq!(found.sharpness.peak(sigma), None);
}

#[test]
fn blocks_show_on_the_grid_and_not_beside_it() {
    let ratio = |shift: usize| {
        let picture =
            Picture::grey(160, 160, |x, y| (100 + 10 * (((x + shift) / 8 + (y + shift) / 8) % 2) + (x + 2 * y) % 3) as u8);
        let Blockiness::Steps(steps) = blockiness(&scanned(&picture).sharpness) else { panic!("not flat") };
        steps.ratio
    };
    assert!(ratio(0) > 5.0 && ratio(3) < 1.0, "{} {}", ratio(0), ratio(3));
}

#[test]
fn a_ramp_reaches_both_ends() {
    let ramp = scanned(&Picture::grey(256, 40, |x, _| x as u8));
    assert_eq!(ramp.tone.percentiles.0, [0, 2, 12, 63, 127, 191, 243, 253, 255]);
    assert!((ramp.clipping.high - 100.0 / 256.0).abs() < 1e-9 && (ramp.clipping.low - 100.0 / 256.0).abs() < 1e-9);
}

#[test]
fn colorfulness_is_the_published_formula() {
    // half red, half green: rg = ±255, yb = 127.5: hypot(255, 0) + 0.3 * hypot(0, 127.5)
    let halves = scanned(&Picture::rgb(40, 20, |x, _| if x < 20 { [255, 0, 0] } else { [0, 255, 0] }));
    assert!((colorfulness(&halves.color) - (255.0 + 0.3 * 127.5)).abs() < 1e-9);
    assert_eq!(colorfulness(&scanned(&Picture::rgb(9, 9, |x, y| [(x * y) as u8; 3])).color), 0.0);
}

#[test]
fn a_picture_in_display_p3_has_the_colors_of_its_srgb_copy() {
    let (srgb, p3) = (ColorProfile::new_srgb(), ColorProfile::new_display_p3());
    let mut noise = Noise::new(5);
    let in_srgb: Vec<u8> = (0..120 * 90 * 3).map(|i| 60 + noise.byte() / 2 + if i % 3 == 0 { 20 } else { 0 }).collect();
    let to_p3 =
        srgb.create_transform_8bit(moxcms::Layout::Rgb, &p3, moxcms::Layout::Rgb, moxcms::TransformOptions::default()).unwrap();
    let mut in_p3 = vec![0; in_srgb.len()];
    to_p3.transform(&in_srgb, &mut in_p3).unwrap();
    let picture = |rgb: &[u8]| {
        Picture::rgb(120, 90, |x, y| [rgb[(y * 120 + x) * 3], rgb[(y * 120 + x) * 3 + 1], rgb[(y * 120 + x) * 3 + 2]])
    };
    let profile = Profile::read(Some(&IccProfile { bytes: p3.encode().unwrap(), description: None }), 3);
    let tagged = colorfulness(&pass(&mut picture(&in_p3), known(&profile), Level::new(), Threads::One).unwrap().finish().0.color);
    let plain = colorfulness(&scanned(&picture(&in_srgb)).color);
    let untagged = colorfulness(&scanned(&picture(&in_p3)).color);
    assert!((tagged / plain - 1.0).abs() < 0.005, "{tagged} {plain}");
    assert!((untagged / plain - 1.0).abs() > 0.05, "the profile matters");
}
