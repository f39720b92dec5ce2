//! slowhttptest against the running service: heads, bodies, readers. It is no program of ours, so it knows nothing of how we count.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Client, Service, Wire};

/// Connections of each attack.
const CROWD: usize = 300;
const DEADLINE: Duration = Duration::from_secs(3);
/// Beyond the deadline: opening so many connections, and a busy machine.
const SLACK: Duration = Duration::from_secs(5);
const SETTINGS: [(&str, &str); 7] = [
    // All attackers have our address.
    ("SERVER__CONNECTIONS_PER_ADDRESS_MAX", "1000"),
    ("SERVER__HEAD_SECS", "3"),
    ("SERVER__KEEP_ALIVE_SECS", "3"),
    ("SERVER__BODY_GRACE_SECS", "3"),
    ("SERVER__READER_GRACE_SECS", "3"),
    ("SERVER__READER_BYTES_PER_S_MIN", "65536"),
    ("RATES__PAGES_PER_MIN", "1000000"),
];

/// Connections to the service that are established, as the kernel counts them on the service's side.
fn established(service: &Service) -> usize {
    let port: u16 = service.url.rsplit(':').next().unwrap().parse().unwrap();
    let ours = format!("0100007F:{port:04X}");
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let is_ours = |line: &&str| {
        let mut fields = line.split_whitespace().skip(1);
        // number, our address, theirs, state; 01 is ESTABLISHED
        fields.next() == Some(&ours) && fields.nth(1) == Some("01")
    };
    table.lines().filter(is_ours).count()
}

fn attack(arguments: &[&str], url: &str) -> Child {
    let crowd = CROWD.to_string();
    let mut command = Command::new("slowhttptest");
    command.args(["-c", &crowd, "-r", &crowd, "-l", "30", "-p", "5", "-v", "0"]).args(arguments).args(["-u", url]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("slowhttptest is installed")
}

fn one(client: &Client) -> Duration {
    let start = Instant::now();
    client.get("/v1/products").expect(200);
    start.elapsed()
}

fn at_99(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort_unstable();
    (times[times.len() / 2], times[times.len() * 99 / 100])
}

/// The same requests at the same pace for as long as an attack lasts, without one: what else the machine does is in both.
fn alone(client: &Client) -> Vec<Duration> {
    one(client);
    let (start, mut times) = (Instant::now(), Vec::new());
    while start.elapsed() < DEADLINE * 2 {
        times.extend((0..50).map(|_| one(client)));
        std::thread::sleep(Duration::from_millis(50));
    }
    times
}

/// Runs one attack; how long after its start its last connection was gone, most connections seen, and others' times meanwhile.
fn endure(service: &Service, arguments: &[&str], url: &str) -> (Duration, usize, Vec<Duration>) {
    let client = Client::anonymous(service);
    one(&client);
    let (mut attacker, start) = (attack(arguments, url), Instant::now());
    let (mut most, mut times, mut gone) = (0, Vec::new(), None);
    while gone.is_none() && start.elapsed() < (DEADLINE + SLACK) * 2 {
        times.extend((0..50).map(|_| one(&client)));
        let open = established(service);
        most = most.max(open);
        // Our own connection stays.
        gone = (most > CROWD / 2 && open <= 2).then(|| start.elapsed());
        std::thread::sleep(Duration::from_millis(50));
    }
    attacker.kill().ok();
    attacker.wait().unwrap();
    (gone.unwrap_or(Duration::MAX), most, times)
}

#[test]
#[ignore = "needs slowhttptest; make test-slow-clients"]
fn no_connection_of_slowhttptest_outlives_its_deadline_and_nobody_waits() {
    let service = Service::start_with(&SETTINGS);
    let page = format!("{}/sign-in", service.url.replace("localhost", "127.0.0.1"));
    let client = Client::anonymous(&service);
    let text = client.get("/sign-in").text();
    let (before, _) = text.split_once("proofsheet.css").unwrap();
    let base = service.url.replace("localhost", "127.0.0.1");
    let font = format!("{base}{}fonts/inter-400-600.woff2", before.rsplit('"').next().unwrap());
    let _warm = at_99((0..200).map(|_| one(&client)).collect());
    for (name, arguments, url) in [
        ("slow heads", &["-H", "-i", "1"][..], &page),
        ("slow bodies", &["-B", "-i", "1", "-s", "8192"], &page),
        ("slow readers", &["-X", "-w", "512", "-y", "1024", "-n", "1", "-z", "4", "-k", "8"], &font),
    ] {
        let (half_alone, most_alone) = at_99(alone(&Client::anonymous(&service)));
        let (gone, most, times) = endure(&service, arguments, url);
        let count = times.len();
        let (half, most_of_them) = at_99(times);
        println!(
            "{name}: {most} connections at a time, all gone after {gone:?} (deadline {DEADLINE:?}); of {count} others' requests half \
             took at most {half:?} (alone {half_alone:?}), 99 % at most {most_of_them:?} (alone {most_alone:?})"
        );
        assert!(most > CROWD / 2, "{name}: {most} connections");
        // A body that was answered 408 may linger for the pause between requests, so that the answer arrives.
        assert!(gone < DEADLINE * 2 + SLACK, "{name}: {gone:?}");
        assert!(most_of_them < Duration::from_secs(1), "{name}: {most_of_them:?}");
    }
    // And it serves as before.
    let mut wire = Wire::open(&service);
    wire.write(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
    assert!(wire.read_answer().starts_with("HTTP/1.1 200"));
}
