//! A store that fails: what is answered, how often it is asked, and what is in the bucket afterwards.

use std::time::{Duration, Instant};

use super::super::super::{ObjectName, Part, Prefix, Settings, StorageError, Store};
use super::super::S3Settings;
use super::fault_proxy::{Fault, FaultProxy};
use super::{Server, settings};
use crate::domain::{Product, Timestamp};

struct Setup {
    server: Server,
    proxy: FaultProxy,
    store: Store,
}

fn setup(test: &str) -> Setup {
    let server = Server::start(test);
    let proxy = FaultProxy::start(server.s3.address());
    let store = Store::open(&quick(&proxy.endpoint())).unwrap();
    Setup { server, proxy, store }
}

/// Times a test can wait for.
fn quick(endpoint: &str) -> Settings {
    let times = S3Settings { connect_secs: 1, attempt_secs: 1, operation_secs: 3, stall_secs: 1, ..settings(endpoint) };
    Settings { patience: Duration::from_secs(4), ..Settings::bucket(times) }
}

impl Setup {
    fn in_bucket(&self) -> Vec<String> {
        let (mut found, mut todo) = (Vec::new(), vec![self.server.s3.bucket(super::BUCKET)]);
        while let Some(folder) = todo.pop() {
            for entry in std::fs::read_dir(folder).unwrap().flatten() {
                let path = entry.path();
                if path.is_dir() { todo.push(path) } else { found.push(entry.file_name().into_string().unwrap()) }
            }
        }
        found
    }

    fn requests(&self, method: &str) -> usize {
        self.proxy.seen().iter().filter(|line| line.starts_with(method)).count()
    }
}

fn a_name() -> ObjectName {
    ObjectName::new(Product::Snapshot, Timestamp::from_epoch_millis(1_795_270_800_123), Part::Report)
}

