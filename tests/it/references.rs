//! Our numbers beside other people's code on the same pixels, and on the same files, each side with its own decoder.
//!
//! `.ci/references.py` makes pictures and expected numbers; a few small ones are kept in `fixtures/references`, all of them are held
//! against ours by `make verify-references`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use proofsheet::measure::{Metric, Options, PhotoMeasurements, PhotoOutcome, TableQuality, measure_photo};
use serde_json::Value;

/// How far apart two numbers may be.
#[derive(Debug, Clone, Copy)]
enum Tolerance {
    Absolute(f64),
    /// Of the reference, or of 1 if that is smaller.
    Relative(f64),
}

impl Tolerance {
    fn of(self, ours: f64, theirs: f64) -> (f64, f64) {
        match self {
            Self::Absolute(most) => ((ours - theirs).abs(), most),
            Self::Relative(most) => ((ours - theirs).abs() / theirs.abs().max(1.0), most),
        }
    }
}

/// On the same pixels, and through both sides' own decoders.
fn tolerances(metric: &str) -> (Tolerance, Tolerance) {
    use Tolerance::{Absolute, Relative};
    match metric {
        "entropy" => (Absolute(1e-12), Absolute(0.01)),
        "mean-luma" | "rms-contrast" => (Absolute(1e-9), Relative(1e-3)),
        "lap-var" | "lap-var-1024" | "tenengrad" | "tenengrad-1024" | "blockiness" => (Relative(1e-9), Relative(1e-3)),
        "sigma-immerkaer" => (Relative(1e-9), Relative(2e-3)),
        "sigma-mad" => (Relative(1e-9), Relative(2e-2)),
        "colorfulness" => (Relative(1e-9), Relative(2e-3)),
        "blur-effect" => (Absolute(1e-6), Absolute(2e-4)),
        "tonal-range" => (Absolute(1e-6), Absolute(0.02)),
        "mean-lightness" | "chroma-mean" | "chroma-median" | "chroma-p95" | "cast-a" | "cast-b" | "cast-strength" => {
            (Absolute(0.05), Absolute(0.2))
        }
        "hue-concentration" => (Absolute(1e-3), Absolute(5e-3)),
        "chroma-residual" | "tone-chroma" => (Absolute(0.05), Absolute(0.2)),
        "tone-hue" => (Absolute(0.5), Absolute(1.0)),
        // a color on the very border of a range may fall on either side of it in single precision
        "neutral-share" | "cast-share" | "saturation-clip" => (Absolute(0.05), Absolute(0.5)),
        // their spectrum is in 64 bits throughout, ours between rows and columns in 32
        "eff-res" => (Absolute(1e-5), Absolute(0.02)),
        "edge-width" => (Absolute(1e-5), Relative(0.05)),
        "oversharp" => (Absolute(1e-9), Absolute(0.5)),
        "sigma-flat-shadows" | "sigma-flat-midtones" | "sigma-flat-highlights" => (Relative(1e-9), Absolute(0.01)),
        // ours counts whole quarters of a squared level of each block
        "error-level-mean" => (Absolute(0.01), Absolute(0.01)),
        // of files alone, whose decoders differ by a level here and there
        "double-jpeg" => (Absolute(0.0), Relative(0.1)),
        // shares of pixels: exact, or 0.02 points of a picture of a few megapixels, of which these have a tenth
        _ => (Absolute(1e-9), Absolute(0.2)),
    }
}

/// What both sides must find, or both not.
const BOTH_OR_NEITHER: [Metric; 10] = [
    Metric::EffRes,
    Metric::EdgeWidth,
    Metric::Oversharp,
    Metric::SigmaFlatShadows,
    Metric::SigmaFlatMidtones,
    Metric::SigmaFlatHighlights,
    Metric::ErrorLevelMean,
    Metric::DoubleJpeg,
    Metric::ToneHue,
    Metric::ToneChroma,
];

