//! URLs somebody might register to make the service call what it must not, and what becomes of each.

use std::collections::HashMap;
use std::sync::Arc;

use super::*;

const OUTSIDE: EgressPolicy = EgressPolicy { allow_loopback: false };
const AT_HOME: EgressPolicy = EgressPolicy { allow_loopback: true };

/// A line of `fixtures/egress-targets.json`.
#[derive(Debug, serde::Deserialize)]
pub(in crate::webhooks) struct Case {
    pub group: String,
    pub url: String,
    /// `ok`, or a word for why not.
    pub verdict: String,
    /// What its name means to the resolver; none: nothing.
    #[serde(default)]
    pub addresses: Vec<String>,
}

/// All of them.
pub(in crate::webhooks) fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("../../../fixtures/egress-targets.json")).unwrap()
}

/// A resolver that knows what it was told.
#[derive(Debug, Default)]
pub(in crate::webhooks) struct Book(pub HashMap<String, Vec<String>>);

impl Lookup for Book {
    fn addresses(&self, name: String) -> Found {
        let found = self.0.get(&name).map(|list| list.iter().map(|text| text.parse().unwrap()).collect());
        Box::pin(async move { found.ok_or_else(|| std::io::ErrorKind::NotFound.into()) })
    }
}

/// What the guard says to a URL whose name means these addresses, in the end.
async fn verdict(url: &str, addresses: &[String], policy: EgressPolicy) -> &'static str {
    let target = match Target::parse(url, policy) {
        Ok(target) => target,
        Err(UrlProblem::TooLong) => return "too long",
        Err(UrlProblem::NotAUrl) => return "not a url",
        Err(UrlProblem::Ambiguous) => return "ambiguous",
        Err(UrlProblem::NotHttps) => return "not https",
        Err(UrlProblem::Credentials) => return "credentials",
        Err(UrlProblem::Fragment) => return "fragment",
        Err(UrlProblem::Port { .. }) => return "port",
        Err(UrlProblem::IpAddress) => return "ip",
        Err(UrlProblem::Loopback) => return "loopback",
    };
    let Some(name) = target.name() else { return "ok" };
    let known = (!addresses.is_empty()).then(|| (name.to_owned(), addresses.to_vec()));
    match CheckedResolver::new(Arc::new(Book(known.into_iter().collect())), policy).resolve_checked(name).await {
        Ok(_) => "ok",
        Err(NotAllowed::Unknown) => "unknown",
        Err(NotAllowed::Special { .. }) => "special",
    }
}

#[tokio::test]
async fn every_target_gets_its_verdict() {
    let cases = cases();
    assert!(cases.iter().filter(|case| case.verdict != "ok").count() >= 150);
    let mut others = Vec::new();
    for Case { group, url, verdict: expected, addresses } in &cases {
        let said = verdict(url, addresses, OUTSIDE).await;
        if said != expected {
            others.push(format!("{group}: {url:?} is {said}, not {expected}"));
        }
    }
    assert!(others.is_empty(), "{others:#?}");
    let public = ["93.184.215.14".to_owned()];
    for (bytes, expected) in [(2048, "ok"), (2049, "too long")] {
        let url = "https://hooks.example.com/";
        let url = format!("{url}{}", "a".repeat(bytes - url.len()));
        assert_eq!(verdict(&url, &public, OUTSIDE).await, expected, "{bytes} bytes");
    }
}

#[tokio::test]
async fn at_home_only_this_machine_is_let_in_besides() {
    for (url, address, expected) in [
        ("http://127.0.0.1:9000/in", "", "ok"),
        ("http://2130706433:9000/in", "", "ok"),
        ("http://[::1]:9000/in", "", "ok"),
        ("http://localhost:9000/in", "::1", "ok"),
        ("https://localhost:9000/in", "127.0.0.1", "ok"),
        ("http://hooks.localhost:9000/in", "127.0.0.1", "ok"),
        ("http://lying.localhost:9000/in", "93.184.215.14", "special"),
        ("http://hooks.example.com/", "93.184.215.14", "not https"),
        ("http://10.0.0.1/", "", "not https"),
        ("https://10.0.0.1/", "", "ip"),
        ("https://[::ffff:127.0.0.1]/", "", "ip"),
        ("https://0.0.0.0/", "", "ip"),
        ("http://here.example.com/", "127.0.0.1", "not https"),
        ("https://here.example.com/", "127.0.0.1", "special"),
        ("https://rebound.example.com/", "127.0.0.1", "special"),
        ("http://user@localhost:9000/", "127.0.0.1", "credentials"),
        ("ftp://localhost/", "127.0.0.1", "not https"),
    ] {
        let addresses: Vec<String> = Some(address.to_owned()).into_iter().filter(|text| !text.is_empty()).collect();
        assert_eq!(verdict(url, &addresses, AT_HOME).await, expected, "{url:?}");
    }
}
