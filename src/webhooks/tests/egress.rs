//! What must not be called is not called: every bad target goes all the way to where a connection would be made, and a listener on
//! every address of this machine counts.

use std::sync::atomic::AtomicUsize;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::*;
use crate::db::NewEndpoint;
use crate::domain::EventId;
use crate::vault::Purpose;
use crate::webhooks::egress::table_tests::{self, Case};

/// Counts connections to any address of this machine, by IPv4 and IPv6.
struct Listener {
    port: u16,
    connections: Arc<AtomicUsize>,
    tasks: Vec<JoinHandle<()>>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Listener {
    async fn start() -> Self {
        let v4 = TcpListener::bind("0.0.0.0:0").await.unwrap();
        let port = v4.local_addr().unwrap().port();
        // A machine without IPv6, or one whose sockets take both at once, has the one listener.
        let v6 = TcpListener::bind(("::1", port)).await.ok();
        let connections = Arc::new(AtomicUsize::new(0));
        let tasks =
            std::iter::once(v4).chain(v6).map(|listener| tokio::spawn(count(listener, Arc::clone(&connections)))).collect();
        Self { port, connections, tasks }
    }

    fn count(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

async fn count(listener: TcpListener, connections: Arc<AtomicUsize>) {
    while listener.accept().await.is_ok() {
        connections.fetch_add(1, Ordering::SeqCst);
    }
}

/// Those that must not be called. The others are public addresses, which nobody calls here.
fn forbidden() -> Vec<Case> {
    table_tests::cases().into_iter().filter(|case| case.verdict != "ok").collect()
}

/// The resolver all of them believe in.
fn book(cases: &[Case]) -> Arc<table_tests::Book> {
    let named = cases.iter().filter(|case| !case.addresses.is_empty());
    let known = named.filter_map(|case| {
        let url = url::Url::parse(&case.url).ok()?;
        Some((url.domain()?.to_owned(), case.addresses.clone()))
    });
    Arc::new(table_tests::Book(known.collect()))
}

#[tokio::test]
async fn the_listener_counts() {
    let listener = Listener::start().await;
    drop(tokio::net::TcpStream::connect(("127.0.0.1", listener.port)).await.unwrap());
    while listener.count() == 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_the_shape_lets_through_is_stopped_at_the_connection() {
    let (listener, cases) = (Listener::start().await, forbidden());
    let settings = Settings { request_timeout: Duration::from_secs(2), ..Settings::default() };
    let resolver = CheckedResolver::new(book(&cases), settings.egress());
    let client = WebhookClient::new(resolver, settings).unwrap();
    let mut tried = 0;
    for case in &cases {
        let Ok(target) = Target::parse(&case.url, settings.egress()) else { continue };
        let now = crate::domain::Timestamp::from_epoch_millis(0);
        let headers = sign(&EndpointSecret::generate(), &EventId::generate(now), now, b"{}");
        let answer = client.post(&target.at_port(listener.port), headers, &ExtraHeaders::default(), "{}".to_owned()).await;
        let expected = if case.verdict == "unknown" { Outcome::Unresolved } else { Outcome::Blocked };
        assert_eq!(answer.outcome, expected, "{}: {}", case.group, case.url);
        tried += 1;
    }
    assert!(tried >= 60, "{tried} names");
    assert_eq!(listener.count(), 0);
    println!("{tried} names resolved and not connected to");
}

/// As if each had been stored by a version with laxer rules, or changed in the database: the dispatcher looks again.
#[tokio::test]
async fn what_stands_in_a_row_is_checked_again_before_it_is_called() {
    let (listener, cases) = (Listener::start().await, forbidden());
    let bench = Bench::with_lookup(Settings { jitter: Jitter::Fixed(0), ..Settings::default() }, book(&cases)).await;
    for case in &cases {
        let refused = bench.webhooks.create_endpoint(&bench.agency, &bench.key, &case.url, BTreeSet::new()).await;
        assert!(matches!(refused, Err(WebhookError::Url(_) | WebhookError::Host(_))), "{}: {}", case.group, case.url);
        stored(&bench, &case.url).await;
    }
    bench.event().await;
    let mut ended = 0;
    loop {
        let count = bench.run_due().await;
        if count.total() == 0 {
            break;
        }
        assert_eq!((count.delivered, count.gone, count.unrecorded), (0, 0, 0), "{count:?}");
        ended += count.total();
    }
    assert_eq!(ended, cases.len());
    assert_eq!(listener.count(), 0);
    println!("{ended} stored targets dispatched and not connected to");
}

async fn stored(bench: &Bench, url: &str) {
    let id = EndpointId::generate(bench.clock.now());
    let endpoint = NewEndpoint {
        url_sealed: bench.vault.seal(Purpose::WebhookUrl, id.as_str(), url.as_bytes()).unwrap(),
        secret_sealed: bench.vault.seal(Purpose::WebhookSecret, id.as_str(), EndpointSecret::generate().bytes()).unwrap(),
        id,
        api_key: bench.key.clone(),
        kinds: BTreeSet::new(),
        created_at: bench.clock.now(),
    };
    bench.db.as_agency(&bench.agency).write(move |tx| tx.insert_endpoint(&endpoint)).await.unwrap();
}

/// Good when it is registered, bad when it is called, and the other way round: only the addresses that were checked count.
#[tokio::test]
async fn a_name_that_changes_its_mind_gets_no_connection() {
    let listener = Listener::start().await;
    for bad in ["127.0.0.1", "::1", "169.254.169.254", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "10.0.0.1"] {
        let lookup = Book::of(&[("hooks.example.com", &["93.184.215.14", bad])]);
        let bench = Bench::with_lookup(Settings { jitter: Jitter::Fixed(0), ..Settings::default() }, lookup).await;
        let (endpoint, _) = bench.endpoint("https://hooks.example.com:8443/in").await;
        bench.event().await;
        assert_eq!(bench.run_due().await.retried, 1, "{bad}");
        assert_eq!(bench.attempts(&endpoint).await[0].outcome, "blocked", "{bad}");
    }
    assert_eq!(listener.count(), 0);
}
