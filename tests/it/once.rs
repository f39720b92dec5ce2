//! Every request that changes something is one however often it is sent: under a key of the client's own for programs, by the id
//! of the form for people.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::client::Answer;
use crate::support::watch::eventually;
use crate::support::{Client, Form, Receiver, Service};

/// What is asked, and the same with another body or about another thing.
struct Ask {
    method: &'static str,
    path: String,
    content_type: String,
    body: Vec<u8>,
    other: (String, Vec<u8>),
}

impl Ask {
    fn json(method: &'static str, path: impl Into<String>, body: &Value, other: &Value) -> Self {
        let (path, text) = (path.into(), |value: &Value| value.to_string().into_bytes());
        Self { method, other: (path.clone(), text(other)), path, content_type: "application/json".into(), body: text(body) }
    }

    /// Without a body: the other one is about `other`.
    fn bare(method: &'static str, path: impl Into<String>, other: impl Into<String>) -> Self {
        Self { method, path: path.into(), content_type: String::new(), body: Vec::new(), other: (other.into(), Vec::new()) }
    }

    fn send(&self, client: &Client, key: &str, is_other: bool) -> Answer {
        let mut headers = vec![("idempotency-key", key)];
        if !self.content_type.is_empty() {
            headers.push(("content-type", &self.content_type));
        }
        let (path, body) = if is_other { &self.other } else { &(self.path.clone(), self.body.clone()) };
        client.send(self.method, path, &headers, body.clone())
    }
}

/// A service with things to change.
struct Bench {
    client: Client,
    receiver: Receiver,
    _service: Service,
}

impl Bench {
    fn start() -> Self {
        let service = Service::start();
        Self { client: service.client(), receiver: Receiver::start(), _service: service }
    }

    fn opened(&self) -> String {
        let opening = json!({ "open": true, "product": "snapshot" });
        let place = self.client.post_json("/v1/analyses", &opening).expect(201).header("location").to_owned();
        let photo = std::fs::read(crate::fixtures::fixture("photos/rocket.jpg")).unwrap();
        self.client.send("PUT", &format!("{place}/photos/1"), &[("content-type", "image/jpeg")], photo).expect(202);
        place
    }

    fn endpoint(&self) -> String {
        format!("/v1/webhook-endpoints/{}", self.client.register(&self.receiver.url()).0)
    }

    /// A delivery of a test event that has been made, to be sent again.
    fn delivered(&self) -> String {
        let endpoint = self.endpoint();
        self.client.send("POST", &format!("{endpoint}/test"), &[], Vec::new()).expect(202);
        let list = || self.client.get(&format!("{endpoint}/deliveries")).expect(200).json()["deliveries"][0].clone();
        eventually("the test is delivered", Duration::from_secs(20), || list()["state"] == "delivered");
        format!("{endpoint}/deliveries/{}/redeliver", list()["id"].as_str().unwrap())
    }

    fn key(&self) -> String {
        let asked = json!({ "label": "spare", "scopes": ["analyses:read"] });
        let made = self.client.post_json("/v1/api-keys", &asked).expect(201).json();
        format!("/v1/api-keys/{}", made["id"].as_str().unwrap())
    }

    /// A key has at most ten endpoints.
    fn clear(&self) {
        let endpoints = self.client.get("/v1/webhook-endpoints").expect(200).json()["endpoints"].as_array().unwrap().clone();
        for endpoint in endpoints {
            self.client.delete(&format!("/v1/webhook-endpoints/{}", endpoint["id"].as_str().unwrap())).expect(204);
        }
    }

