//! API keys on the web: an owner makes, rolls and ends them, and says that one leaked.

use crate::keys::form;
use crate::support::client::Answer;
use crate::support::{Client, Service};

/// An owner's browser: the cookie of a session, and forms with their token.
struct Owner<'s> {
    client: Client,
    cookie: String,
    service: &'s Service,
}

impl<'s> Owner<'s> {
    fn sign_in(service: &'s Service) -> Self {
        let client = Client::anonymous(service);
        let (email, password) = service.owner();
        let body: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("email", email), ("password", password), ("next", "/analyses")])
            .finish();
        let own = [("content-type", "application/x-www-form-urlencoded"), ("origin", service.url.as_str())];
        let answer = client.send("POST", "/sign-in", &own, body.into_bytes()).expect(303);
        let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
        Self { client, cookie, service }
    }

    fn get(&self, path: &str) -> Answer {
        self.client.send("GET", path, &[("cookie", &self.cookie)], Vec::new())
    }

    /// Sends a form of the page at `from`.
    fn post(&self, from: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.get(from).text();
        let (_, rest) = page.split_once("name=\"csrf\" value=\"").unwrap();
        let csrf = rest.split('"').next().unwrap();
        let body: String =
            url::form_urlencoded::Serializer::new(String::new()).append_pair("csrf", csrf).extend_pairs(fields).finish();
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("origin", self.service.url.as_str()),
            ("cookie", self.cookie.as_str()),
        ];
        self.client.send("POST", path, &headers, body.into_bytes())
    }
}

/// The key on a page that shows one.
fn shown(page: &str) -> String {
    let (_, rest) = page.split_once("id=\"secret\">").unwrap_or_else(|| panic!("no key on the page: {page}"));
    rest.split('<').next().unwrap().to_owned()
}

#[test]
fn an_owner_makes_rolls_and_ends_keys_on_the_web() {
    let service = Service::start();
    let owner = Owner::sign_in(&service);
    let page = "/api-keys";
    let fields = [
        ("label", "Studio ingest"),
        ("scope", "analyses:write"),
        ("scope", "analyses:read"),
        ("mode", "test"),
        ("days", "30"),
        ("networks", "127.0.0.1 ::1"),
    ];
    let key = shown(&owner.post(page, page, &fields).expect(200).text());
    assert!(key.starts_with("ps_test_"));
    let client = Client::with_key(&service, &key);
    client.analyze(form());
    let wrong = owner.post(page, page, &[("label", "x"), ("scope", "analyses:read"), ("networks", "home")]);
    assert!(wrong.expect(422).text().contains("neither an address nor a network"));

    let list = owner.get(page).expect(200).text();
    for words in ["Studio ingest", "Test", "Ends ", "127.0.0.1/32, ::1/128"] {
        assert!(list.contains(words), "{words}");
    }
    let (before, _) = list.split_once("/roll\">").unwrap();
    let id = before.rsplit('/').next().unwrap().to_owned();
    let (roll, leak) = (format!("/api-keys/{id}/roll"), format!("/api-keys/{id}/leak"));
    let rolled = owner.post(&roll, &roll, &[("overlap_secs", "3600")]).expect(200).text();
    assert!(rolled.contains("The key it had before works until"));
    let new = shown(&rolled);
    assert!(!client.get("/v1/analyses").expect(200).header("proofsheet-key-ends").is_empty());
    Client::with_key(&service, &new).get("/v1/analyses").expect(200);
    assert!(owner.get(page).text().contains("The key it had before works until"));

    assert!(owner.get(&leak).expect(200).text().contains("Has this key leaked?"));
    Client::with_key(&service, &new).get("/v1/analyses").expect(200);
    owner.post(&leak, &leak, &[("since", "")]).expect(303);
    Client::with_key(&service, &new).get("/v1/analyses").problem(401, "revoked-key");
    client.get("/v1/analyses").problem(401, "revoked-key");
    let did = owner.get(&leak).expect(200).text();
    assert!(did.contains("This key has ended.") && did.contains("Sent an analysis") && did.contains("still there: 1."));
    let destroyed = owner.post(&leak, &format!("/api-keys/{id}/destroy-analyses"), &[]).expect(200).text();
    assert!(destroyed.contains("Destroyed, with receipts.") && destroyed.contains("/receipts/rc_"), "{destroyed}");
    assert!(!owner.get(&leak).text().contains("Destroy them now"));
}
