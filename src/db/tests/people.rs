//! People's sessions and the counting of sign-ins.

use std::time::Duration;

use crate::db::tests::scratch::{NOON, ScratchDb, at, digest};
use crate::db::{DbError, NewSession, SignInGate, SignInLimits};
use crate::domain::SessionId;

#[tokio::test]
async fn a_person_sees_and_ends_only_their_own_sessions() {
    let scratch = ScratchDb::open().await;
    let (ours, theirs) = (scratch.tenant().await, scratch.tenant().await);
    let session = SessionId::generate(NOON);
    let new = NewSession {
        id: session.clone(),
        user: ours.user.clone(),
        agency: Some(ours.agency.clone()),
        token_hash: digest("token"),
        created_at: NOON,
        ends_at: at(60),
    };
    scratch.db.as_authenticator().write(move |tx| tx.insert_session(&new)).await.unwrap();
    for (user, sees) in [(&theirs.user, false), (&ours.user, true)] {
        let id = session.clone();
        let (listed, ended) = scratch
            .db
            .as_person(user)
            .write::<_, DbError>(move |tx| Ok((tx.list_sessions()?.len(), tx.delete_session(&id)?)))
            .await
            .unwrap();
        assert_eq!((listed, ended), (usize::from(sees), sees));
    }
    let found = scratch.db.as_person(&ours.user).read(|tx| tx.find_user()).await.unwrap().unwrap();
    assert_eq!((found.id, found.agency), (ours.user, Some(ours.agency)));
}

#[tokio::test]
async fn attempts_are_counted_before_the_password_is_looked_at() {
    let scratch = ScratchDb::open().await;
    let limits = SignInLimits { attempts_max: 2, window: Duration::from_secs(900) };
    let enter = |name: &'static str, secs: u64| {
        scratch.db.as_authenticator().write(move |tx| tx.enter_sign_in(&digest(name), limits, at(secs)))
    };
    assert_eq!(enter("ada", 0).await.unwrap(), SignInGate::Open);
    assert_eq!(enter("ada", 100).await.unwrap(), SignInGate::Open);
    assert_eq!(enter("ada", 200).await.unwrap(), SignInGate::ShutUntil(at(900)));
    assert_eq!(enter("bob", 200).await.unwrap(), SignInGate::Open);
    assert_eq!(enter("ada", 900).await.unwrap(), SignInGate::Open, "the window is over");
    scratch.db.as_authenticator().write(|tx| tx.record_sign_in(&digest("ada"), true)).await.unwrap();
    assert_eq!(enter("ada", 901).await.unwrap(), SignInGate::Open);
    assert_eq!(enter("ada", 902).await.unwrap(), SignInGate::Open, "a success forgets the count");
}
