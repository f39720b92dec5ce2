//! What parts of measuring cost beside other people's code: CPU milliseconds, medians of interleaved runs; then memory.
//!
//! `make bench` prints the tables of `docs/performance.md`. Ratios depend on the file, so each line names it.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench prints its figures, stops at the first surprise, and lends its photographs to another program"
)]

use proofsheet::ingest::{self, Limits};
use proofsheet::measure::{Options, Threads, cost, measure_photo};
use side_by_side::{Peer, cpu_ms, machine, median, photographs, pixels, wall_ms};

#[path = "side_by_side.rs"]
mod side_by_side;

/// As the program has it, so that both sides scrub what they free.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> = zeroizing_alloc::ZeroAlloc(std::alloc::System);

const RUNS: usize = 11;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(place) = arguments.iter().position(|argument| argument == "--working-set") {
        return println!("{}", working_set(&arguments[place + 1], &arguments[place + 2]));
    }
    println!("machine: {}", machine());
    let photographs = files();
    let mut usual = Peer::usual_decoder(&photographs);
    let mut opencv = Peer::opencv(&photographs);
    println!(
        "D: {}; beside it: {}",
        usual.versions,
        opencv.as_ref().map_or("no OpenCV here (make verify-references makes one)", |opencv| &opencv.versions)
    );
    println!(
        "CPU ms: D, decode, with luma set, with core set, with error level, everything, OpenCV's core set; wall ms on two cores: core set, everything"
    );
    for (index, (name, bytes)) in photographs.iter().enumerate() {
        let bits = bytes.len() as f64 * 8.0 / pixels(bytes);
        let row = bench(bytes, || usual.measure(index), || opencv.as_mut().map_or(f64::NAN, |opencv| opencv.measure(index)));
        let [usual, decode, luma, core, error_level, all, opencv, core_wall, all_wall] = row;
        let numbers: String = row.iter().map(|ms| format!(" {ms:7.1}")).collect();
        println!("{name:20} {bits:5.2} bit/px {numbers}");
        println!(
            "  of D: core {:.2}, core alone {:.2}, luma alone {:.2}, error level alone {:.2}, everything {:.2}; OpenCV {:.1} x core; two cores of decode: core {:.2}, everything {:.2}",
            core / usual,
            (core - decode) / usual,
            (luma - decode) / usual,
            (error_level - decode) / usual,
            all / usual,
            opencv / core,
            core_wall / decode,
            all_wall / decode
        );
    }
    growth();
    println!(
        "working set beyond the file's bytes, MiB (peak resident after a warm-up, less what was resident): decode; everything"
    );
    for (name, bytes) in &photographs {
        let set = |what| in_own_process(name, bytes, what);
        let (decode, all) = (set("decode"), set("everything"));
        println!("{name:20} {decode:7.1} {all:7.1}  {:.1} bytes a pixel", all * 1024.0 * 1024.0 / pixels(bytes));
    }
}

/// The three sizes, and the other kinds of file from 2 megapixels of the same photograph.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    let mut files = photographs();
    let twelve = rgb(&files[1].1);
    let smooth = image::imageops::blur(&image::imageops::thumbnail(&twelve, 1008, 756), 2.0);
    let smooth = image::imageops::resize(&smooth, 4032, 3024, image::imageops::FilterType::CatmullRom);
    files.push(("smooth-12mp", jpeg(&smooth, false)));
    files.push(("progressive-12mp", jpeg(&twelve, true)));
    let mut png = Vec::new();
    twelve.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
    files.push(("png-12mp", png));
    let mut webp = Vec::new();
    image_webp::WebPEncoder::new(&mut webp).encode(twelve.as_raw(), 4032, 3024, image_webp::ColorType::Rgb8).unwrap();
    files.push(("webp-lossless-12mp", webp));
    let hundred = image::imageops::resize(&twelve, 11_520, 8_640, image::imageops::FilterType::Triangle);
    files.push(("mountain-100mp", jpeg(&hundred, false)));
    files
}

fn rgb(bytes: &[u8]) -> image::RgbImage {
    let mut decoder = zune_jpeg::JpegDecoder::new(zune_jpeg::zune_core::bytestream::ZCursor::new(bytes));
    let samples = decoder.decode().unwrap();
    let (width, height) = decoder.dimensions().unwrap();
    image::RgbImage::from_raw(width as u32, height as u32, samples).unwrap()
}

fn jpeg(picture: &image::RgbImage, progressive: bool) -> Vec<u8> {
    let mut coded = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut coded, 90);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_2_2);
    encoder.set_progressive(progressive);
    encoder.encode(picture.as_raw(), picture.width() as u16, picture.height() as u16, jpeg_encoder::ColorType::Rgb).unwrap();
    coded
}

