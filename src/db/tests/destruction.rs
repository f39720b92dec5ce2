//! The end of a report: the key is gone from rows and raw files, the receipt stays.

use crate::db::tests::scratch::{NOON, ScratchDb, at};
use crate::db::{DbError, DeliveryState, FailedErasure, Failure, NewReceipt};
use crate::domain::{DeletionCause, Event, FailureReason, ReceiptId, ReportLife};

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[tokio::test]
async fn destruction_takes_key_photos_reference_and_bodies_and_leaves_the_tombstone() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    let endpoint = ours.endpoint(&[]).await;
    let done = ours.completed().await;
    let destruction = ours.destruction(&done, at(9));
    let told = destruction.event.clone();
    let stored = scratch.db.as_system().write(move |tx| tx.destroy_report(&destruction)).await.unwrap();

    let (analysis, report) = (done.analysis.clone(), done.report.id.clone());
    scratch
        .db
        .as_agency(&ours.agency)
        .read::<(), DbError>(move |tx| {
            assert_eq!(tx.find_report_key(&report)?, None);
            assert!(tx.list_photos(&analysis)?.is_empty());
            assert_eq!(tx.find_analysis(&analysis)?.unwrap().reference_sealed, None);
            let ended = tx.find_report(&analysis)?.unwrap();
            assert_eq!((ended.life, ended.ended_at), (ReportLife::Deleted, Some(at(9))));
            assert_eq!((ended.cause, ended.receipt), (Some(DeletionCause::Requested), Some(stored.id.clone())));
            assert_eq!(tx.find_receipt_of(&analysis)?, Some(stored.clone()));
            let states: Vec<_> = tx.list_deliveries(&endpoint, 9)?.into_iter().map(|d| (d.kind, d.state)).collect();
            let ours = |state| states.iter().filter(|(_, known)| *known == state).count();
            assert_eq!((ours(DeliveryState::Cancelled), ours(DeliveryState::Pending)), (1, 1));
            Ok(())
        })
        .await
        .unwrap();
    let due = scratch.claim("n", at(10), at(70)).await;
    assert_eq!(due.iter().map(|d| (&d.event, &d.body)).collect::<Vec<_>>(), [(&told.id, &told.body)]);
}

#[tokio::test]
async fn a_second_destruction_answers_the_first_receipt_and_tells_nobody() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    ours.endpoint(&[]).await;
    let done = ours.completed().await;
    let (one, two) = (ours.destruction(&done, at(9)), ours.destruction(&done, at(10)));
    let first = scratch.db.as_system().write(move |tx| tx.destroy_report(&one)).await.unwrap();
    let second = scratch.db.as_system().write(move |tx| tx.destroy_report(&two)).await.unwrap();
    assert_eq!(first, second);
    let receipt = first.id.clone();
    assert_eq!(scratch.db.as_public().read(move |tx| tx.find_receipt(&receipt)).await.unwrap(), Some(first));
    let due = scratch.claim("n", at(20), at(70)).await;
    assert_eq!(due.len(), 1);
}

#[tokio::test]
async fn the_wrapped_key_is_in_no_file_after_a_checkpoint() {
    let scratch = ScratchDb::open().await;
    if scratch.db.is_shared() {
        return; // how long a server keeps dead rows is its own matter: docs/postgresql.md
    }
    let ours = scratch.tenant().await;
    ours.endpoint(&[]).await;
    let done = ours.completed().await;
    let kept = ours.completed().await;
    let body = done.event.body.clone();
    assert!(scratch.db.as_system().checkpoint_truncate().await.unwrap());
    let before = scratch.raw_bytes();
    assert!(contains(&before, &done.key.wrapped) && contains(&before, body.as_bytes()), "the search can find it");
    let destruction = ours.destruction(&done, at(9));
    scratch.db.as_system().write(move |tx| tx.destroy_report(&destruction)).await.unwrap();
    assert!(scratch.db.as_system().checkpoint_truncate().await.unwrap());
    let after = scratch.raw_bytes();
    assert!(!contains(&after, &done.key.wrapped), "the wrapped key is still in a file");
    assert!(!contains(&after, body.as_bytes()), "the event's body is still in a file");
    assert!(contains(&after, &kept.key.wrapped), "the neighbour's key stays");
}

#[tokio::test]
async fn ended_reports_are_listed_until_destroyed_and_their_objects_until_deleted() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    let done = ours.completed().await;
    assert!(scratch.db.as_system().read(|tx| tx.list_ended_reports(at(3_599), 9)).await.unwrap().is_empty());
    let ended = scratch.db.as_system().read(|tx| tx.list_ended_reports(at(3_600), 9)).await.unwrap();
    assert_eq!(ended.iter().map(|report| &report.id).collect::<Vec<_>>(), [&done.report.id]);
    let early = done.report.id.clone();
    scratch.db.as_system().write(move |tx| tx.mark_objects_deleted(&early)).await.unwrap();
    let mut destruction = ours.destruction(&done, at(3_600));
    destruction.cause = DeletionCause::Expired;
    scratch.db.as_system().write(move |tx| tx.destroy_report(&destruction)).await.unwrap();
    assert!(scratch.db.as_system().read(|tx| tx.list_ended_reports(at(9_999), 9)).await.unwrap().is_empty());
    let left = scratch.db.as_system().read(|tx| tx.list_objects_to_delete(9)).await.unwrap();
    assert_eq!(left.len(), 1, "marking a live report has no effect");
    assert_eq!(left[0].objects, [done.report.pdf_object.name, done.report.result_object.name]);
    let report = left[0].report.clone();
    scratch.db.as_system().write(move |tx| tx.mark_objects_deleted(&report)).await.unwrap();
    assert!(scratch.db.as_system().read(|tx| tx.list_objects_to_delete(9)).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_failed_analysis_can_be_erased_and_a_running_one_cannot() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    let analysis = ours.analysis(ours.by_key()).await;
    let receipt = NewReceipt {
        id: ReceiptId::generate(NOON),
        body: "{}".to_owned(),
        kid: "k".to_owned(),
        signature: vec![2],
        requested_by: None,
    };
    let erasure = FailedErasure { analysis: analysis.clone(), receipt, now: at(9) };
    let early = erasure.clone();
    let refused = scratch.db.as_system().write(move |tx| tx.erase_failed(&early)).await;
    assert!(matches!(refused, Err(DbError::NotThere { .. })));
    let reason = FailureReason::NoUsablePhoto;
    let event = Event::failed(&ours.facts(&analysis, Some(ours.key.clone()), 1), reason, NOON);
    let failure = Failure { analysis: analysis.clone(), fence: 1, reason, event, now: NOON };
    scratch.db.as_system().write(move |tx| tx.fail_analysis(&failure)).await.unwrap();
    let again = erasure.clone();
    let first = scratch.db.as_system().write(move |tx| tx.erase_failed(&erasure)).await.unwrap();
    assert_eq!(scratch.db.as_system().write(move |tx| tx.erase_failed(&again)).await.unwrap(), first);
    assert_eq!(first.report, None);
    let photos = scratch.db.as_agency(&ours.agency).read(move |tx| tx.list_photos(&analysis)).await.unwrap();
    assert!(photos.is_empty());
}
