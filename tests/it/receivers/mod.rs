//! Other people's receivers judge what we send. The crate and openssl always; `make test-receivers` adds PyPI and npm, a thousand
//! deliveries, and the receivers of docs/snippets as they stand.

mod captured;
mod snippets;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use captured::{Captured, Sent, capture, vectors};

/// Where `make test-receivers` has put the receivers that are not Rust: `venv` and `node`.
fn installed() -> PathBuf {
    PathBuf::from(std::env::var_os("PROOFSHEET_RECEIVERS").expect("make test-receivers says where the receivers are"))
}

/// As docs/webhooks.md shows it.
const ONE_LINER: &str = r#"printf '%s.%s.%s' "$id" "$timestamp" "$body" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$(
    printf %s "${secret#whsec_}" | base64 -d | od -An -vtx1 | tr -d ' \n')" -binary | base64"#;

#[derive(Debug, PartialEq, Eq, Default)]
struct Verdicts {
    verified: u64,
    rejected: u64,
    believed: u64,
    vectors: u64,
}

/// What each must say about all of these.
fn expected(all: &[Captured]) -> Verdicts {
    let verified = all.iter().map(|one| one.good.len() as u64).sum();
    Verdicts { verified, vectors: all.iter().filter(|one| one.expected.is_some()).count() as u64, ..Verdicts::default() }
}

fn openssl(one: &Captured, secret: &str) -> String {
    let signed = [("id", &one.id), ("timestamp", &one.timestamp), ("body", &one.body)];
    let output = Command::new("sh").args(["-c", ONE_LINER]).envs(signed).env("secret", secret).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    format!("v1,{}", String::from_utf8(output.stdout).unwrap().trim())
}

fn by_openssl(all: &[Captured]) -> Verdicts {
    let mut verdicts = Verdicts::default();
    for one in all {
        let fits = |secret: &String| one.signature.split(' ').any(|item| item == openssl(one, secret));
        let good = one.good.iter().filter(|secret| fits(secret)).count() as u64;
        verdicts.verified += good;
        verdicts.rejected += one.good.len() as u64 - good;
        // One of them is enough for a process each.
        verdicts.believed += u64::from(one.bad.last().is_some_and(fits));
        verdicts.vectors += u64::from(one.expected.as_ref().is_some_and(|expected| *expected == openssl(one, &one.good[0])));
    }
    verdicts
}

/// The crate's clock is this machine's: captured deliveries were verified with it when they were taken; here by their signatures.
fn by_crate(all: &[Captured]) -> Verdicts {
    let mut verdicts = Verdicts::default();
    for one in all {
        let signed = |secret: &String| {
            let library = standardwebhooks::Webhook::new(secret).unwrap();
            library.sign(&one.id, one.timestamp.parse().unwrap(), one.body.as_bytes()).unwrap()
        };
        let fits = |secret: &&String| one.signature.split(' ').any(|item| item == signed(secret));
        let good = one.good.iter().filter(fits).count() as u64;
        verdicts.verified += good;
        verdicts.rejected += one.good.len() as u64 - good;
        verdicts.believed += one.bad.iter().filter(fits).count() as u64;
        verdicts.vectors += u64::from(one.expected.as_ref().is_some_and(|expected| *expected == signed(&one.good[0])));
    }
    verdicts
}

fn by_program(mut command: Command, all: &[Captured]) -> Verdicts {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    for one in all {
        writeln!(input, "{}", serde_json::to_string(one).unwrap()).unwrap();
    }
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{command:?}");
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let count = |name: &str| said[name].as_u64().unwrap();
    Verdicts { verified: count("verified"), rejected: count("rejected"), believed: count("believed"), vectors: count("vectors") }
}

fn check(name: &str, said: &Verdicts, all: &[Captured]) {
    let Verdicts { verified, rejected, believed, vectors } = said;
    println!("{name}: {verified} verified, {rejected} rejected, {believed} of wrong secrets believed, {vectors} vectors equal");
    assert_eq!(*said, expected(all), "{name}");
}

fn judged(events: usize) -> (Vec<Captured>, Sent) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (mut all, sent) = runtime.block_on(capture(events));
    assert!(sent.retries > 0 && sent.replayed == events && sent.with_two_signatures > 0, "{sent:?}");
    println!(
        "{} deliveries in {} requests: {} retries, {} replayed, {} signed by two secrets",
        sent.deliveries, sent.attempts, sent.retries, sent.replayed, sent.with_two_signatures
    );
    all.extend(vectors());
    (all, sent)
}

#[test]
fn a_hundred_deliveries_are_believed_by_the_crate_and_by_openssl() {
    let (all, sent) = judged(20);
    assert_eq!(sent.deliveries, 100);
    check("crate standardwebhooks", &by_crate(&all), &all);
    check("openssl", &by_openssl(&all), &all);
    let mut forged = all;
    forged.truncate(3);
    for one in &mut forged {
        one.body.push(' ');
    }
    assert_eq!((by_crate(&forged).verified, by_openssl(&forged).verified), (0, 0), "they can say no");
}

#[test]
#[ignore = "needs what make test-receivers installs"]
fn a_thousand_deliveries_are_believed_by_five_receivers() {
    let (all, sent) = judged(200);
    assert_eq!(sent.deliveries, 1000);
    check("crate standardwebhooks", &by_crate(&all), &all);
    let folder = installed();
    let source = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(".ci/receivers");
    let mut python = Command::new(folder.join("venv/bin/python"));
    python.arg(source.join("judge.py"));
    check("PyPI standardwebhooks", &by_program(python, &all), &all);
    // A module is looked for beside the file that imports it.
    std::fs::copy(source.join("judge.mjs"), folder.join("node/judge.mjs")).unwrap();
    for (name, word) in [("npm standardwebhooks", "standardwebhooks"), ("npm @hookflo/tern", "tern")] {
        let mut node = Command::new("node");
        node.arg(folder.join("node/judge.mjs")).arg(word);
        check(name, &by_program(node, &all), &all);
    }
    check("openssl", &by_openssl(&all), &all);
}
