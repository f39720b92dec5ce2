//! Ways to wait for an outcome: the stream of events, `Prefer`, and what a client that comes back later finds.

use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::Value;

use crate::hostile::endless_png;
use crate::open_analysis::{open, photo, post, put};
use crate::support::database::superuser;
use crate::support::s3_server::S3Server;
use crate::support::service::Scratch;
use crate::support::watch::eventually;
use crate::support::{Client, Form, Service, Wire};

/// One event, or a line that is none.
#[derive(Debug, Clone, PartialEq)]
enum Said {
    Event { kind: String, id: Option<i64>, data: Value },
    Retry(u64),
    Heartbeat,
}

/// A stream as a browser's `EventSource` reads it.
struct Stream {
    head: String,
    lines: BufReader<TcpStream>,
}

impl Stream {
    fn open(service: &Service, place: &str, headers: &str) -> Self {
        let mut wire = Wire::open(service);
        let key = service.key();
        wire.write(
            format!("GET {place}/progress HTTP/1.0\r\nhost: localhost\r\nauthorization: Bearer {key}\r\n{headers}\r\n")
                .as_bytes(),
        );
        let mut lines = BufReader::new(wire.0);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(lines.read_line(&mut head).unwrap() > 0, "ended in its head: {head}");
        }
        Self { head, lines }
    }

    /// None at the end.
    fn next(&mut self) -> Option<Said> {
        let (mut kind, mut id, mut data, mut line) = (String::new(), None, None, String::new());
        loop {
            line.clear();
            if self.lines.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            match line.trim_end_matches('\n').split_once(':') {
                Some(("", _)) => return Some(Said::Heartbeat),
                Some(("retry", millis)) => return Some(Said::Retry(millis.trim().parse().unwrap())),
                Some(("event", name)) => name.trim().clone_into(&mut kind),
                Some(("id", number)) => id = Some(number.trim().parse().unwrap()),
                Some(("data", json)) => data = Some(serde_json::from_str(json).unwrap()),
                _ => {
                    if let Some(data) = data.take() {
                        return Some(Said::Event { kind, id, data });
                    }
                }
            }
        }
    }

    /// The events to the end.
    fn events(mut self) -> Vec<(String, Option<i64>, Value)> {
        let all = std::iter::from_fn(|| self.next());
        all.filter_map(|said| if let Said::Event { kind, id, data } = said { Some((kind, id, data)) } else { None }).collect()
    }
}

fn whats(events: &[(String, Option<i64>, Value)]) -> Vec<&str> {
    events.iter().map(|(_, _, data)| data["what"].as_str().unwrap()).collect()
}

#[test]
fn a_stream_tells_all_that_happened_and_ends_with_the_outcome() {
    let service = Service::start();
    let client = service.client();
    let form = Form::product("snapshot").fixture("photos/rocket.jpg").photo("broken.jpg", b"no photo at all");
    let place = client.submit(form).expect(202).header("location").to_owned();
    let stream = Stream::open(&service, &place, "");
    for line in [
        "200 OK",
        "content-type: text/event-stream; charset=utf-8",
        "cache-control: no-cache, no-transform",
        "x-accel-buffering: no",
    ] {
        assert!(stream.head.to_lowercase().contains(&line.to_lowercase()), "{line}: {}", stream.head);
    }
    assert!(!stream.head.contains("content-encoding"), "{}", stream.head);
    let events = stream.events();
    let ids: Vec<_> = events.iter().map(|(_, id, _)| id.unwrap()).collect();
    assert_eq!(ids, (1..=7).collect::<Vec<_>>());
    let whats = whats(&events);
    assert_eq!(
        (&whats[..3], &whats[5..]),
        (&["received", "received", "queued"][..], &["rendering", "completed"][..]),
        "{whats:?}"
    );
    let of_photo = |number| events.iter().rev().find(|(_, _, data)| data["photo"] == number).unwrap().2.clone();
    assert_eq!(of_photo(1)["what"], "measured");
    assert!(of_photo(2)["problem"].as_str().is_some_and(|problem| !problem.is_empty()), "{}", of_photo(2));
    let (kind, _, outcome) = events.last().unwrap();
    assert_eq!((kind.as_str(), outcome["href"].as_str()), ("outcome", Some(place.as_str())));
    assert!(events[..6].iter().all(|(kind, _, _)| kind == "progress"));

    // Taken up in the middle, by header and by query; the header wins.
    let middle = Stream::open(&service, &place, "last-event-id: 4\r\n").events();
    assert_eq!(middle.iter().map(|(_, id, _)| id.unwrap()).collect::<Vec<_>>(), [5, 6, 7]);
    let by_query = client.get(&format!("{place}/progress?after=5")).expect(200).text();
    assert!(by_query.contains("\nid: 6\n") && !by_query.contains("\nid: 5\n"), "{by_query}");
    let told = client.send("GET", &format!("{place}/progress?after=1"), &[("last-event-id", "7")], Vec::new());
    assert_eq!((told.status, told.body.len()), (204, 0), "who has all need not come again");
    for wrong in ["x", "-1", "1.5", "99999999999"] {
        client.send("GET", &format!("{place}/progress"), &[("last-event-id", wrong)], Vec::new()).problem(400, "invalid-cursor");
    }
    let head = client.send("HEAD", &format!("{place}/progress"), &[], Vec::new()).expect(200);
    assert_eq!(head.header("content-type"), "text/event-stream; charset=utf-8");

    client.delete(&place).expect(200);
    client.get(&format!("{place}/progress")).problem(410, "report-gone");
    Client::anonymous(&service).get(&format!("{place}/progress")).problem(401, "missing-key");
    client.get("/v1/analyses/an_0000000000000000000000000/progress").problem(404, "not-found");
}

