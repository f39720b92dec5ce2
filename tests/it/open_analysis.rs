//! Photos put one at a time: opened, put, submitted, cancelled, each as often as a bad connection makes a client ask.

use std::time::Duration;

use serde_json::{Value, json};

use crate::fixtures::fixture;
use crate::support::client::Answer;
use crate::support::watch::eventually;
use crate::support::{Client, Receiver, Service};

/// Opens a portfolio analysis; gives its place.
fn open(client: &Client) -> String {
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

fn photo(path: &str) -> Vec<u8> {
    std::fs::read(fixture(path)).unwrap()
}

fn put(client: &Client, place: &str, number: u32, name: &str, bytes: Vec<u8>) -> Answer {
    let path = format!("{place}/photos/{number}?file_name={name}");
    client.send("PUT", &path, &[("content-type", "image/jpeg")], bytes)
}

fn post(client: &Client, path: &str) -> Answer {
    client.send("POST", path, &[], Vec::new())
}

/// Waits until no photo is being measured.
fn settled(client: &Client, place: &str) -> Value {
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
