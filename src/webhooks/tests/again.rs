//! What is sent again by hand, and what can be seen of what was sent.

use super::receiver::{Receiver, Reply, Request};
use super::*;
use crate::db::{DeliveryQuery, DeliveryState, RedeliveredCount};
use crate::domain::{DeliveryId, EventId, Timestamp};

const OK: Reply = Reply::Status(204, "", "");
const FAIL: Reply = Reply::Status(500, "", "oh no");
/// Ends the delivery at once, without a word about the endpoint.
const ABORT: Reply = Reply::Status(500, "webhook-delivery: abort-message\r\n", "");

impl Bench {
    /// An event of the key that is no test.
    async fn told(&self, kind: EventKind) -> Event {
        let test = Event::endpoint_test(self.agency.clone(), self.key.clone(), self.clock.now());
        let body = format!(r#"{{"type":"{kind}","data":{{"note":"naïve – {}"}}}}"#, test.id);
        let event = Event { kind, body, ..test };
        let stored = event.clone();
        self.db.as_agency(&self.agency).write(move |tx| tx.insert_event(&stored)).await.unwrap();
        event
    }

    async fn redeliver(&self, endpoint: &EndpointId, delivery: &DeliveryId) -> Result<DeliveryState, WebhookError> {
        Ok(self.webhooks.redeliver(&self.agency, &self.key, endpoint, delivery).await?.state)
    }

    async fn redeliver_failed(&self, endpoint: &EndpointId, since: Timestamp, until: Option<Timestamp>) -> RedeliveredCount {
        self.webhooks.redeliver_failed(&self.agency, &self.key, endpoint, since, until).await.unwrap()
    }

    async fn view(&self, endpoint: &EndpointId, delivery: &DeliveryId) -> DeliveryView {
        self.webhooks.find_delivery(&self.agency, &self.key, endpoint, delivery).await.unwrap()
    }

    /// Runs until nothing is due now.
    async fn settle(&self) {
        while self.run_due().await.total() > 0 {}
    }
}

fn reason(refused: Result<DeliveryState, WebhookError>) -> &'static str {
    match refused.unwrap_err() {
        WebhookError::NotDeliverable { reason } => reason.slug(),
        WebhookError::NoSuchDelivery { .. } => "no delivery",
        WebhookError::NoSuchEndpoint { .. } => "no endpoint",
        other => panic!("{other}"),
    }
}

async fn next(receiver: &mut Receiver) -> Request {
    receiver.request().await
}

#[tokio::test]
async fn every_attempt_can_be_verified_once_more() {
    let bench = Bench::new(home()).await;
    let mut receiver = Receiver::start(vec![FAIL, OK]).await;
    let (endpoint, secret) = bench.endpoint(&receiver.url()).await;
    let event = bench.told(EventKind::AnalysisFailed).await;
    bench.settle().await;
    bench.advance(5);
    bench.settle().await;

    let delivery = bench.deliveries(&endpoint).await.remove(0).id;
    let seen = bench.view(&endpoint, &delivery).await;
    assert_eq!((seen.event.id.clone(), seen.event.body.as_deref()), (event.id.clone(), Some(event.body.as_str())));
    assert_eq!((seen.record.state, seen.attempts.len()), (DeliveryState::Delivered, 2));
    for attempt in &seen.attempts {
        let request = next(&mut receiver).await;
        let sent = attempt.row.sent.as_ref().unwrap();
        assert_eq!(sent.timestamp.to_string(), request.header(TIMESTAMP_HEADER));
        assert_eq!(sent.signatures.as_deref(), Some(request.header(SIGNATURE_HEADER)));
        assert_eq!((sent.signed_by.as_str(), attempt.row.is_manual), ("1", false));
        let signed =
            [request.header(ID_HEADER).as_bytes(), b".", request.header(TIMESTAMP_HEADER).as_bytes(), b".", &request.body];
        assert_eq!(attempt.signed.as_ref().unwrap().as_bytes(), signed.concat(), "the very bytes that were signed");
        // What is shown is enough for a receiver's own library.
        let (_, body) = attempt.signed.as_ref().unwrap().split_once(&format!("{}.", sent.timestamp)).unwrap();
        let library = standardwebhooks::Webhook::new(secret.expose()).unwrap();
        assert_eq!(library.sign(event.id.as_str(), sent.timestamp, body.as_bytes()).unwrap(), request.header(SIGNATURE_HEADER));
    }
    assert_eq!(seen.attempts[0].response.as_deref(), Some("oh no"));
    assert_eq!(seen.attempts[1].response, None);

    bench.scratch.run_sql("UPDATE events SET body = NULL; UPDATE attempts SET response_excerpt_sealed = NULL").await;
    let erased = bench.view(&endpoint, &delivery).await;
    assert!(erased.attempts.iter().all(|attempt| attempt.signed.is_none() && attempt.response.is_none()));
}

