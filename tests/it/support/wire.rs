//! A connection on which a request is written, and an answer read, as slowly as one likes.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};

use super::Service;

/// Longest silence of the service.
const SILENCE_MAX: Duration = Duration::from_secs(20);

/// One.
#[derive(Debug)]
pub struct Wire(pub TcpStream);

impl Wire {
    /// To a service.
    pub fn open(service: &Service) -> Self {
        Self::with_buffer(service, None)
    }

    /// To a service, from a client whose kernel takes next to nothing for it.
    pub fn open_narrow(service: &Service) -> Self {
        Self::with_buffer(service, Some(4096))
    }

    fn with_buffer(service: &Service, bytes: Option<usize>) -> Self {
        let port = service.url.rsplit(':').next().unwrap().parse().unwrap();
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        if let Some(bytes) = bytes {
            socket.set_recv_buffer_size(bytes).unwrap();
        }
        socket.connect(&SocketAddr::from(([127, 0, 0, 1], port)).into()).unwrap();
        let stream = TcpStream::from(socket);
        stream.set_read_timeout(Some(SILENCE_MAX)).unwrap();
        Self(stream)
    }

    /// The head of an upload of so many bytes.
    pub fn promise(service: &Service, size: usize) -> Self {
        let mut wire = Self::open(service);
        let key = service.key();
        wire.write(
            format!(
                "POST /v1/analyses?product=snapshot HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {key}\r\n\
                 content-type: image/jpeg\r\ncontent-length: {size}\r\nconnection: close\r\n\r\n"
            )
            .as_bytes(),
        );
        wire
    }

    /// Sends.
    pub fn write(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).unwrap();
    }

    /// One answer that says its length; the connection stays open.
    pub fn read_answer(&mut self) -> String {
        let mut seen = Vec::new();
        loop {
            let text = String::from_utf8_lossy(&seen).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
                if body.len() >= length.parse::<usize>().unwrap() {
                    return text;
                }
            }
            let mut piece = [0; 8192];
            let read = self.0.read(&mut piece).unwrap();
            assert!(read > 0, "closed after {text:?}");
            seen.extend_from_slice(&piece[..read]);
        }
    }

    /// Sends a byte every `every` until the other side ends the connection or says something; how long that took.
    pub fn drip(&mut self, every: Duration) -> Duration {
        let start = Instant::now();
        self.0.set_nonblocking(true).unwrap();
        while start.elapsed() < SILENCE_MAX && self.0.write_all(b"x").is_ok() {
            std::thread::sleep(every);
            let said = self.0.peek(&mut [0; 1]);
            if said.map_or_else(|error| error.kind() != ErrorKind::WouldBlock, |_| true) {
                break;
            }
        }
        self.0.set_nonblocking(false).unwrap();
        start.elapsed()
    }

    /// Everything until the other side closes, and how long it took.
    pub fn answer(self) -> (String, Duration) {
        let (bytes, after, _) = self.rest();
        (String::from_utf8_lossy(&bytes).into_owned(), after)
    }

    /// Everything until the other side ends the connection, how long it took, and whether it was cut instead of closed.
    pub fn rest(mut self) -> (Vec<u8>, Duration, bool) {
        let (start, mut bytes) = (Instant::now(), Vec::new());
        let was_cut = match self.0.read_to_end(&mut bytes) {
            Ok(_) => false,
            Err(error) if error.kind() == ErrorKind::ConnectionReset => true,
            Err(error) => panic!("{error}: {:?}", String::from_utf8_lossy(&bytes)),
        };
        (bytes, start.elapsed(), was_cut)
    }
}
