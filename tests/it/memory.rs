//! What a node holds while photos come in all at once, counted whole: pages of the server and its workers by their proportional
//! share, and every memory file by its size. Never resident size alone: memory files are mapped nowhere.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use proofsheet::pipeline::accounting::{ANALYSIS_BYTES, RENDER_BYTES, WORKER_BYTES};

use crate::support::watch::children_of;
use crate::support::{Client, Form, Service};

const MIB: u64 = 1 << 20;

/// Bytes of a process's pages: its proportional share where we may read it (a worker lets nobody but root), else all it has
/// resident, which counts shared pages again and again and so is never too little.
fn pages(pid: u32) -> u64 {
    let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let share = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
    if let Some(kib) = share.and_then(|rest| rest.trim().strip_suffix(" kB")) {
        return kib.trim().parse::<u64>().unwrap() * 1024;
    }
    let statm = std::fs::read_to_string(format!("/proc/{pid}/statm")).unwrap_or_default();
    statm.split(' ').nth(1).map_or(0, |pages| pages.parse::<u64>().unwrap() * 4096)
}

/// Memory files a process has open, by inode.
fn memory_files(pid: u32, into: &mut BTreeMap<u64, u64>) {
    for entry in std::fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten() {
        let of_memory = std::fs::read_link(entry.path()).is_ok_and(|target| target.starts_with("/memfd:proofsheet"));
        if let Some(file) = of_memory.then(|| std::fs::metadata(entry.path()).ok()).flatten() {
            into.insert(file.ino(), file.size());
        }
    }
}

fn held(server: u32) -> u64 {
    let mut files = BTreeMap::new();
    memory_files(server, &mut files);
    pages(server) + children_of(server).into_iter().map(pages).sum::<u64>() + files.values().sum::<u64>()
}

/// Looks all the time.
struct Watch {
    stop: Arc<AtomicBool>,
    peak: JoinHandle<u64>,
}

impl Watch {
    fn start(server: u32) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&stop);
        let peak = std::thread::spawn(move || {
            let mut peak = 0;
            while !seen.load(Ordering::SeqCst) {
                peak = peak.max(held(server));
                std::thread::sleep(Duration::from_millis(2));
            }
            peak
        });
        Self { stop, peak }
    }

    fn peak(self) -> u64 {
        self.stop.store(true, Ordering::SeqCst);
        self.peak.join().unwrap()
    }
}

/// The 12 MP photograph at twice its pixels.
fn photo_of_24_megapixels() -> Vec<u8> {
    let twelve = std::fs::read(crate::fixtures::fixture("photos/mountain-12mp.jpg")).unwrap();
    let mut decoder = zune_jpeg::JpegDecoder::new(zune_jpeg::zune_core::bytestream::ZCursor::new(&twelve));
    let rgb = decoder.decode().unwrap();
    let (width, height) = decoder.dimensions().unwrap();
    let image = image::RgbImage::from_raw(u32::try_from(width).unwrap(), u32::try_from(height).unwrap(), rgb).unwrap();
    let large = image::imageops::resize(&image, 6000, 4000, image::imageops::FilterType::Nearest);
    let mut coded = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut coded, 92);
    encoder.encode(large.as_raw(), 6000, 4000, jpeg_encoder::ColorType::Rgb).unwrap();
    coded
}

#[test]
fn uploads_of_24_megapixels_at_once_stay_within_what_is_accounted_for() {
    let uploads: u64 = if std::env::var_os("PROOFSHEET_TEST_FULL").is_some() { 16 } else { 4 };
    let photo = Arc::new(photo_of_24_megapixels());
    let service = Service::start();
    let client = service.client();
    // What the server needs by itself shows after its first analysis.
    client.analyze(Form::product("snapshot").fixture("photos/rocket.jpg"));
    let base = held(service.pid());
    let watch = Watch::start(service.pid());
    let senders: Vec<JoinHandle<()>> = (0..uploads)
        .map(|_| {
            let (photo, client) = (Arc::clone(&photo), Client::with_key(&service, service.key()));
            std::thread::spawn(move || {
                let seen = client.analyze(Form::product("snapshot").photo("large.jpg", &photo));
                assert_eq!(seen["state"], "completed", "{seen}");
            })
        })
        .collect();
    for sender in senders {
        sender.join().unwrap();
    }
    let peak = watch.peak();
    let size = photo.len() as u64;
    let body = size.div_ceil(MIB) * MIB;
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
    // A permit is either a photo worker, with a copy of its photo, or a render worker.
    let accounted = base + uploads * (body + ANALYSIS_BYTES) + workers * (size + WORKER_BYTES).max(RENDER_BYTES);
    println!(
        "{uploads} uploads of {:.1} MiB at once: base {} MiB, accounted {} MiB, peak {} MiB ({} %)",
        size as f64 / MIB as f64,
        base / MIB,
        accounted / MIB,
        peak / MIB,
        peak * 100 / accounted
    );
    assert!(peak > base + body, "the watch saw nothing: {peak}");
    assert!(peak * 10 <= accounted * 11, "peak {peak}, accounted {accounted}");
    let left: Vec<PathBuf> = children_of(service.pid()).into_iter().map(|pid| format!("/proc/{pid}").into()).collect();
    assert!(left.is_empty(), "{left:?}");
}