#[tokio::test]
async fn a_redelivery_keeps_event_and_body_and_begins_the_schedule_anew() {
    let bench = Bench::new(home()).await;
    let mut receiver = Receiver::start(vec![FAIL, ABORT, FAIL, OK]).await;
    let (endpoint, _) = bench.endpoint(&receiver.url()).await;
    bench.told(EventKind::ReportDeleted).await;
    bench.settle().await;
    bench.advance(5);
    bench.settle().await;
    let delivery = bench.deliveries(&endpoint).await.remove(0);
    assert_eq!(delivery.state, DeliveryState::Cancelled);

    assert_eq!(bench.redeliver(&endpoint, &delivery.id).await.unwrap(), DeliveryState::Pending);
    assert_eq!(bench.run_due().await.retried, 1);
    bench.advance(4);
    assert_eq!(bench.run_due().await.total(), 0);
    bench.advance(1);
    assert_eq!(bench.run_due().await.delivered, 1, "5 s after the first of the new schedule, not 5 min");
    let mut requests = Vec::new();
    for _ in 0..4 {
        requests.push(next(&mut receiver).await);
    }
    assert!(requests.iter().all(|request| request.body == requests[0].body));
    assert!(requests.iter().all(|request| request.header(ID_HEADER) == requests[0].header(ID_HEADER)));
    let seen = bench.view(&endpoint, &delivery.id).await;
    let marks: Vec<(i32, bool)> = seen.attempts.iter().map(|attempt| (attempt.row.number, attempt.row.is_manual)).collect();
    assert_eq!(marks, [(1, false), (2, false), (3, true), (4, true)]);

    // What was taken may be asked for again: a receiver may have lost it.
    assert_eq!(bench.redeliver(&endpoint, &delivery.id).await.unwrap(), DeliveryState::Pending);
    assert_eq!(bench.run_due().await.delivered, 1);
}

#[tokio::test]
async fn a_manual_redelivery_says_nothing_about_the_endpoints_health() {
    let bench = Bench::new(home()).await;
    let receiver = Receiver::start(vec![OK, FAIL]).await;
    let (endpoint, _) = bench.endpoint(&receiver.url()).await;
    bench.told(EventKind::ReportDeleted).await;
    bench.settle().await;
    let delivery = bench.deliveries(&endpoint).await.remove(0).id;
    for _ in 0..8 {
        bench.redeliver(&endpoint, &delivery).await.unwrap();
        assert_eq!(bench.run_due().await.retried, 1, "no breaker stands in the way");
    }
    let id = endpoint.clone();
    let found = bench.db.as_agency(&bench.agency).read(move |tx| tx.find_endpoint(&id)).await.unwrap().unwrap();
    assert_eq!(found.health.failure_count, 0);
}