/// What passes by itself: three tries, and then the object is there.
const PASSING: [Fault; 6] = [
    Fault::Status(500, "InternalError"),
    Fault::Status(503, "SlowDown"),
    Fault::Status(429, "TooManyRequests"),
    Fault::Reset,
    Fault::LostReply,
    Fault::Hang,
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_faults_in_a_row_are_survived() {
    for fault in PASSING {
        let setup = setup("passing");
        setup.proxy.break_next(if fault == Fault::Hang { 1 } else { 2 }, "PUT", fault);
        let name = a_name();
        setup.store.put(&name, vec![9; 5000]).await.unwrap_or_else(|error| panic!("{fault:?}: {error}"));
        assert_eq!(setup.store.get(&name).await.unwrap(), [9; 5000], "{fault:?}");
        assert_eq!(setup.in_bucket().len(), 1, "{fault:?}: tried again under the same name");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_is_down_is_asked_so_often_and_no_more() {
    for fault in [Fault::Status(503, "SlowDown"), Fault::Reset] {
        let setup = setup("down");
        setup.proxy.break_all("", fault);
        let (put, read) = (setup.store.put(&a_name(), vec![1]).await, setup.store.get(&a_name()).await);
        for answer in [put, read.map(drop), setup.store.delete(&a_name()).await, setup.store.has(&a_name()).await.map(drop)] {
            assert!(matches!(answer, Err(StorageError::Unavailable { .. })), "{fault:?}: {answer:?}");
        }
        assert_eq!((setup.requests("PUT"), setup.requests("GET")), (3, 3), "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_hangs_is_given_up_in_time() {
    let setup = setup("hang");
    setup.proxy.break_all("", Fault::Hang);
    let began = Instant::now();
    assert!(matches!(setup.store.put(&a_name(), vec![1]).await, Err(StorageError::Unavailable { .. })));
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kilobyte_a_second_is_too_slow_both_ways() {
    let setup = setup("slow");
    let name = a_name();
    setup.store.put(&name, vec![1; 50_000]).await.unwrap();
    setup.proxy.break_all("", Fault::Slow(1024));
    let began = Instant::now();
    let read = setup.store.get(&name).await;
    assert!(matches!(&read, Err(StorageError::Unavailable { .. })), "{read:?}");
    let put = setup.store.put(&a_name(), vec![1; 50_000]).await;
    assert!(matches!(&put, Err(StorageError::Unavailable { .. })), "{put:?}");
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_an_object_is_never_given_for_a_whole_one() {
    let setup = setup("half");
    let name = a_name();
    setup.store.put(&name, (0..100_000).map(|i| i as u8).collect::<Vec<u8>>()).await.unwrap();
    setup.proxy.break_next(2, "GET", Fault::Truncated);
    assert_eq!(setup.store.get(&name).await.unwrap().len(), 100_000, "asked for again");
    setup.proxy.break_all("GET", Fault::Truncated);
    let read = setup.store.get(&name).await;
    assert!(matches!(&read, Err(StorageError::Unavailable { .. })), "{:?}", read.map(|bytes| bytes.len()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_etag_confuses_nobody() {
    let setup = setup("etag");
    setup.proxy.break_all("", Fault::WrongEtag);
    let name = a_name();
    setup.store.put(&name, vec![4; 1000]).await.unwrap();
    assert_eq!(setup.store.get(&name).await.unwrap(), [4; 1000]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_many_cannot_be_deleted_at_once_each_is_deleted_alone() {
    for (status, code) in [(501, "NotImplemented"), (400, "InvalidRequest")] {
        let setup = setup("alone");
        let names = [a_name(), a_name(), a_name()];
        for name in &names {
            setup.store.put(name, vec![1]).await.unwrap();
        }
        setup.proxy.break_all("POST", Fault::Status(status, code));
        assert_eq!(setup.store.delete_many(&names[..2]).await.unwrap(), []);
        assert_eq!(setup.store.delete_many(&names[2..]).await.unwrap(), []);
        assert_eq!((setup.requests("POST"), setup.requests("DELETE")), (1, 3), "{code}: it is remembered");
        assert_eq!(setup.in_bucket(), [] as [&str; 0]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_deletion_is_told_and_nothing_else_is_tried() {
    let setup = setup("refused");
    let name = a_name();
    setup.store.put(&name, vec![1]).await.unwrap();
    setup.proxy.break_all("DELETE", Fault::Status(403, "ObjectLockedByBucketPolicy"));
    setup.proxy.break_all("POST", Fault::Status(403, "AccessDenied"));
    let alone = setup.store.delete(&name).await;
    let Err(StorageError::Refused { status: 403, code, .. }) = alone else { panic!("{alone:?}") };
    assert_eq!(code, "ObjectLockedByBucketPolicy");
    let many = setup.store.delete_many(std::slice::from_ref(&name)).await;
    assert!(matches!(&many, Err(StorageError::Refused { status: 403, .. })), "{many:?}");
    assert!(setup.store.has(&name).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::disallowed_methods, reason = "somebody else's keys are put behind the store's back")]
async fn keys_of_others_are_passed_over_page_by_page() {
    let setup = setup("strangers");
    let folder = setup.server.s3.bucket(super::BUCKET).join("v1/r07/20261121");
    std::fs::create_dir_all(&folder).unwrap();
    for stranger in ["!first", "00-no-name", "zz", "zzz"] {
        std::fs::write(folder.join(stranger), b"x").unwrap();
    }
    let name = a_name();
    setup.store.put(&name, vec![1]).await.unwrap();
    assert_eq!(setup.store.list(Prefix::All, None, 1).await.unwrap(), std::slice::from_ref(&name));
    assert_eq!(setup.store.list(Prefix::All, Some(&name), 1).await.unwrap(), []);
}

/// Random faults at every kind of request. What was answered as stored is there to the last byte; what was not is gone once it is
/// deleted. 300 puts with `make test-stores`, 12 otherwise.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_long_run_of_random_faults_loses_nothing_and_leaves_nothing() {
    const FAULTS: [Fault; 9] = [
        Fault::Status(500, "InternalError"),
        Fault::Status(503, "SlowDown"),
        Fault::Status(403, "AccessDenied"),
        Fault::Reset,
        Fault::LostReply,
        Fault::WrongEtag,
        Fault::Truncated,
        Fault::Hang,
        Fault::Slow(1024),
    ];
    let setup = setup("long");
    let (mut chance, mut stored, mut failed) = (0x9e37_79b9_u32, Vec::new(), Vec::new());
    let mut next = |below: u32| {
        chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (chance >> 16) % below
    };
    let rounds = if full_form() { 300 } else { 12 };
    for round in 0..rounds {
        let fault = FAULTS[next(9) as usize];
        setup.proxy.break_next(1 + next(4), ["PUT", "GET", "DELETE", ""][next(4) as usize], fault);
        let (name, bytes) = (a_name(), vec![round as u8; 1 + next(40_000) as usize]);
        match setup.store.put(&name, bytes.clone()).await {
            Ok(()) => stored.push((name, bytes)),
            Err(_) => failed.push(name),
        }
        let at = next(1000) as usize % stored.len().max(1);
        if let Some((name, bytes)) = stored.get(at)
            && let Ok(read) = setup.store.get(name).await
        {
            assert!(read == *bytes, "{fault:?}: other bytes came back");
        }
        setup.proxy.heal();
    }
    assert_eq!(setup.store.delete_many(&failed).await.unwrap(), []);
    for (name, bytes) in &stored {
        assert!(setup.store.get(name).await.unwrap() == *bytes, "{name}");
    }
    // A write that was given up may still arrive, after its deletion: only such, and they can be deleted again. In the service that
    // is what reconciliation is for.
    let late = listed_beside(&setup.store, &stored).await;
    assert!(late.iter().all(|name| failed.contains(name)), "{late:?}");
    let give_up = Instant::now() + Duration::from_secs(90);
    while !listed_beside(&setup.store, &stored).await.is_empty() || setup.proxy.is_busy() {
        assert!(Instant::now() < give_up, "what was deleted does not stay away");
        setup.store.delete_many(&failed).await.unwrap();
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    println!(
        "{rounds} puts under {} random faults: {} stored and whole, {} failed and gone, {} of them after arriving late",
        setup.proxy.broken(),
        stored.len(),
        failed.len(),
        late.len()
    );
}

/// Every stored object is listed; answers what else is.
async fn listed_beside(store: &Store, stored: &[(ObjectName, Vec<u8>)]) -> Vec<ObjectName> {
    let listed = store.list(Prefix::All, None, 1000).await.unwrap();
    assert!(stored.iter().all(|(name, _)| listed.contains(name)), "a stored object is not listed");
    listed.into_iter().filter(|name| stored.iter().all(|(known, _)| known != name)).collect()
}

#[expect(clippy::disallowed_methods, reason = "how much is tested is said by the environment")]
fn full_form() -> bool {
    std::env::var_os("PROOFSHEET_TEST_FULL").is_some()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn patience_outlasts_a_short_fault_and_ends() {
    let setup = setup("patience");
    setup.proxy.break_next(4, "PUT", Fault::Status(503, "SlowDown"));
    let name = a_name();
    setup.store.put_patiently(&name, vec![1; 10]).await.unwrap();
    assert!(setup.store.has(&name).await.unwrap());
    setup.proxy.break_all("PUT", Fault::Status(503, "SlowDown"));
    let began = Instant::now();
    let given_up = setup.store.put_patiently(&a_name(), vec![1]).await;
    assert!(matches!(given_up, Err(StorageError::Unavailable { .. })));
    assert!((2..9).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
}
