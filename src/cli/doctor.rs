//! `doctor`: everything that would keep the service from working, said at once.

use std::io::Write;
use std::net::TcpListener;

use super::exit::ExitStatus;
use crate::app;
use crate::config::{Config, DataDir, DataDirError};
use crate::domain::{Product, Timestamp};
use crate::pipeline::{Workers, accounting};
use crate::storage::{ObjectName, Part, Store};

const MIB: u64 = 1024 * 1024;

type Finding = Result<String, String>;

/// What can be said of parts that are not ours to open.
const NOT_LOOKED_AT: &str = "not looked at, the data directory is not free";

/// Checks each part apart from the others and prints a line for each.
///
/// # Errors
/// Standard output is closed.
pub async fn run(config: &Config, now: Timestamp) -> anyhow::Result<ExitStatus> {
    // Held while database and store are looked at: opening a store of a running service would disturb it.
    let held = DataDir::open(&config.data.directory);
    let (database, store) = match &held {
        Ok(_) => (database(config).await, store(config, now).await),
        Err(_) if config.store.is_bucket() => (Ok(NOT_LOOKED_AT.to_owned()), store(config, now).await),
        Err(_) => (Ok(NOT_LOOKED_AT.to_owned()), Ok(NOT_LOOKED_AT.to_owned())),
    };
    let findings = [
        ("data directory", data_dir(config, held)),
        ("database", database),
        ("object store", store),
        ("address", address(config)),
        ("proxy", super::proxy::finding(&config.server.public_url).await),
        ("memory", memory(config)),
        ("sandbox", sandbox(config).await),
        ("swap", swap()),
    ];
    let mut out = std::io::stdout().lock();
    for (part, finding) in &findings {
        match finding {
            Ok(fine) => writeln!(out, "ok    {part}: {fine}")?,
            Err(fault) => writeln!(out, "FAULT {part}: {fault}")?,
        }
    }
    let faults = findings.iter().filter(|(_, finding)| finding.is_err()).count();
    writeln!(out, "{}", if faults == 0 { "Nothing is wrong.".to_owned() } else { format!("{faults} fault(s).") })?;
    Ok(if faults == 0 { ExitStatus::Success } else { ExitStatus::Findings })
}

fn data_dir(config: &Config, held: Result<DataDir, DataDirError>) -> Finding {
    held.and_then(|dir| dir.key_ring(&config.keys.ring_file)).map_err(|error| error.to_string())?;
    Ok(format!("{} can be used", config.data.directory.display()))
}

async fn database(config: &Config) -> Finding {
    app::open_database(config).await.map_err(|error| error.to_string())?;
    Ok("opens, its tables are up to date".to_owned())
}

async fn store(config: &Config, now: Timestamp) -> Finding {
    let store = Store::open(&config.store_settings()).map_err(|error| error.to_string())?;
    let name = ObjectName::new(Product::Snapshot, now, Part::Report);
    store.put(&name, b"doctor".to_vec()).await.map_err(|error| format!("put: {error}"))?;
    let read = store.get(&name).await.map_err(|error| format!("get: {error}"));
    store.delete(&name).await.map_err(|error| format!("delete: {error}"))?;
    if read? == b"doctor" {
        Ok("puts, gets and deletes".to_owned())
    } else {
        Err("gives back other bytes than it took".to_owned())
    }
}

fn address(config: &Config) -> Finding {
    let listen = config.server.listen;
    TcpListener::bind(listen).map(|_| format!("{listen} is free")).map_err(|error| format!("{listen}: {error}"))
}

async fn sandbox(config: &Config) -> Finding {
    match Workers::new(config.worker.clone(), config.photo.limits()).probe().await {
        Ok(()) => Ok("workers run with Landlock and seccomp".to_owned()),
        Err(error) => Err(format!("the kernel does not give the whole sandbox: {error}")),
    }
}

/// Against the machine, or the control group's limit where that is less.
fn memory(config: &Config) -> Finding {
    let info = rustix::system::sysinfo();
    let machine = info.totalram.saturating_mul(u64::from(info.mem_unit.max(1)));
    let limits = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
    let group = limits.iter().filter_map(|path| std::fs::read_to_string(path).ok()?.trim().parse::<u64>().ok()).min();
    let there = group.map_or(machine, |limit| limit.min(machine)) / MIB;
    let needed = accounting::node_bytes(&config.upload, &config.worker) / MIB;
    if needed <= there {
        Ok(format!("at most {needed} MiB of {there} MiB are used while photos are read row by row"))
    } else {
        Err(format!("{needed} MiB may be used, {there} MiB are there; lower upload.upload_budget_bytes or worker.parallel"))
    }
}

fn swap() -> Finding {
    let swaps = std::fs::read_to_string("/proc/swaps").unwrap_or_default();
    match swaps.lines().skip(1).count() {
        0 => Ok("off".to_owned()),
        count => {
            Err(format!("{count} swap area(s) are on: pixels in memory could reach a disk; switch them off or encrypt them"))
        }
    }
}
