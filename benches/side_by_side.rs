//! What both benches share: the photographs, the clocks, and other people's programs that take turns with ours.

#![allow(dead_code, reason = "each bench uses its part")]

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Instant;

use proofsheet::ingest::{self, Limits};

/// The two fixtures, and the 12 MP one enlarged to 24 MP by bicubic interpolation and coded again at quality 90, 4:2:0.
pub fn photographs() -> Vec<(&'static str, Vec<u8>)> {
    let fixture =
        |name: &str| std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/photos").join(name)).unwrap();
    let twelve = fixture("mountain-12mp.jpg");
    let mut decoder = zune_jpeg::JpegDecoder::new(zune_jpeg::zune_core::bytestream::ZCursor::new(&twelve));
    let rgb = decoder.decode().unwrap();
    let (width, height) = decoder.dimensions().unwrap();
    let image = image::RgbImage::from_raw(width as u32, height as u32, rgb).unwrap();
    let large = image::imageops::resize(&image, 6000, 4000, image::imageops::FilterType::CatmullRom);
    let mut coded = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut coded, 90);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_2_2);
    encoder.encode(large.as_raw(), 6000, 4000, jpeg_encoder::ColorType::Rgb).unwrap();
    vec![("mountain-2mp", fixture("mountain-2mp.jpg")), ("mountain-12mp", twelve), ("mountain-24mp", coded)]
}

/// Somebody else's program over the same files: it measures one of them each time it is asked, and says what that cost.
pub struct Peer {
    /// What it says of itself.
    pub versions: String,
    folder: PathBuf,
    program: Child,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Peer {
    /// `benches/peers`, locked: the figure D.
    pub fn usual_decoder(photographs: &[(&'static str, Vec<u8>)]) -> Self {
        let mut command = Command::new(env!("CARGO"));
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/Cargo.toml");
        command.args(["run", "--quiet", "--release", "--locked", "--manifest-path"]).arg(manifest).args(["--", "decode"]);
        Self::start("usual", command, photographs)
    }

    /// `benches/peers`, locked: krilla over placed reports.
    pub fn krilla(lists: &[(&'static str, Vec<u8>)]) -> Self {
        let mut command = Command::new(env!("CARGO"));
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/Cargo.toml");
        command.args(["run", "--quiet", "--release", "--locked", "--manifest-path"]).arg(manifest).args(["--", "report"]);
        Self::start("krilla", command, lists)
    }

    /// ReportLab over placed reports, by the Python that `make bench-reportlab` made; None without one.
    pub fn reportlab(lists: &[(&'static str, Vec<u8>)]) -> Option<Self> {
        let mut command = Command::new(python("reportlab-")?);
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/reportlab_report.py"));
        Some(Self::start("reportlab", command, lists))
    }

    /// The core set with OpenCV, by the Python that `make verify-references` made; None without one.
    pub fn opencv(photographs: &[(&'static str, Vec<u8>)]) -> Option<Self> {
        let mut command = Command::new(python("references-")?);
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/opencv.py"));
        Some(Self::start("opencv", command, photographs))
    }

    fn start(name: &str, mut command: Command, photographs: &[(&'static str, Vec<u8>)]) -> Self {
        let folder = std::env::temp_dir().join(format!("proofsheet-{name}-{}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        let files = photographs.iter().map(|(name, bytes)| {
            let file = folder.join(name);
            std::fs::write(&file, bytes).unwrap();
            file
        });
        let mut program = command.args(files).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut answers = BufReader::new(program.stdout.take().unwrap()).lines();
        Self { versions: answers.next().unwrap().unwrap(), folder, program, answers }
    }

    /// CPU milliseconds it takes for file `index`.
    pub fn measure(&mut self, index: usize) -> f64 {
        writeln!(self.program.stdin.as_mut().unwrap(), "{index}").unwrap();
        self.answers.next().unwrap().unwrap().parse().unwrap()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.program.stdin.take());
        drop(self.program.wait());
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

/// The interpreter of a Python environment that a slow target made; None without one.
fn python(kind: &str) -> Option<PathBuf> {
    let cache = std::env::var_os("PROOFSHEET_CACHE").map(PathBuf::from).or_else(|| {
        let home = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        Some(home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")))?.join("proofsheet"))
    })?;
    let made = std::fs::read_dir(cache).ok()?.flatten().find(|entry| entry.file_name().to_string_lossy().starts_with(kind))?;
    Some(made.path().join("bin/python"))
}

/// Milliseconds by the clock on the wall.
pub fn wall_ms(work: impl FnOnce()) -> f64 {
    let started = Instant::now();
    work();
    started.elapsed().as_secs_f64() * 1000.0
}

/// CPU milliseconds of this process and of the children that ended in it.
pub fn cpu_ms(work: impl FnOnce()) -> f64 {
    let (own, children) = cpu_parts_ms(work);
    own + children
}

/// CPU milliseconds of this process, and of the children that ended in it.
pub fn cpu_parts_ms(work: impl FnOnce()) -> (f64, f64) {
    let (own, children) = (own_cpu_ms(), children_cpu_ms());
    work();
    (own_cpu_ms() - own, children_cpu_ms() - children)
}

fn own_cpu_ms() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

/// `/proc/self/stat` has user and system time in ticks of 10 ms. The kernel adds up nanoseconds and cuts only what it shows:
/// however many differences are summed, each of the two sums is wrong by one tick at most.
fn children_cpu_ms() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = stat.rsplit(") ").next().unwrap();
    let fields: Vec<f64> = after_name.split(' ').filter_map(|field| field.parse().ok()).collect();
    (fields[12] + fields[13]) * 10.0
}

pub fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}

pub fn pixels(jpeg: &[u8]) -> f64 {
    let photo = ingest::open(jpeg, &Limits::default()).unwrap();
    let geometry = photo.rows.geometry();
    f64::from(geometry.width) * f64::from(geometry.height)
}

pub fn machine() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown");
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
    format!("{} ({cores} cores)", name.trim_start_matches(['\t', ' ', ':']))
}
