//! What was used is counted where it is done, and an agency's share holds for all nodes.

use serde_json::{Value, json};

use crate::nodes::has_server;
use crate::support::client::Answer;
use crate::support::{Client, Form, Receiver, Service};

fn rockets(count: usize) -> Form {
    (0..count).fold(Form::product("snapshot"), |form, _| form.fixture("photos/rocket.jpg"))
}

fn counted(usage: &Value, whose: &str) -> [u64; 5] {
    ["analyses", "photos", "received_bytes", "reports", "deliveries_attempted"].map(|name| usage[whose][name].as_u64().unwrap())
}

#[test]
fn what_was_done_is_counted_for_the_agency_and_for_the_key() {
    let service = Service::start();
    let (client, receiver) = (service.client(), Receiver::start());
    client.register(&receiver.url());
    let asked = json!({ "label": "b", "scopes": ["analyses:write", "analyses:read"] });
    let made = client.post_json("/v1/api-keys", &asked).expect(201).json();
    let other = Client::with_key(&service, made["key"].as_str().unwrap());
    let bytes = std::fs::metadata(crate::fixtures::fixture("photos/rocket.jpg")).unwrap().len();

    client.analyze(rockets(2));
    receiver.wait_for("analysis.completed");
    let opened = other.post_json("/v1/analyses", &json!({ "open": true, "product": "portfolio" })).expect(201);
    let place = format!("{}/photos/1", opened.header("location"));
    let photo = std::fs::read(crate::fixtures::fixture("photos/rocket.jpg")).unwrap();
    for _ in 0..2 {
        // The same photo again is no further photo.
        assert!(other.send("PUT", &place, &[("content-type", "image/jpeg")], photo.clone()).status < 300);
    }
    // The attempt is counted when its outcome is recorded, a moment after the receiver has it.
    crate::support::watch::eventually("the attempt is counted", std::time::Duration::from_secs(10), || {
        counted(&client.get("/v1/usage").expect(200).json(), "own")[4] >= 1
    });
    let usage = client.get("/v1/usage").expect(200).json();
    assert_eq!(counted(&usage, "own")[..4], [1, 2, 2 * bytes, 1], "{usage}");
    assert_eq!(counted(&usage, "agency")[..4], [2, 3, 3 * bytes, 1], "{usage}");
    let products: Vec<&str> = usage["days"].as_array().unwrap().iter().filter_map(|day| day["product"].as_str()).collect();
    assert_eq!(products.iter().collect::<std::collections::BTreeSet<_>>().len(), 2, "{usage}");
    assert_eq!(counted(&other.get("/v1/usage").expect(200).json(), "own"), [1, 1, bytes, 0, 0]);
    assert!(client.get("/v1/usage?from=2020-01-01&to=2020-02-01").expect(200).json()["days"].as_array().unwrap().is_empty());
    client.get("/v1/usage?from=2020-01-01&to=2021-02-01").problem(422, "invalid-fields");
}

/// 429 by the agency's own policy, with a wait that is the same in every header.
#[track_caller]
fn refused(answer: &Answer, policy: &str, left: u64) {
    let problem = answer.problem(429, "quota-exceeded");
    assert_eq!(problem["violated-policies"], json!([policy]));
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!(answer.header("ratelimit-policy").starts_with(&format!("\"{policy}\";q=")), "{}", answer.header("ratelimit-policy"));
    assert_eq!(answer.header("ratelimit"), format!("\"{policy}\";r={left};t={wait}"));
}

#[test]
fn a_set_that_is_more_than_what_is_left_is_refused_whole() {
    let service = Service::start_with(&[("RATES__AGENCY_PHOTOS_PER_DAY", "5")]);
    let client = service.client();
    client.submit(rockets(3)).expect(202);
    refused(&client.submit(rockets(3)), "account-photos", 2);
    assert_eq!(client.get("/v1/analyses").expect(200).json()["analyses"].as_array().unwrap().len(), 1, "not half of it");
    client.submit(rockets(2)).expect(202);
    let opened = client.post_json("/v1/analyses", &json!({ "open": true, "product": "snapshot" })).expect(201);
    let photo = std::fs::read(crate::fixtures::fixture("photos/rocket.jpg")).unwrap();
    let place = format!("{}/photos/1", opened.header("location"));
    refused(&client.send("PUT", &place, &[("content-type", "image/jpeg")], photo), "account-photos", 0);
    let limits = client.get("/v1/limits").expect(200).json();
    assert_eq!((&limits["agency_photos_per_day"], &limits["agency_analyses_per_hour"]), (&json!(5), &json!(5000)));
    // What was refused is not counted.
    assert_eq!(counted(&client.get("/v1/usage").expect(200).json(), "agency")[..2], [3, 5]);
}

#[test]
fn two_nodes_share_what_an_agency_may_send() {
    if !has_server() {
        return;
    }
    let a = Service::start_with(&[("RATES__AGENCY_ANALYSES_PER_HOUR", "10"), ("RATES__UPLOADS_PER_MIN", "1000")]);
    let b = a.another_node();
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let nodes = [&a, &b];
        let calls: Vec<_> = (0..24).map(|n| scope.spawn(move || nodes[n % 2].client().submit(rockets(1)))).collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    let taken = answers.iter().filter(|answer| answer.status == 202).count();
    answers.iter().filter(|answer| answer.status != 202).for_each(|answer| refused(answer, "account-analyses", 0));
    // An hour may end between them; then a new share begins.
    assert!(taken == 10 || (11..=20).contains(&taken) && is_near_an_hour(), "{taken} of 24");
    assert_eq!(counted(&b.client().get("/v1/usage").expect(200).json(), "agency")[0], taken as u64);
}

fn is_near_an_hour() -> bool {
    let secs = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() % 3600;
    !(60..3540).contains(&secs)
}

#[test]
fn every_answer_of_the_api_says_where_its_sender_stands() {
    let service = Service::start_with(&[("RATES__API_PER_MIN", "60")]);
    let (client, nobody) = (service.client(), Client::anonymous(&service));
    let policy = |answer: &Answer| answer.header("ratelimit-policy").split(';').next().unwrap_or_default().to_owned();
    for (answer, status, name) in [
        (client.get("/v1/analyses"), 200, "\"api\""),
        (client.get("/v1/analyses/an_none"), 404, "\"api\""),
        (client.get("/v1/analyses?limit=0"), 422, "\"api\""),
        (client.submit(Form::product("snapshot")), 422, "\"upload\""),
        (nobody.get("/v1/analyses"), 401, "\"failed-key\""),
        (nobody.get("/v1/nothing"), 404, "\"page\""),
        (client.send("PATCH", "/v1/analyses", &[], Vec::new()), 405, "\"page\""),
        (nobody.get("/v1/limits"), 200, "\"page\""),
    ] {
        assert_eq!((answer.status, policy(&answer).as_str()), (status, name), "{}", answer.text());
        assert!(answer.header("ratelimit").contains(";r="), "{}", answer.header("ratelimit"));
    }
    let refused = (0..120).map(|_| client.get("/v1/analyses")).find(|answer| answer.status == 429).expect("a share of 60");
    refused.problem(429, "too-many-requests");
    let until: u64 = refused.header("ratelimit").split("t=").nth(1).unwrap().parse().unwrap();
    assert!(refused.header("retry-after").parse::<u64>().unwrap() >= until, "{}", refused.header("ratelimit"));
}
