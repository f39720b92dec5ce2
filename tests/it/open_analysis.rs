//! Photos put one at a time: opened, put, submitted, cancelled, each as often as a bad connection makes a client ask.

use std::time::Duration;

use proofsheet::domain::Failpoint;
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::fixtures::fixture;
use crate::support::client::Answer;
use crate::support::watch::eventually;
use crate::support::{Client, Receiver, Service};

/// Opens a portfolio analysis; gives its place.
pub fn open(client: &Client) -> String {
    open_with(client, &json!({ "open": true, "product": "portfolio", "reference": "From a train" }))
}

fn open_with(client: &Client, body: &Value) -> String {
    let opened = client.post_json("/v1/analyses", body).expect(201);
    let place = opened.header("location").to_owned();
    let seen = opened.json();
    assert_eq!((seen["state"].as_str(), seen["photo_count"].as_i64()), (Some("open"), Some(0)), "{seen}");
    assert_eq!(seen["links"]["self"], place.as_str());
    place
}

pub fn photo(path: &str) -> Vec<u8> {
    std::fs::read(fixture(path)).unwrap()
}

pub fn put(client: &Client, place: &str, number: u32, name: &str, bytes: Vec<u8>) -> Answer {
    let path = format!("{place}/photos/{number}?file_name={name}");
    client.send("PUT", &path, &[("content-type", "image/jpeg")], bytes)
}

pub fn post(client: &Client, path: &str) -> Answer {
    client.send("POST", path, &[], Vec::new())
}

/// Waits until no photo is being measured.
pub fn settled(client: &Client, place: &str) -> Value {
    let mut seen = Value::Null;
    eventually("all photos are measured", Duration::from_secs(60), || {
        seen = client.get(place).expect(200).json();
        seen["photos"].as_array().unwrap().iter().all(|photo| photo["state"] != "received")
    });
    seen
}

