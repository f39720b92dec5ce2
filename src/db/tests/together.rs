//! Several at the same moment: what is decided upon is decided once, on either engine.

use std::time::Duration;

use crate::db::tests::scratch::{NOON, ScratchDb, at, digest};
use crate::db::{DbError, DeliveryState, Failure, SignInGate, SignInLimits};
use crate::domain::{Event, FailureReason};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_outcomes_at_the_same_moment_there_is_one() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    ours.endpoint(&[]).await;
    for _ in 0..12 {
        let analysis = ours.analysis(ours.by_key()).await;
        let completion = ours.completion(&analysis, Some(ours.key.clone()));
        let reason = FailureReason::Deadline;
        let event = Event::failed(&ours.facts(&analysis, Some(ours.key.clone()), 1), reason, NOON);
        let failure = Failure { analysis: analysis.clone(), fence: 1, reason, event, now: NOON };
        let (completes, fails) = (scratch.db.as_system(), scratch.db.as_system());
        let complete = tokio::spawn(completes.write(move |tx| tx.complete_analysis(&completion)));
        let fail = tokio::spawn(fails.write(move |tx| tx.fail_analysis(&failure)));
        let (complete, fail) = (complete.await.unwrap(), fail.await.unwrap());
        assert_ne!(complete.is_ok(), fail.is_ok(), "{complete:?} {fail:?}");
        let loser = complete.err().or(fail.err());
        assert!(matches!(loser, Some(DbError::IllegalTransition(_))), "{loser:?}");
    }
    assert_eq!(scratch.claim("n", at(9), at(60)).await.len(), 12, "each is told once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn attempts_at_the_same_moment_do_not_slip_past_the_limit_together() {
    let scratch = ScratchDb::open().await;
    let limits = SignInLimits { attempts_max: 5, window: Duration::from_secs(900) };
    let all: Vec<_> = (0..20)
        .map(|_| tokio::spawn(scratch.db.as_authenticator().write(move |tx| tx.enter_sign_in(&digest("ada"), limits, NOON))))
        .collect();
    let mut open = 0;
    for one in all {
        open += usize::from(one.await.unwrap().unwrap() == SignInGate::Open);
    }
    assert_eq!(open, 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_report_destroyed_by_two_at_the_same_moment_has_one_receipt() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    ours.endpoint(&[]).await;
    for _ in 0..8 {
        let done = ours.completed().await;
        let (one, two) = (ours.destruction(&done, at(9)), ours.destruction(&done, at(10)));
        let (first, second) = (scratch.db.as_system(), scratch.db.as_system());
        let first = tokio::spawn(first.write(move |tx| tx.destroy_report(&one)));
        let second = tokio::spawn(second.write(move |tx| tx.destroy_report(&two)));
        assert_eq!(first.await.unwrap().unwrap(), second.await.unwrap().unwrap());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_waits_for_an_endpoint_that_was_deleted_while_an_event_was_told() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    for _ in 0..12 {
        let endpoint = ours.endpoint(&[]).await;
        let analysis = ours.analysis(ours.by_key()).await;
        let completion = ours.completion(&analysis, Some(ours.key.clone()));
        let (tells, deletes) = (scratch.db.as_system(), scratch.db.as_agency(&ours.agency));
        let of = endpoint.clone();
        let told = tokio::spawn(tells.write(move |tx| tx.complete_analysis(&completion)));
        let deleted = tokio::spawn(deletes.write(move |tx| tx.delete_endpoint(&of, at(1))));
        told.await.unwrap().unwrap();
        assert!(deleted.await.unwrap().unwrap());
        let left = scratch.db.as_agency(&ours.agency).read(move |tx| tx.list_deliveries(&endpoint, 9)).await.unwrap();
        assert!(left.iter().all(|delivery| delivery.state == DeliveryState::Cancelled), "{left:?}");
    }
}
