//! `webhook verify` and `webhook listen`, typed as a receiver's author types them.

use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use proofsheet::domain::{Clock as _, SystemClock};

use crate::support::Service;
use crate::support::service::{PROGRAM, Scratch};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BODY: &str = r#"{"test": 2432232314}"#;
const HEADERS: &str = "POST /hook HTTP/1.1\r\nHost: x\r\nwebhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek\r\nwebhook-timestamp: 1614265330\r\n\
                       webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=\r\n";

fn write(scratch: &Scratch, name: &str, text: &str) -> String {
    let path = scratch.path().join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn verify(scratch: &Scratch, arguments: &[&str], secret: Option<&str>) -> (Option<i32>, String) {
    let mut command = Command::new(PROGRAM);
    command.args(["webhook", "verify"]).args(arguments).current_dir(scratch.path()).env_clear();
    command.envs(secret.map(|secret| ("PROOFSHEET_WEBHOOK_SECRET", secret)));
    let output = command.stdin(Stdio::null()).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

#[test]
fn a_kept_delivery_is_believed_or_the_reason_is_said() {
    let scratch = Scratch::new("webhook-verify");
    let (body, changed) = (write(&scratch, "body", BODY), write(&scratch, "changed", r#"{"test":2432232314}"#));
    let headers = write(&scratch, "headers", HEADERS);
    let secrets = write(&scratch, "endpoint.json", &format!(r#"{{"id":"ep_1","secret":"{SECRET}"}}"#));
    let at = ["--at", "2021-02-25T15:02:30Z"];
    let from_file = ["--headers", &headers, "--secret-file", &secrets];

    let (code, said) = verify(&scratch, &[&from_file[..], &at, &[&body]].concat(), None);
    assert!(code == Some(0) && said.starts_with("Verified: msg_p5jXN8AQM9LWM0D4loKWxJek"), "{code:?} {said}");
    let typed: Vec<&str> = HEADERS.lines().filter(|line| line.starts_with("webhook-")).flat_map(|line| ["-H", line]).collect();
    let (code, said) = verify(&scratch, &[&typed[..], &at, &[&body]].concat(), Some(SECRET));
    assert_eq!(code, Some(0), "{said}");

    let (code, said) = verify(&scratch, &[&from_file[..], &at, &[&changed]].concat(), None);
    assert!(code == Some(1) && said.contains("no signature matches"), "{code:?} {said}");
    let (code, said) = verify(&scratch, &[&from_file[..], &[&body]].concat(), None);
    assert!(code == Some(1) && said.contains("the timestamp is too old"), "{code:?} {said}");
    let (code, said) = verify(&scratch, &["-H", "webhook-id: x", &body], Some(SECRET));
    assert!(code == Some(1) && said.contains("webhook-timestamp is missing"), "{code:?} {said}");

    let (code, said) = verify(&scratch, &["--headers", &headers, &body], None);
    assert!(code == Some(2) && said.contains("PROOFSHEET_WEBHOOK_SECRET"), "{code:?} {said}");
    let (code, said) = verify(&scratch, &["--headers", &headers, &body], Some("whsec_short"));
    assert!(code == Some(2) && !said.contains("whsec_short"), "a secret is not repeated, even a wrong one: {code:?} {said}");
    let (code, said) = verify(&scratch, &["--headers", "missing", &body], Some(SECRET));
    assert!(code == Some(2) && said.contains("missing"), "{code:?} {said}");
    assert_eq!(verify(&scratch, &[&body], Some(SECRET)).0, Some(2), "headers are needed");
}

/// A port nobody has at this moment.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Starts `webhook listen` and waits until it listens.
fn listen(directory: &Path, arguments: &[&str]) -> (Child, BufReader<std::process::ChildStdout>, u16) {
    let mut child = Command::new(PROGRAM)
        .args(["webhook", "listen"])
        .args(arguments)
        .current_dir(directory)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    lines.read_line(&mut first).unwrap();
    let port = first.split(['/', ':']).find_map(|part| part.parse().ok());
    (child, lines, port.unwrap_or_else(|| panic!("no port in {first:?}")))
}

#[test]
fn the_services_own_webhook_is_received_verified_and_shown() {
    let service = Service::start();
    let client = service.client();
    let scratch = Scratch::new("webhook-listen");
    let port = free_port();
    let asked = serde_json::json!({ "url": format!("http://127.0.0.1:{port}/"), "ping": false });
    let made = client.post_json("/v1/webhook-endpoints", &asked).expect(201);
    let file = write(&scratch, "endpoint.json", &made.text());
    let endpoint = made.json()["id"].as_str().unwrap().to_owned();
    let arguments = ["--port", &port.to_string(), "--secret-file", &file, "--until", "endpoint.test"];
    let (mut child, lines, _) = listen(scratch.path(), &arguments);
    client.send("POST", &format!("/v1/webhook-endpoints/{endpoint}/test"), &[], Vec::new()).expect(202);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let shown: Vec<String> = lines.lines().map(Result::unwrap).collect();
    let last = shown.last().unwrap();
    assert!(last.contains("  ev_") && last.ends_with("  endpoint.test  verified, answered 204"), "{shown:?}");
}

/// Sends bytes and gives the status.
fn status(port: u16, request: &str) -> u16 {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.write_all(request.as_bytes()).ok();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok();
    answer.split(' ').nth(1).unwrap_or("0").parse().unwrap()
}

fn signed(secret: &str, body: &str) -> String {
    let now = SystemClock.now().epoch_secs();
    let signature = standardwebhooks::Webhook::new(secret).unwrap().sign("ev_1", now, body.as_bytes()).unwrap();
    format!(
        "POST / HTTP/1.1\r\nContent-Length: {}\r\nwebhook-id: ev_1\r\nwebhook-timestamp: {now}\r\nwebhook-signature: {signature}\r\n\r\n{body}",
        body.len()
    )
}

#[test]
fn failures_can_be_tried_and_strangers_are_refused() {
    let scratch = Scratch::new("webhook-refuse");
    let file = write(&scratch, "secret", SECRET);
    let (mut child, mut lines, port) = listen(scratch.path(), &["--port", "0", "--status", "503", "--secret-file", &file]);
    assert_eq!(status(port, &signed(SECRET, "{}")), 503);
    assert_eq!(status(port, &signed("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "{}")), 400);
    assert_eq!(status(port, "GET / HTTP/1.1\r\n\r\n"), 405);
    assert_eq!(status(port, &format!("POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n", 1 << 20)), 413);
    for verdict in ["verified, answered 503", "NOT VERIFIED (no signature matches"] {
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        assert!(line.contains("ev_1  -  ") && line.contains(verdict), "{line}");
    }
    let id = i32::try_from(child.id()).unwrap();
    rustix::process::kill_process(rustix::process::Pid::from_raw(id).unwrap(), rustix::process::Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1), "one was refused");
}
