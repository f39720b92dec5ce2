//! Slow clients against the running service: no connection outlives its deadline, and nobody else waits for them.

use std::io::Read as _;
use std::time::{Duration, Instant};

use crate::support::{Client, Form, Service, Wire};

/// Attackers of each kind at a time; `PROOFSHEET_TEST_FULL=1`: a hundred.
fn crowd() -> usize {
    if std::env::var_os("PROOFSHEET_TEST_FULL").is_some() { 100 } else { 10 }
}

const SHORT: [(&str, &str); 9] = [
    // All attackers have our address.
    ("SERVER__CONNECTIONS_PER_ADDRESS_MAX", "1000"),
    ("SERVER__HEAD_SECS", "2"),
    ("SERVER__KEEP_ALIVE_SECS", "3"),
    ("SERVER__BODY_GRACE_SECS", "2"),
    ("SERVER__READER_GRACE_SECS", "2"),
    // What the kernels on the way swallow at once counts as taken; a rate that is soon past it.
    ("SERVER__READER_BYTES_PER_S_MIN", "32768"),
    ("SERVER__READER_SECS", "20"),
    ("RATES__API_PER_MIN", "100000"),
    ("RATES__PAGES_PER_MIN", "100000"),
];
/// A busy machine may be late; it is never early.
const LATE: Duration = Duration::from_secs(15);

struct Stage {
    service: Service,
    report: String,
}

/// A service with short deadlines and a report of several hundred KiB.
fn stage() -> Stage {
    let service = Service::start_with(&SHORT);
    let names = ["rocket.jpg", "coffee-tagged.jpg", "mountain-2mp.jpg", "dogs-rotated.jpg"];
    let form = names.iter().fold(Form::product("snapshot"), |form, name| form.fixture(&format!("photos/{name}")));
    let seen = service.client().analyze(form);
    assert_eq!(seen["state"], "completed", "{seen}");
    let report = format!("/v1/analyses/{}/report.pdf", seen["id"].as_str().unwrap());
    Stage { service, report }
}

impl Stage {
    fn ask_for(&self, path: &str, mut wire: Wire, connection: &str) -> Wire {
        let key = self.service.key();
        wire.write(
            format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {key}\r\nconnection: {connection}\r\n\r\n")
                .as_bytes(),
        );
        wire
    }

    /// Where its largest font is.
    fn font(&self) -> String {
        let page = Client::anonymous(&self.service).get("/sign-in").text();
        let (before, _) = page.split_once("proofsheet.css").unwrap();
        format!("{}fonts/inter-400-600.woff2", before.rsplit('"').next().unwrap())
    }

