//! What is told of an analysis, and lists that a filter leaves.

use crate::db::tests::scratch::{NOON, ScratchDb, Tenant, at};
use crate::db::{AnalysisFilter, DbError, PhotoState, StepKind, StepRecord};
use crate::domain::{AnalysisId, Product};

async fn steps(scratch: &ScratchDb, ours: &Tenant, analysis: &AnalysisId, after: i32) -> Vec<StepRecord> {
    let id = analysis.clone();
    scratch.db.as_agency(&ours.agency).read(move |tx| tx.list_progress(&id, after)).await.unwrap()
}

#[tokio::test]
async fn every_change_of_state_is_a_step_and_a_refused_one_is_none() {
    let scratch = ScratchDb::open().await;
    let (ours, theirs) = (scratch.tenant().await, scratch.tenant().await);
    let analysis = ours.analysis(ours.by_key()).await;
    let (of, completion) = (analysis.clone(), ours.completion(&analysis, Some(ours.key.clone())));
    let write = scratch.db.as_system().write::<(), DbError>(move |tx| {
        tx.set_photo_state(&of, 2, 1, (PhotoState::Unusable, Some("truncated")), at(1))?;
        tx.set_photo_state(&of, 1, 1, (PhotoState::Measured, None), at(2))?;
        assert!(matches!(tx.note_rendering(&of, 2, at(3)), Err(DbError::StaleFence { .. })));
        tx.note_rendering(&of, 1, at(3))?;
        tx.complete_analysis(&completion)?;
        assert!(matches!(tx.note_rendering(&of, 1, at(4)), Err(DbError::StaleFence { .. })));
        Ok(())
    });
    write.await.unwrap();
    let told = steps(&scratch, &ours, &analysis, 0).await;
    assert_eq!(told.iter().map(|step| step.sequence).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7]);
    let seen: Vec<_> = told.iter().map(|step| (step.kind, step.photo, step.detail.as_deref())).collect();
    let expected = [
        (StepKind::Received, Some(1), None),
        (StepKind::Received, Some(2), None),
        (StepKind::Queued, None, None),
        (StepKind::Unusable, Some(2), Some("truncated")),
        (StepKind::Measured, Some(1), None),
        (StepKind::Rendering, None, None),
        (StepKind::Completed, None, None),
    ];
    assert_eq!(seen, expected);
    assert_eq!((told[0].occurred_at, told[3].occurred_at), (NOON, at(1)));
    assert_eq!(steps(&scratch, &ours, &analysis, 5).await, told[5..]);
    assert!(steps(&scratch, &ours, &analysis, 7).await.is_empty());
    assert!(steps(&scratch, &theirs, &analysis, 0).await.is_empty(), "a neighbour hears nothing");
}

#[tokio::test]
async fn steps_end_with_the_analysis_and_after_a_day() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    let (gone, kept) = (ours.completed().await, ours.completed().await);
    let destruction = ours.destruction(&gone, at(9));
    scratch.db.as_system().write(move |tx| tx.destroy_report(&destruction)).await.unwrap();
    assert!(steps(&scratch, &ours, &gone.analysis, 0).await.is_empty());
    assert_eq!(steps(&scratch, &ours, &kept.analysis, 0).await.len(), 4);
    let early = scratch.db.as_system().write(|tx| tx.delete_progress_before(NOON.minus(std::time::Duration::from_millis(1))));
    assert_eq!(early.await.unwrap(), 0);
    assert_eq!(scratch.db.as_system().write(|tx| tx.delete_progress_before(NOON)).await.unwrap(), 4);
    assert!(steps(&scratch, &ours, &kept.analysis, 0).await.is_empty());
}

#[tokio::test]
async fn a_list_holds_what_its_filter_leaves() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    let digest = |byte| vec![byte; 32];
    for (second, product, reference) in [
        (0, Product::Snapshot, Some(1)),
        (10, Product::Portfolio, Some(1)),
        (20, Product::Portfolio, Some(2)),
        (30, Product::Snapshot, None),
    ] {
        let mut new = ours.new_analysis(ours.by_key());
        (new.product, new.reference_digest, new.created_at) = (product, reference.map(digest), at(second));
        new.id = AnalysisId::generate(new.created_at);
        scratch.db.as_agency(&ours.agency).write(move |tx| tx.insert_analysis(&new)).await.unwrap();
    }
    let found = async |filter: AnalysisFilter| {
        let rows = scratch.db.as_agency(&ours.agency).read(move |tx| tx.search_analyses(&filter, None, 9)).await.unwrap();
        rows.iter().map(|row| row.created_at.since(NOON).as_secs()).collect::<Vec<_>>()
    };
    let all = AnalysisFilter::default;
    assert_eq!(found(all()).await, [30, 20, 10, 0]);
    assert_eq!(found(AnalysisFilter { product: Some(Product::Portfolio), ..all() }).await, [20, 10]);
    assert_eq!(found(AnalysisFilter { reference_digests: Some(vec![digest(9), digest(1)]), ..all() }).await, [10, 0]);
    assert!(found(AnalysisFilter { reference_digests: Some(vec![digest(9)]), ..all() }).await.is_empty());
    assert_eq!(found(AnalysisFilter { created_after: Some(at(10)), ..all() }).await, [30, 20], "later, not at");
    assert_eq!(found(AnalysisFilter { created_before: Some(at(10)), ..all() }).await, [0]);
    assert_eq!(found(AnalysisFilter { state: Some("processing"), ..all() }).await.len(), 4);
    assert!(found(AnalysisFilter { state: Some("failed"), ..all() }).await.is_empty());
    let both = AnalysisFilter { product: Some(Product::Snapshot), reference_digests: Some(vec![digest(1)]), ..all() };
    assert_eq!(found(both).await, [0]);
}

#[tokio::test]
async fn what_an_analysis_was_found_by_ends_with_it() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    let mut new = ours.new_analysis(ours.by_key());
    new.reference_digest = Some(vec![1; 32]);
    let id = new.id.clone();
    scratch.db.as_agency(&ours.agency).write(move |tx| tx.insert_analysis(&new)).await.unwrap();
    let found = async || {
        let filter = AnalysisFilter { reference_digests: Some(vec![vec![1; 32]]), ..AnalysisFilter::default() };
        scratch.db.as_agency(&ours.agency).read(move |tx| tx.search_analyses(&filter, None, 9)).await.unwrap().len()
    };
    assert_eq!(found().await, 1);
    let completion = ours.completion(&id, Some(ours.key.clone()));
    let destruction = ours.destruction(&completion, at(9));
    let end = scratch.db.as_system().write::<(), DbError>(move |tx| {
        tx.complete_analysis(&completion)?;
        tx.destroy_report(&destruction).map(drop)
    });
    end.await.unwrap();
    assert_eq!(found().await, 0);
}

#[tokio::test]
async fn receipts_are_listed_newest_first() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    let mut made = Vec::new();
    for second in 1..=3 {
        let done = ours.completed().await;
        let destruction = ours.destruction(&done, at(second));
        made.insert(0, destruction.receipt.id.clone());
        scratch.db.as_system().write(move |tx| tx.destroy_report(&destruction)).await.unwrap();
    }
    let page = async |before: Option<crate::domain::ReceiptId>| {
        let rows = scratch.db.as_agency(&ours.agency).read(move |tx| tx.list_receipts(before.as_ref(), 2)).await.unwrap();
        rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!(page(None).await, made[..2]);
    assert_eq!(page(Some(made[1].clone())).await, made[2..]);
}
