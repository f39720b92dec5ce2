//! Deliveries, the feed and sending again, as a program with a key meets them.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{Client, Form, Receiver, Service};

/// One analysis by a key whose receiver refuses the first request, and what came of it.
fn told(client: &Client, receiver: &Receiver) -> (String, String) {
    let (endpoint, secret) = client.register(&receiver.url());
    client.analyze(Form::product("snapshot").fixture("photos/rocket.jpg"));
    receiver.wait_for("analysis.completed").verify(&secret);
    (endpoint, secret)
}

#[test]
fn a_delivery_can_be_read_verified_and_sent_again() {
    let service = Service::start();
    let client = service.client();
    let receiver = Receiver::refusing(&[500]);
    let (endpoint, secret) = told(&client, &receiver);

    let at = format!("/v1/webhook-endpoints/{endpoint}");
    // The attempt is recorded after the receiver's answer.
    let taken = format!("{at}/deliveries?type=analysis.completed&state=delivered");
    let started = Instant::now();
    while client.get(&taken).expect(200).json()["deliveries"].as_array().unwrap().is_empty() {
        assert!(started.elapsed() < Duration::from_secs(60), "it was never recorded as delivered");
        std::thread::sleep(Duration::from_millis(50));
    }
    let page = client.get(&taken).expect(200).json();
    let line = page["deliveries"][0].clone();
    assert_eq!((page["deliveries"].as_array().unwrap().len(), page["has_more"].as_bool()), (1, Some(false)), "{page}");
    let delivery = line["id"].as_str().unwrap().to_owned();
    let shown = client.get(&format!("{at}/deliveries/{delivery}")).expect(200).json();
    let last = shown["attempts"].as_array().unwrap().last().unwrap().clone();
    let signed = last["signed"].as_str().unwrap();
    let timestamp = last["headers"]["webhook-timestamp"].as_str().unwrap();
    assert_eq!(signed, format!("{}.{timestamp}.{}", line["event"].as_str().unwrap(), shown["body"].as_str().unwrap()));
    let library = standardwebhooks::Webhook::new(&secret).unwrap();
    let body = shown["body"].as_str().unwrap().as_bytes();
    let ours = library.sign(line["event"].as_str().unwrap(), timestamp.parse().unwrap(), body).unwrap();
    assert_eq!(last["headers"]["webhook-signature"], ours.as_str());
    assert_eq!((last["trigger"].as_str(), last["secret_generations"].clone()), (Some("schedule"), json!([1])));

    let feed = client.get("/v1/events?type=analysis.completed").expect(200).json();
    assert_eq!(feed["events"][0]["id"], line["event"]);
    assert_eq!(feed["events"][0]["body"], shown["body"]);
    assert_eq!(feed["events"][0]["deliveries"][0]["id"], line["id"]);
    let one = client.get(&format!("/v1/events/{}", line["event"].as_str().unwrap())).expect(200).json();
    assert_eq!(one["id"], line["event"]);

    let count = receiver.received().iter().filter(|one| one.id() == line["event"]).count();
    let again = format!("{at}/deliveries/{delivery}/redeliver");
    client.send("POST", &again, &[], Vec::new()).expect(202);
    receiver.wait_until("the same event once more", |all| {
        (all.iter().filter(|one| one.id() == line["event"]).count() > count).then_some(())
    });
    let bulk = client.post_json(&format!("{at}/redeliver"), &json!({ "since": "2026-01-01T00:00:00Z" })).expect(202).json();
    assert_eq!((bulk["redelivered"].as_u64(), bulk["has_more"].as_bool()), (Some(0), Some(false)), "{bulk}");
    client.post_json(&format!("{at}/replay"), &json!({ "since": "yesterday" })).problem(422, "invalid-fields");
    client.get(&format!("{at}/deliveries?cursor=nonsense")).problem(400, "invalid-cursor");
    client.get("/v1/events/ev_00000000000000000000000000").problem(404, "not-found");

    // The report goes, and with it what told of it.
    let analysis = one["analysis"].as_str().unwrap();
    client.delete(&format!("/v1/analyses/{analysis}")).expect(200);
    client.send("POST", &again, &[], Vec::new()).problem(409, "not-deliverable");
    let erased = client.get(&format!("{at}/deliveries/{delivery}")).expect(200).json();
    assert!(erased["body"].is_null() && erased["attempts"][0]["signed"].is_null(), "{erased}");
    assert!(erased["attempts"][0]["headers"]["webhook-signature"].is_null(), "{erased}");
}

#[test]
fn asking_again_has_a_share_of_its_own() {
    let service = Service::start_with(&[("RATES__REDELIVERIES_PER_MIN", "2")]);
    let client = service.client();
    let (endpoint, _) = client.register(&Receiver::start().url());
    let again =
        || client.post_json(&format!("/v1/webhook-endpoints/{endpoint}/replay"), &json!({ "since": "2026-01-01T00:00:00Z" }));
    again().expect(202);
    again().expect(202);
    again().problem(429, "too-many-requests");
    client.get(&format!("/v1/webhook-endpoints/{endpoint}/deliveries")).expect(200);
}
