//! Real sockets, deadlines of parts of a second, and an application of a few lines.

use std::net::SocketAddr;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Bytes};
use actix_web::{App, HttpRequest, HttpResponse};
use futures_util::stream;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, sleep, timeout};

use super::{Crowd, Deadlines, Terms, follow, serve};
use crate::http::Settings;
use crate::http::pace::Pace;

const HEAD: Duration = Duration::from_millis(400);
const KEEP_ALIVE: Duration = Duration::from_millis(600);
// In all far more than any test waits: what cuts a reader off here is the rate, not the kernel's own timeout behind it.
const READER: Pace = Pace { grace: Duration::from_millis(500), bytes_per_s_min: 64 * 1024, all: Duration::from_secs(20) };
/// Longer than a head, a pause, or a reader who stands still may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// A busy machine may be late; it is never early.
const LATE: Duration = Duration::from_secs(8);
const LARGE: usize = 1 << 20;

struct Stage {
    address: SocketAddr,
    handle: ServerHandle,
}

impl Stage {
    fn start() -> Self {
        Self::start_for(Crowd::new(100, 100))
    }

    fn start_for(crowd: Crowd) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let deadlines = Deadlines { head: HEAD, keep_alive: KEEP_ALIVE, reader: READER };
        let terms = Terms { crowd, ..Terms::for_test(deadlines) };
        let settings = Settings {
            body_grace: Duration::from_millis(500),
            body_bytes_per_s_min: 1024,
            body_deadline: Duration::from_millis(1500),
            ..Settings::at("http://localhost")
        };
        let server = serve(listener, terms, move || {
            App::new().app_data(web::Data::new(settings.clone())).wrap(from_fn(follow)).configure(routes)
        });
        let server = server.unwrap();
        let handle = server.handle();
        drop(actix_web::rt::spawn(server));
        Self { address, handle }
    }

    async fn open(&self) -> Wire {
        Wire(TcpStream::connect(self.address).await.unwrap())
    }

    /// Whose kernel holds next to nothing.
    async fn open_narrow(&self) -> Wire {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        Wire(socket.connect(self.address).await.unwrap())
    }
}

fn routes(cfg: &mut web::ServiceConfig) {
    cfg.route("/small", web::get().to(|request: HttpRequest| async move { peer_of(&request) }))
        .route("/large", web::get().to(|| async { HttpResponse::Ok().body(vec![b'x'; LARGE]) }))
        .route("/patient", web::get().to(patient))
        .route("/flood", web::get().to(flood))
        .route("/events", web::get().to(events))
        .route("/length", web::post().to(|body: Bytes| async move { body.len().to_string() }))
        .route("/deaf", web::post().to(|| async { "no, thanks" }));
}

fn peer_of(request: &HttpRequest) -> String {
    request.peer_addr().map(|peer| peer.to_string()).unwrap_or_default()
}

/// Answers after longer than any deadline.
async fn patient() -> &'static str {
    sleep(PATIENCE).await;
    "at last"
}

/// One event now and then, for longer than any deadline.
async fn events() -> HttpResponse {
    let events = stream::unfold(0, |count| async move {
        sleep(PATIENCE / 2).await;
        (count < 4).then(|| (Ok::<_, actix_web::Error>(Bytes::from_static(b"data: x\n\n")), count + 1))
    });
    HttpResponse::Ok().streaming(events)
}

/// Events without end, as fast as they are taken.
async fn flood() -> HttpResponse {
    HttpResponse::Ok().streaming(stream::repeat_with(|| Ok::<_, actix_web::Error>(Bytes::from_static(&[b':'; 16 * 1024]))))
}

struct Wire(TcpStream);

