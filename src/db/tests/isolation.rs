//! Another agency's things are not there: every method of an agency, asked with the neighbour's ids.

use crate::db::tests::scratch::{NOON, ScratchDb, at, digest};
use crate::db::{AgencyScope, AnalysisFilter, ApiKeyChange, DbError, NewEndpoint, Origin, Roll, Tx};
use crate::domain::{ApiKeyId, DeliveryId, EndpointId, Event, Timestamp};

#[tokio::test]
async fn a_neighbour_sees_and_changes_nothing() {
    let scratch = ScratchDb::open().await;
    let (ours, theirs) = (scratch.tenant().await, scratch.tenant().await);
    let endpoint = ours.endpoint(&[]).await;
    let done = ours.completed().await;
    let claimed = scratch.claim("n", NOON, at(60)).await;
    let delivery = claimed[0].id.clone();
    let record = crate::db::AttemptRecord {
        delivery: delivery.clone(),
        fence: claimed[0].fence,
        started_at: NOON,
        duration_ms: 5,
        status: Some(200),
        outcome: "delivered".to_owned(),
        response_excerpt_sealed: None,
        sent: None,
        next: crate::db::DeliveryNext::Delivered,
        health: crate::db::HealthNote::default(),
    };
    assert!(scratch.db.as_system().write(move |tx| tx.record_attempt(&record)).await.unwrap());
    let gone = ours.completed().await;
    let destruction = ours.destruction(&gone, at(1));
    let receipt = destruction.receipt.id.clone();
    scratch.db.as_system().write(move |tx| tx.destroy_report(&destruction)).await.unwrap();

    let test = Event::endpoint_test(ours.agency.clone(), ours.key.clone(), NOON);
    let (key, user) = (ours.key.clone(), ours.user.clone());
    let foreign_endpoint = NewEndpoint {
        id: EndpointId::generate(NOON),
        api_key: key.clone(),
        url_sealed: vec![1],
        secret_sealed: vec![1],
        kinds: std::collections::BTreeSet::new(),
        created_at: NOON,
    };
    let by_their_key = theirs.new_analysis(Origin::ApiKey(key.clone()));
    let by_their_user = theirs.new_analysis(Origin::User(user.clone()));

    type Seen = Vec<(&'static str, bool)>;
    let look = move |tx: &mut Tx<'_, AgencyScope>| -> Result<Seen, DbError> {
        Ok(vec![
            ("find_analysis", tx.find_analysis(&done.analysis)?.is_some()),
            ("list_analyses", tx.list_analyses(None, 9)?.iter().any(|found| found.id == done.analysis)),
            ("search_analyses", !tx.search_analyses(&AnalysisFilter::default(), None, 9)?.is_empty()),
            ("list_progress", !tx.list_progress(&done.analysis, 0)?.is_empty()),
            ("list_receipts", tx.list_receipts(None, 9)?.iter().any(|found| found.id == receipt)),
            ("list_photos", !tx.list_photos(&done.analysis)?.is_empty()),
            ("find_report", tx.find_report(&done.analysis)?.is_some()),
            ("find_report_key", tx.find_report_key(&done.report.id)?.is_some()),
            ("find_receipt", tx.find_receipt(&receipt)?.is_some()),
            ("find_receipt_of", tx.find_receipt_of(&gone.analysis)?.is_some()),
            ("list_endpoints", !tx.list_endpoints(&key)?.is_empty()),
            ("list_agency_endpoints", tx.list_agency_endpoints()?.iter().any(|found| found.id == endpoint)),
            ("find_endpoint", tx.find_endpoint(&endpoint)?.is_some()),
            ("list_deliveries", !tx.list_deliveries(&endpoint, 9)?.is_empty()),
            ("list_attempts", !tx.list_attempts(&delivery)?.is_empty()),
            ("list_api_keys", tx.list_api_keys()?.iter().any(|found| found.id == key)),
            ("find_api_key", tx.find_api_key(&key)?.is_some()),
            ("list_users", tx.list_users()?.iter().any(|found| found.id == user)),
            ("insert_event_for", tx.insert_event_for(&test, &endpoint).unwrap_or(false)),
            ("insert_endpoint", tx.insert_endpoint(&foreign_endpoint).is_ok()),
            ("insert_analysis by key", tx.insert_analysis(&by_their_key).is_ok()),
            ("insert_analysis by person", tx.insert_analysis(&by_their_user).is_ok()),
            ("list_key_deeds", !tx.list_key_deeds(&key, START_OF_TIME, None, 9)?.is_empty()),
            ("list_undestroyed_of_key", !tx.list_undestroyed_of_key(&key, START_OF_TIME, 9)?.is_empty()),
            ("change_api_key", changed(tx, &key)?),
            ("roll_api_key", rolled(tx, &key)?),
            ("delete_endpoint", tx.delete_endpoint(&endpoint, NOON)?),
            ("revoke_api_key", tx.revoke_api_key(&key, NOON)?),
        ])
    };
    let neighbour = scratch.db.as_agency(&theirs.agency).write(look.clone()).await.unwrap();
    for (method, saw) in neighbour {
        assert!(!saw, "the neighbour got through {method}");
    }
    // The same questions, asked by the agency itself, are all answered: the test above can fail.
    let owner = scratch.db.as_agency(&ours.agency).write(look).await.unwrap();
    for (method, saw) in owner {
        assert!(saw, "the agency itself got nothing from {method}");
    }
}

