//! The OpenAPI document against the running service: every address and method, and real answers. `docs/api.md` shows its operations.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use boon::{Compiler, Draft, Schemas};
use serde_json::{Value, json};

use crate::support::client::Answer;
use crate::support::{Client, Form, Receiver, Service};

const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// A service and the document it hands out.
struct Contract {
    client: Client,
    document: Value,
    compiler: Compiler,
    schemas: Schemas,
    seen: BTreeSet<String>,
}

impl Contract {
    fn of(service: &Service) -> Self {
        let client = service.client();
        let document = client.get("/openapi.json").expect(200).json();
        let mut compiler = Compiler::new();
        compiler.set_default_draft(Draft::V2020_12);
        compiler.enable_format_assertions();
        compiler.add_resource("mem:openapi", document.clone()).unwrap();
        Self { client, document, compiler, schemas: Schemas::new(), seen: BTreeSet::new() }
    }

    /// Sends a request to a described operation and holds its answer against the description.
    #[track_caller]
    fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let answer = self.client.send(method, path, headers, body);
        self.check(method, path, &answer);
        answer
    }

    #[track_caller]
    fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, &[], Vec::new())
    }

    #[track_caller]
    fn post(&mut self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, &[("content-type", "application/json")], body.to_string().into_bytes())
    }

    #[track_caller]
    fn check(&mut self, method: &str, path: &str, answer: &Answer) {
        let plain = path.split('?').next().unwrap();
        let paths = self.document["paths"].as_object().unwrap();
        let told = paths.keys().filter(|told| fits(told, plain)).min_by_key(|told| told.matches('{').count());
        let told = told.unwrap_or_else(|| panic!("{path} is not in the document")).clone();
        let operation = &self.document["paths"][&told][method.to_ascii_lowercase()];
        let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {told} is not in the document")).to_owned();
        let mut place = format!("/paths/{}/{}/responses/{}", token(&told), method.to_ascii_lowercase(), answer.status);
        let mut response = self.document.pointer(&place).unwrap_or_else(|| panic!("{id}: {} is not told", answer.status)).clone();
        if let Some(target) = response["$ref"].as_str() {
            place = target.trim_start_matches('#').to_owned();
            response = self.document.pointer(&place).unwrap().clone();
        }
        for (name, header) in response["headers"].as_object().into_iter().flatten() {
            let header = header["$ref"].as_str().map_or(header, |target| self.document.pointer(&target[1..]).unwrap());
            assert!(header["required"] != true || answer.headers.contains_key(name), "{id}: {} without {name}", answer.status);
        }
        let media_type = answer.header("content-type").split(';').next().unwrap().to_owned();
        match response["content"].as_object() {
            None => assert!(answer.body.is_empty(), "{id}: {} has a body", answer.status),
            Some(content) => {
                assert!(content.contains_key(&media_type), "{id}: {} as {media_type:?}", answer.status);
                if media_type.ends_with("json") {
                    self.validate(&format!("{place}/content/{}/schema", token(&media_type)), &answer.json());
                }
            }
        }
        self.seen.insert(format!("{id} {}", answer.status));
    }

    #[track_caller]
    fn validate(&mut self, pointer: &str, value: &Value) {
        let place = format!("mem:openapi#{}", pointer.replace('{', "%7B").replace('}', "%7D"));
        let index = self.compiler.compile(&place, &mut self.schemas).unwrap_or_else(|error| panic!("{pointer}: {error:#}"));
        self.schemas.validate(value, index).unwrap_or_else(|error| panic!("{pointer}: {error:#}\n{value:#}"));
    }
}

fn token(text: &str) -> String {
    text.replace('~', "~0").replace('/', "~1")
}

/// Whether a path is one of a template.
fn fits(template: &str, path: &str) -> bool {
    let (told, asked): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    told.len() == asked.len() && told.iter().zip(asked).all(|(told, asked)| told.starts_with('{') || *told == asked)
}

#[test]
fn every_address_takes_the_methods_it_is_told_to_take_and_no_other() {
    let service = Service::start();
    let contract = Contract::of(&service);
    let text = &contract.document;
    assert_eq!(text["servers"][0]["url"], service.url);
    for (path, item) in text["paths"].as_object().unwrap() {
        let told: BTreeSet<String> = item.as_object().unwrap().keys().map(|method| method.to_ascii_uppercase()).collect();
        let real = path.replace("{number}", "1").replace("{id}", "an_00000000000000000000000000");
        for method in METHODS.iter().filter(|method| !told.contains(**method)) {
            let refused = contract.client.send(method, &real, &[], Vec::new());
            refused.problem(405, "method-not-allowed");
            let allowed: BTreeSet<String> = refused
                .header("allow")
                .split(',')
                .map(|method| method.trim().to_owned())
                .filter(|method| method != "HEAD")
                .collect();
            assert_eq!(allowed, told, "{method} {path}");
        }
        for method in &told {
            let answer = contract.client.send(method, &real, &[], Vec::new());
            assert_ne!(answer.status, 405, "{method} {path}");
        }
    }
    let again = contract.client.send(
        "GET",
        "/openapi.json",
        &[("if-none-match", contract.client.get("/openapi.json").header("etag"))],
        Vec::new(),
    );
    assert_eq!((again.status, again.body.len()), (304, 0));
}

