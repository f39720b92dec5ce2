//! A proxy in front of an S3 server that breaks what it is told to break, over real connections.
//!
//! It stands alone, because the tests inside the crate use it too. Each request is a connection of its own to the server behind.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What is done to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Answered with this status and S3 code; the server hears nothing of it.
    Status(u16, &'static str),
    /// Never answered; the server hears nothing of it.
    Hang,
    /// Read and answered at so many bytes a second.
    Slow(usize),
    /// Done, but the answer is dropped and the connection closed.
    LostReply,
    /// The connection is reset before the request is read.
    Reset,
    /// Done; the answer names another ETag.
    WrongEtag,
    /// Done; half of the answer's body comes, then the connection ends.
    Truncated,
}

#[derive(Debug)]
struct Rule {
    request: &'static str,
    fault: Fault,
    left: Option<u32>,
}

#[derive(Debug, Default)]
struct Shared {
    rules: Mutex<Vec<Rule>>,
    seen: Mutex<Vec<String>>,
    broken: Mutex<u32>,
    busy: AtomicU32,
    stopping: AtomicBool,
}

/// A running proxy; it takes no more connections once dropped.
#[derive(Debug)]
pub struct FaultProxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

/// Longest wait for either side.
const PATIENCE: Duration = Duration::from_secs(60);

impl FaultProxy {
    /// In front of the server at `behind`, on a free port, breaking nothing yet.
    pub fn start(behind: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, shared) = (listener.local_addr().unwrap(), Arc::new(Shared::default()));
        let of_listener = Arc::clone(&shared);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                if of_listener.stopping.load(Ordering::SeqCst) {
                    return;
                }
                let shared = Arc::clone(&of_listener);
                // A side that goes away in the middle is what this is for.
                std::thread::spawn(move || {
                    shared.busy.fetch_add(1, Ordering::SeqCst);
                    client.and_then(|client| carry(&client, behind, &shared)).ok();
                    shared.busy.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { address, shared }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on does this to requests that begin so, such as `PUT`, `POST`, or nothing for all of them.
    pub fn break_all(&self, request: &'static str, fault: Fault) {
        self.shared.rules.lock().unwrap().push(Rule { request, fault, left: None });
    }

    /// Does this to the next `count` requests that begin so.
    pub fn break_next(&self, count: u32, request: &'static str, fault: Fault) {
        self.shared.rules.lock().unwrap().push(Rule { request, fault, left: Some(count) });
    }

    /// Breaks nothing any more.
    pub fn heal(&self) {
        self.shared.rules.lock().unwrap().clear();
    }

    /// Whether a request is still under way, even one its client has given up.
    pub fn is_busy(&self) -> bool {
        self.shared.busy.load(Ordering::SeqCst) > 0
    }

    /// The request lines seen so far.
    pub fn seen(&self) -> Vec<String> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// How many requests were broken so far.
    pub fn broken(&self) -> u32 {
        *self.shared.broken.lock().unwrap()
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        // Wakes the listener.
        TcpStream::connect(self.address).ok();
    }
}

impl Shared {
    fn fault_of(&self, line: &str) -> Option<Fault> {
        let mut rules = self.rules.lock().unwrap();
        let rule = rules.iter_mut().find(|rule| line.starts_with(rule.request) && rule.left != Some(0))?;
        rule.left = rule.left.map(|left| left - 1);
        *self.broken.lock().unwrap() += 1;
        Some(rule.fault)
    }
}

/// One connection of a client: one request, one answer or none.
fn carry(client: &TcpStream, behind: SocketAddr, shared: &Shared) -> std::io::Result<()> {
    client.set_read_timeout(Some(PATIENCE))?;
    let mut head = read_head(client)?;
    let line = String::from_utf8_lossy(&head).lines().next().unwrap_or_default().to_owned();
    shared.seen.lock().unwrap().push(line.clone());
    let fault = shared.fault_of(&line);
    if fault == Some(Fault::Reset) {
        // Closed with the body unread: the kernel answers with a reset.
        return client.shutdown(Shutdown::Read);
    }
    let pace = if let Some(Fault::Slow(rate)) = fault { rate } else { usize::MAX };
    let length = field(&head, "content-length").and_then(|value| value.parse().ok()).unwrap_or(0);
    let body = read_exactly(client, length, pace)?;
    match fault {
        Some(Fault::Status(status, code)) => return write_paced(client, &refusal(status, code), usize::MAX),
        Some(Fault::Hang) => return wait_for_end(client),
        _ => {}
    }
    let mut server = TcpStream::connect(behind)?;
    server.set_read_timeout(Some(PATIENCE))?;
    let end = head.len() - 2;
    head.splice(end..end, *b"connection: close\r\n");
    server.write_all(&head)?;
    server.write_all(&body)?;
    let mut reply = Vec::new();
    server.read_to_end(&mut reply)?;
    match fault {
        Some(Fault::LostReply) => return Ok(()),
        Some(Fault::WrongEtag) => change_etag(&mut reply),
        Some(Fault::Truncated) => {
            let body_at = find(&reply, b"\r\n\r\n").map_or(reply.len(), |at| at + 4);
            reply.truncate(body_at + (reply.len() - body_at) / 2);
        }
        _ => {}
    }
    write_paced(client, &reply, pace)
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

fn read_head(mut client: &TcpStream) -> std::io::Result<Vec<u8>> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        client.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    Ok(head)
}

fn field<'h>(head: &'h [u8], name: &str) -> Option<&'h str> {
    let text = std::str::from_utf8(head).ok()?;
    let mut fields = text.lines().filter_map(|line| line.split_once(':'));
    fields.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

/// So many bytes a tenth of a second.
fn step(pace: usize) -> usize {
    (pace / 10).max(1)
}

fn read_exactly(mut client: &TcpStream, length: usize, pace: usize) -> std::io::Result<Vec<u8>> {
    let mut body = vec![0; length];
    for piece in body.chunks_mut(step(pace).min(1 << 20)) {
        client.read_exact(piece)?;
        if pace != usize::MAX {
            std::thread::sleep(Duration::from_millis(100));
        }
    }
    Ok(body)
}

fn write_paced(mut client: &TcpStream, bytes: &[u8], pace: usize) -> std::io::Result<()> {
    for piece in bytes.chunks(step(pace)) {
        client.write_all(piece)?;
        if pace != usize::MAX {
            std::thread::sleep(Duration::from_millis(100));
        }
    }
    client.shutdown(Shutdown::Write)
}

fn wait_for_end(mut client: &TcpStream) -> std::io::Result<()> {
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end && client.read(&mut [0])? > 0 {}
    Ok(())
}

fn refusal(status: u16, code: &str) -> Vec<u8> {
    let body = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>as told</Message></Error>");
    format!(
        "HTTP/1.1 {status} x\r\ncontent-type: application/xml\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn change_etag(reply: &mut [u8]) {
    let head_end = find(reply, b"\r\n\r\n").unwrap_or(reply.len());
    let lower = reply[..head_end].to_ascii_lowercase();
    let Some(at) = find(&lower, b"etag: \"") else { return };
    for byte in reply[at + 7..head_end].iter_mut().take_while(|byte| **byte != b'"') {
        *byte = b'0';
    }
}
