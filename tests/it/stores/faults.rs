//! Nothing is `completed` without a readable object, nothing is lost, and no object outlives reconciliation.

use std::time::Duration;

use rustix::process::Signal;
use serde_json::Value;

use super::Stage;
use crate::support::fault_proxy::Fault;
use crate::support::s3_server::SECRET_KEY;
use crate::support::watch::eventually;
use crate::support::{Form, Receiver, Service};

fn one_photo() -> Form {
    Form::product("snapshot").fixture("photos/rocket.jpg")
}

fn place(done: &Value) -> String {
    format!("/v1/analyses/{}", done["id"].as_str().unwrap())
}

#[track_caller]
fn reads(service: &Service, done: &Value) {
    assert_eq!(done["state"], "completed", "{done}");
    let pdf = service.client().get(done["links"]["report"].as_str().unwrap()).expect(200);
    assert_eq!(&pdf.body[..5], b"%PDF-");
    service.client().get(done["links"]["result"].as_str().unwrap()).expect(200);
}

#[test]
fn faults_that_pass_end_in_a_report_that_can_be_read() {
    let stage = Stage::new(&[]);
    let faults = [
        (2, Fault::Status(500, "InternalError")),
        (4, Fault::Status(503, "SlowDown")),
        (2, Fault::Reset),
        (2, Fault::LostReply),
        (1, Fault::Hang),
        (1, Fault::Slow(1024)),
        (2, Fault::WrongEtag),
    ];
    for (number, (count, fault)) in (1..).zip(faults) {
        let before = stage.proxy.broken();
        stage.proxy.break_next(count, "PUT", fault);
        let done = stage.service.client().analyze(one_photo());
        assert!(stage.proxy.broken() > before, "{fault:?} was met");
        reads(&stage.service, &done);
        assert_eq!(stage.bucket.count(), 2 * number, "{fault:?}: two objects a report, however often they were put");
        stage.proxy.heal();
    }
    println!("{} passing faults of the store: each report can be read", faults.len());
}

#[test]
fn a_store_that_stays_down_ends_the_analysis_as_interrupted_and_tells() {
    let stage = Stage::new(&[]);
    let receiver = Receiver::start();
    let (_, secret) = stage.service.client().register(&receiver.url());
    let faults = [Fault::Status(503, "SlowDown"), Fault::Reset, Fault::LostReply, Fault::Status(403, "AccessDenied")];
    for fault in faults {
        stage.proxy.break_all("PUT", fault);
        let seen = stage.service.client().analyze(one_photo());
        assert_eq!((seen["state"].as_str(), seen["reason"].as_str()), (Some("failed"), Some("interrupted")), "{fault:?}: {seen}");
        let told = || receiver.received().iter().filter(|one| one.json()["data"]["analysis"] == seen["id"]).count();
        eventually("the event is delivered", Duration::from_secs(20), || told() == 1);
        receiver.wait_for("analysis.failed").verify(&secret);
        eventually("nothing stays in the bucket", Duration::from_secs(10), || stage.bucket.count() == 0);
        stage.proxy.heal();
        let after = stage.service.client().analyze(one_photo());
        reads(&stage.service, &after);
        stage.service.client().delete(&place(&after)).expect(200);
        assert_eq!(stage.bucket.count(), 0, "{fault:?}");
    }
    println!("{} lasting faults of the store: interrupted, told, nothing left", faults.len());
}

#[test]
fn a_store_that_is_down_at_reading_is_a_503_and_loses_nothing() {
    let stage = Stage::new(&[]);
    let client = stage.service.client();
    let done = client.analyze(one_photo());
    reads(&stage.service, &done);
    let report = done["links"]["report"].as_str().unwrap();
    for fault in [Fault::Status(503, "SlowDown"), Fault::Reset, Fault::Hang, Fault::Truncated, Fault::Status(403, "AccessDenied")]
    {
        stage.proxy.break_all("GET", fault);
        let answer = client.get(report);
        answer.problem(503, "not-ready");
        assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|secs| secs > 0), "{fault:?}: {:?}", answer.headers);
        stage.proxy.heal();
        reads(&stage.service, &done);
    }
    stage.proxy.break_all("", Fault::Reset);
    eventually("the node says that its store is down", Duration::from_secs(20), || client.get("/readyz").status == 503);
    client.get("/readyz").problem(503, "not-ready")["store"].as_bool().filter(|answers| !answers).unwrap();
    stage.proxy.heal();
    eventually("and that it is back", Duration::from_secs(5), || client.get("/readyz").status == 200);
}

#[test]
fn what_the_store_will_not_delete_is_unreadable_at_once_and_goes_later() {
    let stage = Stage::new(&[]);
    let done = stage.service.client().analyze(one_photo());
    for (request, fault) in [("POST", Fault::Status(403, "AccessDenied")), ("DELETE", Fault::Status(403, "AccessDenied"))] {
        stage.proxy.break_all(request, fault);
    }
    let receipt = stage.service.client().delete(&place(&done)).expect(200).json();
    assert!(receipt.to_string().contains("signature"), "{receipt}");
    stage.service.client().get(done["links"]["report"].as_str().unwrap()).problem(410, "report-gone");
    assert_eq!(stage.bucket.count(), 2, "the objects are still there, without a key");

    // The next sweep is that of the next start, or a minute later if this minute had one.
    stage.proxy.heal();
    let Stage { service, bucket, .. } = stage;
    let service = service.restart_after(Signal::TERM, |_| {});
    eventually("the sweep takes them up again", Duration::from_secs(90), || bucket.count() == 0);
    service.client().get(done["links"]["report"].as_str().unwrap()).problem(410, "report-gone");
}

