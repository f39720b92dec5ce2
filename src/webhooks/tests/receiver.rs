//! A receiver on loopback that does what its script says and remembers what it was sent.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;

/// What the receiver does with one request. The last of a script goes on for ever.
#[derive(Debug, Clone)]
pub enum Reply {
    /// A status, further header lines (each ended by CRLF), a body.
    Status(u16, &'static str, &'static str),
    /// These bytes, then nothing more until the client leaves.
    Stall(&'static str),
    /// A 200 whose body never ends.
    Endless,
    /// These bytes, then one byte after the other, a turn of the scheduler apart.
    Drip(&'static str),
    /// The connection is closed without a word.
    Close,
    /// Waits to be let go, then answers 200.
    Hold(Arc<Notify>),
}

#[derive(Debug, Clone)]
pub struct Request {
    pub head: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap().to_str().unwrap()
    }
}

pub struct Receiver {
    pub address: SocketAddr,
    pub connections: Arc<AtomicUsize>,
    /// Bytes the receiver could send of endless bodies.
    pub sent: Arc<AtomicUsize>,
    requests: mpsc::UnboundedReceiver<Request>,
    task: JoinHandle<()>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Receiver {
    pub async fn start(script: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, requests) = mpsc::unbounded_channel();
        let connections = Arc::new(AtomicUsize::new(0));
        let sent = Arc::new(AtomicUsize::new(0));
        let script = Arc::new(Mutex::new(script));
        let (counted, sending) = (Arc::clone(&connections), Arc::clone(&sent));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, Arc::clone(&script), tell.clone(), Arc::clone(&sending)));
            }
        });
        Self { address, connections, sent, requests, task }
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook?from=proofsheet", self.address)
    }

    pub fn connection_count(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// The next request; the test fails if none comes.
    pub async fn request(&mut self) -> Request {
        let waited = tokio::time::timeout(std::time::Duration::from_secs(20), self.requests.recv());
        waited.await.expect("a request within 20 s").unwrap()
    }

    pub fn no_request(&mut self) -> bool {
        self.requests.try_recv().is_err()
    }
}

async fn serve(
    mut stream: TcpStream,
    script: Arc<Mutex<Vec<Reply>>>,
    tell: mpsc::UnboundedSender<Request>,
    sent: Arc<AtomicUsize>,
) {
    let Some(request) = read_request(&mut stream).await else { return };
    let reply = {
        let mut script = script.lock().unwrap();
        if script.len() > 1 { script.remove(0) } else { script[0].clone() }
    };
    tell.send(request).unwrap_or_default();
    // The client may leave at any moment; that is its right.
    answer(&mut stream, reply, &sent).await.unwrap_or_default();
}

async fn answer(stream: &mut TcpStream, reply: Reply, sent: &AtomicUsize) -> std::io::Result<()> {
    match reply {
        Reply::Status(status, headers, body) => {
            let length = body.len();
            let text = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n{headers}connection: close\r\n\r\n{body}");
            stream.write_all(text.as_bytes()).await
        }
        Reply::Stall(text) => {
            stream.write_all(text.as_bytes()).await?;
            until_gone(stream).await
        }
        Reply::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
            loop {
                stream.write_all(&[b'z'; 4096]).await?;
                sent.fetch_add(4096, Ordering::SeqCst);
            }
        }
        Reply::Drip(text) => {
            stream.write_all(text.as_bytes()).await?;
            loop {
                stream.write_all(b"x").await?;
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        }
        Reply::Close => Ok(()),
        Reply::Hold(go) => {
            go.notified().await;
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await
        }
    }
}

async fn until_gone(stream: &mut TcpStream) -> std::io::Result<()> {
    let mut rest = [0; 64];
    while stream.read(&mut rest).await? > 0 {}
    Ok(())
}

async fn read_request(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
            let headers: HeaderMap = head.lines().skip(1).map(header).collect();
            let length: usize = headers.get("content-length").map_or(0, |value| value.to_str().unwrap().parse().unwrap());
            let body = bytes[end + 4..].to_vec();
            if body.len() >= length {
                return Some(Request { head, headers, body });
            }
        }
        let mut more = [0; 4096];
        match stream.read(&mut more).await {
            Ok(read) if read > 0 => bytes.extend_from_slice(&more[..read]),
            _ => return None,
        }
    }
}

fn header(line: &str) -> (HeaderName, HeaderValue) {
    let (name, value) = line.split_once(": ").unwrap();
    (name.parse().unwrap(), value.parse().unwrap())
}