    /// What there is, by number; what a change adds is one more of something.
    fn counts(&self) -> BTreeMap<&'static str, usize> {
        let count = |path: &str, name: &str| self.client.get(path).expect(200).json()[name].as_array().unwrap().len();
        BTreeMap::from([
            ("analyses", count("/v1/analyses?limit=100", "analyses")),
            ("endpoints", count("/v1/webhook-endpoints", "endpoints")),
            ("keys", count("/v1/api-keys", "api_keys")),
        ])
    }

    /// A request for each operation, on things of its own.
    fn ask(&self, method: &str, path: &str) -> Option<Ask> {
        let photo = |name: &str| std::fs::read(crate::fixtures::fixture(name)).unwrap();
        Some(match (method, path) {
            ("post", "/v1/analyses") => {
                let form = |photo: &str| Form::product("snapshot").fixture(photo).finish();
                let (content_type, body) = form("photos/rocket.jpg");
                let (_, other) = form("photos/coffee-tagged.jpg");
                // One boundary for both, so that one Content-Type does.
                let other = (path.to_owned(), other);
                Ask { method: "POST", path: path.to_owned(), content_type, body, other }
            }
            ("put", "/v1/analyses/{id}/photos/{number}") => {
                let place = format!("{}/photos/2", self.opened());
                let other = (place.clone(), photo("photos/coffee-tagged.jpg"));
                Ask { method: "PUT", path: place, content_type: "image/jpeg".into(), body: photo("photos/rocket.jpg"), other }
            }
            ("post", "/v1/analyses/{id}/submit" | "/v1/analyses/{id}/cancel") => {
                let tail = path.rsplit('/').next().unwrap();
                Ask::bare("POST", format!("{}/{tail}", self.opened()), format!("{}/{tail}", self.opened()))
            }
            ("delete", "/v1/analyses/{id}") => Ask::bare("DELETE", self.opened(), self.opened()),
            ("post", "/v1/webhook-endpoints") => {
                let (one, other) = (self.receiver.url(), format!("{}?other", self.receiver.url()));
                Ask::json("POST", path, &json!({ "url": one }), &json!({ "url": other }))
            }
            ("delete", "/v1/webhook-endpoints/{id}") => Ask::bare("DELETE", self.endpoint(), self.endpoint()),
            ("patch", "/v1/webhook-endpoints/{id}") => {
                let wants = |kind: &str| json!({ "events": [kind] });
                Ask::json("PATCH", self.endpoint(), &wants("report.deleted"), &wants("analysis.completed"))
            }
            ("post", "/v1/webhook-endpoints/{id}/rotate-secret") => {
                Ask::json("POST", format!("{}/rotate-secret", self.endpoint()), &json!({}), &json!({ "overlap_secs": 60 }))
            }
            ("delete", "/v1/webhook-endpoints/{id}/previous-secret") => {
                let place = || format!("{}/previous-secret", self.endpoint());
                Ask::bare("DELETE", place(), place())
            }
            ("post", "/v1/webhook-endpoints/{id}/pause" | "/v1/webhook-endpoints/{id}/resume") => {
                let tail = path.rsplit('/').next().unwrap();
                let place = || format!("{}/{tail}", self.endpoint());
                Ask::bare("POST", place(), place())
            }
            ("post", "/v1/webhook-endpoints/{id}/test") => {
                Ask::bare("POST", format!("{}/test", self.endpoint()), format!("{}/test", self.endpoint()))
            }
            ("post", "/v1/api-keys") => Ask::json(
                "POST",
                path,
                &json!({ "label": "one", "scopes": ["analyses:read"] }),
                &json!({ "label": "other", "scopes": ["analyses:read"] }),
            ),
            ("patch", "/v1/api-keys/{id}") => {
                Ask::json("PATCH", self.key(), &json!({ "label": "renamed" }), &json!({ "label": "otherwise" }))
            }
            ("post", "/v1/api-keys/{id}/roll") => {
                Ask::json("POST", format!("{}/roll", self.key()), &json!({}), &json!({ "overlap_secs": 60 }))
            }
            ("post", "/v1/api-keys/{id}/report-leak" | "/v1/api-keys/{id}/destroy-analyses") => {
                let tail = path.rsplit('/').next().unwrap();
                let other = json!({ "since": "2026-01-01T00:00:00Z" });
                Ask::json("POST", format!("{}/{tail}", self.key()), &json!({}), &other)
            }
            ("post", "/v1/webhook-endpoints/{id}/redeliver" | "/v1/webhook-endpoints/{id}/replay") => {
                let tail = path.rsplit('/').next().unwrap();
                let since = |year: u16| json!({ "since": format!("{year}-01-01T00:00:00Z") });
                Ask::json("POST", format!("{}/{tail}", self.endpoint()), &since(2025), &since(2026))
            }
            ("post", "/v1/webhook-endpoints/{id}/deliveries/{delivery}/redeliver") => {
                Ask::bare("POST", self.delivered(), self.delivered())
            }
            ("delete", "/v1/api-keys/{id}") => Ask::bare("DELETE", self.key(), self.key()),
            _ => return None,
        })
    }
}

/// What names the thing an answer is about.
fn named(answer: &Answer) -> Value {
    if answer.body.is_empty() {
        return Value::Null;
    }
    let body = answer.json();
    ["id", "event", "number", "receipt", "secret", "redelivered", "replayed"].iter().map(|name| body[name].clone()).collect()
}

