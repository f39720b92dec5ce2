//! Endpoints that fail: left alone at growing pauses, disabled in the end with notice, and never at another's cost.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::receiver::{Receiver, Reply};
use super::*;
use crate::db::{DeliveryState, EndReason, EndpointStatus};
use crate::domain::{StopReason, Timestamp};

const OK: Reply = Reply::Status(204, "", "");
const FAIL: Reply = Reply::Status(500, "", "");

impl Bench {
    /// Steps as long as there is something due; answers the attempts made.
    async fn run_dry(&self) -> usize {
        let mut attempts = 0;
        loop {
            match self.run_due().await.total() {
                0 => return attempts,
                more => attempts += more,
            }
        }
    }
}

#[tokio::test]
async fn a_dead_endpoint_costs_one_attempt_a_pause_whatever_waits_for_it() {
    let bench = Bench::new(home()).await;
    let receiver = Receiver::start(vec![FAIL, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL, OK]).await;
    let (endpoint, _) = bench.endpoint(&receiver.url()).await;
    for _ in 0..40 {
        bench.event().await;
    }
    assert_eq!(bench.run_dry().await, 6, "it opens at the fifth failure, when the sixth was under way");
    let mut probes = 0;
    for pause in [30, 60, 120, 240, 480] {
        let left_alone = bench.endpoint_view(&endpoint).await.not_before.unwrap();
        assert_eq!(left_alone.since(bench.clock.now()).as_secs(), pause);
        bench.advance(pause - 1);
        assert_eq!(bench.run_dry().await, 0, "a second before the end of a pause of {pause} s");
        // Attempts take some milliseconds by the real clock, and a pause begins at their end.
        bench.advance(2);
        assert_eq!(bench.run_dry().await, 1, "a single probe after {pause} s");
        probes += 1;
    }
    bench.advance(901);
    let count = bench.run_due().await;
    assert_eq!((count.delivered, count.total()), (1, 1), "the probe is accepted");
    let view = bench.endpoint_view(&endpoint).await;
    assert_eq!((view.failing_since, view.failure_count, view.not_before), (None, 0, None));
    assert_eq!(bench.run_dry().await, 39, "and the queue is released");
    assert_eq!(receiver.connection_count(), 6 + probes + 40);
    assert!(bench.states(&endpoint).await.iter().all(|state| *state == DeliveryState::Delivered));
}

#[tokio::test]
async fn whatever_waits_behind_the_breaker_comes_to_its_end() {
    let bench = Bench::new(home()).await;
    let receiver = Receiver::start(vec![FAIL]).await;
    let (endpoint, _) = bench.endpoint(&receiver.url()).await;
    let mut last = Timestamp::from_epoch_millis(0);
    for _ in 0..60 {
        last = last.max(bench.event().await.not_after);
    }
    while let Some(next_at) = bench.db.as_system().read(|tx| tx.next_delivery_at()).await.unwrap() {
        bench.clock.advance(next_at.since(bench.clock.now()));
        bench.run_due().await;
    }
    assert!(bench.clock.now() <= last.plus(Duration::from_millis(1)), "nothing goes on past the events' time");
    let ended = bench.deliveries(&endpoint).await;
    assert_eq!(ended.len(), 60);
    assert!(ended.iter().all(|delivery| delivery.state == DeliveryState::Exhausted && delivery.end_reason.is_some()));
    let waited = ended.iter().filter(|delivery| delivery.end_reason == Some(EndReason::Expired)).count();
    assert!(waited > 30, "waiting uses up no attempts: {waited}");
    assert!(receiver.connection_count() < 150, "28 hours of pauses: {}", receiver.connection_count());
}

#[tokio::test]
async fn a_receiver_with_too_much_to_do_is_left_alone_as_a_whole() {
    for (head, wait) in [("", 5), ("retry-after: 8\r\n", 8), ("retry-after: 3600\r\n", 10), ("retry-after: 1\r\n", 5)] {
        for status in [429, 502, 503, 504] {
            let bench = Bench::new(home()).await;
            let receiver = Receiver::start(vec![Reply::Status(status, head, ""), OK]).await;
            let (endpoint, _) = bench.endpoint(&receiver.url()).await;
            bench.event().await;
            assert_eq!(bench.run_due().await.retried, 1);
            bench.event().await;
            bench.advance(wait - 1);
            assert_eq!(bench.run_due().await.total(), 0, "{status} {head:?}: the other event waits too");
            bench.advance(1);
            assert_eq!(bench.run_due().await.delivered, 2);
            assert_eq!(bench.endpoint_view(&endpoint).await.not_before, None);
        }
    }
    let bench = Bench::new(home()).await;
    let receiver = Receiver::start(vec![FAIL, OK]).await;
    bench.endpoint(&receiver.url()).await;
    bench.event().await;
    assert_eq!(bench.run_due().await.retried, 1);
    bench.event().await;
    assert_eq!(bench.run_due().await.delivered, 1, "a plain failure is this event's alone");
}