impl Wire {
    async fn say(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    async fn get(&mut self, path: &str) {
        self.say(&format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n")).await;
    }

    /// One answer that says its length.
    async fn answer(&mut self) -> String {
        let mut seen = Vec::new();
        loop {
            let text = String::from_utf8_lossy(&seen).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
                if body.len() >= length.parse::<usize>().unwrap() {
                    return text;
                }
            }
            let mut piece = [0; 4096];
            let read = self.0.read(&mut piece).await.unwrap();
            assert!(read > 0, "closed after {text:?}");
            seen.extend_from_slice(&piece[..read]);
        }
    }

    /// What comes until the other side ends the connection, when that was, and whether it was cut.
    async fn end(&mut self) -> (String, Duration, bool) {
        let (start, mut seen) = (Instant::now(), Vec::new());
        let ended = timeout(LATE, self.0.read_to_end(&mut seen)).await.expect("the connection stays open");
        (String::from_utf8_lossy(&seen).into_owned(), start.elapsed(), ended.is_err())
    }

    /// Sends a byte now and then until that fails; how long it could.
    async fn drip(&mut self, byte: &str) -> Duration {
        let start = Instant::now();
        while start.elapsed() < LATE && self.0.write_all(byte.as_bytes()).await.is_ok() {
            sleep(HEAD / 8).await;
            if timeout(Duration::from_millis(1), self.0.readable()).await.is_ok() {
                break;
            }
        }
        start.elapsed()
    }
}

#[actix_web::test]
async fn a_silent_connection_is_closed_without_a_word() {
    let stage = Stage::start();
    let (said, after, was_cut) = stage.open().await.end().await;
    assert_eq!((said.as_str(), was_cut), ("", false));
    assert!(after >= HEAD.mul_f32(0.9), "{after:?}");
}

#[actix_web::test]
async fn a_dripped_head_is_answered_408_on_every_request_of_a_connection() {
    let stage = Stage::start();
    for requests_before in 0..3 {
        let mut wire = stage.open().await;
        for _ in 0..requests_before {
            wire.get("/small").await;
            assert!(wire.answer().await.starts_with("HTTP/1.1 200"));
        }
        wire.say("GET /small HTTP/1.1\r\nx: ").await;
        let after = wire.drip("x").await;
        assert!(after >= HEAD.mul_f32(0.9) && after < LATE, "{after:?}");
        let (said, _, _) = wire.end().await;
        let mut lines = said.lines();
        assert_eq!(lines.next(), Some("HTTP/1.1 408 Request Timeout"), "{said:?} after {requests_before}");
        assert!(lines.any(|line| line.starts_with("date: ") && line.ends_with(" GMT")), "{said:?}");
    }
}

#[actix_web::test]
async fn an_idle_connection_is_closed_and_each_request_begins_its_pause_anew() {
    let stage = Stage::start();
    let mut wire = stage.open().await;
    for _ in 0..4 {
        wire.get("/small").await;
        wire.answer().await;
        sleep(KEEP_ALIVE / 2).await;
    }
    let (said, after, _) = wire.end().await;
    assert_eq!(said, "");
    assert!(after >= KEEP_ALIVE.mul_f32(0.4) && after < LATE, "{after:?}");
}

#[actix_web::test]
async fn a_reader_who_stops_is_cut_off() {
    let stage = Stage::start();
    for (path, connection) in [("/large", "keep-alive"), ("/large", "close")] {
        let mut wire = stage.open_narrow().await;
        wire.say(&format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: {connection}\r\n\r\n")).await;
        sleep(PATIENCE + READER.grace).await;
        let (said, _, was_cut) = wire.end().await;
        assert!(was_cut, "{connection}: {} bytes", said.len());
        assert!(said.len() < 200_000, "{connection}: {} bytes were kept for it", said.len());
    }
}

#[actix_web::test]
async fn a_reader_who_drips_is_cut_off_and_a_fair_one_gets_it_all() {
    let stage = Stage::start();
    let read_at = async |piece: usize, every: Duration| {
        let mut wire = stage.open_narrow().await;
        wire.say("GET /large HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
        let (start, mut total, mut buffer) = (Instant::now(), 0, vec![0; piece]);
        loop {
            match wire.0.read(&mut buffer).await {
                Ok(0) => return (total, start.elapsed(), false),
                Ok(read) => total += read,
                Err(_) => return (total, start.elapsed(), true),
            }
            sleep(every).await;
        }
    };
    let (total, after, was_cut) = read_at(100, Duration::from_millis(20)).await;
    let in_time = after >= READER.grace.mul_f32(0.9) && after < LATE;
    assert!(was_cut && total < LARGE && in_time, "{total} bytes in {after:?}");
    let (total, after, was_cut) = read_at(64 * 1024, Duration::from_millis(2)).await;
    assert!(!was_cut && total > LARGE, "{total} bytes in {after:?}");
}

#[actix_web::test]
async fn an_application_that_has_nothing_to_say_is_no_slow_reader() {
    let stage = Stage::start();
    let mut wire = stage.open().await;
    wire.get("/patient").await;
    assert!(wire.answer().await.ends_with("at last"));
    let mut wire = stage.open().await;
    wire.say("GET /events HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    let (said, after, was_cut) = wire.end().await;
    assert_eq!((said.matches("data: x").count(), was_cut), (4, false), "{said}");
    assert!(after > PATIENCE);
}

#[actix_web::test]
async fn every_body_has_a_pace_and_what_nobody_wants_of_it_an_end() {
    let stage = Stage::start();
    let mut wire = stage.open().await;
    wire.say("POST /length HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n").await;
    let after = wire.drip("x").await;
    assert!(after >= Duration::from_millis(450) && after < LATE, "{after:?}");
    // What a body's timeout means is the application's to say; this one has nothing to say.
    assert!(wire.answer().await.starts_with("HTTP/1.1 4"));

    let mut wire = stage.open().await;
    wire.say("POST /deaf HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nffffff\r\n").await;
    assert!(wire.answer().await.ends_with("no, thanks"));
    let after = wire.drip("x").await;
    assert!(after >= KEEP_ALIVE.mul_f32(0.9) && after < LATE, "{after:?}");
    assert_eq!(wire.end().await.0, "", "no second answer");
}

#[actix_web::test]
async fn requests_one_after_the_other_and_all_at_once_are_answered_and_the_peer_is_known() {
    let stage = Stage::start();
    let mut wire = stage.open().await;
    let own = wire.0.local_addr().unwrap().to_string();
    wire.get("/small").await;
    assert!(wire.answer().await.ends_with(&own));
    wire.say(&"GET /small HTTP/1.1\r\nhost: x\r\n\r\n".repeat(12)).await;
    let (said, _, _) = wire.end().await;
    assert_eq!(said.matches(&own).count(), 12, "{said}");
}

#[actix_web::test]
async fn a_stop_finishes_what_is_in_flight_and_takes_nothing_new() {
    let stage = Stage::start();
    let (mut busy, mut kept) = (stage.open().await, stage.open().await);
    busy.get("/patient").await;
    kept.get("/small").await;
    kept.answer().await;
    sleep(Duration::from_millis(100)).await;
    let start = Instant::now();
    let stopping = actix_web::rt::spawn(stage.handle.stop(true));
    assert_eq!(kept.end().await.0, "", "a kept connection ends at once");
    assert!(start.elapsed() < KEEP_ALIVE, "{:?}", start.elapsed());
    let refused = TcpStream::connect(stage.address).await;
    let answer = busy.answer().await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("at last"), "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
    timeout(LATE, stopping).await.expect("the server stops").unwrap();
    // The kernel may have taken a connection in the moment of the stop; nobody answers on it.
    if let Ok(stream) = refused {
        assert_eq!(Wire(stream).end().await.0, "");
    }
}

#[actix_web::test]
async fn who_comes_past_the_bound_hears_why_and_the_others_are_served() {
    let stage = Stage::start_for(Crowd::new(3, 2));
    let (mut first, mut second) = (stage.open().await, stage.open().await);
    for wire in [&mut first, &mut second] {
        wire.get("/small").await;
        assert!(wire.answer().await.starts_with("HTTP/1.1 200"));
    }
    for _ in 0..100 {
        let mut third = stage.open().await;
        third.get("/small").await;
        let (answer, _, was_cut) = third.end().await;
        assert!(answer.starts_with("HTTP/1.1 429") && answer.contains("retry-after: ") && !was_cut, "{answer}");
        assert!(answer.contains("\"code\":\"too-many-requests\"") && answer.contains("connection: close"), "{answer}");
    }
    drop(first);
    let served = async {
        loop {
            let mut next = stage.open().await;
            next.get("/small").await;
            if next.answer().await.starts_with("HTTP/1.1 200") {
                return;
            }
        }
    };
    timeout(LATE, served).await.expect("a place that is given back is given out again");
}

#[actix_web::test]
async fn a_full_node_says_503() {
    let stage = Stage::start_for(Crowd::new(1, 9));
    let mut first = stage.open().await;
    first.get("/small").await;
    assert!(first.answer().await.starts_with("HTTP/1.1 200"));
    let (answer, _, _) = stage.open().await.end().await;
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("\"code\":\"no-room\""), "{answer}");
}

#[actix_web::test]
async fn what_the_framework_refuses_by_itself_is_a_problem_too() {
    let stage = Stage::start();
    for (sent, status, code) in [
        ("nonsense\r\n\r\n".to_owned(), "400", "malformed-request"),
        (format!("GET /small HTTP/1.1\r\nhost: a\r\nx: {}", "y".repeat(132_000)), "431", "head-too-large"),
    ] {
        let mut wire = stage.open().await;
        wire.get("/small").await;
        wire.answer().await;
        wire.say(&sent).await;
        let (answer, _, _) = wire.end().await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
        assert!(answer.contains(&format!("\"code\":\"{code}\"")) && answer.contains("application/problem+json"), "{answer}");
    }
}

#[actix_web::test]
async fn who_does_not_read_a_stream_of_events_is_cut_off_on_a_second_request_too() {
    let stage = Stage::start();
    for requests_before in 0..2 {
        let mut wire = stage.open_narrow().await;
        for _ in 0..requests_before {
            wire.get("/small").await;
            wire.answer().await;
        }
        wire.get("/flood").await;
        sleep(PATIENCE).await;
        let (said, _, was_cut) = wire.end().await;
        assert!(was_cut && said.len() < LARGE, "{} bytes after {requests_before}", said.len());
    }
}