    /// After a first request that was answered.
    fn kept(&self) -> Wire {
        let mut wire = Wire::open(&self.service);
        wire.write(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
        assert!(wire.read_answer().starts_with("HTTP/1.1 200"));
        wire
    }

    /// The head of a request whose body is dripped.
    fn dripped_body(&self, path: &str, kind: &str) -> Wire {
        let mut wire = self.kept();
        let key = self.service.key();
        wire.write(
            format!(
                "POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {key}\r\ncontent-type: {kind}\r\n\
                 content-length: 1000\r\n\r\n"
            )
            .as_bytes(),
        );
        wire
    }
}

#[test]
fn a_reader_who_stops_is_cut_off_and_a_slow_but_fair_one_gets_it_all() {
    let stage = stage();
    let whole = stage.service.client().get(&stage.report).expect(200).body;
    assert!(whole.len() > 200_000, "{} bytes", whole.len());
    for connection in ["keep-alive", "close"] {
        let wire = stage.ask_for(&stage.report, Wire::open_narrow(&stage.service), connection);
        std::thread::sleep(Duration::from_secs(6));
        let (bytes, _, was_cut) = wire.rest();
        assert!(was_cut && bytes.len() < whole.len() / 2, "{connection}: {} of {} bytes", bytes.len(), whole.len());
    }
    let mut wire = stage.ask_for(&stage.report, Wire::open_narrow(&stage.service), "close");
    let (start, mut bytes, mut piece) = (Instant::now(), Vec::new(), vec![0; 4096]);
    loop {
        let read = wire.0.read(&mut piece).expect("a fair reader is not cut off");
        if read == 0 {
            break;
        }
        bytes.extend_from_slice(&piece[..read]);
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(bytes.ends_with(&whole), "{} of {} bytes", bytes.len(), whole.len());
    assert!(start.elapsed() > Duration::from_millis(2500), "longer than the grace: {:?}", start.elapsed());
}

#[test]
fn a_second_head_and_a_pause_have_their_time_too() {
    let stage = stage();
    let mut wire = stage.kept();
    wire.write(b"GET /healthz HTTP/1.1\r\nx: ");
    let after = wire.drip(Duration::from_millis(200));
    assert!(after >= Duration::from_millis(1900) && after < LATE, "{after:?}");
    let (answer, _) = wire.answer();
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("connection: close"), "{answer}");
    let (answer, after) = stage.kept().answer();
    assert!(answer.is_empty() && after >= Duration::from_millis(2900) && after < LATE, "{after:?}: {answer}");
}

#[test]
fn small_bodies_have_a_pace_like_uploads() {
    let stage = stage();
    for (path, kind) in [("/v1/webhook-endpoints", "application/json"), ("/sign-in", "application/x-www-form-urlencoded")] {
        let mut wire = stage.dripped_body(path, kind);
        let after = wire.drip(Duration::from_millis(200));
        assert!(after >= Duration::from_millis(1900) && after < LATE, "{path}: {after:?}");
        let (answer, _) = wire.answer();
        assert!(answer.starts_with("HTTP/1.1 408"), "{path}: {answer}");
        assert!(path == "/sign-in" || answer.contains("\"body-too-slow\""), "{answer}");
    }
}

fn at_99(times: &[Duration]) -> Duration {
    times[times.len() * 99 / 100]
}

/// How long 500 requests took, in order; the connection is warm.
fn times(client: &Client) -> Vec<Duration> {
    let mut times: Vec<Duration> = (0..520)
        .map(|_| {
            let start = Instant::now();
            client.get("/v1/products").expect(200);
            start.elapsed()
        })
        .skip(20)
        .collect();
    times.sort_unstable();
    times
}

#[test]
fn slow_clients_are_gone_in_time_and_nobody_waits_for_them() {
    let stage = stage();
    let client = stage.service.client();
    let before = times(&client);
    let start = Instant::now();
    // A font costs nothing to serve: what is measured is waiting for those who do not take it.
    let font = stage.font();
    let ask_five_times = |wire| (0..5).fold(wire, |wire, _| stage.ask_for(&font, wire, "keep-alive"));
    let readers: Vec<Wire> = (0..crowd()).map(|_| ask_five_times(Wire::open_narrow(&stage.service))).collect();
    let dripping: Vec<Wire> = (0..crowd())
        .flat_map(|_| {
            let mut head = stage.kept();
            head.write(b"GET /healthz HTTP/1.1\r\nx: ");
            [head, stage.dripped_body("/v1/webhook-endpoints", "application/json")]
        })
        .collect();
    let drips: Vec<_> =
        dripping.into_iter().map(|mut wire| std::thread::spawn(move || wire.drip(Duration::from_millis(250)))).collect();
    let during = times(&client);
    let longest = drips.into_iter().map(|drip| drip.join().unwrap()).max().unwrap();
    std::thread::sleep(Duration::from_secs(6).saturating_sub(start.elapsed()));
    let cut = readers.into_iter().map(Wire::rest).filter(|(_, _, was_cut)| *was_cut).count();
    println!(
        "{cut} slow readers cut, {} dripping heads and bodies gone after at most {longest:?}; of {} other requests half took at most \
         {:?} before and {:?} during, 99 % at most {:?} before and {:?} during",
        2 * crowd(),
        before.len(),
        before[before.len() / 2],
        during[during.len() / 2],
        at_99(&before),
        at_99(&during)
    );
    assert_eq!(cut, crowd(), "every reader who stops is cut off");
    assert!(longest < LATE, "{longest:?}");
    assert!(at_99(&during) < Duration::from_secs(1), "{:?} before, {:?} during", at_99(&before), at_99(&during));
}
