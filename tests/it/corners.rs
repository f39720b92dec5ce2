//! Requests at the edges of HTTP/1.1, as bytes: each gets the answer of the catalogue, and nobody is left hanging.

use std::io::{Read as _, Write as _};

use crate::support::{Form, Service, Wire};

/// What anybody or a key may GET.
const READABLE: [&str; 9] = [
    "/v1/analyses",
    "/v1/receipts",
    "/v1/products",
    "/v1/limits",
    "/v1/api-keys",
    "/v1/webhook-endpoints",
    "/healthz",
    "/readyz",
    "/sign-in",
];

/// What comes of a head, with `connection: close` if it does not say otherwise.
#[track_caller]
fn say(service: &Service, text: &str) -> String {
    let mut wire = Wire::open(service);
    wire.write(text.as_bytes());
    wire.answer().0
}

#[track_caller]
fn is_problem(answer: &str, status: u16, code: &str) {
    assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    assert!(answer.to_lowercase().contains("content-type: application/problem+json"), "{answer}");
    assert!(answer.contains(&format!("\"code\":\"{code}\"")), "{answer}");
}

#[test]
fn a_wrong_method_is_405_with_those_that_are_right_everywhere() {
    let service = Service::start();
    let client = service.client();
    let paths =
        ["/v1/analyses/x", "/v1/analyses/x/report.pdf", "/v1/analyses/x/progress", "/v1/analyses/x/submit", "/v1/receipts/x"];
    for path in READABLE.iter().filter(|path| **path != "/sign-in").chain(&paths) {
        for method in ["TRACE", "OPTIONS", "PATCH", "PROPFIND", "BREW"] {
            let answer = client.send(method, path, &[], Vec::new());
            answer.problem(405, "method-not-allowed");
            let allow: Vec<&str> = answer.headers.get_all("allow").iter().flat_map(|v| v.to_str().unwrap().split(", ")).collect();
            assert!(!allow.is_empty() && !allow.contains(&method), "{method} {path}: {allow:?}");
            let mut once = allow.clone();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), allow.len(), "{path}: {allow:?}");
        }
    }
    let page = client.send("PATCH", "/sign-in", &[], Vec::new()).expect(405);
    assert_eq!(page.header("allow"), "GET, HEAD, POST");
    for text in [
        "CONNECT example.com:443 HTTP/1.1\r\nhost: example.com:443\r\n\r\n",
        "CONNECT /v1/products HTTP/1.1\r\nhost: a\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nhost: a\r\n\r\n",
    ] {
        let answer = say(&service, text);
        assert!(answer.starts_with("HTTP/1.1 405 ") && answer.contains("allow: GET, HEAD, POST, PUT, DELETE"), "{text}{answer}");
    }
}

#[test]
fn head_is_get_without_a_body() {
    let service = Service::start();
    let client = service.client();
    let seen = client.analyze(Form::product("snapshot").fixture("photos/rocket.jpg"));
    let place = format!("/v1/analyses/{}", seen["id"].as_str().unwrap());
    let parts = ["", "/result", "/report.pdf", "/previews/1"].map(|part| format!("{place}{part}"));
    let deleted = client.analyze(Form::product("snapshot").fixture("photos/rocket.jpg"));
    let receipt = client.delete(&format!("/v1/analyses/{}", deleted["id"].as_str().unwrap())).expect(200).json();
    let receipt = format!("/v1/receipts/{}", receipt["id"].as_str().unwrap());
    for path in READABLE.iter().copied().chain(parts.iter().map(String::as_str)).chain([receipt.as_str(), "/v1/nothing"]) {
        let (get, head) = (client.get(path), client.send("HEAD", path, &[], Vec::new()));
        assert_eq!((head.status, head.body.len()), (get.status, 0), "{path}");
        for name in ["content-type", "content-length", "etag", "cache-control"] {
            // A page's form token is another each time, and as long.
            assert_eq!(head.header(name), get.header(name), "{path}: {name}");
        }
        assert!(!head.header("content-length").is_empty(), "{path}");
    }
}

