//! Deliveries as they arrive: first tries, retries, redeliveries, replays, and a rotation in between. The schedule runs on a clock
//! moved by hand that stays within five minutes of the present, so that a receiver's own check of the time can be kept.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use proofsheet::accounts::Accounts;
use proofsheet::db::{Db, Settings as DbSettings};
use proofsheet::domain::{
    AgencyId, ApiKeyId, BreakerPolicy, Clock, Event, EventKind, ManualClock, Scope, SharedClock, SystemClock,
};
use proofsheet::vault::{KeyRing, Vault};
use proofsheet::webhooks::{Dispatcher, Jitter, Settings, Webhooks};
use serde::Serialize;

use crate::support::client::install_tls_provider;
use crate::support::service::Scratch;
use crate::support::{Database, Receiver};

/// Endpoints of the key.
const ENDPOINTS: usize = 5;
/// How far behind the present the first attempt is made; the last is as far ahead.
const BEHIND: Duration = Duration::from_secs(155);
/// How long both secrets sign.
const OVERLAP: Duration = Duration::from_secs(100);

/// One request, and what its receiver may hold at that moment.
#[derive(Debug, Clone, Serialize)]
pub struct Captured {
    pub id: String,
    pub timestamp: String,
    pub signature: String,
    pub body: String,
    /// Where the receiver's clock stands, in seconds.
    pub at: i64,
    /// Secrets each of which must fit.
    pub good: Vec<String>,
    /// Secrets that must not.
    pub bad: Vec<String>,
    /// Of a published vector: the one signature.
    pub expected: Option<String>,
}

/// What was sent in all.
#[derive(Debug, Default, Clone, Copy)]
pub struct Sent {
    pub deliveries: usize,
    pub attempts: usize,
    pub retries: usize,
    pub replayed: usize,
    pub with_two_signatures: usize,
}

/// A service without a server, with one key.
pub struct Sender {
    _scratch: Scratch,
    _server: Option<Database>,
    pub db: Db,
    pub webhooks: Webhooks,
    pub dispatcher: Dispatcher,
    pub agency: AgencyId,
    pub key: ApiKeyId,
}

impl Sender {
    pub async fn new(clock: SharedClock) -> Self {
        install_tls_provider();
        let scratch = Scratch::new("receivers");
        let file = format!("sqlite:{}", scratch.path().join("t.db").display());
        let server = Database::if_wanted();
        let settings = |url| DbSettings { url, ..DbSettings::default() };
        let ours = settings(server.as_ref().map_or(file, Database::url));
        let migrator = server.as_ref().map_or(ours.clone(), |server| settings(server.superuser_url()));
        let migrator = Db::open(&migrator).unwrap();
        migrator.migrate().await.unwrap();
        migrator.admit(&ours).await.unwrap();
        drop(migrator);
        let db = Db::open(&ours).unwrap();
        let vault = Vault::new(KeyRing::generate());
        let accounts = Accounts::new(db.clone(), vault.clone(), Arc::clone(&clock));
        // Receivers here fail on purpose; that an endpoint is left alone then is tested elsewhere.
        let breaker = BreakerPolicy { failures_max: 1_000_000, ..BreakerPolicy::default() };
        let settings = Settings { allow_loopback: true, jitter: Jitter::Fixed(0), breaker, ..Settings::default() };
        let webhooks = Webhooks::new(db.clone(), vault, clock, settings);
        let dispatcher = webhooks.dispatcher("test").unwrap();
        let agency = accounts.create_agency("Test agency").await.unwrap();
        let scopes = Scope::AGENCY.into_iter().collect();
        let (_, key) = accounts.create_api_key(&agency, "test", scopes, None).await.unwrap();
        Self { _scratch: scratch, _server: server, db, webhooks, dispatcher, agency, key: key.id }
    }

    /// An event to every endpoint of the key, with a body of the customary form.
    async fn tell(&self, number: usize, clock: &ManualClock) {
        let kind = [EventKind::AnalysisCompleted, EventKind::AnalysisFailed, EventKind::ReportDeleted][number % 3];
        let test = Event::endpoint_test(self.agency.clone(), self.key.clone(), clock.now());
        let time = clock.now().rfc3339();
        let data = serde_json::json!({ "state": "completed", "sequence": number, "note": "naïve – \u{1f4f7} \"quoted\" \\ /" });
        let body = serde_json::json!({ "type": kind.slug(), "timestamp": time, "data": data }).to_string();
        let event = Event { kind, body, ..test };
        self.db.as_agency(&self.agency).write(move |tx| tx.insert_event(&event)).await.unwrap();
    }