#[tokio::test]
async fn what_cannot_be_sent_again_is_refused_with_the_reason() {
    let bench = Bench::new(home()).await;
    let receiver = Receiver::start(vec![ABORT, Reply::Status(410, "", "")]).await;
    let (endpoint, _) = bench.endpoint(&receiver.url()).await;
    let (other, _) = bench.endpoint("http://127.0.0.1:9/other").await;
    bench.told(EventKind::ReportDeleted).await;
    let delivery = bench.deliveries(&endpoint).await.remove(0).id;
    let claim = crate::db::DueClaim {
        owner: "another".to_owned(),
        now: bench.clock.now(),
        lease_until: bench.clock.now().plus(Duration::from_secs(45)),
        limit: 20,
        per_endpoint: 2,
    };
    bench.db.as_system().write(move |tx| tx.claim_due_deliveries(&claim)).await.unwrap();
    assert_eq!(reason(bench.redeliver(&endpoint, &delivery).await), "under_way");
    bench.advance(45);
    bench.run_due().await;

    assert_eq!(reason(bench.redeliver(&other, &delivery).await), "no delivery");
    assert_eq!(reason(bench.redeliver(&endpoint, &DeliveryId::generate(bench.clock.now())).await), "no delivery");
    let stranger = bench.another_key().await;
    let refused = bench.webhooks.redeliver(&bench.agency, &stranger, &endpoint, &delivery).await;
    assert!(matches!(refused, Err(WebhookError::NoSuchEndpoint { .. })), "{refused:?}");
    let refused = bench.webhooks.find_delivery(&bench.agency, &stranger, &endpoint, &delivery).await;
    assert!(matches!(refused, Err(WebhookError::NoSuchEndpoint { .. })), "{refused:?}");

    bench.redeliver(&endpoint, &delivery).await.unwrap();
    bench.run_due().await;
    assert_eq!(reason(bench.redeliver(&endpoint, &delivery).await), "endpoint_not_active", "it said 410");
    bench.advance(29 * 3600);
    assert_eq!(reason(bench.redeliver(&endpoint, &delivery).await), "event_over");
    bench.scratch.run_sql("UPDATE events SET body = NULL").await;
    assert_eq!(reason(bench.redeliver(&endpoint, &delivery).await), "body_erased");
}

#[tokio::test]
async fn everything_that_failed_since_a_time_is_sent_again_a_bounded_number_a_call() {
    let bench = Bench::new(Settings { redelivered_per_call_max: 3, ..home() }).await;
    let script = [vec![ABORT; 6], vec![OK]].concat();
    let receiver = Receiver::start(script).await;
    let (endpoint, _) = bench.endpoint(&receiver.url()).await;
    let before = bench.told(EventKind::ReportDeleted).await;
    bench.settle().await;
    bench.advance(60);
    let since = bench.clock.now();
    for _ in 0..5 {
        bench.told(EventKind::AnalysisFailed).await;
    }
    bench.settle().await;
    bench.told(EventKind::AnalysisFailed).await;
    bench.settle().await;
    assert_eq!(receiver.connection_count(), 7);

    let none = bench.redeliver_failed(&endpoint, since, Some(since)).await;
    assert_eq!(none, RedeliveredCount::default(), "until is not included");
    let first = bench.redeliver_failed(&endpoint, since, None).await;
    assert_eq!(first, RedeliveredCount { redelivered: 3, over: 0, has_more: true });
    let second = bench.redeliver_failed(&endpoint, since, None).await;
    assert_eq!(second, RedeliveredCount { redelivered: 2, over: 0, has_more: false });
    bench.settle().await;
    assert_eq!(receiver.connection_count(), 12, "the one that was delivered is left out");
    let again = bench.redeliver_failed(&endpoint, since, None).await;
    assert_eq!(again, RedeliveredCount::default(), "all were delivered meanwhile");

    bench.clock.advance(before.not_after.since(bench.clock.now()) + Duration::from_millis(1));
    let over = bench.redeliver_failed(&endpoint, Timestamp::from_epoch_millis(0), None).await;
    assert_eq!(over, RedeliveredCount { redelivered: 0, over: 1, has_more: false });
}