#[tokio::test]
async fn five_days_of_failures_disable_and_the_others_are_told() {
    let bench = Bench::new(home()).await;
    let (dead, mut alive) = (Receiver::start(vec![FAIL]).await, Receiver::start(vec![OK]).await);
    let draft = |url, wanted: &[EventKind]| EndpointDraft { url, kinds: kinds(wanted), ping: false, ..EndpointDraft::default() };
    let make = async |draft| bench.webhooks.create_from(&bench.agency, &bench.key, draft).await.unwrap().0.id;
    let dead = (make(draft(dead.url(), &[EventKind::EndpointTest])).await, dead);
    let other = make(draft(alive.url(), &[EventKind::EndpointDisabled])).await;
    let began = bench.clock.now();
    for day in 0..5 {
        bench.event().await;
        bench.run_dry().await;
        assert_eq!(bench.endpoint_view(&dead.0).await.status, EndpointStatus::Active, "day {day}");
        bench.advance(24 * 3_600);
    }
    bench.advance(1);
    bench.event().await;
    bench.run_dry().await;
    let view = bench.endpoint_view(&dead.0).await;
    assert_eq!((view.status, view.reason), (EndpointStatus::Disabled, Some(StopReason::Failures)));
    let since = view.failing_since.unwrap();
    assert!(since.since(began) < Duration::from_secs(1), "the first failure: {since:?}");
    assert!(view.disabled_at.is_some_and(|at| at.since(since) >= Duration::from_secs(5 * 86_400)));
    // The notice is of the attempt's end, some milliseconds by the real clock after the bench's.
    bench.advance(1);
    bench.run_dry().await;
    let request = alive.request().await;
    let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!((body["type"].as_str(), body["data"]["endpoint"].as_str()), (Some("endpoint.disabled"), Some(dead.0.as_str())));
    assert_eq!(
        (body["data"]["reason"].as_str(), body["data"]["failing_since"].as_str()),
        (Some("failures"), Some(&*since.rfc3339()))
    );
    assert_eq!(bench.deliveries(&other).await.len(), 1, "told once");
    let tried = dead.1.connection_count();
    bench.event().await;
    bench.advance(3_600);
    bench.run_dry().await;
    assert_eq!(dead.1.connection_count(), tried);
    assert!(bench.endpoint_view(&dead.0).await.held_count >= 1);
    assert_eq!(bench.resume(&dead.0).await.failing_since, None, "a clean record");
}

#[tokio::test]
async fn a_success_resets_the_clock() {
    let bench = Bench::new(home()).await;
    let script = [vec![FAIL; 8], vec![OK], vec![FAIL]].concat();
    let receiver = Receiver::start(script).await;
    let (endpoint, _) = bench.endpoint(&receiver.url()).await;
    for _ in 0..6 {
        bench.event().await;
        for _ in 0..24 {
            bench.run_dry().await;
            bench.advance(3_600);
        }
    }
    let view = bench.endpoint_view(&endpoint).await;
    assert_eq!(view.status, EndpointStatus::Active);
    assert!(view.failing_since.is_some_and(|since| bench.clock.now().since(since) < Duration::from_secs(5 * 86_400)));
}

/// So many due deliveries to the endpoint, by one statement.
async fn queue(bench: &Bench, endpoint: &EndpointId, count: u32) {
    let event = bench.event().await;
    let sql = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) \
         INSERT INTO events (id, agency_id, api_key_id, kind, sequence, occurred_at, not_after, body) \
         SELECT '{stem}' || (1000000000 + i), agency_id, api_key_id, kind, sequence, occurred_at, not_after, body FROM events, n \
         WHERE id = '{event}'; \
         INSERT INTO deliveries (id, agency_id, event_id, endpoint_id, state, attempt_count, next_attempt_at, fence, created_at, \
         not_after) SELECT replace(id, 'ev_', 'dl_'), agency_id, id, '{endpoint}', 'pending', 0, occurred_at, 0, occurred_at, \
         not_after FROM events WHERE id LIKE '{stem}10000%';",
        event = event.id,
        stem = &event.id.as_str()[..19],
    );
    bench.scratch.run_sql(Box::leak(sql.into_boxed_str())).await;
}