fn bench(bytes: &[u8], mut usual: impl FnMut() -> f64, mut opencv: impl FnMut() -> f64) -> [f64; 9] {
    let two = Options { threads: Threads::Two, ..Options::default() };
    let mut samples: [Vec<f64>; 9] = Default::default();
    let runs = if pixels(bytes) > 50e6 { 3 } else { RUNS };
    for _ in 0..runs {
        let row = [
            usual(),
            cpu_ms(|| drain(bytes)),
            cpu_ms(|| assert!(cost::luma_set(bytes).unwrap().is_finite())),
            cpu_ms(|| assert!(cost::core_set(bytes, Threads::One).unwrap().is_finite())),
            cpu_ms(|| assert!(cost::error_level(bytes).unwrap().is_finite())),
            cpu_ms(|| drop(std::hint::black_box(measure_photo(bytes, &Options::default())))),
            opencv(),
            wall_ms(|| assert!(cost::core_set(bytes, Threads::Two).unwrap().is_finite())),
            wall_ms(|| drop(std::hint::black_box(measure_photo(bytes, &two)))),
        ];
        samples.iter_mut().zip(row).for_each(|(samples, ms)| samples.push(ms));
    }
    samples.map(median)
}

fn drain(bytes: &[u8]) {
    let mut photo = ingest::open(bytes, &Limits::default()).unwrap();
    while photo.rows.next_stripe().unwrap().is_some() {}
}

/// Whether time grows with the picture: the same photograph at four sizes, made of its own pieces so that each size has the same
/// content and nearly as many bits a pixel, and how far the times are from a straight line.
fn growth() {
    let twelve = rgb(&photographs().swap_remove(1).1);
    println!("growth: size, bit/px; CPU ms: core set, everything");
    let mut times: [Vec<(f64, f64)>; 2] = Default::default();
    for (columns, rows) in [(17, 17), (42, 42), (63, 56), (120, 120)] {
        let bytes = jpeg(&mosaic(&twelve, columns, rows), false);
        let millions = pixels(&bytes) / 1e6;
        let mut samples: [Vec<f64>; 2] = Default::default();
        for _ in 0..if columns > 100 { 5 } else { RUNS } {
            samples[0].push(cpu_ms(|| assert!(cost::core_set(&bytes, Threads::One).unwrap().is_finite())));
            samples[1].push(cpu_ms(|| drop(std::hint::black_box(measure_photo(&bytes, &Options::default())))));
        }
        let [core, all] = samples.map(median);
        println!("{millions:6.1} MP {:5.2} bit/px {core:8.1} {all:8.1}", bytes.len() as f64 * 8e-6 / millions);
        times[0].push((millions, core));
        times[1].push((millions, all));
    }
    for (name, times) in ["core set", "everything"].into_iter().zip(&times) {
        let (fixed, slope, worst) = straight_line(times);
        println!("  {name}: {fixed:.1} ms and {slope:.2} ms a megapixel; farthest from it {:.1} %", 100.0 * worst);
    }
}

/// Pieces of 96 x 72 px, so many across and down: taken evenly where they are fewer than the photograph's 42, over again where they
/// are more.
fn mosaic(from: &image::RgbImage, columns: u32, rows: u32) -> image::RgbImage {
    const PIECES: u32 = 42;
    let place = |index: u32, count: u32| if count < PIECES { index * PIECES / count } else { index % PIECES };
    image::RgbImage::from_fn(columns * 96, rows * 72, |x, y| {
        *from.get_pixel(place(x / 96, columns) * 96 + x % 96, place(y / 72, rows) * 72 + y % 72)
    })
}

/// Least squares of the relative distances: the time at no pixel, the time a pixel more takes, and the largest of the distances.
fn straight_line(points: &[(f64, f64)]) -> (f64, f64, f64) {
    let sum = |term: fn(f64, f64) -> f64| points.iter().map(|&(x, y)| term(x, y)).sum::<f64>();
    // of 1 = (fixed + slope x) / y
    let (a, b, c) = (sum(|_, y| 1.0 / (y * y)), sum(|x, y| x / (y * y)), sum(|x, y| x * x / (y * y)));
    let (d, e) = (sum(|_, y| 1.0 / y), sum(|x, y| x / y));
    let (fixed, slope) = ((d * c - e * b) / (a * c - b * b), (a * e - b * d) / (a * c - b * b));
    let worst = points.iter().map(|&(x, y)| ((fixed + slope * x) / y - 1.0).abs()).fold(0.0, f64::max);
    (fixed, slope, worst)
}

/// What [`working_set`] says in a process that did nothing else.
fn in_own_process(name: &str, bytes: &[u8], what: &str) -> f64 {
    let file = std::env::temp_dir().join(format!("proofsheet-set-{}-{name}", std::process::id()));
    std::fs::write(&file, bytes).unwrap();
    let program = std::env::current_exe().unwrap();
    let answer = std::process::Command::new(program).args(["--working-set", what]).arg(&file).output().unwrap();
    std::fs::remove_file(&file).unwrap();
    String::from_utf8(answer.stdout).unwrap().trim().parse().unwrap()
}

/// Mebibytes resident at most while a file is decoded or measured, less what was resident with its bytes. A small picture before it
/// loads code and tables.
fn working_set(what: &str, file: &str) -> f64 {
    let work = |bytes: &[u8]| match what {
        "decode" => drain(bytes),
        _ => drop(std::hint::black_box(measure_photo(bytes, &Options::default()))),
    };
    let small = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/photos/cat-progressive-444.jpg");
    work(&std::fs::read(small).unwrap());
    let bytes = std::fs::read(file).unwrap();
    // the peak begins anew
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = resident("VmRSS:");
    work(&bytes);
    resident("VmHWM:") - before
}

fn resident(field: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
}
