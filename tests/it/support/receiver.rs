//! A webhook receiver on loopback: keeps every request as it came, refuses the first ones if it is told to.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

/// One request as it came.
#[derive(Debug, Clone)]
pub struct Received {
    /// Headers.
    pub headers: HeaderMap,
    /// Body, byte for byte.
    pub body: Vec<u8>,
    /// What it was answered.
    pub answered: u16,
}

impl Received {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// `webhook-id`.
    pub fn id(&self) -> &str {
        self.headers["webhook-id"].to_str().unwrap()
    }

    /// `webhook-timestamp`.
    pub fn timestamp(&self) -> i64 {
        self.headers["webhook-timestamp"].to_str().unwrap().parse().unwrap()
    }

    /// Verifies the signature as any receiver would, with an independent library.
    #[track_caller]
    pub fn verify(&self, secret: &str) {
        standardwebhooks::Webhook::new(secret).unwrap().verify(&self.body, &self.headers).unwrap();
    }

    /// Verifies the signature alone, for a sender whose clock stands elsewhere.
    #[track_caller]
    pub fn verify_signature(&self, secret: &str) {
        let expected = standardwebhooks::Webhook::new(secret).unwrap().sign(self.id(), self.timestamp(), &self.body).unwrap();
        assert_eq!(self.headers["webhook-signature"], expected.as_str());
    }
}

#[derive(Debug, Default)]
struct Inbox {
    received: Vec<Received>,
    refusals: VecDeque<u16>,
}

/// The receiver.
#[derive(Debug, Clone)]
pub struct Receiver {
    port: u16,
    inbox: Arc<(Mutex<Inbox>, Condvar)>,
}

impl Receiver {
    /// Takes everything.
    pub fn start() -> Self {
        Self::refusing(&[])
    }

    /// Answers the first requests with these statuses, the following with 204.
    pub fn refusing(statuses: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let inbox = Inbox { received: Vec::new(), refusals: statuses.iter().copied().collect() };
        let receiver = Self { port: listener.local_addr().unwrap().port(), inbox: Arc::new((Mutex::new(inbox), Condvar::new())) };
        let own = receiver.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                own.answer(stream);
            }
        });
        receiver
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }

    fn answer(&self, mut stream: TcpStream) {
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let Some((headers, body)) = read_request(&stream) else { return };
        let mut inbox = self.inbox.0.lock().unwrap();
        let answered = inbox.refusals.pop_front().unwrap_or(204);
        inbox.received.push(Received { headers, body, answered });
        drop(inbox);
        write!(stream, "HTTP/1.1 {answered} Noted\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").ok();
        self.inbox.1.notify_all();
    }

    /// Everything so far.
    pub fn received(&self) -> Vec<Received> {
        self.inbox.0.lock().unwrap().received.clone()
    }

    /// Waits for the first accepted event of a kind.
    #[track_caller]
    pub fn wait_for(&self, kind: &str) -> Received {
        self.wait_until(&format!("an accepted {kind}"), |all| {
            all.iter().find(|one| one.answered < 300 && one.json()["type"] == kind).cloned()
        })
    }

    /// Waits until something can be found among what came.
    #[track_caller]
    pub fn wait_until<T>(&self, what: &str, find: impl Fn(&[Received]) -> Option<T>) -> T {
        let end = Instant::now() + Duration::from_secs(60);
        let mut inbox = self.inbox.0.lock().unwrap();
        loop {
            if let Some(found) = find(&inbox.received) {
                return found;
            }
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "waited in vain for {what}; received {:?}", inbox.received);
            inbox = self.inbox.1.wait_timeout(inbox, left).unwrap().0;
        }
    }
}

fn read_request(stream: &TcpStream) -> Option<(HeaderMap, Vec<u8>)> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|size| *size > 0)?;
    let mut headers = HeaderMap::new();
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.append(name.parse::<HeaderName>().ok()?, HeaderValue::from_str(value.trim()).ok()?);
    }
    let length = headers.get("content-length").map_or(0, |value| value.to_str().unwrap().parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((headers, body))
}
