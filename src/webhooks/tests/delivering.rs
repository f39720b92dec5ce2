//! What happens to deliveries: tried, tried again, accepted, given up, and none at another's cost.

use std::sync::Arc;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::receiver::{Receiver, Reply, Request};
use super::*;
use crate::db::{DeliveryState, EndReason, EndpointStatus};
use crate::vault::Purpose;

const OK: Reply = Reply::Status(204, "", "");
const FAIL: Reply = Reply::Status(500, "", "oh no");

/// What a receiver's own library would compute for what it was sent.
fn expected_signature(secret: &PlainSecret, request: &Request) -> String {
    let library = standardwebhooks::Webhook::new(secret.expose()).unwrap();
    let timestamp = request.header(TIMESTAMP_HEADER).parse().unwrap();
    library.sign(request.header(ID_HEADER), timestamp, &request.body).unwrap()
}

#[tokio::test]
async fn three_failures_then_accepted() {
    let bench = Bench::new(home()).await;
    let mut receiver = Receiver::start(vec![FAIL, Reply::Status(503, "retry-after: 400\r\n", ""), Reply::Close, OK]).await;
    let (endpoint, secret) = bench.endpoint(&receiver.url()).await;
    let event = bench.webhooks.send_test(&bench.agency, &bench.key, &endpoint).await.unwrap();

    let mut requests = Vec::new();
    // 5 s after the first; 400 s instead of 300 s after the second, as it asked; 30 min after the third.
    for (wait, retried) in [(0, true), (5, true), (400, true), (1800, false)] {
        bench.advance(wait);
        let count = bench.run_due().await;
        assert_eq!(
            (count.total(), count.retried == 1, count.delivered == 1),
            (1, retried, !retried),
            "after {wait} s: {count:?}"
        );
        requests.push(receiver.request().await);
        assert_eq!(bench.run_due().await, DispatchCount::default(), "nothing is due before its time");
    }

    let library = standardwebhooks::Webhook::new(secret.expose()).unwrap();
    library.verify(&requests[0].body, &requests[0].headers).unwrap();
    let mut timestamps = BTreeSet::new();
    for request in &requests {
        assert!(request.head.starts_with("POST /hook?from=proofsheet HTTP/1.1"), "{}", request.head);
        assert_eq!(request.header(ID_HEADER), event.as_str(), "the id is the event's on every attempt");
        assert_eq!(request.header(SIGNATURE_HEADER), expected_signature(&secret, request));
        assert_eq!(request.header("content-type"), "application/json");
        assert_eq!(request.body, requests[0].body, "the bytes are the recorded ones");
        timestamps.insert(request.header(TIMESTAMP_HEADER).to_owned());
    }
    assert_eq!(timestamps.len(), 4, "the timestamp is the attempt's");

    let [delivery] = bench.deliveries(&endpoint).await.try_into().unwrap();
    assert_eq!((delivery.state, delivery.attempt_count, delivery.next_attempt_at), (DeliveryState::Delivered, 4, None));
    let attempts = bench.attempts(&endpoint).await;
    let seen: Vec<(&str, Option<u16>)> = attempts.iter().map(|attempt| (attempt.outcome.as_str(), attempt.status)).collect();
    assert_eq!(seen, [("refused", Some(500)), ("refused", Some(503)), ("broken", None), ("delivered", Some(204))]);
    let sealed = attempts[0].response_excerpt_sealed.as_ref().unwrap();
    assert!(!sealed.windows(5).any(|window| window == b"oh no"), "kept sealed");
    let excerpt = bench.vault.open_text(Purpose::WebhookResponse, delivery.id.as_str(), sealed).unwrap();
    assert_eq!(excerpt.as_str(), "oh no");
}

#[tokio::test]
async fn the_list_of_attempts_has_an_end() {
    let bench = Bench::new(home()).await;
    let receiver = Receiver::start(vec![FAIL]).await;
    let (endpoint, _) = bench.endpoint(&receiver.url()).await;
    bench.event().await;
    for wait in WAITS {
        bench.clock.advance(wait);
        assert_eq!(bench.run_due().await.total(), 1);
    }
    assert_eq!(receiver.connection_count(), WAITS.len());
    let [delivery] = bench.deliveries(&endpoint).await.try_into().unwrap();
    assert_eq!((delivery.state, delivery.attempt_count), (DeliveryState::Exhausted, 8));
    bench.advance(100 * 3600);
    assert_eq!(bench.run_due().await.total(), 0);
}

