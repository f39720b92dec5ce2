//! Everything a caller can get wrong, and what they hear.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::json;

use crate::support::watch::eventually;
use crate::support::{Client, Form, Receiver, Service};

/// The names of the fields a 422 complains about.
fn fields(problem: &serde_json::Value) -> Vec<&str> {
    problem["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect()
}

#[test]
fn keys_that_do_not_open() {
    let service = Service::start();
    Client::anonymous(&service).get("/v1/analyses").problem(401, "missing-key");
    let wrong = format!("{}{}", &service.key()[..service.key().len() - 1], if service.key().ends_with('0') { '1' } else { '0' });
    Client::with_key(&service, &wrong).get("/v1/analyses").problem(401, "invalid-key");
    Client::with_key(&service, "ps_live_").get("/v1/analyses").problem(401, "invalid-key");

    let client = service.client();
    let made = client.post_json("/v1/api-keys", &json!({ "label": "reader", "scopes": ["analyses:read"] })).expect(201).json();
    let reader = Client::with_key(&service, made["key"].as_str().unwrap());
    reader.get("/v1/analyses").expect(200);
    let answer = reader.submit(Form::product("snapshot").fixture("photos/rocket.jpg"));
    assert_eq!(answer.problem(403, "missing-scope")["scope"], "analyses:write");

    client.delete(&format!("/v1/api-keys/{}", made["id"].as_str().unwrap())).expect(204);
    reader.get("/v1/analyses").problem(401, "revoked-key");
}

#[test]
fn another_agency_finds_nothing_here() {
    let mut other_key = String::new();
    let service = Service::start().restart_after(Signal::TERM, |stopped| other_key = key_of_another_agency(stopped));
    let (client, receiver) = (service.client(), Receiver::start());
    let (endpoint, _) = client.register(&receiver.url());
    let done = client.analyze(Form::product("snapshot").fixture("photos/rocket.jpg"));
    let place = format!("/v1/analyses/{}", done["id"].as_str().unwrap());

    let other = Client::with_key(&service, &other_key);
    for path in ["", "/result", "/report.pdf", "/previews/1"] {
        other.get(&format!("{place}{path}")).problem(404, "not-found");
    }
    other.delete(&place).problem(404, "not-found");
    other.send("POST", &format!("{place}/cancel"), &[], Vec::new()).problem(404, "not-found");
    other.delete(&format!("/v1/webhook-endpoints/{endpoint}")).problem(404, "not-found");
    assert_eq!(other.get("/v1/analyses").expect(200).json()["analyses"], json!([]));
    client.get(&place).expect(200);
}

/// Makes a second agency by command line, while no service holds the data directory.
pub fn key_of_another_agency(stopped: &Service) -> String {
    let said = |arguments: &[&str], prefix: &str| {
        let output = stopped.command(&[arguments, &["--as", "tester", "--reason", "a second tenant"]].concat());
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        text.split_whitespace()
            .find(|word| word.starts_with(prefix))
            .unwrap_or_else(|| panic!("no {prefix} in {text}"))
            .to_owned()
    };
    let agency = said(&["admin", "create-agency", "--name", "Other agency"], "ag_");
    said(&["admin", "create-key", "--agency", &agency], "ps_live_")
}

#[test]
fn fields_that_are_missing_unknown_or_wrong() {
    let service = Service::start_with(&[("UPLOAD__PHOTOS_MAX", "2")]);
    let client = service.client();
    let rocket = |form: Form| form.fixture("photos/rocket.jpg");

    let problem = client.submit(Form::empty()).problem(422, "invalid-fields");
    assert_eq!(fields(&problem), ["photos", "product"]);
    let problem = client.submit(rocket(Form::product("poster"))).problem(422, "invalid-fields");
    assert_eq!(fields(&problem), ["product"]);
    let problem = client.submit(rocket(Form::product("snapshot").text("colour", "red"))).problem(422, "invalid-fields");
    assert_eq!(fields(&problem), ["colour"]);
    let problem = client.submit(Form::product("snapshot").photo("empty.jpg", b"")).problem(422, "invalid-fields");
    assert_eq!(fields(&problem), ["photos"]);
    let long = "x".repeat(101);
    let problem = client.submit(rocket(Form::product("snapshot").text("reference", &long))).problem(422, "invalid-fields");
    assert_eq!(fields(&problem), ["reference"]);
    let problem = client.submit(rocket(rocket(rocket(Form::product("snapshot"))))).problem(422, "invalid-fields");
    assert_eq!(fields(&problem), ["photos"]);
    assert_eq!(problem["limit"], 2);
    assert_eq!(client.get("/v1/analyses").expect(200).json()["analyses"], json!([]), "nothing of it was accepted");
}

#[test]
fn bodies_that_are_too_large_hear_so_with_limit_and_actual() {
    let service = Service::start_with(&[("UPLOAD__FILE_BYTES_MAX", "200000"), ("UPLOAD__REQUEST_BYTES_MAX", "2000000")]);
    let client = service.client();
    let problem = client.submit(Form::product("snapshot").fixture("photos/astronaut.png"));
    let problem = problem.problem(413, "photo-too-large");
    assert_eq!(problem["limit"], 200_000);
    assert!(problem["actual"].as_u64().unwrap() > 200_000, "{problem}");

    let problem = client.submit(Form::product("snapshot").fixture("photos/mountain-12mp.jpg")).problem(413, "request-too-large");
    assert_eq!(problem["limit"], 2_000_000);
    assert!(problem["actual"].as_u64().unwrap() > 3_000_000, "{problem}");
}

#[test]
fn types_we_do_not_take_are_named() {
    let service = Service::start();
    let client = service.client();
    let letter = client.send("POST", "/v1/analyses?product=snapshot", &[("content-type", "text/plain")], b"Dear all".to_vec());
    let problem = letter.problem(415, "unsupported-media-type");
    assert!(problem["detail"].as_str().unwrap().contains("text/plain"), "{problem}");

    let none = client.analyze(Form::product("snapshot").fixture("malformed/text.jpg"));
    assert_eq!((none["state"].as_str(), none["reason"].as_str()), (Some("failed"), Some("no_usable_photo")), "{none}");
    assert_eq!(none["photos"][0]["problem"], "unsupported_type");
}

#[test]
fn one_bad_photo_leaves_the_others_alone_and_none_good_is_told() {
    let service = Service::start();
    let (client, receiver) = (service.client(), Receiver::start());
    let (_, secret) = client.register(&receiver.url());
    let mixed = client.analyze(Form::product("snapshot").fixture("malformed/arithmetic.jpg").fixture("photos/rocket.jpg"));
    assert_eq!(mixed["state"], "completed", "{mixed}");
    assert_eq!(mixed["photos"][0]["state"], "unusable", "{mixed}");
    assert_eq!(mixed["photos"][1]["state"], "measured", "{mixed}");

    let none = client.analyze(Form::product("snapshot").fixture("malformed/arithmetic.jpg"));
    assert_eq!(none["reason"], "no_usable_photo", "{none}");
    let told = receiver.wait_for("analysis.failed");
    told.verify(&secret);
    assert_eq!(told.json()["data"]["reason"], "no_usable_photo");
    client.get(&format!("/v1/analyses/{}/report.pdf", none["id"].as_str().unwrap())).problem(409, "analysis-failed");
}

#[test]
fn whoever_had_their_share_and_a_full_node_are_told_apart() {
    let service = Service::start_with(&[("RATES__UPLOADS_PER_MIN", "1")]);
    let client = service.client();
    client.submit(Form::product("snapshot").fixture("photos/rocket.jpg")).expect(202);
    let answer = client.submit(Form::product("snapshot").fixture("photos/rocket.jpg"));
    answer.problem(429, "too-many-requests");
    assert!(answer.header("retry-after").parse::<u32>().unwrap() >= 1);

    let budget = (4 * 1024 * 1024).to_string();
    let settings = [("UPLOAD__UPLOAD_BUDGET_BYTES", budget.as_str()), ("UPLOAD__FILE_BYTES_MAX", budget.as_str())];
    let service = Service::start_with(&settings);
    let full = Form::product("snapshot").fixture("photos/mountain-12mp.jpg").fixture("photos/mountain-12mp.jpg");
    let answer = service.client().submit(full);
    answer.problem(503, "no-room");
    assert!(answer.header("retry-after").parse::<u32>().unwrap() >= 1);
    let fits = service.client().analyze(Form::product("snapshot").fixture("photos/mountain-12mp.jpg"));
    assert_eq!(fits["state"], "completed", "the refused upload gave its room back: {fits}");
}

#[test]
fn requests_the_framework_refuses_speak_the_same_language() {
    let service = Service::start();
    let client = service.client();
    client.get("/v1/nothing").problem(404, "not-found");
    client.get("/v1/analyses/an_nonsense").problem(404, "not-found");
    let answer = client.send("PUT", "/v1/analyses", &[], Vec::new());
    answer.problem(405, "method-not-allowed");
    assert!(answer.header("allow").contains("POST"), "{:?}", answer.headers);
    let json = [("content-type", "application/json")];
    client.send("POST", "/v1/webhook-endpoints", &json, b"{".to_vec()).problem(400, "malformed-json");
    let form = [("content-type", "multipart/form-data")];
    client.send("POST", "/v1/analyses", &form, b"x".to_vec()).problem(400, "malformed-multipart");
    let (content_type, mut body) = Form::product("snapshot").fixture("photos/rocket.jpg").finish();
    body.truncate(body.len() / 2);
    client.send("POST", "/v1/analyses", &[("content-type", &content_type)], body).problem(400, "malformed-multipart");
    client.get("/v1/analyses?cursor=nonsense").problem(400, "invalid-cursor");
    client.post_json("/v1/webhook-endpoints", &json!({ "url": "ftp://example.org" })).problem(422, "invalid-fields");
    client.post_json("/v1/webhook-endpoints", &json!({ "url": "https://169.254.169.254/" })).problem(422, "invalid-fields");
}

#[test]
fn a_client_that_leaves_in_the_middle_leaves_nothing_behind() {
    let service = Service::start();
    let (content_type, body) = Form::product("snapshot").fixture("photos/mountain-12mp.jpg").finish();
    let address = service.url.strip_prefix("http://").unwrap().replace("localhost", "127.0.0.1");
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /v1/analyses HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n",
        service.key(),
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&body[..body.len() / 2]).unwrap();
    eventually("the photo is held in memory", Duration::from_secs(10), || held_in_memory(service.pid()) > 0);
    stream.shutdown(std::net::Shutdown::Both).unwrap();
    stream.read_to_end(&mut Vec::new()).ok();
    drop(stream);
    eventually("the memory is given back", Duration::from_secs(10), || held_in_memory(service.pid()) == 0);
    assert_eq!(service.client().get("/v1/analyses").expect(200).json()["analyses"], json!([]));
    assert!(service.objects().is_empty());
}

/// Memory files a process holds open.
fn held_in_memory(pid: u32) -> usize {
    let descriptors = std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().flatten();
    descriptors.filter(|entry| std::fs::read_link(entry.path()).is_ok_and(|to| to.to_string_lossy().contains("memfd:"))).count()
}