#[test]
fn real_answers_are_as_described() {
    let service = Service::start();
    let receiver = Receiver::start();
    let mut contract = Contract::of(&service);
    photos(&mut contract);
    one_at_a_time(&mut contract);
    endpoints_and_keys(&mut contract, &receiver.url());
    for path in ["/v1/limits", "/v1/products", "/openapi.json", "/healthz", "/readyz"] {
        contract.get(path).expect(200);
    }
    let told = receiver.wait_for("endpoint.test").json();
    contract.validate("/webhooks/endpoint.test/post/requestBody/content/application~1json/schema", &told);
    let stranger = Client::anonymous(&service);
    for (method, path) in [("GET", "/v1/analyses"), ("POST", "/v1/analyses"), ("DELETE", "/v1/api-keys/key_1")] {
        let answer = stranger.send(method, path, &[], Vec::new());
        contract.check(method, path, &answer);
        answer.expect(401);
    }
    assert!(contract.seen.len() >= 30, "{:?}", contract.seen);
}

fn photos(contract: &mut Contract) {
    let (content_type, body) =
        Form::product("snapshot").text("reference", "Shoot 14").fixture("photos/coffee-tagged.jpg").finish();
    let headers = [("content-type", content_type.as_str()), ("prefer", "wait=60"), ("idempotency-key", "contract-1")];
    let done = contract.send("POST", "/v1/analyses", &headers, body.clone()).expect(200).json();
    assert_eq!(done["state"], "completed", "{done}");
    contract.send("POST", "/v1/analyses", &headers, body).expect(200);
    let place = done["links"]["self"].as_str().unwrap().to_owned();
    let seen = contract.get(&place).expect(200);
    contract.send("GET", &place, &[("if-none-match", seen.header("etag"))], Vec::new()).expect(304);
    for part in ["result", "report.pdf", "previews/1", "progress"] {
        contract.get(&format!("{place}/{part}")).expect(200);
    }
    contract.get(&format!("{place}/previews/7")).expect(404);
    contract.get("/v1/analyses?limit=1&state=completed").expect(200);
    contract.get("/v1/analyses?cursor=nonsense").expect(400);
    contract.get("/v1/analyses?limit=0").expect(422);
    contract.send("POST", &format!("{place}/cancel"), &[], Vec::new()).expect(409);
    let receipt = contract.send("DELETE", &place, &[], Vec::new()).expect(200).json();
    contract.get(&place).expect(410);
    contract.get(&format!("{place}/result")).expect(410);
    contract.get(&format!("/v1/receipts/{}", receipt["id"].as_str().unwrap())).expect(200);
    contract.get("/v1/receipts").expect(200);
    contract.get("/v1/receipts/rc_00000000000000000000000000").expect(404);
    contract.send("POST", "/v1/analyses", &[("content-type", "text/plain")], b"x".to_vec()).expect(415);
    contract.send("POST", "/v1/analyses", &[("content-type", "application/json")], b"{".to_vec()).expect(400);
}

fn one_at_a_time(contract: &mut Contract) {
    let opened = contract.post("/v1/analyses", &json!({ "open": true, "product": "snapshot" })).expect(201).json();
    let place = opened["links"]["self"].as_str().unwrap().to_owned();
    contract.send("POST", &format!("{place}/submit"), &[], Vec::new()).expect(409);
    let photo = std::fs::read(crate::fixtures::fixture("photos/coffee-tagged.jpg")).unwrap();
    let headers = [("content-type", "image/jpeg")];
    contract.send("PUT", &format!("{place}/photos/1?file_name=a.jpg"), &headers, photo).expect(202);
    contract.send("PUT", &format!("{place}/photos/0"), &headers, b"x".to_vec()).expect(404);
    let ended = contract.send("POST", &format!("{place}/submit"), &[("prefer", "wait=60")], Vec::new()).expect(200).json();
    assert_eq!(ended["state"], "completed", "{ended}");
    let other =
        contract.post("/v1/analyses", &json!({ "open": true, "product": "portfolio", "life_days": 3 })).expect(201).json();
    contract.send("POST", other["links"]["cancel"].as_str().unwrap(), &[], Vec::new()).expect(200);
    contract.post("/v1/analyses", &json!({ "open": true, "product": "poster" })).expect(422);
}

