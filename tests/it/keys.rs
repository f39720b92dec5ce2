//! API keys from outside: ends, networks, reach, test keys, rolling, a leak; by API and by command.

use serde_json::{Value, json};

use crate::fixtures::fixture;
use crate::support::client::Answer;
use crate::support::service::Scratch;
use crate::support::{Client, Form, Receiver, Service};

const PHOTOS: [&str; 2] = ["photos/rocket.jpg", "photos/astronaut.png"];

/// Two photos.
pub fn form() -> Form {
    PHOTOS.iter().fold(Form::product("snapshot"), |form, photo| form.fixture(photo))
}

/// Makes a key; gives its view and a client that uses it.
fn made(service: &Service, by: &Client, asked: &Value) -> (Value, Client) {
    let view = by.post_json("/v1/api-keys", asked).expect(201).json();
    let client = Client::with_key(service, view["key"].as_str().unwrap());
    (view, client)
}

fn place(view: &Value) -> String {
    format!("/v1/api-keys/{}", view["id"].as_str().unwrap())
}

fn patch(client: &Client, path: &str, body: &Value) -> Answer {
    client.send("PATCH", path, &[("content-type", "application/json")], body.to_string().into_bytes())
}

/// The field a 422 names.
fn wrong_field(answer: &Answer) -> String {
    answer.problem(422, "invalid-fields")["errors"][0]["field"].as_str().unwrap().to_owned()
}

/// So many days and seconds from now, RFC 3339.
fn in_days(days: u64, secs: i64) -> String {
    use proofsheet::domain::{Clock, SystemClock, Timestamp};
    let now = SystemClock.now().epoch_millis();
    Timestamp::from_epoch_millis(now + i64::try_from(days).unwrap() * 86_400_000 + secs * 1000).rfc3339()
}

#[test]
fn a_key_is_made_seen_changed_and_refused_as_its_bounds_say() {
    let service = Service::start();
    let owner = service.client();
    let networks = ["127.0.0.0/8", "::1", "::ffff:192.0.2.0/120"];
    let asked = json!({ "label": "till", "scopes": ["keys:manage"], "expires_at": in_days(1, 0), "networks": networks });
    let (view, key) = made(&service, &owner, &asked);
    assert_eq!(view["mode"], "live");
    assert_eq!(view["networks"], json!(["127.0.0.0/8", "::1/128", "192.0.2.0/24"]));
    let seen = key.get(&place(&view)).expect(200).json();
    assert_eq!((&seen["expires_at"], &seen["label"]), (&asked["expires_at"], &asked["label"]));
    assert!(seen.get("key").is_none() && seen["last_used_at"].is_string(), "{seen}");

    // From elsewhere: this connection's address is in none of its networks any more. X-Forwarded-For says nothing.
    let changed = patch(&key, &place(&view), &json!({ "networks": ["203.0.113.0/24"] })).expect(200).json();
    assert_eq!(changed["networks"], json!(["203.0.113.0/24"]));
    key.get(&place(&view)).problem(403, "network-not-allowed");
    key.send("GET", &place(&view), &[("x-forwarded-for", "203.0.113.7")], Vec::new()).problem(403, "network-not-allowed");
    patch(&owner, &place(&view), &json!({ "networks": [], "expires_at": null, "label": "desk" })).expect(200);
    let seen = key.get(&place(&view)).expect(200).json();
    assert_eq!((&seen["networks"], &seen["expires_at"], &seen["label"]), (&json!([]), &Value::Null, &json!("desk")));
    let log = service.log();
    assert!(!log.contains("203.0.113") && !log.contains("192.0.2"), "no address is logged");

    what_is_not_right_is_named(&owner, &place(&view));
    key.post_json("/v1/api-keys", &json!({ "label": "more", "scopes": ["analyses:read"] })).problem(403, "missing-scope");
    made(&service, &key, &json!({ "label": "same", "scopes": ["keys:manage"] }));
    owner.delete(&place(&view)).expect(204);
    key.get(&place(&view)).problem(401, "revoked-key");
    patch(&owner, &place(&view), &json!({ "label": "x" })).problem(409, "key-ended");
    owner.get("/v1/api-keys/key_01KAJ7T3W9Q4ZD8MX2C5VB6N7P").problem(404, "not-found");
}

