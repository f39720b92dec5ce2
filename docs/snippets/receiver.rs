//! Receives proofsheet's webhooks. Needs the crates `standardwebhooks`, `http` (here by way of hyper) and `serde_json`.
#![allow(clippy::disallowed_methods, reason = "a receiver reads its environment")]

use std::collections::HashSet;
use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use standardwebhooks::Webhook;

const LINE_BYTES_MAX: u64 = 8 * 1024;
const HEADERS_MAX: usize = 64;
const BODY_BYTES_MAX: u64 = 64 * 1024;

fn main() -> Result<(), Box<dyn Error>> {
    let webhook = Webhook::new(&std::env::var("WEBHOOK_SECRET")?)?;
    let port = std::env::var("PORT").unwrap_or_else(|_| "9009".to_owned()).parse()?;
    let mut seen = HashSet::new(); // in production: a table with a unique column
    for stream in TcpListener::bind(("127.0.0.1", port))?.incoming() {
        let mut stream = stream?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let status = receive(&webhook, &mut seen, &stream).map_or(400, |()| 204);
        write!(stream, "HTTP/1.1 {status} Noted\r\nConnection: close\r\n\r\n").ok();
    }
    Ok(())
}

fn receive(webhook: &Webhook, seen: &mut HashSet<String>, stream: &TcpStream) -> Result<(), Box<dyn Error>> {
    let (headers, body) = read(stream)?;
    // checks the signature over the bytes as they came, and that the attempt is at most five minutes old
    webhook.verify(&body, &headers)?;
    let id = headers["webhook-id"].to_str()?.to_owned();
    let event: serde_json::Value = serde_json::from_slice(&body)?;
    let line = format!("{} {id}", event["type"].as_str().unwrap_or_default());
    if seen.insert(id) {
        // the same event may come twice
        writeln!(std::io::stdout(), "{line}")?;
    }
    Ok(())
}

fn read(stream: &TcpStream) -> Result<(HeaderMap, Vec<u8>), Box<dyn Error>> {
    let mut reader = BufReader::new(stream);
    let mut headers = HeaderMap::new();
    for _ in 0..HEADERS_MAX {
        let mut line = String::new();
        reader.by_ref().take(LINE_BYTES_MAX).read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(": ") {
            headers.append(name.parse::<HeaderName>()?, value.trim().parse::<HeaderValue>()?);
        }
    }
    let length: u64 = headers.get("content-length").ok_or("no length")?.to_str()?.parse()?;
    let mut body = Vec::new();
    reader.take(length.min(BODY_BYTES_MAX)).read_to_end(&mut body)?;
    Ok((headers, body))
}
