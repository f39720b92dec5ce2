//! One outcome, one event, all or nothing.

use crate::db::tests::scratch::{NOON, ScratchDb, Tenant, at};
use crate::db::{AnalysisRecord, DbError, Failure, Origin, PhotoState};
use crate::domain::{AnalysisId, AnalysisState, Event, EventKind, FailureReason};

async fn find(scratch: &ScratchDb, analysis: &AnalysisId) -> AnalysisRecord {
    let analysis = analysis.clone();
    scratch.db.as_system().read(move |tx| tx.find_analysis_any(&analysis)).await.unwrap().unwrap()
}

fn failure(tenant: &Tenant, analysis: &AnalysisId, fence: i64) -> Failure {
    let reason = FailureReason::Interrupted;
    let event = Event::failed(&tenant.facts(analysis, Some(tenant.key.clone()), 1), reason, NOON);
    Failure { analysis: analysis.clone(), fence, reason, event, now: at(5) }
}

async fn waiting(scratch: &ScratchDb) -> usize {
    scratch.claim("n", at(1_000), at(2_000)).await.len()
}

#[tokio::test]
async fn a_completion_stores_report_key_event_and_deliveries_together() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    ours.endpoint(&[]).await;
    let done = ours.completed().await;
    let found = find(&scratch, &done.analysis).await;
    assert_eq!((found.state, found.ended_at), (AnalysisState::Completed, Some(NOON)));
    let analysis = done.analysis.clone();
    let (report, key) = scratch
        .db
        .as_agency(&ours.agency)
        .read::<_, DbError>(move |tx| {
            let report = tx.find_report(&analysis)?.unwrap();
            let key = tx.find_report_key(&report.id)?;
            Ok((report, key))
        })
        .await
        .unwrap();
    assert_eq!((report.id, report.expires_at, key), (done.report.id, done.report.expires_at, Some(done.key)));
    let analysis = done.analysis.clone();
    assert_eq!(scratch.db.as_system().write(move |tx| tx.next_event_sequence(&analysis)).await.unwrap(), 2);
    assert_eq!(waiting(&scratch).await, 1);
}

#[tokio::test]
async fn a_second_outcome_is_illegal_and_changes_nothing() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    ours.endpoint(&[]).await;
    let done = ours.completed().await;
    let before = find(&scratch, &done.analysis).await;
    let mut failure = failure(&ours, &done.analysis, 1);
    failure.event.sequence = 2;
    let refused = scratch.db.as_system().write(move |tx| tx.fail_analysis(&failure)).await;
    assert!(matches!(refused, Err(DbError::IllegalTransition(_))));
    let again = ours.completion(&done.analysis, Some(ours.key.clone()));
    let refused = scratch.db.as_system().write(move |tx| tx.complete_analysis(&again)).await;
    assert!(matches!(refused, Err(DbError::IllegalTransition(_))));
    assert_eq!(find(&scratch, &done.analysis).await, before);
    assert_eq!(waiting(&scratch).await, 1);
}

#[tokio::test]
async fn a_failure_has_its_reason_and_event_and_no_report() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    ours.endpoint(&[EventKind::AnalysisFailed]).await;
    let analysis = ours.analysis(ours.by_key()).await;
    let failure = failure(&ours, &analysis, 1);
    assert_eq!(scratch.db.as_system().write(move |tx| tx.fail_analysis(&failure)).await.unwrap(), 1);
    assert_eq!(find(&scratch, &analysis).await.state, AnalysisState::Failed(FailureReason::Interrupted));
    assert!(scratch.db.as_system().read(move |tx| tx.find_report_any(&analysis)).await.unwrap().is_none());
}