fn what_is_not_right_is_named(owner: &Client, place: &str) {
    let with = |field: &str, value: Value| {
        let mut asked = json!({ "label": "x", "scopes": ["analyses:read"] });
        asked[field] = value;
        owner.post_json("/v1/api-keys", &asked)
    };
    let many = |count: usize| (0..count).map(|n| json!(format!("10.{n}.0.0/16"))).collect::<Value>();
    for (field, bad) in [
        ("expires_at", json!(in_days(0, -1))),
        ("expires_at", json!(in_days(731, 60))),
        ("expires_at", json!("tomorrow")),
        ("networks", json!(["home"])),
        ("networks", many(17)),
        ("mode", json!("trial")),
        ("scopes", json!(["all"])),
        ("label", json!("x".repeat(101))),
    ] {
        assert_eq!(wrong_field(&with(field, bad.clone())), field, "{bad}");
    }
    for (field, good) in [("expires_at", json!(in_days(731, -60))), ("networks", many(16)), ("label", json!("x".repeat(100)))] {
        with(field, good).expect(201);
    }
    assert_eq!(wrong_field(&patch(owner, place, &json!({ "expires_at": in_days(0, -1) }))), "expires_at");
    assert_eq!(wrong_field(&patch(owner, place, &json!({ "networks": many(17) }))), "networks");
    let roll = |secs: u64| owner.post_json(&format!("{place}/roll"), &json!({ "overlap_secs": secs }));
    assert_eq!(wrong_field(&roll(604_801)), "overlap_secs");
}

#[test]
fn a_rolled_key_keeps_what_is_its_own_and_the_old_text_says_when_it_ends() {
    let service = Service::start();
    let (owner, receiver) = (service.client(), Receiver::start());
    let scopes = ["analyses:write", "analyses:read", "webhooks:manage"];
    let (view, old) = made(&service, &owner, &json!({ "label": "till", "scopes": scopes }));
    let (_, secret) = old.register(&receiver.url());
    let rolled = owner.post_json(&format!("{}/roll", place(&view)), &json!({ "overlap_secs": 604_800 })).expect(200).json();
    assert_eq!((&rolled["id"], &rolled["scopes"]), (&view["id"], &view["scopes"]));
    let ends = rolled["previous_key_ends_at"].as_str().unwrap().to_owned();
    let new = Client::with_key(&service, rolled["key"].as_str().unwrap());

    let by_old = old.get("/v1/analyses").expect(200);
    let ends = proofsheet::domain::Timestamp::from_rfc3339(&ends).unwrap();
    assert_eq!(by_old.header("proofsheet-key-ends"), ends.http_date());
    old.get("/v1/api-keys").problem(403, "missing-scope");
    assert!(!new.get("/v1/analyses").expect(200).headers.contains_key("proofsheet-key-ends"));
    new.analyze(form());
    receiver.wait_for("analysis.completed").verify(&secret);

    let again = owner.post_json(&format!("{}/roll", place(&view)), &json!({ "overlap_secs": 0 })).expect(200).json();
    new.get("/v1/analyses").problem(401, "expired-key");
    old.get("/v1/analyses").problem(401, "invalid-key");
    Client::with_key(&service, again["key"].as_str().unwrap()).get("/v1/analyses").expect(200);
}

#[test]
fn a_test_key_makes_real_reports_that_say_so_on_every_page() {
    let service = Service::start();
    let (owner, live_hears, test_hears) = (service.client(), Receiver::start(), Receiver::start());
    owner.register(&live_hears.url());
    let asked = json!({ "label": "trying", "mode": "test", "scopes": [
        "analyses:write", "analyses:read", "analyses:delete", "webhooks:manage", "keys:manage"] });
    let (view, test) = made(&service, &owner, &asked);
    assert_eq!(view["mode"], "test");
    assert!(view["key"].as_str().unwrap().starts_with("ps_test_"));
    let refused = test.post_json("/v1/api-keys", &json!({ "label": "x", "scopes": ["analyses:read"] }));
    assert_eq!(wrong_field(&refused), "mode", "a test key makes no live key");
    let (_, secret) = test.register(&test_hears.url());

    let done = test.analyze(form());
    assert_eq!((&done["state"], &done["test"]), (&json!("completed"), &json!(true)));
    assert_eq!(test.get("/v1/analyses?limit=1").expect(200).json()["analyses"][0]["test"], true);
    let told = test_hears.wait_for("analysis.completed");
    told.verify(&secret);
    assert_eq!(told.json()["data"]["test"], true);
    let at = format!("/v1/analyses/{}", done["id"].as_str().unwrap());
    let result = test.get(&format!("{at}/result")).expect(200);
    assert_eq!(result.json()["report"]["test"], true);
    let pdf = test.get(&format!("{at}/report.pdf")).expect(200).body;
    every_page_says_test(&pdf);
    the_command_makes_it_again(&service, &result.body, &pdf);

    // A live key's is none, and hears only of its own.
    let live = service.client().analyze(form());
    assert!(live.get("test").is_none(), "{live}");
    let told = live_hears.wait_for("analysis.completed").json();
    assert_eq!((&told["data"]["analysis"], told["data"].get("test")), (&live["id"], None));
    let heard = live_hears.received();
    let of_analyses = heard.iter().filter(|event| event.json()["data"].get("analysis").is_some());
    assert_eq!(of_analyses.count(), 1, "nothing of the test");
    let owner = service.client();
    let result = owner.get(&format!("/v1/analyses/{}/result", live["id"].as_str().unwrap())).expect(200).json();
    assert!(result["report"].get("test").is_none());
    Client::with_key(&service, view["key"].as_str().unwrap()).delete(&at).expect(200);
    assert_eq!(test_hears.wait_for("report.deleted").json()["data"]["test"], true);
}

