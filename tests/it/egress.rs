//! Where the running program connects to when somebody wants it elsewhere: nowhere. Names that resolve badly are the unit tests'
//! (`webhooks::tests::egress`), because they need a resolver that lies.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::Service;

/// Longest wait for an attempt that is due at once.
const ATTEMPT_MAX: Duration = Duration::from_secs(30);

/// Answers every connection the same and counts them.
struct Counter {
    url: String,
    connections: Arc<AtomicUsize>,
}

impl Counter {
    fn answering(head: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let connections = Arc::new(AtomicUsize::new(0));
        let (counted, answer) =
            (Arc::clone(&connections), format!("HTTP/1.1 {head}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"));
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                counted.fetch_add(1, Ordering::SeqCst);
                stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
                // the request is small: one read takes its head, and what follows does not matter
                let _read = stream.read(&mut [0; 16 * 1024]);
                let _written = stream.write_all(answer.as_bytes());
            }
        });
        Self { url, connections }
    }

    fn count(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

#[test]
fn every_spelling_of_an_address_is_refused_when_it_is_registered() {
    let service = Service::start_with(&[("WEBHOOKS__ALLOW_LOOPBACK", "false")]);
    let client = service.client();
    let targets: Vec<Value> = serde_json::from_str(include_str!("../../fixtures/egress-targets.json")).unwrap();
    // Whatever needs a resolver would be asked of the system's.
    let refused = targets.iter().filter(|target| !["ok", "special", "unknown"].contains(&target["verdict"].as_str().unwrap()));
    let mut count = 0;
    for target in refused {
        let answer = client.post_json("/v1/webhook-endpoints", &json!({ "url": target["url"] }));
        let problem = answer.problem(422, "invalid-fields");
        assert_eq!(problem["errors"][0]["field"], "url", "{target}");
        count += 1;
    }
    assert!(count >= 150, "{count}");
    assert_eq!(client.get("/v1/webhook-endpoints").expect(200).json()["endpoints"], json!([]));
    println!("{count} targets refused at their registration");
}

#[test]
fn neither_a_redirect_nor_a_proxy_of_the_environment_is_followed() {
    let (inner, proxy) = (Counter::answering("200 OK"), Counter::answering("200 OK"));
    let names = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    let variables: Vec<String> =
        names.iter().map(|name| format!("{name}={}", proxy.url)).chain(["NO_PROXY=".to_owned()]).collect();
    let variables: Vec<&str> = variables.iter().map(String::as_str).collect();
    let service = Service::start_under("env", &variables);
    let client = service.client();
    let statuses = ["301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"];
    for (at, status) in statuses.iter().enumerate() {
        let receiver = Counter::answering(&format!("{status}\r\nlocation: {}/inner", inner.url));
        let (endpoint, _secret) = client.register(&format!("{}/in", receiver.url));
        client.post_json(&format!("/v1/webhook-endpoints/{endpoint}/test"), &json!({})).expect(202);
        let start = Instant::now();
        while service.log().matches("redirected").count() <= at {
            assert!(start.elapsed() < ATTEMPT_MAX, "no attempt in\n{}", service.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        assert!(receiver.count() > 0);
        client.delete(&format!("/v1/webhook-endpoints/{endpoint}")).expect(204);
    }
    assert_eq!((inner.count(), proxy.count()), (0, 0));
    println!("{} redirects not followed, {} proxy variables not read", statuses.len(), names.len());
}