#[tokio::test]
async fn whoever_lost_the_lease_changes_nothing() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    let analysis = ours.analysis(ours.by_key()).await;
    assert!(scratch.db.as_system().read(|tx| tx.list_abandoned(at(59), None)).await.unwrap().is_empty());
    let abandoned = scratch.db.as_system().read(|tx| tx.list_abandoned(at(60), None)).await.unwrap();
    assert_eq!(abandoned.len(), 1);
    for (owner, left) in [("node-a", 1), ("node-b", 0)] {
        let of = scratch.db.as_system().read(move |tx| tx.list_abandoned(at(60), Some(owner))).await.unwrap();
        assert_eq!(of.len(), left, "{owner}");
    }
    let (one, two) = (abandoned[0].clone(), abandoned[0].clone());
    let taken = scratch.db.as_system().write(move |tx| tx.take_over(&one, "node-b", at(200))).await.unwrap();
    let late = scratch.db.as_system().write(move |tx| tx.take_over(&two, "node-c", at(200))).await.unwrap();
    assert_eq!((taken, late), (Some(2), None));
    let before = find(&scratch, &analysis).await;

    let completion = ours.completion(&analysis, Some(ours.key.clone()));
    let refused = scratch.db.as_system().write(move |tx| tx.complete_analysis(&completion)).await;
    assert!(matches!(refused, Err(DbError::StaleFence { .. })));
    let stale = analysis.clone();
    let refused =
        scratch.db.as_system().write(move |tx| tx.set_photo_state(&stale, 1, 1, (PhotoState::Measured, None), NOON)).await;
    assert!(matches!(refused, Err(DbError::StaleFence { .. })));
    assert_eq!(find(&scratch, &analysis).await, before);
    let of = analysis.clone();
    let photos = scratch.db.as_agency(&ours.agency).read(move |tx| tx.list_photos(&of)).await.unwrap();
    assert!(photos.iter().all(|photo| photo.state == PhotoState::Received));

    let failure = failure(&ours, &analysis, 2);
    scratch.db.as_system().write(move |tx| tx.fail_analysis(&failure)).await.unwrap();
    assert!(scratch.db.as_system().read(|tx| tx.list_abandoned(at(9_999), None)).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_renewed_lease_is_not_abandoned() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    let id = ours.analysis(ours.by_key()).await;
    let seen = scratch.db.as_system().read(|tx| tx.list_abandoned(at(60), None)).await.unwrap();
    let renew = |owner: &'static str, running: Vec<AnalysisId>| {
        scratch.db.as_system().write(move |tx| tx.renew_leases(owner, &running, at(500)))
    };
    assert_eq!(renew("node-b", vec![id.clone()]).await.unwrap(), 0);
    assert_eq!(renew("node-a", Vec::new()).await.unwrap(), 0, "one it does not work on is left to end");
    assert_eq!(renew("node-a", vec![id]).await.unwrap(), 1);
    assert!(scratch.db.as_system().read(|tx| tx.list_abandoned(at(499), None)).await.unwrap().is_empty());
    let late = scratch.db.as_system().write(move |tx| tx.take_over(&seen[0], "node-b", at(900))).await.unwrap();
    assert_eq!(late, None, "renewed between the look and the leap");
}

#[tokio::test]
async fn photos_keep_what_became_of_them() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    let analysis = ours.analysis(Origin::User(ours.user.clone())).await;
    let of = analysis.clone();
    scratch
        .db
        .as_system()
        .write::<(), DbError>(move |tx| {
            tx.set_photo_state(&of, 1, 1, (PhotoState::Measured, None), NOON)?;
            tx.set_photo_state(&of, 2, 1, (PhotoState::Unusable, Some("truncated")), NOON)
        })
        .await
        .unwrap();
    let of = analysis.clone();
    let missing = scratch.db.as_system().write(move |tx| tx.set_photo_state(&of, 3, 1, (PhotoState::Measured, None), NOON)).await;
    assert!(matches!(missing, Err(DbError::NotThere { what: "photo" })));
    let photos = scratch.db.as_agency(&ours.agency).read(move |tx| tx.list_photos(&analysis)).await.unwrap();
    let seen: Vec<_> = photos.iter().map(|p| (p.number, p.size_bytes, p.state, p.problem.as_deref())).collect();
    assert_eq!(seen, [(1, 1_000, PhotoState::Measured, None), (2, 2_000, PhotoState::Unusable, Some("truncated"))]);
}

#[tokio::test]
async fn a_word_nobody_knows_is_an_error_with_its_column() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    scratch.run_sql("UPDATE api_keys SET scopes = 'analyses:read fly'").await;
    let refused = scratch.db.as_agency(&ours.agency).read(|tx| tx.list_api_keys()).await;
    assert!(matches!(refused, Err(DbError::BadRow { column: "api_keys.scopes" })));
}
