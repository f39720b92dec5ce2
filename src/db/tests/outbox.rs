//! Who hears of an event, and that a delivery is in one hand at a time.

use std::collections::HashSet;

use crate::db::tests::scratch::{NOON, ScratchDb, Tenant, at};
use crate::db::{AttemptRecord, ClaimedDelivery, DeliveryNext, DeliveryState, DueClaim, EndpointStatus, HealthNote, Origin};
use crate::domain::{EndpointId, Event, EventKind, StopReason, Timestamp};

async fn claim(scratch: &ScratchDb, owner: &'static str, now: Timestamp, until: Timestamp) -> Vec<ClaimedDelivery> {
    scratch.claim(owner, now, until).await
}

fn attempt(claimed: &ClaimedDelivery, next: DeliveryNext) -> AttemptRecord {
    AttemptRecord {
        delivery: claimed.id.clone(),
        fence: claimed.fence,
        started_at: NOON,
        duration_ms: 40,
        status: Some(500),
        outcome: "status".to_owned(),
        response_excerpt_sealed: Some(b"sealed answer".to_vec()),
        sent: Some(crate::db::SentRecord {
            timestamp: NOON.epoch_secs(),
            signatures: Some("v1,AAAA".to_owned()),
            signed_by: "1".to_owned(),
            header_names: vec!["x-tenant".to_owned()],
        }),
        next,
        health: HealthNote { ends_endpoint: next == DeliveryNext::EndpointGone, ..HealthNote::default() },
    }
}

async fn record(scratch: &ScratchDb, attempt: AttemptRecord) -> bool {
    scratch.db.as_system().write(move |tx| tx.record_attempt(&attempt)).await.unwrap()
}

async fn states(scratch: &ScratchDb, tenant: &Tenant, endpoint: &EndpointId) -> Vec<DeliveryState> {
    let endpoint = endpoint.clone();
    let deliveries = scratch.db.as_agency(&tenant.agency).read(move |tx| tx.list_deliveries(&endpoint, 99)).await.unwrap();
    deliveries.into_iter().map(|delivery| delivery.state).collect()
}

#[tokio::test]
async fn an_event_goes_to_the_active_endpoints_of_its_key_that_want_its_kind() {
    let scratch = ScratchDb::open().await;
    let (ours, theirs) = (scratch.tenant().await, scratch.tenant().await);
    let all = ours.endpoint(&[]).await;
    let completed = ours.endpoint(&[EventKind::AnalysisCompleted, EventKind::ReportDeleted]).await;
    let failed = ours.endpoint(&[EventKind::AnalysisFailed]).await;
    let deleted = ours.endpoint(&[]).await;
    theirs.endpoint(&[]).await;
    let gone = deleted.clone();
    assert!(scratch.db.as_agency(&ours.agency).write(move |tx| tx.delete_endpoint(&gone, NOON)).await.unwrap());
    let other_key = ours.new_key(crate::domain::ApiKeyId::generate(NOON));
    let other = crate::db::NewEndpoint {
        id: EndpointId::generate(NOON),
        api_key: other_key.id.clone(),
        url_sealed: vec![1],
        secret_sealed: vec![1],
        kinds: std::collections::BTreeSet::new(),
        created_at: NOON,
    };
    scratch
        .db
        .as_agency(&ours.agency)
        .write::<(), crate::db::DbError>(move |tx| {
            tx.insert_api_key(&other_key)?;
            tx.insert_endpoint(&other)
        })
        .await
        .unwrap();
    let done = ours.completed().await;
    let claimed = claim(&scratch, "n", NOON, at(60)).await;
    let heard: HashSet<&EndpointId> = claimed.iter().map(|delivery| &delivery.endpoint).collect();
    assert_eq!(heard, HashSet::from([&all, &completed]));
    assert!(claimed.iter().all(|c| c.event == done.event.id && c.body == done.event.body && c.attempt == 1));
    assert!(claimed.iter().all(|c| c.url_sealed == b"sealed url" && c.secret_sealed == b"sealed secret"));
    assert!(states(&scratch, &ours, &failed).await.is_empty());
}

