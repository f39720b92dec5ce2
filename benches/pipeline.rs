//! Decode, measure, report and the whole path at 2, 12 and 24 MP: CPU milliseconds, medians of interleaved runs.
//!
//! `make bench` prints the table of `docs/performance.md`. CPU time first: it moves a tenth where wall time doubles.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench prints its figures, stops at the first surprise, and lends its photographs to another program"
)]

use std::path::PathBuf;
use std::time::Duration;

use proofsheet::domain::{AgencyId, AnalysisId, Product, ReportId, Timestamp};
use proofsheet::ingest::{self, Limits};
use proofsheet::measure::{self, Options, PhotoOutcome, Threads};
use proofsheet::pipeline::worker::RenderHead;
use proofsheet::pipeline::{WorkerSettings, Workers, held};
use proofsheet::report::{self, ReportFacts, ReportPhoto};
use proofsheet::vault::{ReportKey, seal_object};

use side_by_side::{Peer, cpu_ms, cpu_parts_ms, machine, median, photographs, pixels};

#[path = "side_by_side.rs"]
mod side_by_side;

/// As the program has it, so that both sides scrub what they free.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> = zeroizing_alloc::ZeroAlloc(std::alloc::System);

const RUNS: usize = 9;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    println!("machine: {}", machine());
    if !std::env::args().any(|argument| argument == "sandbox") {
        table(&runtime);
    }
    sandbox(&runtime);
}

/// Steps by size.
fn table(runtime: &tokio::runtime::Runtime) {
    let photographs = photographs();
    let mut usual = Peer::usual_decoder(&photographs);
    println!("D: {}", usual.versions);
    println!(
        "file, bit/px, D (the usual decoder), decode, measure (decode included), report of one photo, whole path (worker, render worker, seal), measure / D; CPU ms, median of {RUNS}"
    );
    for (index, (name, jpeg)) in photographs.iter().enumerate() {
        let row = bench(runtime, jpeg, || usual.measure(index));
        let bits = jpeg.len() as f64 * 8.0 / pixels(jpeg);
        let numbers: String = row.iter().map(|ms| format!(" {ms:8.1}")).collect();
        println!("{name:14} {bits:6.2}{numbers} {:8.2}", row[2] / row[0]);
    }
}

/// What a process of its own costs a photo.
fn sandbox(runtime: &tokio::runtime::Runtime) {
    let decode_only = worker_overhead(runtime);
    println!("sandboxed worker without a photo worth the name (start, sandbox, frame, end): {decode_only:.2} CPU ms");
    let Turns { without, server, worker } = with_and_without(runtime);
    println!(
        "12 MP photo, in this process {without:.1} CPU ms, in a sandboxed worker {:.1} CPU ms (of which {server:.2} in the server): {:+.1} % (the middle of {BLOCKS} blocks of {TURNS}, taking turns)",
        server + worker,
        ((server + worker) / without - 1.0) * 100.0
    );
}

/// Turns of each way in a block: one tick of the kernel's account of children is then a four-hundredth of a photo.
const TURNS: u32 = 40;
/// Blocks, of which the middle one is told: a neighbor on the machine disturbs a block, not all of them.
const BLOCKS: usize = 9;

/// CPU milliseconds a photo.
#[derive(Default)]
struct Turns {
    /// Measured here.
    without: f64,
    /// Measured by a worker: what starting it, its answer and the check of that cost here.
    server: f64,
    /// And what the worker used.
    worker: f64,
}

impl Turns {
    fn ratio(&self) -> f64 {
        (self.server + self.worker) / self.without
    }
}

/// The same photo measured here, and by a worker with its own process, sandbox and frame: the block in the middle by their ratio.
fn with_and_without(runtime: &tokio::runtime::Runtime) -> Turns {
    let (_, jpeg) = photographs().swap_remove(1);
    let (workers, memory) = (workers(), held::seal(&jpeg).unwrap());
    let mut blocks: Vec<Turns> = (0..BLOCKS)
        .map(|_| {
            let mut block = Turns::default();
            for _ in 0..TURNS {
                block.without += cpu_ms(|| drop(measured(&jpeg))) / f64::from(TURNS);
                let (server, worker) =
                    cpu_parts_ms(|| drop(runtime.block_on(workers.measure(&memory, true, Threads::One)).unwrap()));
                block.server += server / f64::from(TURNS);
                block.worker += worker / f64::from(TURNS);
            }
            block
        })
        .collect();
    blocks.sort_by(|a, b| a.ratio().total_cmp(&b.ratio()));
    blocks.swap_remove(BLOCKS / 2)
}

fn bench(runtime: &tokio::runtime::Runtime, jpeg: &[u8], mut usual: impl FnMut() -> f64) -> [f64; 5] {
    let mut samples: [Vec<f64>; 5] = Default::default();
    let outcome = measured(jpeg);
    let photos = [ReportPhoto { number: 1, file_name: "photo.jpg".into(), declared_type: None, outcome }];
    let workers = workers();
    for _ in 0..RUNS {
        samples[0].push(usual());
        samples[1].push(cpu_ms(|| drain(jpeg)));
        samples[2].push(cpu_ms(|| drop(measured(jpeg))));
        samples[3].push(cpu_ms(|| drop(report::render(&facts(), &photos).unwrap())));
        samples[4].push(cpu_ms(|| runtime.block_on(whole_path(&workers, jpeg))));
    }
    samples.map(median)
}

fn drain(jpeg: &[u8]) {
    let mut photo = ingest::open(jpeg, &Limits::default()).unwrap();
    while photo.rows.next_stripe().unwrap().is_some() {}
}

fn measured(jpeg: &[u8]) -> PhotoOutcome {
    measure::measure_photo(jpeg, &Options { limits: Limits::default(), previews: true, threads: Threads::One })
}

async fn whole_path(workers: &Workers, jpeg: &[u8]) {
    let memory = held::seal(jpeg).unwrap();
    let outcome = workers.measure(&memory, true, Threads::One).await.unwrap();
    let head = RenderHead {
        facts: facts(),
        photos: vec![ReportPhoto { number: 1, file_name: "photo.jpg".into(), declared_type: None, outcome }],
    };
    let rendered = workers.render(&head).await.unwrap();
    let agency = AgencyId::generate(head.facts.created_at);
    seal_object(&ReportKey::generate(), &agency, &head.facts.report, "report", &rendered.pdf).unwrap();
}

fn worker_overhead(runtime: &tokio::runtime::Runtime) -> f64 {
    let workers = workers();
    let memory = held::seal(b"no photo").unwrap();
    let samples = (0..50)
        .map(|_| cpu_ms(|| drop(runtime.block_on(workers.measure(&memory, false, Threads::One)).unwrap())))
        .collect::<Vec<_>>();
    samples.iter().sum::<f64>() / samples.len() as f64
}

fn workers() -> Workers {
    let executable = PathBuf::from(env!("CARGO_BIN_EXE_proofsheet"));
    Workers::new(WorkerSettings { executable, ..WorkerSettings::default() }, Limits::default())
}

fn facts() -> ReportFacts {
    let now = Timestamp::from_epoch_millis(1_795_270_800_000);
    ReportFacts {
        report: ReportId::generate(now),
        analysis: AnalysisId::generate(now),
        product: Product::Snapshot,
        agency_name: Some("Northlight Agency".into()),
        reference: Some("Bench".into()),
        created_at: now,
        expires_at: Some(now.plus(Duration::from_secs(7 * 86_400))),
        verify_url: Some("https://proofsheet.example/verify".into()),
        previews: true,
        branding: Default::default(),
        is_test: false,
    }
}
