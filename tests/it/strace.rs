//! Every file the service and its workers open for writing, seen from outside and held against a list.

use rustix::process::Signal;

use crate::support::service::Scratch;
use crate::support::watch::children_of;
use crate::support::{Form, Receiver, Service};

/// The calls by which a file can come to be or change.
const CALLS: &str =
    "trace=open,openat,openat2,creat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,truncate,mknod,mknodat";

/// What may be written, inside the data directory; `*` stands for one part of a path.
const ALLOWED: [&str; 9] = [
    "lock",
    "keyring",
    "node",
    "proofsheet.db",
    "proofsheet.db-wal",
    "proofsheet.db-shm",
    "proofsheet.db-journal",
    "objects/.incoming/*",
    "objects/v1/*/*/*",
];

/// A file a line of the trace writes to, if it does. `None` also for failed calls and folders opened to be synced.
fn written(line: &str) -> Option<&str> {
    let (call, result) = line.rsplit_once(" = ")?;
    if result.starts_with('-') {
        return None;
    }
    let is_open = call.contains("open");
    let opens_to_write = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_TMPFILE"].iter().any(|flag| call.contains(flag));
    if is_open && !opens_to_write {
        return None;
    }
    // the last quoted text of the call: the file opened, or where something was moved or linked to
    let end = call.rfind('"')?;
    let start = call[..end].rfind('"')? + 1;
    Some(&call[start..end])
}

fn is_allowed(path: &str, data: &str) -> bool {
    let Some(inside) = path.strip_prefix(data).map(|rest| rest.trim_start_matches('/')) else {
        return path == "/dev/null";
    };
    let parts: Vec<&str> = inside.split('/').collect();
    ALLOWED.iter().any(|pattern| {
        let pattern: Vec<&str> = pattern.split('/').collect();
        pattern.len() == parts.len() && pattern.iter().zip(&parts).all(|(want, have)| *want == "*" || want == have)
    })
}

#[test]
fn the_list_tells_a_spooled_photo_from_a_sealed_object() {
    let open = |path: &str, flags: &str| format!("7 openat(AT_FDCWD, \"{path}\", {flags}, 0600) = 5");
    assert_eq!(written(&open("/d/lock", "O_RDWR|O_CREAT|O_CLOEXEC")), Some("/d/lock"));
    assert_eq!(written(&open("/etc/hosts", "O_RDONLY|O_CLOEXEC")), None);
    assert_eq!(written("7 openat(AT_FDCWD, \"/x\", O_RDWR) = -1 ENOENT (No such file)"), None);
    assert_eq!(written("7 rename(\"/d/objects/.incoming/a\", \"/d/objects/v1/a\") = 0"), Some("/d/objects/v1/a"));
    assert!(is_allowed("/d/objects/v1/r07/20261122/x-report", "/d"));
    assert!(is_allowed("/d/proofsheet.db-wal", "/d"));
    for path in ["/tmp/upload.jpg", "/d/photo.jpg", "/d/objects/v1/photo.jpg", "/d/../tmp/x", "/data/lock"] {
        assert!(!is_allowed(path, "/d"), "{path}");
    }
}

#[test]
fn only_database_keys_and_sealed_objects_are_written() {
    let scratch = Scratch::new("strace");
    let trace = scratch.path().join("trace");
    let mut service = Service::start_under("strace", &["-f", "-qq", "-s", "300", "-o", trace.to_str().unwrap(), "-e", CALLS]);
    let receiver = Receiver::start();
    let client = service.client();
    client.register(&receiver.url());
    let form = Form::product("portfolio").fixture("photos/mountain-12mp.jpg").fixture("photos/astronaut.png");
    let done = client.analyze(form.fixture("malformed/truncated-scan.jpg"));
    assert_eq!(done["state"], "completed", "{done}");
    receiver.wait_for("analysis.completed");
    client.get(done["links"]["report"].as_str().unwrap()).expect(200);
    client.delete(&format!("/v1/analyses/{}", done["id"].as_str().unwrap())).expect(200);

    let traced = children_of(service.pid());
    assert_eq!(traced.len(), 1, "strace runs the service");
    let pid = rustix::process::Pid::from_raw(i32::try_from(traced[0]).unwrap()).unwrap();
    rustix::process::kill_process(pid, Signal::TERM).unwrap();
    service.wait();

    let data = service.data();
    let text = std::fs::read_to_string(&trace).unwrap();
    let files: std::collections::BTreeSet<&str> = text.lines().filter_map(written).collect();
    assert!(service.has_bucket() || files.iter().any(|file| file.contains("/objects/")), "and its store: {files:?}");
    let first = if service.database().is_some() { "keyring" } else { "proofsheet.db" };
    assert!(files.iter().any(|file| file.ends_with(first)), "the trace saw the service: {files:?}");
    let strange: Vec<&&str> = files.iter().filter(|file| !is_allowed(file, data.to_str().unwrap())).collect();
    assert!(strange.is_empty(), "written outside the list: {strange:?}");
    println!("written: {files:#?}");
}
