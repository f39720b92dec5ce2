//! What a node holds while photos come in all at once, counted whole: pages of the server and its workers by their proportional
//! share, and every memory file by its size. Never resident size alone: memory files are mapped nowhere.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::thread::JoinHandle;
use std::time::Duration;

use proofsheet::pipeline::accounting::{ANALYSIS_BYTES, RENDER_BYTES, WORKER_BYTES};

use crate::support::watch::children_of;
use crate::support::{Form, Service};

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
        let of_memory =
            std::fs::read_link(entry.path()).is_ok_and(|target| target.to_string_lossy().starts_with("/memfd:proofsheet"));
        if let Some(file) = of_memory.then(|| std::fs::metadata(entry.path()).ok()).flatten() {
            into.insert(file.ino(), file.size());
        }
    }
}

/// All that is held, and the largest worker.
fn held(server: u32) -> (u64, u64) {
    let mut files = BTreeMap::new();
    memory_files(server, &mut files);
    let workers: Vec<u64> = children_of(server).into_iter().map(pages).collect();
    let all = pages(server) + workers.iter().sum::<u64>() + files.values().sum::<u64>();
    (all, workers.into_iter().max().unwrap_or(0))
}

/// Looks all the time.
struct Watch {
    stop: Arc<AtomicBool>,
    peak: JoinHandle<(u64, u64)>,
}

impl Watch {
    fn start(server: u32) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&stop);
        let peak = std::thread::spawn(move || {
            let mut peak = (0, 0);
            while !seen.load(Ordering::SeqCst) {
                let (all, worker) = held(server);
                peak = (all.max(peak.0), worker.max(peak.1));
                std::thread::sleep(Duration::from_millis(2));
            }
            peak
        });
        Self { stop, peak }
    }

    fn peak(self) -> (u64, u64) {
        self.stop.store(true, Ordering::SeqCst);
        self.peak.join().unwrap()
    }
}

/// Sends a photo but for its last bytes, waits until everybody is as far, and sends those. Gives the place of the analysis.
fn send_when_all_are_held(url: &str, key: &str, photo: &[u8], all_held: &Barrier) -> String {
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).unwrap();
    let size = photo.len();
    let head = format!(
        "POST /v1/analyses?product=snapshot HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {key}\r\n\
         content-type: image/jpeg\r\ncontent-length: {size}\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let (most, rest) = photo.split_at(size - 64);
    stream.write_all(most).unwrap();
    all_held.wait();
    stream.write_all(rest).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let place =
        answer.lines().find_map(|line| line.to_ascii_lowercase().starts_with("location: ").then(|| line[10..].to_owned()));
    place.unwrap_or_else(|| panic!("not accepted: {answer}"))
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
    // One customer, who asks often.
    let service = Service::start_with(&[("RATES__API_PER_MIN", "60000")]);
    let client = service.client();
    // What the server needs by itself shows after its first analysis.
    client.analyze(Form::product("snapshot").fixture("photos/rocket.jpg"));
    let (base, _) = held(service.pid());
    let watch = Watch::start(service.pid());
    let all_held = Arc::new(Barrier::new(usize::try_from(uploads).unwrap()));
    let senders: Vec<JoinHandle<String>> = (0..uploads)
        .map(|_| {
            let (photo, all_held) = (Arc::clone(&photo), Arc::clone(&all_held));
            let (url, key) = (service.url.clone(), service.key().to_owned());
            std::thread::spawn(move || send_when_all_are_held(&url, &key, &photo, &all_held))
        })
        .collect();
    for sender in senders {
        let place = sender.join().unwrap();
        assert_eq!(service.client().follow(&place)["state"], "completed");
    }
    let (peak, largest_worker) = watch.peak();
    let size = photo.len() as u64;
    let body = size.div_ceil(MIB) * MIB;
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
    // A permit is either a photo worker, with a copy of its photo, or a render worker.
    let accounted = base + uploads * (body + ANALYSIS_BYTES) + workers * (size + WORKER_BYTES).max(RENDER_BYTES);
    println!(
        "{uploads} uploads of {:.1} MiB at once: base {} MiB, accounted {} MiB, peak {} MiB ({} %), largest worker {} MiB",
        size as f64 / MIB as f64,
        base / MIB,
        accounted / MIB,
        peak / MIB,
        peak * 100 / accounted,
        largest_worker / MIB
    );
    // All but the last bytes of each lie in memory at the same time.
    assert!(peak > base + (uploads - 1) * size, "the watch did not see the bodies: {peak}");
    assert!(peak * 10 <= accounted * 11, "peak {peak}, accounted {accounted}");
    let left: Vec<PathBuf> = children_of(service.pid()).into_iter().map(|pid| format!("/proc/{pid}").into()).collect();
    assert!(left.is_empty(), "{left:?}");
}
