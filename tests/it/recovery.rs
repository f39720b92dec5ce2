//! A node that dies in the middle: the outcome is told, nothing is orphaned, and the next start takes over.

use std::time::Duration;

use rustix::process::Signal;

use crate::support::watch::{children_of, eventually, is_alive};
use crate::support::{Form, Receiver, Service};

#[test]
fn killed_in_the_middle_the_analysis_ends_interrupted_and_the_event_is_delivered() {
    let service = Service::start_with(&[("WORKER__PARALLEL", "1")]);
    let receiver = Receiver::start();
    let (_, secret) = service.client().register(&receiver.url());
    let many = (0..8).fold(Form::product("snapshot"), |form, _| form.fixture("photos/mountain-12mp.jpg"));
    let accepted = service.client().submit(many).expect(202);
    let place = accepted.header("location").to_owned();
    eventually("a worker measures", Duration::from_secs(20), || !children_of(service.pid()).is_empty());
    let workers = children_of(service.pid());

    let service = service.restart_after(Signal::KILL, |killed| {
        eventually("workers die with their server", Duration::from_secs(5), || workers.iter().all(|pid| !is_alive(*pid)));
        assert!(killed.data().join("lock").exists());
    });
    let seen = service.client().follow(&place);
    assert_eq!((seen["state"].as_str(), seen["reason"].as_str()), (Some("failed"), Some("interrupted")), "{seen}");
    let told = receiver.wait_for("analysis.failed");
    told.verify(&secret);
    assert_eq!(told.json()["data"]["reason"], "interrupted");
    assert_eq!(told.json()["data"]["analysis"], seen["id"]);

    assert_eq!(service.objects(), Vec::<std::path::PathBuf>::new(), "nothing is orphaned");
    let again = service.client().analyze(Form::product("snapshot").fixture("photos/rocket.jpg"));
    assert_eq!(again["state"], "completed", "{again}");
    assert_eq!(receiver.received().iter().filter(|one| one.json()["type"] == "analysis.failed").count(), 1, "told once");
}

#[test]
fn a_report_survives_a_restart_and_so_do_key_and_endpoint() {
    let service = Service::start();
    let receiver = Receiver::start();
    let (endpoint, _) = service.client().register(&receiver.url());
    let done = service.client().analyze(Form::product("snapshot").fixture("photos/rocket.jpg"));
    let report = done["links"]["report"].as_str().unwrap().to_owned();
    let before = service.client().get(&report).expect(200).body;

    let service = service.restart_after(Signal::TERM, |_| {});
    assert!(!service.printed.join("\n").contains("ps_live_"), "credentials are shown once: {:?}", service.printed);
    assert_eq!(service.client().get(&report).expect(200).body, before);
    let endpoints = service.client().get("/v1/webhook-endpoints").expect(200);
    assert!(endpoints.text().contains(&endpoint), "{}", endpoints.text());
    assert!(!endpoints.text().contains("whsec_"), "a secret is shown once");
}