fn every_page_says_test(pdf: &[u8]) {
    let document = lopdf::Document::load_mem(pdf).unwrap();
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    assert!(pages.len() >= 4, "{}", pages.len());
    let scratch = Scratch::new("test-key");
    let path = scratch.path().join("report.pdf");
    std::fs::write(&path, pdf).unwrap();
    for page in pages {
        let number = page.to_string();
        let out = std::process::Command::new("pdftotext").args(["-f", &number, "-l", &number]).arg(&path).arg("-").output();
        let text = String::from_utf8(out.unwrap().stdout).unwrap();
        assert_eq!(text.matches("TEST — made with a test key").count(), 2, "page {page}: {text}");
    }
}

fn the_command_makes_it_again(service: &Service, result: &[u8], pdf: &[u8]) {
    let scratch = Scratch::new("test-again");
    let at = |name: &str| scratch.path().join(name).display().to_string();
    std::fs::write(at("result.json"), result).unwrap();
    let photos = PHOTOS.map(|photo| fixture(photo).display().to_string());
    let (facts, to, json) = (at("result.json"), at("again.pdf"), at("again.json"));
    let arguments = ["analyze", &photos[0], &photos[1], "-o", &to, "--json", &json, "--facts", &facts];
    let output = service.command(&arguments);
    assert!(output.status.success(), "{output:?}");
    assert!(std::fs::read(&json).unwrap() == result, "the result");
    assert!(std::fs::read(&to).unwrap() == pdf, "the PDF");
}

#[test]
fn a_leaked_key_is_ended_by_another_and_what_it_made_is_destroyed() {
    let service = Service::start();
    let (owner, receiver) = (service.client(), Receiver::start());
    let scopes = ["analyses:write", "analyses:read", "analyses:delete", "webhooks:manage", "keys:manage"];
    let (view, leaked) = made(&service, &owner, &json!({ "label": "leaked", "scopes": scopes }));
    let (endpoint, _) = leaked.register(&receiver.url());
    let first = leaked.analyze(form());
    let (child, _) = made(&service, &leaked, &json!({ "label": "child", "scopes": ["analyses:read"] }));
    let second = leaked.analyze(form());
    let receipt = leaked.delete(&format!("/v1/analyses/{}", first["id"].as_str().unwrap())).expect(200).json();
    let receipt: Value = serde_json::from_str(receipt["receipt"].as_str().unwrap()).unwrap();
    let ours = service.client().analyze(form());
    // Connections that were idle meanwhile may have been closed.
    let (owner, leaked) = (service.client(), Client::with_key(&service, view["key"].as_str().unwrap()));

    let (_, keeper) = made(&service, &owner, &json!({ "label": "keeper", "scopes": ["keys:manage"] }));
    let (_, reader) = made(&service, &owner, &json!({ "label": "reader", "scopes": ["analyses:read"] }));
    let report = format!("{}/report-leak", place(&view));
    reader.post_json(&report, &json!({})).problem(403, "missing-scope");
    keeper.post_json(&report, &json!({ "destroy": true })).problem(403, "missing-scope");
    leaked.get("/v1/analyses").expect(200);
    let told = keeper.post_json(&report, &json!({})).expect(200).json();
    leaked.get("/v1/analyses").problem(401, "revoked-key");
    assert!(told["api_key"]["revoked_at"].is_string());
    assert_eq!(told["paused_endpoints"], json!([endpoint]));
    let words = |deed: &Value| format!("{} {}", deed["type"].as_str().unwrap(), deed["id"].as_str().unwrap());
    let id = |view: &Value| view["id"].as_str().unwrap().to_owned();
    let expected = [
        format!("endpoint.created {endpoint}"),
        format!("analysis.created {}", id(&first)),
        format!("key.created {}", id(&child)),
        format!("analysis.created {}", id(&second)),
        format!("analysis.deleted {}", id(&first)),
    ];
    let did: Vec<String> = told["activity"].as_array().unwrap().iter().map(words).collect();
    assert_eq!(did, expected);
    assert_eq!(told["activity"][4]["receipt"], receipt["id"]);
    assert_eq!(told["activity"][0]["state"], "paused");
    page_by_page(&keeper, &report, &expected, words);

    // Without the scope to delete nothing is destroyed; with it, all that is left, each with a receipt.
    let destroy = format!("{}/destroy-analyses", place(&view));
    keeper.post_json(&destroy, &json!({})).problem(403, "missing-scope");
    let none = owner.post_json(&destroy, &json!({ "since": in_days(0, 60) })).expect(200).json();
    assert_eq!((none["destroyed"].as_array().map(Vec::len), &none["has_more"]), (Some(0), &json!(false)));
    let gone = owner.post_json(&destroy, &json!({})).expect(200).json();
    assert_eq!(gone["destroyed"].as_array().map(Vec::len), Some(1), "{gone}");
    assert_eq!(gone["destroyed"][0]["analysis"], second["id"]);
    owner.get(gone["destroyed"][0]["href"].as_str().unwrap()).expect(200);
    owner.get(&format!("/v1/analyses/{}/result", id(&second))).problem(410, "report-gone");
    owner.get(&format!("/v1/analyses/{}/result", id(&ours))).expect(200);
    let again = owner.post_json(&report, &json!({ "destroy": true })).expect(200).json();
    assert_eq!(again["destroyed"], json!({ "destroyed": [], "has_more": false }));
}