#[test]
fn heads_that_are_none_or_say_two_things_are_refused_with_a_problem() {
    let service = Service::start();
    let post = "POST /v1/webhook-endpoints HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n";
    for text in [
        "nonsense\r\n\r\n",
        "GET /healthz\r\n\r\n",
        "GET /healthz HTTP/2.0\r\nhost: a\r\n\r\n",
        // HTTP/2 without asking.
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET /healthz HTTP/1.1\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nhost:\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nhost: a b/\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nhost : a\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nhost: a\r\nx: one\r\n two\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nhost: a\r\nx: one\0two\r\n\r\n",
        &format!("{post}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
        &format!("{post}transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n"),
        &format!("{post}content-length: 2\r\ncontent-length: 3\r\n\r\n{{}} "),
        &format!("{post}content-length: +2\r\n\r\n{{}}"),
        &format!("{post}content-length: 2, 2\r\n\r\n{{}}"),
        &format!("{post}transfer-encoding: gzip\r\n\r\n{{}}"),
        &format!("{post}transfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
        &format!("{}transfer-encoding: chunked\r\n\r\n0\r\n\r\n", post.replace("1.1", "1.0")),
        // Longer than any address can be.
        &format!("GET /{} HTTP/1.1\r\nhost: a\r\n\r\n", "a".repeat(70_000)),
    ] {
        let answer = say(&service, text);
        assert!(answer.starts_with("HTTP/1.1 400 "), "{}: {answer}", &text[..text.len().min(200)]);
        is_problem(&answer, 400, "malformed-request");
    }
}

#[test]
fn heads_and_addresses_have_their_bounds() {
    let service = Service::start();
    let with = |count: usize| {
        let fields: String = (0..count).map(|number| format!("x-{number}: 1\r\n")).collect();
        format!("GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{fields}\r\n")
    };
    assert!(say(&service, &with(94)).starts_with("HTTP/1.1 200 "), "96 headers");
    is_problem(&say(&service, &with(95)), 431, "head-too-large");
    is_problem(&say(&service, &format!("GET /healthz HTTP/1.1\r\nhost: a\r\nx: {}", "y".repeat(132_000))), 431, "head-too-large");
    let get = |length: usize| format!("GET /v1/{} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", "a".repeat(length - 4));
    is_problem(&say(&service, &get(8192)), 404, "not-found");
    is_problem(&say(&service, &get(8193)), 414, "address-too-long");
}

#[test]
fn older_and_longer_forms_are_understood() {
    let service = Service::start();
    let old = say(&service, "GET /healthz HTTP/1.0\r\n\r\n");
    assert!(old.starts_with("HTTP/1.0 200 ") && old.ends_with("{\"status\":\"alive\"}"), "{old}");
    let absolute = say(&service, "GET http://localhost/healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    assert!(absolute.starts_with("HTTP/1.1 200 "), "{absolute}");
    // Nobody is upgraded; who asked gets the answer all the same (RFC 9110 section 7.8).
    for (protocol, more) in
        [("h2c", "http2-settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n"), ("websocket", "sec-websocket-version: 13\r\n")]
    {
        let head = format!("GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: {protocol}\r\n{more}\r\n");
        let mut wire = Wire::open(&service);
        wire.write(head.as_bytes());
        let answer = wire.read_answer().to_lowercase();
        assert!(answer.starts_with("http/1.1 200 ") && answer.contains("connection: close"), "{answer}");
        assert!(!answer.contains("upgrade"), "{answer}");
    }
}

#[test]
fn who_expects_100_is_told_to_go_on_or_why_not() {
    let service = Service::start();
    let photo = std::fs::read(crate::fixtures::fixture("photos/rocket.jpg")).unwrap();
    let head = |key: &str| {
        format!(
            "POST /v1/analyses?product=snapshot HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {key}\r\nexpect: 100-continue\r\n\
             content-type: image/jpeg\r\ncontent-length: {}\r\n\r\n",
            photo.len()
        )
    };
    let mut wire = Wire::open(&service);
    wire.write(head(service.key()).as_bytes());
    let mut go_on = [0; 25];
    wire.0.read_exact(&mut go_on).unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    wire.write(&photo);
    assert!(wire.answer().0.starts_with("HTTP/1.1 202 "));
    let mut wire = Wire::open(&service);
    wire.write(head("ps_live_wrong").as_bytes());
    let refused = wire.answer().0;
    assert!(refused.contains("HTTP/1.1 401 ") && refused.contains("\"code\":\"invalid-key\""), "{refused}");
}

#[test]
fn a_body_that_is_too_large_hears_so_every_time() {
    let settings = [("UPLOAD__FILE_BYTES_MAX", "1048576"), ("RATES__UPLOADS_PER_MIN", "1000")];
    let service = Service::start_with(&settings);
    let piece = vec![0; 1 << 16];
    for turn in 0..100 {
        let is_chunked = turn % 2 == 0;
        let length = if is_chunked { "transfer-encoding: chunked".to_owned() } else { format!("content-length: {}", 8 << 20) };
        let key = service.key();
        let mut wire = Wire::open(&service);
        wire.write(
            format!(
                "POST /v1/analyses?product=snapshot HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {key}\r\n\
                 content-type: image/jpeg\r\n{length}\r\n\r\n"
            )
            .as_bytes(),
        );
        // Whoever sends it all before reading: what was refused is read away until the answer has arrived.
        for _ in 0..(8 << 20) / piece.len() {
            let sent = if is_chunked {
                wire.0.write_all(b"10000\r\n").and_then(|()| wire.0.write_all(&piece)).and_then(|()| wire.0.write_all(b"\r\n"))
            } else {
                wire.0.write_all(&piece)
            };
            if sent.is_err() {
                break;
            }
        }
        let answer = wire.read_answer();
        assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("\"code\":\"photo-too-large\""), "{turn}: {answer}");
    }
}