#[tokio::test]
async fn nobody_hears_of_a_web_analysis() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    ours.endpoint(&[]).await;
    let analysis = ours.analysis(Origin::User(ours.user.clone())).await;
    let completion = ours.completion(&analysis, None);
    assert_eq!(scratch.db.as_system().write(move |tx| tx.complete_analysis(&completion)).await.unwrap(), 0);
    assert_eq!(scratch.db.as_system().read(|tx| tx.next_delivery_at()).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_claimers_never_get_the_same_delivery() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    ours.endpoint(&[]).await;
    for _ in 0..30 {
        ours.completed().await;
    }
    let take = |owner: &'static str| {
        let db = scratch.db.clone();
        tokio::spawn(async move {
            let mut mine = Vec::new();
            loop {
                let few = DueClaim { owner: owner.to_owned(), now: NOON, lease_until: at(60), limit: 4, per_endpoint: 100 };
                let some = db.as_system().write(move |tx| tx.claim_due_deliveries(&few)).await.unwrap();
                if some.is_empty() {
                    return mine;
                }
                mine.extend(some.into_iter().map(|claimed| claimed.id));
            }
        })
    };
    let (one, two) = (take("one"), take("two"));
    let all: Vec<_> = one.await.unwrap().into_iter().chain(two.await.unwrap()).collect();
    assert_eq!(all.len(), 30);
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), 30);
}

#[tokio::test]
async fn a_claim_whose_lease_ends_is_due_again_and_the_old_claim_records_nothing() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    let endpoint = ours.endpoint(&[]).await;
    ours.completed().await;
    assert_eq!(scratch.db.as_system().read(|tx| tx.next_delivery_at()).await.unwrap(), Some(NOON));
    let first = claim(&scratch, "one", NOON, at(60)).await.remove(0);
    assert_eq!(scratch.db.as_system().read(|tx| tx.next_delivery_at()).await.unwrap(), Some(at(60)));
    assert!(claim(&scratch, "two", at(59), at(119)).await.is_empty());
    let second = claim(&scratch, "two", at(60), at(120)).await.remove(0);
    assert_eq!((second.id.clone(), second.attempt), (first.id.clone(), 2));
    assert!(!record(&scratch, attempt(&first, DeliveryNext::Delivered)).await);
    assert_eq!(states(&scratch, &ours, &endpoint).await, [DeliveryState::Pending]);
    assert!(record(&scratch, attempt(&second, DeliveryNext::Delivered)).await);
    assert!(!record(&scratch, attempt(&second, DeliveryNext::Delivered)).await, "twice counts once");
    assert_eq!(states(&scratch, &ours, &endpoint).await, [DeliveryState::Delivered]);
    assert_eq!(scratch.db.as_system().read(|tx| tx.next_delivery_at()).await.unwrap(), None);
}

#[tokio::test]
async fn a_long_queue_of_one_endpoint_leaves_room_for_the_others() {
    let scratch = ScratchDb::open().await;
    let (busy, quiet) = (scratch.tenant().await, scratch.tenant().await);
    busy.endpoint(&[]).await;
    for _ in 0..6 {
        busy.completed().await;
    }
    quiet.endpoint(&[]).await;
    quiet.completed().await;
    let share = |until| {
        let claim = DueClaim { owner: "n".to_owned(), now: NOON, lease_until: until, limit: 4, per_endpoint: 2 };
        scratch.db.as_system().write(move |tx| tx.claim_due_deliveries(&claim))
    };
    let first = share(at(60)).await.unwrap();
    let of = |agency| first.iter().filter(|claimed| claimed.agency == agency).count();
    assert_eq!((of(busy.agency.clone()), of(quiet.agency.clone())), (2, 1));
    assert!(share(at(60)).await.unwrap().is_empty(), "its share is under way");
}

#[tokio::test]
async fn a_retry_waits_for_its_time_and_every_attempt_is_kept() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    let endpoint = ours.endpoint(&[]).await;
    ours.completed().await;
    let first = claim(&scratch, "n", NOON, at(60)).await.remove(0);
    assert!(record(&scratch, attempt(&first, DeliveryNext::RetryAt(at(300)))).await);
    assert!(claim(&scratch, "n", at(299), at(400)).await.is_empty());
    let second = claim(&scratch, "n", at(300), at(400)).await.remove(0);
    assert!(record(&scratch, attempt(&second, DeliveryNext::Exhausted)).await);
    assert_eq!(states(&scratch, &ours, &endpoint).await, [DeliveryState::Exhausted]);
    let of = first.id.clone();
    let attempts = scratch.db.as_agency(&ours.agency).read(move |tx| tx.list_attempts(&of)).await.unwrap();
    let seen: Vec<_> = attempts.iter().map(|a| (a.number, a.status, a.outcome.as_str(), a.duration_ms)).collect();
    assert_eq!(seen, [(1, Some(500), "status", 40), (2, Some(500), "status", 40)]);
}

