//! Receivers that mean harm, against the real program: each lets go within the deadline, and none makes the server grow.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{Client, Receiver, Service};

/// One deadline stands over the whole attempt.
const DEADLINE: Duration = Duration::from_secs(15);
const MIB: u64 = 1 << 20;

#[derive(Clone, Copy)]
enum Harm {
    /// One byte a second of the answer's head, without end.
    SlowHead,
    /// One byte a second of a body that is announced.
    SlowBody,
    /// A body without end, as fast as it is taken.
    EndlessBody,
    /// A gibibyte, announced and sent.
    HugeBody,
    /// Header after header.
    HugeHead,
    /// Takes the connection and never says a word, in TLS or out of it.
    Silence,
}

impl Harm {
    const ALL: [Self; 6] = [Self::SlowHead, Self::SlowBody, Self::EndlessBody, Self::HugeBody, Self::HugeHead, Self::Silence];

    /// What the attempt is seen as; the status stands, whatever comes after it.
    const fn is_delivered(self) -> bool {
        matches!(self, Self::SlowBody | Self::EndlessBody | Self::HugeBody)
    }

    fn answer(self, stream: &mut TcpStream) -> std::io::Result<()> {
        let block = [b'z'; 64 * 1024];
        match self {
            Self::SlowHead => drip(stream, b"HTTP/1.1 200 OK\r\nx-slow: "),
            Self::SlowBody => drip(stream, b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n"),
            Self::EndlessBody => {
                stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
                loop {
                    stream.write_all(&block)?;
                }
            }
            Self::HugeBody => {
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n")?;
                (0..16_384).try_for_each(|_| stream.write_all(&block))
            }
            Self::HugeHead => {
                stream.write_all(b"HTTP/1.1 200 OK\r\n")?;
                loop {
                    stream.write_all(b"x-more: ")?;
                    stream.write_all(&block)?;
                    stream.write_all(b"\r\n")?;
                }
            }
            Self::Silence => stream.read_to_end(&mut Vec::new()).map(drop),
        }
    }
}

fn drip(stream: &mut TcpStream, head: &[u8]) -> std::io::Result<()> {
    stream.write_all(head)?;
    loop {
        std::thread::sleep(Duration::from_secs(1));
        stream.write_all(b"x")?;
    }
}

/// A receiver that does harm to all who come; its address.
fn receiver(harm: Harm) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let mut stream = stream;
                if !matches!(harm, Harm::Silence) {
                    stream.read(&mut [0; 4096]).unwrap_or_default();
                }
                // Whoever leaves ends it; that is what is waited for.
                harm.answer(&mut stream).unwrap_or_default();
            });
        }
    });
    let scheme = if matches!(harm, Harm::Silence) { "https" } else { "http" };
    format!("{scheme}://127.0.0.1:{port}/")
}

/// Bytes of the server's own pages.
fn own_pages(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().trim().parse::<u64>().unwrap() * 1024
}

/// Waits until the endpoint's only delivery has been tried once; how it stands then.
fn tried(client: &Client, endpoint: &str, within: Duration) -> String {
    let began = Instant::now();
    loop {
        let page = client.get(&format!("/v1/webhook-endpoints/{endpoint}/deliveries")).expect(200).text();
        let shown = client.get(&format!("/v1/webhook-endpoints/{endpoint}")).expect(200).json();
        if page.contains("\"delivered\"") {
            return "delivered".to_owned();
        }
        if shown["failure_count"].as_u64().is_some_and(|count| count > 0) {
            return "failed".to_owned();
        }
        assert!(began.elapsed() < within, "still under way after {within:?}: {page}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn each_lets_go_within_the_deadline_and_the_server_does_not_grow() {
    let service = Service::start();
    let client = service.client();
    let kind = Receiver::start();
    let send = |endpoint: &str| {
        service.client().post_json(&format!("/v1/webhook-endpoints/{endpoint}/test"), &json!({})).expect(202);
    };
    // Whatever a first delivery brings with it (TLS roots, connections, statements) is no growth.
    let (first, _) = client.register(&kind.url());
    for _ in 0..20 {
        send(&first);
    }
    tried(&client, &first, DEADLINE);
    std::thread::sleep(Duration::from_secs(1));
    let before = own_pages(service.pid());
    let endpoints: Vec<(Harm, String)> = Harm::ALL.map(|harm| (harm, client.register(&receiver(harm)).0)).to_vec();
    let began = Instant::now();
    for (_, endpoint) in &endpoints {
        send(endpoint);
    }
    let mut peak = 0;
    while began.elapsed() < DEADLINE + Duration::from_secs(1) {
        peak = peak.max(own_pages(service.pid()));
        std::thread::sleep(Duration::from_millis(50));
    }
    // The connection from before has been idle for as long as the server keeps one.
    let client = service.client();
    for (harm, endpoint) in &endpoints {
        let stands = tried(&client, endpoint, Duration::from_secs(2));
        assert_eq!(stands == "delivered", harm.is_delivered(), "{endpoint}: {stands}");
    }
    let growth = peak.saturating_sub(before);
    println!("{before} bytes before, {growth} more at the peak of six hostile receivers at once");
    assert!(growth < 5 * MIB, "{growth} bytes more");
    // And whoever is well is served as ever.
    let began = Instant::now();
    let (last, _) = client.register(&kind.url());
    send(&last);
    assert_eq!(tried(&client, &last, DEADLINE), "delivered");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}