#[test]
fn every_mutation_of_the_api_sent_twice_under_a_key_has_one_effect() {
    let bench = Bench::start();
    let document = bench.client.get("/openapi.json").expect(200).json();
    let mut walked = 0;
    for (path, item) in document["paths"].as_object().unwrap().iter().filter(|(path, _)| path.starts_with("/v1/")) {
        for method in
            item.as_object().unwrap().keys().filter(|method| ["post", "put", "patch", "delete"].contains(&method.as_str()))
        {
            bench.clear();
            let ask = bench.ask(method, path).unwrap_or_else(|| panic!("{method} {path}: say how it is asked twice"));
            let key = format!("walk-{walked}");
            let before = bench.counts();
            let first = ask.send(&bench.client, &key, false);
            assert!((200..300).contains(&first.status), "{method} {path}: {}", first.text());
            assert_eq!(first.header("idempotency-replayed"), "", "{method} {path}");
            let between = bench.counts();
            let again = ask.send(&bench.client, &format!("\"{key}\""), false);
            assert!((200..300).contains(&again.status), "{method} {path}: {}", again.text());
            assert_eq!(again.header("idempotency-replayed"), "true", "{method} {path}");
            assert_eq!(named(&again), named(&first), "{method} {path}");
            assert_eq!(bench.counts(), between, "{method} {path}: the second time changed something");
            assert!(between.values().sum::<usize>().abs_diff(before.values().sum()) <= 1, "{method} {path}");
            ask.send(&bench.client, &key, true).problem(422, "idempotency-key-reused");
            walked += 1;
        }
    }
    assert!(walked >= 10, "{walked} mutations");
}

#[test]
fn secrets_are_shown_again_where_they_can_be() {
    let bench = Bench::start();
    let endpoint = bench.ask("post", "/v1/webhook-endpoints").unwrap();
    let made = endpoint.send(&bench.client, "e", false).expect(201).json();
    assert_eq!(endpoint.send(&bench.client, "e", false).expect(201).json(), made, "with its secret");
    // Once it is gone its key means nothing any more.
    bench.client.delete(&format!("/v1/webhook-endpoints/{}", made["id"].as_str().unwrap())).expect(204);
    let new = endpoint.send(&bench.client, "e", false).expect(201);
    assert_eq!(new.header("idempotency-replayed"), "");
    assert_ne!(new.json()["id"], made["id"]);

    let key = bench.ask("post", "/v1/api-keys").unwrap();
    let made = key.send(&bench.client, "k", false).expect(201).json();
    let again = key.send(&bench.client, "k", false).expect(201).json();
    assert!(made["key"].as_str().unwrap().starts_with("ps_live_"));
    assert_eq!((&again["id"], &again["key"]), (&made["id"], &Value::Null), "an API key is kept nowhere");
    assert!(again.as_object().unwrap().contains_key("key"), "{again}");
}

#[test]
fn a_hundred_equal_uploads_at_once_are_one_analysis() {
    let service = Service::start_with(&[("RATES__UPLOADS_PER_MIN", "1000")]);
    let send = &|photo: &str, number: usize| {
        let form = Form::product("snapshot").text("reference", "Order 7").fixture(photo);
        let (content_type, body) = form.finish_between(&format!("boundary-{number}"));
        let headers = [("content-type", content_type.as_str()), ("idempotency-key", "burst")];
        (content_type.clone(), service.client().send("POST", "/v1/analyses", &headers, body))
    };
    let answers: Vec<(String, Answer)> = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..100).map(|number| scope.spawn(move || send("photos/rocket.jpg", number))).collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    let boundaries: BTreeSet<&String> = answers.iter().map(|(content_type, _)| content_type).collect();
    assert_eq!(boundaries.len(), 100, "every request looks different on the wire");
    let (mut ids, mut first, mut told_to_wait) = (BTreeSet::new(), 0, 0);
    for (_, answer) in &answers {
        if answer.status == 409 {
            answer.problem(409, "request-in-flight");
            assert!(answer.header("retry-after").parse::<u64>().unwrap() > 0);
            told_to_wait += 1;
        } else {
            assert!(matches!(answer.status, 200 | 202), "{}", answer.text());
            first += usize::from(answer.header("idempotency-replayed").is_empty());
            ids.insert(answer.json()["id"].as_str().unwrap().to_owned());
        }
    }
    println!(
        "100 at once: {first} made it, {} were answered again, {told_to_wait} were told to wait",
        100 - first - told_to_wait
    );
    assert_eq!((ids.len(), first), (1, 1), "{ids:?}");
    let client = service.client();
    assert_eq!(client.get("/v1/analyses").expect(200).json()["analyses"].as_array().unwrap().len(), 1);
    for number in 0..told_to_wait.min(5) {
        let (_, late) = send("photos/rocket.jpg", 100 + number);
        assert_eq!(late.header("idempotency-replayed"), "true", "{}", late.text());
    }
    send("photos/coffee-tagged.jpg", 0).1.problem(422, "idempotency-key-reused");
}