    /// Works until nothing is due at this moment.
    async fn settle(&self, clock: &ManualClock) {
        while self.dispatcher.run_due(clock.now()).await.unwrap().total() > 0 {}
    }
}

/// Tells `events` events to five endpoints and gives every request that arrived.
pub async fn capture(events: usize) -> (Vec<Captured>, Sent) {
    let clock = ManualClock::starting_at(SystemClock.now().minus(BEHIND));
    let shared: SharedClock = Arc::<ManualClock>::clone(&clock);
    let sender = Sender::new(shared).await;
    let (first, second) = (events * 2 / 5, events * 4 / 5);
    let mut receivers = Vec::new();
    for number in 0..ENDPOINTS {
        // The first takes all; others refuse all first tries of the first part, and some of the second tries.
        let refused = if number == 0 { 0 } else { first * number.min(1) + first * number / 8 };
        let statuses: Vec<u16> = [500, 302, 404, 400].into_iter().cycle().take(refused).collect();
        let receiver = Receiver::refusing(&statuses);
        let url = receiver.url();
        let made = sender.webhooks.create_endpoint(&sender.agency, &sender.key, &url, BTreeSet::new()).await.unwrap();
        receivers.push((receiver, made.0.id, made.1.expose().to_owned(), String::new()));
    }
    let started = clock.now();
    for number in 0..first {
        sender.tell(number, &clock).await;
    }
    sender.settle(&clock).await;
    clock.advance(Duration::from_secs(5));
    sender.settle(&clock).await;

    clock.advance(Duration::from_secs(5));
    let rotated = clock.now();
    for (_, endpoint, _, new) in &mut receivers {
        let made = sender.webhooks.rotate_secret(&sender.agency, &sender.key, endpoint, OVERLAP).await.unwrap();
        made.secret.expose().clone_into(new);
    }
    for number in first..second {
        sender.tell(number, &clock).await;
    }
    sender.settle(&clock).await;

    clock.advance(OVERLAP);
    let overlap_ended = clock.now();
    for number in second..events {
        sender.tell(number, &clock).await;
    }
    sender.settle(&clock).await;
    // The third tries: five minutes after the second.
    clock.advance(started.plus(Duration::from_secs(5 + 300)).since(clock.now()));
    sender.settle(&clock).await;
    let replayed = sender.webhooks.replay(&sender.agency, &sender.key, &receivers[0].1, started, None).await.unwrap();
    sender.settle(&clock).await;

    let mut captured = Vec::new();
    let mut sent = Sent { deliveries: events * ENDPOINTS, replayed: replayed.replayed, ..Sent::default() };
    for (number, (receiver, _, old, new)) in receivers.iter().enumerate() {
        let stranger = receivers[(number + 1) % ENDPOINTS].3.clone();
        let mut known = BTreeSet::new();
        for one in receiver.received() {
            let (at, header) = (one.timestamp(), |name: &str| one.headers[name].to_str().unwrap().to_owned());
            let (mut good, mut bad) = (vec![new.clone()], vec![stranger.clone()]);
            if at < rotated.epoch_secs() {
                good = vec![old.clone()];
                bad.push(new.clone());
            } else if at < overlap_ended.epoch_secs() {
                good.push(old.clone());
            } else {
                bad.push(old.clone());
            }
            sent.attempts += 1;
            sent.retries += usize::from(!known.insert(one.id().to_owned()) && number != 0);
            sent.with_two_signatures += usize::from(header("webhook-signature").contains(' '));
            for secret in &good {
                one.verify(secret);
            }
            let (id, timestamp, signature) = (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
            let body = String::from_utf8(one.body).unwrap();
            captured.push(Captured { id, timestamp, signature, body, at: at + 120, good, bad, expected: None });
        }
        assert_eq!(known.len(), events, "every event reached endpoint {number}");
    }
    (captured, sent)
}

/// The two published vectors.
pub fn vectors() -> [Captured; 2] {
    let vector = |secret: &str, id: &str, timestamp: &str, body: &str, signature: &str| Captured {
        id: id.to_owned(),
        timestamp: timestamp.to_owned(),
        signature: signature.to_owned(),
        body: body.to_owned(),
        at: timestamp.parse().unwrap(),
        good: vec![secret.to_owned()],
        bad: vec!["whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned()],
        expected: Some(signature.to_owned()),
    };
    [
        vector(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "1614265330",
            r#"{"test": 2432232314}"#,
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ),
        vector(
            "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
            "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
            "1649367553",
            r#"{"email":"test@example.com","username":"test_user"}"#,
            "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
        ),
    ]
}
