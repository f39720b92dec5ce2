//! The service dies by `kill -9` at every boundary of the pipeline, and the next start finds nothing half done: one outcome, one
//! event, no orphan. All places with `make test-faults`; the plain suite takes those that differ most.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use proofsheet::domain::Failpoint;
use rustix::process::Signal;
use serde_json::Value;

use crate::support::watch::eventually;
use crate::support::{Client, Form, Receiver, Service};

/// What must be found after the restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    /// Nothing was accepted.
    Nothing,
    /// `failed: interrupted`, told once.
    Interrupted,
    /// `failed: no_usable_photo`, told once.
    NoUsablePhoto,
    /// `completed`, told, readable.
    Completed,
    /// Destroyed, told, its objects gone.
    Destroyed,
}

const fn expected(place: Failpoint) -> Found {
    match place {
        Failpoint::UploadHeld => Found::Nothing,
        Failpoint::Accepted
        | Failpoint::PhotoMeasured
        | Failpoint::PhotoRecorded
        | Failpoint::AllMeasured
        | Failpoint::Rendered
        | Failpoint::PdfStored
        | Failpoint::ResultStored
        | Failpoint::OutcomeWritten
        | Failpoint::PartialStored
        | Failpoint::Submitted => Found::Interrupted,
        Failpoint::FailureRecorded => Found::NoUsablePhoto,
        Failpoint::OutcomeRecorded | Failpoint::DeliveryClaimed | Failpoint::DeliveryAnswered => Found::Completed,
        Failpoint::KeyDestroyed | Failpoint::ObjectsDeleted => Found::Destroyed,
    }
}

fn wants_everything() -> bool {
    std::env::var_os("PROOFSHEET_TEST_FULL").is_some()
}

#[test]
fn killed_at_any_boundary_there_is_one_outcome_one_event_and_no_orphan() {
    let differ_most = [
        Failpoint::Accepted,
        Failpoint::ResultStored,
        Failpoint::OutcomeWritten,
        Failpoint::OutcomeRecorded,
        Failpoint::KeyDestroyed,
    ];
    let places = if wants_everything() { Failpoint::ALL.to_vec() } else { differ_most.to_vec() };
    let mut counted = 0;
    for place in places {
        println!("killed at {}", place.slug());
        die_at(place);
        counted += 1;
    }
    println!("{counted} boundaries: one outcome, one event, no orphan at each");
}

fn die_at(place: Failpoint) {
    let receiver = Receiver::start();
    let mut service = Service::start_dying_at(place, &[]);
    let client = service.client();
    let (_, secret) = client.register(&receiver.url());
    let photo = if expected(place) == Found::NoUsablePhoto { "malformed/text.jpg" } else { "photos/rocket.jpg" };
    submit_and_destroy(&client, photo, expected(place) == Found::Destroyed);
    eventually("the service dies", Duration::from_secs(60), || !service.is_running());

    let service = service.restart_after(Signal::KILL, Service::reconcile_shared_store);
    let client = service.client();
    let analyses = client.get("/v1/analyses").expect(200).json()["analyses"].as_array().unwrap().clone();
    match expected(place) {
        Found::Nothing => assert!(analyses.is_empty(), "{analyses:?}"),
        found => {
            assert_eq!(analyses.len(), 1, "{analyses:?}");
            let place = format!("/v1/analyses/{}", analyses[0]["id"].as_str().unwrap());
            check(found, &client, &receiver, &secret, &place);
        }
    }
    let live = if expected(place) == Found::Completed { 2 } else { 0 };
    eventually("no orphan is left", Duration::from_secs(90), || service.objects().len() == live);
    let again = service.client().analyze(Form::product("snapshot").fixture("photos/rocket.jpg"));
    assert_eq!(again["state"], "completed", "{again}");
    assert_eq!(service.objects().len(), live + 2);
}

/// The answers may be cut off: the service dies on the way.
fn submit_and_destroy(client: &Client, photo: &str, destroy: bool) {
    let (content_type, body) = Form::product("snapshot").fixture(photo).finish();
    let headers = [("content-type", content_type.as_str()), ("prefer", "wait=30")];
    let Ok(accepted) = client.try_send("POST", "/v1/analyses", &headers, body) else { return };
    if destroy {
        let place = accepted.expect(200).header("location").to_owned();
        assert!(client.try_send("DELETE", &place, &[], Vec::new()).is_err(), "the service should have died");
    }
}