#[tokio::test]
async fn a_receiver_that_was_away_gets_everything_since_then_also_from_before_it_was_made() {
    let bench = Bench::new(Settings { redelivered_per_call_max: 3, ..home() }).await;
    let early = bench.told(EventKind::AnalysisFailed).await;
    bench.advance(60);
    let since = bench.clock.now();
    let mut told = Vec::new();
    for _ in 0..4 {
        told.push(bench.told(EventKind::AnalysisFailed).await.id);
        bench.advance(1);
    }
    bench.told(EventKind::ReportDeleted).await;
    bench.event().await;
    let mut receiver = Receiver::start(vec![OK]).await;
    let wanted = kinds(&[EventKind::AnalysisFailed, EventKind::EndpointTest]);
    let made = bench.webhooks.create_endpoint(&bench.agency, &bench.key, &receiver.url(), wanted).await.unwrap();
    let endpoint = made.0.id;
    bench.settle().await;
    let seen_before = receiver.connection_count();

    let replay =
        async |after: Option<EventId>| bench.webhooks.replay(&bench.agency, &bench.key, &endpoint, since, after).await.unwrap();
    let first = replay(None).await;
    assert_eq!((first.replayed, first.waiting, first.has_more), (3, 0, true));
    let second = replay(first.last).await;
    assert_eq!((second.replayed, second.waiting, second.has_more), (1, 0, false));
    assert_eq!(second.last.as_ref(), told.last());
    assert_eq!(replay(None).await.waiting, 3, "what waits is not made twice");
    bench.settle().await;
    let mut received = BTreeSet::new();
    for _ in 0..receiver.connection_count() {
        received.insert(next(&mut receiver).await.header(ID_HEADER).to_owned());
    }
    assert!(told.iter().all(|id| received.contains(id.as_str())) && !received.contains(early.id.as_str()));
    assert_eq!(receiver.connection_count() - seen_before, 4, "what it does not want, and tests, are left out");

    // Once more: it lost what it had.
    assert_eq!(replay(None).await.replayed, 3);
    bench.settle().await;
    assert_eq!(receiver.connection_count() - seen_before, 7);
    bench.advance(29 * 3600);
    assert_eq!(replay(None).await, crate::db::ReplayCount::default(), "never past an event's end");
}

#[tokio::test]
async fn deliveries_are_found_by_state_kind_and_time() {
    let bench = Bench::new(home()).await;
    let receiver = Receiver::start(vec![ABORT, OK]).await;
    let (endpoint, _) = bench.endpoint(&receiver.url()).await;
    bench.told(EventKind::ReportDeleted).await;
    bench.settle().await;
    bench.advance(60);
    let later = bench.clock.now();
    bench.told(EventKind::AnalysisFailed).await;
    bench.settle().await;
    let all = DeliveryQuery { endpoint, before: None, state: None, kind: None, since: None, until: None, limit: 10 };
    let count =
        async |asked: DeliveryQuery| bench.webhooks.list_deliveries(&bench.agency, &bench.key, asked).await.unwrap().len();
    assert_eq!(count(all.clone()).await, 2);
    assert_eq!(count(DeliveryQuery { limit: 1, ..all.clone() }).await, 1);
    for (state, found) in
        [(DeliveryState::Delivered, 1), (DeliveryState::Cancelled, 1), (DeliveryState::Held, 0), (DeliveryState::Pending, 0)]
    {
        assert_eq!(count(DeliveryQuery { state: Some(state), ..all.clone() }).await, found, "{state:?}");
    }
    assert_eq!(count(DeliveryQuery { kind: Some(EventKind::ReportDeleted), ..all.clone() }).await, 1);
    assert_eq!(count(DeliveryQuery { since: Some(later), ..all.clone() }).await, 1);
    assert_eq!(count(DeliveryQuery { until: Some(later), ..all.clone() }).await, 1);
    let newest = bench.webhooks.list_deliveries(&bench.agency, &bench.key, all.clone()).await.unwrap().remove(0);
    assert_eq!(count(DeliveryQuery { before: Some(newest.id), ..all }).await, 1);
}