#[test]
fn a_silent_stream_beats_and_is_bounded_and_a_client_that_is_gone_frees_its_place() {
    let settings = [("SERVER__HEARTBEAT_SECS", "1"), ("SERVER__STREAMS_PER_KEY_MAX", "2"), ("SERVER__STREAM_SECS_MAX", "4")];
    let service = Service::start_with(&settings);
    let client = service.client();
    let place = open(&client);
    let mut first = Stream::open(&service, &place, "");
    assert_eq!(first.next(), Some(Said::Retry(2000)));
    let start = Instant::now();
    assert_eq!(first.next(), Some(Said::Heartbeat));
    assert!(start.elapsed() > Duration::from_millis(800), "{:?}", start.elapsed());
    put(&client, &place, 1, "one.jpg", photo("photos/rocket.jpg")).expect(202);
    let Some(Said::Event { data, .. }) = first.next() else { panic!("an event") };
    assert_eq!((&data["what"], &data["photo"]), (&"received".into(), &1.into()));
    let second = Stream::open(&service, &place, "");
    let refused = client.get(&format!("{place}/progress"));
    refused.problem(429, "too-many-requests");
    assert!(!refused.header("retry-after").is_empty());
    drop(second);
    eventually("the place of who is gone is free", Duration::from_secs(10), || {
        Stream::open(&service, &place, "").head.contains("200 OK")
    });
    let rest: Vec<Said> = std::iter::from_fn(|| first.next()).collect();
    assert_eq!(rest.last(), Some(&Said::Retry(2000)), "a long stream ends and says when to come again");
}

#[test]
fn a_node_that_stops_sends_its_streams_away_and_is_not_ready_first() {
    let mut service = Service::start_with(&[("SERVER__LEAVE_SECS", "2"), ("SERVER__STOP_SECS", "5")]);
    let client = service.client();
    let place = open(&client);
    let mut stream = Stream::open(&service, &place, "");
    assert_eq!(stream.next(), Some(Said::Retry(2000)));
    let pid = rustix::process::Pid::from_raw(i32::try_from(service.pid()).unwrap()).unwrap();
    rustix::process::kill_process(pid, Signal::TERM).unwrap();
    eventually("readiness goes first", Duration::from_secs(2), || client.get("/readyz").status == 503);
    client.get(&place).expect(200);
    assert_eq!((stream.next(), stream.next()), (Some(Said::Retry(2000)), None));
    assert!(service.wait().success());
}

#[test]
fn prefer_waits_up_to_its_bound_and_says_what_was_done() {
    let service = Service::start_with(&[("SERVER__WAIT_SECS_MAX", "2"), ("WORKER__WALL_SECS", "20")]);
    let client = service.client();
    let (content_type, body) = Form::product("snapshot").photo("slow.png", &endless_png()).finish();
    let headers = [("content-type", content_type.as_str()), ("prefer", "respond-async, wait=60")];
    let start = Instant::now();
    let answer = client.send("POST", "/v1/analyses", &headers, body).expect(202);
    assert!(start.elapsed() >= Duration::from_secs(2) && start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
    assert_eq!(answer.header("preference-applied"), "respond-async, wait=2");
    assert!(!answer.header("retry-after").is_empty());
    let place = answer.header("location").to_owned();
    // The resource can be waited for as well.
    let asked = client.send("GET", &place, &[("prefer", "wait=1")], Vec::new()).expect(200);
    assert_eq!((asked.header("preference-applied"), &asked.json()["state"]), ("wait=1", &"processing".into()));
    post(&client, &format!("{place}/cancel")).expect(200);
    let start = Instant::now();
    let over = client.send("GET", &place, &[("prefer", "wait=2")], Vec::new()).expect(200);
    assert_eq!(over.json()["reason"], "cancelled");
    assert!(start.elapsed() < Duration::from_millis(1500), "an outcome is not waited for: {:?}", start.elapsed());
}

#[test]
fn another_node_tells_and_waits_as_well() {
    if superuser().is_none() {
        println!("two nodes need a database server: PROOFSHEET_TEST_DATABASE_URL names none");
        return;
    }
    let scratch = Scratch::new("bucket");
    let s3 = S3Server::start(&scratch.path().join("s3"));
    s3.make_bucket("shared");
    let settings = s3.settings("shared");
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let a = Service::start_with(&settings);
    let b = a.another_node();
    let (on_a, on_b) = (a.client(), b.client());
    let place = open(&on_a);
    let stream = Stream::open(&b, &place, "");
    let told = std::thread::spawn(move || stream.events());
    for number in 1..=2 {
        put(&on_a, &place, number, "one.jpg", photo("photos/rocket.jpg")).expect(202);
    }
    post(&on_a, &format!("{place}/submit")).expect(202);
    let start = Instant::now();
    let waited = on_b.send("GET", &place, &[("prefer", "wait=30")], Vec::new()).expect(200).json();
    assert_eq!(waited["state"], "completed", "{waited}");
    assert!(start.elapsed() < Duration::from_secs(29), "{:?}", start.elapsed());
    let events = told.join().unwrap();
    assert_eq!(whats(&events).last(), Some(&"completed"), "{events:?}");
    // Half on one node, half on the other: nothing is lost and nothing told twice.
    let ids = |events: &[(String, Option<i64>, Value)]| events.iter().map(|(_, id, _)| id.unwrap()).collect::<Vec<_>>();
    let rest = Stream::open(&a, &place, "last-event-id: 3\r\n").events();
    assert_eq!(ids(&events)[3..], ids(&rest));
}