#[test]
fn killed_between_storing_and_recording_leaves_no_orphan_after_reconciliation() {
    let mut stage = Stage::new(&[("STORE__PATIENCE_SECS", "60")]);
    // The object arrives, the node never hears of it, and dies while it asks again.
    stage.proxy.break_all("PUT", Fault::LostReply);
    let accepted = stage.service.client().submit(one_photo()).expect(202);
    eventually("an object is stored", Duration::from_secs(60), || stage.bucket.count() > 0);
    eventually("it is put again", Duration::from_secs(20), || {
        stage.proxy.seen().iter().filter(|line| line.starts_with("PUT")).count() > 1
    });
    stage.service.stop(Signal::KILL);
    stage.proxy.heal();

    let young = stage.service.command(&["admin", "reconcile", "--as", "test", "--reason", "after a crash"]);
    assert!(young.status.success() && stage.bucket.count() > 0, "what is young may be of a running analysis: {young:?}");
    let all = stage.service.command(&["admin", "reconcile", "--min-age-secs", "0", "--as", "test", "--reason", "nothing runs"]);
    let said = String::from_utf8_lossy(&all.stdout);
    assert!(all.status.success() && said.contains("1 objects seen, 1 without a report removed"), "{all:?}");
    assert_eq!(stage.bucket.count(), 0, "no orphan");

    let service = stage.service.restart_after(Signal::KILL, |_| {});
    let seen = service.client().follow(accepted.header("location"));
    assert_eq!((seen["state"].as_str(), seen["reason"].as_str()), (Some("failed"), Some("interrupted")), "{seen}");
}

/// Every fault at every kind of request, lasting through a whole analysis, its reading and its deletion. Four of them in the plain
/// suite, all with `make test-stores`.
#[test]
fn whatever_breaks_wherever_nothing_is_lost_and_nothing_is_left() {
    let faults = [
        Fault::Status(500, "InternalError"),
        Fault::Status(403, "AccessDenied"),
        Fault::LostReply,
        Fault::Hang,
        Fault::Slow(1024),
        Fault::Reset,
        Fault::WrongEtag,
        Fault::Truncated,
    ];
    let full = std::env::var_os("PROOFSHEET_TEST_FULL").is_some();
    let requests = if full { &["PUT", "GET", "POST", "DELETE", ""][..] } else { &[""] };
    let faults = if full { &faults[..] } else { &faults[..4] };
    let mut stage = Stage::new(&[]);
    let (mut counted, mut completed) = (0, 0);
    for fault in faults {
        for request in requests {
            completed += u32::from(live_through(&stage, request, *fault));
            counted += 1;
        }
    }
    if full {
        // A write that was given up may arrive late; what is counted here is what stays after reconciliation, not before.
        eventually("late writes have arrived", Duration::from_secs(600), || !stage.proxy.is_busy());
    }
    stage.service.stop(Signal::TERM);
    let reconcile = ["admin", "reconcile", "--min-age-secs", "0", "--as", "test", "--reason", "nothing runs"];
    let done = stage.service.command(&reconcile);
    assert!(done.status.success(), "{done:?}");
    let service = stage.service.restart_after(Signal::KILL, |_| {});
    eventually("nothing is left after reconciliation and sweep", Duration::from_secs(90), || stage.bucket.count() == 0);
    drop(service);
    println!(
        "{counted} lasting faults: {completed} analyses completed and could be read, the others told that they were interrupted"
    );
}

/// One analysis under a fault; whether it completed.
fn live_through(stage: &Stage, request: &'static str, fault: Fault) -> bool {
    let client = stage.service.client();
    stage.proxy.break_all(request, fault);
    let seen = client.analyze(one_photo());
    let report = format!("{}/report.pdf", place(&seen));
    if seen["state"] == "completed" {
        let answer = client.get(&report);
        assert!(matches!(answer.status, 200 | 503), "{request} {fault:?}: {}", answer.text());
        stage.proxy.heal();
        reads(&stage.service, &seen);
        stage.proxy.break_all(request, fault);
    } else {
        assert_eq!((seen["state"].as_str(), seen["reason"].as_str()), (Some("failed"), Some("interrupted")), "{seen}");
    }
    client.delete(&place(&seen)).expect(200);
    let completed = seen["state"] == "completed";
    if completed {
        client.get(&report).problem(410, "report-gone");
    }
    stage.proxy.heal();
    completed
}

#[test]
fn no_log_however_wordy_holds_the_secret() {
    let stage = Stage::new(&[("LOG__FILTER", "trace")]);
    stage.proxy.break_next(2, "PUT", Fault::Status(403, "SignatureDoesNotMatch"));
    reads(&stage.service, &stage.service.client().analyze(one_photo()));
    let log = stage.service.log();
    assert!(log.contains("SignatureDoesNotMatch"), "the cause is told");
    assert!(!log.contains(SECRET_KEY), "the secret is not");
}