#[test]
fn put_one_at_a_time_they_become_the_same_report() {
    let service = Service::start();
    let (client, receiver) = (service.client(), Receiver::start());
    let (_, secret) = client.register(&receiver.url());
    let place = open(&client);

    // In any order, and one that cannot be measured.
    put(&client, &place, 3, "text.jpg", photo("malformed/text.jpg")).expect(202);
    put(&client, &place, 1, "coffee.jpg", photo("photos/coffee-tagged.jpg")).expect(202);
    let early = post(&client, &format!("{place}/submit")).problem(409, "photos-missing");
    assert_eq!(early["missing"], json!([2]));
    let second = put(&client, &place, 2, "rocket.jpg", photo("photos/rocket.jpg")).expect(202).json();
    assert_eq!(second["number"], 2);

    let seen = settled(&client, &place);
    let states: Vec<_> = seen["photos"].as_array().unwrap().iter().map(|photo| photo["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["measured", "measured", "unusable"], "{seen}");
    assert_eq!(service.objects().len(), 3, "a partial result each");
    assert!(service.objects().iter().all(|object| object.to_string_lossy().ends_with("-partial")));

    let submitted = post(&client, &format!("{place}/submit")).expect(202);
    assert!(!submitted.header("retry-after").is_empty());
    let done = client.follow(&place);
    assert_eq!((done["state"].as_str(), done["photo_count"].as_i64()), (Some("completed"), Some(3)), "{done}");
    assert_eq!((&done["reference"], &done["photos"][2]["problem"]), (&json!("From a train"), &json!("unsupported_type")));
    let again = post(&client, &format!("{place}/submit")).expect(200).json();
    assert_eq!(again["report"], done["report"], "submitted again, nothing happens");

    let result = client.get(&format!("{place}/result")).expect(200).json();
    let names: Vec<_> = result["photos"].as_array().unwrap().iter().map(|photo| photo["file_name"].clone()).collect();
    assert_eq!(names, ["coffee.jpg", "rocket.jpg", "text.jpg"]);
    assert_eq!(&client.get(&format!("{place}/previews/2")).expect(200).body[..3], b"\xff\xd8\xff");
    let told = receiver.wait_for("analysis.completed");
    told.verify(&secret);
    assert_eq!(told.json()["data"]["photos"], 3);
    eventually("partial results are gone", Duration::from_secs(5), || service.objects().len() == 2);
}

#[test]
fn the_same_photo_again_changes_nothing_and_another_is_refused() {
    let service = Service::start();
    let client = service.client();
    let place = open(&client);
    put(&client, &place, 1, "a.jpg", photo("photos/rocket.jpg")).expect(202);
    let again = put(&client, &place, 1, "a.jpg", photo("photos/rocket.jpg")).expect(200).json();
    assert_eq!(again["number"], 1);
    let taken = put(&client, &place, 1, "b.jpg", photo("photos/coffee-tagged.jpg")).problem(409, "photo-taken");
    assert_eq!(taken["number"], 1);
    let seen = settled(&client, &place);
    assert_eq!(seen["photos"].as_array().unwrap().len(), 1, "{seen}");
    assert_eq!(put(&client, &place, 1, "a.jpg", photo("photos/rocket.jpg")).expect(200).json()["state"], "measured");
    put(&client, &place, 1, "b.jpg", photo("photos/coffee-tagged.jpg")).problem(409, "photo-taken");
    assert_eq!(service.objects().len(), 1);

    post(&client, &format!("{place}/submit")).expect(202);
    let late = put(&client, &place, 2, "c.jpg", photo("photos/coffee-tagged.jpg")).problem(409, "not-open");
    assert!(["processing", "completed"].contains(&late["state"].as_str().unwrap()), "{late}");
    assert_eq!(client.follow(&place)["state"], "completed");
}

#[test]
fn limits_hold_at_and_one_past() {
    let service = Service::start_with(&[
        ("UPLOAD__PHOTOS_MAX", "2"),
        ("UPLOAD__FILE_BYTES_MAX", "1000"),
        ("UPLOAD__REQUEST_BYTES_MAX", "1500"),
        ("UPLOAD__OPEN_MAX", "2"),
    ]);
    let client = service.client();
    let place = open(&client);
    let bytes = |count: usize| vec![b'x'; count];
    let large = put(&client, &place, 1, "a.jpg", bytes(1001)).problem(413, "photo-too-large");
    assert_eq!((large["limit"].as_u64(), large["actual"].as_u64()), (Some(1000), Some(1001)));
    put(&client, &place, 1, "a.jpg", bytes(1000)).expect(202);
    let large = put(&client, &place, 2, "b.jpg", bytes(501)).problem(413, "request-too-large");
    assert_eq!((large["limit"].as_u64(), large["actual"].as_u64()), (Some(1500), Some(1501)));
    put(&client, &place, 2, "b.jpg", bytes(500)).expect(202);
    assert_eq!(put(&client, &place, 3, "c.jpg", bytes(1)).problem(422, "invalid-fields")["errors"][0]["field"], "photos");
    put(&client, &place, 0, "c.jpg", bytes(1)).problem(404, "not-found");
    put(&client, &place, 2, "", Vec::new()).problem(422, "invalid-fields");
    client
        .send("PUT", &format!("{place}/photos/1?product=snapshot"), &[("content-type", "image/jpeg")], bytes(1))
        .problem(422, "invalid-fields");
    client
        .send("PUT", &format!("{place}/photos/1"), &[("content-type", "text/plain")], bytes(1))
        .problem(415, "unsupported-media-type");

    let second = open(&client);
    let opening = json!({ "open": true, "product": "snapshot" });
    assert_eq!(client.post_json("/v1/analyses", &opening).problem(409, "limit-reached")["limit"], 2);
    post(&client, &format!("{second}/cancel")).expect(200);
    open_with(&client, &json!({ "open": true, "product": "snapshot", "life_days": 7 }));
    post(&client, &format!("{second}/submit")).problem(409, "not-open");
    let refused = |body: Value, field: &str| {
        let problem = client.post_json("/v1/analyses", &body).problem(422, "invalid-fields");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    };
    refused(json!({ "open": true, "product": "snapshot", "life_days": 8 }), "life_days");
    refused(json!({ "open": true, "product": "snapshot", "life_days": 0 }), "life_days");
    refused(json!({ "open": false, "product": "snapshot" }), "open");
    refused(json!({ "open": true }), "product");
    refused(json!({ "open": true, "product": "snapshot", "colour": "red" }), "colour");

    // Nothing but bytes nobody can measure: that is an outcome too.
    assert_eq!(post(&client, &format!("{place}/submit")).expect(202).json()["state"], "processing");
    let ended = client.follow(&place);
    assert_eq!((&ended["state"], &ended["reason"]), (&json!("failed"), &json!("no_usable_photo")));
    eventually("nothing of it is stored", Duration::from_secs(5), || service.objects().is_empty());
}

#[test]
fn cancelled_or_deleted_it_leaves_nothing_and_says_so_once() {
    let service = Service::start();
    let (client, receiver) = (service.client(), Receiver::start());
    client.register(&receiver.url());
    let place = open(&client);
    post(&client, &format!("{place}/submit")).problem(409, "photos-missing");
    put(&client, &place, 1, "a.jpg", photo("photos/rocket.jpg")).expect(202);
    settled(&client, &place);
    let cancelled = post(&client, &format!("{place}/cancel")).expect(200).json();
    assert_eq!((&cancelled["state"], &cancelled["reason"]), (&json!("failed"), &json!("cancelled")));
    post(&client, &format!("{place}/cancel")).expect(200);
    put(&client, &place, 2, "b.jpg", photo("photos/rocket.jpg")).problem(409, "not-open");
    post(&client, &format!("{place}/submit")).problem(409, "not-open");
    assert_eq!(receiver.wait_for("analysis.failed").json()["data"]["reason"], "cancelled");
    assert!(service.objects().is_empty(), "{:?}", service.objects());

    let place = open(&client);
    put(&client, &place, 1, "a.jpg", photo("photos/mountain-12mp.jpg")).expect(202);
    let receipt = client.delete(&place).expect(200).json();
    assert_eq!(client.delete(&place).expect(200).json(), receipt, "asked again, the same receipt");
    client.get(&place).expect(410);
    put(&client, &place, 1, "a.jpg", photo("photos/rocket.jpg")).problem(409, "not-open");
    eventually("a photo that was in flight leaves nothing", Duration::from_secs(60), || {
        service.objects().is_empty() && crate::support::watch::children_of(service.pid()).is_empty()
    });
    let told = receiver.received();
    let of_the_first = |one: &&crate::support::receiver::Received| one.json()["data"]["analysis"] == cancelled["id"];
    assert_eq!(told.iter().filter(of_the_first).count(), 1, "its end is told once");
}

#[test]
fn another_agency_finds_no_open_analysis_here() {
    let mut other_key = String::new();
    let service =
        Service::start().restart_after(Signal::TERM, |stopped| other_key = crate::bad_input::key_of_another_agency(stopped));
    let place = open(&service.client());
    let other = Client::with_key(&service, &other_key);
    put(&other, &place, 1, "a.jpg", photo("photos/rocket.jpg")).problem(404, "not-found");
    post(&other, &format!("{place}/submit")).problem(404, "not-found");
    post(&other, &format!("{place}/cancel")).problem(404, "not-found");
    Client::anonymous(&service).send("PUT", &format!("{place}/photos/1"), &[], Vec::new()).problem(401, "missing-key");
    assert_eq!(service.client().get(&place).expect(200).json()["photos"], json!([]));
}

#[test]
fn what_was_measured_survives_the_node_and_what_was_in_flight_is_put_again() {
    let service = Service::start();
    let place = open(&service.client());
    put(&service.client(), &place, 1, "one.jpg", photo("photos/rocket.jpg")).expect(202);
    settled(&service.client(), &place);
    let service = service.restart_after(Signal::KILL, |_| {});
    assert_eq!(service.client().get(&place).expect(200).json()["photos"][0]["state"], "measured");
    assert_eq!(put(&service.client(), &place, 1, "one.jpg", photo("photos/rocket.jpg")).expect(200).json()["state"], "measured");
    put(&service.client(), &place, 2, "two.jpg", photo("photos/coffee-tagged.jpg")).expect(202);
    post(&service.client(), &format!("{place}/submit")).expect(202);
    let done = service.client().follow(&place);
    assert_eq!((&done["state"], &done["photo_count"]), (&json!("completed"), &json!(2)), "{done}");
    eventually("only the report is stored", Duration::from_secs(5), || service.objects().len() == 2);
}

#[test]
fn killed_with_a_photo_in_flight_only_that_photo_is_lost() {
    for dies_at in [Failpoint::PhotoMeasured, Failpoint::PartialStored] {
        let mut service = Service::start_dying_at(dies_at, &[]);
        let receiver = Receiver::start();
        service.client().register(&receiver.url());
        let place = open(&service.client());
        put(&service.client(), &place, 1, "one.jpg", photo("photos/rocket.jpg")).expect(202);
        eventually("the service dies", Duration::from_secs(60), || !service.is_running());
        let service = service.restart_after(Signal::KILL, |_| {});
        let client = service.client();
        assert_eq!(client.get(&place).expect(200).json()["photos"][0]["state"], "lost");
        assert_eq!(post(&client, &format!("{place}/submit")).problem(409, "photos-missing")["missing"], json!([1]));
        // A lost photo holds its number for nobody.
        put(&client, &place, 1, "other.jpg", photo("photos/coffee-tagged.jpg")).expect(202);
        post(&client, &format!("{place}/submit")).expect(202);
        assert_eq!(client.follow(&place)["state"], "completed");
        receiver.wait_for("analysis.completed");
        assert_eq!(receiver.received().len(), 1, "one outcome is told");
        eventually("only the report is stored", Duration::from_secs(5), || service.objects().len() == 2);
    }
}

#[test]
fn killed_after_the_submission_it_ends_interrupted_once_and_leaves_nothing() {
    let mut service = Service::start_dying_at(Failpoint::Submitted, &[]);
    let receiver = Receiver::start();
    service.client().register(&receiver.url());
    let place = open(&service.client());
    put(&service.client(), &place, 1, "one.jpg", photo("photos/rocket.jpg")).expect(202);
    settled(&service.client(), &place);
    assert!(service.client().try_send("POST", &format!("{place}/submit"), &[], Vec::new()).is_err(), "it dies with the answer");
    eventually("the service dies", Duration::from_secs(60), || !service.is_running());
    let service = service.restart_after(Signal::KILL, |_| {});
    let ended = service.client().follow(&place);
    assert_eq!((&ended["state"], &ended["reason"]), (&json!("failed"), &json!("interrupted")));
    assert_eq!(receiver.wait_for("analysis.failed").json()["data"]["reason"], "interrupted");
    eventually("nothing is orphaned", Duration::from_secs(5), || service.objects().is_empty());
    assert_eq!(receiver.received().len(), 1, "one outcome is told");
}
