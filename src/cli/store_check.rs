//! `doctor --store`: every operation the service needs, tried on the configured store, each with its time.

use std::io::Write;
use std::time::Instant;

use super::ExitStatus;
use crate::config::{Config, DataDir};
use crate::domain::{Product, Timestamp};
use crate::storage::{LifecycleState, ObjectName, Part, Place, Prefix, StorageError, Store};

/// How a step ended.
enum Step {
    Fine(String),
    /// The service works without it.
    Gap(String),
    Fault(String),
}

impl From<StorageError> for Step {
    fn from(error: StorageError) -> Self {
        Self::Fault(error.to_string())
    }
}

/// Bytes of the object that is tried: more than a packet, less than a cent.
const TRIED_BYTES: usize = 300_000;

/// Tries each step and prints a line for each. What it puts it deletes.
///
/// # Errors
/// Standard output is closed, or the store cannot even be opened.
pub async fn run(config: &Config, now: Timestamp) -> anyhow::Result<ExitStatus> {
    // A directory may be open in one process only; a bucket in any number.
    let _held = if config.store.is_bucket() { None } else { Some(DataDir::open(&config.data.directory)?) };
    let store = Store::open(&config.store_settings())?;
    let mut report = Report { faults: 0, gaps: 0 };
    report.say(&place(config))?;
    steps(&store, now, &mut report).await?;
    report.say(&match (report.faults, report.gaps) {
        (0, 0) => "Nothing is wrong.".to_owned(),
        (0, gaps) => format!("The service can work with it; {gaps} gap(s)."),
        (faults, _) => format!("{faults} fault(s)."),
    })?;
    Ok(if report.faults == 0 { ExitStatus::Success } else { ExitStatus::Findings })
}

fn place(config: &Config) -> String {
    let s3 = match config.store_settings().place {
        Place::Directory(directory) => return format!("A directory: {}", directory.display()),
        Place::Bucket(s3) => s3,
    };
    let residency = s3.r2_jurisdiction().map_or_else(String::new, |jurisdiction| format!(", R2 jurisdiction {jurisdiction}"));
    format!("Bucket {} at {}, region {}{residency}", s3.bucket, s3.endpoint, s3.region)
}

async fn steps(store: &Store, now: Timestamp, report: &mut Report) -> std::io::Result<()> {
    let names = [Part::Report, Part::Result, Part::Report].map(|part| ObjectName::new(Product::Snapshot, now, part));
    let [first, second, third] = &names;
    let bytes: Vec<u8> = (0..TRIED_BYTES).map(|at| (at % 251) as u8).collect();
    let began = Instant::now();
    let put = store.put(first, bytes.clone()).await;
    let stored = put.is_ok();
    report.step("put", began, put.map_or_else(Step::from, |()| Step::Fine(format!("{TRIED_BYTES} bytes"))))?;
    if !stored {
        return report.step("the rest", Instant::now(), Step::Gap("not tried: nothing can be put".to_owned()));
    }
    let began = Instant::now();
    let read = store.get(first).await;
    report.step("get", began, read.map_or_else(Step::from, |read| wanted(read == bytes, "the same bytes")))?;
    let began = Instant::now();
    let has = store.has(first).await;
    report.step("head", began, has.map_or_else(Step::from, |has| wanted(has, "it is there")))?;
    let began = Instant::now();
    let listed = listed(store, first).await;
    report.step("list", began, listed.map_or_else(Step::from, |listed| wanted(listed, "it is listed")))?;
    let began = Instant::now();
    let deleted = store.delete(first).await;
    report.step("delete", began, deleted.map_or_else(Step::from, |()| Step::Fine("deleted".to_owned())))?;
    let began = Instant::now();
    let gone = store.get(first).await;
    let gone = match gone {
        Err(StorageError::NotFound { .. }) => Step::Fine("not found any more".to_owned()),
        Ok(_) => Step::Fault("it is given back after its deletion: a cache or a lock stands between".to_owned()),
        Err(error) => error.into(),
    };
    report.step("get after delete", began, gone)?;
    let began = Instant::now();
    report.step("delete many", began, delete_many(store, second, third).await)?;
    let began = Instant::now();
    report.step("lifecycle", began, lifecycle(store).await)
}

fn wanted(holds: bool, what: &str) -> Step {
    if holds { Step::Fine(what.to_owned()) } else { Step::Fault(format!("not so: {what}")) }
}

async fn listed(store: &Store, name: &ObjectName) -> Result<bool, StorageError> {
    let mut last = None;
    loop {
        let page = store.list(Prefix::Class(Product::Snapshot), last.as_ref(), 1000).await?;
        let Some(end) = page.last().cloned() else { return Ok(false) };
        if page.contains(name) {
            return Ok(true);
        }
        last = Some(end);
    }
}

async fn delete_many(store: &Store, second: &ObjectName, third: &ObjectName) -> Step {
    let both = [second.clone(), third.clone()];
    for name in &both {
        if let Err(error) = store.put(name, vec![1]).await {
            return error.into();
        }
    }
    let kept = match store.delete_many(&both).await {
        Ok(kept) => kept,
        Err(error) => return error.into(),
    };
    if !kept.is_empty() {
        return Step::Fault(format!("{} of 2 stay", kept.len()));
    }
    if store.deletes_one_by_one() {
        return Step::Gap("the store does not take it; each object is deleted alone".to_owned());
    }
    Step::Fine("2 in one request".to_owned())
}

async fn lifecycle(store: &Store) -> Step {
    const APPLY: &str = "set them with: proofsheet admin lifecycle apply";
    match store.lifecycle().await {
        Ok(LifecycleState::NotNeeded) => Step::Fine("a directory needs none".to_owned()),
        Ok(LifecycleState::Bucket { missing, others }) if missing.is_empty() => {
            Step::Fine(format!("our rules are set, {others} of others"))
        }
        Ok(LifecycleState::Bucket { missing, .. }) => Step::Gap(format!("{} missing; {APPLY}", missing.join(", "))),
        Err(error) if error.is_not_offered() => Step::Gap(format!("the store has no lifecycle rules ({error})")),
        Err(StorageError::Refused { status: 401 | 403, .. }) => {
            Step::Gap(format!("this token may not read the rules, as it should be; {APPLY}, with another"))
        }
        Err(error) => error.into(),
    }
}

struct Report {
    faults: u32,
    gaps: u32,
}

impl Report {
    fn say(&self, line: &str) -> std::io::Result<()> {
        super::say(line)
    }

    fn step(&mut self, what: &str, began: Instant, step: Step) -> std::io::Result<()> {
        let (word, said) = match step {
            Step::Fine(said) => ("ok   ", said),
            Step::Gap(said) => {
                self.gaps += 1;
                ("gap  ", said)
            }
            Step::Fault(said) => {
                self.faults += 1;
                ("FAULT", said)
            }
        };
        writeln!(std::io::stdout().lock(), "{word} {:>6} ms  {what}: {said}", began.elapsed().as_millis())
    }
}