fn endpoints_and_keys(contract: &mut Contract, receiver: &str) {
    let endpoint =
        contract.post("/v1/webhook-endpoints", &json!({ "url": receiver, "events": ["endpoint.test"] })).expect(201).json();
    let place = format!("/v1/webhook-endpoints/{}", endpoint["id"].as_str().unwrap());
    contract.post("/v1/webhook-endpoints", &json!({ "url": "ftp://x.example" })).expect(422);
    contract.get("/v1/webhook-endpoints").expect(200);
    contract.send("POST", &format!("{place}/test"), &[], Vec::new()).expect(202);
    contract.get(&place).expect(200);
    contract.post(&format!("{place}/rotate-secret"), &json!({ "overlap_secs": 60 })).expect(200);
    contract.post(&format!("{place}/rotate-secret"), &json!({ "overlap_secs": 604_801 })).expect(422);
    contract.send("DELETE", &format!("{place}/previous-secret"), &[], Vec::new()).expect(200);
    contract.send("POST", &format!("{place}/pause"), &[], Vec::new()).expect(200);
    contract.send("POST", &format!("{place}/test"), &[], Vec::new()).expect(409);
    contract.send("POST", &format!("{place}/resume"), &[], Vec::new()).expect(200);
    let key = contract.post("/v1/api-keys", &json!({ "label": "Upload tool", "scopes": ["analyses:write"] })).expect(201).json();
    contract.get("/v1/api-keys").expect(200);
    contract.send("DELETE", &format!("/v1/api-keys/{}", key["id"].as_str().unwrap()), &[], Vec::new()).expect(204);
    contract.post("/v1/api-keys", &json!({ "label": "x", "scopes": ["everything"] })).expect(422);
}

/// The table of operations, as `docs/api.md` shows it.
fn table() -> String {
    let document = proofsheet::api::openapi::document("https://proofs.example").value;
    let mut text = String::from("| call | what it does | scope |\n|---|---|---|\n");
    for tag in document["tags"].as_array().unwrap() {
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in
                item.as_object().unwrap().iter().filter(|(_, operation)| operation["tags"][0] == tag["name"])
            {
                let scope = operation["security"][0]["key"][0].as_str().map_or("no key".to_owned(), |scope| format!("`{scope}`"));
                writeln!(
                    text,
                    "| `{} {path}` | {} | {scope} |",
                    method.to_ascii_uppercase(),
                    operation["summary"].as_str().unwrap()
                )
                .unwrap();
            }
        }
    }
    text
}

#[test]
fn api_md_shows_every_operation() {
    const BEGIN: &str = "<!-- operations: made by a test -->\n";
    const END: &str = "<!-- end of operations -->";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/api.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let made = format!("{before}{BEGIN}{}{END}{after}", table());
    if std::env::var_os("PROOFSHEET_UPDATE_DOCS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let shown = std::fs::read_to_string(&path).unwrap();
    assert!(shown == made, "docs/api.md is not the document; make it anew: PROOFSHEET_UPDATE_DOCS=1 cargo test api_md");
}

#[test]
fn the_reference_page_tells_every_operation_and_loads_nothing_from_elsewhere() {
    let service = Service::start();
    let client = Client::anonymous(&service);
    let document = client.get("/openapi.json").expect(200).json();
    let page = client.get("/docs").expect(200);
    assert!(page.header("content-type").starts_with("text/html"));
    let page = page.text();
    for item in document["paths"].as_object().unwrap().values().chain(document["webhooks"].as_object().unwrap().values()) {
        for operation in item.as_object().unwrap().values() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(page.contains(&format!("id=\"{id}\"")), "{id}");
        }
    }
    assert!(!page.contains("<script") && !page.contains("style="), "works without script, and with our styles only");
    let loaded: Vec<&str> =
        ["src=\"", "<link rel=\"preload\" href=\"", "<link rel=\"stylesheet\" href=\"", "<link rel=\"icon\" href=\""]
            .iter()
            .flat_map(|before| page.split(before).skip(1).filter_map(|rest| rest.split('"').next()))
            .collect();
    assert!(loaded.len() >= 4, "{loaded:?}");
    for address in loaded {
        assert!(address.starts_with('/') && !address.starts_with("//"), "{address}");
        let loaded = client.get(address).expect(200).text();
        assert!(!loaded.contains("url(http") && !loaded.contains("@import") && !loaded.contains("url(//"), "{address}");
    }
    let links = page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next());
    for target in links {
        assert!(page.contains(&format!("id=\"{target}\"")), "#{target} leads nowhere");
    }
}