const START_OF_TIME: Timestamp = Timestamp::from_epoch_millis(0);

/// Whether a key's end was changed.
fn changed(tx: &mut Tx<'_, AgencyScope>, key: &ApiKeyId) -> Result<bool, DbError> {
    let change = ApiKeyChange { expires_at: Some(Some(at(9))), ..ApiKeyChange::default() };
    tx.change_api_key(key, &change)?;
    Ok(tx.find_api_key(key)?.is_some_and(|found| found.expires_at == change.expires_at.flatten()))
}

/// Whether a key got a new text.
fn rolled(tx: &mut Tx<'_, AgencyScope>, key: &ApiKeyId) -> Result<bool, DbError> {
    let roll = Roll { hash: digest("a new text"), prefix: "ps_live_new0".to_owned(), previous_ends_at: at(9) };
    tx.roll_api_key(key, &roll)?;
    Ok(tx.find_api_key(key)?.is_some_and(|found| found.prefix == roll.prefix))
}

#[tokio::test]
async fn a_key_is_found_by_either_of_its_texts_by_who_checks_keys_alone() {
    let scratch = ScratchDb::open().await;
    let (ours, theirs) = (scratch.tenant().await, scratch.tenant().await);
    let (old, new) = (digest(ours.key.as_str()), digest("a new text"));
    let roll = Roll { hash: new, prefix: "ps_live_new0".to_owned(), previous_ends_at: at(9) };
    let (key, foreign) = (ours.key.clone(), roll.clone());
    let by_hash = |hash: [u8; 32]| scratch.db.as_authenticator().read(move |tx| tx.find_api_key_by_hash(&hash));
    scratch.db.as_agency(&theirs.agency).write(move |tx| tx.roll_api_key(&key, &foreign)).await.unwrap();
    assert!(by_hash(new).await.unwrap().is_none(), "the neighbour rolled nothing");
    let key = ours.key.clone();
    scratch.db.as_agency(&ours.agency).write(move |tx| tx.roll_api_key(&key, &roll)).await.unwrap();
    for (hash, is_previous) in [(new, false), (old, true)] {
        let found = by_hash(hash).await.unwrap().unwrap();
        assert_eq!((&found.key.id, &found.key.agency, found.is_previous), (&ours.key, &ours.agency, is_previous));
        assert_eq!(found.key.previous_ends_at, Some(at(9)));
    }
}

#[tokio::test]
async fn an_event_of_another_agency_is_refused() {
    let scratch = ScratchDb::open().await;
    let (ours, theirs) = (scratch.tenant().await, scratch.tenant().await);
    let test = Event::endpoint_test(ours.agency.clone(), ours.key.clone(), NOON);
    let refused = scratch.db.as_agency(&theirs.agency).write(move |tx| tx.insert_event(&test)).await;
    assert!(matches!(refused, Err(DbError::NotThere { .. })));
}

#[tokio::test]
async fn what_nobody_has_is_nothing() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    let (key, delivery) = (ApiKeyId::generate(NOON), DeliveryId::generate(NOON));
    let (found, attempts) = scratch
        .db
        .as_agency(&ours.agency)
        .read::<_, DbError>(move |tx| Ok((tx.find_api_key(&key)?, tx.list_attempts(&delivery)?)))
        .await
        .unwrap();
    assert!(found.is_none() && attempts.is_empty());
}

#[tokio::test]
async fn pages_go_back_in_time() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    for _ in 0..5 {
        ours.analysis(ours.by_key()).await;
    }
    let mut seen = Vec::new();
    loop {
        let before = seen.last().cloned();
        let page = scratch.db.as_agency(&ours.agency).read(move |tx| tx.list_analyses(before.as_ref(), 2)).await.unwrap();
        if page.is_empty() {
            break;
        }
        seen.extend(page.into_iter().map(|analysis| analysis.id));
    }
    assert_eq!(seen.len(), 5);
    assert!(seen.is_sorted_by(|newer, older| newer > older));
}