#[tokio::test]
async fn a_claim_does_not_read_the_queue_of_a_dead_endpoint() {
    let bench = Bench::new(home()).await;
    let (endpoint, _) = bench.endpoint("http://127.0.0.1:9/hook").await;
    let look = async || {
        let claim = crate::db::DueClaim {
            owner: "test".to_owned(),
            now: bench.clock.now(),
            lease_until: bench.clock.now().plus(Duration::from_secs(45)),
            limit: 20,
            per_endpoint: 2,
        };
        let began = Instant::now();
        for _ in 0..50 {
            let claim = claim.clone();
            bench.db.as_system().write(move |tx| tx.claim_due_deliveries(&claim)).await.unwrap();
            bench.db.as_system().read(|tx| tx.next_delivery_at()).await.unwrap();
        }
        began.elapsed()
    };
    bench.event().await;
    let short = look().await;
    queue(&bench, &endpoint, 10_000).await;
    bench.scratch.run_sql("ANALYZE").await;
    let long = look().await;
    println!("50 looks at one event: {short:?}, at 10,000 more: {long:?}");
    assert!(long < short * 10 + Duration::from_millis(500), "{long:?} against {short:?}");
}

#[expect(clippy::disallowed_methods, reason = "how much is tested is said by the environment")]
fn full_form() -> bool {
    std::env::var_os("PROOFSHEET_TEST_FULL").is_some()
}

#[tokio::test]
async fn ten_thousand_events_of_a_dead_endpoint_delay_nobody() {
    let count = if full_form() { 1_000 } else { 100 };
    let bench = Bench::new(home()).await;
    let dead = Receiver::start(vec![Reply::Stall("")]).await;
    let mut alive = Receiver::start(vec![OK]).await;
    let (dead_endpoint, _) = bench.endpoint(&dead.url()).await;
    queue(&bench, &dead_endpoint, 10_000).await;
    let (endpoint, _) = bench.endpoint(&alive.url()).await;
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let (dispatcher, stop, wake) = (bench.dispatcher(), stop.clone(), bench.webhooks.wake());
        async move { dispatcher.run(stop, wake).await }
    });
    let mut waits = Vec::new();
    for _ in 0..count {
        let began = Instant::now();
        bench.webhooks.send_test(&bench.agency, &bench.key, &endpoint).await.unwrap();
        alive.request().await;
        waits.push(began.elapsed());
    }
    running.abort();
    waits.sort();
    let p99 = waits[count * 99 / 100];
    println!("first attempts: median {:?}, p99 {p99:?}, of {count}", waits[count / 2]);
    assert!(p99 < Duration::from_secs(1), "{p99:?}");
    assert!(dead.connection_count() <= 8, "two at a time until the breaker opens: {}", dead.connection_count());
}

#[tokio::test]
async fn an_endpoint_holds_ten_thousand_and_the_oldest_gives_way() {
    let bench = Bench::new(home()).await;
    let (endpoint, _) = bench.endpoint("http://127.0.0.1:9/hook").await;
    bench.webhooks.pause_endpoint(&bench.agency, &bench.key, &endpoint).await.unwrap();
    let limit = crate::db::HELD_PER_ENDPOINT_MAX;
    assert_eq!(limit, 10_000);
    // The queue's own event is the first; with the copies it is one short of the limit.
    queue(&bench, &endpoint, limit - 2).await;
    assert_eq!(bench.endpoint_view(&endpoint).await.held_count, limit - 1);
    // Ids are in the order of time, to the millisecond.
    bench.advance(1);
    bench.event().await;
    assert_eq!(bench.endpoint_view(&endpoint).await.held_count, limit, "at the limit");
    bench.event().await;
    assert_eq!(bench.endpoint_view(&endpoint).await.held_count, limit, "one past it");
    let (agency, of) = (bench.agency.clone(), endpoint.clone());
    let all = bench.db.as_agency(&agency).read(move |tx| tx.list_deliveries(&of, limit + 1)).await.unwrap();
    let ended: Vec<_> = all.iter().filter(|delivery| delivery.state == DeliveryState::Cancelled).collect();
    assert_eq!(ended.len(), 1);
    assert_eq!(ended[0].end_reason, Some(EndReason::HeldLimit));
    assert!(all.iter().all(|delivery| ended[0].id <= delivery.id), "the oldest");
}

#[tokio::test]
async fn two_nodes_together_keep_to_an_endpoints_share() {
    let bench = Bench::new(home()).await;
    let go = Arc::new(Notify::new());
    let receiver = Receiver::start(vec![Reply::Hold(Arc::clone(&go))]).await;
    let (endpoint, _) = bench.endpoint(&receiver.url()).await;
    queue(&bench, &endpoint, 30).await;
    let now = bench.clock.now();
    let mut claims = tokio::task::JoinSet::new();
    for node in 0..6 {
        let claim = crate::db::DueClaim {
            owner: format!("node-{node}"),
            now,
            lease_until: now.plus(Duration::from_secs(45)),
            limit: 20,
            per_endpoint: 2,
        };
        let db = bench.db.clone();
        claims.spawn(async move { db.as_system().write(move |tx| tx.claim_due_deliveries(&claim)).await.unwrap().len() });
    }
    let claimed: usize = claims.join_all().await.into_iter().sum();
    assert_eq!(claimed, 2);
}
