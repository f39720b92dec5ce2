//! URLs somebody might register to make the service call what it must not, and what becomes of each.

use std::collections::HashMap;
use std::sync::Arc;

use super::*;

const OUTSIDE: EgressPolicy = EgressPolicy { allow_loopback: false };
const AT_HOME: EgressPolicy = EgressPolicy { allow_loopback: true };

/// A resolver that knows what it was told.
#[derive(Debug)]
struct Book(HashMap<&'static str, Vec<&'static str>>);

impl Lookup for Book {
    fn addresses(&self, name: String) -> Found {
        let found = self.0.get(name.as_str()).map(|list| list.iter().map(|text| text.parse().unwrap()).collect());
        Box::pin(async move { found.ok_or_else(|| std::io::ErrorKind::NotFound.into()) })
    }
}

/// What the guard says to a URL in the end: `ok`, or a word for why not.
async fn verdict(url: &str, policy: EgressPolicy) -> &'static str {
    let book = Book(HashMap::from([
        ("hooks.example.com", vec!["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]),
        ("xn--bcher-kva.example", vec!["93.184.215.14"]),
        ("rebound.example.com", vec!["93.184.215.14", "127.0.0.1"]),
        ("inside.example.com", vec!["10.1.2.3"]),
        ("metadata.example.com", vec!["169.254.169.254"]),
        ("azure.example.com", vec!["168.63.129.16"]),
        ("six.example.com", vec!["fd00:ec2::254"]),
        ("linklocal.example.com", vec!["fe80::1"]),
        ("mapped.example.com", vec!["::ffff:10.0.0.1"]),
        ("nat64.example.com", vec!["64:ff9b::169.254.169.254"]),
        ("nat64public.example.com", vec!["64:ff9b::93.184.215.14"]),
        ("sixtofour.example.com", vec!["2002:7f00:1::1"]),
        ("teredo.example.com", vec!["2001:0:4136:e378:8000:63bf:3fff:fdd2"]),
        ("zero.example.com", vec!["0.0.0.0"]),
        ("broadcast.example.com", vec!["255.255.255.255"]),
        ("here.example.com", vec!["127.0.0.1"]),
        ("localhost", vec!["127.0.0.1", "::1"]),
        ("hooks.localhost", vec!["127.0.0.1"]),
        ("lying.localhost", vec!["93.184.215.14"]),
        ("nothing.example.com", vec![]),
    ]));
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
    match CheckedResolver::new(Arc::new(book), policy).resolve_checked(name).await {
        Ok(_) => "ok",
        Err(NotAllowed::Unknown) => "unknown",
        Err(NotAllowed::Special { .. }) => "special",
    }
}

const TARGETS: &[(&str, &str)] = &[
    // in bounds
    ("https://hooks.example.com/in", "ok"),
    ("https://hooks.example.com", "ok"),
    ("https://HOOKS.EXAMPLE.COM/in?key=1&b=%20", "ok"),
    ("https://hooks.example.com:443/", "ok"),
    ("https://hooks.example.com:8443/", "ok"),
    ("https://bücher.example/in", "ok"),
    ("https://nat64public.example.com/", "ok"),
    // schemes
    ("http://hooks.example.com/", "not https"),
    ("ftp://hooks.example.com/", "not https"),
    ("gopher://hooks.example.com/", "not https"),
    ("file:///etc/passwd", "not a url"),
    ("file://hooks.example.com/etc/passwd", "not https"),
    ("data:text/plain,x", "not a url"),
    ("javascript:alert(1)", "not a url"),
    ("wss://hooks.example.com/", "not https"),
    ("//hooks.example.com/", "not a url"),
    ("hooks.example.com", "not a url"),
    ("", "not a url"),
    ("https://", "not a url"),
    // ports
    ("https://hooks.example.com:80/", "port"),
    ("https://hooks.example.com:22/", "port"),
    ("https://hooks.example.com:6379/", "port"),
    ("https://hooks.example.com:0/", "port"),
    ("https://hooks.example.com:65536/", "not a url"),
    ("https://hooks.example.com:44 3/", "ambiguous"),
    // credentials and tricks with @ and \
    ("https://user@hooks.example.com/", "credentials"),
    ("https://user:word@hooks.example.com/", "credentials"),
    ("https://:word@hooks.example.com/", "credentials"),
    ("https://hooks.example.com:443@127.0.0.1/", "credentials"),
    ("https://127.0.0.1#@hooks.example.com/", "fragment"),
    ("https://hooks.example.com\\@127.0.0.1/", "ambiguous"),
    ("https:\\\\127.0.0.1\\", "ambiguous"),
    ("https://127.0.0.1\t/", "ambiguous"),
    ("https://127.0.0.1\n.example.com/", "ambiguous"),
    (" https://127.0.0.1/", "ambiguous"),
    ("https://hooks.example.com/#part", "fragment"),
    // IPv4 in its spellings
    ("https://127.0.0.1/", "ip"),
    ("https://93.184.215.14/", "ip"),
    ("https://127.1/", "ip"),
    ("https://127.0.1/", "ip"),
    ("https://127.0.0.1./", "ip"),
    ("https://2130706433/", "ip"),
    ("https://0x7f000001/", "ip"),
    ("https://0x7f.0.0.1/", "ip"),
    ("https://0X7F.1/", "ip"),
    ("https://0177.0.0.1/", "ip"),
    ("https://017700000001/", "ip"),
    ("https://00000177.0x0.0.01/", "ip"),
    ("https://0/", "ip"),
    ("https://0.0.0.0/", "ip"),
    ("https://169.254.169.254/latest/meta-data/", "ip"),
    ("https://0xa9fea9fe/", "ip"),
    ("https://2852039166/", "ip"),
    ("https://%31%32%37.0.0.1/", "ip"),
    ("https://１２７.０.０.１/", "ip"),
    ("https://127。0。0。1/", "ip"),
    ("https://①②⑦.0.0.1/", "ip"),
    ("https://256.0.0.1/", "not a url"),
    ("https://1.2.3.4.5/", "not a url"),
    ("https://4294967296/", "not a url"),
    ("https://0x7f.0.0.0x1g/", "unknown"),
    // IPv6 in its forms
    ("https://[::1]/", "ip"),
    ("https://[::]/", "ip"),
    ("https://[0:0:0:0:0:0:0:1]/", "ip"),
    ("https://[::ffff:127.0.0.1]/", "ip"),
    ("https://[::ffff:7f00:1]/", "ip"),
    ("https://[::127.0.0.1]/", "ip"),
    ("https://[64:ff9b::7f00:1]/", "ip"),
    ("https://[2002:7f00:1::]/", "ip"),
    ("https://[fe80::1]/", "ip"),
    ("https://[fe80::1%25eth0]/", "not a url"),
    ("https://[fd00:ec2::254]/", "ip"),
    ("https://[2606:4700:4700::1111]/", "ip"),
    ("https://[::1/", "not a url"),
    // names that mean this machine
    ("https://localhost/", "loopback"),
    ("https://LOCALHOST/", "loopback"),
    ("https://localhost./", "loopback"),
    ("https://hooks.localhost/", "loopback"),
    ("https://ｌｏｃａｌｈｏｓｔ/", "loopback"),
    ("https://localhost:8443/", "loopback"),
    // names that resolve to what they must not
    ("https://rebound.example.com/", "special"),
    ("https://inside.example.com/", "special"),
    ("https://metadata.example.com/", "special"),
    ("https://azure.example.com/", "special"),
    ("https://six.example.com/", "special"),
    ("https://linklocal.example.com/", "special"),
    ("https://mapped.example.com/", "special"),
    ("https://nat64.example.com/", "special"),
    ("https://sixtofour.example.com/", "special"),
    ("https://teredo.example.com/", "special"),
    ("https://zero.example.com/", "special"),
    ("https://broadcast.example.com/", "special"),
    ("https://here.example.com/", "special"),
    ("https://nothing.example.com/", "unknown"),
    ("https://missing.example.com/", "unknown"),
    ("https://127.0.0.1.missing.example.com/", "unknown"),
];

#[tokio::test]
async fn every_target_gets_its_verdict() {
    assert!(TARGETS.len() >= 80);
    for (url, expected) in TARGETS {
        assert_eq!(verdict(url, OUTSIDE).await, *expected, "{url:?}");
    }
    assert_eq!(verdict(&format!("https://hooks.example.com/{}", "a".repeat(2048)), OUTSIDE).await, "too long");
}

#[tokio::test]
async fn at_home_only_this_machine_is_let_in_besides() {
    for (url, expected) in [
        ("http://127.0.0.1:9000/in", "ok"),
        ("http://2130706433:9000/in", "ok"),
        ("http://[::1]:9000/in", "ok"),
        ("http://localhost:9000/in", "ok"),
        ("https://localhost:9000/in", "ok"),
        ("http://hooks.localhost:9000/in", "ok"),
        ("http://lying.localhost:9000/in", "special"),
        ("http://hooks.example.com/", "not https"),
        ("http://10.0.0.1/", "not https"),
        ("https://10.0.0.1/", "ip"),
        ("https://[::ffff:127.0.0.1]/", "ip"),
        ("https://0.0.0.0/", "ip"),
        ("http://here.example.com/", "not https"),
        ("https://here.example.com/", "special"),
        ("https://rebound.example.com/", "special"),
        ("http://user@localhost:9000/", "credentials"),
        ("ftp://localhost/", "not https"),
    ] {
        assert_eq!(verdict(url, AT_HOME).await, expected, "{url:?}");
    }
}
