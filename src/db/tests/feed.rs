//! The feed of a key's events, and what is left of an attempt after its report.

use crate::db::tests::scratch::{NOON, ScratchDb, at};
use crate::db::{AttemptRecord, DeliveryNext, EventQuery, HealthNote, SentRecord};
use crate::domain::{Event, EventKind};

#[tokio::test]
async fn a_key_reads_its_own_events_oldest_first() {
    let scratch = ScratchDb::open().await;
    let (ours, theirs) = (scratch.tenant().await, scratch.tenant().await);
    let done = ours.completed().await;
    let gone = ours.destruction(&done, at(120));
    let told = gone.event.clone();
    scratch.db.as_system().write(move |tx| tx.destroy_report(&gone)).await.unwrap();
    let test = Event::endpoint_test(ours.agency.clone(), ours.key.clone(), at(60));
    let stored = test.clone();
    scratch.db.as_agency(&ours.agency).write(move |tx| tx.insert_event(&stored)).await.unwrap();
    theirs.completed().await;

    let all = EventQuery { api_key: ours.key.clone(), after: None, since: None, kind: None, analysis: None, limit: 9 };
    let read =
        async |agency, asked: EventQuery| scratch.db.as_agency(agency).read(move |tx| tx.list_events(&asked)).await.unwrap();
    let ids = async |asked| read(&ours.agency, asked).await.into_iter().map(|event| event.id).collect::<Vec<_>>();
    let (first, last) = (done.event.id.clone(), told.id.clone());
    assert_eq!(ids(all.clone()).await, [first.clone(), test.id.clone(), last.clone()]);
    assert_eq!(ids(EventQuery { limit: 2, ..all.clone() }).await, [first.clone(), test.id.clone()]);
    assert_eq!(ids(EventQuery { after: Some(test.id.clone()), ..all.clone() }).await, std::slice::from_ref(&last));
    assert_eq!(ids(EventQuery { since: Some(at(60)), ..all.clone() }).await, [test.id.clone(), last.clone()]);
    let kind = EventKind::AnalysisCompleted;
    assert_eq!(ids(EventQuery { kind: Some(kind), ..all.clone() }).await, std::slice::from_ref(&first));
    let analysis = Some(done.analysis.clone());
    assert_eq!(ids(EventQuery { analysis, ..all.clone() }).await, [first.clone(), last.clone()]);
    let bodies: Vec<bool> = read(&ours.agency, all.clone()).await.iter().map(|event| event.body.is_some()).collect();
    assert_eq!(bodies, [false, true, true], "what told of the report was erased with it");

    assert!(read(&theirs.agency, all.clone()).await.is_empty(), "another agency asks with our key's id");
    let (key, id) = (ours.key.clone(), first.clone());
    assert!(scratch.db.as_agency(&theirs.agency).read(move |tx| tx.find_event(&key, &id)).await.unwrap().is_none());
    let (key, id) = (theirs.key.clone(), first.clone());
    assert!(scratch.db.as_agency(&ours.agency).read(move |tx| tx.find_event(&key, &id)).await.unwrap().is_none());
    assert!(scratch.db.as_agency(&theirs.agency).read(move |tx| tx.list_deliveries_of(&[first, last])).await.unwrap().is_empty());
}

#[tokio::test]
async fn signatures_go_with_the_body_they_are_over() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    let endpoint = ours.endpoint(&[]).await;
    let done = ours.completed().await;
    let claimed = scratch.claim("n", NOON, at(60)).await.remove(0);
    let sent = SentRecord {
        timestamp: NOON.epoch_secs(),
        signatures: Some("v1,SignatureToLookFor".to_owned()),
        signed_by: "2 1".to_owned(),
        header_names: vec!["x-one".to_owned(), "x-two".to_owned()],
    };
    let record = AttemptRecord {
        delivery: claimed.id.clone(),
        fence: claimed.fence,
        started_at: NOON,
        duration_ms: 5,
        status: Some(204),
        outcome: "delivered".to_owned(),
        response_excerpt_sealed: Some(b"AnswerToLookFor".to_vec()),
        sent: Some(sent.clone()),
        next: DeliveryNext::Delivered,
        health: HealthNote::default(),
    };
    assert!(scratch.db.as_system().write(move |tx| tx.record_attempt(&record)).await.unwrap());
    let attempts = async || {
        let id = claimed.id.clone();
        scratch.db.as_agency(&ours.agency).read(move |tx| tx.list_attempts(&id)).await.unwrap()
    };
    assert_eq!(attempts().await[0].sent, Some(sent.clone()));
    let (place, id) = (endpoint.clone(), claimed.id.clone());
    assert!(scratch.db.as_agency(&ours.agency).read(move |tx| tx.find_delivery(&place, &id)).await.unwrap().is_some());

    let destruction = ours.destruction(&done, at(9));
    scratch.db.as_system().write(move |tx| tx.destroy_report(&destruction)).await.unwrap();
    let left = attempts().await.remove(0);
    assert_eq!(left.sent, Some(SentRecord { signatures: None, ..sent }));
    assert_eq!(left.response_excerpt_sealed, None);
}