#[tokio::test]
async fn nothing_is_sent_after_the_events_time() {
    let bench = Bench::new(home()).await;
    let receiver = Receiver::start(vec![OK]).await;
    let (endpoint, _) = bench.endpoint(&receiver.url()).await;
    let event = bench.event().await;
    bench.clock.advance(event.not_after.since(bench.clock.now()) + Duration::from_millis(1));
    let count = bench.run_due().await;
    assert_eq!((count.exhausted, count.total()), (1, 1));
    assert_eq!(receiver.connection_count(), 0);
    let delivery = bench.deliveries(&endpoint).await.remove(0);
    assert_eq!((delivery.state, delivery.end_reason), (DeliveryState::Exhausted, Some(EndReason::Expired)));
    assert_eq!((delivery.attempt_count, bench.attempts(&endpoint).await), (0, vec![]));
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_left_alone() {
    let bench = Bench::new(home()).await;
    let receiver = Receiver::start(vec![Reply::Status(410, "", "")]).await;
    let (endpoint, _) = bench.endpoint(&receiver.url()).await;
    for _ in 0..5 {
        bench.event().await;
    }
    let count = bench.run_due().await;
    assert_eq!((count.gone, count.total()), (2, 2), "two at a time: {count:?}");
    let states = bench.states(&endpoint).await;
    assert_eq!(states.iter().filter(|state| **state == DeliveryState::EndpointGone).count(), 2);
    assert_eq!(states.iter().filter(|state| **state == DeliveryState::Held).count(), 3, "kept, in case it was a mistake");
    let [view] = bench.webhooks.list_endpoints(&bench.agency, &bench.key).await.unwrap().try_into().unwrap();
    assert_eq!(view.status, EndpointStatus::Gone);
    bench.event().await;
    bench.advance(3_600);
    assert_eq!(bench.run_due().await.total(), 0);
    assert_eq!(receiver.connection_count(), 2);
}

#[tokio::test]
async fn an_attempt_whose_endpoint_was_deleted_meanwhile_records_nothing() {
    let bench = Bench::new(home()).await;
    let go = Arc::new(Notify::new());
    let mut receiver = Receiver::start(vec![Reply::Hold(Arc::clone(&go))]).await;
    let (endpoint, _) = bench.endpoint(&receiver.url()).await;
    bench.event().await;
    let (dispatcher, now) = (bench.dispatcher(), bench.clock.now());
    let step = tokio::spawn(async move { dispatcher.run_due(now).await.unwrap() });
    receiver.request().await;
    bench.webhooks.delete_endpoint(&bench.agency, &bench.key, &endpoint).await.unwrap();
    go.notify_one();
    let count = step.await.unwrap();
    assert_eq!((count.stale, count.total()), (1, 1));
}

#[tokio::test]
async fn a_dispatcher_that_died_is_followed_by_another() {
    let bench = Bench::new(home()).await;
    let receiver = Receiver::start(vec![OK]).await;
    let (endpoint, _) = bench.endpoint(&receiver.url()).await;
    bench.event().await;
    let claim = crate::db::DueClaim {
        owner: "died".to_owned(),
        now: bench.clock.now(),
        lease_until: bench.clock.now().plus(Duration::from_secs(45)),
        limit: 20,
        per_endpoint: 2,
    };
    let claimed = bench.db.as_system().write(move |tx| tx.claim_due_deliveries(&claim)).await.unwrap();
    assert_eq!(claimed.len(), 1);
    assert_eq!(bench.run_due().await.total(), 0, "it is the other's until its lease ends");
    bench.advance(45);
    assert_eq!(bench.run_due().await.delivered, 1);
    assert_eq!(bench.deliveries(&endpoint).await[0].attempt_count, 2, "the lost attempt counts");
}

#[tokio::test]
async fn a_dead_endpoint_delays_nobody() {
    let bench = Bench::new(Settings { request_timeout: Duration::from_secs(60), in_flight_max: 8, ..home() }).await;
    let dead = Receiver::start(vec![Reply::Stall("")]).await;
    let mut alive = Receiver::start(vec![OK]).await;
    bench.endpoint(&dead.url()).await;
    let (endpoint, _) = bench.endpoint(&alive.url()).await;
    for _ in 0..30 {
        bench.event().await;
    }
    let shutdown = CancellationToken::new();
    let dispatcher = bench.dispatcher();
    let running = tokio::spawn({
        let (shutdown, wake) = (shutdown.clone(), bench.webhooks.wake());
        async move { dispatcher.run(shutdown, wake).await }
    });
    let mut ids = BTreeSet::new();
    for _ in 0..30 {
        ids.insert(alive.request().await.header(ID_HEADER).to_owned());
    }
    assert_eq!(ids.len(), 30, "all arrive, each once");
    assert_eq!(dead.connection_count(), 2, "the dead one holds two at most");
    running.abort();
    assert_eq!(bench.deliveries(&endpoint).await.len(), 30);
}

#[tokio::test]
async fn the_loop_wakes_for_something_new_and_stops_when_told() {
    let bench = Bench::new(home()).await;
    let mut receiver = Receiver::start(vec![OK]).await;
    let (endpoint, _) = bench.endpoint(&receiver.url()).await;
    let shutdown = CancellationToken::new();
    let running = tokio::spawn({
        let (dispatcher, shutdown, wake) = (bench.dispatcher(), shutdown.clone(), bench.webhooks.wake());
        async move { dispatcher.run(shutdown, wake).await }
    });
    // The empty outbox would be looked at again after 30 s; the request must come within 20.
    let event = bench.webhooks.send_test(&bench.agency, &bench.key, &endpoint).await.unwrap();
    assert_eq!(receiver.request().await.header(ID_HEADER), event.as_str());
    shutdown.cancel();
    running.await.unwrap();
    assert_eq!(bench.deliveries(&endpoint).await[0].state, DeliveryState::Delivered, "what was under way is finished");
}

#[tokio::test]
async fn what_the_key_ring_cannot_open_is_not_sent_and_kept_for_later() {
    let bench = Bench::new(home()).await;
    let receiver = Receiver::start(vec![OK]).await;
    let (endpoint, _) = bench.endpoint(&receiver.url()).await;
    bench.event().await;
    let other_ring = Vault::new(KeyRing::generate());
    let stranger = Webhooks::new(bench.db.clone(), other_ring, bench.clock.clone(), home());
    let count = stranger.dispatcher("other").unwrap().run_due(bench.clock.now()).await.unwrap();
    assert_eq!((count.retried, count.total()), (1, 1));
    assert_eq!(receiver.connection_count(), 0);
    assert_eq!(bench.attempts(&endpoint).await[0].outcome, "unreadable");
    bench.advance(5);
    assert_eq!(bench.run_due().await.delivered, 1, "with the right ring it goes out");
}