#[track_caller]
fn check(found: Found, client: &Client, receiver: &Receiver, secret: &str, place: &str) {
    let (kind, reason) = match found {
        Found::Nothing => return,
        Found::Interrupted => ("analysis.failed", Some("interrupted")),
        Found::NoUsablePhoto => ("analysis.failed", Some("no_usable_photo")),
        Found::Completed => ("analysis.completed", None),
        Found::Destroyed => ("report.deleted", None),
    };
    if found == Found::Destroyed {
        client.get(&format!("{place}/report.pdf")).problem(410, "report-gone");
    } else {
        let seen = client.follow(place);
        assert_eq!(seen["reason"].as_str(), reason, "{seen}");
        let pdf = client.get(&format!("{place}/report.pdf"));
        if reason.is_some() {
            pdf.problem(409, "analysis-failed");
        } else {
            assert!(pdf.expect(200).body.starts_with(b"%PDF"));
        }
    }
    receiver.wait_for(kind).verify(secret);
    let outcomes: Vec<Value> = receiver.received().iter().map(|one| one.json()).filter(|body| body["type"] == kind).collect();
    let ids: BTreeSet<String> =
        receiver.received().iter().filter(|one| one.json()["type"] == kind).map(|one| one.id().to_owned()).collect();
    assert_eq!(ids.len(), 1, "one event, however often it is delivered: {outcomes:?}");
    assert!(outcomes.iter().all(|body| *body == outcomes[0]), "each delivery says the same: {outcomes:?}");
}

/// A service whose data lie on a small disk of its own, which slows down once everything is measured.
fn on_a_small_disk() -> Service {
    let script = "mkdir -p \"$PROOFSHEET_DATA__DIRECTORY\" && mount -t tmpfs -o size=24m tmpfs \"$PROOFSHEET_DATA__DIRECTORY\" \
                  && FAILPOINTS='all_measured=sleep(2500)' exec \"$0\" \"$@\"";
    Service::start_under("unshare", &["--user", "--map-root-user", "--mount", "sh", "-c", script])
}

/// The same folder as the service sees it.
fn seen_from_inside(service: &Service) -> PathBuf {
    let data = service.data();
    PathBuf::from(format!("/proc/{}/root", service.pid())).join(data.strip_prefix("/").unwrap())
}

/// Fills the disk to its last byte.
fn fill(disk: &Path) -> PathBuf {
    let path = disk.join("filler");
    let mut file = std::fs::File::create(&path).unwrap();
    let block = [0_u8; 4096];
    while file.write_all(&block).is_ok() {}
    while file.write_all(&[0]).is_ok() {}
    path
}

#[test]
fn a_full_disk_is_a_503_and_what_was_accepted_completes_when_there_is_room_again() {
    let service = on_a_small_disk();
    if service.database().is_some() {
        return; // its rows lie on another disk
    }
    let (client, disk, receiver) = (service.client(), seen_from_inside(&service), Receiver::start());
    let (_, secret) = client.register(&receiver.url());
    let before = client.analyze(Form::product("snapshot").fixture("photos/rocket.jpg"));
    let report = format!("/v1/analyses/{}/report.pdf", before["id"].as_str().unwrap());

    let filler = fill(&disk);
    let refused = service.client().submit(Form::product("snapshot").fixture("photos/rocket.jpg"));
    refused.problem(503, "not-ready");
    assert!(!refused.header("retry-after").is_empty());
    assert!(service.client().get(&report).expect(200).body.starts_with(b"%PDF"), "what is there can be read");
    std::fs::remove_file(filler).unwrap();

    let accepted = service.client().submit(Form::product("snapshot").fixture("photos/rocket.jpg")).expect(202);
    let place = accepted.header("location").to_owned();
    let filler = fill(&disk);
    std::thread::sleep(Duration::from_secs(5));
    assert_eq!(service.client().get(&place).expect(200).json()["state"], "processing", "it waits for room");
    std::fs::remove_file(filler).unwrap();
    let seen = service.client().follow(&place);
    assert_eq!(seen["state"], "completed", "{seen}");
    let told = receiver.wait_until("both analyses", |all| (all.len() == 2).then(|| all.to_vec()));
    told.iter().for_each(|one| one.verify(&secret));
    assert!(told.iter().all(|one| one.json()["type"] == "analysis.completed"));
}
