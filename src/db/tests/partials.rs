//! Photos put one at a time: whose word counts, and for how long.

use std::time::Duration;

use crate::db::tests::scratch::{NOON, ScratchDb, Tenant, at};
use crate::db::{DbError, NewPartial, OpenRecord, PartialRecord, PhotoState, WrappedKeyColumns};
use crate::domain::{AnalysisId, AnalysisState, Timestamp};

async fn opened(scratch: &ScratchDb, ours: &Tenant) -> AnalysisId {
    let mut new = ours.new_analysis(ours.by_key());
    (new.state, new.photos) = (AnalysisState::Open, Vec::new());
    let id = new.id.clone();
    let key = WrappedKeyColumns { kid: "k".to_owned(), nonce: vec![7; 12], wrapped: vec![9; 48] };
    let open = OpenRecord { open_until: at(3600), key };
    scratch.db.as_agency(&ours.agency).write(move |tx| tx.insert_open_analysis(&new, &open)).await.unwrap();
    id
}

fn photo(analysis: &AnalysisId, object: &str, owner: &str, lease_until: Timestamp) -> NewPartial {
    NewPartial {
        analysis: analysis.clone(),
        number: 1,
        size_bytes: 10,
        content_digest: [1; 32],
        object: object.to_owned(),
        lease_owner: owner.to_owned(),
        lease_until,
        received_at: NOON,
    }
}

async fn only(scratch: &ScratchDb, analysis: &AnalysisId) -> PartialRecord {
    let id = analysis.clone();
    scratch.db.as_system().read(move |tx| tx.list_partials_any(&id)).await.unwrap().remove(0)
}

async fn settle(scratch: &ScratchDb, analysis: &AnalysisId, fence: i64) -> Result<(), DbError> {
    let id = analysis.clone();
    scratch.db.as_system().write(move |tx| tx.settle_partial(&id, 1, fence, (PhotoState::Measured, None), NOON)).await
}

#[tokio::test]
async fn a_photo_put_again_is_settled_by_whoever_has_it_now() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    let id = opened(&scratch, &ours).await;
    let first = photo(&id, "v1/first", "node-a", at(60));
    let fence = scratch.db.as_agency(&ours.agency).write(move |tx| tx.insert_partial(&first)).await.unwrap();
    let lost = only(&scratch, &id).await;
    assert!(!lost.is_lost(at(59)) && lost.is_lost(at(60)));
    let mut second = photo(&id, "v1/second", "node-b", at(200));
    (second.size_bytes, second.content_digest) = (20, [2; 32]);
    let next = scratch.db.as_agency(&ours.agency).write(move |tx| tx.replace_partial(&lost, &second)).await.unwrap();
    assert_eq!((fence, next), (1, 2));
    assert!(matches!(settle(&scratch, &id, fence).await, Err(DbError::StaleFence { .. })));
    assert_eq!(only(&scratch, &id).await.state, PhotoState::Received);
    settle(&scratch, &id, next).await.unwrap();
    let there = only(&scratch, &id).await;
    assert_eq!(
        (there.state, there.size_bytes, there.object.as_str(), there.lease_until),
        (PhotoState::Measured, 20, "v1/second", None)
    );
    assert!(matches!(settle(&scratch, &id, next).await, Err(DbError::StaleFence { .. })), "once");
    let of = id.clone();
    let found = scratch.db.as_agency(&ours.agency).read(move |tx| tx.find_analysis(&of)).await.unwrap().unwrap();
    assert_eq!((found.photo_count, found.state), (1, AnalysisState::Open), "the same number is the same photo");
}

#[tokio::test]
async fn a_lost_lease_is_not_renewed_and_a_held_one_is() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    let id = opened(&scratch, &ours).await;
    let new = photo(&id, "v1/first", "node-a", at(60));
    scratch.db.as_agency(&ours.agency).write(move |tx| tx.insert_partial(&new)).await.unwrap();
    let renew = |owner: &'static str, now: Timestamp| {
        let until = now.plus(Duration::from_secs(60));
        scratch.db.as_system().write(move |tx| tx.renew_partial_leases(owner, &["v1/first".to_owned()], now, until))
    };
    assert_eq!(renew("node-b", NOON).await.unwrap(), 0);
    let other = scratch.db.as_system().write(|tx| tx.renew_partial_leases("node-a", &[], NOON, at(500)));
    assert_eq!(other.await.unwrap(), 0, "one it does not work on is left to end");
    assert_eq!(renew("node-a", at(59)).await.unwrap(), 1);
    assert!(!only(&scratch, &id).await.is_lost(at(118)));
    assert_eq!(renew("node-a", at(119)).await.unwrap(), 0, "somebody may have been told that it is lost");
    assert!(only(&scratch, &id).await.is_lost(at(119)));
}

#[tokio::test]
async fn another_agency_sees_and_puts_nothing() {
    let scratch = ScratchDb::open().await;
    let (ours, theirs) = (scratch.tenant().await, scratch.tenant().await);
    let id = opened(&scratch, &ours).await;
    let new = photo(&id, "v1/first", "node-a", at(60));
    scratch.db.as_agency(&ours.agency).write(move |tx| tx.insert_partial(&new)).await.unwrap();
    let of = id.clone();
    let seen = scratch.db.as_agency(&theirs.agency).write::<_, DbError>(move |tx| {
        Ok((tx.hold_analysis(&of)?, tx.find_open(&of)?, tx.list_partials(&of)?, tx.count_open()?))
    });
    assert_eq!(seen.await.unwrap(), (None, None, Vec::new(), 0));
    let (known, unknown) = ("v1/first".to_owned(), "v1/other".to_owned());
    let names = scratch.db.as_system().read(move |tx| tx.known_objects(&[known, unknown])).await.unwrap();
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["v1/first"], "its object is no orphan");
}