/// The worst difference seen of each thing, its tolerance, the picture, and how many were compared.
#[derive(Default)]
struct Worst(BTreeMap<(String, &'static str), (f64, f64, String, usize)>);

impl Worst {
    fn see(&mut self, what: &str, kind: &'static str, (difference, most): (f64, f64), file: &str) {
        let seen = self.0.entry((what.to_owned(), kind)).or_insert((-1.0, most, String::new(), 0));
        seen.3 += 1;
        // a difference that is no number is the worst of all
        if difference.is_nan() || difference > seen.0 {
            (seen.0, seen.2) = (if difference.is_nan() { f64::INFINITY } else { difference }, file.to_owned());
        }
    }

    /// Prints a line for each and gives those past their tolerance.
    fn told(&self) -> Vec<String> {
        let line = |((what, kind), (difference, most, file, count)): (&(String, &str), &(f64, f64, String, usize))| {
            (difference > most, format!("{what:20} {kind:6} {count:4} compared, worst {difference:9.2e} of {most:7.1e}, {file}"))
        };
        let lines: Vec<_> = self.0.iter().map(line).collect();
        lines.iter().for_each(|(_, line)| println!("{line}"));
        lines.into_iter().filter_map(|(past, line)| past.then_some(line)).collect()
    }
}

fn measured(path: &Path) -> PhotoMeasurements {
    match measure_photo(&std::fs::read(path).unwrap(), &Options::default()) {
        PhotoOutcome::Measured(photo) => *photo,
        PhotoOutcome::Unusable(problem) => panic!("{}: {problem:?}", path.display()),
    }
}

fn compare(folder: &Path) -> (usize, Worst) {
    let expected: Value = serde_json::from_slice(&std::fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let mut worst = Worst::default();
    let pictures = expected["pictures"].as_array().unwrap();
    for picture in pictures {
        let file = picture["file"].as_str().unwrap();
        let photo = measured(&folder.join(file));
        let kind = if picture["kind"] == "array" { "pixels" } else { "file" };
        numbers(&photo, picture, kind, file, &mut worst);
        hashes(&photo, picture, kind, file, &mut worst);
        levels(&photo, picture, kind, file, &mut worst);
        coding(&photo, picture, file, &mut worst);
        composition(&photo, picture, file, &mut worst);
    }
    (pictures.len(), worst)
}

fn numbers(photo: &PhotoMeasurements, picture: &Value, kind: &'static str, file: &str, worst: &mut Worst) {
    for (id, theirs) in picture["numbers"].as_object().unwrap() {
        let metric = Metric::ALL.into_iter().find(|metric| metric.definition().id == id).unwrap_or_else(|| panic!("{id}"));
        let (same, coded) = tolerances(id);
        let (ours, theirs) = match (photo.value(metric), theirs.as_f64()) {
            (Some(ours), Some(theirs)) => (ours, theirs),
            // both say that there is none
            (None, None) => continue,
            // a flat picture has no number of ours; theirs is 0 or 1 then
            (None, Some(_)) if !BOTH_OR_NEITHER.contains(&metric) => continue,
            (ours, theirs) => panic!("{file}, {id}: {ours:?} {theirs:?}"),
        };
        let (what, tolerance) = match (kind, id.as_str()) {
            ("pixels", id) => (id, same),
            // chroma of half the resolution is repeated by us, interpolated by them: the smaller the picture, the more of it
            (_, "colorfulness") if !file.contains("-444") => ("colorfulness, halved", Tolerance::Relative(1e-2)),
            (_, id) => (id, coded),
        };
        worst.see(what, kind, tolerance.of(ours, theirs), file);
    }
}

fn hashes(photo: &PhotoMeasurements, picture: &Value, kind: &'static str, file: &str, worst: &mut Worst) {
    let Some(hashes) = photo.pictures.as_ref().and_then(|pictures| pictures.hashes) else { return };
    let theirs = &picture["hashes"];
    let Some(pdq) = theirs["pdq"].as_str() else { return };
    let bits = |a: &str, b: &str| {
        let digit = |c: char| c.to_digit(16).unwrap();
        f64::from(a.chars().zip(b.chars()).map(|(a, b)| (digit(a) ^ digit(b)).count_ones()).sum::<u32>())
    };
    let most = if kind == "pixels" { 0.0 } else { 2.0 };
    worst.see("PDQ, bits", kind, (bits(&hashes.pdq.hex(), pdq), most), file);
    if let Some(phash) = theirs["phash"].as_str() {
        worst.see("pHash, bits", kind, (bits(&hashes.phash.hex(), phash), most), file);
    }
    let quality = (f64::from(hashes.pdq_quality) - theirs["quality"].as_f64().unwrap()).abs();
    worst.see("PDQ quality", kind, (quality, if kind == "pixels" { 0.0 } else { 1.0 }), file);
}

fn levels(photo: &PhotoMeasurements, picture: &Value, kind: &'static str, file: &str, worst: &mut Worst) {
    let ours = photo.percentiles.unwrap().0;
    let apart = ours.iter().zip(picture["percentiles"].as_array().unwrap());
    let apart = apart.map(|(ours, theirs)| (f64::from(*ours) - theirs.as_f64().unwrap()).abs()).fold(0.0, f64::max);
    worst.see("percentiles", kind, (apart, if kind == "pixels" { 0.0 } else { 1.0 }), file);
    let Some(theirs) = picture.get("histogram") else { return };
    let ours = serde_json::to_value(photo.histogram.as_ref().unwrap()).unwrap();
    worst.see("histograms", kind, (f64::from(u8::from(&ours != theirs)), 0.0), file);
}

/// The border against scikit-image, where the eye goes against OpenCV, which rounds the square it looks at.
fn composition(photo: &PhotoMeasurements, picture: &Value, file: &str, worst: &mut Worst) {
    let Some(ours) = &photo.composition else { return };
    let apart = |ours: &[f64], theirs: &Value| {
        let theirs = theirs.as_array().unwrap().iter().map(|number| number.as_f64().unwrap());
        ours.iter().zip(theirs).map(|(ours, theirs)| (ours - theirs).abs()).fold(0.0, f64::max)
    };
    if let Some(theirs) = picture.get("saliency") {
        let subject = ours.subject.unwrap();
        worst.see("center of saliency", "pixels", (apart(&[subject.x, subject.y], theirs), 0.05), file);
    }
    if let Some(theirs) = picture.get("background") {
        let ring = ours.background.unwrap();
        let [l, a, b] = ring.lab;
        let numbers = [l, a, b, ring.spread, ring.white_share, ring.even_share, ring.gradient_across, ring.gradient_down];
        worst.see("background", "pixels", (apart(&numbers, theirs), 0.05), file);
        if let Some(theirs) = picture.get("center_over_ring").and_then(Value::as_f64) {
            worst.see("center over ring", "pixels", ((ring.center_over_ring - theirs).abs(), 0.05), file);
        }
        let fill = (ours.fill.map(|fill| fill.share), picture.get("fill").and_then(Value::as_f64));
        let apart = match fill {
            (Some(ours), Some(theirs)) => (ours - theirs).abs(),
            (None, None) => 0.0,
            _ => f64::INFINITY,
        };
        worst.see("fill", "pixels", (apart, 0.05), file);
    }
}

/// Tables, quality and process of a JPEG.
fn coding(photo: &PhotoMeasurements, picture: &Value, file: &str, worst: &mut Worst) {
    let Some(theirs) = picture.get("quantization") else { return };
    let jpeg = photo.jpeg.as_ref().unwrap();
    let tables = serde_json::to_value(&jpeg.tables).unwrap();
    worst.see("JPEG tables", "file", (f64::from(u8::from(&tables != theirs)), 0.0), file);
    let name = |part: &str| file.contains(part);
    let quality: u8 = file.split("-q").nth(1).unwrap().split('-').next().unwrap().parse().unwrap();
    let exact = jpeg.qualities.iter().all(|&found| found == TableQuality::Exact(quality));
    worst.see("JPEG quality", "file", (f64::from(u8::from(!exact)), 0.0), file);
    let sampling = [("-444", "4:4:4"), ("-422", "4:2:2"), ("-420", "4:2:0")].into_iter().find(|(part, _)| name(part)).unwrap().1;
    worst.see("JPEG sampling", "file", (f64::from(u8::from(jpeg.subsampling != sampling)), 0.0), file);
    let progressive = jpeg.process == proofsheet::measure::JpegProcess::Progressive;
    worst.see("JPEG process", "file", (f64::from(u8::from(progressive != name("-progressive"))), 0.0), file);
}

#[test]
fn small_pictures_agree_with_other_peoples_code() {
    let (pictures, worst) = compare(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/references"));
    assert_eq!(pictures, 19);
    assert_eq!(worst.told(), Vec::<String>::new());
}

#[test]
#[ignore = "make verify-references: pictures made by .ci/references.py in the folder PROOFSHEET_REFERENCES names"]
fn all_pictures_agree_with_other_peoples_code() {
    let folder = PathBuf::from(std::env::var_os("PROOFSHEET_REFERENCES").expect("PROOFSHEET_REFERENCES"));
    let (pictures, worst) = compare(&folder);
    assert!(pictures >= 350, "{pictures} pictures");
    assert_eq!(worst.told(), Vec::<String>::new());
}

/// From here on a rhythm of coefficients counts as found.
const FOUND_FROM: f64 = 6.0;

fn rhythm(bytes: &[u8]) -> f64 {
    match measure_photo(bytes, &Options { previews: false, ..Options::default() }) {
        PhotoOutcome::Measured(photo) => photo.value(Metric::DoubleJpeg).unwrap(),
        PhotoOutcome::Unusable(problem) => panic!("{problem:?}"),
    }
}

/// The same picture saved once by another encoder than Pillow's, at many qualities.
fn saved_once_here(lossless: &Path) -> Vec<f64> {
    let picture = image::open(lossless).unwrap().into_rgb8();
    let (width, height) = (u16::try_from(picture.width()).unwrap(), u16::try_from(picture.height()).unwrap());
    let saved = |(at, quality): (usize, u8)| {
        let mut jpeg = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut jpeg, quality);
        encoder.set_sampling_factor([jpeg_encoder::SamplingFactor::F_1_1, jpeg_encoder::SamplingFactor::F_2_2][at % 2]);
        encoder.set_progressive(at % 4 == 1);
        encoder.encode(picture.as_raw(), width, height, jpeg_encoder::ColorType::Rgb).unwrap();
        rhythm(&jpeg)
    };
    [50, 60, 70, 75, 80, 85, 90, 92, 95, 98].into_iter().enumerate().map(saved).collect()
}

#[test]
#[ignore = "make verify-references: pictures made by .ci/references.py in the folder PROOFSHEET_REFERENCES names"]
fn pictures_saved_once_do_not_look_saved_twice() {
    let folder = PathBuf::from(std::env::var_os("PROOFSHEET_REFERENCES").expect("PROOFSHEET_REFERENCES"));
    let expected: Value = serde_json::from_slice(&std::fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let (mut once, mut twice) = (Vec::new(), Vec::new());
    for made in expected["saves"].as_array().unwrap() {
        let rhythms = |key: &str| -> Vec<f64> {
            let files = made[key].as_array().unwrap().iter();
            files.map(|file| rhythm(&std::fs::read(folder.join(file.as_str().unwrap())).unwrap())).collect()
        };
        once.extend(rhythms("once"));
        once.extend(saved_once_here(&folder.join(made["lossless"].as_str().unwrap())));
        twice.extend(rhythms("twice"));
    }
    let found = |rhythms: &[f64]| rhythms.iter().filter(|&&rhythm| rhythm >= FOUND_FROM).count();
    let (highest, lowest) = (once.iter().copied().fold(0.0, f64::max), twice.iter().copied().fold(f64::INFINITY, f64::min));
    println!("saved once: {} of {} look saved twice, highest {highest:.2} of {FOUND_FROM}", found(&once), once.len());
    println!("saved again at higher quality: {} of {} found, lowest {lowest:.2}", found(&twice), twice.len());
    assert!(once.len() >= 300 && found(&once) * 100 <= once.len(), "at most one in a hundred");
    assert!(found(&twice) * 10 >= twice.len() * 9, "at least nine in ten");
}