#[tokio::test]
async fn a_receiver_that_is_gone_stops_its_endpoint_and_what_waits_for_it_is_held() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    let endpoint = ours.endpoint(&[]).await;
    ours.completed().await;
    let first = claim(&scratch, "n", NOON, at(60)).await.remove(0);
    ours.completed().await;
    assert!(record(&scratch, attempt(&first, DeliveryNext::EndpointGone)).await);
    let states: HashSet<_> = states(&scratch, &ours, &endpoint).await.iter().map(|state| state.slug()).collect();
    assert_eq!(states, HashSet::from(["endpoint_gone", "held"]));
    let of = endpoint.clone();
    let found = scratch.db.as_agency(&ours.agency).read(move |tx| tx.find_endpoint(&of)).await.unwrap().unwrap();
    assert_eq!((found.status, found.reason), (EndpointStatus::Gone, Some(StopReason::Receiver)));
    ours.completed().await;
    assert!(claim(&scratch, "n", at(999), at(1_999)).await.is_empty());
}

#[tokio::test]
async fn deleting_an_endpoint_or_revoking_its_key_cancels_even_an_attempt_under_way() {
    let scratch = ScratchDb::open().await;
    for by_key in [false, true] {
        let ours = scratch.tenant().await;
        let endpoint = ours.endpoint(&[]).await;
        ours.completed().await;
        let under_way = claim(&scratch, "n", NOON, at(60)).await.remove(0);
        let (gone, key) = (endpoint.clone(), ours.key.clone());
        let ended = scratch
            .db
            .as_agency(&ours.agency)
            .write(move |tx| if by_key { tx.revoke_api_key(&key, at(1)) } else { tx.delete_endpoint(&gone, at(1)) })
            .await
            .unwrap();
        assert!(ended);
        assert!(!record(&scratch, attempt(&under_way, DeliveryNext::RetryAt(at(2)))).await);
        assert_eq!(states(&scratch, &ours, &endpoint).await, [DeliveryState::Cancelled]);
        let of = endpoint.clone();
        let found = scratch.db.as_agency(&ours.agency).read(move |tx| tx.find_endpoint(&of)).await.unwrap();
        assert_eq!(found.map(|endpoint| endpoint.status), by_key.then_some(EndpointStatus::Paused));
        assert!(claim(&scratch, "n", at(999), at(1_999)).await.is_empty());
    }
}

#[tokio::test]
async fn a_test_event_goes_to_its_endpoint_alone() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    ours.endpoint(&[]).await;
    let narrow = ours.endpoint(&[EventKind::ReportDeleted]).await;
    let test = Event::endpoint_test(ours.agency.clone(), ours.key.clone(), NOON);
    let to = narrow.clone();
    assert!(scratch.db.as_agency(&ours.agency).write(move |tx| tx.insert_event_for(&test, &to)).await.unwrap());
    let heard: Vec<_> = claim(&scratch, "n", NOON, at(60)).await.into_iter().map(|claimed| claimed.endpoint).collect();
    assert_eq!(heard, [narrow]);
}

#[tokio::test]
async fn of_many_nodes_one_runs_an_occurrence() {
    use crate::db::OccurrenceClaim;
    let scratch = ScratchDb::open().await;
    let ask = |owner: &'static str, now: Timestamp, until: Timestamp| {
        let db = scratch.db.clone();
        async move {
            let claim = OccurrenceClaim { job: "sweep", fired_for: NOON, owner, now, until };
            db.as_system().write(move |tx| tx.claim_occurrence(claim)).await.unwrap()
        }
    };
    assert!(ask("one", NOON, at(60)).await);
    assert!(!ask("two", at(59), at(119)).await);
    assert!(ask("two", at(60), at(120)).await, "the first died");
    let finish = |owner: &'static str| scratch.db.as_system().write(move |tx| tx.finish_occurrence("sweep", NOON, owner, at(61)));
    assert!(!finish("one").await.unwrap());
    assert!(finish("two").await.unwrap());
    assert!(!ask("one", at(999), at(1_999)).await);
}