fn page_by_page(keeper: &Client, report: &str, expected: &[String], words: impl Fn(&Value) -> String) {
    let (mut did, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let mut asked = json!({ "limit": 2 });
        if cursor.is_string() {
            asked["cursor"] = cursor.clone();
        }
        let page = keeper.post_json(report, &asked).expect(200).json();
        did.extend(page["activity"].as_array().unwrap().iter().map(&words));
        cursor = page["next_cursor"].clone();
        assert_eq!(page["has_more"], json!(cursor.is_string()));
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(did, expected);
    keeper.post_json(report, &json!({ "cursor": "x" })).problem(400, "invalid-cursor");
    keeper.post_json(report, &json!({ "limit": 200 })).expect(200);
    for limit in [0, 201] {
        assert_eq!(wrong_field(&keeper.post_json(report, &json!({ "limit": limit }))), "limit");
    }
}

#[test]
fn another_agencys_key_is_not_found_and_the_command_makes_keys_with_bounds() {
    let mut keys = None;
    let service = Service::start().restart_after(rustix::process::Signal::TERM, |stopped| {
        let run = |arguments: &[&str]| {
            let output = stopped.command(&[arguments, &["--as", "tester", "--reason", "keys"]].concat());
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            (output.status.success(), said.trim().to_owned())
        };
        let (_, agency) = run(&["admin", "create-agency", "--name", "Northlight"]);
        let agency = agency.split_whitespace().find(|word| word.starts_with("ag_")).unwrap().to_owned();
        let make = |more: &[&str]| run(&[&["admin", "create-key", "--agency", &agency], more].concat());
        let near = ["--test", "--expires-days", "731", "--network", "127.0.0.0/8", "--network", "::1"];
        let far = ["--network", "203.0.113.0/24"];
        assert!(!make(&["--expires-days", "732"]).0 && !make(&["--expires-days", "0"]).0 && !make(&["--network", "x"]).0);
        keys = Some((make(&near).1, make(&far).1));
    });
    let (near, far) = keys.unwrap();
    assert!(near.starts_with("ps_test_") && far.starts_with("ps_live_"), "{near} {far}");
    Client::with_key(&service, &far).get("/v1/analyses").problem(403, "network-not-allowed");
    let stranger = Client::with_key(&service, &near);
    let listed = stranger.get("/v1/api-keys").expect(200).json();
    assert!(listed["api_keys"].as_array().unwrap().iter().any(|key| key["mode"] == "test" && key["expires_at"].is_string()));

    let ours = service.client().get("/v1/api-keys").expect(200).json();
    let at = place(&ours["api_keys"][0]);
    stranger.get(&at).problem(404, "not-found");
    patch(&stranger, &at, &json!({ "label": "mine" })).problem(404, "not-found");
    for what in ["roll", "report-leak", "destroy-analyses"] {
        stranger.post_json(&format!("{at}/{what}"), &json!({})).problem(404, "not-found");
    }
    stranger.delete(&at).problem(404, "not-found");
    service.client().get(&at).expect(200);
}