/// A person's browser: a session and its forms.
struct Browser {
    client: Client,
    cookie: String,
    origin: String,
}

impl Browser {
    fn sign_in(service: &Service) -> Self {
        let client = Client::anonymous(service);
        let (email, password) = service.owner();
        let origin = service.url.clone();
        let body = format!("email={}&password={}", encoded(email), encoded(password));
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("origin", origin.as_str())];
        let signed_in = client.send("POST", "/sign-in", &headers, body.into_bytes()).expect(303);
        let cookie = signed_in.header("set-cookie").split(';').next().unwrap().to_owned();
        Self { client, cookie, origin }
    }

    fn page(&self, path: &str) -> String {
        self.client.send("GET", path, &[("cookie", &self.cookie)], Vec::new()).expect(200).text()
    }

    /// The token of the form on a page that goes to `action`.
    fn token(&self, path: &str, action: &str) -> String {
        let page = self.page(path);
        let form = page.split("<form").find(|form| form.contains(&format!("action=\"{action}\""))).expect("a form");
        form.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    }

    fn post(&self, path: &str, content_type: &str, body: Vec<u8>) -> Answer {
        let headers = [("content-type", content_type), ("cookie", self.cookie.as_str()), ("origin", self.origin.as_str())];
        self.client.send("POST", path, &headers, body)
    }

    fn fields(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        self.post(path, "application/x-www-form-urlencoded", body.join("&").into_bytes())
    }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { (byte as char).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[test]
fn a_form_sent_twice_is_answered_once_by_the_same_page() {
    let service = Service::start();
    let browser = Browser::sign_in(&service);
    let keys = || service.client().get("/v1/api-keys").expect(200).json()["api_keys"].as_array().unwrap().clone();

    let token = browser.token("/api-keys", "/api-keys");
    let make = |label: &str| browser.fields("/api-keys", &[("csrf", &token), ("label", label), ("scope", "analyses:read")]);
    assert!(make("Studio").expect(200).text().contains("ps_live_"));
    assert!(make("Studio").expect(200).text().contains("sent twice"), "the key cannot be shown again");
    assert_eq!(keys().len(), 2, "the first one and that of the form");
    make("Another").expect(422);
    assert_eq!(keys().len(), 2, "a form is good for what it was filled in with");

    let made = keys().into_iter().find(|key| key["label"] == "Studio").unwrap()["id"].as_str().unwrap().to_owned();
    let action = format!("/api-keys/{made}/revoke");
    let token = browser.token("/api-keys", &action);
    for _ in 0..2 {
        assert_eq!(browser.fields(&action, &[("csrf", &token)]).expect(303).header("location"), "/api-keys");
    }

    let (receiver, key) = (Receiver::start(), keys().into_iter().find(|key| key["revoked_at"].is_null()).unwrap()["id"].clone());
    let token = browser.token("/endpoints", "/endpoints");
    let make = || {
        let fields = [("csrf", token.as_str()), ("url", &receiver.url()), ("key", key.as_str().unwrap())];
        let page = browser.fields("/endpoints", &fields).expect(200).text();
        page.split("whsec_").nth(1).expect("the secret").split('<').next().unwrap().to_owned()
    };
    assert_eq!(make(), make(), "the same secret");
    let endpoints = service.client().get("/v1/webhook-endpoints").expect(200).json()["endpoints"].clone();
    assert_eq!(endpoints.as_array().unwrap().len(), 1);
}

#[test]
fn photos_of_a_page_sent_twice_are_one_analysis() {
    let service = Service::start();
    let browser = Browser::sign_in(&service);
    let token = browser.token("/analyses/new", "/analyses");
    let send = |reference: &str| {
        let form = Form::empty().text("csrf", &token).text("product", "snapshot").text("reference", reference);
        let (content_type, body) = form.fixture("photos/rocket.jpg").finish();
        browser.post("/analyses", &content_type, body)
    };
    let first = send("Order 7").expect(303).header("location").to_owned();
    assert_eq!(send("Order 7").expect(303).header("location"), first);
    send("Order 8").expect(422);
    assert_eq!(service.client().get("/v1/analyses").expect(200).json()["analyses"].as_array().unwrap().len(), 1);

    let id = first.trim_start_matches("/analyses/").to_owned();
    service.client().follow(&format!("/v1/analyses/{id}"));
    let action = format!("/analyses/{id}/delete");
    let token = browser.token(&action, &action);
    let receipt = |answer: Answer| answer.expect(303).header("location").to_owned();
    let first = receipt(browser.fields(&action, &[("csrf", &token)]));
    assert!(first.starts_with("/receipts/"), "{first}");
    assert_eq!(receipt(browser.fields(&action, &[("csrf", &token)])), first);
}
