//! The same request sent twice under one key is one analysis.

use std::collections::BTreeSet;
use std::time::Duration;

use proofsheet::domain::Failpoint;
use rustix::process::Signal;
use serde_json::json;

use crate::support::client::Answer;
use crate::support::watch::eventually;
use crate::support::{Client, Form, Service};

fn form(photo: &str) -> Form {
    Form::product("snapshot").text("reference", "Order 7").fixture(photo)
}

fn send(client: &Client, key: &str, form: Form) -> Answer {
    let (content_type, body) = form.finish();
    client.send("POST", "/v1/analyses", &[("content-type", &content_type), ("idempotency-key", key)], body)
}

#[test]
fn sent_again_it_is_answered_again_and_another_request_is_refused() {
    let service = Service::start();
    let client = service.client();
    let first = send(&client, "order-7", form("photos/rocket.jpg")).expect(202);
    assert_eq!(first.header("idempotency-replayed"), "");
    let id = first.json()["id"].clone();
    let again = send(&client, "\"order-7\"", form("photos/rocket.jpg"));
    assert_eq!((again.header("idempotency-replayed"), &again.json()["id"]), ("true", &id));
    client.follow(first.header("location"));
    let late = send(&client, "order-7", form("photos/rocket.jpg")).expect(200).json();
    assert_eq!((&late["id"], &late["state"]), (&id, &json!("completed")));

    send(&client, "order-7", form("photos/coffee-tagged.jpg")).problem(422, "idempotency-key-reused");
    send(&client, "order-7", form("photos/rocket.jpg").text("previews", "none")).problem(422, "idempotency-key-reused");
    let other = send(&client, "order-8", form("photos/rocket.jpg")).expect(202).json();
    assert_ne!(other["id"], id, "another key, another analysis");
    let field = &send(&client, &"k".repeat(256), form("photos/rocket.jpg")).problem(422, "invalid-fields")["errors"][0];
    assert_eq!(field["field"], "Idempotency-Key");
    send(&client, &"k".repeat(255), form("photos/rocket.jpg")).expect(202);

    let opening = json!({ "open": true, "product": "snapshot" }).to_string().into_bytes();
    let headers = [("content-type", "application/json"), ("idempotency-key", "open-1")];
    let opened = client.send("POST", "/v1/analyses", &headers, opening.clone()).expect(201);
    let again = client.send("POST", "/v1/analyses", &headers, opening).expect(200);
    assert_eq!(again.header("location"), opened.header("location"));
    // Another API key has keys of its own.
    let made = client.post_json("/v1/api-keys", &json!({ "label": "b", "scopes": ["analyses:write"] })).expect(201).json();
    let second = Client::with_key(&service, made["key"].as_str().unwrap());
    assert_ne!(send(&second, "order-7", form("photos/rocket.jpg")).expect(202).json()["id"], id);
}

#[test]
fn sent_many_times_at_once_it_is_one_analysis() {
    let service = Service::start();
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let calls: Vec<_> =
            (0..10).map(|_| scope.spawn(|| send(&service.client(), "burst", form("photos/mountain-12mp.jpg")))).collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    let mut ids = BTreeSet::new();
    for answer in answers {
        match answer.status {
            409 => {
                assert!(!answer.header("retry-after").is_empty());
                answer.problem(409, "request-in-flight");
            }
            _ => {
                ids.insert(answer.json()["id"].as_str().unwrap().to_owned());
            }
        }
    }
    assert_eq!(ids.len(), 1, "{ids:?}");
    assert_eq!(service.client().get("/v1/analyses").expect(200).json()["analyses"].as_array().unwrap().len(), 1);
}

#[test]
fn an_interrupted_one_is_made_anew_and_names_the_old() {
    let mut service = Service::start_dying_at(Failpoint::Accepted, &[]);
    let (content_type, body) = form("photos/rocket.jpg").finish();
    let headers = [("content-type", content_type.as_str()), ("idempotency-key", "order-9")];
    assert!(service.client().try_send("POST", "/v1/analyses", &headers, body).is_err(), "it dies before the answer");
    eventually("the service dies", Duration::from_secs(60), || !service.is_running());
    let service = service.restart_after(Signal::KILL, |_| {});
    let client = service.client();
    let old = client.get("/v1/analyses").expect(200).json()["analyses"][0].clone();
    assert_eq!(old["reason"], "interrupted", "{old}");

    let again = send(&client, "order-9", form("photos/rocket.jpg")).expect(202);
    assert_eq!(again.header("idempotency-replayed"), "");
    let made = client.follow(again.header("location"));
    assert_eq!((&made["state"], &made["retry_of"]), (&json!("completed"), &old["id"]));
    let replayed = send(&client, "order-9", form("photos/rocket.jpg")).expect(200).json();
    assert_eq!(replayed["id"], made["id"]);
}
