//! Thousands of broken files through the real workers and the running service: everybody survives, everything has its word.
//!
//! `make test` runs a short form; `make test-hostile` (`PROOFSHEET_TEST_FULL=1`) all of it. `PROOFSHEET_TEST_SEED` changes
//! the damage. A file that stops a worker becomes a fixture of `malformed/`.

mod change;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use proofsheet::ingest::Limits;
use proofsheet::measure::{PhotoOutcome, PhotoProblem, Threads};
use proofsheet::pipeline::held;
use proofsheet::pipeline::worker::SandboxMode;
use proofsheet::pipeline::{WorkerSettings, Workers};

use crate::fixtures::fixture;
use crate::support::service::PROGRAM;
use crate::support::{Form, Service};
use change::{Change, Dice};

const SEED: u64 = 20_261_122;
/// Files larger than this are not broken: their time goes into pixels.
const FILE_BYTES_MAX: u64 = 260_000;
/// Longest time a worker may take, by its own settings.
const WALL: Duration = Duration::from_secs(30);

fn is_full() -> bool {
    std::env::var_os("PROOFSHEET_TEST_FULL").is_some()
}

fn seed() -> u64 {
    std::env::var("PROOFSHEET_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(SEED)
}

/// Name and bytes of every small fixture, in order.
fn originals() -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = ["formats", "photos", "malformed"]
        .iter()
        .flat_map(|folder| std::fs::read_dir(fixture(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind != "json" && kind != "license"))
        // the bombs take their seconds unbroken already
        .filter(|path| !path.file_name().unwrap().to_str().unwrap().contains("bomb-"))
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap()))
        // and a header alone leads nowhere
        .filter(|(name, _)| !name.starts_with("progressive-64") && !name.starts_with("header."))
        .filter(|(_, bytes)| (1..FILE_BYTES_MAX).contains(&(bytes.len() as u64)))
        .collect();
    files.sort();
    files
}

/// The broken file with this number: its name and bytes. Known from seed and number alone.
fn broken(originals: &[(String, Vec<u8>)], seed: u64, number: usize) -> (String, Vec<u8>) {
    let mut dice = Dice::new(seed ^ (number as u64) << 20);
    let (name, file) = &originals[number % originals.len()];
    let (_, other) = &originals[dice.below(originals.len())];
    let change = Change::ALL[dice.below(Change::ALL.len())];
    (format!("#{number} {change:?} of {name}"), change.apply(file, other, &mut dice))
}

/// What became of many files.
#[derive(Debug, Default)]
struct Tally {
    answers: BTreeMap<String, usize>,
    slowest: (Duration, String),
    stopped: Vec<String>,
}

impl Tally {
    fn add(&mut self, name: &str, outcome: &PhotoOutcome, took: Duration) {
        let answer = match outcome {
            PhotoOutcome::Measured(photo) => format!("measured, {:?}", photo.file.completeness).to_lowercase(),
            PhotoOutcome::Unusable(problem) => problem.slug().to_owned(),
        };
        *self.answers.entry(answer).or_default() += 1;
        if took > self.slowest.0 {
            self.slowest = (took, name.to_owned());
        }
        if *outcome == PhotoOutcome::Unusable(PhotoProblem::WorkerStopped) {
            self.stopped.push(name.to_owned());
        }
    }

    fn merge(&mut self, other: Self) {
        for (answer, count) in other.answers {
            *self.answers.entry(answer).or_default() += count;
        }
        self.slowest = std::mem::take(&mut self.slowest).max(other.slowest);
        self.stopped.extend(other.stopped);
    }
}

#[test]
fn broken_files_never_break_a_worker() {
    let (seed, count) = (seed(), if is_full() { 2_400 } else { 200 });
    let originals = Arc::new(originals());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let settings = WorkerSettings { sandbox: SandboxMode::Required, executable: PROGRAM.into(), ..WorkerSettings::default() };
    let workers = Workers::new(settings, Limits::default());
    runtime.block_on(workers.probe()).expect("this kernel gives the whole sandbox");
    let next = Arc::new(AtomicUsize::new(0));
    let lanes: Vec<_> = (0..2)
        .map(|_| {
            let (workers, originals, next) = (workers.clone(), originals.clone(), next.clone());
            runtime.spawn(async move {
                let mut tally = Tally::default();
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    if number >= count {
                        return tally;
                    }
                    let (name, bytes) = broken(&originals, seed, number);
                    let photo = held::seal(&bytes).unwrap();
                    let start = Instant::now();
                    let threads = if number.is_multiple_of(2) { Threads::Two } else { Threads::One };
                    let outcome = workers.measure(&photo, number.is_multiple_of(4), threads).await.expect(&name);
                    tally.add(&name, &outcome, start.elapsed());
                }
            })
        })
        .collect();
    let mut tally = Tally::default();
    lanes.into_iter().for_each(|lane| tally.merge(runtime.block_on(lane).unwrap()));

    println!("{count} broken files of {} originals, seed {seed}", originals.len());
    tally.answers.iter().for_each(|(answer, count)| println!("{count:6}  {answer}"));
    println!("slowest: {:.2} s, {}", tally.slowest.0.as_secs_f64(), tally.slowest.1);
    assert_eq!(tally.answers.values().sum::<usize>(), count);
    assert!(tally.slowest.0 < WALL, "{:?}", tally.slowest);
    assert!(tally.stopped.is_empty(), "stopped a worker: {:#?}", tally.stopped);
}

#[test]
fn broken_files_never_break_the_service() {
    let (seed, analyses, photos) = (seed() ^ 0x5e_71ce, if is_full() { 10 } else { 1 }, 40);
    let originals = originals();
    let mut service = Service::start();
    let client = service.client();
    let mut words: BTreeMap<String, usize> = BTreeMap::new();
    for analysis in 0..analyses {
        let form = (0..photos).fold(Form::product("snapshot").text("previews", "none"), |form, index| {
            let (_, bytes) = broken(&originals, seed, analysis * photos + index);
            form.photo(&format!("{index}.jpg"), &bytes)
        });
        let done = client.analyze(form.fixture("photos/rocket.jpg"));
        assert_eq!(done["state"], "completed", "{done}");
        let seen = done["photos"].as_array().unwrap();
        assert_eq!(seen.len(), photos + 1);
        assert_eq!(seen[photos]["state"], "measured", "the sound photo: {}", seen[photos]);
        for photo in seen {
            let word = photo["problem"].as_str().unwrap_or("measured");
            let known = word == "measured" || PhotoProblem::ALL.iter().any(|problem| problem.slug() == word);
            assert!(known, "{photo}");
            *words.entry(word.to_owned()).or_default() += 1;
        }
        assert!(service.is_running());
    }
    println!("{analyses} analyses of {photos} broken files and a sound one, seed {seed}: {words:?}");
    assert_eq!(words.get("worker_stopped"), None, "{words:?}");
}
