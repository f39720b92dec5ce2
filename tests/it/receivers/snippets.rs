//! The receivers of docs/snippets, run as they stand: they take what we send, and nothing else.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use proofsheet::domain::{Clock as _, SystemClock};

use super::captured::Sender;
use super::installed;
use crate::support::service::{PROGRAM, Scratch};

/// Longest wait for a receiver to listen.
const START_MAX: Duration = Duration::from_secs(30);

/// Ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn is_there(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// How each is started, on a port; `None` where its language is not installed.
fn command(language: &str, port: u16, scratch: &Path) -> Option<Command> {
    let file = |ending: &str| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("docs/snippets/receiver.{ending}"));
    let with = |program: &str, path: PathBuf| {
        is_there(program).then(|| {
            let mut command = Command::new(program);
            command.arg(path);
            command
        })
    };
    match language {
        "Python" => {
            let mut command = Command::new(installed().join("venv/bin/python"));
            command.arg(file("py"));
            Some(command)
        }
        "Node" => {
            // A module is looked for beside the file that imports it.
            let copy = installed().join("node/receiver.mjs");
            std::fs::copy(file("mjs"), &copy).unwrap();
            with("node", copy)
        }
        "Rust" => Some(Command::new(Path::new(PROGRAM).parent().unwrap().join("examples/webhook_receiver"))),
        "Go" => {
            let built = scratch.join("receiver");
            let mut build = Command::new("go");
            build
                .arg("build")
                .arg("-o")
                .arg(&built)
                .arg(file("go"))
                .env("GOFLAGS", "-mod=mod")
                .env("GOCACHE", scratch.join("go"));
            (build.status().ok()?.success()).then(|| Command::new(built))
        }
        "PHP" => is_there("php").then(|| {
            let mut command = Command::new("php");
            command.args(["-S", &format!("127.0.0.1:{port}")]).arg(file("php")).stderr(Stdio::null());
            command
        }),
        _ => with("ruby", file("rb")),
    }
}

/// Posts a body, signed for `id` at `timestamp`, and gives the status.
fn post(port: u16, timestamp: i64, signature: &str, body: &str) -> u16 {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let head = format!(
        "POST /hook HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         webhook-id: ev_1\r\nwebhook-timestamp: {timestamp}\r\nwebhook-signature: {signature}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body.as_bytes()).unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    String::from_utf8_lossy(&answer[9..]).parse().unwrap()
}

async fn judge(language: &str) -> bool {
    let scratch = Scratch::new("snippet");
    let sender = Sender::new(Arc::new(SystemClock)).await;
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let Some(mut command) = command(language, port, scratch.path()) else { return false };
    let url = format!("http://127.0.0.1:{port}/hook");
    let (endpoint, secret) = sender.webhooks.create_endpoint(&sender.agency, &sender.key, &url, BTreeSet::new()).await.unwrap();
    command.env("PORT", port.to_string()).env("WEBHOOK_SECRET", secret.expose()).stdin(Stdio::null()).stdout(Stdio::null());
    let _running = Running(command.spawn().unwrap());
    let started = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(started.elapsed() < START_MAX, "{language} does not listen");
        std::thread::sleep(Duration::from_millis(50));
    }

    // Twice, as it may come: both are taken.
    sender.webhooks.send_test(&sender.agency, &sender.key, &endpoint.id).await.unwrap();
    assert_eq!(sender.dispatcher.run_due(SystemClock.now()).await.unwrap().delivered, 1, "{language}");
    let sent = sender.webhooks.replay(&sender.agency, &sender.key, &endpoint.id, SystemClock.now(), None).await.unwrap();
    assert_eq!(sent.replayed, 0, "a test is not replayed");

    let library = standardwebhooks::Webhook::new(secret.expose()).unwrap();
    let (now, body) = (SystemClock.now().epoch_secs(), r#"{"type":"endpoint.test","note":"naïve – 📷"}"#);
    let sign = |at: i64| library.sign("ev_1", at, body.as_bytes()).unwrap();
    let old = now - 301;
    let other = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    assert_eq!(post(port, now, &sign(now), body), 204, "{language}: good");
    assert_eq!(post(port, now, &sign(now), body), 204, "{language}: the same once more");
    assert_eq!(post(port, now, &format!("{other} {}", sign(now)), body), 204, "{language}: rotation");
    assert_eq!(post(port, now, other, body), 400, "{language}: another secret");
    assert_eq!(post(port, now, &sign(now), &body.replace("naïve", "Naïve")), 400, "{language}: another body");
    assert_eq!(post(port, old, &sign(old), body), 400, "{language}: too old");
    assert_eq!(post(port, now + 1, &sign(now), body), 400, "{language}: another time");
    true
}

#[test]
#[ignore = "needs what make test-receivers installs"]
fn the_receivers_of_the_documentation_take_ours_and_nothing_else() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    for language in ["Python", "Node", "Rust", "Go", "PHP", "Ruby"] {
        let ran = runtime.block_on(judge(language));
        println!(
            "docs/snippets, {language}: {}",
            if ran { "takes ours, refuses four forgeries" } else { "skipped, not installed" }
        );
    }
}
